"""The store's schema through the versions of xlcrm: each step and its record in one transaction.

A new field of the declaration needs no step: the missing column is added when the store is next opened, and recorded. A store
with a higher version, or with columns this program does not know, was written by a newer xlcrm and is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Table, func, insert, inspect, select, update

from xlcrm.errors import StoreError
from xlcrm.store import triggers
from xlcrm.store.schema import LOGGED, MIGRATION, SQL, SUBMISSION, metadata, quoted


def _complete(connection: Connection) -> None:
    """Add the tables and columns that the store lacks; takes nothing away."""
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        for name in lacking(connection, table):
            kind = table.c[name].type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {quoted(name)} {kind}")


def _submissions_name_their_table(connection: Connection) -> None:
    _complete(connection)
    for key in LOGGED:
        mine = SUBMISSION.c.table.is_(None), SUBMISSION.c.rid.in_(select(SQL[key].c.rid))
        connection.execute(update(SUBMISSION).where(*mine).values(table=key))


STEPS: dict[int, tuple[str, Callable[[Connection], None]]] = {
    1: ("records, log and keys", _complete),
    2: ("search by pinyin; which table a submission went to", _submissions_name_their_table),
    3: ("deputies until a day, people disabled, what was shown to whom", _complete),
}
LATEST = max(STEPS)


def version(connection: Connection) -> int:
    """The schema version of the store; 0 where it is empty."""
    if not inspect(connection).has_table(MIGRATION.name):
        return 0
    return connection.execute(select(func.max(MIGRATION.c.version))).scalar() or 0


def lacking(connection: Connection, table: Table) -> list[str]:
    """The declared columns that the stored table does not have."""
    found = {column["name"] for column in inspect(connection).get_columns(table.name)}
    return [column.name for column in table.columns if column.name not in found]


def behind(connection: Connection, path: str) -> bool:
    """Whether the store needs ``migrate``; StoreError if it is newer than this program, or another program's."""
    found = version(connection)
    if found == 0 and inspect(connection).get_table_names():
        raise StoreError("store.not_ours", path=path)
    if found > LATEST:
        raise StoreError("store.newer", path=path, found=found, known=LATEST)
    if found < LATEST:
        return True
    for table in SQL.values():
        known = {column.name for column in table.columns}
        stored = {column["name"] for column in inspect(connection).get_columns(table.name)}
        if stored - known:
            raise StoreError("store.newer", path=path, found=found, known=LATEST)
        if known - stored:
            return True
    return bool(triggers.missing(connection))


def migrate(connection: Connection, path: str) -> None:
    """Bring the store up to date inside the caller's write transaction; nothing to do where another process just did.

    StoreError if the file fails its check: a damaged store is never changed.
    """
    if not behind(connection, path):
        return
    found = version(connection)
    if found and connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
        raise StoreError("store.damaged", path=path)
    steps = [number for number in sorted(STEPS) if number > found]
    for number in steps:
        name, step = STEPS[number]
        step(connection)
        _record(connection, number, name)
    if not steps:
        added = [f"{table.name}.{name}" for table in SQL.values() for name in lacking(connection, table)]
        _complete(connection)
        _record(connection, found, "columns " + " ".join(added) if added else "triggers restored")
    triggers.create(connection)


def _record(connection: Connection, number: int, name: str) -> None:
    at = datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    connection.execute(insert(MIGRATION).values(version=number, name=name, at=at))

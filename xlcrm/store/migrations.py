"""The store's schema through the versions of xlcrm: each step and its record in one transaction.

A new field of the declaration needs no step: the missing column is added when the store is next opened, and recorded. A store
with a higher version, or with columns this program does not know, was written by a newer xlcrm and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, MetaData, Table, func, insert, select, update

from xlcrm.errors import StoreError
from xlcrm.store.schema import BLOCKING_KEY, LOGGED, MIGRATION, SQL, SUBMISSION, quoted

Columns = Mapping[str, Collection[str]]
"""The columns of each stored table."""


class Engine(Protocol):
    """What differs between the database engines."""

    def metadata(self) -> MetaData:
        """The tables as this engine has them."""
        ...

    def stored(self, connection: Connection) -> Columns:
        """The tables that stand in the database."""
        ...

    def sound(self, connection: Connection) -> bool:
        """Whether the engine finds its own files in order."""
        ...

    def create(self, connection: Connection) -> None:
        """Make, or make anew, what guards the tables."""
        ...

    def missing(self, connection: Connection) -> Collection[str]:
        """The guards that are gone or say something else."""
        ...


def _complete(connection: Connection) -> None:
    """Add the tables and columns that the store lacks; takes nothing away."""
    declared = engine(connection).metadata()
    declared.create_all(connection)
    stored = engine(connection).stored(connection)
    for table in declared.sorted_tables:
        for name in lacking(stored, table):
            kind = table.c[name].type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {quoted(name)} {kind}")


def _submissions_name_their_table(connection: Connection) -> None:
    _complete(connection)
    for key in LOGGED:
        mine = SUBMISSION.c.table.is_(None), SUBMISSION.c.rid.in_(select(SQL[key].c.rid))
        connection.execute(update(SUBMISSION).where(*mine).values(table=key))


def _keys_are_numbers(connection: Connection) -> None:
    connection.exec_driver_sql(f"DROP TABLE {BLOCKING_KEY.name}")  # made anew by rekey.py
    _complete(connection)


def _with_indexes(connection: Connection) -> None:
    _complete(connection)
    for table in engine(connection).metadata().sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


STEPS: dict[int, tuple[str, Callable[[Connection], None]]] = {
    1: ("records, log and keys", _complete),
    2: ("search by pinyin; which table a submission went to", _submissions_name_their_table),
    3: ("blocking keys of another definition", _complete),  # made by rekey.py; older programs must not add theirs
    4: ("blocking keys as numbers, and what customers look like", _keys_are_numbers),
    5: ("deputies until a day, people disabled, what was shown to whom", _complete),
    6: ("the keys for each member", _complete),
    7: ("what was taken back, proposals and approvals", _with_indexes),
    8: ("what delivered files have brought in", _complete),
    9: ("requests, notices and reviews", _with_indexes),
}
LATEST = max(STEPS)


def engine(connection: Connection) -> Engine:
    """What differs between the database engines."""
    from xlcrm.store import postgres, triggers

    return postgres.ENGINE if connection.dialect.name == "postgresql" else triggers


def version(connection: Connection, stored: Columns | None = None) -> int:
    """The schema version of the store; 0 where it is empty."""
    if MIGRATION.name not in (engine(connection).stored(connection) if stored is None else stored):
        return 0
    return connection.execute(select(func.max(MIGRATION.c.version))).scalar() or 0


def lacking(stored: Columns, table: Table) -> list[str]:
    """The declared columns that the stored table does not have."""
    return [column.name for column in table.columns if column.name not in stored.get(table.name, ())]


def behind(connection: Connection, path: str) -> bool:
    """Whether the store needs ``migrate``; StoreError if it is newer than this program, or another program's."""
    stored = engine(connection).stored(connection)
    found = version(connection, stored)
    if found == 0 and stored:
        raise StoreError("store.not_ours", path=path)
    if found > LATEST:
        raise StoreError("store.newer", path=path, found=found, known=LATEST)
    if found < LATEST:
        return True
    for table in SQL.values():
        if set(stored.get(table.name, ())) - {column.name for column in table.columns}:
            raise StoreError("store.newer", path=path, found=found, known=LATEST)
        if lacking(stored, table):
            return True
    return bool(engine(connection).missing(connection))


def migrate(connection: Connection, path: str) -> None:
    """Bring the store up to date inside the caller's write transaction; nothing to do where another process just did.

    StoreError if the file fails its check: a damaged store is never changed.
    """
    if not behind(connection, path):
        return
    found = version(connection)
    if found and not engine(connection).sound(connection):
        raise StoreError("store.damaged", path=path)
    steps = [number for number in sorted(STEPS) if number > found]
    for number in steps:
        name, step = STEPS[number]
        if found or number == steps[0]:  # a new store is complete with the first one
            step(connection)
        _record(connection, number, name)
    if not steps:
        stored = engine(connection).stored(connection)
        added = [f"{table.name}.{name}" for table in SQL.values() for name in lacking(stored, table)]
        _complete(connection)
        _record(connection, found, "columns " + " ".join(added) if added else "triggers restored")
    engine(connection).create(connection)


def _record(connection: Connection, number: int, name: str) -> None:
    at = datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    connection.execute(insert(MIGRATION).values(version=number, name=name, at=at))

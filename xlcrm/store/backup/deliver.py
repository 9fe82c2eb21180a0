"""A restored store brought to a PostgreSQL server: a new store there, of rows that were proven in a scratch SQLite file.

All of it is one transaction, or nothing: schema, rows, sequences and logins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from xlcrm.errors import StoreError
from xlcrm.store import log, migrations
from xlcrm.store.postgres import opening, roles, server
from xlcrm.store.postgres.faults import explained
from xlcrm.store.schema import MIGRATION, SQL, metadata, quoted

_PAGE = 5_000
_TAB = "\t"
_COUNTED = {"face": "id", "kept_value": "id"}
"""The columns that the server numbers by itself."""
_RESERVED = re.compile(r"pg_|(public|none)$")
_KEYS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'xlcrm'::regnamespace AND contype IN ('p', 'u', 'f') ORDER BY contype = 'f', conname"""
_INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'xlcrm'::regnamespace ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """``rows`` came over; ``logins`` are people's accounts that the server did not know: they have no password yet."""

    rows: int
    logins: tuple[str, ...]


def to_postgres(scratch: Connection, url: str, caller: server.Caller = server.NOBODY) -> Delivered:
    """Make a store in the database ``url`` (postgresql://person@host/database) of everything in ``scratch``.

    ``scratch`` is a proven SQLite store of this program's version. The login must be able to create roles and a schema.
    StoreError: a store, or anything of that name, is there already; what arrived is not what was sent; as opening.open.
    """
    path = server.shown(url)
    engine = server.engine(url, caller=caller)
    try:
        with explained(path), engine.connect() as connection, connection.begin():
            opening.check_free(connection, path)
            roles.prepare(connection)
            migrations.migrate(connection, path)
            tables = [table.name for table in metadata.sorted_tables if table is not MIGRATION]
            with _bare(connection):
                sent = {table: _fill(scratch, connection, table) for table in tables}
            _compare(scratch, connection, sent, path)
            for table, column in _COUNTED.items():
                asked = f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) FROM {table}"  # noqa: S608
                connection.exec_driver_sql(asked)
            connection.exec_driver_sql(f"ANALYZE {', '.join(map(quoted, tables))}")
            connection.exec_driver_sql("SET LOCAL ROLE NONE")  # whoever owns the store may not make logins
            return Delivered(sum(sent.values()), tuple(_join(scratch, connection)))
    finally:
        engine.dispose()


@contextmanager
def _bare(connection: Connection) -> Iterator[None]:
    """Tables without keys and indexes within the block: made afterwards they take a third of the time."""
    keys = connection.exec_driver_sql(_KEYS).all()
    for table, name, _ in reversed(keys):
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {quoted(name)}")
    indexes = connection.exec_driver_sql(_INDEXES).all()
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
    for _, statement in indexes:
        connection.exec_driver_sql(statement)
    for table, name, said in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {quoted(name)} {said}")


def _fill(scratch: Connection, connection: Connection, table: str) -> int:
    """Copy the rows of one table; how many."""
    columns = metadata.tables[table].columns
    names = [quoted(column.name) for column in columns]
    numbers = all(column.type.python_type is int for column in columns)  # blocking keys: most of all rows
    raw: Any = connection.connection.dbapi_connection
    source: Any = scratch.connection.dbapi_connection
    count = 0
    with raw.cursor() as cursor, cursor.copy(f"COPY xlcrm.{quoted(table)} ({', '.join(names)}) FROM STDIN") as copy:
        asked = f" || '{_TAB}' || ".join(names) if numbers else ", ".join(names)
        rows = source.execute(f"SELECT {asked} FROM {quoted(table)}")  # noqa: S608 - names are ours
        while page := rows.fetchmany(_PAGE):
            if numbers:
                copy.write("".join(f"{line}\n" for (line,) in page))
            else:
                for row in page:
                    copy.write_row(row)
            count += len(page)
    return count


def _compare(scratch: Connection, connection: Connection, sent: dict[str, int], path: str) -> None:
    """StoreError where the server does not hold what was sent: every row, and a log that ends where the scratch's does."""
    for table, count in sent.items():
        if connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one() != count:
            raise StoreError("backup.not_arrived", path=path, table=table)
    if log.head(connection) != log.head(scratch):
        raise StoreError("backup.not_arrived", path=path, table="operation")


def _join(scratch: Connection, connection: Connection) -> list[str]:
    """Let everybody who works with the store log in; the accounts that were made for it.

    Who has an account of a machine that a server keeps for itself gets none: an administrator gives them another one.
    """
    person = SQL["person"].c
    asked = select(person.account).where(person.life == "live", person.disabled.is_(None)).order_by(person.account)
    accounts = [account for account in scratch.execute(asked).scalars() if account and not _RESERVED.match(account)]
    made = [account for account in accounts if not roles.exists(connection, account)]
    for account in accounts:
        roles.join(connection, account)
    return made

"""How a store stands: its engine, its version, what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from xlcrm.store import log, migrations
from xlcrm.store.schema import OPERATION, RECORDS, SQL


@dataclass(frozen=True, slots=True)
class Status:
    """``records`` counts the living ones of each table of the declaration by key; ``head`` is that of the log, SEQ:HASH."""

    engine: str
    version: int
    records: dict[str, int]
    people: int
    operations: int
    entries: int
    head: str


def status(connection: Connection) -> Status:
    """Counts of everything, within the caller's transaction."""

    def living(key: str) -> int:
        return connection.execute(select(func.count()).select_from(SQL[key]).where(SQL[key].c.life == "live")).scalar_one()

    return Status(
        engine(connection),
        migrations.version(connection),
        {table.key: living(table.key) for table in RECORDS},
        living("person"),
        connection.execute(select(func.count()).select_from(OPERATION)).scalar_one(),
        log.position(connection),  # entries are never removed: counting those that somebody may read would take seconds
        log.head(connection),
    )


def engine(connection: Connection) -> str:
    """The database engine with its version, such as "PostgreSQL 15.18"."""
    if connection.dialect.name == "postgresql":
        return f"PostgreSQL {str(connection.exec_driver_sql('SHOW server_version').scalar_one()).partition(' ')[0]}"
    return f"SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"

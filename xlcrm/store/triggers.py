"""SQLite's side of the migrations: its catalogue, and triggers that make the log append-only and forbid deleting records."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, text

from xlcrm.errors import StoreError
from xlcrm.store import retention
from xlcrm.store.schema import LOGGED
from xlcrm.store.schema import metadata as declared

_AGO = "datetime('now', 'localtime', '-' || {} || ' years')"
_REDACTION = retention.allowed("IS", "CAST(value AS INTEGER)", "max", _AGO)


def _refuse(name: str, table: str, event: str, unless: str = "") -> str:
    when = f" WHEN NOT ({unless})" if unless else ""
    refusal = f"SELECT RAISE(ABORT, 'xlcrm: {table} is append-only')"
    return f'CREATE TRIGGER {name} BEFORE {event} ON "{table}"{when} BEGIN {refusal}; END'


SQLITE = {
    "entry_kept": _refuse("entry_kept", "entry", "UPDATE", _REDACTION),
    "entry_stays": _refuse("entry_stays", "entry", "DELETE"),
    "operation_kept": _refuse("operation_kept", "operation", "UPDATE"),
    "operation_stays": _refuse("operation_stays", "operation", "DELETE"),
    **{f"{key}_stays": _refuse(f"{key}_stays", key, "DELETE") for key in LOGGED},
}


def create(connection: Connection) -> None:
    """Drop and create every trigger, inside the caller's transaction, and assert that they stand."""
    for name, statement in SQLITE.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(statement)
    if missing(connection):
        raise StoreError("store.damaged", path="")


def missing(connection: Connection) -> set[str]:
    """The names of triggers that are gone or say something else."""
    stored = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    found = {row.name: row.sql for row in stored}
    return {name for name, statement in SQLITE.items() if found.get(name) != statement}


def metadata() -> MetaData:
    """The tables as they are declared."""
    return declared


def stored(connection: Connection) -> dict[str, set[str]]:
    """The columns of each table in the file."""
    asked = "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'"
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(asked):
        if not table.startswith("sqlite_"):
            found.setdefault(table, set()).add(column)
    return found


def sound(connection: Connection) -> bool:
    """Whether SQLite finds no damage in the file."""
    return bool(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok")

"""PostgreSQL's side of the migrations: its catalogue, its form of the tables, and what guards them."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Index, MetaData, Text, text

from xlcrm.store import schema
from xlcrm.store.postgres import functions, roles, seen

SCHEMA = "xlcrm"
INDEXES = ("CREATE INDEX IF NOT EXISTS customer_merged ON customer (merged_into) WHERE merged_into IS NOT NULL",)
"""What only this engine asks for: whose a merged customer was (showing.py)."""
_PARTIAL = {"number_own": "kind = 'own'", "customer_merged": "merged_into IS NOT NULL"}


@cache
def metadata() -> MetaData:
    """The declared tables; texts are compared byte by byte, as SQLite does, whatever the server's locale."""
    found = MetaData()
    for table in schema.metadata.sorted_tables:
        copy = table.to_metadata(found)
        if table.name == "customer":  # whoever sees only their own finds them by it (seen.py)
            Index("customer_owner", copy.c.owner)
        for column in copy.columns:
            if isinstance(column.type, Text):
                column.type = Text(collation="C")
        for index in copy.indexes:
            if index.name in _PARTIAL:
                index.dialect_options["postgresql"]["where"] = text(_PARTIAL[index.name])
    return found


def stored(connection: Connection) -> dict[str, set[str]]:
    """The columns of each table in the schema."""
    asked = (
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    )
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(asked, (SCHEMA,)):
        found.setdefault(table, set()).add(column)
    return found


def sound(connection: Connection) -> bool:
    """PostgreSQL tells of damage by itself when it reads."""
    return True


def create(connection: Connection) -> None:
    """Make the functions, triggers and views anew, and say who may use what."""
    for statement in (seen.DROP, *INDEXES, *functions.statements(), *seen.VIEWS.values(), functions.SPELL, *roles.GRANTS):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def missing(connection: Connection) -> set[str]:
    """The triggers that are gone or switched off, and the views that are gone."""
    asked = (
        "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE c.relnamespace = to_regnamespace(%s) AND t.tgenabled IN ('O', 'A')"
    )
    views = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'v'"
    gone = seen.VIEWS.keys() - set(connection.exec_driver_sql(views, (roles.SEEN,)).scalars())
    return gone | (functions.TRIGGERS.keys() - set(connection.exec_driver_sql(asked, (SCHEMA,)).scalars()))

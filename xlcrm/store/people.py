"""Colleagues and settings: few rows, read whole."""

from __future__ import annotations

from sqlalchemy import Connection, select

from xlcrm.model.context import Person
from xlcrm.model.operation import Change
from xlcrm.store.schema import SQL


def people(connection: Connection) -> list[Person]:
    """Everybody, in the order in which they joined."""
    person = SQL["person"].c
    found = []
    for row in connection.execute(select(SQL["person"]).where(person.life == "live").order_by(person.rid)):
        roles = frozenset(role for role in (row.roles or "").split(",") if role)
        found.append(Person(row.rid, row.account, row.name, row.department or "", roles, row.deputy))
    return found


def joining(person: Person) -> Change:
    """The change that adds ``person``."""
    values: dict[str, str | None] = {
        "account": person.account,
        "name": person.name,
        "department": person.department,
        "roles": ",".join(sorted(person.roles)),
        "deputy": person.deputy,
    }
    return Change("person", person.rid, "", values)


def settings(connection: Connection) -> dict[str, str]:
    """Every setting that differs from its default: name -> value."""
    setting = SQL["setting"].c
    rows = connection.execute(select(setting.rid, setting.value).where(setting.life == "live"))
    return {row.rid: row.value or "" for row in rows}

"""Colleagues and settings: few rows, read whole."""

from __future__ import annotations

from sqlalchemy import Connection, select

from xlcrm.model.context import Context, Person
from xlcrm.model.operation import Change
from xlcrm.rules.rights import Rights, rights_of
from xlcrm.store.schema import SQL


def people(connection: Connection) -> list[Person]:
    """Everybody, in the order in which they joined."""
    person = SQL["person"].c
    found = []
    for row in connection.execute(select(SQL["person"]).where(person.life == "live").order_by(person.rid)):
        roles = frozenset(role for role in (row.roles or "").split(",") if role)
        found.append(Person(
            row.rid, row.account, row.name, row.department or "", roles, row.deputy, row.deputy_until or "", bool(row.disabled),
            row.email or "",
        ))  # fmt: skip
    return found


def rights(connection: Connection, context: Context) -> Rights:
    """What the acting person may do, by what the people table says now."""
    return rights_of(context.actor, people(connection), context.now()[:10])


def joining(person: Person) -> Change:
    """The change that adds ``person``."""
    return Change("person", person.rid, "", values(person, ""))


def values(person: Person, day: str) -> dict[str, str | None]:
    """``person`` as its row says it; ``day`` is since when somebody disabled is so."""
    return {
        "account": person.account,
        "name": person.name,
        "email": person.email or None,
        "department": person.department,
        "roles": ",".join(sorted(person.roles)),
        "deputy": person.deputy,
        "deputy_until": person.deputy_until,
        "disabled": day if person.disabled else None,
    }


def settings(connection: Connection) -> dict[str, str]:
    """Every setting that differs from its default: name -> value."""
    setting = SQL["setting"].c
    rows = connection.execute(select(setting.rid, setting.value).where(setting.life == "live"))
    return {row.rid: row.value or "" for row in rows}

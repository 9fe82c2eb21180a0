"""What copies of a store need to know of what happened in it: whom a change concerns, what is gone, what tells a customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from xlcrm.store.asking import telling
from xlcrm.store.schema import ENTRY, OPERATION, OWNED, SQL
from xlcrm.store.sql import SqlStore


def gone(store: SqlStore, owners: Iterable[str]) -> list[list[str | None]]:
    """The customers of these owners (rids) that live no more: (table, rid, number, state, merged into)."""
    row = SQL["customer"].c
    asked = select(row.rid, row.number, row.life, row.merged_into).where(row.owner.in_(list(owners)), row.life != "live")
    with store._reading() as connection:
        return [["customer", *found] for found in connection.execute(asked.order_by(row.rid))]


def touched(store: SqlStore, since: int) -> set[str] | None:
    """The owners ("" for none) of whose customers something changed after the log's entry ``since``.

    None where it concerns everybody: people, settings, a customer that has another owner now.
    """
    entry, owners = ENTRY.c, set[str]()
    handed = (entry.table == "customer") & (entry.version_from > 0) & entry.after.contains('"owner"')
    everybody = select(entry.seq).where(entry.seq > since, entry.table.in_(("person", "setting")) | handed).limit(1)
    with store._reading() as connection:
        if connection.execute(everybody).first() is not None:
            return None
        changed = select(entry.rid).where(entry.seq > since).distinct()
        customer = SQL["customer"].c
        for key in ("customer", *sorted(OWNED)):
            asked = select(customer.owner).distinct()
            if key != "customer":
                asked = asked.select_from(SQL[key].outerjoin(SQL["customer"], SQL[key].c.customer == customer.rid))
            owners.update(one or "" for one in connection.execute(asked.where(SQL[key].c.rid.in_(changed))).scalars())
        # What was proposed, and what was said about it or about a request.
        said = select(SQL["approval"].c.proposal).where(SQL["approval"].c.rid.in_(changed))
        for key in ("proposal", "request"):
            rid = SQL[key].c.rid
            asked = select(customer.owner).select_from(SQL[key].outerjoin(SQL["customer"], SQL[key].c.customer == customer.rid))
            owners.update(one or "" for one in connection.execute(asked.where(rid.in_(changed) | rid.in_(said))).scalars())
    return owners


def whose(store: SqlStore, since: int) -> Iterator[tuple[str, str, set[str]]]:
    """(rid, owner, what tells it exactly) of the customers that changed after the log's entry ``since``; all where it is 0.

    Nothing tells one that lives no more.
    """
    if not since:
        for one in store.scan("customer"):
            yield one.rid, one.values.get("owner") or "", telling(one.values)
        return
    asked = select(ENTRY.c.rid).where(ENTRY.c.seq > since, ENTRY.c.table == "customer").distinct()
    with store._reading() as connection:
        changed = list(connection.execute(asked).scalars())
    for one in store.records(changed).values():
        yield one.rid, one.values.get("owner") or "", telling(one.values) if one.state == "live" else set()


def taken_back(store: SqlStore, person: str, since: str) -> list[str]:
    """The numbers of the records that undos of ``person`` made void since then, and that are void still."""
    done, found = OPERATION.c, set[str]()
    undone = select(done.first, done.entries).where(done.actor == person, done.kind == "undo", done.at >= since)
    with store._reading() as connection:
        for first, entries in connection.execute(undone).all():
            changed = select(ENTRY.c.rid).where(ENTRY.c.seq >= first, ENTRY.c.seq < first + entries)
            for key in ("customer", *sorted(OWNED)):
                record = SQL[key].c
                void = select(record.number).where(record.rid.in_(changed), record.life == "void", record.number.is_not(None))
                found.update(connection.execute(void).scalars())
    return sorted(found)

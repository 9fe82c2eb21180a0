"""Answers beyond what somebody sees every day: "is this customer taken?", one value revealed, an export. All are logged."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Taken, Values
from xlcrm.rules.rights import Group, Level, Rights
from xlcrm.store.base import Store

EXACT = ("p:", "e:", "u:", "n:")
"""The kinds of blocking keys (match/block.py) under which two customers can be exactly one."""

ASKS = 20
"""How many colleagues' customers one person is told about within an hour (setting "asks_per_hour")."""


def taken(
    store: Store, rights: Rights, wanted: Sequence[Values], keys: Sequence[Sequence[str]], context: Context
) -> list[Taken]:
    """The answer for each of ``wanted`` (``keys``: its blocking keys) that exactly is a customer hidden from the person.

    Beyond the hourly number of customers nobody is named any more. What is told is logged once an hour.
    """
    exact = [[key for key in group if key.startswith(EXACT)] for group in keys]
    found = store.candidates(exact)
    records = store.records({rid for _, rid in found})
    hits = [
        (index, rid)
        for index, rid in found
        if rights.level(records[rid].values.get("owner"), Group.NAME) is Level.HIDDEN and _same(wanted[index], records[rid])
    ]
    if not hits:
        return []
    told = _told(store, context)
    most = store.settings().get("asks_per_hour", "")
    left = max((int(most) if most.isdecimal() else ASKS) - len(told), 0)
    fresh = [rid for rid in dict.fromkeys(rid for _, rid in hits) if rid not in told][:left]
    if fresh:
        note(store, context, "ask", fresh)
    told.update(fresh)
    return [Taken(index, rid, (records[rid].values.get("owner") or "") if rid in told else "") for index, rid in hits]


def note(store: Store, context: Context, kind: str, customers: Iterable[str], field: str = "", reason: str = "") -> None:
    """Log that the acting person was shown something of each of ``customers``."""
    changes = [
        Change("access", new_rid(), rid, {"kind": kind, "customer": rid, "field": field or None}, reason=reason)
        for rid in customers
    ]
    store.apply(Operation(kind, changes, reason=reason), context)


def note_export(store: Store, context: Context, count: int, where: str) -> None:
    """Log that the acting person exported ``count`` customers; ``where`` is the filter as it was written."""
    change = Change("access", new_rid(), "", {"kind": "export", "count": str(count)}, reason=where)
    store.apply(Operation("export", [change], reason=where), context)


def _told(store: Store, context: Context) -> set[str]:
    """The customers that the acting person asked about within the last hour."""
    since = (datetime.fromisoformat(context.now()) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    return store.asked(context.actor.rid, since)


def _same(said: Values, record: Record) -> bool:
    """Whether one of the four that tell a customer is exactly the same."""
    name = _plain(said.get("name"))
    if name and name in (_plain(record.values.get("name")), _plain(record.values.get("former_name"))):
        return True
    if set((said.get("phone") or "").split()) & set((record.values.get("phone") or "").split()):  # several in one cell
        return True
    return any(said.get(key) and said[key] == record.values.get(key) for key in ("email", "uscc"))


def _plain(name: str | None) -> str:
    return "".join(unicodedata.normalize("NFKC", name or "").split()).lower()

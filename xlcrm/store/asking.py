"""Answers beyond what somebody sees every day: "is this customer taken?", one value revealed, an export. All are logged."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from xlcrm.errors import UsageError
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Taken, Values
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.rights import Action, Group, Level, Rights, group_of
from xlcrm.store.base import Store

EXACT = ("p:", "e:", "u:", "n:")
"""The kinds of blocking keys (match/block.py) under which two customers can be exactly one."""

ASKS = 20
"""How many colleagues' customers one person is told about within an hour (setting "asks_per_hour")."""

MOST_ASKS = 10
"""How many times as many may be asked about in an hour before nothing at all is answered."""


def taken(
    store: Store, rights: Rights, wanted: Sequence[Values], keys: Sequence[Sequence[str]], context: Context
) -> list[Taken]:
    """The answer for each of ``wanted`` (``keys``: its blocking keys) that exactly is a customer hidden from the person.

    Beyond the hourly number of customers nobody is named any more; what is answered is logged once an hour. UsageError where
    ``MOST_ASKS`` times as many were asked about.
    """
    if rights.sees_everything:
        return []
    exact = [[key for key in group if key.startswith(EXACT)] for group in keys]
    found = store.candidates(exact).pairs
    records = store.records({rid for _, rid in found})
    hits = [
        (index, rid)
        for index, rid in found
        if rights.level(records[rid].values.get("owner"), Group.NAME) is Level.HIDDEN
        and sought(wanted[index]) & telling(records[rid].values)
    ]
    if not hits:
        return []
    since = (datetime.fromisoformat(context.now()) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    told = store.asked(context.actor.rid, since)
    named = {rid for rid, kind in told.items() if kind == "ask"}
    said = store.settings().get("asks_per_hour", "")
    most = int(said) if said.isdecimal() else ASKS
    fresh = [rid for rid in dict.fromkeys(rid for _, rid in hits) if rid not in told]
    if len(told) + len(fresh) > most * MOST_ASKS:
        raise UsageError("rights.too_many_asks")
    left = max(most - len(named), 0)
    if fresh:
        shown = [("ask" if place < left else "held", rid) for place, rid in enumerate(fresh)]
        note(store, context, "ask", shown)
    named.update(fresh[:left])
    return [Taken(index, rid, (records[rid].values.get("owner") or "") if rid in named else "") for index, rid in hits]


def reveal(store: Store, rights: Rights, rid: str, field: str, reason: str, context: Context) -> str | None:
    """One value of a customer in plain. UsageError without the right; written to the log, but for what one may see anyway."""
    record = store.records([rid]).get(rid)
    if record is None or record.table != CUSTOMER.key or field not in record.values:
        raise UsageError("rights.no_reveal")
    owner, group = record.values.get("owner"), group_of(CUSTOMER, CUSTOMER[field])
    if rights.level(owner, group) is not Level.PLAIN:
        if not rights.may(Action.REVEAL, owner, group):
            raise UsageError("rights.no_reveal")
        note(store, context, "reveal", [("reveal", rid)], field, reason)
    return record.values.get(field)


def note(
    store: Store, context: Context, kind: str, shown: Iterable[tuple[str, str]], field: str = "", reason: str = ""
) -> None:
    """Log that the acting person was shown something of customers: ``shown`` holds (kind of showing, customer's rid)."""
    changes = [
        Change("access", new_rid(), rid, {"kind": how, "customer": rid, "field": field or None}, reason=reason)
        for how, rid in shown
    ]
    store.apply(Operation(kind, changes), context)  # the reason stands in the entries, where it can be erased


def note_export(
    store: Store, context: Context, count: int, where: str, kind: str = "export", plain: Sequence[str] = ()
) -> str:
    """Log that the acting person exported ``count`` customers (for somebody "outside"; log entries: "audit"); the log's head.

    ``where`` is the filter as written, ``plain`` the fields that were not masked for somebody outside.
    """
    change = Change("access", new_rid(), "", {"kind": kind, "count": str(count), "field": ",".join(plain) or None}, reason=where)
    return store.apply(Operation(kind, [change], reason=where), context).head


def telling(values: Values) -> set[str]:
    """What tells a customer exactly: names, telephones, mail and credit code. Those of one customer share one of these."""
    said = {f"n:{name}" for key in ("name", "former_name") if (name := plain(values.get(key)))}
    said.update(f"p:{number}" for number in (values.get("phone") or "").split())  # several in one cell
    return said | {f"{key[0]}:{value}" for key in ("email", "uscc") if (value := values.get(key))}


def sought(values: Values) -> set[str]:
    """What a new row is asked about by: what it was called formerly tells nothing of who it is now."""
    return telling({**values, "former_name": None})


def plain(name: str | None) -> str:
    """A name without what people write differently: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", name or "").split()).lower()

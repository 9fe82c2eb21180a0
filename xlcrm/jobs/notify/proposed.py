"""Telling who is to answer that something was proposed, and who proposed it what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlcrm.jobs.notify.making import notices
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Values
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.telling import Event, staff
from xlcrm.store.base import Store


def proposed(store: Store, context: Context, settings: Mapping[str, str], changes: Sequence[Change]) -> list[Change]:
    """The messages about the new proposals among ``changes``, to be stored with them: one a kind and reader, however many there
    are, for all of them wait side by side in 待我审批.
    """
    first: dict[str, Change] = {}
    for one in changes:
        if one.table == "proposal" and one.base is None:
            first.setdefault(one.values.get("kind") or "", one)
    if not first:
        return []
    owners = {one.rid: one.values.get("owner") for one in changes if one.table == CUSTOMER.key and "owner" in one.values}
    wanted = {rid for one in first.values() if (rid := one.values.get("customer")) and rid not in owners}
    owners |= _seen(store, wanted)
    me = context.actor.rid
    events = []
    for kind, one in first.items():
        rid = one.values.get("customer") or ""
        rid = rid if rid in owners else ""
        values: Values = {"kind": kind, "initiator": me}
        events.append(Event("proposal", one.rid, "propose", 1, values, me, rid, owners.get(rid), me))
    return notices(events, staff(store.people(), settings, context.now()[:10]))


def settled(
    store: Store, context: Context, settings: Mapping[str, str], ended: Sequence[tuple[Proposal, str, str]]
) -> list[Change]:
    """The messages about proposals that end, each with its outcome and the reason of a no, to be stored with that."""
    events = []
    owners = _seen(store, {one.customer for one, _, _ in ended if one.customer})
    for proposal, outcome, reason in ended:
        values: Values = {"kind": proposal.kind, "initiator": proposal.initiator, "reason": reason or None}
        version, me = proposal.version + 1, context.actor.rid
        rid = proposal.customer if proposal.customer in owners else ""
        events.append(Event("proposal", proposal.rid, outcome, version, values, me, rid, owners.get(rid), proposal.initiator))
    return notices(events, staff(store.people(), settings, context.now()[:10])) if events else []


def _seen(store: Store, customers: Iterable[str]) -> dict[str, str | None]:
    """The owners of those customers whose name the acting person may know; of others no message says more than that it waits."""
    records = store.records(customers)
    return {rid: record.values.get("owner") for rid, record in records.items() if "name" not in record.hidden}

"""What a handover that everybody agreed to changes: the customers' owner, and what the old one was still to do for them."""

from __future__ import annotations

from collections.abc import Sequence

from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Record
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import CUSTOMER, FEEDBACK, INTERACTION
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

_MOVES = ((FEEDBACK, "assigned_to", "closed_on"), (INTERACTION, "next_by", "next_due"))
"""What somebody else is to do from now on, and the field that says whether it is still to be done."""


def carried(store: Store, context: Context, rulebook: Rulebook, proposals: Sequence[Proposal]) -> dict[str, list[Change]]:
    """The changes of each handover, by its proposal's rid: what is still the sender's goes over."""
    return {one.rid: moves(one, store, context.now()[:10]) for one in proposals}


def moves(proposal: Proposal, store: Store, day: str) -> list[Change]:
    """The changes that the handover is, as things stand now."""
    sender, receiver = str(proposal.about["from"]), str(proposal.about["to"])
    named = proposal.about.get("customers")
    customers = [
        one for one in store.scan(CUSTOMER.key, [("owner", "=", sender)]) if not isinstance(named, list) or one.rid in named
    ]
    found = [_set(one, one.rid, "owner", sender, receiver) for one in customers]
    for table, key, until in _MOVES:
        for rid, records in store.children(table.key, [one.rid for one in customers]).items():
            for one in records:
                last = one.values.get(until)
                going = not last if until == "closed_on" else bool(last and last >= day)
                if going and one.values.get(key) == sender:
                    found.append(_set(one, rid, key, sender, receiver))
    return found


def _set(record: Record, customer: str, key: str, before: str, after: str) -> Change:
    return Change(record.table, record.rid, customer, {key: after}, record.version, {key: before})

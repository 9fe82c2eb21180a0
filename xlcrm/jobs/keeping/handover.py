"""客户交接: proposing that one colleague's customers go over to another (mission section 12)."""

from __future__ import annotations

from collections.abc import Sequence

from xlcrm.errors import UsageError
from xlcrm.jobs import proposals
from xlcrm.model.context import Context, Person
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import CUSTOMER
from xlcrm.store.base import Store


def propose(store: Store, context: Context, sender: Person, receiver: Person, numbers: Sequence[str], reason: str) -> Proposal:
    """Propose that ``sender``'s customers with these numbers (none: all of them) become ``receiver``'s.

    Raises UsageError: without a reason, to oneself or to somebody disabled, for a number that is not ``sender``'s, where there is
    nothing to hand over.
    """
    if not reason.strip():
        raise UsageError("keeping.handover_no_reason")
    if receiver.rid == sender.rid or receiver.disabled:
        raise UsageError("keeping.handover_to", name=receiver.name)
    theirs = {one.rid: one for one in store.scan(CUSTOMER.key, [("owner", "=", sender.rid)])}
    found = store.find(numbers)
    astray = next((number for number in numbers if found.get(number) not in theirs), None)
    if astray is not None:
        raise UsageError("keeping.handover_astray", number=astray, name=sender.name)
    chosen = [theirs[found[number]] for number in numbers] or list(theirs.values())
    if not chosen:
        raise UsageError("keeping.handover_nothing", name=sender.name)
    about: dict[str, object] = {"from": sender.rid, "to": receiver.rid}
    if numbers:
        about["customers"] = [one.rid for one in chosen]
    return proposals.propose(store, context, "handover", chosen[0], about, reason)

"""删除个人信息: everything about one customer goes, at the person's demand (mission section 5)."""

from __future__ import annotations

from xlcrm.errors import UsageError
from xlcrm.jobs import proposals
from xlcrm.jobs.reveal import chosen
from xlcrm.model.context import Context
from xlcrm.model.operation import Record
from xlcrm.rules.approvals import open_seats
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store
from xlcrm.store.erasing import Erased

KIND = "erase"
"""The kind of proposal that two colleagues agree to before (rules/approvals.py)."""


def wanted(store: Store, context: Context, customer: str) -> Record:
    """The one customer that ``customer`` (a number, a name, an internal id) means, even if it was erased before.

    UsageError where it is not clear, or without the right.
    """
    known = store.find([customer]).get(customer, customer)
    found = store.records([known]).get(known) or chosen(store, customer)
    if found.table != "customer":
        raise UsageError("rights.not_one", text=customer, count=0)
    if not rights_of(context.actor, store.people(), context.now()[:10]).may(Action.ERASE, found.values.get("owner")):
        raise UsageError("rights.no_erase")
    return found


def agree(
    store: Store, context: Context, rulebook: Rulebook, customer: str, reason: str, propose: bool
) -> tuple[str, ...]:
    """Propose that one customer is erased (``propose``), or agree to it; the seats from which a yes is still missing.

    UsageError where it is not clear which customer, where it is proposed already, or without the right.
    """
    known = store.find([customer]).get(customer, customer)
    record = store.records([known]).get(known) or chosen(store, customer)
    if propose:
        return open_seats(proposals.propose(store, context, KIND, record, {}, reason))
    return proposals.approve(store, context, proposals.about(store, KIND, record.rid), rulebook, reason).seats


def erase(store: Store, context: Context, customer: Record, reason: str) -> Erased:
    """Erase ``customer`` for good; ``reason`` (the grounds) stays in the log. UsageError without it, or without the right."""
    if not reason.strip():
        raise UsageError("key.no_reason")
    return store.erase(customer.rid, reason.strip(), context)

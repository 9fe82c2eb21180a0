"""双人审核: a second person looks at new customers of whoever may not approve them (setting "review"; document 004)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xlcrm.model.context import Context
from xlcrm.model.finding import Finding, Severity
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Record
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.approvals import DOUBLE, SETTING
from xlcrm.rules.rights import Action, Group, Rights
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

KIND = "review"


@dataclass(frozen=True, slots=True)
class Declined:
    """Who (a rid) sent a new customer back, and why."""

    by: str
    reason: str


def proposals(changes: Sequence[Change], rights: Rights, settings: Mapping[str, str], context: Context) -> list[Change]:
    """A proposal to review each new customer of ``changes`` that the acting person may not approve: for the same operation.

    Whoever stands in for somebody who may approve does not for that reason approve what is their own.
    """
    if settings.get(SETTING) != DOUBLE:
        return []
    alone = Rights(tuple(one for one in rights.persons if one.rid == context.actor.rid), rights.departments)
    new = [one for one in changes if one.table == CUSTOMER.key and one.base is None]
    return [
        Change(
            "proposal", new_rid(), one.rid, {"kind": KIND, "customer": one.rid, "about": "{}", "outcome": "open"}, place=one.place
        )
        for one in new
        if not alone.may(Action.APPROVE, one.values.get("owner"), Group.NAME)
    ]


def waiting(store: Store, settings: Mapping[str, str]) -> set[str]:
    """The customers (rids) that nobody has reviewed yet; none where no team ever wanted it."""
    return {one.customer for one in store.proposals(KIND)} if SETTING in settings else set()


def declined(store: Store, customers: Collection[str]) -> dict[str, Declined]:
    """Those of these customers (rids) that were sent back."""
    found = {}
    for one in store.proposals(KIND, "declined") if customers else ():
        if one.customer in customers:
            word = next((word for word in one.words if word.verdict == "no"), None)
            found[one.customer] = Declined(word.person if word else "", word.reason if word else "")
    return found


def told(why: Declined, table: str, row: int, names: Mapping[str, str]) -> Finding:
    """What the row of a new customer that was sent back says."""
    said: dict[str, object] = {"field": "", "name": names.get(why.by, why.by), "reason": why.reason}
    return Finding("SENT_BACK", Severity.MUST, table, row, None, said)


def accepted(store: Store, context: Context, rulebook: Rulebook, agreed: Sequence[Proposal]) -> dict[str, list[Change]]:
    """What carries out a review that everybody agreed to: nothing, the customer is there."""
    return {one.rid: [] for one in agreed}


def sent_back(customer: Record, reason: str) -> Change:
    """A new customer that was declined becomes void, and goes back to who entered it."""
    return Change(CUSTOMER.key, customer.rid, customer.rid, {}, customer.version, state="void", reason=reason)

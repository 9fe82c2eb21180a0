"""Saying yes or no to proposals: in which seat, what is still missing, and what the last yes carries out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs import reviewing, taglibrary
from xlcrm.jobs.keeping import moving
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Record
from xlcrm.model.proposal import Proposal, Word
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.approvals import SEATS, agreed, carries, declines, open_seats, sits, whose
from xlcrm.rules.rights import Rights
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.workflow import VERIFIER, seconds
from xlcrm.store.base import Store


@dataclass(slots=True)
class Consent:
    """What somebody's yes does: the changes to write together, and the seats from which a yes is still missing.

    ``done``: it carries the proposal out; nothing may be missing, and yet the right to do so.
    """

    changes: list[Change]
    missing: tuple[str, ...] = ()
    done: bool = False
    refused: UsageError | None = None


def consents(
    store: Store, context: Context, rulebook: Rulebook, rights: Rights, agreeing: Sequence[tuple[Proposal, str]]
) -> dict[str, Consent]:
    """The yes of the acting person, with its reason, to each proposal, by its rid. One that cannot be said is ``refused``."""
    owners = owners_of(store, [proposal for proposal, _ in agreeing])
    found: dict[str, Consent] = {}
    complete: dict[str, list[Proposal]] = {}
    for proposal, reason in agreeing:
        try:
            seat = _seat(context, proposal, rights, owners[proposal.rid])
        except UsageError as error:
            found[proposal.rid] = Consent([], refused=error)
            continue
        missing = tuple(one for one in open_seats(proposal) if one != seat)
        consent = found[proposal.rid] = Consent([word(proposal, seat, "yes", reason)], missing)
        words = (*proposal.words, Word(context.actor.rid, seat, "yes"))
        whole = agreed(SEATS[proposal.kind], {proposal.initiator}, words)
        if whole and proposal.kind in CARRIED and carries(rights, proposal.kind, owners[proposal.rid]):
            consent.done = True
            consent.changes.append(ended(proposal, "done"))
            complete.setdefault(proposal.kind, []).append(proposal)
    for kind, of_kind in complete.items():
        for rid, changes in CARRIED[kind](store, context, rulebook, of_kind).items():
            found[rid].changes.extend(changes)
    return found


def no(proposal: Proposal, step: str, context: Context, rights: Rights, owner: str | None) -> str:
    """The outcome when the acting person says no, or takes back what is theirs. UsageError for somebody who may not."""
    if proposal.initiator == context.actor.rid:
        return "withdrawn"
    if step == "withdraw" or not declines(seconds(rights, context.actor.rid, {proposal.initiator}), proposal.kind, owner):
        raise UsageError("merge.no_seat", number="")
    return "declined"


def against(
    proposal: Proposal, outcome: str, customer: Record | None, context: Context, rights: Rights, owner: str | None, reason: str
) -> list[Change]:
    """What goes in with a no beside the proposal's end: the word itself, and what follows of it. UsageError without a reason
    where somebody has to be told one, and for a review that is withdrawn: its customer would stand as if it had been reviewed.
    """
    changes: list[Change] = []
    if outcome == "declined" and context.actor.rid not in {one.person for one in proposal.words}:
        second = seconds(rights, context.actor.rid, {proposal.initiator})
        seat = next((one for one in open_seats(proposal) if sits(second, proposal.kind, one, owner)), None)
        changes += [word(proposal, seat, "no", reason)] if seat else []
    if proposal.kind == reviewing.KIND and customer is not None and customer.state == "live":
        if outcome == "withdrawn":
            raise UsageError("reviewing.not_withdrawn")
        if not reason.strip():
            raise UsageError("reviewing.no_reason")
        changes.append(reviewing.sent_back(customer, reason))
    return changes


def second_person(context: Context, proposal: Proposal) -> None:
    """UsageError for whoever made the proposal, or spoke about it before."""
    if context.actor.rid == proposal.initiator:
        raise UsageError("merge.own_proposal")
    if context.actor.rid in {word.person for word in proposal.words}:
        raise UsageError("merge.said_before")


def word(proposal: Proposal, seat: str, verdict: str, reason: str) -> Change:
    """What the acting person says about a proposal."""
    said = {"proposal": proposal.rid, "seat": seat, "verdict": verdict, "reason": reason or None}
    return Change("approval", new_rid(), "", said)


def ended(proposal: Proposal, outcome: str, reason: str = "") -> Change:
    """The end of a proposal: done, declined or withdrawn."""
    return Change("proposal", proposal.rid, "", {"outcome": outcome}, proposal.version, {"outcome": "open"}, reason=reason)


def seated(seats: Iterable[str], language: str) -> str:
    """Who sits in ``seats``, for a sentence."""
    labels = vocabulary("role")
    said = [text("requests.verifier", language) if one == VERIFIER else labels.label(one, language) for one in seats]
    return text("match.and", language).join(said)


def owners_of(store: Store, proposals: Sequence[Proposal]) -> dict[str, str | None]:
    """Whose customers each proposal is about, by its rid."""
    records = store.records({one.customer for one in proposals if one.customer})
    owners = {rid: record.values.get("owner") for rid, record in records.items()}
    return {one.rid: whose(one.kind, one.about, owners.get(one.customer)) for one in proposals}


def _seat(context: Context, proposal: Proposal, rights: Rights, owner: str | None) -> str:
    second_person(context, proposal)
    second = seconds(rights, context.actor.rid, {proposal.initiator})
    seat = next((one for one in open_seats(proposal) if sits(second, proposal.kind, one, owner)), None)
    if seat is None:
        raise UsageError("merge.no_seat", number="")
    return seat


def _void(store: Store, context: Context, rulebook: Rulebook, proposals: Sequence[Proposal]) -> dict[str, list[Change]]:
    """The customers become void. UsageError where one cannot even be seen."""
    records = store.records({one.customer for one in proposals})
    if any(one.customer not in records for one in proposals):
        raise UsageError("merge.no_seat", number="")
    return {
        one.rid: [
            Change(CUSTOMER.key, one.customer, one.customer, {}, records[one.customer].version, state="void", reason=one.reason)
        ]
        for one in proposals
    }


def _nothing(store: Store, context: Context, rulebook: Rulebook, proposals: Sequence[Proposal]) -> dict[str, list[Change]]:
    """Nothing is stored: whoever asked may do it now (jobs/outside.py)."""
    return {}


def called(proposal: Proposal) -> str:
    """The kind of the operation that carries a proposal out: a yes to an export exports nothing yet."""
    return "approval" if CARRIED.get(proposal.kind) is _nothing else proposal.kind


Carry = Callable[[Store, Context, Rulebook, Sequence[Proposal]], Mapping[str, list[Change]]]
CARRIED: dict[str, Carry] = {
    "void": _void,
    "review": reviewing.accepted,
    "tag": taglibrary.carried,
    "handover": moving.carried,
    "export": _nothing,
}
"""What carries out proposals of each kind that everybody agreed to: the changes, by the proposal's rid, that go in with the last
word. A merge (jobs/merge.py) is an operation of its own.
"""

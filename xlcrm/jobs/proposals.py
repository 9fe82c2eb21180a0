"""What needs the consent of others: voiding a customer, merging into a colleague's. Raised, agreed to, carried out, declined."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.errors import Overtaken, UsageError
from xlcrm.jobs import merge
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Receipt, Record, Result
from xlcrm.model.proposal import Proposal, Word
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.approvals import SEATS, agreed, open_seats
from xlcrm.rules.rights import Action, Rights, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store


@dataclass(slots=True)
class Answer:
    """What became of a proposal: ``outcome`` open, done, declined or withdrawn; ``seats`` are those still missing."""

    proposal: Proposal
    outcome: str
    seats: tuple[str, ...] = ()
    receipt: Receipt | None = None


def propose_void(store: Store, context: Context, customer: Record, reason: str) -> Proposal:
    """Propose that ``customer`` becomes void; two colleagues have to agree. UsageError without a reason, or if it is proposed."""
    if not reason.strip():
        raise UsageError("merge.no_reason")
    return _raise(store, context, "void", customer, {}, reason)


def propose_merge(store: Store, context: Context, records: Sequence[Record], wanted: merge.Wishes, reason: str) -> Proposal:
    """Propose to the owners and the steward that ``records`` are merged into the first of them."""
    if wanted.values:
        raise UsageError("merge.only_sides")
    about = {"others": [record.rid for record in records[1:]], "chosen": dict(wanted.sides)}
    return _raise(store, context, "merge", records[0], about, reason)


def about(store: Store, kind: str, customer: str) -> Proposal:
    """The one open proposal that is about the customer with this number; UsageError where there is none, or several."""
    rid = store.find([customer]).get(customer, customer)
    found = [one for one in store.proposals(kind) if rid in customers(one)]
    if len(found) != 1:
        raise UsageError(f"merge.{'no_proposal' if not found else 'several_proposals'}", number=customer, count=len(found))
    return found[0]


def customers(proposal: Proposal) -> list[str]:
    """The rids of the customers that a proposal is about, the survivor first."""
    others = proposal.about.get("others")
    return [proposal.customer, *(str(rid) for rid in (others if isinstance(others, list) else ()))]


def approve(store: Store, context: Context, proposal: Proposal, rulebook: Rulebook, reason: str = "") -> Answer:
    """Agree to ``proposal``, and carry it out where nobody else has to. UsageError without the right, or to one's own."""
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if proposal.kind == "merge":
        return _accept_merge(store, context, proposal, rulebook, rights, reason)
    _second_person(context, proposal)
    record = store.records([proposal.customer])[proposal.customer]
    may = rights.may(Action.VOID, record.values.get("owner"))
    held = {role for person in rights.persons for role in person.roles}
    seat = next((seat for seat in open_seats(proposal) if seat in held), None)
    if not may or seat is None:
        raise UsageError("merge.no_seat", number=record.number or "")
    words = (*proposal.words, Word(context.actor.rid, seat, "yes"))
    changes = [_word(proposal, seat, "yes", reason)]
    if not agreed(SEATS[proposal.kind], {proposal.initiator}, words):
        _apply(store, context, Operation("approval", changes, reason=reason, whole=True))
        return Answer(proposal, "open", tuple(one for one in open_seats(proposal) if one != seat))
    void = Change(CUSTOMER.key, record.rid, record.rid, {}, record.version, state="void", reason=proposal.reason)
    changes += [_ended(proposal, "done"), void]
    receipt = _apply(store, context, Operation("void", changes, reason=proposal.reason, whole=True))
    return Answer(proposal, "done", receipt=receipt)


def decline(store: Store, context: Context, proposal: Proposal, reason: str = "") -> Answer:
    """Say no to ``proposal``, or take one's own back. UsageError without the right."""
    outcome = "withdrawn" if proposal.initiator == context.actor.rid else "declined"
    _apply(store, context, Operation("approval", [_ended(proposal, outcome)], reason=reason, whole=True))
    return Answer(proposal, outcome)


def _accept_merge(
    store: Store, context: Context, proposal: Proposal, rulebook: Rulebook, rights: Rights, reason: str
) -> Answer:
    found = store.records(customers(proposal))
    records = [found[rid] for rid in customers(proposal) if rid in found]
    gone = next((one for one in records if one.state != "live"), None)
    if gone is not None:
        raise UsageError("merge.void", number=gone.number or "")
    whole = len(records) == len(customers(proposal))  # what is hidden on a server is not even there
    if whole and all(rights.may(Action.MERGE, one.values.get("owner")) for one in records):
        chosen = proposal.about.get("chosen")
        wanted = merge.Wishes(sides={str(key): str(rid) for key, rid in chosen.items()} if isinstance(chosen, dict) else {})
        ended = [_ended(proposal, "done")]
        done = merge.carry_out(store, context, records, wanted, rulebook.settings, proposal.reason, ended)
        if done.proposed:
            raise UsageError("rights.by_request", field="")
        return Answer(proposal, "done", receipt=done.receipt)
    _second_person(context, proposal)
    survivor = found.get(proposal.customer)
    if survivor is None or all(person.rid != survivor.values.get("owner") for person in rights.persons):
        raise UsageError("merge.no_seat", number=survivor.number if survivor and survivor.number else "")
    _apply(store, context, Operation("approval", [_word(proposal, "owner", "yes", reason)], reason=reason, whole=True))
    return Answer(proposal, "open", ("steward",))


def _second_person(context: Context, proposal: Proposal) -> None:
    if context.actor.rid == proposal.initiator:
        raise UsageError("merge.own_proposal")
    if context.actor.rid in {word.person for word in proposal.words}:
        raise UsageError("merge.said_before")


def _raise(store: Store, context: Context, kind: str, customer: Record, what: Mapping[str, object], reason: str) -> Proposal:
    made = Proposal(new_rid(), kind, customer.rid, what, reason.strip(), "open", context.actor.rid, context.now(), 1)
    for known in store.proposals(kind):
        if set(customers(made)) & set(customers(known)):
            raise UsageError("merge.proposed_before", number=customer.number or "")
    said = json.dumps(what, ensure_ascii=False)
    values = {"kind": kind, "customer": customer.rid, "about": said, "reason": made.reason or None, "outcome": "open"}
    _apply(store, context, Operation("proposal", [Change("proposal", made.rid, "", values)], reason=made.reason))
    return made


def _word(proposal: Proposal, seat: str, verdict: str, reason: str) -> Change:
    said = {"proposal": proposal.rid, "seat": seat, "verdict": verdict, "reason": reason or None}
    return Change("approval", new_rid(), "", said)


def _ended(proposal: Proposal, outcome: str) -> Change:
    return Change("proposal", proposal.rid, "", {"outcome": outcome}, proposal.version, {"outcome": "open"})


def _apply(store: Store, context: Context, operation: Operation) -> Receipt:
    try:
        receipt = store.apply(operation, context)
    except Overtaken as error:  # somebody else answered meanwhile
        raise UsageError("merge.answered_meanwhile") from error
    if any(outcome.result is Result.REFUSED for outcome in receipt.outcomes):
        raise UsageError("rights.no_change")
    return receipt

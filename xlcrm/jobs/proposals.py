"""What needs the consent of others (rules/approvals.py: SEATS, and merges): raised, agreed to, carried out, declined."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.errors import Overtaken, UsageError
from xlcrm.jobs import merge
from xlcrm.jobs.agreeing import against, called, consents, ended, no, owners_of, seated, second_person, word
from xlcrm.jobs.notify.proposed import proposed, settled
from xlcrm.jobs.submit import TURNS
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Receipt, Record, Result
from xlcrm.model.proposal import Proposal
from xlcrm.model.wish import Answer as Told
from xlcrm.model.wish import Wish
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
    return propose(store, context, "void", customer, {}, reason)


def propose_merge(store: Store, context: Context, records: Sequence[Record], wanted: merge.Wishes, reason: str) -> Proposal:
    """Propose to the owners and the steward that ``records`` are merged into the first of them."""
    if wanted.values:
        raise UsageError("merge.only_sides")
    about = {"others": [record.rid for record in records[1:]], "chosen": dict(wanted.sides)}
    return propose(store, context, "merge", records[0], about, reason)


def about(store: Store, kind: str, customer: str) -> Proposal:
    """The one open proposal that is about the customer with this number; UsageError where there is none, or several."""
    rid = store.find([customer]).get(customer, customer)
    found = [one for one in store.proposals(kind) if rid in customers(one)]
    if len(found) != 1:
        raise UsageError(f"merge.{'no_proposal' if not found else 'several_proposals'}", number=customer, count=len(found))
    return found[0]


def customers(proposal: Proposal) -> list[str]:
    """The rids of the customers that a proposal is about, the survivor first; none where it is about something else."""
    others = proposal.about.get("others")
    return [rid for rid in (proposal.customer, *(str(rid) for rid in (others if isinstance(others, list) else ()))) if rid]


def approve(store: Store, context: Context, proposal: Proposal, rulebook: Rulebook, reason: str = "") -> Answer:
    """Agree to ``proposal``, and carry it out where nobody else has to. UsageError without the right, or to one's own."""
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if proposal.kind == "merge":
        return _accept_merge(store, context, proposal, rulebook, rights, reason)
    consent = consents(store, context, rulebook, rights, [(proposal, reason)])[proposal.rid]
    if consent.refused:
        raise consent.refused
    done = consent.done
    told = settled(store, context, rulebook.settings, [(proposal, "done", "")] if done else [])
    operation = Operation(called(proposal) if done else "approval", [*consent.changes, *told], whole=True)
    operation.reason = proposal.reason if done else reason
    return Answer(proposal, "done" if done else "open", consent.missing, _apply(store, context, operation))


def decline(store: Store, context: Context, proposal: Proposal, reason: str = "") -> Answer:
    """Say no to ``proposal``, or take one's own back. UsageError without the right."""
    outcome = "withdrawn" if proposal.initiator == context.actor.rid else "declined"
    told = settled(store, context, store.settings(), [(proposal, outcome, reason)])
    _apply(store, context, Operation("approval", [ended(proposal, outcome), *told], reason=reason, whole=True))
    return Answer(proposal, outcome)


def act(store: Store, context: Context, rulebook: Rulebook, wishes: Sequence[Wish]) -> list[Told]:
    """Do what ``wishes`` (agree, decline, withdraw; "reason") say about proposals: an operation for each kind, and each merge.

    What cannot be done is an answer with a sentence and holds nothing else up. Overtaken where colleagues are always quicker.
    """
    answers: dict[int, Told] = {}
    for left in reversed(range(TURNS)):
        known = {one.rid: one for one in store.proposals()}
        kinds: dict[str, dict[int, tuple[Proposal, Wish]]] = {}
        for place, wish in enumerate(wishes):
            if place not in answers and wish.about not in known:
                answers[place] = Told(wish, False, "", "", "requests.answered")
            elif place not in answers:
                kinds.setdefault(known[wish.about].kind, {})[place] = (known[wish.about], wish)
        try:
            for kind, asked in kinds.items():
                answers |= (_merges if kind == "merge" else _of_kind)(store, context, rulebook, asked)
            return [answers[place] for place in range(len(wishes))]
        except Overtaken:  # a colleague answered one of them, or changed its customer: look again
            if not left:
                raise
    raise AssertionError


def _of_kind(store: Store, context: Context, rulebook: Rulebook, asked: Mapping[int, tuple[Proposal, Wish]]) -> dict[int, Told]:
    """Answer proposals of one kind in one operation."""
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    records = store.records({proposal.customer for proposal, _ in asked.values() if proposal.customer})
    owners = owners_of(store, [proposal for proposal, _ in asked.values()])
    agreeing = [(proposal, wish.values.get("reason") or "") for proposal, wish in asked.values() if wish.step == "agree"]
    said = consents(store, context, rulebook, rights, agreeing)
    answers: dict[int, Told] = {}
    over: list[tuple[Proposal, str, str]] = []
    operation = Operation("approval", source=context.source, whole=True)
    for place, (proposal, wish) in asked.items():
        record = records.get(proposal.customer)
        number = (record.number if record else None) or ""
        try:
            if wish.step != "agree":
                outcome = no(proposal, wish.step, context, rights, owners[proposal.rid])
                reason = wish.values.get("reason") or ""
                also = against(proposal, outcome, record, context, rights, owners[proposal.rid], reason)
                operation.changes += [ended(proposal, outcome, reason), *also]
                answers[place] = Told(wish, True, number, outcome, f"requests.now_{outcome}")
                continue
            consent = said[proposal.rid]
            if consent.refused:
                raise consent.refused
            operation.changes += consent.changes
            state = "done" if consent.done else "open"
            over += [(proposal, state, "")] if consent.done else []
            operation.kind = called(proposal) if state == "done" else operation.kind
            seats = seated(consent.missing, context.language)
            key = "requests.agreed_ready" if state == "open" and not consent.missing else f"requests.agreed_{state}"
            answers[place] = Told(wish, True, number, state, key, {"seats": seats})
        except UsageError as error:
            answers[place] = Told(wish, False, number, proposal.outcome, error.key, {**error.values, "number": number})
    if operation.changes:
        operation.changes += settled(store, context, rulebook.settings, over)
        store.apply(operation, context)
    return answers


def _merges(store: Store, context: Context, rulebook: Rulebook, asked: Mapping[int, tuple[Proposal, Wish]]) -> dict[int, Told]:
    """Answer the proposals of merges: each is an operation of its own."""
    answers: dict[int, Told] = {}
    numbers = {rid: record.number or "" for rid, record in store.records({one.customer for one, _ in asked.values()}).items()}
    for place, (proposal, wish) in asked.items():
        number, reason = numbers.get(proposal.customer, ""), wish.values.get("reason") or ""
        try:
            if wish.step == "agree":
                answer = approve(store, context, proposal, rulebook, reason)
            else:
                answer = decline(store, context, proposal, reason)
        except UsageError as error:
            answers[place] = Told(wish, False, number, proposal.outcome, error.key, error.values)
        else:
            answers[place] = Told(wish, True, number, answer.outcome, f"merge.now_{answer.outcome}")
    return answers


def _accept_merge(store: Store, context: Context, proposal: Proposal, rulebook: Rulebook, rights: Rights, reason: str) -> Answer:
    found = store.records(customers(proposal))
    records = [found[rid] for rid in customers(proposal) if rid in found]
    gone = next((one for one in records if one.state != "live"), None)
    if gone is not None:
        raise UsageError("merge.void", number=gone.number or "")
    whole = len(records) == len(customers(proposal))  # what is hidden on a server is not even there
    if whole and all(rights.may(Action.MERGE, one.values.get("owner")) for one in records):
        chosen = proposal.about.get("chosen")
        wanted = merge.Wishes(sides={str(key): str(rid) for key, rid in chosen.items()} if isinstance(chosen, dict) else {})
        end = [ended(proposal, "done"), *settled(store, context, rulebook.settings, [(proposal, "done", "")])]
        done = merge.carry_out(store, context, records, wanted, rulebook.settings, proposal.reason, end)
        if done.proposed:
            raise UsageError("rights.by_request", field="")
        return Answer(proposal, "done", receipt=done.receipt)
    second_person(context, proposal)
    survivor = found.get(proposal.customer)
    if survivor is None or all(person.rid != survivor.values.get("owner") for person in rights.persons):
        raise UsageError("merge.no_seat", number=survivor.number if survivor and survivor.number else "")
    _apply(store, context, Operation("approval", [word(proposal, "owner", "yes", reason)], reason=reason, whole=True))
    return Answer(proposal, "open", ("steward",))


def propose(
    store: Store, context: Context, kind: str, customer: Record | None, what: Mapping[str, object], reason: str
) -> Proposal:
    """Make a proposal of ``kind`` about ``customer`` (None: about something else); UsageError where one of its kind is open about
    that customer already.
    """
    rid, number = (customer.rid, customer.number or "") if customer else ("", "")
    made = Proposal(new_rid(), kind, rid, what, reason.strip(), "open", context.actor.rid, context.now(), 1)
    for known in store.proposals(kind) if customer else ():
        if set(customers(made)) & set(customers(known)):
            raise UsageError("merge.proposed_before", number=number)
    said = json.dumps(what, ensure_ascii=False)
    values = {"kind": kind, "customer": rid or None, "about": said, "reason": made.reason or None, "outcome": "open"}
    change = Change("proposal", made.rid, "", values)
    told = proposed(store, context, store.settings(), [change])
    _apply(store, context, Operation("proposal", [change, *told], reason=made.reason))
    return made


def _apply(store: Store, context: Context, operation: Operation) -> Receipt:
    try:
        receipt = store.apply(operation, context)
    except Overtaken as error:  # somebody else answered meanwhile
        raise UsageError("merge.answered_meanwhile") from error
    if any(outcome.result is Result.REFUSED for outcome in receipt.outcomes):
        raise UsageError("rights.no_change")
    return receipt

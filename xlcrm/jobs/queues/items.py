"""What waits for the acting person, and what of others' is overdue; read in blocks, whatever the number of requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property

from xlcrm.jobs.requests.steps import Case
from xlcrm.model.context import Context
from xlcrm.model.fields import Table
from xlcrm.model.operation import Record
from xlcrm.model.proposal import Proposal, Word
from xlcrm.model.queuesheets import MY_TASKS, OVERDUE, TO_APPROVE, TO_VERIFY
from xlcrm.model.tables import CUSTOMER, FEEDBACK, INTERACTION, REQUEST
from xlcrm.rules import workflow
from xlcrm.rules.approvals import carries, open_seats, sits, whose
from xlcrm.rules.deadlines import Due, completing_due, proposal_due, request_due, telling_due
from xlcrm.rules.keeping import wanting
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.workflow import STEPS, VERIFIER
from xlcrm.store.base import Store

FOLLOWED = 90
"""Days for which a next step that nobody took is still asked for."""
_LAST = ("feedback", "follow", "complete")
"""Tasks that stand below requests and proposals, however late they are: there may be hundreds."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits: on which sheet, for what (``task``, a code of the vocabulary "queue_task"), about which request,
    proposal, customer, interaction or feedback (``about``), and by when (None: whenever).

    ``customer`` is None where the reader may not see it. ``waits_for`` names, of what stands on 逾期 for others to do, people
    (rids) or roles. ``fields`` are the customer's fields that are wanting, ``others`` the customers to be merged into it.
    """

    sheet: Table
    task: str
    about: Record | Proposal
    customer: Record | None
    due: Due | None
    waits_for: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    others: tuple[Record, ...] = ()

    @property
    def key(self) -> str:
        """What tells the line from every other: who reads it back finds the record, the version that was shown, and the task."""
        return f"{self.about.rid} {self.about.version} {self.task}"

    def late(self, moment: datetime) -> bool:
        """Whether it is past its deadline."""
        return self.due is not None and self.due.passed(moment)


def waiting(store: Store, context: Context, rulebook: Rulebook) -> list[Item]:
    """Everything that waits for the acting person, or for somebody absent whose deputy it is; the most urgent first.

    Items of the sheet 逾期 are others' to do: those that are late, of customers whose history the person may read. Raises
    StoreError.
    """
    look = _Look(store, context, rulebook)
    items = [*look.requests(), *look.proposals(), *look.feedback(), *look.steps(), *look.incomplete()]
    found = [one for one in items if one.sheet is not OVERDUE or one.late(look.moment)]
    return sorted(found, key=lambda one: (one.task in _LAST and _LAST.index(one.task) + 1, _moment(one), one.about.rid))


class _Look:
    """One look at the store by one person."""

    def __init__(self, store: Store, context: Context, rulebook: Rulebook) -> None:
        self.store, self.context, self.rulebook = store, context, rulebook
        self.moment = context.clock()
        self.rights = rights_of(context.actor, store.people(), context.now()[:10])
        self.customers: dict[str, Record] = {}

    @cached_property
    def mine(self) -> frozenset[str]:
        """The person, and those for whom this one stands in."""
        return frozenset(person.rid for person in self.rights.persons)

    def requests(self) -> Iterator[Item]:
        """What is to be done about update requests."""
        under_way = [("state", "!=", state) for state in sorted(workflow.ENDED)]
        requests = list(self.store.scan(REQUEST.key, under_way))
        self._know(_customer(one) for one in requests)
        words = self.store.words(one.rid for one in requests if one.values.get("state") in ("open", "verifying"))
        for request in requests:
            yield from self._request(request, words.get(request.rid, ()))

    def _request(self, request: Record, words: Sequence[Word]) -> Iterator[Item]:
        values, settings = request.values, self.rulebook.settings
        customer = self.customers.get(_customer(request))
        due, initiator = request_due(values, settings), values.get("initiator") or ""
        mine = initiator in self.mine
        if mine and telling_due(values, settings):
            yield Item(MY_TASKS, "tell", request, customer, telling_due(values, settings))
        match values.get("state"):
            case "open" if values.get("after") is None and values.get("raised_through") == "system":
                yield self._for(mine, MY_TASKS, "fill", request, customer, due, (initiator,))
            case "open" | "verifying":
                yield self._second(Case(request, customer, words, self.context, self.rulebook, self.rights), due)
            case "failed":
                yield self._for(mine, MY_TASKS, "redo", request, customer, due, (initiator,))
            case "updated":
                yield self._for(mine, MY_TASKS, "confirm", request, customer, due, (initiator,))
            case "confirmed" if mine:
                yield Item(MY_TASKS, "close", request, customer, due)

    def _second(self, case: Case, due: Due | None) -> Item:
        """The line about a request that waits for a second person."""
        request, customer, missing = case.request, case.customer, case.missing(case.spoken)
        updates = self._may(case, "apply")
        if not missing:
            return self._for(updates, MY_TASKS, "update", request, customer, due, ("steward",))
        second = workflow.seconds(self.rights, case.actor, case.apart)
        spoken = case.actor in {word.person for word in case.spoken}
        mine = [one for one in missing if not spoken and workflow.sits(second, one, case.key, case.owner)]
        sheet = TO_VERIFY if VERIFIER in mine else TO_APPROVE
        task = "verify_update" if len(missing) == 1 and updates else "verify"
        roles = tuple("reviewer" if one == VERIFIER else one for one in missing)
        return self._for(bool(mine), sheet, task, request, customer, due, roles)

    def _may(self, case: Case, step: str) -> bool:
        return workflow.may(STEPS[step], self.rights, case.actor, case.values, case.request.created_by, case.owner)

    def _for(
        self, mine: bool, sheet: Table, task: str, about: Record | Proposal, customer: Record | None, due: Due | None,
        others: tuple[str, ...],
    ) -> Item:  # fmt: skip
        """A line on the person's own sheet, or on 逾期 where it is others' to do and the person may know of it."""
        if mine:
            return Item(sheet, task, about, customer, due)
        told = customer is not None and self.rights.may(Action.LOG, customer.values.get("owner"))
        return Item(OVERDUE, task, about, customer, due if told else None, others)

    def proposals(self) -> Iterator[Item]:
        """The proposals in whose open seat the person may sit."""
        proposals = self.store.proposals()
        self._know(rid for one in proposals for rid in (one.customer, *others(one)))
        for one in proposals:
            customer = self.customers.get(one.customer)
            due = proposal_due(one.at, self.rulebook.settings)
            seats = open_seats(one) or ("steward",)
            item = self._for(self._answers(one, customer), TO_APPROVE, "approve", one, customer, due, seats)
            yield replace(item, others=tuple(self.customers[rid] for rid in others(one) if rid in self.customers))

    def _answers(self, proposal: Proposal, customer: Record | None) -> bool:
        """Whether the person may still agree to ``proposal`` in an open seat."""
        actor = self.context.actor.rid
        if actor == proposal.initiator or actor in {word.person for word in proposal.words}:
            return False
        second = workflow.seconds(self.rights, actor, {proposal.initiator})
        owner = whose(proposal.kind, proposal.about, customer.values.get("owner") if customer else None)
        seats = open_seats(proposal)
        if not seats:  # a merge: its owner's word, or the steward carries it out
            return sits(second, proposal.kind, "owner", owner) or carries(second, proposal.kind, owner)
        return any(sits(second, proposal.kind, seat, owner) for seat in seats)

    def feedback(self) -> Iterator[Item]:
        """Needs and complaints that the person is to deal with."""
        found = list(self.store.scan(FEEDBACK.key, [("closed_on", "=", "")]))
        self._know(map(_customer, found))
        for one in found:
            day = one.values.get("due")
            due, by = (_end(day) if day else None), one.values.get("assigned_to") or ""
            yield self._for(by in self.mine, MY_TASKS, "feedback", one, self.customers.get(_customer(one)), due, (by,))

    def steps(self) -> Iterator[Item]:
        """Next steps that were agreed on and are due, unless the customer was talked to since."""
        today = self.moment.date()
        since = (today - timedelta(days=FOLLOWED)).isoformat()
        found = [
            one
            for one in self.store.scan(INTERACTION.key, [("next_due", ">=", since), ("next_due", "<=", today.isoformat())])
            if one.values.get("next_step")
        ]
        talks = self.store.children(INTERACTION.key, {_customer(one) for one in found})
        last = {rid: max(one.values.get("at") or "" for one in of) for rid, of in talks.items() if of}
        open_ = [one for one in found if last.get(_customer(one), "") <= (one.values.get("at") or "")]
        self._know(map(_customer, open_))
        for one in open_:
            by = one.values.get("next_by") or one.values.get("follower") or ""
            due = _end(one.values.get("next_due") or "")
            yield self._for(by in self.mine, MY_TASKS, "follow", one, self.customers.get(_customer(one)), due, (by,))

    def incomplete(self) -> Iterator[Item]:
        """The person's own customers that still want something three working days on (信息待完善)."""
        for owner in sorted(self.mine):
            for one in self.store.scan(CUSTOMER.key, [("owner", "=", owner)]):
                due = completing_due(one.created_at, self.rulebook.settings) if one.created_at else None
                if due and due.passed(self.moment) and (blank := wanting(one.values)):
                    yield Item(MY_TASKS, "complete", one, one, due, fields=tuple(blank))

    def _know(self, rids: Iterable[str]) -> None:
        wanted = {rid for rid in rids if rid and rid not in self.customers}
        self.customers |= {rid: one for rid, one in self.store.records(wanted).items() if "name" not in one.hidden}


def _moment(item: Item) -> datetime:
    return item.due.moment if item.due else datetime.max


def others(proposal: Proposal) -> list[str]:
    """The rids of the customers that a proposal wants merged into its customer."""
    found = proposal.about.get("others")
    return [str(rid) for rid in found] if isinstance(found, list) else []


def _customer(record: Record) -> str:
    return record.values.get("customer") or ""


def _end(day: str) -> Due:
    return Due(datetime.combine(datetime.fromisoformat(day[:10]).date(), time(23, 59, 59)))

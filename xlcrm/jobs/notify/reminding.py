"""Who is reminded of what is overdue, and whose superior is told when that does not help: each once a step and person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from xlcrm.jobs.notify.making import NOTICE, ident, notice
from xlcrm.jobs.queues.items import Item, waiting
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Record
from xlcrm.model.proposal import Proposal
from xlcrm.model.queuesheets import OVERDUE
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.rules.deadlines import escalation_due
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.telling import Reader, Staff
from xlcrm.store.base import Store
from xlcrm.store.guard import seen

LATE, OVER = "late_", "over_"
"""How the kinds of reminders, and of what goes to superiors, begin; the task (vocabulary "queue_task") follows."""

_SAME = {"verify_update": "verify"}
Watch = Callable[[int, int], None]


@dataclass(slots=True)
class Late:
    """Something overdue, and whom it waits for (rids): nobody, where nobody may do it."""

    item: Item
    persons: list[str] = field(default_factory=list)

    @property
    def task(self) -> str:
        """What is to be done: the same word for all whom it waits for."""
        return _task(self.item)


@dataclass(frozen=True, slots=True)
class Reminded:
    """What is ``late``, and the messages about it that are new."""

    late: list[Late]
    fresh: list[Change]

    def count(self, prefix: str) -> int:
        """How many of the new ones are reminders (``LATE``) or go to superiors (``OVER``)."""
        return sum((one.values.get("kind") or "").startswith(prefix) for one in self.fresh)


def overdue(store: Store, context: Context, rulebook: Rulebook, everybody: Staff, watch: Watch | None = None) -> list[Late]:
    """All that is overdue, the most urgent first: what each colleague would find on the own sheets.

    ``store`` as somebody sees it who sees everything; ``watch`` is told how many colleagues of how many are done.
    """
    found: dict[tuple[str, str], Late] = {}
    for done, person in enumerate(everybody.active):
        if watch:
            watch(done, len(everybody.active))
        as_person = replace(context, actor=person)
        for item in waiting(seen(store, as_person), as_person, rulebook):
            if item.late(rulebook.moment):
                late = found.setdefault((item.about.rid, _task(item)), Late(item))
                if item.sheet is not OVERDUE:
                    late.persons.append(person.rid)
    return list(found.values())


def reminders(late: list[Late], rulebook: Rulebook, everybody: Staff) -> list[Change]:
    """A message for each person whom something overdue waits for; for their superiors once it still waits a while later."""
    made: dict[str, Change] = {}
    for one in late:
        readers = [Reader(LATE + one.task, person) for person in one.persons]
        due = one.item.due
        if due and escalation_due(due, rulebook.settings).passed(rulebook.moment):
            answerable: list[str | None] = [*one.persons] or [_interested(one.item)]
            above = {rid for person in answerable for rid in everybody.superiors(person)}
            readers += [Reader(OVER + one.task, person) for person in sorted(above - set(one.persons))]
        customer = one.item.customer.rid if one.item.customer else ""
        for reader in readers:
            change = notice(one.item.about.rid, customer, reader, occasion(one.item.about))
            made[change.rid] = change
    return list(made.values())


def remind(
    store: Store, context: Context, rulebook: Rulebook, everybody: Staff, *, dry: bool = False, watch: Watch | None = None
) -> Reminded:
    """Find what is overdue and write the messages about it that were not written before; ``dry`` writes nothing."""
    late = overdue(store, context, rulebook, everybody, watch)
    made = reminders(late, rulebook, everybody)
    known = {one.rid for one in store.notices(rids=[change.rid for change in made])}
    fresh = [change for change in made if change.rid not in known]
    if fresh and not dry:
        store.apply(Operation(NOTICE, fresh), context)
    return Reminded(late, fresh)


def occasion(about: Record | Proposal) -> str:
    """What a reminder is about until it changes: the state and the round of a request, the deadline of what people plan."""
    if isinstance(about, Proposal):
        return about.outcome
    values = about.values
    if about.table == REQUEST.key:
        return f"{values.get('state')} {values.get('round') or 1}"
    return values.get("due") or values.get("next_due") or ""


def reminds(message: Record) -> bool:
    """Whether a message is about something overdue: those of one person go into one letter."""
    return (message.values.get("kind") or "").startswith((LATE, OVER))


def outdated(sent: Record, about: Record | Proposal) -> bool:
    """Whether a reminder is about something that has gone on meanwhile."""
    reader = Reader(sent.values.get("kind") or "", sent.values.get("person") or "")
    return ident(about.rid, reader, occasion(about)) != sent.rid


def _task(item: Item) -> str:
    """The task of a line; some may do the step after it, too, which is no other step to be reminded of."""
    return _SAME.get(item.task, item.task)


def _interested(item: Item) -> str | None:
    """Who has an interest in what nobody may do: the initiator, or the customer's owner."""
    about = item.about
    if isinstance(about, Proposal):
        return about.initiator
    owner = item.customer.values.get("owner") if item.customer else None
    return owner if about.table == CUSTOMER.key else about.values.get("initiator") or owner

"""客户需求与反馈: who deals with what, how far it is, and what many customers say alike (document 002 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from xlcrm.jobs.notify.making import NOTICE, notice, notices
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Record
from xlcrm.model.tables import CUSTOMER, FEEDBACK, INTERACTION
from xlcrm.rules.feedback import DAYS, LEAST, STATES, state
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.telling import Event, Reader, Staff, staff
from xlcrm.store.base import Store

ALIKE = "alike"
"""The kind of the message about what many customers say alike."""
WHOM = {FEEDBACK.key: "assigned_to", INTERACTION.key: "next_by"}
"""The fields that name who is to do something."""
_MOST = 500  # of one type that are compared, the latest ones
_ABOVE = frozenset({"manager", "steward"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of feedback with its customer (None where that is hidden) and its state."""

    record: Record
    customer: Record | None
    state: str


@dataclass(frozen=True, slots=True)
class Alike:
    """What several customers said alike: all of one type, the earliest first."""

    type: str
    pieces: list[Piece]

    @property
    def customers(self) -> int:
        return len({one.record.values.get("customer") for one in self.pieces})


def assigned(store: Store, context: Context, settings: Mapping[str, str], changes: Sequence[Change]) -> list[Change]:
    """The messages about feedback, and next steps of conversations, that ``changes`` give somebody else to do; to be stored with
    them.
    """
    me = context.actor.rid
    given = [one for one in changes if one.table in WHOM and one.values.get(WHOM[one.table]) not in (None, me)]
    if not given:
        return []
    before = store.records({one.rid for one in given if one.base is not None})
    events = []
    for one in given:
        known = before.get(one.rid)
        values = {**(known.values if known else {}), **one.values}
        by = known.created_by if known else me
        events.append(Event(one.table, one.rid, "assign", (one.base or 0) + 1, values, me, one.customer, None, by))
    return notices(events, staff(store.people(), settings, context.now()[:10]))


def pieces(store: Store, rulebook: Rulebook, since: str = "") -> list[Piece]:
    """All feedback that the acting person may see, raised (or entered) since a day (ISO), the most urgent first."""
    day = rulebook.day.isoformat()
    found = [one for one in store.scan(FEEDBACK.key) if _day(one) >= since]
    customers = store.records({one.values.get("customer") or "" for one in found})
    listed = [Piece(one, customers.get(one.values.get("customer") or ""), state(one.values, day)) for one in found]
    return sorted(listed, key=lambda one: (STATES.index(one.state), one.record.values.get("due") or "9", _day(one.record)))


def groups(store: Store, rulebook: Rulebook, days: int = 0, least: int = 0) -> list[Alike]:
    """What at least ``least`` customers said alike within ``days`` days, of one type; 0 asks for the store's settings."""
    from xlcrm.match.texts import groups as alike

    days, least = days or rulebook.count("feedback_days", DAYS), least or rulebook.count("feedback_least", LEAST)
    recent = pieces(store, rulebook, (rulebook.day - timedelta(days=days)).isoformat())
    found = []
    for type_ in dict.fromkeys(one.record.values.get("type") or "" for one in recent):
        of_type = [one for one in recent if one.record.values.get("type") == type_]
        same = sorted(of_type, key=lambda one: _day(one.record))[-_MOST:]
        for places in alike([one.record.values.get("content") or "" for one in same]):
            group = Alike(type_, [same[place] for place in places])
            if group.customers >= least:
                found.append(group)
    return sorted(found, key=lambda group: -group.customers)


def escalate(store: Store, context: Context, found: Iterable[Alike], everybody: Staff) -> list[Change]:
    """Tell managers and stewards of each group once: of one of which nothing was told to anybody before. The new messages."""
    readers = [Reader(ALIKE, person.rid) for person in everybody.active if person.roles & _ABOVE]
    made = [[_messages(one.record, readers) for one in group.pieces] for group in found]
    rids = [change.rid for group in made for of in group for change in of]
    known = {one.rid for one in store.notices(rids=rids)} if rids else set()
    fresh = [change for group in made if not any(one.rid in known for of in group for one in of) for change in group[0]]
    if fresh:
        store.apply(Operation(NOTICE, fresh), context)
    return fresh


def _messages(record: Record, readers: Sequence[Reader]) -> list[Change]:
    return [notice(record.rid, record.values.get("customer") or "", reader, ALIKE) for reader in readers]


def name(piece: Piece) -> str:
    """What the customer of a piece of feedback is called: number and name, as far as they may be known."""
    customer = piece.customer
    if customer is None or customer.table != CUSTOMER.key:
        return ""
    return " ".join(filter(None, (customer.number, None if "name" in customer.hidden else customer.values.get("name"))))


def _day(record: Record) -> str:
    """When it was raised, else when it came in."""
    return record.values.get("raised_on") or (record.created_at or "")[:10]

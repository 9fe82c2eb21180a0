"""Who is told of each step of a request, a proposal or a feedback (mission section 7; document 000 一).

Nobody is told of what they did themselves, nobody twice of one step, and nobody who is disabled. Whoever stands in for
somebody absent is told of what that one is to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xlcrm.model.context import Person
from xlcrm.model.operation import Values
from xlcrm.rules import approvals
from xlcrm.rules.rights import Rights, rights_of
from xlcrm.rules.workflow import STEPS, excluded, may, seats, seconds, sits

CUSTOMER = ""
"""The reader that is the customer's contact."""


@dataclass(frozen=True, slots=True)
class Event:
    """A step that was taken: ``table`` and ``about`` (a rid) name the record, ``version`` the one it has after the step.

    ``step`` of a request is "raise" or a key of workflow.STEPS, of a proposal "propose", "done", "declined" or "withdrawn",
    of a feedback or an interaction "assign". ``values`` are the record's after the step, for a proposal "kind" and
    "initiator" (and "reason" of a no). ``actor`` took it (a rid, "" for the system). ``owner`` is the customer's,
    ``created_by`` who wrote the record.
    """

    table: str
    about: str
    step: str
    version: int
    values: Values
    actor: str
    customer: str = ""
    owner: str | None = None
    created_by: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets which message: ``kind`` is a key of the catalogue's "notice" texts, ``person`` a rid or ``CUSTOMER``."""

    kind: str
    person: str


@dataclass(frozen=True)
class Staff:
    """Everybody of a store on ``day`` (ISO), with the settings that say who sits where."""

    people: tuple[Person, ...]
    settings: Mapping[str, str]
    day: str
    _rights: dict[str, Rights] = field(default_factory=dict, compare=False)

    @cached_property
    def active(self) -> tuple[Person, ...]:
        """Those who may do anything at all."""
        return tuple(person for person in self.people if not person.disabled)

    @cached_property
    def by_rid(self) -> Mapping[str, Person]:
        """Everybody, those who left included."""
        return {person.rid: person for person in self.people}

    def rights(self, person: str) -> Rights:
        """What somebody may do today."""
        found = self._rights.get(person)
        if found is None:
            found = self._rights[person] = rights_of(self.by_rid[person], self.people, self.day)
        return found

    def who(self, fits: Callable[[Person, Rights], bool]) -> list[str]:
        """The rids of all who fit, given what they may do."""
        return [person.rid for person in self.active if fits(person, self.rights(person.rid))]

    def standing_in(self, person: str | None) -> list[str]:
        """Somebody (a rid) with whoever is the deputy today; nobody who left."""
        return self.who(lambda _, rights: person in {one.rid for one in rights.persons}) if person else []

    def verifiers(self, request: Values, created_by: str | None, owner: str | None) -> list[str]:
        """Who may confirm a request from one of its seats."""
        key, apart = request.get("field") or "", excluded(request, created_by)
        wanted = seats(key, self.settings)
        return self.who(lambda person, rights: any(sits(seconds(rights, person.rid, apart), seat, key, owner) for seat in wanted))

    def updaters(self, request: Values, created_by: str | None, owner: str | None) -> list[str]:
        """Who may carry out a request."""
        return self.who(lambda person, rights: may(STEPS["apply"], rights, person.rid, request, created_by, owner))

    def sitting(self, kind: str, initiator: str | None, owner: str | None) -> list[str]:
        """Who may answer a proposal of ``kind`` about ``owner``'s customer (approvals.whose)."""

        def fits(person: Person, rights: Rights) -> bool:
            second = seconds(rights, person.rid, {initiator} if initiator else ())
            if kind == "merge" and approvals.carries(second, kind, owner):
                return True
            return any(approvals.sits(second, kind, seat, owner) for seat in approvals.SEATS.get(kind, ("owner",)))

        return self.who(fits)

    def superiors(self, person: str | None) -> list[str]:
        """To whom it goes when somebody is late: the department's managers, else the stewards, else the administrators."""
        late = self.by_rid.get(person or "")
        team = late.department if late else ""
        for role, department in (("manager", team), ("steward", ""), ("admin", "")):
            found = [
                one.rid
                for one in self.active
                if role in one.roles and one.rid != person and (one.department == department or role != "manager")
            ]
            if found:
                return found
        return []


def staff(people: Iterable[Person], settings: Mapping[str, str], day: str) -> Staff:
    """Everybody of a store on ``day``."""
    return Staff(tuple(people), settings, day)


def readers(event: Event, everybody: Staff) -> list[Reader]:
    """Who is told of ``event``, and by which message; each reader once, the actor not at all."""
    told: dict[str, Reader] = {}
    for kind, person in _told(event, everybody):
        if person != event.actor or person == CUSTOMER:
            told.setdefault(person, Reader(kind, person))
    gone = {person.rid for person in everybody.people} - {person.rid for person in everybody.active}
    return [reader for reader in told.values() if reader.person not in gone]


def _told(event: Event, everybody: Staff) -> Iterable[tuple[str, str]]:
    values = event.values
    initiator, verifier, updater = (values.get(key) or "" for key in ("initiator", "verifier", "updater"))
    match event.table, event.step:
        case "request", "raise" | "fill" | "again" | "reopen":
            yield from _opened(event, everybody)
        case "request", "take":
            yield from _all("taken", [initiator])
        case "request", "pass" if values.get("verify_result") == "passed":
            yield from _all("carry_out", everybody.updaters(values, event.created_by, event.owner))
        case "request", "fail":
            yield from _all("failed", everybody.standing_in(initiator))
        case "request", "apply":
            yield from _all("confirm", everybody.standing_in(initiator))
            yield from _all("updated", [event.owner])
            if values.get("raised_through") == "customer":
                yield "thanks", CUSTOMER
        case "request", "confirm":
            yield from _all("confirmed", [updater, verifier])
        case "request", "close":
            yield from _all("closed", [initiator, event.owner])
        case "request", "withdraw":
            yield from _all("withdrawn", [initiator, verifier])
        case "proposal", "propose":
            yield from _all("proposed", everybody.sitting(values.get("kind") or "", initiator, event.owner))
        case "proposal", "done" | "declined":
            yield from _all(event.step, [initiator])
        case "feedback", "assign":
            yield from _all("assigned", everybody.standing_in(values.get("assigned_to")))
        case "interaction", "assign" if values.get("next_step"):
            yield from _all("next_step", everybody.standing_in(values.get("next_by")))


def _opened(event: Event, everybody: Staff) -> Iterable[tuple[str, str]]:
    """Of a request that waits to be verified; one that the system raised waits for what it is to say."""
    values = event.values
    if not values.get("after"):
        yield from _all("asked", everybody.standing_in(values.get("initiator")))
        return
    yield from _all("verify", everybody.verifiers(values, event.created_by, event.owner))
    if event.step == "reopen":
        yield from _all("reopened", [values.get("updater"), event.owner])
    elif values.get("urgency") == "urgent":
        yield from _all("urgent", [event.owner])


def _all(kind: str, persons: Iterable[str | None]) -> Iterable[tuple[str, str]]:
    return ((kind, person) for person in persons if person)

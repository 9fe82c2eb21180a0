"""The life of an update request: which step leads where, who may take it, and what it needs (mission section 7; 000, 004).

待处理 → 核验中 → 已更新 → 已确认 → 已关闭; 不通过 is verified again, 撤回 ends it, a difference found on confirming reopens it.
Pure data and the answers from it: the jobs, the store's own checks and the database's are made from the same declaration.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xlcrm.model.fields import Field
from xlcrm.model.operation import Values
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.rules.rights import Action, Group, Rights, group_of


class Who(StrEnum):
    """Who may take a step."""

    INITIATOR = "initiator"  # who wants the change, or the deputy
    SECOND = "second"  # a second person, who may approve of such a change
    UPDATER = "updater"  # a second person, who may make it
    ANYONE = "anyone"  # the initiator, or who may approve of it


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from which states it leads to which (``target``), who takes it, the fields it ``needs`` and those it may set.

    The field that it ``signs`` names who takes it (who says anew what is wanted is the initiator), ``stamps`` says when;
    ``word`` is what that person says with it (an approval of the same operation). One that is taken ``anew`` begins the next
    round with nothing verified; one that ``fills`` sets only what was blank.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    who: Who
    needs: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    signs: str = ""
    stamps: str = ""
    word: str = ""
    anew: bool = False
    fills: bool = False


_WANTED = ("initiator", "after", "reason", "evidence", "consent", "contact", "contact_title", "remark", "urgency")
_CHECKED = ("verifier", "verify_way", "verify_note", "verify_result", "verify_reason", "evidence", "consent")
_ANEW = (*_CHECKED, "before", "opened_at", "round", "updater", "done_on")

STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        # What the system asked for.
        Step("fill", ("open",), "open", Who.INITIATOR, ("after",), _WANTED, signs="initiator", fills=True),
        Step("take", ("open",), "verifying", Who.SECOND, (), ("verifier",), signs="verifier"),
        Step(
            "pass", ("open", "verifying"), "verifying", Who.SECOND, ("verify_way", "verify_note"), _CHECKED,
            signs="verifier", word="yes",
        ),
        Step("fail", ("open", "verifying"), "failed", Who.SECOND, ("verify_reason",), _CHECKED, signs="verifier", word="no"),
        Step(
            "again", ("failed",), "open", Who.INITIATOR, ("after",), (*_WANTED, *_ANEW),
            signs="initiator", stamps="opened_at", anew=True,
        ),
        Step("apply", ("verifying",), "updated", Who.UPDATER, (), ("updater", "done_on"), signs="updater", stamps="done_on"),
        Step("told", ("updated", "confirmed"), "", Who.ANYONE, (), ("told_on",), stamps="told_on"),
        Step("confirm", ("updated",), "confirmed", Who.INITIATOR, (), ("remark",)),
        Step(
            "reopen", ("updated", "confirmed"), "open", Who.INITIATOR, ("remark",), (*_WANTED, *_ANEW),
            signs="initiator", stamps="opened_at", anew=True,
        ),
        Step("close", ("confirmed",), "closed", Who.ANYONE, (), ("remark",)),
        Step("withdraw", ("open", "verifying", "failed"), "withdrawn", Who.INITIATOR, (), ("remark",)),
    )
}  # fmt: skip
"""Every way from one state to another; ``target`` "" stays where it is."""

UNDONE = Step("undone", ("updated",), "verifying", Who.ANYONE)
"""What becomes of a request when the operation that carried it out is taken back: it waits to be carried out again."""
BACK: Values = {"state": "verifying", "updater": None, "done_on": None}
"""What such a request says then."""

CLEARED = ("verifier", "verify_way", "verify_note", "verify_result", "verify_reason", "updater", "done_on")
"""What is blank when a round begins."""
FILLED = frozenset({"take", "pass", "apply"})
"""The steps of what the system asked for that wait until its owner has answered."""
PASSED, FAILED = "passed", "failed"
"""The results of a verification: options of "verify_result"."""

ENDED = frozenset({"closed", "withdrawn"})
BUSINESS = frozenset({"status", "cooperation", "grade", "contract_amount", "contract_end", "payment"})
"""The fields of business state: sales manager and finance confirm them (000 二.2)."""

SEATS_SETTING = "business_seats"
"""The setting of the store with the seats of a business-state field; a team without finance says "manager"."""
BUSINESS_SEATS = ("manager", "finance")
VERIFIER = "verifier"
"""The seat of whoever may approve of the field."""


def seats(field: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    """From which seats a change of the customer's ``field`` is to be confirmed, by different people."""
    if field not in BUSINESS:
        return (VERIFIER,)
    named = settings.get(SEATS_SETTING, "").split(",")
    return tuple(seat for seat in BUSINESS_SEATS if seat in named) or BUSINESS_SEATS


def excluded(request: Values, created_by: str | None) -> frozenset[str]:
    """The rids of those who may neither verify nor carry out a request: who wants the change, and who wrote it down.

    What the system noticed was written down by nobody; the initiator is who answers.
    """
    writer = created_by if request.get("raised_through") != "system" else None
    return frozenset(rid for rid in (request.get("initiator"), writer) if rid)


def seconds(rights: Rights, actor: str, apart: Collection[str]) -> Rights:
    """What ``actor`` may do as a second person: nothing if one of ``apart``, and never in the place of one of them."""
    if actor in apart:
        return Rights((), rights.departments)
    return Rights(tuple(person for person in rights.persons if person.rid not in apart), rights.departments)


def sits(rights: Rights, seat: str, field: str, owner: str | None) -> bool:
    """Whether somebody with ``rights`` (of a second person) may speak in ``seat`` about ``field`` of ``owner``'s customer."""
    group = field_group(field)
    for person in rights.persons:
        alone = Rights((person,), rights.departments)
        if alone.may(Action.APPROVE, owner, group) and (seat == VERIFIER or seat in person.roles):
            return True
    return False


def may(step: Step, rights: Rights, actor: str, request: Values, created_by: str | None, owner: str | None) -> bool:
    """Whether ``actor`` (with ``rights``) may take ``step`` of a request about ``owner``'s customer."""
    field = request.get("field") or ""
    mine = request.get("initiator") in {person.rid for person in rights.persons}
    second = seconds(rights, actor, excluded(request, created_by))
    approves = second.may(Action.APPROVE, owner, field_group(field))
    match step.who:
        case Who.INITIATOR:
            return mine
        case Who.SECOND:
            return approves
        case Who.UPDATER:
            return second.may(Action.CHANGE, owner, field_group(field))
    return mine or approves


def steps_from(state: str) -> tuple[Step, ...]:
    """The steps that lead out of ``state``, in their order."""
    return tuple(step for step in STEPS.values() if state in step.sources)


def taken(before: Values, after: Values) -> Step | None:
    """The step that a change of a request's values is; None where there is none such.

    ``before`` are all its values, ``after`` those that change.
    """
    state = before.get("state") or ""
    target = after.get("state") or state
    for step in steps_from(state):
        if (step.target or state) == target and set(after) <= {*step.sets, "state"}:
            return step
    return None


def starts(values: Values) -> bool:
    """Whether a new request may say this: open, in its first round, nothing verified, about a field that people fill in.

    What the system noticed is asked of the initiator: whoever wrote it down as well as the answer would be their own second.
    """
    first = values.get("state") == "open" and (values.get("round") or "1") == "1"
    blank = not any(values.get(key) for key in (*CLEARED, "told_on"))
    asked = values.get("raised_through") != "system" or not values.get("after")
    return first and blank and asked and values.get("field") in FIELDS and bool(values.get("initiator"))


def fits(step: Step, actor: str, before: Values, after: Values, spoken: str | None, whole: bool) -> bool:
    """Whether a request that says ``before`` may say ``after`` (what changes) by ``step``, taken by ``actor``.

    ``spoken`` is the verdict that ``actor`` gives about it with this very step, None where there is none; ``whole``: with it
    every seat has agreed in this round.
    """
    now = {**before, **after}
    if any(not now.get(key) for key in (*step.needs, *filter(None, (step.stamps,)))):
        return False
    if (step.signs and now.get(step.signs) != actor) or (step.word or None) != spoken:
        return False
    if step.name in FILLED and now.get("raised_through") == "system" and not now.get("after"):
        return False
    if step.fills and any(before.get(key) for key in after if key != step.signs):
        return False
    if step.anew and (round_of(now) != round_of(before) + 1 or any(now.get(key) for key in CLEARED)):
        return False
    if step.word:
        return now.get("verify_result") == (FAILED if step.word == "no" else PASSED if whole else None)
    return step.name != "apply" or before.get("verify_result") == PASSED


def round_of(request: Values) -> int:
    """The round that a request is in; 0 for one that is no number."""
    said = request.get("round") or "1"
    return int(said) if said.isdecimal() else 0


FIELDS = frozenset(field.key for field in CUSTOMER.data)
"""The fields that a request may be about."""


def class_of(field: Field, about: str | None) -> Group:
    """The class of a field of a request about the customer's field ``about``.

    The value that stands and the one wanted are of the class of that field, so that who confirms the change reads them. An
    encrypted field counts as one of the people at the customer: whoever may call them is shown the number.
    """
    group = group_of(REQUEST, field)
    if group is not Group.SENSITIVE:
        return group
    wanted = field_group(about or "")
    return Group.CONTACT if wanted in (Group.SENSITIVE, Group.SYSTEM) else wanted


def field_group(field: str) -> Group:
    """The class of the customer's field that a request is about."""
    return group_of(CUSTOMER, CUSTOMER[field]) if field in CUSTOMER.by_key else Group.SYSTEM

"""One step of one update request as it is planned: may it be taken, and what then changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.catalogue import text
from xlcrm.jobs.agreeing import seated
from xlcrm.model.context import Context
from xlcrm.model.fields import WRITTEN
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Record, Values
from xlcrm.model.proposal import Word
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules import workflow
from xlcrm.rules.approvals import agreed
from xlcrm.rules.changes import Way, way
from xlcrm.rules.rights import Action, Group, Level, Rights
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.wanted import CALLED, item, shown
from xlcrm.rules.workflow import STEPS, Step, Who

ANYWAY = frozenset({"withdraw", "told", "confirm", "close"})
"""Steps that can be taken although the customer is void or erased: nothing of it changes by them."""


class Not(Exception):
    """A step that cannot be taken: ``key`` and ``said`` are the catalogue's sentence."""

    def __init__(self, key: str, **said: object) -> None:
        super().__init__(key)
        self.key, self.said = f"requests.{key}", said


@dataclass(slots=True)
class Planned:
    """A step that can be taken: the request's values that change, the words said, the customer's values that change.

    ``key`` and ``said`` are the sentence about it; ``reason`` goes into the log of the request, ``because`` into the customer's.
    """

    values: Values
    key: str
    said: dict[str, object] = field(default_factory=dict)
    words: list[Change] = field(default_factory=list)
    customer: Values = field(default_factory=dict)
    reason: str = ""
    because: str = ""


@dataclass(slots=True)
class Case:
    """A request and all that its steps depend on. ``words`` are those of every round; ``customer`` is None where it is hidden."""

    request: Record
    customer: Record | None
    words: Sequence[Word]
    context: Context
    rulebook: Rulebook
    rights: Rights

    @property
    def values(self) -> Values:
        return self.request.values

    @property
    def key(self) -> str:
        """The customer's field that is to change."""
        return self.values.get("field") or ""

    @property
    def actor(self) -> str:
        return self.context.actor.rid

    @property
    def owner(self) -> str | None:
        return self.customer.values.get("owner") if self.customer else None

    @property
    def named(self) -> bool:
        """Whether the person may know which customer it is about."""
        return self.customer is not None and self.rights.level(self.owner, Group.NAME) is Level.PLAIN

    @property
    def round(self) -> int:
        return workflow.round_of(self.values)

    @property
    def spoken(self) -> list[Word]:
        """What was said since the request was last opened."""
        return [word for word in self.words if word.round == self.round]

    @property
    def apart(self) -> frozenset[str]:
        return workflow.excluded(self.values, self.request.created_by)

    @property
    def seats(self) -> tuple[str, ...]:
        return workflow.seats(self.key, self.rulebook.settings)

    def missing(self, words: Sequence[Word]) -> list[str]:
        """The seats from which nobody has said yes."""
        taken = {word.seat for word in words if word.verdict == "yes"}
        return [seat for seat in self.seats if seat not in taken]

    def title(self) -> str:
        field = item(self.values)
        return field.title(self.context.language) if field else self.key

    def shown(self, key: str, values: Values | None = None) -> str:
        """The request's ``before`` or ``after`` for a sentence; hidden as far as the person may not see it."""
        held = values or self.values
        value, of = held.get(key), item(held)
        if value is None:
            return text("jobs.blank", self.context.language)
        if of is not None and of.kind in WRITTEN:
            return value
        return str(shown(REQUEST, held, key, self.context.language, self.rulebook.names, self.rulebook.options))

    def names(self, rids: Sequence[str | None]) -> str:
        join = text("match.and", self.context.language)
        return join.join(self.rulebook.names.get(rid, rid) for rid in dict.fromkeys(rids) if rid)

    def state(self, code: str = "") -> str:
        return vocabulary("request_state").label(code or self.values.get("state") or "", self.context.language)


def plan(case: Case, name: str, said: Values) -> Planned:
    """Take step ``name`` of rules/workflow.py with what is ``said`` (canonical values). Raises Not."""
    step = STEPS[name]
    _open_to(case, step)
    said = {key: said[key] for key in step.sets if said.get(key)}
    standing = {**case.values, **said} if name == "again" else said
    for key in step.needs:
        if not standing.get(key):
            raise Not("needs", field=REQUEST[key].title(case.context.language))
    planned = _TAKEN[name](case, said)
    if step.signs:
        planned.values[step.signs] = case.actor
    planned.values = {key: value for key, value in planned.values.items() if value != case.values.get(key)}
    return planned


def _open_to(case: Case, step: Step) -> None:
    """Refuse a step that leads from another state, is about a customer who is gone, or is not this person's."""
    language = case.context.language
    if case.values.get("state") not in step.sources:
        raise Not("wrong_state", state=case.state(), step=text(f"requests.step_{step.name}", language))
    if case.customer is not None and case.customer.state != "live" and step.name not in ANYWAY:
        raise Not("gone", customer=case.customer.number or "")
    if workflow.may(step, case.rights, case.actor, case.values, case.request.created_by, case.owner):
        return
    if step.who is Who.INITIATOR:
        raise Not("not_initiator", name=case.names([case.values.get("initiator")]))
    if step.who is Who.ANYONE:
        raise Not("not_involved", name=case.names([case.values.get("initiator")]))
    if case.actor in case.apart:
        raise Not("own")
    action = Action.APPROVE if step.who is Who.SECOND else Action.CHANGE
    stood_in = case.rights.may(action, case.owner, workflow.field_group(case.key))
    raise Not("deputy_of_own" if stood_in else "no_right", field=case.title(), name=case.names(sorted(case.apart)))


def _fill(case: Case, said: Values) -> Planned:
    if case.values.get("after"):
        raise Not("filled_before")
    said = {key: value for key, value in said.items() if not case.values.get(key)}
    _changes_something(case, said.get("after"))
    return Planned(said, "done_fill")


def _take(case: Case, said: Values) -> Planned:
    _filled(case)
    _free_seat(case)
    return Planned({"state": "verifying", "verifier": case.actor}, "done_take")


def _pass(case: Case, said: Values) -> Planned:
    _filled(case)
    seat = _free_seat(case)
    by_customer = said["verify_way"] == "customer"
    if case.key in CALLED and not by_customer:
        way_ = vocabulary("verify_way").label("customer", case.context.language)
        raise Not("call_first", field=case.title(), way=way_)
    consent = said.get("consent") or case.values.get("consent")
    if consent == "no":
        raise Not("no_consent")
    if by_customer:
        consent = "yes"  # whoever confirms the new value agrees to it
    word = Word(case.actor, seat, "yes", said["verify_note"] or "", case.context.now(), case.round)
    spoken = [*case.spoken, word]
    before = [one.reason for one in case.spoken if one.verdict == "yes" and one.reason]
    done = agreed(case.seats, case.apart, spoken)
    values = {**said, "state": "verifying", "verifier": case.actor, "verify_note": "\n".join((*before, word.reason))}
    values |= {"consent": consent, "verify_result": workflow.PASSED if done else None}
    planned = Planned(values, "done_pass" if done else "done_pass_more", words=[_word(case, word)], reason=word.reason)
    planned.said = {"seats": seated(case.missing(spoken), case.context.language), "field": case.title()}
    return planned


def _fail(case: Case, said: Values) -> Planned:
    why = said["verify_reason"] or ""
    word = Word(case.actor, _seat(case, case.seats), "no", why, case.context.now(), case.round)
    values = {**said, "state": "failed", "verifier": case.actor, "verify_result": workflow.FAILED}
    return Planned(values, "done_fail", {"name": case.names([case.values.get("initiator")])}, [_word(case, word)], reason=why)


def _apply(case: Case, said: Values) -> Planned:
    _filled(case)
    if case.customer is None or case.key in case.customer.hidden or "after" in case.request.hidden:
        raise Not("no_right", field=case.title(), name="")
    if case.values.get("verify_result") != workflow.PASSED or not agreed(case.seats, case.apart, case.spoken):
        raise Not("not_verified", seats=seated(case.missing(case.spoken), case.context.language))
    stands, after = case.customer.values.get(case.key), case.values.get("after")
    if stands not in (case.values.get("before"), after):
        raise Not("stale", field=case.title(), before=case.shown("before"), now=_stands(case, stands))
    verifiers = [word.person for word in case.spoken if word.verdict == "yes"]
    because = text(
        "requests.because",
        case.context.language,
        number=case.request.number or "",
        initiator=case.names([case.values.get("initiator")]),
        verifiers=case.names(verifiers),
        updater=case.names([case.actor]),
    )
    day = case.context.now()[:10]
    planned = Planned({"state": "updated", "updater": case.actor, "done_on": day}, "done_apply", reason=because, because=because)
    planned.said = {"field": case.title(), "after": case.shown("after"), "name": case.names([case.values.get("initiator")])}
    if stands != after:
        planned.customer = {case.key: after, **_called(case)}
    return planned


def _called(case: Case) -> Values:
    """联系方式核验 of a telephone that the customer confirmed; where such marks need a request of their own they stay."""
    marks = ("phone_check", "phone_check_date", "phone_check_by")
    settings = case.rulebook.settings
    if case.key != "phone" or any(
        way(CUSTOMER, CUSTOMER[key], case.rights, case.owner, settings) is not Way.WRITE for key in marks
    ):
        return {}
    last = next((word for word in reversed(case.spoken) if word.verdict == "yes"), None)
    return dict(zip(marks, ("phone", last.at[:10], last.person), strict=True)) if last else {}


def _told(case: Case, said: Values) -> Planned:
    return Planned({"told_on": said.get("told_on") or case.context.now()[:10]}, "done_told")


def _confirm(case: Case, said: Values) -> Planned:
    return Planned({**said, "state": "confirmed"}, "done_confirm", reason=said.get("remark") or "")


def _close(case: Case, said: Values) -> Planned:
    return Planned({**said, "state": "closed"}, "done_close", reason=said.get("remark") or "")


def _withdraw(case: Case, said: Values) -> Planned:
    return Planned({**said, "state": "withdrawn"}, "done_withdraw", reason=said.get("remark") or "")


def _again(case: Case, said: Values) -> Planned:
    _changes_something(case, said.get("after") or case.values.get("after"))
    return _anew(case, said, "done_again")


def _reopen(case: Case, said: Values) -> Planned:
    return _anew(case, said, "done_reopen")


def _anew(case: Case, said: Values, key: str) -> Planned:
    """Back to 待处理: a new round, in which nothing said before counts, over what stands now."""
    if case.customer is None or case.key in case.customer.hidden:
        raise Not("no_right", field=case.title(), name="")
    values: Values = {**said, **dict.fromkeys(workflow.CLEARED)}
    values |= {
        "state": "open",
        "round": str(case.round + 1),
        "opened_at": case.context.now(),
        "before": case.customer.values.get(case.key),
    }
    return Planned(values, key, reason=said.get("remark") or said.get("reason") or "")


_TAKEN = {
    "fill": _fill,
    "take": _take,
    "pass": _pass,
    "fail": _fail,
    "again": _again,
    "apply": _apply,
    "told": _told,
    "confirm": _confirm,
    "reopen": _reopen,
    "close": _close,
    "withdraw": _withdraw,
}


def _filled(case: Case) -> None:
    """What the system asked about says nothing until its owner filled it in."""
    if case.values.get("after") is None and case.values.get("raised_through") == "system":
        raise Not("unfilled", name=case.names([case.values.get("initiator")]))


def _changes_something(case: Case, after: str | None) -> None:
    if case.customer is not None and case.key not in case.customer.hidden and after == case.customer.values.get(case.key):
        raise Not("nothing_new", field=case.title(), now=_stands(case, after))


def _stands(case: Case, value: str | None) -> str:
    return case.shown("after", {**case.values, "after": value})


def _free_seat(case: Case) -> str:
    """The seat in which the person can say yes; Not where everybody needed has spoken, or the person did."""
    missing = case.missing(case.spoken)
    if not missing:
        raise Not("verified_before")
    return _seat(case, missing)


def _seat(case: Case, seats: Sequence[str]) -> str:
    if case.actor in {word.person for word in case.spoken}:
        raise Not("said_before")
    second = workflow.seconds(case.rights, case.actor, case.apart)
    seat = next((one for one in seats if workflow.sits(second, one, case.key, case.owner)), None)
    if seat is None:
        raise Not("no_seat", field=case.title(), seats=seated(seats, case.context.language))
    return seat


def _word(case: Case, word: Word) -> Change:
    said: Values = {
        "proposal": case.request.rid,
        "round": str(word.round),
        "seat": word.seat,
        "verdict": word.verdict,
        "reason": word.reason or None,
    }
    return Change("approval", new_rid(), "", said, reason=word.reason)


def changed(record: Record, values: Mapping[str, str | None], reason: str, place: str = "") -> Change:
    """A change of a stored record over just what it said when it was read."""
    customer = record.rid if record.table == CUSTOMER.key else record.values.get("customer") or ""
    expected = {key: record.values.get(key) for key in values}
    return Change(record.table, record.rid, customer, dict(values), record.version, expected, place=place, reason=reason)

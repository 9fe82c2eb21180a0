"""Carrying out what people want done about update requests and proposals: asked first, then written as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from xlcrm.catalogue import text
from xlcrm.errors import Overtaken, UsageError
from xlcrm.jobs import likeness, proposals
from xlcrm.jobs.notify.making import notices
from xlcrm.jobs.requests.steps import Case, Not, Planned, changed, plan
from xlcrm.jobs.submit import TURNS
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Record
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.model.wish import Answer, Wish
from xlcrm.rules.rights import rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.telling import Event, staff
from xlcrm.rules.workflow import STEPS
from xlcrm.store.base import Store

TOGETHER: Mapping[str, tuple[str, ...]] = {"pass_apply": ("pass", "apply"), "confirm_close": ("confirm", "close")}
"""Two steps that one person takes at once: 通过并更新, 确认并关闭. The second stays where it has to wait for somebody else."""

Watch = Callable[[str, int, int], None]


def act(store: Store, context: Context, rulebook: Rulebook, wishes: Sequence[Wish], watch: Watch | None = None) -> list[Answer]:
    """Do what ``wishes`` say about requests (a step of rules/workflow.py, or one of ``TOGETHER``) and proposals (agree, decline,
    withdraw); one answer for each, in their order.

    ``Wish.values`` are canonical (rules/clean; reading.typed reads what people wrote): verify_way and verify_note to pass,
    verify_reason to fail, remark to reopen, after to fill; "reason" of a word about a proposal. What cannot be done is an
    answer with one sentence and holds nothing else up. Steps are written together, each with its words and its customer's
    change; somebody else's change meanwhile lets them be planned again.
    """
    answers: dict[int, Answer] = {}
    known = store.records({wish.about for wish in wishes})
    steps: dict[int, tuple[str, ...]] = {}
    said: list[int] = []
    seen: set[str] = set()
    for place, wish in enumerate(wishes):
        names = TOGETHER.get(wish.step, (wish.step,))
        if wish.about in seen:
            answers[place] = Answer(wish, False, "", "", "requests.twice")
        elif wish.about not in known:
            said.append(place)
        elif not set(names) <= STEPS.keys():
            raise UsageError("requests.no_step", step=wish.step)
        else:
            steps[place] = names
        seen.add(wish.about)
    turns = max(map(len, steps.values()), default=0)
    for turn in range(turns):
        if watch:
            watch(text("requests.watch", context.language), turn, turns)
        now = {place: names[turn] for place, names in steps.items() if turn < len(names) and _goes_on(answers.get(place))}
        for place, answer in _together(store, context, rulebook, wishes, now).items():
            answers[place] = _joined(answers.get(place), answer, context.language)
    if said:
        answers |= dict(zip(said, proposals.act(store, context, rulebook, [wishes[place] for place in said]), strict=True))
    if watch:
        watch("", 1, 1)
    return [answers[place] for place in range(len(wishes))]


def _goes_on(before: Answer | None) -> bool:
    return before is None or before.done


def _joined(first: Answer | None, second: Answer, language: str) -> Answer:
    """The answer about two steps taken at once; where only the first was, with what the second waits for."""
    if first is None or second.done:
        return second
    if first.key == "requests.done_pass_more":  # it says itself whom it waits for
        return first
    done, why = (text(one.key, language, **one.said) for one in (first, second))
    return Answer(first.wish, True, first.number, first.state, "requests.partly", {"done": done, "why": why})


def _together(
    store: Store, context: Context, rulebook: Rulebook, wishes: Sequence[Wish], steps: Mapping[int, str]
) -> dict[int, Answer]:
    """Take one step (by place of its wish) of each of several requests in one operation."""
    if not steps:
        return {}
    for left in reversed(range(TURNS)):
        answers, changes = _planned(store, context, rulebook, wishes, steps)
        if not changes:
            return answers
        kind = "update" if any(change.table == CUSTOMER.key for change in changes) else "request"
        try:
            store.apply(Operation(kind, changes, source=context.source, whole=True), context)
            return answers
        except Overtaken:  # a colleague was quicker with one of them: look again
            if not left:
                raise
    raise AssertionError


def _planned(
    store: Store, context: Context, rulebook: Rulebook, wishes: Sequence[Wish], steps: Mapping[int, str]
) -> tuple[dict[int, Answer], list[Change]]:
    requests = store.records({wishes[place].about for place in steps})
    customers = store.records({record.values.get("customer") or "" for record in requests.values()})
    words = store.words(requests)
    people, day = store.people(), context.now()[:10]
    rights = rights_of(context.actor, people, day)
    events: list[Event] = []
    answers: dict[int, Answer] = {}
    changes: list[Change] = []
    touched: dict[str, list[Change]] = {}
    standing = dict(customers)
    for place, name in steps.items():
        wish, request = wishes[place], requests.get(wishes[place].about)
        if request is None or request.table != REQUEST.key:
            answers[place] = Answer(wish, False, "", "", "requests.unknown")
            continue
        rid = request.values.get("customer") or ""
        case = Case(request, standing.get(rid), words.get(request.rid, ()), context, rulebook, rights)
        number, state = request.number or "", request.values.get("state") or ""
        combined = wish.step in TOGETHER and name != TOGETHER[wish.step][0]
        try:
            if wish.version is not None and wish.version != request.version and not combined:
                raise Not("changed", name=case.names([request.updated_by]), state=case.state())
            planned = plan(case, name, wish.values)
        except Not as no:
            answers[place] = Answer(wish, False, number, state, no.key, {"number": number, **no.said})
            continue
        state = planned.values.get("state") or state
        said = {"number": number, **planned.said}
        answers[place] = Answer(wish, True, number, state, f"requests.{planned.key}", said)
        changes += _changes(case, planned, wish, standing, touched)
        if case.named:  # of whom the person may not know no message can tell
            events.append(_event(case, planned, name))
    _recognised(store, customers, touched)
    changes += notices(events, staff(people, rulebook.settings, day))
    return answers, changes


def _event(case: Case, planned: Planned, name: str) -> Event:
    request = case.request
    customer = case.customer.rid if case.customer else ""
    values = {**request.values, **planned.values}
    version = request.version + bool(planned.values)
    return Event(REQUEST.key, request.rid, name, version, values, case.actor, customer, case.owner, request.created_by)


def _changes(
    case: Case, planned: Planned, wish: Wish, standing: dict[str, Record], touched: dict[str, list[Change]]
) -> list[Change]:
    changes = [*planned.words]
    if planned.values:
        changes.append(changed(case.request, planned.values, planned.reason, wish.place))
    if planned.customer and case.customer is not None:
        rid = case.customer.rid
        of_customer = changed(case.customer, planned.customer, planned.because, wish.place)
        changes.append(of_customer)
        touched.setdefault(rid, []).append(of_customer)
        # Another request of the same batch finds what this one leaves.
        standing[rid] = replace(case.customer, values={**case.customer.values, **planned.customer})
    return changes


def _recognised(store: Store, customers: Mapping[str, Record], touched: Mapping[str, Sequence[Change]]) -> None:
    """Give the last of each customer's changes the blocking keys of all of them."""
    whole = {}
    for rid, changes in touched.items():
        values = {key: value for change in changes for key, value in change.values.items()}
        whole[rid] = Change(CUSTOMER.key, rid, rid, values, customers[rid].version)
    if whole:
        likeness.give(list(whole.values()), {rid: customers[rid] for rid in whole}, store, {})
    for rid, changes in touched.items():
        changes[-1].keys, changes[-1].looks = whole[rid].keys, whole[rid].looks

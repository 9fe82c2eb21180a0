"""Update requests by state, and how often each kind of deadline was kept (mission section 7, rules/deadlines.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from xlcrm.jobs.report.behind import behind, grouped, linked
from xlcrm.jobs.report.ground import Ground, share
from xlcrm.jobs.report.part import Part, Tile
from xlcrm.model.figures import Chart, Column, Measure, Section, Table
from xlcrm.model.operation import Values
from xlcrm.model.tables import FEEDBACK, REQUEST
from xlcrm.rules.deadlines import Due, count, end_of, proposal_due, request_due, telling_due
from xlcrm.rules.quality import OF_ASPECT, TARGET, Aspect
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME, Group.CORE)
KINDS = ("request", "urgent", "confirm", "tell", "answer", "complete", "feedback")
"""The deadlines, in the order of the table: four of requests, then of proposals, 待补全, and what customers asked for (T5)."""
_COMPLETING = (Group.NAME, Group.CORE, Group.MARKET, Group.CONTACT, Group.SENSITIVE)
_FIELDS = ("rid", "number", "state", "urgency", "opened_at", "done_on", "told_on", "raised_through")


class Met(NamedTuple):
    """One deadline that has come, at the moment ``due``: ``at`` is when it was met, late or not, None where it still is not;
    ``place`` is the customer's.
    """

    kind: str
    due: str
    at: str | None
    place: int
    what: str = ""

    @property
    def kept(self) -> bool:
        return self.at is not None and self.at <= self.due


def part(ground: Ground) -> Part:
    """The section "requests"."""
    found, places = ground.owned(REQUEST.key, _FIELDS, *NEEDS)
    labels = {option.code: option.label(ground.language) for option in ground.rulebook.vocabulary("request_state").options}
    by = grouped((labels.get(state or "", ground.text("blank")), one) for one, state in enumerate(found["state"]))
    groups = {label: by[label] for label in (*labels.values(), *by) if label in by}
    columns = (
        Column("label", ground.title("state", REQUEST), Measure.TEXT),
        Column("count", ground.text("column_requests"), Measure.COUNT),
        Column("share", ground.text("column_share"), Measure.SHARE),
    )
    whole = len(found["state"])
    lines = [(label, linked(groups, "requests", label), share(len(of), whole)) for label, of in groups.items()]
    total = (ground.text("total"), whole, share(whole, whole))
    states = Table("requests", ground.text("table_requests"), columns, lines, total, ground.scope(*NEEDS))
    extra = (
        Column("request", ground.title("number", REQUEST), Measure.TEXT),
        Column("opened_at", ground.title("opened_at", REQUEST), Measure.TEXT),
    )
    listed = behind(
        ground, "requests", groups, extra,
        lambda _, one: (places[one], found["number"][one], found["opened_at"][one]),
    )  # fmt: skip
    deadlines = list(met(ground, [_Request(place, *values) for place, *values in zip(places, *found.values(), strict=True)]))
    table, late = _deadlines(ground, deadlines)
    charts = (
        Chart("bar", ground.text("chart_deadlines"), "deadlines", "label", ("kept_share",)),
        Chart("column", states.title, "requests", "label", ("count",)),
    )
    missed = behind(
        ground, "deadlines_missed", late,
        (Column("due", ground.text("column_due"), Measure.TEXT), Column("what", ground.text("column_what"), Measure.TEXT)),
        lambda _, one: (deadlines[one].place, deadlines[one].due, deadlines[one].what or None),
    )  # fmt: skip
    section = Section("requests", ground.text("section_requests"), (table, states), charts, (missed, listed))
    now, before = _kept(deadlines, ground.before, ground.now), _kept(deadlines, ground.long_before, ground.before)
    return Part(section, (Tile("deadlines", Measure.SHARE, now, before, TARGET),))


def _deadlines(ground: Ground, deadlines: Sequence[Met]) -> tuple[Table, dict[str, list[int]]]:
    words = {kind: ground.text(f"deadline_{kind}") for kind in KINDS}
    kept: Counter[str] = Counter(one.kind for one in deadlines if one.kept)
    waits: Counter[str] = Counter(one.kind for one in deadlines if one.at is None)
    whole: Counter[str] = Counter(one.kind for one in deadlines)
    late = grouped((words[one.kind], at) for at, one in enumerate(deadlines) if not one.kept)
    late = {word: late[word] for word in words.values() if word in late}
    columns = (
        Column("label", ground.text("column_deadline"), Measure.TEXT),
        Column("due", ground.text("column_fallen_due"), Measure.COUNT),
        Column("kept", ground.text("column_kept"), Measure.COUNT),
        Column("missed", ground.text("column_missed"), Measure.COUNT),
        Column("waits", ground.text("column_waits"), Measure.COUNT),
        Column("kept_share", ground.text("column_kept_share"), Measure.SHARE, TARGET),
    )
    lines = []
    for kind, word in words.items():
        if whole[kind]:
            told = linked(late, "deadlines_missed", word)
            lines.append((word, whole[kind], kept[kind], told, waits[kind], share(kept[kind], whole[kind])))
    some, all_ = sum(kept.values()), len(deadlines)
    total = (ground.text("total"), all_, some, all_ - some, sum(waits.values()), share(some, all_))
    note = ground.scope(*NEEDS) + ground.text("note_deadlines" if ground.past.logged else "note_deadlines_unlogged")
    return Table("deadlines", ground.text("table_deadlines"), columns, lines, total, note), late


def _kept(deadlines: Sequence[Met], since: str, until: str) -> float | None:
    """The share kept of the deadlines that came from one moment on, before the other."""
    some = [one for one in deadlines if since <= one.due < until]
    return share(sum(one.kept for one in some), len(some))


class _Request(NamedTuple):
    """What of a request deadlines follow from: its customer's place, then ``_FIELDS``."""

    place: int
    rid: str
    number: str | None
    state: str | None
    urgency: str | None
    opened_at: str | None
    done_on: str | None
    told_on: str | None
    raised_through: str | None

    def met(self, kind: str, due: str, at: str | None) -> Met:
        return Met(kind, due, at, self.place, self.number or "")

    @property
    def kind(self) -> str:
        return "urgent" if self.urgency == "urgent" else "request"


def met(ground: Ground, requests: Sequence[_Request]) -> Iterator[Met]:
    """Every deadline that has come within the months told of: met in time or late, or still waiting."""
    yield from _told(ground, requests)
    yield from _answered(ground)
    yield from _feedback(ground)
    yield from _waiting(ground, requests)
    if ground.past.logged:
        yield from _updated(ground, requests)
        yield from _completed(ground)


def _written(due: Due) -> str:
    return due.moment.isoformat(" ")


def _waiting(ground: Ground, requests: Sequence[_Request]) -> Iterator[Met]:
    """What waits longer than it may."""
    moment, settings = ground.rulebook.moment, ground.rulebook.settings
    for one in requests:
        values: Values = one._asdict()
        due = request_due(values, settings)
        if due is not None and due.passed(moment):
            yield one.met("confirm" if one.state == "updated" else one.kind, _written(due), None)
        due = telling_due(values, settings)
        if due is not None and due.passed(moment):
            yield one.met("tell", _written(due), None)


def _told(ground: Ground, requests: Sequence[_Request]) -> Iterator[Met]:
    """Customers who asked for a change, and were told that it was made."""
    for one in requests:
        if one.told_on and one.done_on and one.raised_through == "customer" and one.told_on >= ground.starts[0][:10]:
            yield one.met("tell", ground.due(one.done_on, "tell_days"), one.told_on)


def _updated(ground: Ground, requests: Sequence[_Request]) -> Iterator[Met]:
    """Requests that were carried out, and confirmed, by the moments that the log remembers."""
    by_rid, settings = {one.rid: one for one in requests}, ground.rulebook.settings
    turns = [turn for turn in ground.store.turns(REQUEST.key, ["state", "opened_at"], ground.starts[0]) if turn[0] in by_rid]
    opened: dict[str, str | None] = {}
    done: dict[str, str] = {}
    for rid, _, before, _ in turns:
        if "opened_at" in before:
            opened.setdefault(rid, before["opened_at"])
    for rid, at, before, after in turns:
        one, state = by_rid[rid], after.get("state")
        if "opened_at" in after:
            opened[rid] = after["opened_at"]
        start = opened.get(rid, one.opened_at)
        if state == "updated" and start:
            done[rid] = at
            hours = count(settings, "urgent_hours" if one.kind == "urgent" else "request_hours")
            yield one.met(one.kind, (datetime.fromisoformat(start) + timedelta(hours=hours)).isoformat(" "), at)
        elif state == "confirmed" and before.get("state") == "updated":
            yield one.met("confirm", ground.due(done.get(rid) or one.done_on or at, "confirm_days"), at)


def _answered(ground: Ground) -> Iterator[Met]:
    """Proposals about customers that were agreed to or declined, and those that wait too long."""
    for one in ground.store.proposals("", ""):
        place = ground.place.get(one.customer)
        if place is None:
            continue
        due = proposal_due(one.at, ground.rulebook.settings)
        said = max((word.at for word in one.words), default="")
        if one.outcome in ("done", "declined") and said >= ground.starts[0]:
            yield Met("answer", _written(due), said, place, one.reason)
        elif one.outcome == "open" and due.passed(ground.rulebook.moment):
            yield Met("answer", _written(due), None, place, one.reason)


def _feedback(ground: Ground) -> Iterator[Met]:
    """What customers asked for by a day (T5)."""
    if not ground.owners(Group.NAME, Group.ORDINARY):
        return
    found, places = ground.owned(FEEDBACK.key, ["number", "due", "closed_on"], Group.NAME, Group.ORDINARY)
    for place, number, day, closed in zip(places, found["number"], found["due"], found["closed_on"], strict=True):
        if day and day >= ground.starts[0][:10]:
            due = end_of(day)
            if closed or due.passed(ground.rulebook.moment):
                yield Met("feedback", _written(due), closed, place, number or "")


def _completed(ground: Ground) -> Iterator[Met]:
    """Customers that came in with something missing, and were completed (待补全)."""
    past = ground.past
    owners, customers = ground.owners(*_COMPLETING, log=True), ground.customers
    for place, verdict in enumerate(past.entered):
        created = customers["created_at"][place] or ""
        if verdict & OF_ASPECT[Aspect.COMPLETE] and created >= ground.starts[0] and customers["owner"][place] in owners:
            due = ground.due(created, "due_days")
            at = past.completed.get(place)
            if at is not None or due < ground.now:
                yield Met("complete", due, at, place)

"""Update requests by state, and how often each kind of deadline was kept (mission section 7, rules/deadlines.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from xlcrm.jobs.report.behind import behind, grouped, linked
from xlcrm.jobs.report.ground import Ground, share
from xlcrm.jobs.report.part import Part, Tile
from xlcrm.model.figures import Chart, Column, Figure, Measure, Section, Table
from xlcrm.model.operation import Values
from xlcrm.model.tables import FEEDBACK, REQUEST
from xlcrm.rules.deadlines import Due, count, end_of, proposal_due, request_due, telling_due
from xlcrm.rules.quality import OF_ASPECT, TARGET, Aspect
from xlcrm.rules.rights import Group
from xlcrm.store.base import Columns

NEEDS = (Group.NAME, Group.CORE)
KINDS = ("request", "urgent", "confirm", "tell", "answer", "complete", "feedback")
"""The deadlines, in the order of the table: four of requests, then of proposals, 待补全, and what customers asked for (T5)."""
_COMPLETING = (Group.NAME, Group.CORE, Group.MARKET, Group.CONTACT, Group.SENSITIVE)
_FIELDS = ("rid", "number", "state", "urgency", "opened_at", "done_on", "told_on", "raised_through")


@dataclass(frozen=True, slots=True)
class Met:
    """One deadline that has come, at the moment ``due``: ``at`` is when it was met, late or not, None where it still is not;
    ``place`` that of the customer, None for none.
    """

    kind: str
    due: str
    at: str | None
    place: int | None
    what: str = ""

    @property
    def kept(self) -> bool:
        return self.at is not None and self.at <= self.due


def part(ground: Ground) -> Part:
    """The section "requests"."""
    found = ground.owned(REQUEST.key, _FIELDS, *NEEDS)
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
        lambda _, one: (ground.place[found["customer"][one]], found["number"][one], found["opened_at"][one]),
    )  # fmt: skip
    deadlines = list(met(ground))
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
    late = grouped(
        (words[one.kind], at) for at, one in enumerate(deadlines) if not one.kept and one.place is not None
    )  # fmt: skip
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
            missed = whole[kind] - kept[kind]
            told = Figure(missed, "deadlines_missed", word) if word in late else missed
            lines.append((word, whole[kind], kept[kind], told, waits[kind], share(kept[kind], whole[kind])))
    some, all_ = sum(kept.values()), len(deadlines)
    total = (ground.text("total"), all_, some, all_ - some, sum(waits.values()), share(some, all_))
    note = ground.scope(*NEEDS) + ground.text("note_deadlines" if ground.past.logged else "note_deadlines_unlogged")
    return Table("deadlines", ground.text("table_deadlines"), columns, lines, total, note), late


def _kept(deadlines: Sequence[Met], since: str, until: str) -> float | None:
    """The share kept of the deadlines that came from one moment on, before the other."""
    some = [one for one in deadlines if since <= one.due < until]
    return share(sum(one.kept for one in some), len(some))


def met(ground: Ground) -> Iterator[Met]:
    """Every deadline that has come within the months told of: met in time or late, or still waiting."""
    found = ground.owned(REQUEST.key, _FIELDS, *NEEDS)
    yield from _told(ground, found)
    yield from _answered(ground)
    yield from _feedback(ground)
    yield from _waiting(ground, found)
    if ground.past.logged:
        yield from _updated(ground, found)
        yield from _completed(ground)


def _written(due: Due) -> str:
    return due.moment.isoformat(" ")


def _requests(found: Columns) -> Iterator[Values]:
    names = ("customer", *_FIELDS)
    for values in zip(*(found[name] for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def _waiting(ground: Ground, found: Columns) -> Iterator[Met]:
    """What waits longer than it may."""
    moment, settings = ground.rulebook.moment, ground.rulebook.settings
    for one in _requests(found):
        due = request_due(one, settings)
        if due is not None and due.passed(moment):
            kind = "confirm" if one["state"] == "updated" else "urgent" if one["urgency"] == "urgent" else "request"
            yield Met(kind, _written(due), None, ground.place[one["customer"]], one["number"] or "")
        due = telling_due(one, settings)
        if due is not None and due.passed(moment):
            yield Met("tell", _written(due), None, ground.place[one["customer"]], one["number"] or "")


def _told(ground: Ground, found: Columns) -> Iterator[Met]:
    """Customers who asked for a change, and were told that it was made."""
    for one in _requests(found):
        told, done = one["told_on"], one["done_on"]
        if told and done and one["raised_through"] == "customer" and told >= ground.starts[0][:10]:
            yield Met("tell", ground.due(done, "tell_days"), told, ground.place[one["customer"]], one["number"] or "")


def _updated(ground: Ground, found: Columns) -> Iterator[Met]:
    """Requests that were carried out, and confirmed, by the moments that the log remembers."""
    requests = {one["rid"]: one for one in _requests(found)}
    settings = ground.rulebook.settings
    turns = [turn for turn in ground.store.turns(REQUEST.key, ["state", "opened_at"], ground.starts[0]) if turn[0] in requests]
    opened: dict[str, str | None] = {}
    done: dict[str, str] = {}
    for rid, _, before, _ in turns:
        if "opened_at" in before:
            opened.setdefault(rid, before["opened_at"])
    for rid, at, before, after in turns:
        one, state = requests[rid], after.get("state")
        if "opened_at" in after:
            opened[rid] = after["opened_at"]
        start = opened.get(rid, one["opened_at"])
        if state == "updated" and start:
            done[rid] = at
            urgent = one["urgency"] == "urgent"
            hours = count(settings, "urgent_hours" if urgent else "request_hours")
            due = (datetime.fromisoformat(start) + timedelta(hours=hours)).isoformat(" ")
            yield Met("urgent" if urgent else "request", due, at, ground.place[one["customer"]], one["number"] or "")
        elif state == "confirmed" and before.get("state") == "updated":
            due = ground.due(done.get(rid) or one["done_on"] or at, "confirm_days")
            yield Met("confirm", due, at, ground.place[one["customer"]], one["number"] or "")


def _answered(ground: Ground) -> Iterator[Met]:
    """Proposals that were agreed to or declined, and those that wait too long."""
    for one in ground.store.proposals("", ""):
        place = ground.place.get(one.customer)
        if place is None and (one.customer or ground.where):
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
    found = ground.owned(FEEDBACK.key, ["number", "due", "closed_on"], Group.NAME, Group.ORDINARY)
    for customer, number, day, closed in zip(found["customer"], found["number"], found["due"], found["closed_on"], strict=True):
        if day and day >= ground.starts[0][:10]:
            due = end_of(day)
            if closed or due.passed(ground.rulebook.moment):
                yield Met("feedback", _written(due), closed, ground.place[customer], number or "")


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

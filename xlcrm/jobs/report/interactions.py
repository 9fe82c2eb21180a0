"""Interactions, and whether they were recorded within 24 hours, by month, colleague and way (003 2.2, 4.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from xlcrm.jobs.report.behind import behind, grouped
from xlcrm.jobs.report.ground import Ground, share
from xlcrm.jobs.report.part import Part, Tile
from xlcrm.jobs.report.talks import Talks
from xlcrm.model.figures import Chart, Column, Figure, List, Measure, Section, Table
from xlcrm.model.tables import INTERACTION
from xlcrm.rules.quality import TARGET
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME, Group.ORDINARY, Group.OWNER)


def part(ground: Ground) -> Part:
    """The section "interactions"."""
    talks = ground.talks
    lately, before = talks.within(ground.before, ground.now), talks.within(ground.long_before, ground.before)
    months, people, ways = _months(ground, talks), _people(ground, talks, lately), _ways(ground, talks, lately)
    charts = (
        Chart("column", months.title, "talks_by_month", "month", ("count",)),
        Chart("line", ground.text("chart_timely"), "talks_by_month", "month", ("timely",)),
        Chart("bar", people.title, "talks_by_person", "label", ("count",)),
    )
    lists = (_late(ground, talks, lately),)
    section = Section("interactions", ground.text("section_interactions"), (people, months, ways), charts, lists)
    tile = Tile("timely", Measure.SHARE, _counts(talks, lately)[-1], _counts(talks, before)[-1], TARGET)
    return Part(section, (tile,))


def _columns(ground: Ground, key: str, title: str, kind: Measure) -> tuple[Column, ...]:
    return (
        Column(key, title, kind),
        Column("count", ground.text("column_talks"), Measure.COUNT),
        Column("customers", ground.text("column_talked_to"), Measure.COUNT),
        Column("late", ground.text("column_late"), Measure.COUNT),
        Column("timely", ground.text("column_timely"), Measure.SHARE, TARGET),
    )


def _months(ground: Ground, talks: Talks) -> Table:
    made = talks.found["created_at"]
    months = {month: place for place, month in enumerate(ground.months)}
    groups: list[list[int]] = [[] for _ in months]
    for one, moment in enumerate(made):
        if moment and (place := months.get(moment[:7])) is not None:
            groups[place].append(one)
    lines = [(month, *_counts(talks, of)) for month, of in zip(months, groups, strict=True)]
    title = ground.text("table_talks_by_month")
    return Table(
        "talks_by_month", title, _columns(ground, "month", ground.text("column_month"), Measure.DATE), lines, None,
        ground.scope(*NEEDS),
    )  # fmt: skip


def _counts(talks: Talks, of: Sequence[int]) -> tuple[int, int, int, float | None]:
    late = sum(talks.late[one] for one in of)
    return len(of), len({talks.places[one] for one in of}), late, share(len(of) - late, len(of))


def _people(ground: Ground, talks: Talks, lately: Sequence[int]) -> Table:
    groups = grouped((ground.person(talks.by[one]), one) for one in lately)
    departments = {ground.person(who): ground.department(who) for who in set(talks.by)}
    order = sorted(groups, key=lambda name: (departments[name], -len(groups[name]), name))
    first, *rest = _columns(ground, "label", ground.text("column_person"), Measure.TEXT)
    columns = (first, Column("department", ground.text("column_department"), Measure.TEXT), *rest)
    lines = []
    for name in order:
        count, customers, late, rate = _counts(talks, groups[name])
        told = Figure(late, "talks_late", name) if late else late
        lines.append((name, departments[name], count, customers, told, rate))
    count, customers, late, rate = _counts(talks, lately)
    total = (ground.text("total"), None, count, customers, late, rate)
    note = ground.scope(*NEEDS) + ground.text("note_lately")
    return Table("talks_by_person", ground.text("table_talks_by_person"), columns, lines, total, note)


def _ways(ground: Ground, talks: Talks, lately: Sequence[int]) -> Table:
    counts = Counter(talks.found["way"][one] for one in lately)
    whole = len(lately)
    columns = (
        Column("label", ground.title("way", INTERACTION), Measure.TEXT),
        Column("count", ground.text("column_talks"), Measure.COUNT),
        Column("share", ground.text("column_share"), Measure.SHARE),
    )
    lines = [(ground.option("interaction_way", way), count, share(count, whole)) for way, count in counts.most_common()]
    note = ground.scope(*NEEDS) + ground.text("note_lately")
    return Table("talks_by_way", ground.text("table_talks_by_way"), columns, lines, None, note)


def _late(ground: Ground, talks: Talks, lately: Sequence[int]) -> List:
    found = talks.found
    groups: Mapping[str, list[int]] = grouped((ground.person(talks.by[one]), one) for one in lately if talks.late[one])
    extra = (
        Column("at", ground.title("at", INTERACTION), Measure.TEXT),
        Column("created_at", ground.text("column_recorded"), Measure.TEXT),
        Column("way", ground.title("way", INTERACTION), Measure.TEXT),
    )

    def row(_: str, one: int) -> tuple[str | float | None, ...]:
        way = ground.option("interaction_way", found["way"][one])
        return talks.places[one], found["at"][one], found["created_at"][one], way

    return behind(ground, "talks_late", groups, extra, row)

"""Duplicates: how many were found, and what became of them."""

from __future__ import annotations

from collections import Counter

from xlcrm.jobs.report.behind import behind, grouped, linked
from xlcrm.jobs.report.ground import Ground, share
from xlcrm.jobs.report.part import Part
from xlcrm.model.figures import Chart, Column, Measure, Section, Table
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME,)
_KINDS = ("merged", "ignored", "declined", "waiting")


def part(ground: Ground) -> Part:
    """The section "duplicates"; only for who may read the log, which knows the merges."""
    merged, made = ground.past.merged, ground.store.columns("decision", ["verdict", "updated_at"])
    since, words = ground.starts[0], {kind: ground.text(f"duplicates_{kind}") for kind in _KINDS}
    ignored = [
        at or "" for verdict, at in zip(made["verdict"], made["updated_at"], strict=True)
        if verdict == "distinct" and (at or "") >= since
    ]  # fmt: skip
    asked = [one for one in ground.store.proposals("merge", "") if one.customer in ground.place]
    declined = [one for one in asked if one.outcome == "declined" and one.at >= since]
    waiting = [one for one in asked if one.outcome == "open"]
    counts = dict(zip(_KINDS, (len(merged), 0 if ground.where else len(ignored), len(declined), len(waiting)), strict=True))
    found = sum(counts.values())
    groups = grouped((words["merged"], place) for place, _ in sorted(merged, key=lambda one: one[1], reverse=True))
    groups |= grouped((words["waiting"], ground.place[one.customer]) for one in waiting)
    columns = (
        Column("label", ground.text("column_outcome"), Measure.TEXT),
        Column("count", ground.text("column_duplicates"), Measure.COUNT),
        Column("share", ground.text("column_share"), Measure.SHARE),
    )
    lines = [
        (word, linked(groups, "duplicates", word) if word in groups else counts[kind], share(counts[kind], found))
        for kind, word in words.items()
    ]
    note = ground.scope(*NEEDS, log=True) + ground.text("note_duplicates")
    total = (ground.text("duplicates_found"), found, share(found, found))
    outcomes = Table("duplicates", ground.text("table_duplicates"), columns, lines, total, note)
    months = _months(ground, Counter(at[:7] for _, at in merged), Counter(at[:7] for at in ignored))
    charts = (
        Chart("doughnut", outcomes.title, "duplicates", "label", ("count",)),
        Chart("column", months.title, "duplicates_by_month", "month", ("merged", "ignored")),
    )
    list_ = behind(ground, "duplicates", groups)
    return Part(Section("duplicates", ground.text("section_duplicates"), (outcomes, months), charts, (list_,)))


def _months(ground: Ground, merged: Counter[str], ignored: Counter[str]) -> Table:
    columns = (
        Column("month", ground.text("column_month"), Measure.DATE),
        Column("merged", ground.text("duplicates_merged"), Measure.COUNT),
        Column("ignored", ground.text("duplicates_ignored"), Measure.COUNT),
    )
    lines = [(month, merged[month], 0 if ground.where else ignored[month]) for month in ground.months]
    title = ground.text("table_duplicates_by_month")
    return Table("duplicates_by_month", title, columns, lines, None, ground.scope(*NEEDS, log=True))

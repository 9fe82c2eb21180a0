"""How far the customers have come, and how many of those that came in each month got there (the log remembers)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from xlcrm.jobs.report.behind import behind, by_value, linked
from xlcrm.jobs.report.ground import Ground, amount, share
from xlcrm.jobs.report.part import Part, Tile
from xlcrm.model.figures import Chart, Column, List, Measure, Section, Table
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME, Group.CORE)
_STEPS = ("lead", "prospect", "won")
_DAY = 86_400


def part(ground: Ground) -> Part:
    """The section "funnel"."""
    places = ground.places(*NEEDS)
    states, list_ = _states(ground, places)
    tables = [states, _funnel(ground, places)]
    charts = [
        Chart("funnel", ground.text("table_funnel"), "funnel", "label", ("count",)),
        Chart("doughnut", states.title, "by_status", "label", ("count",)),
    ]
    if ground.past.logged:
        tables.append(_conversion(ground))
        charts.append(Chart("line", tables[-1].title, "conversion", "month", ("to_prospect", "to_won")))
    owners = ground.owners(*NEEDS)
    now = ground.past.count("won", ground.now, owners)
    tile = Tile("won", Measure.COUNT, now, ground.past.count("won", ground.before, owners) if ground.past.logged else None)
    return Part(Section("funnel", ground.text("section_funnel"), tuple(tables), tuple(charts), (list_,)), (tile,))


def _states(ground: Ground, places: Sequence[int]) -> tuple[Table, List]:
    customers, blank = ground.customers, ground.text("blank")
    status, contracts = customers["status"], customers["contract_amount"]
    known = {option.code: option.label(ground.language) for option in ground.rulebook.vocabulary("status").options}
    found = by_value(status, places, lambda code: known.get(code, code) if code else blank)
    groups = {label: found[label] for label in (*known.values(), *found) if label in found}
    columns = (
        Column("label", ground.title("status"), Measure.TEXT),
        Column("count", ground.text("column_customers"), Measure.COUNT),
        Column("share", ground.text("column_share"), Measure.SHARE),
        Column("amount", ground.title("contract_amount"), Measure.AMOUNT),
    )
    lines = [
        (label, linked(groups, "by_status", label), share(len(of), len(places)), amount(contracts[place] for place in of))
        for label, of in groups.items()
    ]
    total = (ground.text("total"), len(places), share(len(places), len(places)), amount(contracts[place] for place in places))
    table = Table("by_status", ground.text("table_by_status"), columns, lines, total, ground.scope(*NEEDS))
    return table, behind(ground, "by_status", groups)


def _funnel(ground: Ground, places: Sequence[int]) -> Table:
    """Each step with those who are there or further now; who left is on none of them."""
    status = ground.customers["status"]
    at = [sum(status[place] == step for place in places) for step in _STEPS]
    reached = [sum(at[step:]) for step in range(len(_STEPS))]
    columns = (
        Column("label", ground.title("status"), Measure.TEXT),
        Column("count", ground.text("column_reached"), Measure.COUNT),
        Column("share", ground.text("column_of_before"), Measure.SHARE),
    )
    lines = [
        (ground.option("status", step), reached[place], share(reached[place], reached[place - 1]) if place else None)
        for place, step in enumerate(_STEPS)
    ]
    note = ground.scope(*NEEDS) + ground.text("note_funnel")
    return Table("funnel", ground.text("table_funnel"), columns, lines, None, note)


def _conversion(ground: Ground) -> Table:
    """Of the customers that came in each month: how many ever became what, until now."""
    customers, owners = ground.customers, ground.owners(*NEEDS, log=True)
    ever: dict[int, dict[str, str]] = {}
    for place, at, before, after in ground.past.status:
        reached = ever.setdefault(place, {before or "": ""})
        reached.setdefault(after or "", at)
    months: dict[str, list[int]] = {month: [] for month in ground.months}
    for place, (created, owner) in enumerate(zip(customers["created_at"], customers["owner"], strict=True)):
        if owner in owners and created and (month := created[:7]) in months:
            months[month].append(place)
    lines: list[tuple[str | float | None, ...]] = []
    for month, places in months.items():
        states = [ever.get(place) or {customers["status"][place] or "": ""} for place in places]
        prospects = sum("prospect" in one or "won" in one for one in states)
        won = sum("won" in one for one in states)
        took = [
            _days(customers["created_at"][place] or "", one["won"])
            for place, one in zip(places, states, strict=True)
            if one.get("won")
        ]
        lines.append((
            month, len(places), prospects, won, sum("lost" in one for one in states), share(prospects, len(places)),
            share(won, len(places)), median(took) if took else None,
        ))  # fmt: skip
    columns = (
        Column("month", ground.text("column_month"), Measure.DATE),
        Column("entered", ground.text("column_entered"), Measure.COUNT),
        Column("prospects", ground.option("status", "prospect"), Measure.COUNT),
        Column("won", ground.option("status", "won"), Measure.COUNT),
        Column("lost", ground.option("status", "lost"), Measure.COUNT),
        Column("to_prospect", ground.text("column_to_prospect"), Measure.SHARE),
        Column("to_won", ground.text("column_to_won"), Measure.SHARE),
        Column("days", ground.text("column_days_to_won"), Measure.DAYS),
    )
    note = ground.scope(*NEEDS, log=True) + ground.text("note_conversion")
    return Table("conversion", ground.text("table_conversion"), columns, lines, None, note)


def _days(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / _DAY

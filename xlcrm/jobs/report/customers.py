"""Shares of the customers by industry, region and source (003 2.6), and how many came in each month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from xlcrm.jobs.report.behind import behind, by_size, by_value, linked
from xlcrm.jobs.report.ground import Ground, share
from xlcrm.jobs.report.part import Part, Tile
from xlcrm.model.figures import Chart, Column, List, Measure, Section, Table
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME, Group.MARKET)


def part(ground: Ground) -> Part:
    """The section "customers"."""
    places, customers = ground.places(*NEEDS), ground.customers
    trades = {option.code: option.parent or option.code for option in ground.rulebook.vocabulary("industry").options}
    tops = {code: ground.option("industry", top) for code, top in trades.items()}
    blank = ground.text("blank")
    industry, province, source = (customers[name] for name in ("industry", "province", "source"))
    by = {
        "industry": by_value(industry, places, lambda code: tops.get(code, code) if code else blank),
        "province": by_value(province, places, partial(ground.option, "province")),
        "source": by_value(source, places, partial(ground.option, "source")),
    }
    tables, lists = [], []
    for name, groups in by.items():
        shares, list_ = _shares(ground, name, by_size(groups, blank), len(places))
        tables.append(shares)
        lists.append(list_)
    charts = (
        Chart("bar", tables[0].title, "by_industry", "label", ("count",)),
        Chart("bar", tables[1].title, "by_province", "label", ("count",)),
        Chart("doughnut", tables[2].title, "by_source", "label", ("count",)),
        Chart("column", ground.text("table_entered"), "entered", "month", ("count",)),
    )
    section = Section("customers", ground.text("section_customers"), (*tables, _entered(ground, places)), charts, tuple(lists))
    created = ground.customers["created_at"]
    then, long_then = (sum((created[place] or "") < until for place in places) for until in (ground.before, ground.long_before))
    whole = len(places)
    tiles = Tile("customers", Measure.COUNT, whole, then), Tile("entered", Measure.COUNT, whole - then, then - long_then)
    return Part(section, tiles)


def _shares(ground: Ground, name: str, groups: Mapping[str, Sequence[int]], whole: int) -> tuple[Table, List]:
    key = f"by_{name}"
    columns = (
        Column("label", ground.title(name), Measure.TEXT),
        Column("count", ground.text("column_customers"), Measure.COUNT),
        Column("share", ground.text("column_share"), Measure.SHARE),
    )
    lines = [(label, linked(groups, key, label), share(len(of), whole)) for label, of in groups.items()]
    total = (ground.text("total"), whole, share(whole, whole))
    return Table(key, ground.text(f"table_{key}"), columns, lines, total, ground.scope(*NEEDS)), behind(ground, key, groups)


def _entered(ground: Ground, places: Sequence[int]) -> Table:
    created = ground.customers["created_at"]
    counts = Counter((created[place] or "")[:7] for place in places)
    columns = (
        Column("month", ground.text("column_month"), Measure.DATE),
        Column("count", ground.text("column_entered"), Measure.COUNT),
    )
    return Table(
        "entered", ground.text("table_entered"), columns, [(month, counts[month]) for month in ground.months], None,
        ground.scope(*NEEDS),
    )  # fmt: skip

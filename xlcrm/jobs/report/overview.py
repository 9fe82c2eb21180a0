"""The overview: a handful of key figures, each beside what it was a month ago, and pictures of the other sections."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from xlcrm.jobs.report.ground import Ground
from xlcrm.jobs.report.part import Part
from xlcrm.model.figures import Chart, Column, Figure, List, Measure, Section, Table

_CHARTS = (
    ("customers", "by_industry"), ("funnel", "funnel"), ("quality", "quality_trend"), ("interactions", "talks_by_month"),
    ("churn", "churn_months"), ("opportunities", "by_stage"),
)  # fmt: skip
"""The pictures of the page: the section, and the table that the first picture of it shows."""
ORDER = ("customers", "funnel", "churn", "opportunities", "interactions", "requests", "quality")
"""The kinds that the overview is made of, in the order of their key figures."""
_WORST = 5


def section(ground: Ground, parts: Mapping[str, Part], shown: Collection[str]) -> Section:
    """The section "overview"; it brings along what its pictures are of, where that is not ``shown`` in a section of its own."""
    others = {key: one.section for key, one in parts.items()}
    tiles = [tile for key in ORDER if key in parts for tile in parts[key].tiles if tile.now is not None]
    columns = (
        Column("label", "", Measure.TEXT),
        *(Column(tile.name, ground.text(f"tile_{tile.name}"), tile.kind, tile.target) for tile in tiles),
    )
    lines = [
        (ground.text("tile_now"), *(tile.now for tile in tiles)),
        (ground.text("tile_before"), *(tile.before for tile in tiles)),
    ]
    tables = [Table("tiles", ground.text("section_overview"), columns, lines)]
    charts: list[Chart] = []
    for key, table in _CHARTS:
        if key in others and (chart := next((one for one in others[key].charts if one.table == table), None)):
            charts.append(chart)
    if "quality" in others:
        worst = next(one for one in others["quality"].tables if one.key == "worst_fields")
        tables.append(replace(worst, key="worst", lines=worst.lines[:_WORST]))
    lists: dict[str, List] = {}
    for key in (key for key in others if key not in shown):
        wanted = [one for one in others[key].tables if one.key in {chart.table for chart in charts}]
        tables += wanted
        named = {cell.list for table in (*wanted, *tables) for line in table.lines for cell in line if isinstance(cell, Figure)}
        lists |= {one.key: one for one in others[key].lists if one.key in named}
    return Section("overview", ground.text("section_overview"), tuple(tables), tuple(charts), tuple(lists.values()))

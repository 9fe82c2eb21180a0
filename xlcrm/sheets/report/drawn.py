"""What a chart draws, which is not always what its table says: the first ten of a thousand industries and all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.model.figures import Chart, Column, Measure, Table
from xlcrm.sheets.report.looks import numbers, plain, shortened

FIRST = 10  # of more lines the first ones are drawn, and the others together
SLICES = 7  # of a doughnut
LABEL, LEGEND = 22, 15  # characters of a line's name beside a bar, and of a slice's
ADDED = frozenset({Measure.COUNT, Measure.AMOUNT})  # what "others" may sum up
Series = Sequence[tuple[Column, Sequence[float | None]]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a chart draws: the names of its points, and a value of each for every column that it shows."""

    chart: Chart
    title: str
    names: Sequence[str]
    series: Series

    @property
    def kind(self) -> str:
        """The chart's kind; one slice is no doughnut, and one point no line."""
        kind, slices = self.chart.kind, sum(1 for value in self.series[0][1] if value)
        if kind == "doughnut" and slices < 2:
            return "bar"
        return "column" if kind == "line" and len(self.names) < 2 else kind

    @property
    def blank(self) -> bool:
        """Whether there is nothing to see."""
        return not any(value for _, values in self.series for value in values)


def drawn(chart: Chart, table: Table, language: str, first: int = FIRST) -> Drawn:
    """What ``chart`` shows of ``table``: of months those since something happened; of many lines the ``first`` ones and the
    others together, of shares, which cannot be added up, the first ones alone, or the lowest ones where there is a target.
    """
    places = {column.key: place for place, column in enumerate(table.columns)}
    label, columns = places[chart.label], [table.columns[places[key]] for key in chart.values]
    points = [(str(plain(line[label]) or ""), numbers([line[places[key]] for key in chart.values])) for line in table.lines]
    title, most = chart.title, min(SLICES, first) if chart.kind == "doughnut" else first
    if table.columns[label].kind is Measure.DATE:
        begin = next((place for place, (_, values) in enumerate(points) if any(values)), 0)
        points = [(month.removeprefix("20").replace("-", "."), values) for month, values in points[begin:]]
    else:
        points = [point for point in points if point[1] != [None] * len(columns)]
        if chart.kind in ("bar", "column", "doughnut") and len(points) > most + 1:
            if all(column.kind in ADDED for column in columns):
                others = [sum(filter(None, of)) for of in zip(*(values for _, values in points[most:]), strict=True)]
                points = [*points[:most], (text("dashboard.others", language), others)]
            elif columns[0].target is None:
                points, title = points[:most], text("dashboard.first", language, title=title, count=most)
            else:
                points = sorted(points, key=lambda point: 1 if point[1][0] is None else point[1][0])[:most]
                title = text("dashboard.lowest", language, title=title, count=most)
    names = [shortened(name, LEGEND if chart.kind == "doughnut" else LABEL) for name, _ in points]
    series = [(column, [values[place] for _, values in points]) for place, column in enumerate(columns)]
    return Drawn(chart, title, names, series)

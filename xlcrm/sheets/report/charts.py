"""The charts of a report: Excel's own, over numbers that stand on a sheet of their own.

For they are not always those of a table: what is drawn of it, and beside it a funnel's margins, a line for the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcrm.catalogue import text
from xlcrm.model.figures import Column, Measure
from xlcrm.sheets.report.drawn import Drawn, Series
from xlcrm.sheets.report.looks import BAD, FORMATS, GOOD
from xlcrm.sheets.style import ACCENT, FONT, INK, LINE, PAPER, SOFT, Styles

ROOM = 1.15  # of a bar's axis: for the number behind the longest one
FEW = 4  # bars that would be too thick otherwise
COLOURS = ("#2F6DB5", "#2E8B57", "#C77700", "#7A5BA6", "#2F9BB5", "#B5403C", "#8A9A3B", "#9AA3B2")
Pair = tuple[int, int]
AXES = {**FORMATS, Measure.SHARE: "0%", Measure.AMOUNT: "#,##0"}


class Charts:
    """Makes charts and writes what they draw onto ``sheet``, one below the other."""

    def __init__(self, book: Workbook, sheet: Worksheet, styles: Styles, language: str) -> None:
        self.book, self.sheet, self.styles, self.language = book, sheet, styles, language
        self.row = 2
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 12, 14)
        sheet.write_string(0, 0, text("dashboard.data", language), styles(bold=True, font_size=15, font_color=ACCENT))
        sheet.write_string(0, 1, text("dashboard.data_note", language), styles(font_color=SOFT, font_size=9))
        sheet.set_row(0, 30)

    def place(self, sheet: Worksheet, at: Pair, size: Pair, shown: Drawn, aside: int = 0) -> None:
        """Put a chart onto ``sheet``, ``aside`` of the cell ``at`` (row, column from 0); a note where it is empty. In pixels."""
        options = {"object_position": 1, "description": shown.title, "x_offset": aside}
        if shown.blank:
            look = {"line": {"color": LINE}, "fill": {"color": PAPER}, "align": {"vertical": "middle", "horizontal": "center"}}
            font = {"font": {"name": FONT, "size": 10, "color": SOFT}}
            said = text("dashboard.chart_empty", self.language, chart=shown.title)
            sheet.insert_textbox(*at, said, {"width": size[0], "height": size[1], **look, **font, **options})
            return
        made = self._made(shown)
        made.set_size({"width": size[0], "height": size[1]})
        sheet.insert_chart(*at, made, options)

    def _made(self, shown: Drawn) -> Any:
        """The chart itself, and what it draws on the sheet of numbers."""
        kind = shown.kind
        first, last = self.row + 2, self.row + 1 + len(shown.names)
        series = list(shown.series)
        funnel = kind == "funnel"
        if funnel:  # the bars stand in the middle between margins that nobody sees
            column, values = series[0]
            widest = max(value or 0 for value in values)
            series = [(column, [(widest - (value or 0)) / 2 for value in values]), (column, values)]
        target = next((column.target for column, _ in series if column.target is not None), None)
        lined = target is not None and kind in ("column", "line")
        self._write(shown, series, target if lined else None)
        chart = self.book.add_chart({"type": "bar", "subtype": "stacked"} if funnel else {"type": kind})
        name = self.sheet.get_name()
        for place, (column, values) in enumerate(series, 1):
            options: dict[str, Any] = {
                "name": [name, first - 1, place],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, place, last, place],
            }
            options |= self._look(kind, place, column, values, single=len(series) == 1)
            if funnel:
                options |= {"gap": 25, "overlap": 100}
                if place == 1:
                    options |= {"fill": {"none": True}, "border": {"none": True}, "data_labels": {}}
            chart.add_series(options)
        if lined:
            self._target(chart, kind, name, first, last, len(series) + 1)
        self._frame(chart, shown, kind, series, legend=lined or (len(series) > 1 and not funnel))
        return chart

    def _write(self, shown: Drawn, series: Series, target: float | None) -> None:
        head = self.styles(bold=True, font_color=SOFT, bottom=1, bottom_color=LINE)
        self.sheet.write_string(self.row, 0, shown.title, self.styles(bold=True, font_color=INK))
        self.sheet.write_blank(self.row + 1, 0, None, head)
        for place, (column, _) in enumerate(series, 1):
            self.sheet.write_string(self.row + 1, place, column.title, head)
        if target is not None:
            said = text("dashboard.target", self.language, value=f"{target:.0%}")
            self.sheet.write_string(self.row + 1, len(series) + 1, said, head)
        for down, label in enumerate(shown.names):
            row = self.row + 2 + down
            self.sheet.write_string(row, 0, label, self.styles())
            for place, (column, values) in enumerate(series, 1):
                value = values[down]
                if value is not None:
                    self.sheet.write_number(row, place, value, self.styles(num_format=FORMATS[column.kind]))
            if target is not None:
                self.sheet.write_number(row, len(series) + 1, target, self.styles(num_format=FORMATS[Measure.SHARE]))
        self.row += len(shown.names) + 3

    def _look(self, kind: str, place: int, column: Column, values: Sequence[float | None], single: bool) -> dict[str, Any]:
        """How one series looks."""
        colour = COLOURS[0 if kind == "funnel" else (place - 1) % len(COLOURS)]
        rough = "#,##0" if column.kind is Measure.AMOUNT else FORMATS[column.kind]
        labels = {"value": True, "num_format": rough, "font": _font(8, INK)}
        if kind == "doughnut":
            points = [{"fill": {"color": COLOURS[number % len(COLOURS)]}} for number in range(len(values))]
            white = {"percentage": True, "num_format": "0%", "font": _font(8, "#FFFFFF"), "leader_lines": False}
            small = sum(filter(None, values)) * 0.04
            hidden = [{"delete": True} if not value or value < small else {} for value in values]
            return {"points": points, "data_labels": {**white, "custom": hidden}}
        if kind == "line":
            mark = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
            return {"line": {"color": colour, "width": 2.25}, "marker": mark}
        gap = 45 if len(values) >= FEW else 480 // (len(values) + 1)
        if kind == "funnel":
            labels["font"] = _font(9, "#FFFFFF", bold=True)
        if kind == "column" and column.target is not None:  # the target's line goes through what stands above
            labels |= {"position": "inside_end", "font": _font(8, "#FFFFFF")}
        if kind == "bar" and single and column.target is not None:
            fills = [{"fill": {"color": GOOD if value is not None and value >= column.target else BAD}} for value in values]
            return {"points": fills, "data_labels": labels, "gap": gap}
        crowded = (kind == "column" and len(values) > 12) or (not single and kind != "funnel")
        return {"fill": {"color": colour}, "gap": gap, **({} if crowded else {"data_labels": labels})}

    def _target(self, chart: Any, kind: str, name: str, first: int, last: int, place: int) -> None:
        """The line that is to be reached."""
        options = {
            "name": [name, first - 1, place],
            "categories": [name, first, 0, last, 0],
            "values": [name, first, place, last, place],
            "line": {"color": BAD, "width": 1.5, "dash_type": "dash"},
            "marker": {"type": "none"},
        }
        if kind == "line":
            chart.add_series(options)
            return
        line = self.book.add_chart({"type": "line"})
        line.add_series(options)
        chart.combine(line)

    def _frame(self, chart: Any, shown: Drawn, kind: str, series: Series, legend: bool) -> None:
        """Title, axes, legend, and the chart's border."""
        chart.set_title({"name": shown.title, "name_font": _font(11, INK, bold=True), "overlay": False})
        chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": "#FFFFFF"}})
        if kind == "doughnut":
            chart.set_hole_size(55)
            chart.set_legend({"position": "right", "font": _font(9, INK)})
            return
        chart.set_legend({"position": "bottom", "font": _font(8, SOFT)} if legend else {"none": True})
        measure = series[0][0].kind
        quiet = {"line": {"none": True}, "major_tick_mark": "none", "minor_tick_mark": "none"}
        names = {
            "num_font": _font(9 if len(shown.names) < 9 else 8 if len(shown.names) < 12 else 7, INK),
            "line": {"color": LINE},
            "major_tick_mark": "none",
            "minor_tick_mark": "none",
        }
        grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
        values: dict[str, Any] = {
            "num_font": _font(8, SOFT),
            "num_format": AXES[measure],
            "min": 0,
            "major_gridlines": grid,
            **quiet,
        }
        shown_values = [value for _, row in series for value in row if value is not None]
        if kind == "bar":
            values["max"] = max(shown_values) * ROOM
        elif measure is Measure.SHARE and any(column.target is not None for column, _ in series):
            values["max"] = 1
            if kind == "line":
                values["min"] = max(0, int(min(shown_values) * 10 - 0.5) / 10)
        if min(shown_values) < 0:
            values.pop("min")
        if kind in ("bar", "funnel"):
            chart.set_x_axis({**values, "visible": False, "major_gridlines": {"visible": False}})
            chart.set_y_axis({**names, "reverse": True, "interval_unit": 1, "major_gridlines": {"visible": False}})
        else:
            chart.set_x_axis(names)
            chart.set_y_axis(values)
        chart.show_blanks_as("gap")


def _font(size: int, colour: str, bold: bool = False) -> dict[str, Any]:
    return {"name": FONT, "size": size, "color": colour, "bold": bold}

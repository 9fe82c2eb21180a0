"""The colours and cell formats of the template, each made once per workbook."""

from __future__ import annotations

from functools import cache

from xlsxwriter import Workbook
from xlsxwriter.format import Format

FONT = "微软雅黑"
INK, SOFT, LINE, PAPER = "#1F2A3C", "#5B6679", "#D3D9E3", "#F6F8FB"
ACCENT = "#1F4E79"
# header: (fill, font); a blank required cell is later marked in the same colour family
HEADERS = {
    "blocking": ("#B5403C", "#FFFFFF"),
    "due": ("#2F6DB5", "#FFFFFF"),
    "decide": ("#C77700", "#FFFFFF"),
    "optional": ("#E3E9F2", INK),
    "system": ("#E4E4E4", "#6B6B6B"),
}
BANDS = {
    "blocking": ("#F6DEDC", "#8E2B27"),
    "due": ("#DCE8F6", "#1F4E79"),
    "decide": ("#FBEBD3", "#7A4B00"),
    "optional": ("#EFF3F9", SOFT),
    "system": ("#F1F1F1", "#7F7F7F"),
}


class Styles:
    """Formats by their properties (as XlsxWriter names them), over one base font."""

    def __init__(self, book: Workbook) -> None:
        self._make = cache(lambda wanted: book.add_format(dict(wanted)))

    def __call__(self, **properties: object) -> Format:
        """A cell format: the base font, centred vertically, with ``properties`` on top."""
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter", **properties}
        return self._make(tuple(sorted(base.items())))

    def colour(self, fill: str, font: str) -> Format:
        """What a colour rule lays over a cell: fill and font only (RRGGBB)."""
        return self._make((("bg_color", f"#{fill}"), ("font_color", f"#{font}")))

"""A long list as a workbook of its own, written row by row: it may be longer than the memory, or than a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from xlsxwriter import Workbook

from xlcrm.sheets.cells import LONGEST
from xlcrm.sheets.style import HEADERS, Styles

_ROWS = 1_048_575  # rows of a sheet below its header
_WIDTH = 16


def write(path: Path, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write ``rows`` under ``titles`` as texts, whatever they begin with; further sheets follow where one is full.

    OSError where the file cannot be written.
    """
    left: Iterator[Sequence[str]] = iter(rows)
    with Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        styles = Styles(book)
        fill, font = HEADERS["system"]
        top, body = styles(bold=True, bg_color=fill, font_color=font), styles()
        first = next(left, None)
        while True:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(titles) - 1, _WIDTH)
            for number, title in enumerate(titles):
                sheet.write_string(0, number, title, top)
            of = islice(chain(() if first is None else (first,), left), _ROWS)
            for place, row in enumerate(of, 1):
                for number, cell in enumerate(row):
                    sheet.write_string(place, number, cell[:LONGEST], body)
            first = next(left, None)
            if first is None:
                return

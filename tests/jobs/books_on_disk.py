"""The demo's lists as workbooks of nobody's template."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from xlcrm.jobs.demo.books import ListBook


def write(book: ListBook, path: Path, saved: float) -> None:
    """Write ``book`` to ``path``, as if it had been saved at ``saved`` (seconds since 1970)."""
    with Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False}) as made:
        sheet, days = made.add_worksheet("客户"), made.add_format({"num_format": "yyyy-mm-dd"})
        for row, line in enumerate(book.lines()):
            for column, cell in enumerate(line):
                if isinstance(cell, datetime):
                    sheet.write_datetime(row, column, cell, days)
                elif isinstance(cell, float):
                    sheet.write_number(row, column, cell)
                elif cell is not None:
                    sheet.write_string(row, column, str(cell))
    os.utime(path, (saved, saved))

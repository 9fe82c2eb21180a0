"""Reading a big book: 100,000 rows of 15 fields."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.bench.timing import Row, scaled, side_by_side
from tests.bench.workbooks import big
from xlcrm.model.rows import Rows
from xlcrm.model.tables import CUSTOMER

COUNT = 100_000


def measure() -> list[Row]:
    """Against inflating every part of the file, which no reader can do without."""
    count = scaled(COUNT)
    path = big(count)
    assert len(read(path)) == count  # warms the page cache as well
    ours, floor, peer = side_by_side(lambda: read(path), lambda: inflate(path), lambda: calamine(path))
    size = path.stat().st_size / 1e6
    what = f"reading {count:,} rows x 15"
    return [
        Row(what, ours, 3.5, "inflating the file", floor, f"a book of {size:.1f} MB in our template, written by XlsxWriter"),
        Row(
            what,
            ours,
            None,
            "python-calamine alone",
            peer,
            "the peer gives bare lists: no dates to check, no formulas, no hidden rows",
        ),
    ]


def read(path: Path) -> Rows:
    """The customers of the book, as every job reads them."""
    from xlcrm.sheets.files import open_book

    return open_book(path).read(CUSTOMER)


def calamine(path: Path) -> int:
    """The same sheet as lists of values, by the reader written in Rust."""
    from python_calamine import CalamineWorkbook

    return len(CalamineWorkbook.from_path(path).get_sheet_by_name(CUSTOMER.zh).to_python())


def inflate(path: Path) -> int:
    """Every part of the zip file, unpacked and thrown away."""
    with zipfile.ZipFile(path) as package:
        return sum(len(package.read(name)) for name in package.namelist())

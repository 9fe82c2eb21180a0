"""Checking a big book: 100,000 rows of 15 fields against all rules."""

from __future__ import annotations

from datetime import datetime, time

from tests.bench.bench_read import COUNT, read
from tests.bench.timing import Row, scaled, side_by_side
from tests.bench.workbooks import DAY, big


def measure() -> list[Row]:
    """Against reading the same rows from their file."""
    from xlcrm.rules.checks import check
    from xlcrm.rules.rulebook import Rulebook

    count = scaled(COUNT)
    path = big(count)
    rows = read(path)
    book = Rulebook(datetime.combine(DAY, time(9)))
    found = len(check(rows, book).findings)
    ours, floor = side_by_side(lambda: check(rows, book), lambda: read(path))
    return [Row(f"checking {count:,} rows x 15 against all rules", ours, 0.3, "reading them", floor, f"{found:,} findings")]

"""The main job as a colleague feels it: a book of 5,000 rows of 30 fields validated, then submitted, as whole processes."""

from __future__ import annotations

import itertools
import shutil
import sys
from pathlib import Path
from statistics import median

from tests.bench.timing import TIMES, Row, process, scaled, seconds
from tests.bench.workbooks import DAY, THIRTY, folder, write

COUNT = 5_000


def measure() -> list[Row]:
    """Fresh copies of one book each time; a fresh SQLite store for every submission."""
    count = scaled(COUNT)
    with folder() as place:
        path = write(place / "book.xlsx", count, THIRTY)
        copies = itertools.count()
        checked = median(seconds(lambda: _validate(_copy(path, next(copies)))) for _ in range(TIMES))
        stored = median(seconds(lambda: _submit(_copy(path, next(copies)))) for _ in range(TIMES))
    note = "whole process, closed file; the copy of the book and the making of the store are in the time"
    return [
        Row(f"validate and mark {count:,} rows x 30", checked, 3.0, note=note),
        Row(f"submit {count:,} rows x 30", stored, 6.0, note=note),
    ]


def _copy(path: Path, number: int) -> Path:
    return Path(shutil.copy(path, path.with_name(f"copy{number}.xlsx")))


def _validate(path: Path) -> None:
    process(sys.executable, "-m", "xlcrm", "validate", str(path), allowed=(0, 1), environment=_surroundings(path))


def _submit(path: Path) -> None:
    store = f"sqlite:///{path.with_suffix('.db')}"
    process(sys.executable, "-m", "xlcrm", "submit", str(path), "--store", store, allowed=(0, 1), environment=_surroundings(path))


def _surroundings(path: Path) -> dict[str, str]:
    """A home of its own, the day of the data, and a key that is worth nothing, so that no keyring is needed."""
    return {"XLCRM_HOME": str(path.parent), "XLCRM_NOW": f"{DAY} 09:00:00", "XLCRM_KEY": "ab" * 64}

"""The dashboard over a simulated year: 100,000 customers, a million entries in the log; the figures, and the workbook with them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench import year
from tests.bench.timing import TIMES, Row, scaled
from xlcrm.crypto.cipher import Cipher, Keys
from xlcrm.jobs import dashboard
from xlcrm.jobs.report import report
from xlcrm.model.context import Context
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store import guard, sqlite
from xlcrm.store.sql import SqlStore

CIPHER = Cipher(Keys(b"w" * 32, b"i" * 32))
KEPT = "XLCRM_BENCH_YEAR"
"""Names a file that the year is kept in, for who measures again and again."""


def opened(folder: Path, customers: int, entries: int) -> SqlStore:
    """The store of the year: as it was kept, else built anew."""
    kept = Path(os.environ[KEPT]) if KEPT in os.environ else folder / "year.db"
    return sqlite.open(kept, CIPHER, create=False) if kept.exists() else year.build(kept, CIPHER, customers, entries)


def timings(store: SqlStore, out: Path, account: str = year.BOSS.account) -> dict[str, float]:
    """Seconds for the figures alone, and for the whole workbook, as the colleague ``account`` gets them."""
    person = next(one for one in store.people() if one.account == account)
    context = Context(person, lambda: year.UNTIL)
    rulebook = Rulebook(year.UNTIL, names={one.rid: one.name for one in store.people()}, settings=store.settings())
    seen = guard.seen(store, context)
    start = time.perf_counter()
    report(seen, context, rulebook)
    middle = time.perf_counter()
    dashboard.make(out, seen, context, rulebook)
    return {"figures": middle - start, "workbook": time.perf_counter() - middle}


def measure() -> list[Row]:
    """Medians of several runs over one store."""
    customers, entries = scaled(100_000), scaled(1_000_000)
    with TemporaryDirectory() as folder:
        store = opened(Path(folder), customers, entries)
        runs = [timings(store, Path(folder) / f"{run}.xlsx") for run in range(TIMES)]
        store.close()
    figures, workbook = (median(run[name] for run in runs) for name in ("figures", "workbook"))
    note = "a simulated year of forty colleagues, as the steward sees it; SQLite"
    return [
        Row(f"figures of a report over {customers:,} customers, {entries:,} log entries", figures, note=note),
        Row(f"xlcrm report over {customers:,} customers, {entries:,} log entries", workbook, 10.0, note="figures and workbook; " + note),
    ]


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        found = opened(Path(made), 100_000, 1_000_000)
        for name, figure in timings(found, Path(made) / "out.xlsx", *sys.argv[1:]).items():
            print(f"{name}: {figure:.2f}")

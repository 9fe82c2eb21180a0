"""A hundred colleagues' lists of a thousand rows each become one workbook, and that goes into an empty store.

``python -m tests.bench.bench_consolidate 20`` consolidates ``SAME`` rows in twenty files and prints seconds and megabytes: the memory
grows with the rows, not with the files that hold them.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from tests.bench.timing import Row, peak, scaled, seconds
from tests.bench.workbooks import DAY, folder
from tests.jobs import books_on_disk
from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.jobs.consolidate import consolidate
from xlcrm.jobs.demo.books import demo_books
from xlcrm.jobs.submit import submit
from xlcrm.model.context import Context
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.files import open_book
from xlcrm.store import sqlite
from xlcrm.store.sql import SqlStore

NOW = datetime(DAY.year, DAY.month, DAY.day, 14, 30)
BOOKS = 100
AIM = 8.0
FILES, SAME = (20, 60, 100), 6_000


def measure() -> list[Row]:
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)  # as the command line does
    try:
        with folder() as place:
            found = _measure(place, max(20, scaled(1000)))
    finally:
        gc.set_threshold(*before)
    for count in FILES:
        asked = [sys.executable, "-m", "tests.bench.bench_consolidate", str(count)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        took, held = map(float, done.stdout.split())
        found.append(Row(f"{SAME:,} rows in {count} lists: read to lists", took, note=f"peak memory {held:.0f} MB"))
    return found


@contextmanager
def _desk(place: Path, books: int, rows: int) -> Iterator[tuple[Path, SqlStore, Context, Rulebook]]:
    """A folder of lists, an empty store, and who works with them."""
    files = place / "lists"
    files.mkdir()
    for number, book in enumerate(demo_books(books, rows, 20_260_316, DAY, ("王芳", "李强"))):
        books_on_disk.write(book, files / f"{number:03d}号表.xlsx", NOW.timestamp() - 86_400 + number * 61)
    store = sqlite.open(place / "store.db", Cipher(keys.parse(keys.new_key())))
    person = store.ensure_person("zhao", "赵敏", frozenset({"steward", "entry"}), NOW)
    yield files, store, Context(person, lambda: NOW), Rulebook(NOW, people={"赵敏": person.rid}, names={person.rid: "赵敏"}, old=True)
    store.close()


def _measure(place: Path, rows: int) -> list[Row]:
    with _desk(place, BOOKS, rows) as (files, store, context, rulebook):
        return _parts(place, rows, files, store, context, rulebook)


def _parts(place: Path, rows: int, files: Path, store: SqlStore, context: Context, rulebook: Rulebook) -> list[Row]:
    times = [time.perf_counter()]

    def watch(sentence: str, step: int, total: int) -> None:
        if step > BOOKS:
            times.append(time.perf_counter())

    done = consolidate([files], store, context, rulebook, watch)
    read, compare, check, lists = (later - sooner for sooner, later in pairwise(times))
    out = place / "out.xlsx"
    write = seconds(lambda: done.write(out, "zh", {}))
    what, count = f"{BOOKS} lists of {rows} rows", f"{done.rows:,} rows, {len(done.units):,} customers, {done.decisions} decisions"
    stored = seconds(lambda: submit(open_book(out), store, context, rulebook))
    whole = read + compare + check + lists + write
    return [
        Row(f"{what}: read", read),
        Row(f"{what}: check, compare, unite", compare),
        Row(f"{what}: check the result", check),
        Row(f"{what}: lists beside it", lists),
        Row(f"{what}: write the workbook", write),
        Row(f"{what}: read to workbook", whole, note=count),
        Row(f"{what}: submit the workbook", stored),
        Row(f"{what}: all", whole + stored, AIM, note=f"peak memory {peak():.0f} MB"),
    ]


if __name__ == "__main__":
    gc.set_threshold(100_000, 50, 50)
    with folder() as here, _desk(here, int(sys.argv[1]), SAME // int(sys.argv[1])) as (lists, empty, acting, rules):
        print(seconds(lambda: consolidate([lists], empty, acting, rules, lambda *_: None)), peak())

"""A hundred colleagues' lists of a thousand rows each become one workbook, and that goes into an empty store."""

from __future__ import annotations

import time
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

NOW = datetime(DAY.year, DAY.month, DAY.day, 14, 30)
BOOKS = 100
AIM = 8.0


def measure() -> list[Row]:
    with folder() as place:
        return _measure(place, max(20, scaled(1000)))


def _measure(place: Path, rows: int) -> list[Row]:
    files = place / "lists"
    files.mkdir()
    for number, book in enumerate(demo_books(BOOKS, rows, 20_260_316, DAY, ("王芳", "李强"))):
        books_on_disk.write(book, files / f"{number:03d}号表.xlsx", NOW.timestamp() - 86_400 + number * 61)
    store = sqlite.open(place / "store.db", Cipher(keys.parse(keys.new_key())))
    person = store.ensure_person("zhao", "赵敏", frozenset({"steward", "entry"}), NOW)
    context, rulebook = Context(person, lambda: NOW), Rulebook(NOW, people={"赵敏": person.rid}, names={person.rid: "赵敏"}, old=True)
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
    store.close()
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

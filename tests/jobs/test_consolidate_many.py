"""Sixty colleagues' lists: how much the steward has to decide, and that nothing different was taken for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.jobs import books_on_disk
from tests.jobs.conftest import Office
from xlcrm.jobs.consolidate import Consolidation, consolidate
from xlcrm.jobs.demo.books import ListBook, demo_books
from xlcrm.jobs.demo.duplicates import BY_NAME
from xlcrm.model.resultsheets import PROVENANCE

PEOPLE = ("王芳", "李强", "陈静", "刘洋", "周敏", "吴磊")


def delivered(folder: Path, count: int, rows: int) -> list[ListBook]:
    folder.mkdir()
    books = demo_books(count, rows, 7, date(2025, 3, 12), PEOPLE)
    start = datetime(2025, 3, 1, 9, 0).timestamp()
    for number, book in enumerate(books):
        books_on_disk.write(book, folder / f"{book.person}{number:02d}号表.xlsx", start + number * 977)
    return books


def units(done: Consolidation) -> dict[tuple[str, int], str]:
    """Which customer each row of each file went into: (file, row) -> main source."""
    found = done.columns[PROVENANCE.key]
    return {
        (str(file), int(str(line).partition(".")[0])): str(main)
        for file, line, main in zip(found["file"], found["line"], found["main"], strict=True)
    }


@pytest.mark.parametrize("rows", [40])
def test_sixty_books_need_few_decisions_and_nothing_different_is_united(office: Office, tmp_path: Path, rows: int) -> None:
    for name in PEOPLE:
        office.person(name, "entry")
    books = delivered(tmp_path / "交来的表", 60, rows)
    done = consolidate([tmp_path / "交来的表"], office.store, office.context(), replace(office.rulebook(), old=True), lambda *_: None)
    assert done.rows == 60 * rows
    assert done.decisions <= 150, done.asked
    into = units(done)
    names = [one.name for one in sorted(done.deliveries, key=lambda one: int(one.name[2:4]))]
    wrong, missed = [], []
    for book, one in enumerate(books):
        for row, truth in enumerate(one.truth):
            if truth.of is None:
                continue
            other = (names[truth.of[0]], truth.of[1] + 2)
            same = into[names[book], row + 2] == into[other]
            verdict = BY_NAME[truth.kind].verdict
            if same and verdict != "merge":
                wrong.append(truth.kind)
            if not same and verdict == "merge":
                missed.append(truth.kind)
    assert wrong == []
    plain = [kind for kind in missed if kind != "abbreviated name and new phone"]  # only a person can tell those
    assert len(plain) <= 0.05 * len(missed + plain) + 3, plain

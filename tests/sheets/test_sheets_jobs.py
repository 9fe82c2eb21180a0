"""The same jobs on the open workbook and on the closed file give the same cells."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import xlwings

from tests.jobs.conftest import NOW
from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.jobs.demo.book import demo_book
from xlcrm.jobs.submit import Submission, submit
from xlcrm.jobs.validate import Validation, validate
from xlcrm.model.context import Context
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.sheets.files import open_book
from xlcrm.sheets.live import LiveBook
from xlcrm.sheets.template import build
from xlcrm.store import sqlite

ALL = frozenset({"entry", "steward", "manager", "finance", "admin"})


def run(book: Book, store_path: Path, key: str) -> tuple[Validation, Submission]:
    """校验, then 提交 into a store of its own; the uid is given, since rows are recognised by it."""
    store = sqlite.open(store_path, Cipher(keys.parse(key)))
    try:
        actor = store.ensure_person("zhao", "赵敏", ALL, NOW)
        context = Context(actor, lambda: NOW, "zh", "test")
        rulebook = Rulebook(NOW, people={"赵敏": actor.rid}, names={actor.rid: "赵敏"})
        return validate(book, context, rulebook), submit(book, store, context, rulebook)
    finally:
        store.close()


def cells(book: Book) -> dict[str, dict[str, list[Cell]]]:
    found = {table.key: book.read(table) for table in book.tables()}
    for rows in found.values():  # keys of pairs come from identities drawn at random: whether there is one must agree
        if "pair" in rows.columns:
            rows.columns["pair"] = [cell is not None for cell in rows.columns["pair"]]
    return {key: {"line": [float(line) for line in rows.lines], **rows.columns, **rows.others} for key, rows in found.items()}


def test_open_and_closed_workbook_end_with_the_same_cells(tmp_path: Path, office: xlwings.App) -> None:
    made = demo_book(60, 7, date(2025, 3, 12), ("赵敏",))
    build(tmp_path / "closed.xlsx", rows=made.columns(), settings={"uid": "0" * 32})
    shutil.copy(tmp_path / "closed.xlsx", tmp_path / "open.xlsx")
    key = keys.new_key()
    closed = open_book(tmp_path / "closed.xlsx")
    closed.name = "客户.xlsx"
    opened = office.books.open(tmp_path / "open.xlsx")
    try:
        live = LiveBook(opened, keep=False)
        live.name = "客户.xlsx"
        before = cells(live)
        assert before == cells(closed)
        by_file, by_program = run(closed, tmp_path / "closed.db", key), run(live, tmp_path / "open.db", key)
        assert by_program[0].total == by_file[0].total
        assert by_program[1].counts == by_file[1].counts
        wanted, found = cells(open_book(tmp_path / "closed.xlsx")), cells(LiveBook(opened, keep=False))
    finally:
        opened.close()
    assert wanted != before and found.keys() == wanted.keys()
    for table in wanted:
        for column in wanted[table]:
            assert found[table][column] == wanted[table][column], (BY_KEY[table].zh, column)

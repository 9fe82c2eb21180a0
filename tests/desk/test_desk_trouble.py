"""What goes wrong at a desk: half-typed cells, impatient clicks, closed windows, crashes, filters."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.desk.nodes import until
from tests.desk.screen import Screen
from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.model.resultsheets import FINDINGS
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets.files import open_book


@contextmanager
def busy_store() -> Iterator[None]:
    """A colleague who writes into the store for as long as this lasts: whoever wants to write waits."""
    with app.opened(app.store_url()):  # the store is there and knows the person
        pass
    colleague = sqlite3.connect(app.home() / "store.db", isolation_level=None)
    try:
        colleague.execute("BEGIN IMMEDIATE")
        yield
    finally:
        colleague.close()


def stored() -> list[str]:
    """The numbers of the customers in the store."""
    reader = sqlite3.connect(f"file:{app.home() / 'store.db'}?mode=ro", uri=True)
    try:
        return [number for (number,) in reader.execute("SELECT number FROM customer ORDER BY number")]
    finally:
        reader.close()


def in_sheet(path: Path) -> list[str]:
    """The numbers of the customers in the workbook's file."""
    numbers = open_book(path).read(CUSTOMER).columns["number"]
    return sorted(str(number) for number in numbers if number)


def test_what_is_being_typed_counts(desk: Screen) -> None:
    rows = desk.book.read(CUSTOMER)
    assert rows.columns["check_result"][0] is None
    desk.type(rows.sheet, rows.place(0, "phone"), "123", finished=False)
    desk.press("validate", "OK")
    rows = desk.book.read(CUSTOMER)
    assert rows.cell(0, "phone") == "123"
    assert "【联系方式】" in str(rows.cell(0, "check_result"))
    before = rows.cell(1, "status")
    desk.type(rows.sheet, rows.place(1, "status"), "Mars", finished=False)
    desk.click(desk.button("validate"))
    refused = desk.dialog()
    assert text("template.error_list", "zh") in refused.text, "the cell refuses as it does for Enter"
    desk.answer(refused, "OK" if "OK" in refused.buttons else "Cancel")
    done = desk.dialog()
    assert "校验完成" in done.text
    desk.answer(done, "OK")
    assert desk.book.read(CUSTOMER).cell(1, "status") == before


def test_a_second_press_waits_its_turn(desk: Screen, path: Path) -> None:
    with busy_store():
        desk.press("submit")
        until(lambda: desk.program.working(app.home() / "store.db"), "the press that waits for the store")
        assert "还没有做完" in desk.press("submit", "OK", picture="busy")
        assert len(desk.program.buttons()) == 1
        assert stored() == []
    done = desk.dialog()
    assert "提交完成" in done.text
    desk.answer(done, "OK")
    until(lambda: not desk.program.buttons(), "the end of the press")
    numbers = stored()
    assert len(numbers) == len(set(numbers)) > 40
    assert in_sheet(path) == numbers
    assert "新增0，更新0" in desk.press("submit", "OK")
    assert stored() == numbers


@pytest.mark.parametrize("late", [False, True], ids=["before the store", "after the store"])
def test_a_crash_in_the_middle_is_healed_by_pressing_again(desk: Screen, path: Path, late: bool) -> None:
    before = open_book(path).read(CUSTOMER)
    with busy_store():
        desk.press("submit")
        until(lambda: desk.program.working(app.home() / "store.db"), "the press that waits for the store")
        if not late:
            desk.program.kill()
    if late:
        until(stored, "stored rows", pause=0.002)
        desk.program.kill()
    until(lambda: not desk.program.buttons(), "the end of the press, with nobody to tell")
    found = open_book(path).read(CUSTOMER)
    assert found.columns["name"] == before.columns["name"], "the file is whole"
    assert in_sheet(path) in ([], stored()), "the answer is in the file or it is not"
    desk.open(path)
    assert "提交完成" in desk.press("submit", "OK")
    numbers = stored()
    assert len(numbers) == len(set(numbers)) > 40
    assert in_sheet(path) == numbers, "no row twice, none forgotten"
    assert "新增0，更新0" in desk.press("submit", "OK")
    assert stored() == numbers


def test_a_workbook_closed_meanwhile_is_told_and_healed(desk: Screen, path: Path) -> None:
    with busy_store():
        desk.press("submit")
        until(lambda: desk.program.working(app.home() / "store.db"), "the press that waits for the store")
        desk.document.close(True)
    told = desk.dialog()
    desk.picture("closed")
    assert "已被关闭" in told.text
    desk.answer(told, "OK")
    until(lambda: not desk.program.buttons(), "the end of the press")
    assert in_sheet(path) == []
    desk.program.kill()
    desk.open(path)
    assert "提交完成" in desk.press("submit", "OK")
    assert in_sheet(path) == stored()


def test_new_results_are_not_hidden_by_the_filter_on_old_ones(desk: Screen) -> None:
    desk.press("validate", "OK")
    rows = desk.book.read(FINDINGS)
    table = desk.book.book.sheets[rows.sheet].tables[FINDINGS.listname]
    table.autofilter.apply_values(list(rows.letters).index("severity") + 1, ["必须修改"])
    hidden = desk.book.read(FINDINGS).hidden
    assert 0 < len(hidden) < len(rows)
    desk.press("validate", "OK")
    assert desk.book.read(FINDINGS).hidden == set()
    assert all(one.type == "none" for one in table.autofilter.criteria), "nothing comes back with the next filter"
    assert len(desk.book.read(FINDINGS)) == len(rows)

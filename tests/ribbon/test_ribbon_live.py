"""The buttons over workbooks that are open in a real LibreOffice: what people's workbooks are like, and what goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy
from threading import Event, Thread

import pytest
import xlwings

from tests.sheets.conftest import start_office
from tests.sheets.test_sheets_live import counted
from xlcrm import ribbon
from xlcrm.model.resultsheets import FINDINGS
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER
from xlcrm.ribbon.__main__ import main
from xlcrm.sheets.live import LiveBook
from xlcrm.sheets.live.book import attach, caller
from xlcrm.sheets.template import build

SHEET = "客户基础信息表"
ROWS: dict[str, list[Cell]] = {
    "name": ["深圳市海河电子有限公司", "广州云帆贸易有限公司", "南京青禾食品有限公司"],
    "contact": ["王小明", "李芳", "陈静"],
    "phone": ["13912345678", "138", "13877665544"],  # the second one is wrong
}
Open = Callable[..., "Heard"]


class Heard(LiveBook):
    """An open workbook that remembers what the person was told."""

    def __init__(self, book: xlwings.Book, keep: bool = False) -> None:
        super().__init__(book, keep)
        self.said: list[str] = []

    def tell(self, sentence: str) -> None:
        self.said.append(sentence)
        super().tell(sentence)


@pytest.fixture
def opened(office: xlwings.App) -> Iterator[Open]:
    """Opens a workbook file; all are closed, unsaved, when the test ends."""

    def open_it(path: Path, keep: bool = False, read_only: bool = False) -> Heard:
        return Heard(xlwings.Book(impl=office.impl.books.open(path, read_only=read_only)), keep)  # as a person: always anew

    yield open_it
    for book in office.books:
        book.close()


@pytest.fixture
def path(tmp_path: Path, home: Path) -> Path:
    made = tmp_path / "客户表.xlsx"
    build(made, rows={"customer": ROWS})
    return made


def marks(book: LiveBook) -> dict[Cell, Cell]:
    """The phone of each row and its mark."""
    rows = LiveBook(book.book, keep=False).read(CUSTOMER)
    return dict(zip(rows.columns["phone"], rows.columns["check_result"], strict=True))


def marked(book: LiveBook) -> bool:
    """Whether every row has the mark that belongs to it: only one must be repaired."""
    found = {phone: str(mark or "") for phone, mark in marks(book).items()}
    return all(found.values()) and [phone for phone, mark in found.items() if mark.startswith("必须修改")] == ["138"]


# -- what it costs ----------------------------------------------------------------------------------------------------


def test_validating_asks_the_program_as_often_for_ten_rows_as_for_many(tmp_path: Path, home: Path, opened: Open) -> None:
    found = []
    for count in (10, 1_500):
        made = tmp_path / f"{count}.xlsx"
        build(made, rows={"customer": {key: [column[1]] * count for key, column in ROWS.items()}})
        book = opened(made)
        with counted() as first:
            assert ribbon.validate(Heard(book.book)), "the first press marks"
        with counted() as again:
            assert ribbon.validate(Heard(book.book)), "the second one finds everything marked"
        assert len(LiveBook(book.book, keep=False).read(FINDINGS)) >= count
        found.append({name: (first.count(name), again.count(name)) for name in {*first, *again}})
        book.book.close()
    assert sum(first for first, _ in found[0].values()) > 100
    assert {name: both for name, both in found[0].items() if found[1].get(name) != both} == {}
    assert found[0].keys() == found[1].keys()


def test_a_press_imports_no_library_that_it_does_not_need(path: Path, opened: Open, office: xlwings.App) -> None:
    book = opened(path)
    command = [sys.executable, "-X", "importtime", "-m", "xlcrm.ribbon", "validate", "--pipe", office.impl.office.pipe]
    done = subprocess.run([*command, f"--book={path}"], capture_output=True, text=True, timeout=120, check=False)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert done.returncode == 0, done.stderr[-2000:]
    assert marked(book)
    assert {"xlwings", "pyuno", "xlcrm.rules.checks"} <= imported
    heavy = {"pandas", "numpy", "PIL", "polars", "matplotlib", "sqlalchemy", "rapidfuzz"}  # tried in vain is no harm
    assert not {name for name in imported if name.partition(".")[0] in heavy and "." in name}
    assert not {name for name in imported if name.startswith("holidays.countries.")} - {"holidays.countries.china"}


def test_what_a_press_does_without_can_be_imported_later() -> None:
    code = "from xlcrm.sheets.live import lean; lean.load(); import xlwings, pandas, numpy; print(xlwings.main.pd, pandas.NA)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["None", "<NA>"]


# -- which workbook ---------------------------------------------------------------------------------------------------


def test_without_a_workbook_the_sentence_goes_to_the_program(home: Path, office: xlwings.App) -> None:
    assert not office.books
    with pytest.raises(SystemExit, match="没有打开任何工作簿"):
        ribbon.validate()


def test_excel_says_which_workbook_and_which_window() -> None:
    words = ["-c", "--wb=a=b = 客户.xlsx", "--from_xl=1", "--app=C:\\Office\\EXCEL.EXE", "--hwnd=4711"]
    assert caller(words) == ("a=b = 客户.xlsx", "4711")
    assert caller(["pytest", "--book=a.xlsx"]) == ("", "")


def test_two_books_of_one_name_are_never_mixed_up(
    path: Path, tmp_path: Path, opened: Open, office: xlwings.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins = [tmp_path / folder / "客户=1.xlsx" for folder in "ab"]
    for twin in twins:
        twin.parent.mkdir()
        copy(path, twin)
    books = [opened(twin) for twin in twins]
    command = ["validate", "--pipe", office.impl.office.pipe]
    assert main([*command, f"--book={twins[0]}"]) == 0
    assert marked(books[0])
    assert set(marks(books[1]).values()) == {None}
    monkeypatch.setattr(sys, "argv", ["-c", "--wb=客户=1.xlsx", "--from_xl=1", f"--hwnd={office.hwnd}"])
    with pytest.raises(SystemExit, match="有 2 个名为“客户=1"):
        ribbon.validate()
    assert set(marks(books[1]).values()) == {None}


def test_the_window_decides_between_programs(
    path: Path, tmp_path: Path, opened: Open, office: xlwings.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = opened(path)
    other = start_office()
    try:
        (tmp_path / "b").mkdir()
        twin = Path(copy(path, tmp_path / "b" / path.name))
        other.books.open(twin)
        for app, wanted in ((other, twin), (office, mine.path)):
            monkeypatch.setattr(sys, "argv", ["-c", f"--wb={path.name}", "--from_xl=1", f"--hwnd={app.hwnd}"])
            assert attach().path == wanted
    finally:
        other.kill()
    monkeypatch.setattr(sys, "argv", ["-c", "--wb=没有.xlsx", "--from_xl=1", f"--hwnd={office.hwnd}"])
    with pytest.raises(SystemExit, match=r"“没有\.xlsx”没有打开"):
        ribbon.validate()


# -- what the workbook is like ----------------------------------------------------------------------------------------


def refused(book: Heard, button: Callable[[LiveBook], bool], *words: str) -> None:
    """The button does nothing and says why."""
    before = [(sheet.name, sheet.used_range.formula) for sheet in book.book.sheets]
    assert not button(book)
    assert len(book.said) == 1
    assert all(word in book.said[0] for word in words), book.said[0]
    assert [(sheet.name, sheet.used_range.formula) for sheet in book.book.sheets] == before, "nothing was touched"


def test_a_foreign_workbook_is_left_alone(home: Path, office: xlwings.App) -> None:
    book = office.books.add()
    try:
        book.sheets[0]["A1:B2"].value = [["客户名称", "电话"], ["甲", "138"]]
        refused(Heard(book), ribbon.validate, "不是用客户管理模板制作的", "导入旧表")
    finally:
        book.close()


def test_a_protected_sheet_is_named(path: Path, opened: Open) -> None:
    book = opened(path)
    book.book.sheets[SHEET].api.protect("")
    refused(book, ribbon.validate, f"工作表“{SHEET}”受保护", "撤销工作表保护")


def test_a_read_only_workbook_is_not_submitted(path: Path, opened: Open) -> None:
    refused(opened(path, keep=True, read_only=True), ribbon.submit, "只读")


def test_a_workbook_never_saved_is_not_submitted_but_may_be_checked(path: Path, opened: Open) -> None:
    book = opened(path)
    book.stored, book.keep = False, True  # as Excel gives a new workbook made from the template
    refused(book, ribbon.submit, "还没有保存过")
    fresh = Heard(book.book)
    assert ribbon.validate(fresh)
    assert marked(fresh)


def test_an_old_template_is_said_and_worked_on(path: Path, opened: Open) -> None:
    book = opened(path)
    book.set_setting("template", "0")
    book.save()
    book = Heard(book.book)
    assert ribbon.validate(book)
    assert marked(book)
    assert "SHEET_OLD_TEMPLATE" in LiveBook(book.book, keep=False).read(FINDINGS).columns["code"]


def test_marks_reach_filtered_rows_and_follow_sorted_ones(path: Path, opened: Open) -> None:
    book = opened(path)
    sheet = book.book.sheets[SHEET]
    place = list(book.read(CUSTOMER).letters).index("phone") + 1
    sheet["6:6"].rows.hidden = True
    assert ribbon.validate(book)
    assert marked(book)
    sheet.tables["t_customer"].impl.sort([place], [False])
    assert list(marks(book)) == ["13912345678", "13877665544", "138"]
    assert marked(book), "the marks went with their rows"
    assert ribbon.validate(Heard(book.book))
    assert marked(book)


def test_renamed_sheets_and_columns_are_found(path: Path, opened: Open) -> None:
    book = opened(path)
    letter = book.read(CUSTOMER).letters["phone"]
    sheet = book.book.sheets[SHEET]
    sheet[f"{letter}4"].value = "手机"
    sheet.name = "我的客户"
    book = Heard(book.book)
    assert ribbon.validate(book)
    assert marked(book)


def test_a_renamed_column_nobody_knows_is_said_and_kept(path: Path, opened: Open) -> None:
    book = opened(path)
    letter = book.read(CUSTOMER).letters["remark"]
    sheet = book.book.sheets[SHEET]
    sheet[f"{letter}4:{letter}5"].value = [["我的想法"], ["值得跟进"]]
    book = Heard(book.book)
    assert ribbon.validate(book)
    assert sheet[f"{letter}5"].value == "值得跟进"
    assert "SHEET_HEADER_UNKNOWN" in LiveBook(book.book, keep=False).read(FINDINGS).columns["code"]


def test_rows_below_the_table_are_checked_and_taken_in(path: Path, opened: Open) -> None:
    book = opened(path)
    letters = book.read(CUSTOMER).letters
    sheet = book.book.sheets[SHEET]
    sheet[f"{letters['name']}230"].value = "武汉光谷智云软件有限公司"
    sheet[f"{letters['phone']}230"].value = "1391"
    book = Heard(book.book)
    assert ribbon.validate(book)
    assert "共4行" in book.said[-1]
    assert str(marks(book)["1391"]).startswith("必须修改")
    assert sheet.tables["t_customer"].range.last_cell.row == 230


# -- the workbook or its program goes away ----------------------------------------------------------------------------


class Closing(Heard):
    """A workbook that somebody closes while it is being checked."""

    def progress(self, sentence: str, done: int, total: int) -> None:
        if done == 1:
            self.book.close()
        super().progress(sentence, done, total)


def test_a_workbook_closed_meanwhile_is_a_sentence(path: Path, office: xlwings.App) -> None:
    before = path.read_bytes()
    bystander = office.books.add()
    try:
        book = Closing(office.books.open(path))
        assert not ribbon.validate(book)
        assert "与“客户表.xlsx”的连接断开" in book.said[0]
        assert bystander.sheets[0].used_range.value is None, "nobody else's workbook is written"
        assert path.read_bytes() == before
    finally:
        bystander.close()


def test_a_program_killed_in_the_middle_of_a_call_is_a_sentence_for_standard_error(path: Path, home: Path) -> None:
    app = start_office()
    group = app.impl.office.process.pid
    try:
        book = Heard(app.books.open(path))
        before = path.read_bytes()
        calling, said = Event(), list[object]()

        def press() -> None:
            calling.set()
            try:
                said.append(ribbon.validate(book))
            except SystemExit as ended:
                said.append(ended.code)

        os.killpg(group, signal.SIGSTOP)  # the next call is not answered
        worker = Thread(target=press)
        worker.start()
        assert calling.wait(60)
        os.killpg(group, signal.SIGKILL)
        worker.join(60)
        assert not worker.is_alive()
        assert "与“客户表.xlsx”的连接断开" in str(said[0])
        assert "重新打开工作簿再按一次" in str(said[0])
        assert "validate BookError(live.gone)" in (home / "logs" / "ribbon.log").read_text("utf-8")
        assert path.read_bytes() == before
    finally:
        app.kill()

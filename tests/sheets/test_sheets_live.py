"""Workbooks open in LibreOffice: what is particular to them. What every Book does is in test_sheets_contract.py."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

import pytest
import xlwings
from hypothesis import given
from hypothesis import strategies as st
from xlwings import base_classes

from tests.sheets.conftest import start_office
from xlcrm.errors import BookError
from xlcrm.model.resultsheets import FINDINGS
from xlcrm.model.rows import Cell, CellError, Link
from xlcrm.model.tables import CUSTOMER, INTERACTION
from xlcrm.sheets.files import open_book
from xlcrm.sheets.live import LiveBook, attach
from xlcrm.sheets.live.runs import runs
from xlcrm.sheets.template import build

Open = Callable[[Path], LiveBook]
SHEET = "客户基础信息表"
PEOPLE: list[dict[str, Cell]] = [
    {"name": "深圳市海河电子有限公司", "contact": "王小明", "phone": "13912345678"},
    {"name": "广州云帆贸易有限公司", "contact": "李芳", "phone": "020-38881234"},
    {"name": "南京青禾食品有限公司", "contact": "陈静", "phone": "13812345678"},
]


@pytest.fixture
def book(tmp_path: Path, blanks: dict[str, Path], open_live: Open) -> LiveBook:
    shutil.copy(blanks["zh"], tmp_path / "客户.xlsx")
    book = open_live(tmp_path / "客户.xlsx")
    book.append(CUSTOMER, PEOPLE)
    book.save()
    return book


def fresh(book: LiveBook) -> LiveBook:
    """The same workbook as the next press finds it."""
    return LiveBook(book.book, keep=False)


def tab(book: LiveBook) -> xlwings.Sheet:
    return book.book.sheets[SHEET]


def refusal(attempt: Callable[[], object]) -> BookError:
    with pytest.raises(BookError) as caught:
        attempt()
    assert caught.value.sentence("zh") and caught.value.hint("zh") and str(caught.value)
    return caught.value


# -- the number of calls ----------------------------------------------------------------------------------------------


@contextmanager
def counted() -> Iterator[list[str]]:
    """The calls of methods and properties of xlwings' engine, as "Range.raw_value"; its own inner steps included."""
    seen: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and "xlcrm.calc" in frame.f_globals.get("__name__", ""):
            owner = frame.f_locals.get("self")
            if type(owner).__mro__[-2].__module__ == base_classes.__name__ or isinstance(owner, base_classes.Range):
                seen.append(f"{type(owner).__name__}.{frame.f_code.co_name}")

    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(None)


def calls(path: Path, count: int, office: xlwings.App) -> list[str]:
    topics: list[Cell] = [f"第{n}次拜访" for n in range(count)]
    build(path, rows={"interaction": {"customer": [f"CX202503{n:05}" for n in range(count)], "topic": topics}})
    opened = office.books.open(path)
    try:
        with counted() as seen:
            book = LiveBook(opened, keep=False)
            book.tables()
            rows = book.read(INTERACTION)
            book.restore()
            scattered: list[Cell] = ["已提交" if n % 3 == 0 else None for n in range(count)]
            book.write(rows, {"submit_status": scattered, "check_result": ["通过"] * count, "at": [datetime(2025, 3, 1)] * count})
            book.append(INTERACTION, [{"topic": "=1+1"}] * 300)
            book.replace(FINDINGS, [{"place": Link("甲", SHEET, "F5"), "sentence": "13912345678"}] * count)
            book.save()
        assert len(rows) == count
        found = LiveBook(opened, keep=False).read(INTERACTION)
        assert found.columns["topic"] == [*topics, *["=1+1"] * 300]
        assert found.columns["submit_status"][:count] == scattered and found.cell(0, "at") == datetime(2025, 3, 1)
        return seen
    finally:
        opened.close()


def test_the_number_of_calls_does_not_grow_with_the_rows(tmp_path: Path, office: xlwings.App) -> None:
    few = calls(tmp_path / "few.xlsx", 40, office)  # enough for a scattered column to reach the bound on its writes
    many = calls(tmp_path / "many.xlsx", 10_000, office)
    assert len(few) > 100
    grown = {name: (few.count(name), many.count(name)) for name in {*few, *many} if few.count(name) != many.count(name)}
    assert not grown


@given(st.sets(st.integers(1, 200)), st.sets(st.integers(1, 200)), st.integers(1, 12))
def test_runs_cover_all_lines_and_no_barrier_in_few_writes(lines: set[int], barriers: set[int], most: int) -> None:
    barriers -= lines
    found = runs(lines, sorted(barriers), most)
    covered = [line for first, last in found for line in range(first, last + 1)]
    assert lines <= set(covered) and not barriers & set(covered) and covered == sorted(set(covered))
    cuts = sum(1 for a, b in zip(sorted(lines), sorted(lines)[1:], strict=False) if any(a < bar < b for bar in barriers))
    assert len(found) <= max(most, cuts + 1)


def test_runs_leave_the_cells_between_alone_while_there_are_few() -> None:
    assert runs([1, 2, 5, 9]) == [(1, 2), (5, 5), (9, 9)]
    assert runs([1, 2, 5, 9], most=2) == [(1, 5), (9, 9)]
    assert runs([1, 2, 5, 9], [3], most=1) == [(1, 2), (5, 9)]
    assert runs([]) == []


# -- what people do to sheets -----------------------------------------------------------------------------------------


def test_formulas_and_untouched_cells_stay(book: LiveBook) -> None:
    letter = book.read(CUSTOMER).letters
    sheet = tab(book)
    sheet[f"{letter['contact']}6"].number_format = "General"
    sheet[f"{letter['contact']}6"].formula = '="李"&"芳"'
    sheet[f"{letter['remark']}6"].color = (255, 200, 0)
    book = fresh(book)
    rows = book.read(CUSTOMER)
    assert rows.formulas == {(1, "contact")} and rows.cell(1, "contact") == "李芳"
    book.write(rows, {"contact": ["甲", "乙", "丙"], "remark": ["1", None, "3"]})
    book.save()
    assert fresh(book).read(CUSTOMER).columns["contact"] == ["甲", "李芳", "丙"]
    assert sheet[f"{letter['contact']}6"].formula == '="李"&"芳"'
    assert sheet[f"{letter['remark']}6"].color == (255, 200, 0)


def test_text_stays_text_in_every_column_and_on_disk(book: LiveBook) -> None:
    rows = book.read(CUSTOMER)
    texts: list[Cell] = ["=1+1", "00123", "2025-3-4"]
    columns = dict.fromkeys(("remark", "phone", "employees", "first_contact", "contract_amount"), texts)
    book.write(rows, columns)
    book.save()
    assert {key: fresh(book).read(CUSTOMER).columns[key] for key in columns} == columns
    book.book.save()
    assert book.path is not None
    closed = open_book(shutil.copy(book.path, book.path.with_name("copy.xlsx")))
    assert {key: closed.read(CUSTOMER).columns[key] for key in columns} == columns


def test_rows_typed_below_the_table_are_read_and_taken_in(book: LiveBook) -> None:
    letter = book.read(CUSTOMER).letters["name"]
    tab(book)[f"{letter}300"].value = "武汉光谷智云软件有限公司"
    book = fresh(book)
    rows = book.read(CUSTOMER)
    assert rows.lines == [5, 6, 7, 300] and [flaw.code for flaw in rows.flaws] == ["SHEET_ROWS_BELOW"]
    book.write(rows, {"check_result": ["通过"] * 4})
    book.save()
    rows = fresh(book).read(CUSTOMER)
    assert rows.flaws == [] and rows.columns["check_result"] == ["通过"] * 4
    assert tab(book).tables["t_customer"].range.last_cell.row == 300


def test_hidden_and_merged_rows_are_noted(book: LiveBook) -> None:
    sheet = tab(book)
    sheet["6:6"].rows.hidden = True
    sheet["F7:G7"].merge()
    book = fresh(book)
    rows = book.read(CUSTOMER)
    assert rows.hidden == {1}
    places = {flaw.code: flaw.place for flaw in rows.flaws}
    assert places["SHEET_MERGED"] == "F7:G7" and places["SHEET_HIDDEN_ROWS"] == "A6"
    book.write(rows, {"check_result": ["甲", "乙", "丙"]})
    book.save()
    rows = fresh(book).read(CUSTOMER)
    assert rows.columns["check_result"] == ["甲", "乙", "丙"] and rows.hidden == {1}


def test_moved_renamed_doubled_and_unknown_columns(book: LiveBook) -> None:
    letter = book.read(CUSTOMER).letters
    sheet = tab(book)
    sheet[f"{letter['remark']}4"].value = "我的想法"
    sheet[f"{letter['address']}4"].value = "客户名称"
    book = fresh(book)
    rows = book.read(CUSTOMER)
    codes = {flaw.code for flaw in rows.flaws}
    assert codes == {"SHEET_HEADER_MISSING", "SHEET_HEADER_UNKNOWN", "SHEET_HEADER_TWICE"}
    assert "remark" not in rows.columns and "我的想法" in rows.others
    assert rows.columns["name"] == [one["name"] for one in PEOPLE]


def test_a_renamed_sheet_is_still_found(book: LiveBook) -> None:
    tab(book).name = "老客户"
    rows = fresh(book).read(CUSTOMER)
    assert rows.sheet == "老客户" and len(rows) == 3


def test_pasted_over_dropdowns_come_back(book: LiveBook) -> None:
    letter = book.read(CUSTOMER).letters["industry"]
    sheet = tab(book)
    wanted = sheet[f"{letter}5"].api.Validation.getFormula1()
    sheet[f"{letter}6:{letter}8"].api.clearContents(32 | 256)
    assert sheet[f"{letter}7"].api.Validation.getFormula1() == ""
    book = fresh(book)
    assert book.restore() == (SHEET,)
    assert sheet[f"{letter}7"].api.Validation.getFormula1() == wanted
    assert book.restore() == ()


RULE = (
    *("Type", "ErrorAlertStyle", "IgnoreBlankCells", "ShowList", "InputTitle", "InputMessage", "ErrorTitle", "ErrorMessage"),
    *("ShowInputMessage", "ShowErrorMessage"),
)


def rule(book: LiveBook, place: str) -> list[str]:
    """Everything that matters of the dropdown or limit of a cell."""
    found = tab(book)[place].api.Validation
    words = [str(getattr(found, name)) for name in RULE]
    operator = "" if found.Type.value == "LIST" else found.getOperator().value
    second = found.getFormula2() if operator == "BETWEEN" else ""
    return [*words, operator, found.getFormula1(), second, str(found.getSourcePosition().Row)]  # formulas are as seen from there


def test_dropdowns_pasted_over_everywhere_come_back_as_the_template_ships_them(book: LiveBook) -> None:
    letters = book.read(CUSTOMER).letters
    wanted = {f"{letter}{line}": rule(book, f"{letter}{line}") for letter in letters.values() for line in (5, 7, 90_000)}
    assert len({tuple(one) for one in wanted.values()}) > 40
    tab(book)["A5:BC100000"].api.clearContents(32 | 256)
    assert rule(book, f"{letters['industry']}7")[0] != wanted[f"{letters['industry']}7"][0]
    book = fresh(book)
    assert book.restore() == (SHEET,)
    for place, one in wanted.items():
        assert rule(book, place) == one, place
    assert book.restore() == ()


def test_dropdowns_come_back_where_columns_were_moved(book: LiveBook) -> None:
    letters = book.read(CUSTOMER).letters
    tab(book)[f"{letters['city']}:{letters['city']}"].insert("right")  # a column of the person's own before the dependent one
    tab(book)[f"{letters['city']}4"].value = "备用"
    book = fresh(book)
    letters = book.read(CUSTOMER).letters
    wanted = rule(book, f"{letters['city']}9")
    assert f"${letters['province']}5" in wanted[-3] and wanted[-1] == "4", "the options follow the province of the row"
    tab(book)[f"{letters['city']}5:{letters['city']}100000"].api.clearContents(32 | 256)
    assert book.restore() == (SHEET,)
    assert rule(book, f"{letters['city']}9") == wanted


def shades(book: LiveBook, place: str) -> list[tuple[str, int, int]]:
    """The colour rules that apply to a cell: formula, fill and font."""
    from xlcrm.sheets.address import corners, covered

    sheet = tab(book).api
    styles = book.book.api.StyleFamilies.getByName("CellStyles")
    box, found = corners(place), []
    for group in sheet.ConditionalFormats.getConditionalFormats():
        boxes = [corners(part.rpartition(".")[2]) for part in group.Range.RangeAddressesAsString.split(";")]
        if box is not None and covered([box], [one for one in boxes if one is not None]):
            for entry in (group.getByIndex(number) for number in range(group.Count)):
                style = styles.getByName(entry.StyleName)
                found.append((entry.Formula1, style.CellBackColor, style.CharColor))
    return found


def test_colour_rules_come_back_and_those_of_other_people_stay(book: LiveBook) -> None:
    places = ("A5", "B6", "H7", "B90000")
    wanted = {place: shades(book, place) for place in places}
    assert [len(wanted[place]) for place in places] == [11, 7, 3, 7]
    sheet = tab(book).api
    formats = sheet.ConditionalFormats
    for group in formats.getConditionalFormats():
        formats.removeByID(group.ID)
    cells = book.book.api.createInstance("com.sun.star.sheet.SheetCellRanges")
    cells.addRangeAddress(tab(book)["H5:H9"].api.RangeAddress, False)
    number = formats.createByRange(cells)
    own = next(one for one in formats.getConditionalFormats() if number == one.ID)
    own.createEntry(0, 0)
    entry = own.getByIndex(0)
    entry.Operator, entry.Formula1, entry.StyleName = 24, "LEN($H5)>3", "Good"
    assert book.restore() == (SHEET,)
    assert [one for one in shades(book, "H7") if one[0].startswith("LEN")], "somebody's own rule"
    for place in places:
        assert [one for one in shades(book, place) if not one[0].startswith("LEN")] == wanted[place], place
    assert book.restore() == ()


def test_colour_rules_that_pasting_tore_are_made_whole(book: LiveBook) -> None:
    wanted = shades(book, "C6")
    sheet = tab(book)
    sheet["C200:D201"].copy(sheet["C6"])
    formats = sheet.api.ConditionalFormats
    for group in formats.getConditionalFormats():
        cells = book.book.api.createInstance("com.sun.star.sheet.SheetCellRanges")
        for part in ("C5:D5", "C7:D100"):  # row 6 lost them
            cells.addRangeAddress(sheet[part].api.RangeAddress, False)
        group.Range = cells
    assert shades(book, "C6") == []
    assert book.restore() == (SHEET,)
    assert shades(book, "C6") == wanted and len(formats.getConditionalFormats()) == 3


def test_an_error_value_and_a_calculated_one_are_read(tmp_path: Path, open_live: Open) -> None:
    path = tmp_path / "book.xlsx"
    build(path, rows={"customer": {"name": ["甲"], "contact": [CellError("#N/A")]}})
    live = open_live(path)
    sheet = tab(live)
    sheet["H5"].number_format = "General"
    sheet["H5"].formula = "=1/0"
    rows = fresh(live).read(CUSTOMER)
    assert rows.columns["contact"] == [CellError("#N/A")]
    assert rows.cell(0, next(key for key, letter in rows.letters.items() if letter == "H")) == CellError("#DIV/0!")


# -- what must not happen ---------------------------------------------------------------------------------------------


def test_nothing_is_written_over_what_changed_meanwhile(book: LiveBook) -> None:
    rows = book.read(CUSTOMER)
    letter = rows.letters["contact"]
    tab(book)[f"{letter}7"].value = "刚刚改的"
    book.write(rows, {"check_result": ["通过"] * 3})
    assert refusal(book.ready).key == "sheets.changed"
    assert refusal(book.save).key == "sheets.changed"
    found = fresh(book).read(CUSTOMER)
    assert found.columns["check_result"] == [None] * 3 and found.cell(2, "contact") == "刚刚改的"


def test_rows_sorted_meanwhile_get_nobody_elses_marks(book: LiveBook) -> None:
    rows = book.read(CUSTOMER)
    book.write(rows, {"check_result": ["甲", "乙", "丙"]})
    cells = tab(book)[f"A5:{list(rows.letters.values())[-1]}7"]
    values = cells.value
    cells.value = values[::-1]
    assert refusal(book.save).key == "sheets.changed"
    assert fresh(book).read(CUSTOMER).columns["check_result"] == [None] * 3


def test_a_protected_sheet_is_refused_before_anything_is_written(book: LiveBook) -> None:
    rows = book.read(CUSTOMER)
    book.write(rows, {"check_result": ["通过"] * 3})
    book.append(INTERACTION, [{"topic": "拜访"}])
    tab(book).api.protect("")
    said = refusal(book.save)
    assert said.key == "live.protected" and SHEET in said.sentence("zh")
    assert refusal(fresh(book).ready).key == "live.protected"
    assert len(fresh(book).read(INTERACTION)) == 0


def test_a_read_only_workbook_is_refused(tmp_path: Path, office: xlwings.App, blanks: dict[str, Path]) -> None:
    path = Path(shutil.copy(blanks["zh"], tmp_path / "只读.xlsx"))
    opened = office.books.open(path, read_only=True)
    try:
        assert refusal(LiveBook(opened).ready).key == "live.read_only"
    finally:
        opened.close()


def test_a_workbook_never_saved_and_a_foreign_one(office: xlwings.App) -> None:
    opened = office.books.add()
    try:
        book = LiveBook(opened)
        assert not book.ours and book.path is None and book.tables() == ()
        assert refusal(book.save).key == "sheets.foreign"
        book.ours = True
        assert refusal(book.ready).key == "live.never_saved"
    finally:
        opened.close()


def test_keep_saves_the_file(tmp_path: Path, blanks: dict[str, Path], open_live: Open) -> None:
    path = Path(shutil.copy(blanks["zh"], tmp_path / "客户.xlsx"))
    book = LiveBook(open_live(path).book)
    book.ready()
    book.append(CUSTOMER, [{"name": "甲", "first_contact": datetime(2025, 3, 12)}])
    book.set_setting("uid", "0123")
    book.save()
    closed = open_book(Path(shutil.copy(path, tmp_path / "copy.xlsx")))
    assert closed.setting("uid") == "0123" and closed.ours
    rows = closed.read(CUSTOMER)
    assert rows.columns["name"] == ["甲"] and rows.columns["first_contact"] == [datetime(2025, 3, 12)]


def test_links_of_an_open_book_are_replaced_in_the_closed_file(book: LiveBook) -> None:
    book.replace(FINDINGS, [{"place": Link("客户基础信息表!F5", SHEET, "F5")}] * 2)
    book.save()
    book.book.save()
    assert book.path is not None
    closed = open_book(Path(shutil.copy(book.path, book.path.with_name("copy.xlsx"))))
    assert closed.read(FINDINGS).columns["place"] == ["客户基础信息表!F5"] * 2
    closed.replace(FINDINGS, [{"place": "客户基础信息表!F5", "code": "X"}])
    closed.save()
    assert closed.path is not None
    again = open_book(closed.path).read(FINDINGS)
    assert again.columns["place"] == ["客户基础信息表!F5"] and again.formulas == set()


def test_attach_finds_the_workbook_meant(tmp_path: Path, blanks: dict[str, Path], office: xlwings.App) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    paths = [Path(shutil.copy(blanks["zh"], tmp_path / folder / "客户=1.xlsx")) for folder in ("a", "b")]
    opened = [office.impl.books.open(path) for path in paths]  # as the person does; xlwings itself opens no second one
    try:
        assert attach().path == paths[1]
        assert attach(str(paths[0])).path == paths[0]
        assert refusal(lambda: attach("客户=1.xlsx")).key == "live.same_name"
        assert refusal(lambda: attach("没有.xlsx")).key == "live.not_open"
    finally:
        for book in opened:
            book.close()


def test_the_person_is_found_and_taken_along(book: LiveBook) -> None:
    rows = book.read(CUSTOMER)
    book.go(SHEET, rows.place(1, "name"))
    stood = book.selected()
    assert stood is not None and (stood.sheet, stood.line, stood.cell) == (SHEET, 6, PEOPLE[1]["name"])


def test_another_workbook_is_opened_in_front_of_the_person(book: LiveBook, blanks: dict[str, Path], office: xlwings.App) -> None:
    book.open(blanks["en"])
    assert attach().path == blanks["en"]
    office.books[blanks["en"].name].close()


def test_a_program_that_ends_meanwhile_is_a_sentence(tmp_path: Path, blanks: dict[str, Path]) -> None:
    app = start_office()
    try:
        path = Path(shutil.copy(blanks["zh"], tmp_path / "客户.xlsx"))
        book = LiveBook(app.books.open(path))
        book.append(CUSTOMER, PEOPLE)
        before = path.read_bytes()
        app.kill()
        assert refusal(book.save).key == "live.gone"
        assert refusal(lambda: book.tell("校验完成")).key == "live.gone"
        assert path.read_bytes() == before
    finally:
        app.kill()

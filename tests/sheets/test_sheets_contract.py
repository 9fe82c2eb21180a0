"""What every Book does: in memory, as a closed file, and open in a spreadsheet program."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from xlcrm.errors import BookError
from xlcrm.model.resultsheets import CONFLICTS, FINDINGS
from xlcrm.model.rows import Cell, CellError, Link
from xlcrm.model.tables import CUSTOMER, INTERACTION, TABLES
from xlcrm.sheets.base import Book
from xlcrm.sheets.files import open_book
from xlcrm.sheets.layout import TEMPLATE_VERSION
from xlcrm.sheets.live import LiveBook
from xlcrm.sheets.memory import MemoryBook

Records = Sequence[Mapping[str, Cell]]
Make = Callable[..., Book]
PEOPLE: list[dict[str, Cell]] = [
    {"name": "深圳市海河电子有限公司", "contact": "王小明", "phone": "13912345678", "first_contact": datetime(2025, 3, 12)},
    {"name": "=HYPERLINK(1)", "contact": "+李芳", "phone": "-1", "remark": "@甲\n乙  <&>\"'"},
    {"name": "广州云帆贸易有限公司", "employees": 120.0, "revenue": 1234.5},
]


@pytest.fixture(params=["memory", "files", "live"])
def make(request: pytest.FixtureRequest, tmp_path: Path, blanks: dict[str, Path]) -> Make:
    live = request.getfixturevalue("open_live") if request.param == "live" else None
    copies = count()

    def made(records: Mapping[str, Records] | None = None, language: str = "zh", ours: bool = True) -> Book:
        if request.param == "memory":
            return MemoryBook(records or {}, language=language, ours=ours)
        path = tmp_path / f"book{next(copies)}.xlsx"
        shutil.copy(blanks[language], path)
        book = live(path) if live else open_book(path)
        if records:
            for table in TABLES:
                if table.key in records:
                    book.append(table, records[table.key])
            book.save()
        opened = fresh(book)
        opened.ours = opened.ours and ours
        return opened

    return made


def fresh(book: Book) -> Book:
    """The book as the next run finds it."""
    if isinstance(book, LiveBook):
        return LiveBook(book.book, keep=False)
    return open_book(book.path) if book.path else book


def again(book: Book) -> Book:
    """The book after saving, as the next run finds it."""
    book.save()
    return fresh(book)


def test_has_the_tables_and_the_language_of_the_template(make: Make) -> None:
    assert make().tables() == TABLES
    assert make(language="en").language == "en"
    assert make().ours and make().setting("template") == TEMPLATE_VERSION


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_blank_table_has_columns_and_no_rows(make: Make, language: str) -> None:
    rows = make(language=language).read(CUSTOMER)
    assert len(rows) == 0 and rows.flaws == []
    assert rows.sheet == CUSTOMER.title(language)
    assert rows.headers == {field.key: field.title(language) for field in CUSTOMER.fields}
    assert rows.letters["submit_status"] == "A" and rows.columns["name"] == []


def test_reads_what_was_appended_with_places(make: Make) -> None:
    book = make({"customer": PEOPLE})
    rows = book.read(CUSTOMER)
    assert rows.lines == [5, 6, 7]
    for index, record in enumerate(PEOPLE):
        assert {key: rows.cell(index, key) for key in record} == record
    assert rows.place(1, "name") == f"{rows.letters['name']}6"
    assert rows.cell(0, "remark") is None


def test_write_goes_back_to_where_the_rows_came_from(make: Make) -> None:
    book = make({"customer": PEOPLE})
    rows = book.read(CUSTOMER)
    book.write(rows, {"problem": ["改", None, "看\n看"], "employees": [None, 3.0, 120.0], "nowhere": ["x", "y", "z"]})
    for read in (book.read(CUSTOMER), again(book).read(CUSTOMER)):
        assert read.columns["problem"] == ["改", None, "看\n看"]
        assert read.columns["employees"] == [None, 3.0, 120.0]
        assert read.columns["name"] == rows.columns["name"]


def test_the_last_of_several_writes_counts(make: Make) -> None:
    book = make({"customer": PEOPLE})
    rows = book.read(CUSTOMER)
    book.write(rows, {"name": ["甲", "乙", "丙"]})
    book.write(rows, {"name": rows.columns["name"]})
    assert again(book).read(CUSTOMER).columns["name"] == rows.columns["name"]


def test_true_one_and_its_text_are_three_things(make: Make) -> None:
    book = make({"customer": [{"name": "甲", "remark": 1.0}, {"name": "乙", "remark": True}, {"name": "丙", "remark": "1"}]})
    rows = book.read(CUSTOMER)
    assert [type(cell) for cell in rows.columns["remark"]] == [float, bool, str]
    book.write(rows, {"remark": [True, "1", 1.0]})
    assert [type(cell) for cell in again(book).read(CUSTOMER).columns["remark"]] == [bool, str, float]


def test_blank_rows_between_are_left_out_and_kept_apart(make: Make) -> None:
    book = make({"customer": PEOPLE})
    rows = book.read(CUSTOMER)
    book.write(rows, {key: [cells[0], None, cells[2]] for key, cells in rows.columns.items()})
    read = again(book).read(CUSTOMER)
    assert [cell for cell in read.columns["name"] if cell] == [PEOPLE[0]["name"], PEOPLE[2]["name"]]
    assert read.lines[0] == 5 and read.lines[-1] == 7


def test_append_continues_below_and_gives_places(make: Make) -> None:
    book = make({"customer": PEOPLE})
    new = book.append(CUSTOMER, [{"name": "丁"}, {"name": "戊", "contract_amount": 2.5}])
    assert new.lines == [8, 9] and new.columns["name"] == ["丁", "戊"]
    book.write(new, {"submit_status": ["已提交", "已提交"]})
    read = again(book).read(CUSTOMER)
    assert read.columns["name"][3:] == ["丁", "戊"] and read.columns["submit_status"][3:] == ["已提交", "已提交"]
    assert read.flaws == []


def test_append_beyond_the_shipped_rows_extends_the_table(make: Make) -> None:
    book = make()
    book.append(INTERACTION, [{"customer": f"CX2025030{n:03}", "at": datetime(2025, 3, 1, 9, n % 60)} for n in range(300)])
    read = again(book).read(INTERACTION)
    assert len(read) == 300 and read.flaws == []
    assert read.cell(299, "at") == datetime(2025, 3, 1, 9, 59)


def test_replace_makes_the_records_the_only_rows(make: Make) -> None:
    book = make({"customer": PEOPLE})
    record: dict[str, Cell | Link] = {
        "severity": "必须修改",
        "place": Link("客户基础信息表!F5", "客户基础信息表", "F5"),
        "sentence": "=1+1",
    }
    book.replace(FINDINGS, [record] * 4)
    assert len(book.read(FINDINGS)) == 4
    book.replace(FINDINGS, [record, {**record, "sentence": None, "code": "X"}])
    read = again(book).read(FINDINGS)
    assert read.columns["place"] == ["客户基础信息表!F5"] * 2
    assert read.columns["sentence"] == ["=1+1", None] and read.columns["code"] == [None, "X"]
    assert read.lines == [5, 6]
    book = make()
    book.replace(CONFLICTS, [])
    assert len(again(book).read(CONFLICTS)) == 0


def test_settings_are_kept(make: Make) -> None:
    book = make()
    assert book.setting("uid") == "" and book.setting("unheard of") == ""
    book.set_setting("uid", "0123")
    book.set_setting("colour", "=红")
    book.set_setting("language", "")
    found = again(book)
    assert [found.setting(name) for name in ("uid", "colour", "language", "template")] == ["0123", "=红", "", TEMPLATE_VERSION]


def test_restore_finds_nothing_to_do_in_a_fresh_book(make: Make) -> None:
    assert make({"customer": PEOPLE}).restore() == ()


def test_a_foreign_book_is_read_but_never_written(make: Make) -> None:
    book = make({"customer": PEOPLE}, ours=False)
    rows = book.read(CUSTOMER)
    assert len(rows) == 3
    attempts: list[Callable[[], object]] = [
        lambda: book.write(rows, {"name": ["甲"] * 3}),
        lambda: book.replace(FINDINGS, []),
        lambda: book.append(CUSTOMER, [{"name": "甲"}]),
        lambda: book.set_setting("uid", "1"),
        book.restore,
        book.save,
    ]
    for attempt in attempts:
        with pytest.raises(BookError) as caught:
            attempt()
        assert caught.value.key == "sheets.foreign"
        assert caught.value.sentence("zh") and caught.value.hint("zh")


def test_talks_to_the_person(make: Make) -> None:
    book = make()
    book.tell("校验完成")
    book.progress("读取", 1, 2)
    assert isinstance(book.ask("要修正吗？"), bool)


def test_error_values_and_control_characters_survive(make: Make) -> None:
    book = make()
    book.append(CUSTOMER, [{"name": "a\x01b_x000D_c\u3000", "contact": CellError("#N/A"), "remark": "e\ud800\0f"}])
    read = again(book).read(CUSTOMER)
    assert read.cell(0, "name") == "a\x01b_x000D_c\u3000"
    assert read.cell(0, "contact") == CellError("#N/A")
    assert read.cell(0, "remark") == "e\ufffd\ufffdf"


def test_impossible_numbers_are_refused(make: Make) -> None:
    with pytest.raises(BookError) as caught:
        make().append(CUSTOMER, [{"name": "甲", "employees": float("nan")}])
    assert caught.value.key == "sheets.no_number"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufffe\uffff"), max_size=40)
MOMENT = st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
NUMBER = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200)
RECORD = st.fixed_dictionaries(
    {"name": TEXT.filter(lambda text: bool(text.strip()))},
    optional={
        "remark": TEXT,
        "contact": TEXT,
        "phone": NUMBER,
        "employees": NUMBER,
        "budget": st.booleans(),
        "contract_end": MOMENT,
    },
)


def without_soh(record: dict[str, Cell]) -> dict[str, Cell]:
    """LibreOffice gives tabs in texts of several lines as this character, so those two cannot be told apart."""
    return {key: cell.replace("\1", "x") if isinstance(cell, str) else cell for key, cell in record.items()}


QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=25, deadline=None, suppress_health_check=QUIET)
@given(st.lists(RECORD, min_size=1, max_size=8))
@pytest.mark.parametrize("make", ["memory", "files"], indirect=True)
def test_rows_survive_the_sheet(make: Make, records: list[dict[str, Cell]]) -> None:
    survive(make, records)


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=QUIET)
@example([{"name": "甲\t乙\n丙", "remark": "\t丁"}])
@given(st.lists(RECORD, min_size=20, max_size=40))
@pytest.mark.parametrize("make", ["live"], indirect=True)
def test_rows_survive_the_open_sheet(make: Make, records: list[dict[str, Cell]]) -> None:
    survive(make, [without_soh(record) for record in records])


def survive(make: Make, records: list[dict[str, Cell]]) -> None:
    read = make({"customer": records}).read(CUSTOMER)
    assert len(read) == len(records)
    for index, record in enumerate(records):
        for key in ("name", "remark", "contact", "phone", "employees", "budget", "contract_end"):
            wanted = record.get(key)
            wanted = None if isinstance(wanted, str) and not wanted.strip() else wanted
            assert read.cell(index, key) == wanted and type(read.cell(index, key)) is type(wanted)

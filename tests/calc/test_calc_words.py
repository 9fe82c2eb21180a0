"""Addresses, formulas and typed strings: no LibreOffice needed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.calc.addresses import COLUMNS, ROWS, column_letters, column_number, parse, rectangles, write
from xlcrm.calc.formulas import shifted, to_calc, to_excel, with_table
from xlcrm.calc.looks import characters, from_characters, from_rgb, to_rgb
from xlcrm.calc.typed import as_text, moment, serial, typed


@given(st.integers(1, ROWS), st.integers(1, COLUMNS), st.integers(1, 500), st.integers(1, 500))
def test_an_address_is_read_as_it_was_written(row: int, column: int, nrows: int, ncols: int) -> None:
    block = row, column, min(nrows, ROWS - row + 1), min(ncols, COLUMNS - column + 1)
    assert parse(write(*block)) == parse(write(*block, False, False)) == block


@given(st.integers(1, COLUMNS))
def test_column_letters_count_as_excel_does(number: int) -> None:
    assert column_number(column_letters(number)) == number


def test_whole_columns_and_rows_have_short_addresses() -> None:
    assert write(1, 2, ROWS, 2) == "$B:$C"
    assert write(3, 1, 2, COLUMNS) == "$3:$4"
    assert parse("B:C") == (1, 2, ROWS, 2)
    assert parse("3:4") == (3, 1, 2, COLUMNS)


@pytest.mark.parametrize("text", ["客户", "Total", "A0", "XFE1", "A1048577", "A", "A1:", "A1:B", "tbl[a]", ""])
def test_what_is_no_address_may_be_a_name(text: str) -> None:
    assert parse(text) is None


@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=40))
def test_rectangles_cover_exactly_the_cells_they_are_made_from(cells: set[tuple[int, int]]) -> None:
    covered = [
        (i, j) for top, left, bottom, right in rectangles(cells) for i in range(top, bottom + 1) for j in range(left, right + 1)
    ]
    assert len(covered) == len(set(covered))
    assert set(covered) == cells


def test_one_column_of_formulas_is_one_rectangle() -> None:
    assert rectangles({(row, 3) for row in range(10_000)}) == [(0, 3, 9_999, 3)]


@pytest.mark.parametrize(
    ("excel", "calc"),
    [
        ("=SUM(A1,B2:C3)", "=SUM(A1;B2:C3)"),
        ("=Sheet2!A1+'my sheet'!$B:$B", "=$Sheet2.A1+$'my sheet'.$B:$B"),
        ("=客户!A1", "=$客户.A1"),
        ('=IF(A1="a,b;c!",1,2)', '=IF(A1="a,b;c!";1;2)'),
        ("=SUM({1,2;3,4})", "=SUM({1;2|3;4})"),
        ("=SUM(客户[金额])", "=SUM(客户[金额])"),
        ("=T[[#This Row],[Qty]]*2", "=T[[#This Row];[Qty]]*2"),
        ("=1.5*A1", "=1.5*A1"),
        ("=NOW()", "=NOW()"),
        ("plain, text", "plain, text"),
    ],
)
def test_formulas_are_translated_there_and_back(excel: str, calc: str) -> None:
    assert to_calc(excel) == calc
    assert to_excel(calc) == excel


def test_functions_are_written_large() -> None:
    assert to_excel("=unique(A1:A3)") == "=UNIQUE(A1:A3)"


def test_the_mark_of_a_text_is_not_part_of_it() -> None:
    assert to_excel("'00123") == "00123"


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("=A1+$A1+A$1+$A$1", "=C4+$A4+C$1+$A$1"),
        ("=SUM(A1:B2)", "=SUM(C4:D5)"),
        ("=SUM(A:A)", "=SUM(C:C)"),
        ("=SUM($A:A)", "=SUM($A:C)"),
        ("=SUM(1:2)", "=SUM(4:5)"),
        ('=A1&"A1"', '=C4&"A1"'),
        ("=LOG10(A1)", "=LOG10(C4)"),
        ("=Sheet2!A1", "=Sheet2!C4"),
        ("=SUM(T[A1])", "=SUM(T[A1])"),
        ("A1", "A1"),
    ],
)
def test_a_filled_formula_moves_its_references(formula: str, moved: str) -> None:
    assert shifted(formula, 3, 2) == moved


def test_a_reference_that_leaves_the_sheet_is_an_error() -> None:
    assert shifted("=A1", -1, 0) == "=#REF!"


def test_references_inside_a_table_get_its_name() -> None:
    assert with_table("=[@Qty]*[@[Unit Price]]", "T") == "=T[[#This Row],[Qty]]*T[[#This Row],[Unit Price]]"
    assert with_table("=SUM([Qty])+SUM(T[Qty])", "T") == "=SUM(T[Qty])+SUM(T[Qty])"


@pytest.mark.parametrize(
    ("text", "value", "shown_as"),
    [
        ("00123", 123.0, "General"),
        ("13800138000", 13800138000.0, "General"),
        (" -1,234.5 ", -1234.5, "#,##0"),
        ("1,23", "1,23", "General"),
        ("12%", 0.12, "0%"),
        ("1.5%", 0.015, "0.00%"),
        ("1e3", 1000.0, "0.00E+00"),
        ("TRUE", 1.0, "BOOLEAN"),
        ("2024-3-4", 45355.0, "yyyy-mm-dd"),
        ("2024年3月4日", 45355.0, "yyyy-mm-dd"),
        ("2024-03-04 12:00", 45355.5, "yyyy-mm-dd hh:mm:ss"),
        ("2024-02-30", "2024-02-30", "General"),
        ("3/4/2024", "3/4/2024", "General"),
        ("6:00", 0.25, "hh:mm:ss"),
        ("'00123", "00123", "General"),
        ("张三", "张三", "General"),
        ("=", "=", "General"),
        ("-", "-", "General"),
    ],
)
def test_a_string_becomes_what_typing_it_would_make(text: str, value: float | str, shown_as: str) -> None:
    found = typed(text)
    assert (found.value, found.format, found.formula) == (value, shown_as, False)


def test_formulas_and_errors_are_entered_as_such() -> None:
    assert typed("=A1").formula
    assert typed("#N/A") == ("=#N/A", "General", True)


@given(st.text(max_size=30))
def test_any_text_can_be_typed(text: str) -> None:
    assert isinstance(typed(text).value, float | str)
    assert as_text(text) == text


def test_values_in_cells_of_text_are_written_out() -> None:
    assert [as_text(value) for value in (12.0, 13800138000, 0.5, True, None, dt.date(2024, 3, 4))] == [
        "12",
        "13800138000",
        "0.5",
        "TRUE",
        "",
        "2024-03-04",
    ]


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2400, 1, 1)))
def test_dates_survive_counting_to_the_millisecond(when: dt.datetime) -> None:
    back = moment(serial(when))
    assert isinstance(back, dt.datetime)
    assert abs(back - when) <= dt.timedelta(milliseconds=1)


def test_numbers_beyond_any_calendar_stay_numbers() -> None:
    assert moment(1e12) == 1e12


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_colours_survive(color: tuple[int, int, int]) -> None:
    red, green, blue = color
    assert to_rgb(from_rgb(color)) == color
    assert from_rgb("#{:02X}{:02X}{:02X}".format(*color)) == from_rgb(color)
    assert from_rgb(red + (green << 8) + (blue << 16)) == from_rgb(color)


@given(st.integers(1, 250))
def test_widths_of_columns_survive(width: int) -> None:
    assert characters(from_characters(width)) == width

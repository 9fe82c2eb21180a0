"""What is written into cells and read back, as xlwings documents it."""

from __future__ import annotations

import datetime as dt

import pytest
import xlwings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


def test_single_values_keep_their_type(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [1, 2.5, "张三", True, None, dt.datetime(2024, 3, 4, 5, 6, 7)]
    assert sheet["A1:F1"].value == [1.0, 2.5, "张三", True, None, dt.datetime(2024, 3, 4, 5, 6, 7)]
    assert isinstance(sheet["D1"].value, bool)


def test_shapes_follow_the_range(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    assert sheet["A1:B2"].value == [[1, 2], [3, 4]]
    assert sheet["A1:A2"].value == [1, 3]
    assert sheet["A1:A2"].options(ndim=2).value == [[1], [3]]
    sheet["D1:E2"].value = "x"
    assert sheet["D1:E2"].value == [["x", "x"], ["x", "x"]]


def test_rows_of_different_length_are_refused(sheet: xlwings.Sheet) -> None:
    with pytest.raises(Exception, match="same length"):
        sheet["A1"].value = [[1, 2], [3]]


def test_a_string_is_typed_in_unless_the_cell_holds_text(sheet: xlwings.Sheet) -> None:
    sheet["B1:B3"].number_format = "@"
    sheet["A1:B3"].value = [["00123", "00123"], ["2024-03-04", "2024-03-04"], ["=1+1", "=1+1"]]
    assert sheet["A1:B3"].value == [[123, "00123"], [dt.datetime(2024, 3, 4), "2024-03-04"], [2, "=1+1"]]
    assert sheet["B3"].formula == "=1+1"
    assert sheet["B3"].value == "=1+1"


def test_numbers_in_cells_of_text_become_text(sheet: xlwings.Sheet) -> None:
    sheet["A1"].number_format = "@"
    sheet["A1"].value = 13800138000
    assert sheet["A1"].value == "13800138000"


def test_a_date_shows_as_date_where_no_format_was_given(sheet: xlwings.Sheet) -> None:
    sheet["A2"].number_format = "dd/mm/yyyy"
    sheet["A1"].value = [[dt.date(2024, 3, 4)], [dt.date(2024, 3, 4)]]
    assert sheet["A1:A2"].value == [dt.datetime(2024, 3, 4)] * 2
    assert [sheet["A1"].number_format, sheet["A2"].number_format] == ["yyyy-mm-dd", "dd/mm/yyyy"]
    assert sheet["A1"].options(dates=dt.date).value == dt.date(2024, 3, 4)


def test_a_calculated_date_is_a_date(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = dt.datetime(2024, 3, 4)
    sheet["A2"].formula = "=A1+1"
    assert sheet["A2"].value == dt.datetime(2024, 3, 5)


@pytest.mark.parametrize(
    ("formula", "error"),
    [("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), ("=nosuchname", "#NAME?"), ('=VALUE("x")', "#VALUE!"), ("=#REF!", "#REF!")],
)
def test_errors_are_blank_or_named_on_demand(sheet: xlwings.Sheet, formula: str, error: str) -> None:
    sheet["A1"].formula = formula
    assert sheet["A1"].value is None
    assert sheet["A1"].options(err_to_str=True).value == error


def test_options_convert_numbers_and_blanks(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [1, None]
    assert sheet["A1:B1"].options(numbers=int, empty="-").value == [1, "-"]
    sheet["A2"].value = [["a", 1], ["b", 2]]
    assert sheet["A2:B3"].options(dict).value == {"a": 1, "b": 2}


def test_missing_numbers_are_blank(sheet: xlwings.Sheet) -> None:
    import numpy as np
    import pandas as pd

    sheet["A1"].value = [
        np.nan,
        pd.NaT,
        pd.NA,
        np.float64(1.5),
        np.int64(3),
        np.datetime64("2024-03-04"),
        pd.Timestamp("2024-03-04"),
    ]
    assert sheet["A1:G1"].value == [None, None, None, 1.5, 3, dt.datetime(2024, 3, 4), dt.datetime(2024, 3, 4)]


def test_formulas_are_english_and_in_a1_notation(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [[1], [2]]
    sheet["B1"].formula = '=SUM(A1,A2)&"a,b"'
    assert sheet["B1"].formula == '=SUM(A1,A2)&"a,b"'
    assert sheet["B1"].value == "3a,b"


def test_one_formula_fills_a_range_with_moving_references(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [[1], [2], [3]]
    sheet["B1:B3"].formula = "=A1*$A$3"
    assert sheet["B1:B3"].formula == (("=A1*$A$3",), ("=A2*$A$3",), ("=A3*$A$3",))
    assert sheet["B1:B3"].value == [3, 6, 9]


def test_formulas_reach_other_sheets(book: xlwings.Book) -> None:
    book.sheets.add("我的 表", after=book.sheets[-1])["A1"].value = 5
    sheet = book.sheets[0]
    sheet["A1"].formula = "='我的 表'!A1*2"
    assert sheet["A1"].value == 10
    assert sheet["A1"].formula == "='我的 表'!A1*2"


def test_values_and_formulas_mix_in_one_block(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [["a", 1, "=B1*2"], ["b", 2, "=B2*2"], ["c", "=B2+1", None]]
    assert sheet["A1:C3"].value == [["a", 1, 2], ["b", 2, 4], ["c", 3, None]]


def test_a_number_over_a_boolean_is_a_number(sheet: xlwings.Sheet) -> None:
    sheet["A1:C1"].value = [True, True, True]
    sheet["A1:C1"].value = [5, False, "=2+3"]
    assert sheet["A1:C1"].value == [5, False, 5]
    assert not isinstance(sheet["A1"].value, bool)


def test_blocks_have_an_end(sheet: xlwings.Sheet) -> None:
    with pytest.raises(ValueError, match="more than"):
        _ = sheet.cells.value


def test_array_formulas(sheet: xlwings.Sheet) -> None:
    sheet["A1"].value = [[1, 4], [2, 5], [3, 6]]
    sheet["D1"].formula_array = "=SUM(A1:A3*B1:B3)"
    assert sheet["D1"].value == 32


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(PLAIN, min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_text_survives_in_cells_of_text(sheet: xlwings.Sheet, rows: list[list[str]]) -> None:
    target = sheet["A1"].resize(len(rows), 3)
    target.number_format = "@"
    target.value = rows
    assert target.options(ndim=2).value == rows


def test_large_blocks_survive(sheet: xlwings.Sheet) -> None:
    rows = [[f"客户{i}", i, i / 7, None if i % 3 else "x"] for i in range(1, 5_001)]
    sheet["A1"].value = rows
    assert sheet["A1:D5000"].value == rows
    assert sheet["A1"].expand("down").shape == (5_000, 1)

"""Ranges: where they are, how they look, how they move."""

from __future__ import annotations

from typing import Any

import pytest
import xlwings


def test_ranges_are_found_by_address_place_and_corners(sheet: Any) -> None:
    assert sheet.range("B2:C3").address == sheet.range((2, 2), (3, 3)).address == sheet.range("B2", "C3").address == "$B$2:$C$3"
    assert sheet[1:3, 1:3].address == "$B$2:$C$3"
    assert sheet["B2:C3"].get_address(False, False, include_sheetname=True) == "'Sheet1'!B2:C3"
    with pytest.raises(IndexError):
        sheet.range((0, 1))
    with pytest.raises(ValueError, match="No range, name or table"):
        _ = sheet.range("nothing").value


def test_the_keyboard_finds_the_ends(sheet: Any) -> None:
    sheet["B2"].value = [[1, 2, 3], [4, 5, 6]]
    assert sheet["B2"].end("down").address == "$B$3"
    assert sheet["B2"].end("right").address == "$D$2"
    assert sheet["B3"].end("down").row == 1_048_576
    assert sheet["B9"].end("up").address == "$B$3"
    assert sheet["B2"].expand().address == sheet["C3"].current_region.address == sheet.used_range.address == "$B$2:$D$3"


def test_a_formula_that_gives_nothing_is_no_gap(sheet: Any) -> None:
    sheet["A1"].value = [["a"], ['=""'], ["c"]]
    assert sheet["A1"].end("down").address == "$A$3"


def test_clearing(sheet: Any) -> None:
    sheet["A1"].value = 1
    sheet["A1"].color = "#FF0000"
    sheet["A1"].clear_contents()
    assert (sheet["A1"].value, sheet["A1"].color) == (None, (255, 0, 0))
    sheet["A1"].value = 1
    sheet["A1"].clear_formats()
    assert (sheet["A1"].value, sheet["A1"].color) == (1, None)
    sheet["A1"].clear()
    assert sheet["A1"].value is None


def test_looks(sheet: Any) -> None:
    cells = sheet["A1:B2"]
    cells.color, cells.number_format, cells.wrap_text = (1, 2, 3), "0.00%", True
    cells.font.bold, cells.font.italic, cells.font.size, cells.font.color, cells.font.name = True, True, 14, (9, 8, 7), "Arial"
    cells.horizontal_alignment, cells.vertical_alignment = "center", "top"
    assert (cells.color, cells.number_format, cells.wrap_text) == ((1, 2, 3), "0.00%", True)
    assert (cells.font.bold, cells.font.italic, cells.font.size, cells.font.color, cells.font.name) == (
        True,
        True,
        14,
        (9, 8, 7),
        "Arial",
    )
    assert (cells.horizontal_alignment, cells.vertical_alignment) == ("center", "top")
    mixed = sheet["A1:C3"]
    assert (mixed.number_format, mixed.color, mixed.wrap_text, mixed.horizontal_alignment, mixed.vertical_alignment) == (
        None,
    ) * 5
    assert (mixed.font.bold, mixed.font.italic, mixed.font.size, mixed.font.color, mixed.font.name) == (None,) * 5
    assert sheet["C3"].number_format == "General"
    cells.color = None
    assert cells.color is None
    with pytest.raises(ValueError, match="Not a number format"):
        cells.number_format = "[[["


def test_every_cell_its_own_colour(sheet: Any) -> None:
    sheet["A1:B2"].impl.set_colors([["#FF0000", None], ["#FF0000", (0, 0, 255)]])
    assert [cell.color for cell in sheet["A1:B2"]] == [(255, 0, 0), None, (255, 0, 0), (0, 0, 255)]


def test_sizes(sheet: Any) -> None:
    sheet["A1:B2"].column_width, sheet["A1:B2"].row_height = 20, 30
    assert (sheet["A1:B2"].column_width, sheet["A1:B2"].row_height, sheet["A1:B2"].height) == (20, 30, 60)
    assert sheet["B2"].left == sheet["A1"].width
    sheet["B2"].column_width = 10
    assert sheet["A1:B2"].column_width is None
    sheet["A1"].value = "short"
    sheet["A:A"].autofit()
    assert sheet["A1"].column_width < 20
    assert sheet["A1"].row_height == 30


def test_inserting_and_deleting(sheet: Any) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    sheet["1:1"].insert("down")
    assert sheet["A1:B3"].value == [[None, None], [1, 2], [3, 4]]
    sheet["A2"].insert("right")
    assert sheet["A2:C2"].value == [None, 1, 2]
    sheet["A2"].delete("left")
    sheet["1:1"].delete("up")
    assert sheet["A1:B2"].value == [[1, 2], [3, 4]]
    sheet["A1:B1"].delete("up")
    assert sheet["A1:B2"].value == [[3, 4], [None, None]]


def test_a_sheet_held_before_deleting_cells_still_works(book: Any) -> None:
    held, other = book.sheets[0], book.sheets["Sheet1"]
    held["A1:C3"].value = 1
    other["A1:B1"].delete("up")
    held["Z99"].value = "there"
    assert held["Z99"].value == "there"


def test_copying(sheet: Any) -> None:
    sheet["A1"].value = [["x", "=A1"]]
    sheet["A1:B1"].color = "#00FF00"
    sheet["A1:B1"].copy(sheet["A3"])
    assert (sheet["A3:B3"].value, sheet["B3"].formula, sheet["A3"].color) == (["x", "x"], "=A3", (0, 255, 0))
    sheet["A1:B1"].copy()
    sheet["A5"].paste("values")
    assert (sheet["A5:B5"].value, sheet["B5"].formula, sheet["A5"].color) == (["x", "x"], "x", None)
    sheet["A8"].paste("formulas")
    assert sheet["B8"].formula == "=A8"
    sheet["A6"].value = "own"
    sheet["A6"].paste("formats")
    assert (sheet["A6"].value, sheet["A6"].color) == ("own", (0, 255, 0))


def test_merging(sheet: Any) -> None:
    sheet["A1:B2"].merge()
    assert sheet["B2"].merge_cells or sheet["A1"].merge_area.address == "$A$1:$B$2"
    sheet["A1:B2"].unmerge()
    assert not sheet["A1"].merge_cells
    sheet["A1:B2"].merge(across=True)
    assert sheet["A2"].merge_area.address == "$A$2:$B$2"


def test_sorting_takes_formats_along(sheet: Any) -> None:
    sheet["A1"].value = [["n", "s"], [2, "b"], [3, "c"], [1, "a"]]
    sheet["A3"].color = "#FF0000"
    sheet["A1:B4"].sort(1, ascending=False, has_headers=True)
    assert sheet["A1:B4"].value == [["n", "s"], [3, "c"], [2, "b"], [1, "a"]]
    assert sheet["A2"].color == (255, 0, 0)


def test_notes(sheet: Any) -> None:
    cell = sheet["A1"]
    assert cell.note is None
    added = cell.add_note("看这里")
    assert added.text == "看这里"
    added.text = "再看"
    assert [note.text for note in sheet.notes] == ["再看"]
    added.delete()
    assert len(sheet.notes) == 0


def test_links(sheet: Any) -> None:
    sheet["A2"].add_hyperlink("https://example.org/", "here")
    assert (sheet["A2"].value, sheet["A2"].hyperlink) == ("here", "https://example.org/")
    with pytest.raises(ValueError, match="has no hyperlink"):
        _ = sheet["A1"].hyperlink


def test_validation_by_list(book: Any) -> None:
    sheet = book.sheets[0]
    rule = sheet["A1:A5"].data_validation
    assert (rule.type, rule.source, rule.ignore_blank) == ("none", None, None)
    rule.set_list(["是", '"否"', "a b"])
    assert (rule.type, rule.source, rule.in_cell_dropdown, rule.alert_style) == ("list", '是,"否",a b', True, "stop")
    book.names.add("cities", "=Sheet1!$C$1:$C$3")
    rule.set_list(book.names["cities"])
    assert rule.source == "=cities"
    rule.set_list(sheet["C1:C3"], in_cell_dropdown=False)
    assert (rule.source, rule.in_cell_dropdown) == ("=$C$1:$C$3", False) or rule.source == "=Sheet1!$C$1:$C$3"
    sheet["A2"].data_validation.delete()
    assert rule.type == "mixed_criteria"
    with pytest.raises(xlwings.XlwingsError, match="different validation rules"):
        rule.set_list(["x"])


def test_validation_by_comparison_and_formula(sheet: Any) -> None:
    rule = sheet["B2:B4"].data_validation
    rule.set_whole_number("between", 1, 10)
    assert (rule.type, rule.operator, rule.formula1, rule.formula2) == ("whole_number", "between", "=1", "=10")
    rule.set_custom("=COUNTIF($B$2:$B$4,B2)=1")
    assert (rule.type, rule.operator, rule.formula) == ("custom", None, "=COUNTIF($B$2:$B$4,B2)=1")


def test_what_calc_does_not_have_says_so(sheet: Any) -> None:
    with pytest.raises(NotImplementedError):
        _ = sheet.charts[0]

"""Apps, workbooks, sheets, names and tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import xlwings

from xlcrm import calc
from xlcrm.calc import OfficeMissing, soffice


def test_the_engine_is_registered_once(calc_app: xlwings.App) -> None:
    assert calc.register() is xlwings.engines["calc"] is xlwings.engines.active
    assert [engine.name for engine in xlwings.engines].count("calc") == 1
    assert calc_app in list(xlwings.apps)


def test_an_app_of_ones_own_and_one_found_on_its_pipe(calc_app: xlwings.App) -> None:
    office = soffice.start()
    try:
        calc.register(pipe=office.pipe)
        found: Any = xlwings.apps.active
        assert found != calc_app
        assert xlwings.Book().name == "Book1"
        assert xlwings.apps.active == found
        found.quit()
        assert found not in list(xlwings.apps)
    finally:
        office.end(20)
    assert not office.alive
    assert xlwings.apps.active == calc_app


def test_nobody_on_the_pipe_is_said() -> None:
    with pytest.raises(OfficeMissing, match="does not answer"):
        soffice.connect("xlcrm-nobody-listens-here", wait=0)


def test_status_bar_alerts_and_calculation(book: Any) -> None:
    app = book.app
    app.status_bar = "校验中"
    assert app.status_bar == "校验中"
    app.status_bar = False
    assert app.status_bar is False
    assert app.alert("保存？", buttons="ok_cancel") in ("ok", "cancel")
    sheet = book.sheets[0]
    sheet["A1"].value, sheet["A2"].value = 1, "=A1+1"
    app.calculation = "manual"
    sheet["A1"].value = 5
    assert sheet["A2"].value == 2
    app.calculation = "automatic"
    app.calculate()
    assert sheet["A2"].value == 6
    app.screen_updating = False
    assert not app.screen_updating
    app.screen_updating = True
    assert app.screen_updating


def test_a_book_is_saved_opened_and_closed(calc_app: xlwings.App, tmp_path: Path) -> None:
    path = tmp_path / "客户 表=1.xlsx"
    book = calc_app.books.add()
    assert book.fullname == book.name
    book.sheets[0]["A1"].value = "张三"
    book.save(path)
    assert (book.name, Path(book.fullname)) == (path.name, path)
    book.sheets[0]["A1"].value = "unsaved"
    book.close()
    assert path.name not in [open_book.name for open_book in calc_app.books]
    again = calc_app.books.open(path)
    assert again.sheets[0]["A1"].value == "张三"
    assert calc_app.books[path.name] == again == calc_app.books.open(path)
    again.close()


def test_a_book_that_is_not_there_or_open_elsewhere(calc_app: xlwings.App, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        calc_app.books.open(tmp_path / "nothing.xlsx")
    path = tmp_path / "used.xlsx"
    book = calc_app.books.add()
    book.save(path)
    book.close()
    (tmp_path / ".~lock.used.xlsx#").write_text(",anna,desk,01.01.2025 10:00,file:///home/anna/office;", encoding="utf-8")
    with pytest.raises(PermissionError, match="open in another"):
        calc_app.books.open(path)
    reading = calc_app.books.open(path, read_only=True)
    reading.close()


def test_a_lock_left_by_a_killed_office_of_ours_does_not_count(calc_app: xlwings.App, tmp_path: Path) -> None:
    path = tmp_path / "left.xlsx"
    book = calc_app.books.add()
    book.save(path)
    book.close()
    lock = tmp_path / ".~lock.left.xlsx#"
    lock.write_text(f",anna,desk,01.01.2025 10:00,{(tmp_path / 'xlcrm-office-gone').as_uri()};", encoding="utf-8")
    again = calc_app.books.open(path)
    assert again.name == "left.xlsx"
    again.close()


def test_a_killed_office_is_forgotten_and_its_book_free_again(calc_app: xlwings.App, tmp_path: Path) -> None:
    path = tmp_path / "killed.xlsx"
    book = calc_app.books.add()
    book.save(path)
    book.close()
    doomed = xlwings.App(visible=False, add_book=False)
    doomed.books.open(path)
    with pytest.raises(PermissionError):
        calc_app.books.open(path)
    doomed.kill()
    assert doomed not in list(xlwings.apps)
    again = calc_app.books.open(path)
    assert again.name == "killed.xlsx"
    again.close()


def test_a_folder_that_is_not_there(book: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        book.save(tmp_path / "nowhere" / "book.xlsx")


def test_a_kind_of_file_calc_cannot_write(book: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot save"):
        book.save(tmp_path / "book.xlsb")


def test_selection_and_active_sheet(book: Any) -> None:
    second = book.sheets.add("Second", after=book.sheets[-1])
    assert book.sheets.active == second
    book.sheets[0]["B2:C3"].select()
    assert book.sheets.active == book.sheets[0]
    assert book.selection.address == book.app.selection.address == "$B$2:$C$3"


def test_sheets_are_added_named_hidden_copied_moved_and_deleted(book: Any) -> None:
    book.sheets.add("B", after="Sheet1")
    book.sheets.add("A", before="Sheet1")
    assert book.sheet_names == ["A", "Sheet1", "B"]
    book.sheets["B"].move(before=book.sheets["A"])
    book.sheets["A"].name = "客户"
    assert book.sheet_names == ["B", "客户", "Sheet1"]
    book.sheets["客户"]["A1"].value = 7
    book.sheets["客户"].copy(name="copy")
    assert book.sheets["copy"]["A1"].value == 7
    book.sheets["客户"].copy()
    assert book.sheet_names[-1] == "客户 (2)"
    book.sheets["copy"].visible = False
    assert not book.sheets["copy"].visible
    book.sheets["copy"].delete()
    assert "copy" not in book.sheet_names


def test_freezing_and_printing(sheet: Any) -> None:
    with pytest.raises(NotImplementedError, match="a window that is shown"):
        sheet.freeze_panes.freeze_at(sheet["A1:B1"])
    sheet.freeze_panes.unfreeze()
    assert sheet.show_gridlines
    sheet.show_gridlines = False
    assert not sheet.show_gridlines
    sheet.page_setup.print_area = "A1:B2"
    assert sheet.page_setup.print_area == "$A$1:$B$2"


def test_names_of_book_and_sheet(book: Any) -> None:
    sheet = book.sheets[0]
    sheet["A1:B2"].name = "whole"
    sheet["C1"].name = "Sheet1!local"
    book.names.add("rate", "=0.13")
    assert [name.name for name in book.names] == ["Sheet1!local", "rate", "whole"]
    assert [name.name for name in sheet.names] == ["Sheet1!local"]
    assert book.names["whole"].refers_to == "=Sheet1!$A$1:$B$2"
    assert book.names["whole"].refers_to_range == sheet["whole"] == sheet["A1:B2"]
    assert sheet["A1:B2"].name.name == "whole"
    assert sheet["A2"].name is None
    with pytest.raises(ValueError, match="does not refer"):
        _ = book.names["rate"].refers_to_range
    book.names["whole"].delete()
    assert "whole" not in book.names


def test_a_table_and_its_parts(sheet: Any) -> None:
    sheet["B2"].value = [["Item", "Qty"], ["a", 2], ["b", 3]]
    table = sheet.tables.add(sheet["B2:C4"], name="Stock")
    assert sheet.tables["Stock"].name == table.name == sheet["C3"].table.name == "Stock"
    assert (table.header_row_range.value, table.data_body_range.address) == (["Item", "Qty"], "$B$3:$C$4")
    assert [column.name for column in table.columns] == ["Item", "Qty"]
    sheet["E1"].formula = "=SUM(Stock[Qty])"
    assert sheet["E1"].value == 5
    table.resize(sheet["B2:D4"])
    assert table.header_row_range.value == ["Item", "Qty", "Column3"]
    sheet["D3:D4"].formula = "=[@Qty]*2"
    assert sheet["D3:D4"].value == [4, 6]
    assert sheet["A2"].table is None


def test_records_are_added_and_removed(sheet: Any) -> None:
    sheet["A1"].value = [["Item", "Qty"], ["a", 2], ["b", 3]]
    table = sheet.tables.add(sheet["A1:B3"])
    table.rows.add(["d", 5])
    table.rows.add(["c", 4], index=3)
    assert table.data_body_range.value == [["a", 2], ["b", 3], ["c", 4], ["d", 5]]
    table.rows[0].delete()
    assert table.data_body_range.value == [["b", 3], ["c", 4], ["d", 5]]
    table.show_totals = True
    assert table.totals_row_range.value == ["Total", 12]
    table.sort(2, ascending=False)
    assert [row[0] for row in table.range.value] == ["Item", "d", "c", "b", "Total"]
    table.show_totals = False
    assert table.range.address == "$A$1:$B$4"


def test_a_filter_hides_rows_until_it_is_cleared(sheet: Any) -> None:
    sheet["A1"].value = [
        ["City", "Sum", "When"],
        ["北京", 5, "2024-01-01"],
        ["上海", 10, "2024-02-01"],
        ["广州", 15, None],
        ["北京", 20, None],
    ]
    table = sheet.tables.add(sheet["A1:C5"])

    def shown() -> list[int]:
        return [row for row in range(2, 6) if not sheet[f"{row}:{row}"].impl.row_hidden]

    table.autofilter.apply_values(1, ["北京", "上海"])
    assert shown() == [2, 3, 5]
    table.autofilter.apply_comparison(2, "between", 10, 20)
    assert shown() == [3, 5]
    found = table.autofilter.criteria
    assert (found[0].type, found[0].values) == ("values", ["北京", "上海"])
    assert (found[1].type, found[1].operator, found[1].value1, found[1].value2) == ("comparison", "between", "10", "20")
    assert found[2].type == "none"
    table.autofilter.clear(1)
    assert shown() == [3, 4, 5]
    table.autofilter.clear()
    assert shown() == [2, 3, 4, 5]
    table.autofilter.apply_comparison(3, "less_than", dt.date(2024, 1, 15))
    assert shown() == [2]
    table.autofilter.apply_comparison(3, "equal_to", None)
    assert shown() == [4, 5]
    table.autofilter.clear()
    table.autofilter.apply_top_items(2, 2)
    assert (shown(), table.autofilter.criteria[1].type, table.autofilter.criteria[1].count) == ([4, 5], "top_items", 2)


def test_an_empty_table_waits_for_its_first_record(sheet: Any) -> None:
    table = sheet.tables.add(sheet["A1:B1"])
    assert len(table.rows) == 0
    assert table.insert_row_range.address == "$A$2:$B$2"
    table.rows.add(["only", 1])
    assert (len(table.rows), table.insert_row_range) == (1, None)
    table.rows[0].delete()
    table.rows.add(["again", 2])
    assert table.range.value == [["Column1", "Column2"], ["again", 2]]


def test_tables_from_files_are_found_by_name(calc_app: xlwings.App, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "tables.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("客户")
        page.add_table(
            "A1:B3",
            {"name": "tblCust", "columns": [{"header": "编号"}, {"header": "姓名"}], "data": [["1", "张三"], ["2", "李四"]]},
        )
    book = calc_app.books.open(path)
    try:
        table: Any = book.sheets["客户"].tables["tblCust"]
        assert table.header_row_range.value == ["编号", "姓名"]
        assert table.data_body_range.columns[1].value == ["张三", "李四"]
    finally:
        book.close()

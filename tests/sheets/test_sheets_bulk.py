"""Long tables: what is made as text is what cell by cell would have made."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from xlcrm.model.rows import Cell, CellError
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets import bulk, template
from xlcrm.sheets.files import open_book

ODD: list[Cell] = ["<甲> & \"乙\"", "一\n二", " 空 ", "_x000D_", "\x07", "=1+1", "𠮷田", None, CellError("#N/A"), 3.5, 100.0, datetime(2025, 3, 12), True]


def columns(count: int) -> dict[str, dict[str, list[Cell]]]:
    return {
        "customer": {
            "name": [f"客户{row}" for row in range(count)],
            "remark": [ODD[row % len(ODD)] for row in range(count)],
            "budget": [float(row) / 4 for row in range(count)],
            "first_contact": [datetime(2025, 1, 1 + row % 28) for row in range(count)],
        }
    }


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The same rows made as text, and cell by cell."""
    rows = columns(40)
    monkeypatch.setattr(bulk, "LONG", 10)
    template.build(tmp_path / "text.xlsx", "zh", rows)
    monkeypatch.setattr(bulk, "LONG", 1000)
    template.build(tmp_path / "cells.xlsx", "zh", rows)
    return tmp_path / "text.xlsx", tmp_path / "cells.xlsx"


def test_the_rows_read_back_the_same(both: tuple[Path, Path]) -> None:
    text, cells = (open_book(path).read(CUSTOMER) for path in both)
    assert text.columns["name"] == cells.columns["name"] and text.lines == cells.lines
    for key in ("budget", "first_contact"):
        assert text.columns[key] == cells.columns[key]
    differing = [(one, other) for one, other in zip(text.columns["remark"], cells.columns["remark"], strict=True) if one != other]
    assert set(map(str, (one for one, _ in differing))) == {"2025-03-12"}, "a date in a column of text is text"


def test_another_reader_sees_the_same_cells_formats_and_table(both: tuple[Path, Path]) -> None:
    text, cells = (openpyxl.load_workbook(path)["客户基础信息表"] for path in both)
    assert text.max_row == cells.max_row
    for one, other in zip(text.iter_rows(min_row=5, max_row=12), cells.iter_rows(min_row=5, max_row=12), strict=True):
        for left, right in zip(one, other, strict=True):
            if left.value is not None and left.value != "2025-03-12" and "_x" not in str(left.value):  # openpyxl leaves these codes
                assert (left.value, left.number_format, left.font.name) == (right.value, right.number_format, right.font.name)
    assert text.tables["t_customer"].ref.split(":")[1].endswith("44")
    assert text.tables["t_customer"].autoFilter.ref == text.tables["t_customer"].ref


def test_the_book_can_be_written_to(both: tuple[Path, Path]) -> None:
    book = open_book(both[0])
    rows = book.read(CUSTOMER)
    book.write(rows, {"check_result": ["通过"] * len(rows)})
    book.append(CUSTOMER, [{"name": "新的"}])
    book.save()
    again = open_book(both[0]).read(CUSTOMER)
    assert again.columns["name"][-1] == "新的" and again.columns["check_result"][0] == "通过" and len(again) == 41


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_it(both: tuple[Path, Path], tmp_path: Path) -> None:
    office = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), str(both[0])]
    subprocess.run(office, check=True, capture_output=True, timeout=120)
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "text.ods")).get_sheet_by_name("客户基础信息表")
    assert sum("客户3" in map(str, row) for row in sheet.to_python()) == 1

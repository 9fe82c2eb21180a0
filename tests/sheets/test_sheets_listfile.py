"""Lists whose headers nobody declared, in every encoding and form people keep them in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from xlcrm.errors import BookError
from xlcrm.sheets.listfile import ListFile, read_list


def saved(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def rows(found: ListFile) -> list[tuple[str, ...]]:
    return [tuple(row) for row in found.frame.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter(tmp_path: Path, encoding: str, mark: str) -> None:
    text = f"姓名{mark}电话\r\n王芳{mark}13912345678\r\n李强{mark}\r\n"
    found = read_list(saved(tmp_path, text.encode(encoding)))
    assert found.headers == ["姓名", "电话"]
    assert rows(found) == [("王芳", "13912345678"), ("李强", "")]


def test_the_header_below_a_title_and_blank_lines(tmp_path: Path) -> None:
    found = read_list(saved(tmp_path, "2025年客户名单\n\n姓名,电话,地址\n王芳,139,\n\n李强,,北京\n,,\n"))
    assert found.headers == ["姓名", "电话", "地址"]
    assert rows(found) == [("王芳", "139", ""), ("李强", "", "北京")]


def test_quotes_line_breaks_and_ragged_rows(tmp_path: Path) -> None:
    found = read_list(saved(tmp_path, '名称,地址\n"甲""乙",'
                                      '"一号\n二楼"\n丙\n丁,戊,己\n'))  # fmt: skip
    assert rows(found) == [('甲"乙', "一号\n二楼", ""), ("丙", "", ""), ("丁", "戊", "己")]


def test_formulas_and_long_numbers_stay_text(tmp_path: Path) -> None:
    found = read_list(saved(tmp_path, '名称,证件\n"=cmd|A1",110101199003070000\n+1,007\n'))
    assert rows(found) == [("=cmd|A1", "110101199003070000"), ("+1", "007")]


def test_the_fullest_sheet_of_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("说明", 0).append(["说明"])
    sheet = book.create_sheet("名单")
    for row in (["姓名", "电话", "生日"], ["王芳", 13912345678, datetime(1990, 3, 7)], ["李强", 2.5, None]):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")
    found = read_list(tmp_path / "list.xlsx")
    assert found.headers == ["姓名", "电话", "生日"]
    assert rows(found) == [("王芳", "13912345678", "1990-03-07"), ("李强", "2.5", "")]


@pytest.mark.parametrize("content", [b"", "姓名,电话\n".encode(), b"\n\n\n", b"\x00\x00"])
def test_nothing_to_compare_is_said(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BookError) as told:
        read_list(saved(tmp_path, content))
    assert told.value.hint("zh")


def test_a_quotation_that_nobody_closed_swallows_nothing(tmp_path: Path) -> None:
    found = read_list(saved(tmp_path, '姓名,电话\n"王芳,1\n李强,2\n'))
    assert (found.headers, len(found), [key for key, _ in found.notes]) == (["姓名", "电话"], 2, ["quotes"])


def test_columns_together_and_row_numbers(tmp_path: Path) -> None:
    found = read_list(saved(tmp_path, "id,手机,座机,x\n1,139,\n2,138,0571\n3,138,\n"))
    assert found.column(1, 2).to_list() == ["139", "138 0571", "138"]
    assert found.sample(2) == ["0571"]
    assert found.numbers(0)
    assert not found.numbers(1)

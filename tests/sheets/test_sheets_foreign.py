"""Reading lists that nobody made from our template."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from xlcrm.errors import BookError
from xlcrm.model.rows import CellError
from xlcrm.model.tables import CUSTOMER, INTERACTION
from xlcrm.sheets.foreign import read_table

HEADER = ["序号", "公司名称", "联系人", "手机", "来源渠道", "老系统备忘"]
LINES = [
    ["1", "深圳市海河电子有限公司", "王小明", "13912345678", "展会", "旧"],
    ["2", '广州"云帆", 贸易;有限公司', "李芳", "010-62345678", "", "两\n行"],
]


def text(delimiter: str) -> str:
    found = io.StringIO()
    csv.writer(found, delimiter=delimiter).writerows([["客户名单"], [], HEADER, *LINES])
    return found.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_files_of_every_encoding_and_delimiter(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(text(delimiter).encode(encoding))
    rows = read_table(path, CUSTOMER)
    assert rows.sheet == "名单" and rows.lines == [4, 5]
    assert rows.columns["name"] == [LINES[0][1], LINES[1][1]]
    assert rows.columns["phone"] == ["13912345678", "010-62345678"]
    assert rows.columns["source"] == ["展会", None]
    assert rows.others == {"序号": ["1", "2"], "老系统备忘": ["旧", "两\n行"]}
    assert rows.headers["name"] == "公司名称" and rows.letters["name"] == "B"
    assert {flaw.code for flaw in rows.flaws} == {"SHEET_HEADER_UNKNOWN"}


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS.filter(str.strip), CELLS), min_size=1, max_size=5))
def test_text_survives_a_text_file(tmp_path: Path, lines: list[tuple[str, str]]) -> None:
    found = io.StringIO()
    csv.writer(found).writerows([("客户名称", "备注"), *lines])
    path = tmp_path / "a.csv"
    path.write_text(found.getvalue(), "utf-8-sig", newline="")
    rows = read_table(path, CUSTOMER)
    assert rows.columns["name"] == [CellError(name) if name.startswith("#N/A") else name for name, _ in lines]


def test_the_best_sheet_of_a_workbook_wins(tmp_path: Path) -> None:
    path = tmp_path / "旧表.xlsx"
    book = Workbook(str(path))
    first, second = book.add_worksheet("说明"), book.add_worksheet("名单")
    first.write_row("A1", ["名称", "电话"])
    second.merge_range("C2:F2", "2024年客户")
    date = book.add_format({"num_format": "yyyy年m月d日"})
    for line, row in enumerate([HEADER, *LINES], 4):
        second.write_row(line, 2, row)
    second.write("I5", "首次联系时间")
    second.write_datetime("I6", datetime(2024, 5, 6), date)
    second.write_number("F7", 13800138000.0)
    second.write_formula("I7", "=1/0", None, "#DIV/0!")
    book.close()
    rows = read_table(path, CUSTOMER)
    assert (rows.sheet, rows.lines, rows.letters["name"]) == ("名单", [6, 7], "D")
    assert rows.columns["phone"] == ["13912345678", 13800138000.0]
    assert rows.columns["first_contact"] == [datetime(2024, 5, 6), CellError("#DIV/0!")]
    assert (1, "first_contact") in rows.formulas


def test_open_document_sheets_keep_their_leading_blank_rows(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        inside = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
        )
        return f"<table:table-row>{inside}</table:table-row>"

    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="名单">{blank}{row("客户名称", "电话")}{row("甲公司", "13912345678")}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "名单.ods"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", "<manifest/>")
    rows = read_table(path, CUSTOMER)
    assert (rows.lines, rows.columns["name"], rows.columns["phone"]) == ([5], ["甲公司"], ["13912345678"])


def test_another_table_reads_its_own_headers(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("客户ID\t沟通时间\t联系方式\nCX2025030001\t2025-3-1\t电话\n", "gb18030")
    rows = read_table(path, INTERACTION)
    assert rows.columns == {"customer": ["CX2025030001"], "at": ["2025-3-1"], "way": ["电话"]}


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("a.csv", b"1,2\n3,4\n", "sheets.no_header"),
        ("a.csv", b"", "sheets.no_header"),
        ("a.csv", b"\0\0\xff\xfe,\x81", "sheets.no_header"),
        ("a.csv", '客户名称\n"'.encode() + b"x" * (2 << 20), "sheets.damaged"),
        ("a.xls", b"not a workbook", "sheets.damaged"),
        ("a.xlsb", b"PK\3\4broken", "sheets.damaged"),
        ("a.ods", b"", "sheets.damaged"),
        ("a.pdf", b"%PDF-1.4", "sheets.not_workbook"),
    ],
)
def test_what_is_no_list_ends_in_one_sentence(tmp_path: Path, name: str, data: bytes, key: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(BookError) as caught:
        read_table(path, CUSTOMER)
    assert caught.value.key == key
    assert caught.value.sentence("zh") and caught.value.hint("en")


def test_a_missing_file(tmp_path: Path) -> None:
    for name in ("a.csv", "a.xls", "a.xlsx"):
        with pytest.raises(BookError) as caught:
            read_table(tmp_path / name, CUSTOMER)
        assert caught.value.key == "sheets.not_found"

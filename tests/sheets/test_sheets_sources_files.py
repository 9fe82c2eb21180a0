"""Files of every kind, told by what is in them; what cannot be read ends in one sentence."""

from __future__ import annotations

import base64
import csv
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sheets.binary import write_xlsb
from tests.sheets.mess import Rows, book, rows
from xlcrm.errors import BookError
from xlcrm.model.rows import CellError
from xlcrm.sheets.sources import Source, read
from xlcrm.sheets.sources.delivered import fetch

HEADER = ["公司名称", "联系人", "手机", "备注"]
RECORDS = [("深圳市海河电子有限公司", "王小明", "13912345678", "旧；需回访"), ('广州"云帆", 贸易有限公司', "李芳", "010-62345678", "两\n行")]


def text(separator: str, ending: str = "\r\n") -> str:
    found = io.StringIO(newline="")
    csv.writer(found, delimiter=separator, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([["客户名单"], [], HEADER, *RECORDS])
    return found.getvalue()


def notes(source: Source) -> set[str]:
    return {key for key, _ in source.notes}


# -- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，", "；", "、"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_of_every_encoding_and_separator(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(text(separator).encode(encoding))
    source = read(path)
    (table,) = source.tables
    assert (table.header, rows(table), table.rows, source.notes) == (HEADER, RECORDS, [4, 5], [])
    assert (table.sheet, table.address(2, 1)) == ("名单", "C5")


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("name", ["a.txt", "a.tsv", "A.CSV"])
def test_line_endings_and_names(tmp_path: Path, ending: str, name: str) -> None:
    (tmp_path / name).write_bytes(text("\t", ending).rstrip().encode())
    assert rows(read(tmp_path / name).tables[0]) == RECORDS


def test_the_line_that_names_the_separator(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=~\n公司名称~手机\n甲公司~139,138\n", "utf-8")
    (table,) = read(tmp_path / "a.csv").tables
    assert (table.header, rows(table), table.rows) == (["公司名称", "手机"], [("甲公司", "139,138")], [2])


def test_a_quotation_mark_that_nobody_closed_swallows_no_row(tmp_path: Path) -> None:
    lines = ["公司名称,联系人,手机", '"甲有限公司,王芳,13912345678', "乙有限公司,李强,13912345679", "丙有限公司,赵六,13912345670"]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", "utf-8")
    source = read(tmp_path / "a.csv")
    assert source.tables[0].columns[1] == ["王芳", "李强", "赵六"]
    assert "quotes" in notes(source)


def test_a_quotation_that_swallows_hundreds_of_rows_is_none(tmp_path: Path) -> None:
    lines = ["公司名称,联系人"] + [f"第{n}有限公司,王{n}" for n in range(400)]
    lines[5], lines[390] = '"第4有限公司,王4', '第389有限公司,"王389"'
    lines[380] = '第379"有限公司,王379"'
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", "utf-8")
    source = read(tmp_path / "a.csv")
    assert len(source.tables[0]) == 400
    assert "quotes" in notes(source)


def test_ragged_rows_blank_lines_nuls_and_error_values(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("公司名称,联系人,手机\n甲有限公司\0,王芳\n\n乙有限公司,,#N/A,多出\n".encode())
    (table,) = read(tmp_path / "a.csv").tables
    assert rows(table) == [("甲有限公司", "王芳", None, None), ("乙有限公司", None, CellError("#N/A"), "多出")]
    assert table.rows == [2, 4]


def test_long_numbers_and_formulas_of_a_text_stay_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("客户名称,证件号码,备注\n甲有限公司,110101199003070000,=1+1\n", "utf-8")
    assert rows(read(tmp_path / "a.csv").tables[0]) == [("甲有限公司", "110101199003070000", "=1+1")]


def test_a_text_with_lost_letters_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("公司名称,联系人\n甲有限公司,王".encode("gb18030") + b"\xff\xff\n")
    assert "letters_lost" in notes(read(tmp_path / "a.csv"))


def test_more_rows_than_a_sheet_holds(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"name,phone\n" + b"x\n" * 1_048_576)
    with pytest.raises(BookError) as caught:
        read(tmp_path / "a.csv")
    assert caught.value.key == "sources.too_many_rows"


def test_five_hundred_columns(tmp_path: Path) -> None:
    header = ["公司名称", "联系人", *(f"字段{n}" for n in range(498))]
    lines: list[list[str]] = [header, *([f"第{n}有限公司", "王芳", *[str(n)] * 498] for n in range(3))]
    found = io.StringIO()
    csv.writer(found).writerows(lines)
    (tmp_path / "a.csv").write_text(found.getvalue(), "utf-8")
    book(tmp_path / "a.xlsx", {"表": lines})
    for name in ("a.csv", "a.xlsx"):
        (table,) = read(tmp_path / name).tables
        assert (len(table.header), table.column_letters[-1], table.columns[499]) == (500, "SF", ["0", "1", "2"])


def test_progress_of_a_long_text(tmp_path: Path) -> None:
    told: list[int] = []
    (tmp_path / "a.csv").write_text("公司名称,联系人\n" + "甲有限公司,王芳\n" * 50_000, "utf-8")
    read(tmp_path / "a.csv", lambda done, total: told.append(done))
    assert told and told == sorted(told) and told[-1] == 50_001


# -- workbooks of other programs --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The same workbook as LibreOffice saves it in another format; a hidden sheet, merged cells, a date, an error, a gap."""
    soffice = shutil.which("soffice")
    if soffice is None:
        if os.environ.get("XLCRM_REQUIRE_ALL") == "1":
            raise AssertionError("LibreOffice is missing")
        pytest.skip("LibreOffice is missing")
    folder = tmp_path_factory.mktemp("office")
    lines: Rows = [
        [], [], [None, "客户名单"], [None, "公司名称", "联系人", "手机", "首次接触时间", "合同金额"],
        [None, *RECORDS[0][:2], 13912345678, datetime(2025, 3, 1), "#DIV/0!"], [None, None, "李四", None, datetime(2025, 3, 2, 14, 30), 12.5],
    ]  # fmt: skip
    source = book(folder / "名单.xlsx", {"名单": lines, "旧": [HEADER, RECORDS[1]]}, ["B5:B6"], hidden_sheets=["旧"])

    def convert(suffix: str) -> Path:
        command = [soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", suffix]
        subprocess.run([*command, "--outdir", str(folder), str(source)], check=True, capture_output=True, timeout=180)
        return folder / f"名单.{suffix}"

    return convert


@pytest.mark.parametrize("suffix", ["xls", "ods", "xlsx"])
def test_what_libreoffice_saves(converted: Callable[[str], Path], suffix: str) -> None:
    source = read(converted(suffix))
    (table,) = source.tables
    first, second = rows(table)
    assert (table.rows, table.column_letters) == ([5, 6], list("BCDEF"))
    error = CellError("#DIV/0!") if suffix == "xlsx" else None  # calamine gives errors as blank cells
    assert first == (*RECORDS[0][:2], 13912345678.0, datetime(2025, 3, 1), error)
    assert second[1:] == ("李四", None, datetime(2025, 3, 2, 14, 30), 12.5)
    if suffix != "ods":  # calamine does not tell which cells of an .ods are merged
        assert second[0] == RECORDS[0][0] and "merged" in notes(source)
    assert ("hidden_sheet", {"sheet": "旧", "rows": "2"}) in source.notes


def test_a_binary_workbook(tmp_path: Path) -> None:
    path = write_xlsb(tmp_path / "a.xlsb", "名单", {3: HEADER[:3], 4: ["甲有限公司", "王芳", 13912345678.0]})
    (table,) = read(path).tables
    assert (table.sheet, table.rows, rows(table)) == ("名单", [4], [("甲有限公司", "王芳", 13912345678.0)])


WEB = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><table><tr><td>
<table border=1><tr><th colspan=4>客户名单</th></tr><tr><th>公司名称</th><th>联系人</th><th>手机</th><th>备注</th></tr>
<tr><td rowspan=2>深圳市海河电子有限公司</td><td>王小明</td><td>13912345678</td><td>一楼<br>二楼&nbsp;东</td></tr>
<tr><td> 李
四 </td><td></td><td>&lt;无&gt;</td></tr></table></td></tr></table></body></html>"""


def test_a_web_table_that_calls_itself_xls(tmp_path: Path) -> None:
    (tmp_path / "导出.xls").write_bytes(WEB.encode("gb18030"))
    source = read(tmp_path / "导出.xls")
    (table,) = source.tables
    name = "深圳市海河电子有限公司"
    assert rows(table) == [(name, "王小明", "13912345678", "一楼\n二楼 东"), (name, "李 四", None, "<无>")]
    assert table.rows == [3, 4] and notes(source) == {"misnamed", "merged"}


XML = """<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="名单"><Table>
<Row ss:Index="3"><Cell ss:Index="2"><Data ss:Type="String">公司名称</Data></Cell><Cell><Data ss:Type="String">手机</Data></Cell></Row>
<Row ss:Hidden="1"><Cell ss:Index="2" ss:MergeDown="1"><Data ss:Type="String">甲有限公司</Data></Cell>
<Cell><Data ss:Type="Number">13912345678</Data></Cell></Row>
<Row><Cell ss:Index="3"><Data ss:Type="String">138</Data></Cell></Row></Table></Worksheet></Workbook>"""


def test_the_xml_of_excel_2003(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_text(XML, "utf-8")
    source = read(tmp_path / "a.xls")
    (table,) = source.tables
    assert rows(table) == [("甲有限公司", 13912345678.0), ("甲有限公司", "138")]
    assert (table.rows, table.column_letters, notes(source)) == ([4, 5], ["B", "C"], {"misnamed", "merged", "hidden_rows"})


def test_a_workbook_under_another_name_is_read_by_its_content(tmp_path: Path) -> None:
    made = book(tmp_path / "a.xlsx", {"表": [HEADER, RECORDS[0]]})
    for name in ("a.xls", "a.csv", "a"):
        shutil.copy(made, tmp_path / name)
        source = read(tmp_path / name)
        assert rows(source.tables[0]) == [RECORDS[0]] and ("misnamed", {"kind": "xlsx"}) in source.notes
    (tmp_path / "b.xlsx").write_text(text(","), "utf-8")
    assert rows(read(tmp_path / "b.xlsx").tables[0]) == RECORDS


def test_macros_are_told(tmp_path: Path) -> None:
    made = book(tmp_path / "a.xlsx", {"表": [HEADER, RECORDS[0]]})
    with zipfile.ZipFile(made, "a") as package:
        package.writestr("xl/vbaProject.bin", b"macros")
    assert "macros" in notes(read(made.rename(tmp_path / "a.xlsm")))


def test_what_is_told_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(text(","), "utf-8")
    source = read(path)
    assert (source.name, source.size, source.path) == ("名单.csv", path.stat().st_size, path)
    assert source.modified == pytest.approx(path.stat().st_mtime)
    shutil.copy(path, tmp_path / "副本.csv")
    assert read(tmp_path / "副本.csv").digest == source.digest and len(source.digest) == 64


# -- what cannot be read ----------------------------------------------------------------------------------------------

_PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
_LNK = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(60)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("空.xlsx", b"", "sources.zero_bytes"),
        ("~$名单.xlsx", b"\x05zhang" + bytes(50), "sources.lock_file"),
        (".~lock.名单.ods#", b",zhang,", "sources.lock_file"),
        ("照片.png", _PNG, "sources.no_table_file"),
        ("照片.xlsx", _PNG, "sources.no_table_file"),
        ("名单.xlsx.lnk", _LNK, "sources.no_table_file"),
        ("合同.pdf", b"%PDF-1.4\n1 0 obj", "sources.no_table_file"),
        ("旧.doc", _OLE, "sources.no_table_file"),
        ("网页.xml", b"<?xml version='1.0'?><note>hi</note>", "sources.no_table_file"),
        ("密码.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le") + bytes(500), "sheets.encrypted"),
        ("坏.xlsx", b"PK\3\4broken", "sheets.truncated"),
        ("坏.xls", _OLE + "Workbook".encode("utf-16-le") + bytes(500), "sheets.damaged"),
        ("信.txt", "各位同事：\n请于周五前提交客户名单。\n".encode(), "sources.no_table_found"),
    ],
)
def test_what_is_no_list_ends_in_one_sentence(tmp_path: Path, name: str, data: bytes, key: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BookError) as caught:
        read(tmp_path / name)
    assert caught.value.key == key
    assert caught.value.sentence("zh") and caught.value.hint("en")


@pytest.mark.parametrize("inner", ["word/document.xml", "readme.txt"])
def test_packages_of_other_programs(tmp_path: Path, inner: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>") if inner.startswith("word") else None
        package.writestr(inner, "x")
    with pytest.raises(BookError) as caught:
        read(tmp_path / "a.xlsx")
    assert caught.value.key == "sources.no_table_file"


def test_bombs_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", bytes(64 << 20))
    with zipfile.ZipFile(tmp_path / "a.ods", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", bytes(64 << 20))
    write_xlsb(tmp_path / "a.xlsb", "名单", {1: ["x"], 1_000_000: ["x", *[None] * 12_000, "y"]})
    for name in ("a.xlsx", "a.ods", "a.xlsb"):
        with pytest.raises(BookError) as caught:
            read(tmp_path / name)
        assert caught.value.key == "sheets.too_large"


def test_entities_are_refused(tmp_path: Path) -> None:
    declared = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    (tmp_path / "a.xls").write_text(XML.replace("<Workbook", f"{declared}<Workbook").replace("甲有限公司", "&a;"), "utf-8")
    made = book(tmp_path / "b.xlsx", {"表": [HEADER, RECORDS[0]]})
    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"<worksheet", declared.encode() + b"<worksheet", 1)
    with zipfile.ZipFile(made, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    for name in ("a.xls", "b.xlsx"):
        with pytest.raises(BookError) as caught:
            read(tmp_path / name)
        assert caught.value.key == "sheets.unsafe"


def test_links_folders_and_pipes(tmp_path: Path) -> None:
    inside, outside = tmp_path / "收集", tmp_path / "别处"
    inside.mkdir()
    outside.mkdir()
    (outside / "名单.csv").write_text(text(","), "utf-8")
    (inside / "名单.csv").symlink_to(outside / "名单.csv")
    (inside / "圈.csv").symlink_to(inside / "圈.csv")
    (inside / "夹.csv").mkdir()
    os.mkfifo(inside / "管.csv")
    expected = {"名单.csv": "sources.outside", "圈.csv": "sheets.unreadable", "夹.csv": "sources.no_file", "管.csv": "sources.no_file", "无.csv": "sheets.not_found"}
    for name, key in expected.items():
        with pytest.raises(BookError) as caught:
            read(inside / name, root=inside)
        assert caught.value.key == key, name
    assert read(inside / "名单.csv").tables  # without a folder to stay in a link is a file like any other


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("公司名称,联系人\n" + "甲有限公司,王芳\n" * 30_000, "utf-8")

    def write(done: int, total: int) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("乙有限公司,李强\n")

    with pytest.raises(BookError) as caught:
        read(path, write)
    assert caught.value.key == "sources.changing"


def test_a_file_replaced_by_one_of_the_same_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("公司名称,联系人\n甲有限公司,王芳\n", "utf-8")
    delivered = fetch(path)
    path.write_text("公司名称,联系人\n乙有限公司,王芳\n", "utf-8")
    os.utime(path, ns=(delivered.modified, delivered.modified))
    with pytest.raises(BookError) as caught:
        delivered.settle()
    assert caught.value.key == "sources.changing"


def test_a_damaged_old_workbook_does_not_take_the_program_with_it(
    converted: Callable[[str], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    raw, refused = converted("xls").read_bytes(), 0
    for place in range(0, len(raw), 211):
        (tmp_path / "a.xls").write_bytes(raw[:place] + b"\xff\xff\xff" + raw[place + 3 :])
        try:
            read(tmp_path / "a.xls")
        except BookError:
            refused += 1
    assert refused
    assert capfd.readouterr().err == ""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A file of each kind that is read without LibreOffice."""
    folder = tmp_path_factory.mktemp("samples")
    made = book(folder / "a.xlsx", {"表": [HEADER, *RECORDS], "二": [HEADER]}, ["A2:A3"])
    binary = write_xlsb(folder / "a.xlsb", "名单", {3: HEADER[:3], 4: ["甲有限公司", "王芳", 13912345678.0]})
    return [made.read_bytes(), binary.read_bytes(), text(",").encode("utf-16"), text(";").encode("gb18030"), WEB.encode("gb18030"), XML.encode()]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_file_is_read_or_refused_in_one_sentence(tmp_path: Path, samples: list[bytes], data: st.DataObject) -> None:
    raw = bytearray(samples[data.draw(st.integers(0, len(samples) - 1))])
    for _ in range(data.draw(st.integers(0, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(raw)), st.integers(1, len(raw))))
    path = tmp_path / data.draw(st.sampled_from(("a.xlsx", "a.xls", "a.csv", "a")))
    path.write_bytes(raw[:cut])
    try:
        read(path)
    except BookError as error:
        assert error.sentence("zh") and error.hint("en")


@pytest.mark.parametrize("name", ["长" * 80 + ".csv", "换\n行\t\x1b[31m.csv", "a" * 246 + ".csv", "\u202ecod.csv"])
def test_names_that_are_long_or_hold_control_characters(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(text(","), "utf-8")
    source = read(tmp_path / name)
    assert rows(source.tables[0]) == RECORDS
    assert source.name.isprintable() and len(source.name) <= 80
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(BookError) as caught:
        read(tmp_path / name)
    assert caught.value.sentence("zh").isprintable()

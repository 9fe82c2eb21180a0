"""Writing into a closed workbook touches the cells it has to, and not one byte more."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsxwriter import Workbook

from xlcrm.catalogue.sheets import TEXTS
from xlcrm.errors import BookError
from xlcrm.model.resultsheets import FINDINGS
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets.files import open_book
from xlcrm.sheets.template import populate

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension")  # openpyxl drops them; we must not
N = 60
PIXEL = (
    b"\x89PNG\r\n\x1a\n"
    + struct.pack(">I4s2I5BI", 13, b"IHDR", 1, 1, 8, 2, 0, 0, 0, zlib.crc32(b"IHDR" + struct.pack(">2I5B", 1, 1, 8, 2, 0, 0, 0)))
    + (lambda data: struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data)))(
        zlib.compress(b"\0\xff\0\0")
    )
    + struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
)


def rich(path: Path) -> None:
    """A book from our template in which somebody has worked: everything that a careless writer would lose."""
    names: list[Cell | Link] = [f"第{n}海河电子有限公司" for n in range(N)]
    book = Workbook(str(path), {"strings_to_formulas": False})
    columns: dict[str, list[Cell | Link]] = {
        "name": names,
        "contact": ["王小明"] * N,
        "phone": [f"139{n:08}" for n in range(N)],
        "employees": [float(n) for n in range(N)],
    }
    populate(book, "zh", {"customer": columns}, {"uid": "u1"})
    ours = book.get_worksheet_by_name("客户基础信息表")
    ours.write_comment("E7", "问过本人")
    ours.set_row(9, 40, None, {"hidden": True})
    ours.write_formula("F12", '="王"&"小明"', None, "王小明")
    ours.insert_textbox("H70", "别动我")
    sheet = book.add_worksheet("我的分析")
    bold = book.add_format({"bold": True})
    sheet.write_rich_string("A1", "重点", bold, "客户", "名单")
    sheet.write_column("B1", [3, 1, 2])
    sheet.write_formula("C1", "=SUM(B1:B3)", None, 6)
    sheet.write_formula("C2", "=COUNTA(客户基础信息表!E5:E64)", None, N)
    sheet.add_sparkline("D1", {"range": "B1:B3"})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=我的分析!$B$1:$B$3"})
    sheet.insert_chart("F1", chart)
    sheet.insert_image("F20", "p.png", {"image_data": io.BytesIO(PIXEL)})
    sheet.insert_textbox("A20", "说明文字")
    sheet.write_comment("B2", "批注")
    sheet.write_url("A5", "https://example.com/")
    book.close()
    parts = contents(path)
    parts["xl/slicers/slicer1.xml"] = (
        b'<slicers xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><!-- x --></slicers>'
    )
    parts["xl/slicerCaches/slicerCache1.xml"] = b"<slicerCacheDefinition/>"
    parts["customXml/item1.xml"] = '<?xml version="1.0" encoding="GB18030"?><甲>乙</甲>'.encode("gb18030")
    rewrite(path, parts)


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def rewrite(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for number, (name, data) in enumerate(parts.items()):
            package.writestr(name, data, zipfile.ZIP_STORED if number % 3 == 2 else None)


def part_of(path: Path, title: str) -> str:
    """The part of the sheet ``title``."""
    with zipfile.ZipFile(path) as package:
        titles = re.findall(r'<sheet name="([^"]*)"', package.read("xl/workbook.xml").decode())
    return f"xl/worksheets/sheet{titles.index(title) + 1}.xml"


@pytest.fixture(scope="session")
def rich_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("rich") / "rich.xlsx"
    rich(path)
    return path.read_bytes()


@pytest.fixture
def book(tmp_path: Path, rich_bytes: bytes) -> Path:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(rich_bytes)
    return path


def columns_of(sheet: Any) -> dict[str, int]:
    """Header -> column number, as openpyxl sees the sheet."""
    return {str(cell.value): cell.column for cell in sheet[4]}


def edit(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Change a part of a workbook by hand, as another program or a person might have left it."""
    parts = contents(path)
    before = parts[part].decode()
    parts[part] = change(before).encode()
    assert parts[part].decode() != before
    rewrite(path, parts)


def edit_sheet(path: Path, change: Callable[[str], str]) -> None:
    edit(path, part_of(path, "客户基础信息表"), change)


def refusal(attempt: Callable[[], object]) -> str:
    """The key of the BookError that ``attempt`` ends in, after looking at its sentence and hint."""
    with pytest.raises(BookError) as caught:
        attempt()
    for language in ("zh", "en"):
        assert caught.value.sentence(language) and caught.value.hint(language)
    return caught.value.key


# -- what stays ---------------------------------------------------------------------------------------------------


def test_every_untouched_part_stays_byte_for_byte(book: Path) -> None:
    before, raw = contents(book), book.read_bytes()
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    opened.write(rows, {"submit_status": ["未提交"] * N, "problem": [f"=第{n}行" for n in range(N)]})
    opened.replace(FINDINGS, [{"code": "X", "place": Link("客户基础信息表!F5", "客户基础信息表", "F5")}])
    opened.set_setting("import", "说明")
    opened.save()
    after = contents(book)
    touched = {part_of(book, title) for title in ("客户基础信息表", "校验报告", "_xlcrm")} | {"xl/workbook.xml"}
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    finding_table = next(name for name, data in before.items() if b'displayName="t_finding"' in data)
    assert changed <= touched | {finding_table}
    assert changed >= touched
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(book) as new:
        for one, two in zip(old.infolist(), new.infolist(), strict=True):
            assert (one.filename, one.date_time, one.external_attr) == (two.filename, two.date_time, two.external_attr)
            if one.filename not in changed:
                assert (one.compress_type, one.compress_size, one.CRC) == (two.compress_type, two.compress_size, two.CRC)


def test_only_the_cells_that_change_change(book: Path) -> None:
    part = part_of(book, "客户基础信息表")
    before = contents(book)[part].decode()
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    opened.write(rows, {"problem": [None] * 3 + ["看"] + [None] * (N - 4), "name": rows.columns["name"]})
    opened.save()
    after = contents(book)[part].decode()
    pieces = [re.findall(r"<row .*?</row>|<row [^>]*/>", text, re.DOTALL) for text in (before, after)]
    differing = [(old, new) for old, new in zip(*pieces, strict=True) if old != new]
    assert len(differing) == 1 and '<t xml:space="preserve">看</t>' in differing[0][1]
    assert before.split("</sheetData>")[1] == after.split("</sheetData>")[1]


def test_saving_without_changes_writes_nothing(book: Path) -> None:
    raw, moment = book.read_bytes(), book.stat().st_mtime_ns
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    opened.write(rows, rows.columns)
    opened.save()
    assert (book.read_bytes(), book.stat().st_mtime_ns) == (raw, moment)


def test_openpyxl_reads_the_patched_book(book: Path) -> None:
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    opened.write(rows, {"problem": ["=1+1"] * N, "first_contact": [datetime(2025, 3, 12)] * N, "employees": [None] * N})
    opened.append(CUSTOMER, [{"name": f"新{n}"} for n in range(200)])
    opened.replace(FINDINGS, [{"code": f"C{n}", "place": Link("x", "客户基础信息表", f"F{n + 5}")} for n in range(30)])
    opened.save()
    read = openpyxl.load_workbook(book)
    sheet = read["客户基础信息表"]
    columns = columns_of(sheet)
    assert sheet.cell(5, columns["问题说明"]).value == "=1+1" and sheet.cell(5, columns["问题说明"]).data_type == "s"
    assert sheet.cell(5, columns["首次接触时间"]).value == datetime(2025, 3, 12)
    assert sheet.cell(5, columns["首次接触时间"]).number_format == "yyyy-mm-dd"
    assert sheet.cell(5, columns["员工人数"]).value is None
    assert sheet.cell(12, columns["主要联系人"]).value == '="王"&"小明"'
    assert sheet.tables["t_customer"].ref == sheet.tables["t_customer"].autoFilter.ref == "A4:BC264"
    assert sheet.cell(264, columns["客户名称"]).value == "新199"
    assert sheet.row_dimensions[10].hidden and sheet.row_dimensions[10].height == 39.75
    found = read["校验报告"]
    assert found.sheet_state == "visible" and found.tables["t_finding"].ref == "A4:J34"
    assert found["B34"].hyperlink.location == "'客户基础信息表'!F34"


def test_replacing_shrinks_shows_unhides_and_hides(book: Path) -> None:
    link = Link("x", "它'的表", "F5")
    opened = open_book(book)
    opened.replace(FINDINGS, [{"code": f"C{n}", "place": link} for n in range(30)])
    opened.save()
    part = part_of(book, "校验报告")
    edit(
        book,
        part,
        lambda text: text.replace('<row r="5"', '<row hidden="1" r="5"').replace('<row r="20"', '<row hidden="1" r="20"'),
    )
    table = next(name for name, data in contents(book).items() if b'displayName="t_finding"' in data)
    criteria = '<autoFilter ref="A4:J34"><filterColumn colId="0"><filters><filter val="X"/></filters></filterColumn></autoFilter>'
    edit(book, table, lambda text: re.sub(r"<autoFilter [^>]*/>", criteria, text))
    opened = open_book(book)
    assert len(opened.read(FINDINGS).hidden) == 2
    opened.replace(FINDINGS, [{"code": "C", "place": link}, {"code": "D"}])
    opened.save()
    after = contents(book)
    assert after[part].count(b"<hyperlink ") == 1 and "location=\"'它''的表'!F5\"".encode() in after[part]
    assert b"filterColumn" not in after[table] and b'<autoFilter ref="A4:J6"/>' in after[table]
    assert open_book(book).read(FINDINGS).hidden == set()
    opened.replace(FINDINGS, [])
    opened.save()
    read = openpyxl.load_workbook(book)
    assert read["校验报告"].sheet_state == "hidden" and read["校验报告"].tables["t_finding"].ref == "A4:J5"
    assert b"<hyperlink" not in contents(book)[part]


def test_macros_stay_and_never_run(book: Path) -> None:
    path = book.with_suffix(".xlsm")
    parts = contents(book)
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0 not run"
    rewrite(path, parts)
    opened = open_book(path)
    opened.append(CUSTOMER, [{"name": "新"}])
    opened.save()
    assert contents(path)["xl/vbaProject.bin"] == b"\xd0\xcf\x11\xe0 not run"


# -- sheets as people leave them ----------------------------------------------------------------------------------


def test_formulas_errors_and_hidden_rows_are_noted(book: Path) -> None:
    edit_sheet(book, lambda text: re.sub(r'<c r="E8"[^>]*><v>[^<]*</v>', '<c r="E8" t="e"><f>1/0</f><v>#DIV/0!</v>', text))
    rows = open_book(book).read(CUSTOMER)
    assert (7, "contact") in rows.formulas and (3, "name") in rows.formulas
    assert rows.cell(7, "contact") == "王小明" and str(rows.cell(3, "name")) == "#DIV/0!"
    assert rows.hidden == {5}
    assert [(flaw.code, flaw.place) for flaw in rows.flaws] == [("SHEET_HIDDEN_ROWS", "A10")]


def test_a_formula_is_never_overwritten(book: Path) -> None:
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    opened.write(rows, {"contact": ["李芳"] * N})
    opened.save()
    read = open_book(book).read(CUSTOMER)
    assert read.columns["contact"] == ["李芳"] * 7 + ["王小明"] + ["李芳"] * (N - 8)


def test_renamed_swapped_unknown_and_doubled_headers(book: Path) -> None:
    strings = contents(book)["xl/sharedStrings.xml"].decode()
    for old, new in (
        ("<t>客户名称</t>", "<t>公司 名称</t>"),
        ("<t>备注</t>", "<t>我的列</t>"),
        ("<t>年营收(万元)</t>", "<t>员工人数</t>"),
    ):
        assert old in strings
        edit(book, "xl/sharedStrings.xml", lambda text, old=old, new=new: text.replace(old, new, 1))  # type: ignore[misc]
    rows = open_book(book).read(CUSTOMER)
    assert rows.headers["name"] == "公司 名称" and rows.cell(0, "name") == "第0海河电子有限公司"
    assert rows.others["我的列"] == [None] * N and "remark" not in rows.columns
    found = {(flaw.code, dict(flaw.values)["header"]) for flaw in rows.flaws if "HEADER" in flaw.code}
    assert found == {
        ("SHEET_HEADER_MISSING", "年营收(万元)"), ("SHEET_HEADER_MISSING", "备注"),
        ("SHEET_HEADER_TWICE", "员工人数"), ("SHEET_HEADER_UNKNOWN", "我的列"),
    }  # fmt: skip


def test_rows_below_a_table_resized_by_hand_are_read_and_taken_in(book: Path) -> None:
    table = next(name for name, data in contents(book).items() if b'displayName="t_customer"' in data)
    edit(book, table, lambda text: text.replace("A4:BC204", "A4:BC40"))
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    assert len(rows) == N
    flaw = next(flaw for flaw in rows.flaws if flaw.code == "SHEET_ROWS_BELOW")
    assert (flaw.place, dict(flaw.values)["count"]) == ("A41", "24")
    opened.write(rows, {"submit_status": ["未提交"] * N})
    opened.save()
    assert b'ref="A4:BC64"' in contents(book)[table]
    assert "SHEET_ROWS_BELOW" not in {flaw.code for flaw in open_book(book).read(CUSTOMER).flaws}


def test_a_totals_row_is_no_row_and_stops_appending(book: Path) -> None:
    table = next(name for name, data in contents(book).items() if b'displayName="t_customer"' in data)
    edit(book, table, lambda text: text.replace('ref="A4:BC204" ', 'ref="A4:BC64" totalsRowCount="1" ', 1))
    opened = open_book(book)
    assert len(opened.read(CUSTOMER)) == N - 1
    assert refusal(lambda: opened.append(CUSTOMER, [{"name": "新"}])) == "sheets.no_room"


def test_a_removed_excel_table_is_found_by_the_sheets_name(book: Path) -> None:
    parts = contents(book)
    rels = part_of(book, "客户基础信息表").replace("worksheets/", "worksheets/_rels/") + ".rels"
    parts[rels] = re.sub(rb"<Relationship [^>]*/table\"[^>]*>", b"", parts[rels])
    rewrite(book, parts)
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    assert opened.ours and len(rows) == N and rows.letters["name"] == "E"
    opened.write(rows, {"problem": ["看"] * N})
    opened.save()
    assert open_book(book).read(CUSTOMER).columns["problem"] == ["看"] * N


def test_a_sorted_sheet_is_written_where_its_rows_stand(book: Path) -> None:
    def swap(text: str) -> str:
        five, six = (re.search(rf'<row r="{n}".*?</row>', text, re.DOTALL)[0] for n in (5, 6))  # type: ignore[index]
        return (
            text.replace(five, "@")
            .replace(six, re.sub(r'(r="[A-Z]*)5"', r'\g<1>6"', five))
            .replace("@", re.sub(r'(r="[A-Z]*)6"', r'\g<1>5"', six))
        )

    edit_sheet(book, swap)
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    assert rows.columns["name"][:2] == ["第1海河电子有限公司", "第0海河电子有限公司"]
    opened.write(rows, {"problem": [f"{name}!" for name in rows.columns["name"]]})
    opened.save()
    read = open_book(book).read(CUSTOMER)
    assert all(problem == f"{name}!" for problem, name in zip(read.columns["problem"], read.columns["name"], strict=True))


def test_merged_cells_and_an_old_template_are_flaws(book: Path) -> None:
    edit_sheet(
        book, lambda text: text.replace("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="F5:F7"/></mergeCells>')
    )
    opened = open_book(book)
    opened.set_setting("template", "0")
    opened.save()
    flaws = {flaw.code: flaw for flaw in open_book(book).read(CUSTOMER).flaws}
    assert flaws["SHEET_MERGED"].place == "F5:F7" and "SHEET_OLD_TEMPLATE" in flaws


def test_a_copied_sheet_is_not_read_but_named(tmp_path: Path) -> None:
    path = tmp_path / "copy.xlsx"
    made = openpyxl.Workbook()
    for title in ("客户基础信息表", "客户基础信息表 (2)", "客户基础信息表 (3)"):
        sheet = made.create_sheet(title)
        if not title.endswith("(3)"):
            sheet.append(["客户名称", "主要联系人", "联系方式"])
            sheet.append(["深圳市海河电子有限公司", "王小明", "13912345678"])
    made.save(path)
    rows = open_book(path).read(CUSTOMER)
    assert len(rows) == 1
    assert [dict(flaw.values)["header"] for flaw in rows.flaws if flaw.code == "SHEET_COPY"] == ["客户基础信息表 (2)"]


UNUSUAL: dict[str, Callable[[str], str]] = {
    "libreoffice": lambda text: re.sub(r"(<row(?![^>]*hidden)[^>]*?)(/?>)", r'\1 hidden="false"\2', text),
    "no cells": lambda text: re.sub(r'<c r="[A-Z]+\d+" s="\d+"/>', "", text),
    "prefix": lambda text: re.sub(r"<(/?)(?=[a-zA-Z])(?!\w+:)", r"<\1x:", text).replace('xmlns="', 'xmlns:x="'),
    "comments": lambda text: text.replace("<sheetData>", "<sheetData><!-- <row r='5'> -->").replace(
        "</row>", "</row><?pi x?>", 3
    ),
    "quotes": lambda text: re.sub(r'<c r="([A-Z]+[0-9]+)"', r"<c r='\1'", text),
    "order": lambda text: re.sub(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)((?: t="s")?)', r'<c\3\2 r="\1"', text),
    "lines": lambda text: text.replace("<c ", "\n  <c\n ").replace("<v>", "\n<v>").replace("</row>", "\n</row>\n"),
    "utf16": lambda text: text.replace('encoding="UTF-8"', 'encoding="UTF-16"'),
    "unnumbered": lambda text: re.sub(r'(<row) r="\d+"', r"\1", text),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_xml_is_read_and_patched(book: Path, name: str) -> None:
    part, parts = part_of(book, "客户基础信息表"), contents(book)
    wanted = open_book(book).read(CUSTOMER)
    text = UNUSUAL[name](parts[part].decode())
    parts[part] = text.encode("utf-16" if name == "utf16" else "utf-8")
    rewrite(book, parts)
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    assert (rows.lines, rows.columns, rows.formulas, rows.hidden) == (
        wanted.lines,
        wanted.columns,
        wanted.formulas,
        wanted.hidden,
    )
    opened.write(rows, {"problem": ["看"] * N})
    opened.save()
    read = open_book(book).read(CUSTOMER)
    assert read.columns["problem"] == ["看"] * N and read.columns["phone"] == wanted.columns["phone"]
    columns = columns_of(openpyxl.load_workbook(book)["客户基础信息表"])
    assert openpyxl.load_workbook(book)["客户基础信息表"].cell(5, columns["问题说明"]).value == "看"


def test_rich_text_phonetics_and_escapes(book: Path) -> None:
    strings = contents(book)["xl/sharedStrings.xml"].decode()
    first = "<si><t>第0海河电子有限公司</t></si>"
    assert first in strings
    runs = '<si><r><rPr><b/></rPr><t>甲&amp;</t></r><r><t xml:space="preserve"> 乙_x000A_&#x4E19;_xD83D__xDE00__xD800_</t></r>'
    edit(
        book,
        "xl/sharedStrings.xml",
        lambda text: text.replace(first, runs + '<rPh sb="0" eb="1"><t>jia</t></rPh><phoneticPr fontId="1"/></si>'),
    )
    assert open_book(book).read(CUSTOMER).cell(0, "name") == "甲& 乙\n丙😀\ufffd"


def test_dates_of_both_calendars(book: Path) -> None:
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    days = [datetime(2025, 3, 12), datetime(1900, 1, 1), datetime(1904, 1, 2, 13, 30, 1), datetime(9999, 12, 31)]
    opened.write(rows, {"contract_end": [*days, *[None] * (N - 4)]})
    opened.save()
    assert open_book(book).read(CUSTOMER).columns["contract_end"][:4] == days
    sheet = openpyxl.load_workbook(book)["客户基础信息表"]
    columns = columns_of(sheet)
    assert [sheet.cell(5 + n, columns["合同到期日"]).value for n in range(2)] == days[:2]
    edit(book, "xl/workbook.xml", lambda text: text.replace("<workbookPr ", '<workbookPr date1904="1" '))
    read = open_book(book).read(CUSTOMER).columns["contract_end"]
    assert read[0] == datetime(2029, 3, 13)


# -- dropdowns and colours ----------------------------------------------------------------------------------------


def test_restore_puts_back_what_pasting_destroyed(book: Path) -> None:
    part = part_of(book, "客户基础信息表")
    whole = openpyxl.load_workbook(book)["客户基础信息表"]
    own = '<dataValidation type="whole" sqref="BZ5:BZ9"><formula1>1</formula1><formula2>9</formula2></dataValidation>'
    own_rule = '<conditionalFormatting sqref="E5:E9"><cfRule type="expression" dxfId="0" priority="99"><formula>$E5="甲"</formula></cfRule></conditionalFormatting>'

    def damage(text: str) -> str:
        text = re.sub(r'(<dataValidation type="list"[^>]*sqref=")I5:I100000"', r'\1I9:I100000"', text, count=1)
        text = re.sub(r"<conditionalFormatting .*</conditionalFormatting>", own_rule, text, count=1, flags=re.DOTALL)
        return text.replace("</dataValidations>", own + "</dataValidations>")

    edit_sheet(book, damage)
    opened = open_book(book)
    assert opened.restore() == ("客户基础信息表",)
    opened.save()
    assert open_book(book).restore() == ()
    text = contents(book)[part].decode()
    assert own in text and own_rule.split("priority")[0] in text
    sheet = openpyxl.load_workbook(book)["客户基础信息表"]
    described = [
        {(str(rule.sqref), rule.type, rule.formula1, rule.errorTitle) for rule in found.data_validations.dataValidation}
        for found in (whole, sheet)
    ]
    assert described[1] - described[0] == {("BZ5:BZ9", "whole", "1", None)} and described[0] <= described[1]
    rules = [
        {(str(block.sqref), rule.formula[0]) for block in found.conditional_formatting for rule in block.rules}
        for found in (whole, sheet)
    ]
    assert rules[1] - rules[0] == {("E5:E9", '$E5="甲"')} and rules[0] <= rules[1]
    priorities = [rule.priority for block in sheet.conditional_formatting for rule in block.rules]
    assert len(set(priorities)) == len(priorities)


def test_restore_makes_the_colours_again_where_a_program_dropped_them(book: Path) -> None:
    edit_sheet(book, lambda text: re.sub(r"<conditionalFormatting .*</conditionalFormatting>", "", text, flags=re.DOTALL))
    edit(book, "xl/styles.xml", lambda text: re.sub(r"<dxfs .*</dxfs>", '<dxfs count="0"/>', text, flags=re.DOTALL))
    opened = open_book(book)
    assert "客户基础信息表" in opened.restore()
    opened.save()
    sheet = openpyxl.load_workbook(book)["客户基础信息表"]
    fills = {rule.dxf.fill.bgColor.rgb for block in sheet.conditional_formatting for rule in block.rules}
    assert "FFF8CBC6" in fills


# -- saving -------------------------------------------------------------------------------------------------------


def changed(path: Path) -> Callable[[], None]:
    opened = open_book(path)
    opened.append(CUSTOMER, [{"name": "新"}])
    return opened.save


def unharmed(path: Path, raw: bytes) -> bool:
    """Whether the workbook is as it was and nothing lies beside it."""
    return path.read_bytes() == raw and not list(path.parent.glob(".xlcrm-*"))


def test_refuses_when_the_file_changed_since_reading(book: Path) -> None:
    save = changed(book)
    edit(book, "docProps/app.xml", lambda text: text.replace("Excel", "WPS"))
    raw = book.read_bytes()
    assert refusal(save) == "sheets.changed" and unharmed(book, raw)
    save = changed(book)
    book.unlink()
    assert refusal(save) == "sheets.changed" and not book.exists()


@pytest.mark.parametrize("owner", ["~${}", ".~lock.{}#", ".~{}"])
def test_refuses_when_the_book_is_open_elsewhere(book: Path, owner: str) -> None:
    save, raw = changed(book), book.read_bytes()
    lock = book.with_name(owner.format(book.name))
    lock.write_bytes(b"x")
    assert refusal(save) == "sheets.open_elsewhere" and unharmed(book, raw)
    lock.unlink()
    save()
    assert len(open_book(book).read(CUSTOMER)) == N + 1


def test_refuses_a_read_only_book(book: Path) -> None:
    save, raw = changed(book), book.read_bytes()
    book.chmod(0o444)
    assert refusal(save) == "sheets.read_only" and unharmed(book, raw)


def test_a_full_disk_leaves_the_original(book: Path) -> None:
    resource = pytest.importorskip("resource")
    save, raw = changed(book), book.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(raw) // 2, limits[1]))
    try:
        key = refusal(save)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert key == "sheets.disk_full" and unharmed(book, raw)


def test_permissions_and_symbolic_links_stay(book: Path) -> None:
    book.chmod(0o640)
    link = book.with_name("link.xlsx")
    link.symlink_to(book)
    changed(link)()
    assert link.is_symlink() and stat.S_IMODE(book.stat().st_mode) == 0o640
    assert len(open_book(book).read(CUSTOMER)) == N + 1


def test_every_error_says_what_to_do() -> None:
    names = {name for name in TEXTS if not name.endswith(".hint")}
    assert {f"{name}.hint" for name in names} == TEXTS.keys() - names


# -- bad input ----------------------------------------------------------------------------------------------------


def zipped(**parts: bytes) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return found.getvalue()


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda raw: b"", "sheets.not_workbook"),
    "text": (lambda raw: "客户名称,电话".encode(), "sheets.not_workbook"),
    "another zip": (lambda raw: zipped(**{"a.txt": b"x"}), "sheets.not_workbook"),
    "a document": (
        lambda raw: zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}),
        "sheets.not_workbook",
    ),
    "encrypted": (lambda raw: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "sheets.encrypted"),
    "old": (lambda raw: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook" * 99, "sheets.old_format"),
    "half": (lambda raw: raw[: len(raw) // 2], "sheets.truncated"),
    "a bit less": (lambda raw: raw[:-30], "sheets.truncated"),
    "path tricks": (lambda raw: zipped(**{"[Content_Types].xml": b"<Types/>", "../evil.xml": b"x"}), "sheets.unsafe"),
    "absolute": (lambda raw: zipped(**{"[Content_Types].xml": b"<Types/>", "/etc/passwd": b"x"}), "sheets.unsafe"),
    "bomb": (
        lambda raw: zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b" " * (20 << 20)}),
        "sheets.too_large",
    ),
    "many": (
        lambda raw: zipped(**{"[Content_Types].xml": b"<Types/>", **{f"x{n}": b"" for n in range(10_001)}}),
        "sheets.too_large",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_end_in_one_sentence(book: Path, rich_bytes: bytes, name: str) -> None:
    spoil, key = BAD[name]
    book.write_bytes(spoil(rich_bytes))
    assert refusal(lambda: open_book(book).read(CUSTOMER)) == key


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(lambda: open_book(tmp_path / "nichts.xlsx")) == "sheets.not_found"
    assert refusal(lambda: open_book(tmp_path)) == "sheets.unreadable"


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "doctype": (lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1), "sheets.unsafe"),
    "hidden doctype": (
        lambda xml: xml.decode().replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1).encode("utf-16"),
        "sheets.unsafe",
    ),
    "no rows": (lambda xml: xml.replace(b"sheetData", b"sheetDate"), "sheets.damaged"),
    "broken": (lambda xml: xml.replace(b"<sheetData>", b"<sheetData><!-- a -- b>", 1), "sheets.damaged"),
    "nothing": (lambda xml: b"", "sheets.damaged"),
    "encoding": (lambda xml: xml.replace(b"UTF-8", b"UTF-99"), "sheets.damaged"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_bad_parts_end_in_one_sentence(book: Path, name: str) -> None:
    spoil, key = SPOILT[name]
    part, parts = part_of(book, "客户基础信息表"), contents(book)
    parts[part] = spoil(parts[part])
    rewrite(book, parts)
    assert refusal(lambda: open_book(book).read(CUSTOMER)) == key


def test_a_missing_part_and_a_wrong_checksum(book: Path) -> None:
    part, parts = part_of(book, "客户基础信息表"), contents(book)
    damaged = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as package:
        damaged[package.getinfo(part).header_offset + 200] ^= 0xFF
    del parts[part]
    rewrite(book, parts)
    assert refusal(lambda: open_book(book).read(CUSTOMER)) == "sheets.part_missing"
    book.write_bytes(damaged)
    assert refusal(lambda: open_book(book).read(CUSTOMER)) == "sheets.damaged"


def test_a_million_formatted_blank_rows_are_no_rows(book: Path) -> None:
    blank = "".join(f'<row r="{n}" s="1" customFormat="1"><c r="A{n}" s="1"/></row>' for n in range(205, 1_048_577))
    part, parts = part_of(book, "客户基础信息表"), contents(book)
    parts[part] = re.sub(rb"</sheetData>", blank.encode() + b"</sheetData>", parts[part])
    rewrite(book, parts)
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    assert len(rows) == N
    assert opened.append(CUSTOMER, [{"name": "新"}]).lines == [5 + N]


def test_hostile_cells_do_no_harm(book: Path) -> None:
    cells = (
        '<row r="65"><c r="E65" t="s"><v>99999999</v></c><c r="F65" t="s"><v>-1</v></c><c r="G65"><v>1e999</v></c>'
        '<c r="XFD65"><v>1</v></c><c r="H65"><v>nan</v></c><c r="I65" t="zzz"><v>ab&#1114112;</v></c><c r="A1048577"><v>1</v></c></row>'
        '<row r="4294967296"><c r="E1"><v>1</v></c></row><row r="66"><c r="E66" t="inlineStr"><is><t>好</t></is></c><c/><c r="G66" t="d"><v>2025-03-12T10:00:00Z</v></c></row>'
    )
    edit_sheet(
        book, lambda text: re.sub(r'<row r="6[56]".*?(</row>|/>)', "", text).replace("</sheetData>", cells + "</sheetData>")
    )
    rows = open_book(book).read(CUSTOMER)
    assert rows.cell(len(rows) - 1, "name") == "好"
    assert rows.cell(len(rows) - 1, "phone") == datetime(2025, 3, 12, 10)


@pytest.mark.parametrize("value", ["9" * 5000, "1.2.3", "-", "1e999", "99999999", "&#99999999999999999999;", "_x0000_"])
def test_a_column_full_of_nonsense_is_read(book: Path, value: str) -> None:
    edit_sheet(book, lambda text: re.sub(r'(<c r="(?:E|H)\d+"[^>]*>)<v>[^<]*</v>', rf"\1<v>{value}</v>", text))
    assert len(open_book(book).read(CUSTOMER)) == N
    edit_sheet(book, lambda text: re.sub(r'(<c r="(?:E|H)\d+"[^>]*) t="s">', r"\1>", text))
    assert len(open_book(book).read(CUSTOMER)) == N


@pytest.mark.parametrize("number", ["9" * 5000, "0", "-1", "x", "1048577", ""])
def test_impossible_row_numbers_are_left_out(book: Path, number: str) -> None:
    edit_sheet(book, lambda text: text.replace('<row r="12"', f'<row r="{number}"', 1))
    opened = open_book(book)
    rows = opened.read(CUSTOMER)
    assert N - 1 <= len(rows) <= N
    opened.write(rows, {"remark": ["看"] * len(rows)})
    opened.save()
    read = open_book(book).read(CUSTOMER)
    assert read.columns["remark"] == ["看"] * len(rows) and read.columns["name"] == rows.columns["name"]


def test_external_links_are_ignored(book: Path) -> None:
    rels = "xl/_rels/workbook.xml.rels"
    link = '<Relationship Id="rId999" Type="x/externalLink" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    edit(book, rels, lambda text: text.replace("</Relationships>", link))
    assert len(open_book(book).read(CUSTOMER)) == N

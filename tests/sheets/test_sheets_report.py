"""How a report looks as a workbook: its parts, its page, the ways between figures and their rows."""

from __future__ import annotations

import difflib
import json
import re
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import xlwings
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import range_boundaries
from python_calamine import CalamineWorkbook

from tests.sheets.reports import INDUSTRIES, column, report
from tests.sheets.test_sheets_template import tool
from xlcrm.model.figures import Cell as Content
from xlcrm.model.figures import Chart, Figure, List, Measure, Report, Section, Table
from xlcrm.sheets.report import write
from xlcrm.sheets.report.drawn import drawn
from xlcrm.sheets.report.looks import change
from xlcrm.sheets.report.ways import HEAD, named

ROOT = Path(__file__).parents[2]
SNAPSHOT = ROOT / "tests" / "data" / "report.txt"
PICTURE = ROOT / "tests" / "data" / "report.pgm"
DOTS, BLOCK = 24, 14  # pixels per inch of the small picture, and of a block that is looked at as a whole
TOLERANCE = 0.12  # how much brighter or darker a block may be, of 1; where a chart is missing, or another one, it is 0.4
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    write(path, report(), "zh")
    return path


def parts(path: Path) -> dict[str, str]:
    """The parts of a workbook as lines; nothing in them is volatile, for the moment comes from the report."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name).decode().replace("><", ">\n<") for name in sorted(package.namelist())}


def written(found: dict[str, str]) -> str:
    return "".join(f"==== {name}\n{text}\n" for name, text in found.items())


def read(snapshot: str) -> dict[str, str]:
    pieces = re.split(r"^==== (.+)\n", snapshot, flags=re.MULTILINE)[1:]
    return {name: text.removesuffix("\n") for name, text in zip(pieces[::2], pieces[1::2], strict=True)}


def test_the_workbook_is_the_one_that_was_looked_at(made: Path) -> None:
    """After a change that is meant: look at the pictures, then ``python -m tests.sheets.test_sheets_report``."""
    before, now = read(SNAPSHOT.read_text("utf-8")), parts(made)
    assert list(now) == list(before)
    for name, text in now.items():
        told = "\n".join(list(difflib.unified_diff(before[name].splitlines(), text.splitlines(), lineterm="", n=1))[:20])
        assert text == before[name], f"{name} differs:\n{told}"


def test_equal_reports_give_equal_bytes(made: Path, tmp_path: Path) -> None:
    write(tmp_path / "again.xlsx", report(), "zh")
    assert (tmp_path / "again.xlsx").read_bytes() == made.read_bytes()


def blocks(page: Path) -> np.ndarray:
    """How bright the blocks of a page are, from a picture as pdftoppm writes it: 0 is black, 1 white."""
    kind, size, _, rest = page.read_bytes().split(b"\n", 3)
    assert kind == b"P5"
    width, height = map(int, size.split())
    grey = np.frombuffer(rest, np.uint8).reshape(height, width) / 255
    down, across = height // BLOCK, width // BLOCK
    bright: np.ndarray = grey[: down * BLOCK, : across * BLOCK].reshape(down, BLOCK, across, BLOCK).mean((1, 3))
    return bright


def printed(office: xlwings.App, path: Path, folder: Path) -> list[Path]:
    """The pages of the first sheet, as small pictures."""
    book = office.books.open(path)
    try:
        for sheet in list(book.sheets)[1:]:
            sheet.visible = False
        book.to_pdf(folder / "page.pdf")
    finally:
        book.close()
    pictures = [tool(shutil.which("pdftoppm"), "pdftoppm"), "-gray", "-r", str(DOTS), str(folder / "page.pdf"), str(folder / "page")]
    subprocess.run(pictures, check=True, capture_output=True, timeout=60)
    return sorted(folder.glob("*.pgm"))


def test_the_overview_prints_on_one_page_and_looks_as_it_did(made: Path, tmp_path: Path, office: xlwings.App) -> None:
    pages = printed(office, made, tmp_path)
    assert len(pages) == 1
    now, before = blocks(pages[0]), blocks(PICTURE)
    assert now.shape == before.shape, "A4"
    assert float(np.abs(now - before).max()) <= TOLERANCE


@pytest.mark.parametrize("industries", [(), [f"行业{number}" for number in range(1000)]], ids=["none", "thousand"])
def test_the_sdk_finds_no_error_however_many_lines_there_are(industries: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write(path, report(industries), "en")
    local = ROOT / "node_modules" / ".bin" / "ooxml-validator"
    validator = tool(str(local) if local.exists() else shutil.which("ooxml-validator"), "ooxml-validator")
    answer = subprocess.run([validator, str(path)], capture_output=True, text=True, timeout=120, check=False)
    assert json.loads(answer.stdout)["errors"] == []


def test_both_readers_take_it_and_texts_stay_texts(made: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = load_workbook(made)
    calamine = CalamineWorkbook.from_path(made)
    assert book.sheetnames == calamine.sheet_names
    assert book.sheetnames == ["总览", "客户构成", "客户状态", "数据质量", "待改进字段的行", "客户（按行业）", "客户（按状态）", "图表数据"]
    sheet = book["客户（按行业）"]
    assert (sheet["D5"].value, sheet["D5"].data_type) == ("=1+1", "s") or sheet["D5"].data_type == "inlineStr"
    assert calamine.get_sheet_by_name("客户（按行业）").to_python()[HEAD][3] == "=1+1"
    assert sheet["E6"].is_date and sheet["F6"].value == 1.5
    (table,) = sheet.tables.values()
    assert table.ref == f"A4:F{HEAD + 68}" and sheet.freeze_panes == "C5"
    assert [cell.value for cell in book["客户构成"][7]][1:5] == ["行业", "客户数", "占比", "合同金额（万元）"]


def place(location: str) -> tuple[str, str]:
    """The sheet and the range of a reference."""
    sheet, _, area = location.rpartition("!")
    return sheet.strip("'").replace("''", "'"), area


def leads(cell: Cell | MergedCell) -> tuple[str, str]:
    """The sheet and the cell that a link goes to."""
    assert cell.hyperlink is not None and cell.hyperlink.location is not None
    return place(cell.hyperlink.location)


def test_every_link_leads_to_a_cell_that_is_there(made: Path) -> None:
    book = load_workbook(made)
    links = [leads(cell) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert len(links) > 30
    for sheet, cell in links:
        left, top, _, _ = range_boundaries(cell)
        assert left is not None and top is not None
        assert left <= book[sheet].max_column and top <= book[sheet].max_row


def test_every_figure_leads_to_its_rows_and_back(made: Path) -> None:
    book = load_workbook(made)
    figures, behind = book["客户构成"], book["客户（按行业）"]
    whose = [row[1].value for row in behind.iter_rows(min_row=HEAD + 1)]
    for line, industry in enumerate(INDUSTRIES, 8):
        figure, group = figures.cell(line, 3), f"{industry} · 客户数"
        sheet, target = leads(figure)
        assert sheet == behind.title and figure.value == whose.count(group)
        first = whose.index(group)
        assert target == f"A{first + HEAD + 1}" and whose[first : first + whose.count(group)] == [group] * whose.count(group)
        assert leads(behind[target]) == (figures.title, figure.coordinate), "and back"
    (worst,) = (row for row in book["总览"].iter_rows() if "联系人职务" in [cell.value for cell in row])
    assert [leads(cell) for cell in worst if cell.hyperlink] == [("待改进字段的行", "A5")]


def test_charts_draw_what_stands_on_their_sheet(made: Path) -> None:
    book = load_workbook(made)
    with zipfile.ZipFile(made) as package:
        charts = [ElementTree.fromstring(package.read(name)) for name in package.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 11
    for chart in charts:
        ranges = [found.text or "" for found in chart.iter(f"{CHART}f")]
        assert ranges
        for one in ranges:
            sheet, area = place(one)
            left, top, right, bottom = range_boundaries(area)
            cells = [cell.value for row in book[sheet].iter_rows(top, bottom, left, right) for cell in row]
            assert any(cell is not None for cell in cells), one
    titles = [cell.value for cell in book["图表数据"]["A"] if cell.font.bold]
    assert titles.count("行业分布") == 2 and "客户状态漏斗" in titles


def test_what_is_too_much_for_a_chart_is_put_together() -> None:
    lines: list[list[Content]] = [[f"行业{number}", Figure(100.0 - number), 0.5] for number in range(30)]
    columns = (column("name", "行业", Measure.TEXT), column("count", "客户数"), column("rate", "比率", Measure.SHARE))
    table = Table("t", "表", columns, lines)
    shown = drawn(Chart("bar", "图", "t", "name", ("count",)), table, "zh")
    assert len(shown.names) == 11 and shown.names[-1] == "其他"
    assert shown.series[0][1][-1] == sum(100 - number for number in range(10, 30))
    rates = drawn(Chart("bar", "图", "t", "name", ("rate",)), table, "zh")
    assert len(rates.names) == 10 and rates.title == "图（前 10 项）", "shares are not added up"
    judged = replace(table, columns=(*columns[:2], column("rate", "比率", Measure.SHARE, 0.95)), lines=[[*line[:2], 1 - place / 100] for place, line in enumerate(lines)])
    worst = drawn(Chart("bar", "图", "t", "name", ("rate",)), judged, "zh")
    assert worst.names[0] == "行业29" and worst.title == "图（最低 10 项）"
    eleven = drawn(Chart("bar", "图", "t", "name", ("count",)), replace(table, lines=lines[:11]), "zh")
    assert eleven.names[-1] == "行业10", "one line is not called others"
    single = drawn(Chart("doughnut", "图", "t", "name", ("count",)), replace(table, lines=lines[:1]), "zh")
    assert single.kind == "bar"
    months = Table("m", "月", (column("month", "月份", Measure.DATE), column("count", "数")), [["2024-12", 0.0], ["2025-01", None], ["2025-02", 3.0], ["2025-03", 0.0]])
    assert drawn(Chart("line", "图", "m", "month", ("count",)), months, "zh").names == ["25.02", "25.03"], "before it there was no store"
    assert drawn(Chart("line", "图", "t", "name", ("count",)), replace(table, lines=[]), "zh").blank


@pytest.mark.parametrize(
    ("now", "before", "kind", "said"),
    [
        (12, 9, Measure.COUNT, "较30天前 ▲ 3"), (9, 12, Measure.COUNT, "较30天前 ▼ 3"), (1200.5, 3000, Measure.AMOUNT, "较30天前 ▼ 1,799.50"), (0.95, 0.90, Measure.SHARE, "较30天前 ▲ 5.0 个百分点"),
        (0.9504, 0.95, Measure.SHARE, "与30天前持平"), (3, 3, Measure.COUNT, "与30天前持平"), (3, None, Measure.COUNT, "30天前 —"), (100, 0, Measure.COUNT, "较30天前 ▲ 100"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_its_own_measure(now: float, before: float | None, kind: Measure, said: str) -> None:
    assert change(now, before, kind, "zh") == said


def test_what_a_list_leaves_out_is_said_behind_its_group(tmp_path: Path) -> None:
    held = List("l", "名单", (column("number", "客户编号", Measure.TEXT),), {"number": ["CX1", "CX2", "CX3"]}, ["a", "a", "b"], {"a": 998})
    table = Table("t", "表", (column("name", "名称", Measure.TEXT), column("count", "数")), [["甲", Figure(1000.0, "l", "a")], ["乙", Figure(1.0, "l", "b")]])
    write(tmp_path / "r.xlsx", Report("2025-03-12 14:30:00", "赵敏", "全部", "看板", (Section("customers", "客户", (table,), (), (held,)),)), "zh")
    book = load_workbook(tmp_path / "r.xlsx")
    assert [cell.value for cell in book["名单"]["C"][HEAD:]] == ["CX1", "CX2", "…… 还有 998 行没有列出", "CX3"]
    assert leads(book["客户"]["C8"]) == ("名单", "A8"), "the second group begins behind that line"


def test_sheets_have_names_that_a_workbook_takes() -> None:
    assert named(["客户", "客户", "a/b:c?", "x" * 40, "X" * 40, ""], ["总览"]) == ["客户", "客户 2", "a b c", "x" * 31, f"{'X' * 27} 2", "-"]
    assert named(["总览"], ["总览"]) == ["总览 2"]


def test_nothing_is_left_of_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        write(tmp_path / "missing" / "r.xlsx", report(), "zh")
    assert list(tmp_path.iterdir()) == []


def renew() -> None:
    """Make the snapshot and the small picture anew."""
    import tempfile

    from tests.sheets.conftest import start_office

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        write(path, report(), "zh")
        SNAPSHOT.write_text(written(parts(path)), "utf-8")
        office = start_office()
        try:
            (page,) = printed(office, path, Path(folder))
            shutil.copy(page, PICTURE)
        finally:
            office.kill()


if __name__ == "__main__":
    renew()
    sys.stdout.write(f"{SNAPSHOT}\n{PICTURE}\n")

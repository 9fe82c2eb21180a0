"""xlcrm report: the workbook as people get it."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Run
from xlcrm.model.rows import Cell
from xlcrm.sheets import template


def sheets(path: Path) -> list[str]:
    return CalamineWorkbook.from_path(path).sheet_names


def said(path: Path, sheet: str) -> list[object]:
    """All that a sheet says."""
    return [cell for row in CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python() for cell in row if cell != ""]


def test_a_report_of_everything_in_both_languages(run: Run, clean: Path, tmp_path: Path) -> None:
    assert run("submit", clean).code == 0
    done = run("report", "看板.xlsx")
    assert done.code == 0 and "列出 2 个客户" in done.out
    zh = tmp_path / "看板.xlsx"
    assert sheets(zh)[:3] == ["总览", "客户构成", "状态与转化"]
    page = said(zh, "总览")
    assert "客户总数" in page and 2.0 in page and "2025-03-12 14:30" in str(page[1])
    assert run("report", "board.xlsx", "--lang", "en").code == 0
    assert sheets(tmp_path / "board.xlsx")[0] == "Overview" and "Customers" in said(tmp_path / "board.xlsx", "Overview")
    assert "数据看板" in run("log").out, "what left the store is in the log"


def test_only_what_was_asked_for_and_never_over_a_file(run: Run, clean: Path, tmp_path: Path) -> None:
    assert run("submit", clean).code == 0
    assert run("report", "a.xlsx", "--kind", "customers", "--kind", "quality").code == 0
    assert sheets(tmp_path / "a.xlsx")[:2] == ["客户构成", "数据质量"]
    before = (tmp_path / "a.xlsx").read_bytes()
    again = run("report", "a.xlsx", "--kind", "overview")
    assert again.code == 2 and "已存在" in again.err and (tmp_path / "a.xlsx").read_bytes() == before
    assert run("report", "a.xlsx", "--kind", "overview", "--force").code == 0
    assert sheets(tmp_path / "a.xlsx")[0] == "总览" and "客户构成" not in sheets(tmp_path / "a.xlsx")


def test_about_the_customers_of_a_filter_or_a_view(run: Run, clean: Path, tmp_path: Path) -> None:
    assert run("submit", clean).code == 0
    assert run("views", "set", "意向", "状态=意向客户").code == 0
    for name, words in {"f.xlsx": ("--filter", "状态=意向客户"), "v.xlsx": ("--view", "意向")}.items():
        done = run("report", name, "--kind", "customers", *words)
        assert done.code == 0 and "列出 1 个客户" in done.out
        assert "意向客户" in str(said(tmp_path / name, "客户构成")[1]), "whom it is about is said under the title"
    refused = run("report", "x.xlsx", "--view", "没有")
    assert refused.code == 2 and not (tmp_path / "x.xlsx").exists()


def test_a_store_without_customers_has_a_page_all_the_same(run: Run, tmp_path: Path) -> None:
    assert run("report", "看板.xlsx").code == 2, "there is no store"
    assert run("store", "init", f"sqlite:///{tmp_path / 'home' / 'store.db'}").code == 0
    assert run("report", "看板.xlsx").code == 0
    assert 0.0 in said(tmp_path / "看板.xlsx", "总览")


def test_what_people_typed_stays_text(run: Run, tmp_path: Path) -> None:
    names = ["=1+1贸易有限公司", "+1贸易有限公司", "-2食品有限公司", "@天元化工有限公司"]
    people: dict[str, list[Cell]] = {"name": [*names], "contact": ["王小明"] * 4, "phone": [f"1391234567{place}" for place in range(4)]}
    template.build(tmp_path / "客户.xlsx", rows={"customer": people})
    run("submit", "客户.xlsx")
    assert run("report", "a.xlsx", "--kind", "customers").code == 0
    cells = [cell for sheet in load_workbook(tmp_path / "a.xlsx").worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.value for cell in cells} >= set(names)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]

"""xlcrm views, refresh, export by a view, and the page about one customer, as somebody types them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tests.jobs.conftest import cells
from xlcrm.model.tables import DICTIONARY
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book

CUSTOMER = "CX2025030001"


def test_views_are_kept_listed_used_and_taken_away(run: Run, clean: Path, tmp_path: Path) -> None:
    assert run("submit", clean).code == 0
    assert "还没有筛选视图" in run("views").out
    kept = run("views", "set", "重点", "行业=制造业，年预算>10万")
    assert kept.code == 0 and "现有1个客户" in kept.out, kept.err
    assert run("views", "set", "都", "行业=制造业", "--json").data == {"name": "都", "filter": "行业=制造业", "count": 2}
    wrong = run("views", "set", "坏", "行业=制造业，状态>意向客户")
    assert wrong.code == 2 and "第2个条件“状态>意向客户”" in wrong.err
    listed = run("views", "list")
    assert listed.code == 0 and "重点" in listed.out and "坏" not in listed.out
    out = tmp_path / "导出.xlsx"
    assert run("export", out, "--view", "重点").code == 0 and cells(open_book(out), "number") == [CUSTOMER]
    assert run("export", out, "--force", "--view", "都", "--filter", "状态=潜在客户").code == 0
    assert cells(open_book(out), "number") == ["CX2025030002"]
    unknown = run("export", out, "--force", "--view", "没有", "--lang", "en")
    assert unknown.code == 2 and "no view “没有”" in unknown.err and "重点" in unknown.err
    assert run("views", "remove", "都").code == 0 and [one["name"] for one in run("views", "list", "--json").data] == ["重点"]
    assert run("views", "remove", "都").code == 2


def test_a_workbook_is_refreshed_by_the_view_in_use(run: Run, clean: Path, tmp_path: Path) -> None:
    run("submit", clean)
    run("views", "set", "重点", "年预算>10万")
    fresh = tmp_path / "新.xlsx"
    template.build(fresh)
    done = run("refresh", fresh, "--view", "重点")
    assert done.code == 0 and "新取回1个客户" in done.out and "筛选视图“重点”" in done.out, done.err
    book = open_book(fresh)
    rows = book.read(DICTIONARY)
    lists = [str(cell) for cell in rows.columns["list"]]
    assert rows.cell(lists.index("筛选视图"), "note") == "年预算>10万"
    labels = list(rows.columns["label"])
    labels[lists.index("当前视图")] = "重点"
    book.write(rows, {"label": labels})
    book.save()
    assert run("refresh", fresh, "--json").data | {"rows": 1} == {
        "rows": 1,
        "updated": 0,
        "unchanged": 1,
        "kept": 0,
        "added": 0,
        "view": "重点",
    }
    assert run("validate", fresh).code == 0, "a view is no fault of the dictionary"
    labels[lists.index("当前视图")] = None
    rows = open_book(fresh).read(DICTIONARY)
    book = open_book(fresh)
    book.write(rows, {"label": labels})
    book.save()
    assert "新取回1个客户" in run("refresh", fresh).out
    assert sorted(map(str, cells(open_book(fresh), "number"))) == [CUSTOMER, "CX2025030002"]


def test_the_page_about_one_customer_is_written(run: Run, clean: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    run("submit", clean)
    out = tmp_path / "全景.xlsx"
    made = run("show", "海河", "--out", out)
    assert made.code == 0 and CUSTOMER in made.out, made.err
    texts = {str(cell.value) for row in load_workbook(out).worksheets[0].iter_rows() for cell in row}
    assert {"深圳市海河电子有限公司", "专用设备制造业"} <= texts
    assert run("show", "海河", "--out", out).code == 2, "it is there already"
    assert run("show", "海河", "--out", out, "--force", "--lang", "en").code == 0
    assert load_workbook(out).sheetnames == ["Customer"]
    assert run("show", "公司", "--out", tmp_path / "几个.xlsx").code == 1 and not (tmp_path / "几个.xlsx").exists()

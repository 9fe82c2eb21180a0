"""The commands as people type them: what they print, what they leave behind, their exit codes."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Run
from xlcrm.cli import COMMANDS, main
from xlcrm.jobs.submit import Count
from xlcrm.model.tables import CUSTOMER


@lru_cache(maxsize=1)
def _loaded(path: Path, written: int) -> openpyxl.Workbook:
    """The workbook as it stood at the time ``written``: a test reads many columns of it."""
    return openpyxl.load_workbook(path)


def column(path: Path, header: str, sheet: str = "客户基础信息表") -> list[object]:
    """A column as another reader sees it."""
    cells = _loaded(path, path.stat().st_mtime_ns)[sheet]
    heads = [cell.value for cell in cells[4]]
    name, wanted = heads.index("客户名称") + 1, heads.index(header) + 1
    return [cells.cell(row, wanted).value for row in range(5, cells.max_row + 1) if cells.cell(row, name).value]


def test_validate_marks_and_counts(run: Run, book: Path) -> None:
    said = run("validate", book)
    assert said.code == 1
    assert "校验完成：共" in said.out
    assert "必须修改" in said.out
    marks = column(book, "校验结果")
    assert any(str(mark).startswith("必须修改【") for mark in marks)
    assert "通过" in marks
    report = openpyxl.load_workbook(book)["校验报告"]
    assert report.sheet_state == "visible"
    link = report.cell(5, 2).hyperlink
    assert link is not None
    assert "客户基础信息表" in str(link.location)


def test_validate_json_adds_up(run: Run, book: Path) -> None:
    data = run("validate", book, "--json").data
    total = data["total"]
    assert total["passed"] + total["must"] + total["check"] + total["due"] == total["total"]
    assert {finding["severity"] for finding in data["findings"]} >= {"must", "check"}
    assert all(finding["sentence"] and finding["sheet"] for finding in data["findings"])


def test_a_clean_book_passes(run: Run, clean: Path) -> None:
    said = run("validate", clean)
    assert said.code == 0, said.out
    assert column(clean, "校验结果") == ["通过", "通过"]


def test_fix_and_undo_fix_are_exact_opposites(run: Run, book: Path) -> None:
    cells = {header: column(book, header) for header in (field.zh for field in CUSTOMER.data)}
    before = run("validate", book, "--json").data
    safe = sum(1 for finding in before["findings"] if finding["safe"])
    assert safe > 0
    asked = run("validate", book, "--fix")
    assert "没有修正" in asked.out, "nobody answers: nothing is changed"
    fixed = run("validate", book, "--fix", "--yes", "--json").data
    assert fixed["repaired"] == safe
    assert not any(finding["safe"] for finding in fixed["findings"])
    changed = {header: column(book, header) for header in cells}
    assert changed != cells
    said = run("validate", book, "--undo-fix")
    assert f"已撤回{safe}处" in said.out
    assert {header: column(book, header) for header in cells} == cells


def test_submit_twice_and_read_back(run: Run, book: Path, tmp_path: Path) -> None:
    dry = run("submit", book, "--dry-run", "--json").data
    assert dry["dry_run"] is True
    first = run("submit", book, "--json").data
    assert first["total"] == dry["total"]
    assert sum(first["total"].values()) == first["rows"]
    assert first["total"][Count.NEW] > 100
    again = run("submit", book, "--json").data
    assert (again["total"][Count.NEW], again["total"][Count.UPDATED]) == (0, 0)
    assert again["total"][Count.UNCHANGED] == first["total"][Count.NEW] + first["total"][Count.UPDATED]
    shown = run("show", "CX2025030001")
    assert shown.code == 0
    assert "客户名称" in shown.out
    log = run("log", "CX2025030001")
    assert "提交" in log.out
    assert "赵敏" in log.out
    assert run("audit", "verify").code == 0
    out = tmp_path / "导出.xlsx"
    assert run("export", out).code == 0
    resubmitted = run("submit", out, "--json").data
    assert resubmitted["total"][Count.UNCHANGED] == resubmitted["rows"]


def test_dedupe_fills_the_sheet_and_the_decision_is_carried_out(run: Run, book: Path) -> None:
    data = run("dedupe", book, "--json").data
    assert data["pairs"]
    assert all(pair["reason"] and 0 <= pair["probability"] <= 1 for pair in data["pairs"])
    sheet = openpyxl.load_workbook(book)["查重结果"]
    assert sheet.sheet_state == "visible"
    assert sheet.cell(4, 1).value == "处理方式"
    advised = sum(1 for pair in data["pairs"] if pair["advice"] == "merge")
    plain = run("submit", book, "--dry-run", "--json").data
    accepted = run("submit", book, "--accept", "--json").data
    assert plain["total"][Count.WAITING] - accepted["total"][Count.WAITING] > 0
    assert advised > 0


def test_filters(run: Run, clean: Path, tmp_path: Path) -> None:
    run("submit", clean)
    for number, (text, found) in enumerate(
        [("状态=意向客户", 1), ("年预算>10万", 1), ("年预算>=5，行业=食品制造业", 1), ("客户状态≠流失客户", 2), ("Status=Lead", 1)]
    ):
        out = tmp_path / f"{number}.xlsx"
        said = run("export", out, "--filter", text)
        assert f"已导出{found}个客户" in said.out, text
    wrong = run("export", tmp_path / "x.xlsx", "--filter", "月亮=圆")
    assert wrong.code == 2
    assert "月亮=圆" in wrong.err
    assert not (tmp_path / "x.xlsx").exists()


@pytest.mark.parametrize("text", ["CX2025030001", "海河", "shenzhen", "hhdz", "5678", "13912345678"])
def test_show_finds_by_number_name_pinyin_and_phone(run: Run, clean: Path, text: str) -> None:
    run("submit", clean)
    said = run("show", text)
    assert "深圳市海河电子有限公司" in said.out
    assert "139" in said.out


def test_an_old_list_becomes_a_book(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "旧表.csv"
    with old.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["客户ID", "公司名称", "联系人", "手机", "来源文件"], ["K001", "深圳市海河电子有限公司", "王小明", "13912345678", "a.xls"], ["K002", "南京青禾食品有限公司", "", "", "b.xls"]])
    said = run("new", tmp_path / "新表.xlsx", "--from", old)
    assert said.code == 0
    assert "2行" in said.out
    assert "来源文件" in said.out
    assert column(tmp_path / "新表.xlsx", "原编号") == ["K001", "K002"]
    done = run("submit", tmp_path / "新表.xlsx", "--json").data
    assert done["total"][Count.NEW] == 2, "in an old list only a missing name blocks"
    assert "深圳市海河电子有限公司" in run("show", "K001").out


def test_a_foreign_workbook_is_never_written(run: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["客户名称", "联系人", "电话"], ["深圳市海河电子有限公司", "王小明", "1391234567"]):
        book.active.append(row)
    path = tmp_path / "别人的表.xlsx"
    book.save(path)
    before = path.read_bytes()
    said = run("validate", path)
    assert said.code == 1
    assert path.read_bytes() == before
    copy = tmp_path / "别人的表.校验.xlsx"
    assert str(copy) in said.out
    assert "〔" in str(column(copy, "校验结果")[0]) + "〔"


def test_people(run: Run, clean: Path) -> None:
    said = run("people", "--add", "王芳", "--department", "销售部", "--roles", "录入员,审核员")
    assert said.code == 0
    assert "王芳" in run("people").out
    assert run("people", "--add", "王芳").code == 2
    assert run("people", "--add", "李强", "--roles", "皇帝").code == 2


def test_english(run: Run, clean: Path) -> None:
    said = run("--lang", "en", "validate", clean)
    assert said.out.startswith("Checked 2 rows")
    assert "find possible duplicates" in run("--help", "--lang", "en").out


def test_every_command_is_documented(run: Run) -> None:
    root = Path(__file__).parents[2]
    for readme in ("README.md", "README.zh.md"):
        text = (root / readme).read_text("utf-8")
        for command in COMMANDS:
            assert f"`xlcrm {command}" in text, (readme, command)
    for command in COMMANDS:
        for language in ("zh", "en"):
            said = run(command, "--help", "--lang", language)
            assert said.code == 0
            assert command in said.out


def test_every_option_is_in_the_readme_or_its_help(run: Run) -> None:
    for command in COMMANDS:
        said = run(command, "--help")
        for line in said.out.splitlines():
            if line.strip().startswith("--"):
                assert len(line.split()) > 1, (command, line)


def test_a_pipe_that_closes_early_is_no_error(book: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "XLCRM_HOME": str(tmp_path / "h"), "XLCRM_KEY": ""}
    run = subprocess.run(
        f"{sys.executable} -m xlcrm validate {book} --json | head -1", shell=True, capture_output=True, text=True, env=environment, check=True
    )
    assert run.stdout == "{\n"
    assert "Traceback" not in run.stderr


def test_main_returns_two_for_nonsense(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["validate"])
    assert ended.value.code == 2
    capsys.readouterr()


def test_the_demo_walks_the_journey_twice(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLCRM_NOW")
    said = run("demo", "--rows", "80", "--folder", tmp_path / "demo")
    assert said.code == 0, said.out
    assert said.out.count("提交完成") == 2
    assert len(said.out.splitlines()) < 40
    assert {path.suffix for path in (tmp_path / "demo").iterdir()} >= {".xlsx", ".db"}

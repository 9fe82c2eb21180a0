"""xlcrm consolidate as the steward runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.jobs import messy
from xlcrm.model.tables import BY_KEY
from xlcrm.sheets.files import open_book

HEADER = ("客户名称", "联系人", "手机")


@pytest.fixture
def lists(run: Run, tmp_path: Path) -> Path:
    """Two colleagues' lists, one of whose columns nobody understands, and a picture."""
    for name in ("王芳", "李强", "陈静"):
        assert run("people", "--add", name, "--role", "entry").code == 0
    folder = tmp_path / "交来的表"
    messy.plain(folder / "王芳.xlsx", [("深圳市海河电子有限公司", "王小明", "13927661183"), ("南京青禾食品有限公司", "李芳", "13855271399")], HEADER)
    messy.plain(folder / "李强.xlsx", [("深圳市海河电子有限公司", "周涛", "13726645513"), ("成都锦程物流有限公司", "张伟", "13855271304")], HEADER)
    (folder / "照片.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    return folder


def choose(out: Path, table: str, key: str, choice: str) -> None:
    book = open_book(out)
    rows = book.read(BY_KEY[table])
    book.write(rows, {key: [choice, *rows.columns[key][1:]]})
    book.save()


def test_from_a_folder_to_the_store_and_the_receipts(run: Run, lists: Path, tmp_path: Path) -> None:
    out = tmp_path / "汇总.xlsx"
    said = run("consolidate", lists, "--out", out)
    assert said.code == 1, "there is a pair to decide"
    assert "汇总完成：3个文件，读入2个，共4行，合成4个客户" in said.out
    assert "照片.png" in said.out and "同类判断1类（1对）" in said.out and "未交2人（赵敏、陈静）" in said.out
    said = run("submit", out)
    assert "新增3" in said.out and "待处理1" in said.out
    receipts = tmp_path / "汇总.回执"
    assert str(receipts) in said.out
    assert {path.stem for path in receipts.iterdir()} >= {"王芳", "李强"}
    choose(out, "pattern", "decision", "添加联系人")
    assert run("submit", out).code == 0
    again = run("consolidate", lists, "--out", out, "--force")
    assert "新客户0，有变化的已有客户0" in again.out
    assert run("submit", out, "--json").data["total"]["new"] == 0
    assert run("log", "CX2025030001").out.count("汇总") >= 1


def test_choices_go_over_into_the_workbook_that_is_made_anew(run: Run, lists: Path, tmp_path: Path) -> None:
    out = tmp_path / "汇总.xlsx"
    run("consolidate", lists, "--out", out)
    choose(out, "pattern", "decision", "不是同一客户")
    assert run("consolidate", lists, "--out", out).code == 2, "a workbook with decisions is not overwritten unasked"
    run("consolidate", lists, "--out", out, "--force")
    assert open_book(out).read(BY_KEY["pattern"]).cell(0, "decision") == "不是同一客户"


def test_a_dry_run_writes_nothing_and_needs_no_out(run: Run, lists: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    said = run("consolidate", lists, "--dry-run", "--json")
    assert said.data["new"] == 4 and said.data["decisions"]["patterns"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert run("consolidate", lists).code == 2


@pytest.mark.parametrize("words", [["没有这个"], ["--until", "明天"]])
def test_what_makes_no_sense_is_said(run: Run, lists: Path, tmp_path: Path, words: list[str]) -> None:
    said = run("consolidate", lists, "--out", tmp_path / "汇总.xlsx", *words)
    assert said.code == 2 and said.err


def test_an_entry_user_may_not(run: Run, lists: Path, tmp_path: Path) -> None:
    assert run("people", "--change", "赵敏", "--roles", "entry,admin").code == 0
    said = run("consolidate", lists, "--out", tmp_path / "汇总.xlsx")
    assert said.code == 2 and "数据管理专员" in said.err


def test_english(run: Run, lists: Path, tmp_path: Path) -> None:
    said = run("consolidate", lists, "--out", tmp_path / "all.xlsx", "--lang", "en")
    assert "4 rows are 4 customers" in said.out
    assert not any("\u4e00" <= letter <= "\u9fff" for line in said.out.splitlines() for letter in line if "xlsx" not in line and "赵敏" not in line and "照片" not in line)

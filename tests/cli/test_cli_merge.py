"""xlcrm merge, undo, void and log: one sentence for everything that can go wrong, in both languages."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run

FIRST, SECOND = "CX2025030001", "CX2025030002"


def last(run: Run) -> int:
    number: int = run("log", "--json").data[0]["number"]
    return number


def test_merged_looked_at_and_taken_back(run: Run, clean: Path) -> None:
    run("submit", clean)
    shown = run("merge", FIRST, SECOND, "--dry-run", "--set", f"联系方式={SECOND}")
    assert shown.code == 0 and "由您选择" in shown.out and "南京青禾食品有限公司" in shown.out
    assert run("show", SECOND).out.count("南京青禾") == 1, "nothing was done yet"
    done = run("merge", FIRST, SECOND, "--yes", "--reason", "同一家")
    assert done.code == 0 and f"xlcrm undo {last(run)}" in done.out
    assert "深圳市海河" in run("show", SECOND).out and "同一家" in run("log").out
    assert f"操作 {last(run)}" in run("log", FIRST).out
    dry = run("undo", "--dry-run", "--lang", "en")
    assert dry.code == 0 and "merge by" in dry.out and "records back in their former state: 1" in dry.out
    number = last(run)
    assert run("undo", number, "--yes").code == 0
    assert "南京青禾" in run("show", SECOND).out
    assert f"已被操作 {last(run)} 撤销" in run("log").out
    again = run("undo", number, "--yes")
    assert again.code == 2 and "已经撤销过" in again.err
    assert run("undo", last(run), "--yes").code == 0 and "深圳市海河" in run("show", SECOND).out


def test_a_workbook_follows_what_is_taken_back(run: Run, clean: Path) -> None:
    run("submit", clean)
    assert run("undo", "--book", clean, "--yes").code == 0
    again = run("submit", clean, "--json").data
    assert again["customer"]["new"] == 2 if "customer" in again else "2" in str(again)
    assert "深圳市海河" in run("show", "CX2025030003").out


def test_what_cannot_be_done_is_said(run: Run, clean: Path) -> None:
    run("submit", clean)
    for words, said in (
        (("merge", FIRST, FIRST), "不能和自己合并"),
        (("merge", FIRST), "至少需要两个"),
        (("merge", FIRST, "CX209901010001"), "对应0个客户"),
        (("merge", FIRST, SECOND, "--set", "负责人=没有的人"), "看不懂"),
        (("merge", "--accept", FIRST), "没有等待处理的"),
        (("undo", "99999"), "没有操作"),
        (("undo", "x' OR 1=1"), "没有操作"),
        (("undo", "9" * 40), "没有操作"),
        (("undo", 1), "没有改动客户数据"),
        (("void", FIRST), "写明理由"),
        (("void", FIRST, "--approve"), "没有等待处理的"),
        (("void", "CX209901010001", "--reason", "x"), "对应0个客户"),
    ):
        done = run(*words)
        assert done.code == 2 and said in done.err and len(done.err.splitlines()) == 2, (words, done)


def test_voiding_asks_two_others(run: Run, clean: Path) -> None:
    run("submit", clean)
    proposed = run("void", FIRST, "--reason", "倒闭")
    assert proposed.code == 1 and f"xlcrm void {FIRST} --approve" in proposed.out
    assert "倒闭" in run("void").out and "倒闭" in run("void", "--list", "--lang", "en").out
    own = run("void", FIRST, "--approve")
    assert own.code == 2 and "您自己的提议" in own.err
    assert run("void", FIRST, "--decline", "--reason", "弄错了").code == 0 and "没有等待" in run("void").out
    assert "深圳市海河" in run("show", FIRST).out

"""校验, 一键修正, 查重, 提交, 撤销 as buttons: the same jobs as the command line, the same cells afterwards."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copyfile

import pytest

from tests.jobs.conftest import cells, customer, other, put
from tests.ribbon.content import content, same
from xlcrm import ribbon
from xlcrm.cli import main
from xlcrm.jobs.demo.book import demo_book
from xlcrm.model.resultsheets import DUPLICATES, FINDINGS
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book
from xlcrm.sheets.memory import MemoryBook


def test_buttons_and_commands_leave_the_same_cells(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "客户表.xlsx"
    template.build(path, "zh", demo_book(60, 3, date(2025, 3, 12)).columns())
    source = open_book(path)
    book = MemoryBook(rows=[source.read(table) for table in source.tables()], settings={"uid": "0" * 32})
    book.name = path.name
    file = open_book(path)
    file.set_setting("uid", "0" * 32)
    file.save()
    steps = [
        ("validate", ribbon.validate, ["validate", path]),
        ("repair", ribbon.repair, ["validate", path, "--fix", "--yes"]),
        ("undo", ribbon.undo, ["validate", path, "--undo-fix"]),
        ("repair", ribbon.repair, ["validate", path, "--fix", "--yes"]),
        ("dedupe", ribbon.dedupe, ["dedupe", path]),
        ("submit", ribbon.submit, ["submit", path]),
        ("again", ribbon.submit, ["submit", path]),
    ]
    for name, button, words in steps:
        assert button(book), f"{name}: {book.said[-1:]}"
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("XLCRM_STORE", f"sqlite:///{tmp_path / 'other.db'}")
            assert main([str(word) for word in words]) in (0, 1)
        same(content(open_book(path)), content(book))


def test_repair_lists_asks_and_can_be_taken_back(home: Path) -> None:
    book = MemoryBook({"customer": [customer(status="签约客户", phone=13912345678.0)]})
    before = [cells(book, "status"), cells(book, "phone")]
    book.answer = False
    assert ribbon.repair(book)
    assert "要全部修正吗" in book.said[-2]
    assert book.said[-1] == "没有修正。"
    assert cells(book, "check_result") == [None], "nothing at all was written"
    book.answer = True
    assert ribbon.repair(book)
    assert "签约客户 → 成交客户" in book.said[-2]
    assert cells(book, "status") == ["成交客户"]
    assert ribbon.undo(book)
    assert [cells(book, "status"), cells(book, "phone")] == before
    assert ribbon.undo(book)
    assert "没有可以撤销的修正" in book.said[-1]


def test_submit_says_what_became_of_every_row_and_pressing_again_is_harmless(home: Path) -> None:
    book = MemoryBook({"customer": [customer(), other(0), other(1, phone="138")]})
    assert ribbon.submit(book)
    assert "新增2，更新0，无变化0，退回1，待处理0，合计3行" in book.said[-1]
    assert cells(book, "created_by") == ["赵敏", "赵敏", None]
    numbers = cells(book, "number")
    assert ribbon.submit(book)
    assert "新增0，更新0，无变化2，退回1" in book.said[-1]
    assert cells(book, "number") == numbers


def test_dedupe_leads_to_the_decision(home: Path) -> None:
    book = MemoryBook({"customer": [customer(), customer(phone="13912345678", contact="王小明")]})
    assert ribbon.dedupe(book)
    assert book.gone == ("查重结果", "A5")
    assert "请在“查重结果”里选择" in book.said[-1]
    put(book, 0, DUPLICATES.key, decision="合并到已有客户")
    assert ribbon.submit(book)
    assert cells(book, "submit_status") == ["已提交", "已合并"]


def test_a_workbook_of_other_origin_is_left_alone(home: Path, tmp_path: Path) -> None:
    book = MemoryBook({"customer": [customer()]}, ours=False)
    for button in (ribbon.validate, ribbon.dedupe, ribbon.submit, ribbon.new_customer, ribbon.refresh):
        assert not button(book)
        assert "不是用客户管理模板制作的" in book.said[-1]
        assert "导入旧表" in book.said[-1]
    assert book.saves == 0


def test_english_books_are_spoken_to_in_english(home: Path) -> None:
    book = MemoryBook({"customer": [customer()]}, language="en")
    assert ribbon.validate(book)
    assert book.said[-1].startswith("Checked 1 rows")
    assert len(book.read(FINDINGS)) >= 0


def test_the_file_on_disk_is_untouched_by_a_refused_import(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "旧表.csv"
    path.write_text("客户名称,联系人,联系方式\n深圳市海河电子有限公司,王小明,13912345678\n", "utf-8")
    book = MemoryBook(ours=False)
    book.name = path.name
    assert not ribbon.import_list(book)
    assert "还没有保存过" in book.said[-1]
    book.path = path
    assert ribbon.import_list(book)
    made = tmp_path / "旧表.校验.xlsx"
    assert str(made) in book.said[-1]
    assert cells(open_book(made), "name") == ["深圳市海河电子有限公司"]
    kept = copyfile(made, tmp_path / "kept.xlsx").read_bytes()
    assert not ribbon.import_list(book), "a copy that somebody may have worked on is never replaced"
    assert made.read_bytes() == kept
    assert not ribbon.import_list(MemoryBook())

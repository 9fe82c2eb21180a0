"""合并客户 and 撤销 as buttons: shown first, carried out after asking, and the sheet follows."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.conftest import cells, customer, other, put
from xlcrm import ribbon
from xlcrm.model.resultsheets import DUPLICATES, MERGING
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets.base import Selected
from xlcrm.sheets.memory import MemoryBook


def submitted() -> MemoryBook:
    book = MemoryBook({"customer": [customer(remark="旧"), other(0, grade="A", remark="新")]})
    assert ribbon.submit(book) and "新增2" in book.said[-1]
    return book


def select(book: MemoryBook, rows: int = 2) -> None:
    sheet = book.read(CUSTOMER)
    book.standing = Selected(sheet.sheet, sheet.lines[0], None, rows)


def press_again(book: MemoryBook) -> None:
    book.standing = Selected(book.read(MERGING).sheet, 5, None)
    assert ribbon.merge_customers(book), book.said[-1]


def test_two_rows_are_shown_side_by_side_and_merged_as_chosen(home: Path) -> None:
    book = submitted()
    numbers = cells(book, "number")
    select(book)
    assert ribbon.merge_customers(book), book.said[-1]
    assert "再按一次" in book.said[-1] and book.gone == (book.read(MERGING).sheet, book.read(MERGING).place(0, "choice"))
    fields = cells(book, "field", "merging")
    shown = dict(zip(fields, cells(book, "result", "merging"), strict=True))
    assert shown["合作等级"] == "A", "only one of them has it"
    assert cells(book, "number") == numbers and len(numbers) == 2, "nothing was merged yet"
    put(book, fields.index("备注"), "merging", choice="客户二")
    second = cells(book, "second", "merging")[fields.index("备注")]
    book.answer = False
    press_again(book)
    assert book.said[-1] == "没有合并。"
    book.answer = True
    press_again(book)
    assert "可撤销" in book.said[-1] and not len(book.read(MERGING))
    assert sorted(map(str, cells(book, "submit_status"))) == ["已合并", "已提交"]
    survivor = cells(book, "submit_status").index("已提交")
    assert cells(book, "remark")[survivor] == second and cells(book, "grade")[survivor] == "A"
    assert ribbon.undo(book) and "已撤销" in book.said[-1]
    assert cells(book, "submit_status") == ["已提交", "已提交"] and cells(book, "remark") == ["旧", "新"] and cells(book, "grade") == [None, "A"]


def test_a_choice_that_means_nothing_is_told_and_one_row_is_too_few(home: Path) -> None:
    book = submitted()
    select(book, 1)
    assert not ribbon.merge_customers(book) and "请选中要合并的几行" in book.said[-1]
    select(book)
    assert ribbon.merge_customers(book)
    put(book, 0, "merging", choice="客户九")
    press_again(book)
    assert any("客户九" in said for said in book.said)


def test_more_than_fit_the_preview_is_told(home: Path) -> None:
    book = MemoryBook({"customer": [other(place) for place in range(5)]})
    assert ribbon.submit(book) and "新增5" in book.said[-1]
    select(book, 5)
    assert not ribbon.merge_customers(book) and "选中了5个客户，合并预览一次最多并排列出4个" in book.said[-1]
    assert not len(book.read(MERGING))


def test_a_pair_that_is_not_submitted_is_decided_elsewhere(home: Path) -> None:
    book = MemoryBook({"customer": [customer(), customer("深圳海河电子有限公司", contact_title="副总经理"), customer("深圳市海河电子公司", contact_title="经理")]})
    assert ribbon.dedupe(book)
    pairs = book.read(DUPLICATES)
    book.standing = Selected(pairs.sheet, pairs.lines[0], None, 2)
    assert not ribbon.merge_customers(book) and "选中了2行" in book.said[-1]
    book.standing = Selected(pairs.sheet, pairs.lines[0], None)
    assert not ribbon.merge_customers(book) and "还没有提交" in book.said[-1]
    assert ribbon.submit(book)
    assert not ribbon.merge_customers(book) and "还没有提交" in book.said[-1], "one of the two is stored, the other waits"


def test_a_submission_is_taken_back_and_its_rows_may_be_corrected(home: Path) -> None:
    book = submitted()
    numbers = cells(book, "number")
    book.answer = False
    assert ribbon.undo(book) and book.said[-1] == "没有撤销。" and cells(book, "number") == numbers
    assert "作废2条新增记录" in book.said[-2]
    book.answer = True
    assert ribbon.undo(book)
    assert cells(book, "submit_status") == ["未提交"] * 2 and cells(book, "number") == [None] * 2 == cells(book, "version")
    put(book, 0, phone="13912340000")
    assert ribbon.submit(book) and "新增2" in book.said[-1]
    assert not set(cells(book, "number")) & set(numbers), "a number is never used again"
    assert ribbon.undo(book) and ribbon.undo(book)
    assert "没有可以撤销" in book.said[-1], "what was taken back is not taken back again"


def test_merging_and_taking_back_show_how_far_they_are(home: Path) -> None:
    class Watched(MemoryBook):
        def progress(self, sentence: str, done: int, total: int) -> None:
            seen.append((sentence, done < total))

    seen: list[tuple[str, bool]] = []
    book = Watched({"customer": [customer(), other(0)]})
    assert ribbon.submit(book)
    select(book)
    assert ribbon.merge_customers(book)
    seen.clear()
    press_again(book)
    assert [sentence for sentence, _ in seen][:2] == ["正在比较这些客户……", "正在合并……"] and not seen[-1][1], "gone in the end"
    seen.clear()
    assert ribbon.undo(book)
    told = [sentence for sentence, _ in seen]
    assert {"正在查看这次操作改动了什么……", "正在核对之后的改动……", "正在撤销……"} <= set(told) and not seen[-1][1]
    assert not seen[told.index("正在核对之后的改动……") + 1][1], "nor is it there while the person is asked"


def test_repairs_made_after_a_submission_are_taken_back_first(home: Path) -> None:
    book = submitted()
    put(book, 0, status="签约客户")
    assert ribbon.repair(book) and cells(book, "status")[0] == "成交客户"
    assert ribbon.undo(book) and cells(book, "status")[0] == "签约客户"
    put(book, 0, status="意向客户")
    assert ribbon.undo(book) and cells(book, "submit_status") == ["未提交"] * 2

"""月度核对 and 客户交接 pressed, as a salesperson presses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.conftest import cells, customer, other, put
from xlcrm import ribbon
from xlcrm.sheets.memory import MemoryBook


@pytest.fixture
def book(home: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryBook:
    """A workbook whose two customers were submitted a month ago."""
    book = MemoryBook({"customer": [customer(), other(0)]})
    assert ribbon.submit(book)
    monkeypatch.setenv("XLCRM_NOW", "2025-04-14 09:00:00")
    book.said.clear()
    return book


def test_a_month_is_reviewed_by_two_buttons(book: MemoryBook) -> None:
    assert ribbon.monthly_review(book)
    assert "2 个客户待核对" in book.said[-1]
    assert "monthly_review" in book.shown
    put(book, 0, "monthly_review", answer="无变化")
    put(book, 1, "monthly_review", answer="有变化", new_need="合规")
    assert ribbon.submit(book)
    assert "2 个客户已核对，其中 1 个有修改" in book.said[-1]
    assert ribbon.monthly_review(book)
    assert "都核对过了" in book.said[-1]
    assert "monthly_review" not in book.shown


def test_a_line_that_is_not_understood_is_said(book: MemoryBook) -> None:
    ribbon.monthly_review(book)
    put(book, 0, "monthly_review", answer="有变化")
    ribbon.submit(book)
    assert "1 行没有处理" in book.said[-1]
    assert "没有填写" in str(cells(book, "outcome", "monthly_review")[0])


def test_a_handover_is_prepared_and_then_proposed(book: MemoryBook) -> None:
    assert ribbon.handover(book)
    assert cells(book, "sender", "handover_line") == ["赵敏"]
    put(book, 0, "handover_line", receiver="不认识", reason="离职")
    assert ribbon.handover(book)
    assert "不认识" in book.said[-1]

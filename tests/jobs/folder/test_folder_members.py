"""A member's way: joining, 提交 into the share, and what the steward's machine answers."""

from __future__ import annotations

from tests.jobs.conftest import cells, customer, other, put
from tests.jobs.folder.conftest import Firm
from xlcrm.jobs.submit import Count
from xlcrm.sheets.memory import MemoryBook


def test_a_submission_goes_through_the_share_and_comes_back_numbered(firm: Firm) -> None:
    li = firm.hire("李芳")
    book = MemoryBook({"customer": [customer(), other(0)]})
    done = li.submit(book)
    assert done.sent == 2 and cells(book, "submit_status") == ["待发送", "待发送"]
    assert firm.customers() == []
    assert firm.look() == ["taken"]
    assert {one.values["owner"] for one in firm.customers()} == {li.person.rid}
    li.refresh(book)
    assert cells(book, "submit_status") == ["已提交", "已提交"]
    assert cells(book, "number") == ["CX2025030001", "CX2025030002"]
    assert cells(book, "version") == [1, 1] and set(cells(book, "created_by")) == {"李芳"}
    again = li.submit(book)
    assert again.sent == 0 and again.total[Count.UNCHANGED] == 2


def test_an_edit_of_a_stored_row(firm: Firm) -> None:
    li = firm.hire("李芳")
    book = MemoryBook({"customer": [customer()]})
    li.submit(book)
    firm.look()
    li.refresh(book)
    put(book, 0, remark="来电询价")
    assert li.submit(book).sent == 1
    assert firm.look() == ["taken"]
    li.refresh(book)
    assert cells(book, "submit_status") == ["已提交"] and cells(book, "version") == [2]


def test_what_the_store_does_not_take_comes_back_with_its_reason(firm: Firm) -> None:
    """Two colleagues have the same new customer before the first answer arrives."""
    li, chen = firm.hire("李芳"), firm.hire("陈静")
    first, second = MemoryBook({"customer": [customer()]}), MemoryBook({"customer": [customer(), other(1)]})
    li.submit(first)
    chen.submit(second)
    assert firm.look() == ["taken", "taken"]
    assert len(firm.customers()) == 2
    chen.refresh(second)
    assert cells(second, "submit_status") == ["待确认重复", "已提交"]
    assert "李芳" in str(cells(second, "problem")[0])
    again = chen.submit(second)
    assert again.sent == 0 and cells(second, "submit_status") == ["待确认重复", "已提交"]
    put(second, 0, "duplicate", decision="不是同一客户")
    assert chen.submit(second).sent == 1
    assert firm.look() == ["taken"]
    chen.refresh(second)
    assert cells(second, "submit_status") == ["已提交", "已提交"] and len(firm.customers()) == 3

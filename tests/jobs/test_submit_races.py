"""Somebody is quicker: what happens between comparing and storing."""

from __future__ import annotations

from collections.abc import Callable

from tests.jobs.conftest import Office, cells, customer, other, put
from xlcrm.jobs.submit import Count, submit
from xlcrm.model.operation import Change, Operation
from xlcrm.sheets.memory import MemoryBook


class HurriedBook(MemoryBook):
    """A workbook whose owner is overtaken: ``meanwhile`` happens when the rows are compared and about to be stored."""

    meanwhile: Callable[[], object] | None = None
    asked = 0

    def ready(self) -> None:
        self.asked += 1
        if self.asked == 2 and self.meanwhile is not None:
            self.meanwhile()


def hurried(office: Office) -> HurriedBook:
    """A submitted workbook with two customers, one of which was edited again."""
    book = HurriedBook({"customer": [customer(), other(0)]})
    office.submit(book)
    book.asked = 0
    put(book, 0, remark="我的备注")
    return book


def test_a_customer_voided_meanwhile_is_not_written_and_says_so(office: Office) -> None:
    book = hurried(office)
    rid = office.store.find(["CX2025030001"])["CX2025030001"]

    def void() -> None:
        office.store.apply(Operation("void", [Change("customer", rid, rid, {}, 1, state="void", reason="重复")]), office.context())

    book.meanwhile = void
    done = office.submit(book)
    assert done.total[Count.WAITING] == 1
    assert done.total[Count.UNCHANGED] == 1
    assert cells(book, "submit_status") == ["未提交", "已提交"]
    assert "刚刚被合并或作废" in str(cells(book, "problem")[0])
    assert cells(book, "remark")[0] == "我的备注", "what was typed is not lost"
    again = office.submit(book)
    assert again.total[Count.UNCHANGED] == 2
    assert cells(book, "submit_status") == ["已作废", "已提交"]


def test_a_field_changed_meanwhile_is_a_conflict_that_says_so(office: Office) -> None:
    book = hurried(office)
    rid = office.store.find(["CX2025030001"])["CX2025030001"]

    def edit() -> None:
        change = Change("customer", rid, rid, {"remark": "同事的备注"}, 1, {"remark": None})
        office.store.apply(Operation("submit", [change]), office.context())

    book.meanwhile = edit
    done = office.submit(book)
    assert done.total[Count.WAITING] == 1
    assert cells(book, "submit_status") == ["有冲突", "已提交"]
    assert "冲突处理" in str(cells(book, "problem")[0])
    assert cells(book, "theirs", "conflict") == ["同事的备注"]
    assert office.customers()["CX2025030001"]["remark"] == "同事的备注"


def test_a_book_that_cannot_be_written_is_not_submitted(office: Office) -> None:
    from xlcrm.errors import BookError

    book = HurriedBook({"customer": [customer()]})

    def taken() -> None:
        raise BookError("sheets.open_elsewhere", path="客户.xlsx")

    book.meanwhile = taken
    try:
        submit(book, office.store, office.context(), office.rulebook())
    except BookError as error:
        assert error.key == "sheets.open_elsewhere"
    assert office.customers() == {}

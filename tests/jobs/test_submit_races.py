"""Somebody is quicker: what happens between comparing and storing."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.conftest import ALL, NOW, Office, cells, customer, other, put
from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import BookError, Overtaken
from xlcrm.jobs.submit import TURNS, Count, submit
from xlcrm.model.operation import Change, Operation
from xlcrm.model.resultsheets import DUPLICATES
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store import sqlite

KEY = keys.new_key()


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
        office.void(rid, "重复")

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
    book = HurriedBook({"customer": [customer()]})

    def taken() -> None:
        raise BookError("sheets.open_elsewhere", path="客户.xlsx")

    book.meanwhile = taken
    try:
        submit(book, office.store, office.context(), office.rulebook())
    except BookError as error:
        assert error.key == "sheets.open_elsewhere"
    assert office.customers() == {}


def test_a_customer_stored_while_this_one_was_compared_is_compared_with(office: Office) -> None:
    """The one that was quicker is in; the later one is asked about, with everything that came with it."""
    mine = HurriedBook({"customer": [customer(), other(0)], "contact": [{"customer": "南京青禾食品有限公司", "name": "周敏", "phone": "13812345679"}]})
    mine.meanwhile = lambda: office.submit(office.book(customer("深圳海河电子有限公司")))
    done = office.submit(mine)
    assert (done.total[Count.NEW], done.total[Count.WAITING]) == (2, 1)
    assert cells(mine, "submit_status") == ["待确认重复", "已提交"]
    assert cells(mine, "other", "duplicate") == ["CX2025030001"]
    assert {values["name"] for values in office.customers().values()} == {"深圳海河电子有限公司", "南京青禾食品有限公司"}
    assert not office.store.verify().faults


def test_a_merge_into_a_customer_changed_meanwhile_waits_with_its_decision(office: Office) -> None:
    office.submit(office.book(customer()))
    rid = office.store.find(["CX2025030001"])["CX2025030001"]
    book = HurriedBook({"customer": [customer("深圳海河电子有限公司", short_name="海河")]})
    office.submit(book)
    book.write(book.read(DUPLICATES), {"decision": ["合并到已有客户"]})

    def edit() -> None:
        change = Change("customer", rid, rid, {"short_name": "HH"}, 1, {"short_name": None})
        office.store.apply(Operation("submit", [change]), office.context())

    book.asked, book.meanwhile = 0, edit
    assert office.submit(book).total[Count.WAITING] == 1
    assert (cells(book, "submit_status"), cells(book, "number")) == (["待确认重复"], [None])
    assert cells(book, "decision", "duplicate") == ["合并到已有客户"]
    office.submit(book)
    assert (cells(book, "submit_status"), cells(book, "number")) == (["已合并"], ["CX2025030001"])
    assert office.customers()["CX2025030001"]["short_name"] in ("HH", "海河")
    assert {"HH", "海河"} <= {one.value for one in office.store.kept([rid])[rid]} | {office.customers()["CX2025030001"]["short_name"]}


def test_an_unlike_customer_stored_meanwhile_costs_no_second_comparison(office: Office) -> None:
    mine = HurriedBook({"customer": [customer()]})
    mine.meanwhile = lambda: office.submit(office.book(other(0)))
    assert office.submit(mine).total[Count.NEW] == 1
    assert mine.asked == 2


def test_the_same_sheet_stored_meanwhile_is_recognised_not_asked_about(office: Office) -> None:
    """Two windows with one workbook: both rows are the same row."""
    mine = HurriedBook({"customer": [customer(), other(0)]}, settings={"uid": "a" * 32})
    twin = office.book(customer(), other(0))
    twin.set_setting("uid", "a" * 32)
    mine.meanwhile = lambda: office.submit(twin)
    done = office.submit(mine)
    assert done.total[Count.UNCHANGED] == 2
    assert cells(mine, "number") == cells(twin, "number")
    assert len(office.customers()) == 2


class OvertakenBook(HurriedBook):
    """A workbook whose owner is overtaken at every turn."""

    def ready(self) -> None:
        self.asked += 1
        if self.asked > 1 and self.meanwhile is not None:
            self.meanwhile()


def test_whoever_is_overtaken_at_every_turn_is_told_and_nothing_is_stored(office: Office) -> None:
    mine = OvertakenBook({"customer": [*(other(which) for which in range(TURNS)), customer()]})
    quick = iter(range(TURNS))
    mine.meanwhile = lambda: office.submit(office.book(other(next(quick))))
    with pytest.raises(Overtaken) as caught:
        office.submit(mine)
    assert "没有写入" in caught.value.hint()
    assert len(office.customers()) == TURNS
    assert set(cells(mine, "submit_status")) == {None}
    mine.meanwhile = None
    done = office.submit(mine)
    assert (done.total[Count.NEW], done.total[Count.WAITING]) == (1, TURNS)


def together(path: Path, key: str, met: Any, done: Any) -> None:
    """Submit a workbook of one's own, so that both colleagues have compared before either stores."""
    store = sqlite.open(path, Cipher(keys.parse(key)))
    book = HurriedBook({"customer": [customer()]})
    book.meanwhile = met.wait
    colleague = Office(store, store.ensure_person("zhao", "赵敏", ALL, NOW))
    colleague.submit(book)
    done.put(cells(book, "submit_status"))
    store.close()


def test_two_colleagues_submit_the_same_new_customer_at_the_same_moment(tmp_path: Path) -> None:
    fresh = multiprocessing.get_context("spawn")  # polars' threads do not survive a fork
    path = tmp_path / "both.db"
    store = sqlite.open(path, Cipher(keys.parse(KEY)))
    store.ensure_person("zhao", "赵敏", ALL, NOW)
    store.close()
    met, done = fresh.Barrier(2, timeout=60), fresh.Queue()
    processes = [fresh.Process(target=together, args=(path, KEY, met, done)) for _ in range(2)]
    for process in processes:
        process.start()
    answers = sorted(done.get(timeout=120) for _ in processes)
    for process in processes:
        process.join()
    assert answers == [["已提交"], ["待确认重复"]]
    store = sqlite.open(path, Cipher(keys.parse(KEY)))
    assert [record.values["name"] for record in store.scan("customer")] == ["深圳市海河电子有限公司"]
    assert not store.verify().faults
    store.close()

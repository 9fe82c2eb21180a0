"""The buttons on a member's machine of a firm without a server: 提交, 刷新, 撤销 over an open workbook and a closed one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.jobs.conftest import cells, customer, put
from xlcrm import app, ribbon
from xlcrm.crypto import identity, keys
from xlcrm.jobs.folder import steward as stewarding
from xlcrm.jobs.folder.watch import Watch
from xlcrm.jobs.settings import Settings, save
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book
from xlcrm.sheets.memory import MemoryBook

Look = Callable[[], None]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """李芳 has joined 赵敏's share and sits at her machine; what is returned is a look of the steward's machine."""
    share, key, secret = tmp_path / "共享", keys.new_key(), identity.new()
    share.mkdir()
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12 14:30:00")
    monkeypatch.delenv("XLCRM_LANG", raising=False)

    def sits(who: str) -> None:
        monkeypatch.setenv("XLCRM_HOME", str(tmp_path / who))
        monkeypatch.setenv("XLCRM_PERSON", who)
        if who == "赵敏":
            monkeypatch.setenv("XLCRM_KEY", key)
            monkeypatch.delenv("XLCRM_STORE", raising=False)
            monkeypatch.delenv("XLCRM_IDENTITY", raising=False)
        else:
            monkeypatch.setenv("XLCRM_STORE", f"folder:{share}")
            monkeypatch.setenv("XLCRM_IDENTITY", secret)
            monkeypatch.delenv("XLCRM_KEY", raising=False)

    def looked() -> None:
        sits("赵敏")
        with app.steward(share, None, "zh") as steward:
            Watch(steward, lambda _: None).look()
        sits("李芳")

    sits("赵敏")
    with app.steward(share, None, "zh", create=True) as steward:
        chief = Context(steward.store.people()[0], app.clock)
        person = steward.store.add_person(Person(new_rid(), "李芳", "李芳", "", frozenset({"entry"})), chief)
        stewarding.add(steward.ledger, steward.share, person)
        steward.store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), chief)
    sits("李芳")
    save(app.settings_path(), Settings("李芳", "销售部"))
    app.join(f"folder:{share}", "", lambda _: True)
    looked()
    return looked


def test_the_dashboard_tells_of_the_members_own_copy(look: Look) -> None:
    book = MemoryBook({"customer": [customer()]})
    assert ribbon.submit(book)
    look()
    assert ribbon.dashboard(book), book.said[-1]
    assert book.opened is not None
    page = [cell for row in CalamineWorkbook.from_path(book.opened).get_sheet_by_name("总览").to_python() for cell in row]
    assert page[page.index("客户总数") :].index(1.0) and any("不在这台电脑上" in str(cell) for cell in page)


def test_submit_and_refresh_over_a_closed_workbook(look: Look, tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    template.build(path, "zh", {"customer": {key: [cell] for key, cell in customer().items()}})
    book = open_book(path)
    assert ribbon.submit(book)
    assert "其中1行待发送给专员的电脑" in book.said[-1] and "等专员的电脑处理" in book.said[-1]
    assert cells(book, "submit_status") == ["待发送"]
    look()
    assert ribbon.refresh(book)
    assert (cells(book, "submit_status"), cells(book, "number")) == (["已提交"], ["CX2025030001"])
    assert ribbon.submit(book) and "无变化1" in book.said[-1]


def test_undo_is_answered_with_the_next_refresh(look: Look) -> None:
    book = MemoryBook({"customer": [customer()]})
    assert ribbon.submit(book) and cells(book, "submit_status") == ["待发送"]
    look()
    assert ribbon.refresh(book)
    assert (cells(book, "submit_status"), cells(book, "number")) == (["已提交"], ["CX2025030001"])
    assert ribbon.undo(book)
    assert "已申请撤销操作" in book.said[-1]
    assert not ribbon.undo(book) and "已经申请撤销" in book.said[-1]
    look()
    assert ribbon.refresh(book)
    assert "撤销的回复：已撤销：作废1条新增记录" in book.said[-1]
    assert (cells(book, "submit_status"), cells(book, "number")) == (["未提交"], [None])
    assert ribbon.undo(book) and "没有可以撤销" in book.said[-1]
    assert ribbon.submit(book)
    look()
    assert ribbon.refresh(book)
    assert (cells(book, "submit_status"), cells(book, "number")) == (["已提交"], ["CX2025030002"])


def test_what_waits_is_taken_back_at_once(look: Look) -> None:
    book = MemoryBook({"customer": [customer()]}, answer=False)
    ribbon.submit(book)
    assert ribbon.undo(book) and "没有撤销" in book.said[-1] and cells(book, "submit_status") == ["待发送"]
    book.answer = True
    assert ribbon.undo(book)
    assert "已收回1行" in book.said[-1]
    look()
    assert ribbon.refresh(book)
    assert cells(book, "submit_status") == ["未提交"]


def test_a_member_is_told_that_a_request_will_be_made_not_that_it_was(look: Look, tmp_path: Path) -> None:
    book = MemoryBook({"customer": [customer()]})
    ribbon.submit(book)
    look()
    ribbon.refresh(book)
    put(book, 0, contract_amount=88.0, remark="2025-03-12：签约")
    assert ribbon.submit(book)
    (said,) = cells(book, "problem")
    assert "专员的电脑处理时会生成更新申请" in str(said) and "已自动生成" not in str(said)

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.jobs.conftest import cells, customer
from tests.jobs.test_queues import PASSED, choose
from xlcrm import app, ribbon
from xlcrm.crypto import keys
from xlcrm.errors import UsageError
from xlcrm.jobs import people
from xlcrm.jobs.settings import Settings, save
from xlcrm.model.operation import Change, Operation
from xlcrm.model.tables import BY_KEY, CUSTOMER, REQUEST
from xlcrm.sheets.base import Selected
from xlcrm.sheets.design import letter
from xlcrm.sheets.memory import MemoryBook


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A store with 张三 (entry) and 王五 (steward); who presses is the login."""
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path))
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12 14:30:00")
    for name in ("XLCRM_STORE", "XLCRM_LANG", "XLCRM_PERSON"):
        monkeypatch.delenv(name, raising=False)
    save(app.settings_path(), Settings("赵敏", "销售部"))
    with app.session(None, "zh") as desk:
        people.add(desk.store, desk.context, "张三", "zhang", "销售部", "entry")
        people.add(desk.store, desk.context, "王五", "wang", "销售部", "steward")
        desk.store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), desk.context)
    monkeypatch.setenv("LOGNAME", "zhang")
    yield monkeypatch


def submitted() -> MemoryBook:
    book = MemoryBook({"customer": [customer(first_contact=datetime(2025, 3, 12))]})
    assert ribbon.submit(book)
    return book


def stand(book: MemoryBook, key: str) -> None:
    rows = book.read(CUSTOMER)
    place = [field.key for field in CUSTOMER.fields].index(key)
    assert rows.letters[key] == letter(place)
    book.standing = Selected(rows.sheet, rows.lines[0], rows.cell(0, key), 1, place)


def test_a_request_begun_from_a_cell_goes_through_the_queues_to_its_end(team: pytest.MonkeyPatch) -> None:
    mine = submitted()
    stand(mine, "contact")
    assert ribbon.request_change(mine)
    assert (cells(mine, "field", "request"), cells(mine, "before", "request")) == (["主要联系人"], ["王小明"])
    assert cells(mine, "customer", "request") == ["CX2025030001"]
    assert mine.gone == (REQUEST.zh, mine.read(REQUEST).place(0, "after"))
    choose(mine, "request", 0, after="李芳", reason="前任离职")
    assert ribbon.submit(mine)
    assert cells(mine, "number", "request") == ["GX202503120001"]

    team.setenv("LOGNAME", "wang")
    theirs = MemoryBook()
    assert ribbon.to_verify(theirs)
    assert "待核验1项" in theirs.said[-1] and theirs.gone == ("待我核验", f"A{theirs.read(BY_KEY['to_verify']).lines[0]}")
    choose(theirs, "to_verify", 0, action="通过并更新", **PASSED)
    assert ribbon.submit(theirs)
    assert theirs.said[-1] == "待办操作：办理了1项。", "no word of rows that there are none of"

    team.setenv("LOGNAME", "zhang")
    assert ribbon.my_tasks(mine)
    choose(mine, "my_task", 0, action="确认并关闭")
    assert ribbon.submit(mine)
    assert "办理了1项" in mine.said[-1]
    assert ribbon.refresh(mine)
    assert "my_task" not in mine.shown, "what is done goes with the next look"
    assert cells(mine, "contact") == ["李芳"]


def test_a_cell_typed_over_is_taken_for_the_new_value_and_the_line_is_offered_again(team: pytest.MonkeyPatch) -> None:
    book = submitted()
    choose(book, "customer", 0, contact="李芳")
    stand(book, "contact")
    assert ribbon.request_change(book)
    assert (cells(book, "before", "request"), cells(book, "after", "request")) == (["王小明"], ["李芳"])
    choose(book, "request", 0, after=None)
    stand(book, "phone")
    assert ribbon.request_change(book)
    assert cells(book, "field", "request") == ["联系方式"], "nobody had begun it: the same line"
    stand(book, "submit_status")
    assert ribbon.request_change(book)
    assert book.gone == (REQUEST.zh, book.read(REQUEST).place(0, "field"))


def test_a_customer_that_is_not_stored_has_no_requests(team: pytest.MonkeyPatch) -> None:
    book = MemoryBook({"customer": [customer()]})
    stand(book, "contact")
    assert not ribbon.request_change(book)
    assert book.said[-1].startswith(UsageError("ribbon.not_stored_yet", customer=customer()["name"]).sentence("zh"))


def test_nothing_waits_for_one_person_alone(team: pytest.MonkeyPatch) -> None:
    book = MemoryBook()
    for press in (ribbon.my_tasks, ribbon.to_verify, ribbon.to_approve):
        assert press(book)
        assert book.said[-1] == "没有等您处理的事。"
    assert book.gone is None


def test_a_dry_run_carries_nothing_out(team: pytest.MonkeyPatch) -> None:
    mine = submitted()
    choose(mine, "customer", 0, contact="李芳")
    assert ribbon.submit(mine)
    team.setenv("LOGNAME", "wang")
    theirs = MemoryBook()
    assert ribbon.to_verify(theirs)
    choose(theirs, "to_verify", 0, action="通过", **PASSED)
    with app.at(theirs) as desk:
        assert app.answer(desk, dry_run=True).sentence("zh") == "将办理待办操作1项。"
        assert [one.values["state"] for one in desk.store.scan("request")] == ["open"]
    assert cells(theirs, "action", "to_verify") == ["通过"]

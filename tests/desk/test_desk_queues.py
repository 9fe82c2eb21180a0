"""A change's whole life by clicks: edited and submitted by one, verified and carried out by another, confirmed and closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from macros.libreoffice.build import build
from tests.desk.office import missing
from tests.desk.screen import Screen, screen
from tests.jobs.conftest import customer
from xlcrm import app
from xlcrm.addin import libreoffice
from xlcrm.cli import main
from xlcrm.crypto import keys
from xlcrm.jobs import people
from xlcrm.jobs.settings import Settings, save
from xlcrm.model.operation import Change, Operation
from xlcrm.model.queuesheets import MY_TASKS, TO_VERIFY
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book

TEAM = {"zhang": ("张三", "entry"), "wang": ("王五", "steward")}


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Everybody's workbook by login; the team's store holds 张三's customer, and core fields change by request."""
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12 14:30:00")
    for name in ("XLCRM_LANG", "XLCRM_PERSON"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XLCRM_STORE", f"sqlite:///{tmp_path / 'store.db'}")
    for login, (name, _) in TEAM.items():
        save(tmp_path / login / "settings.json", Settings(name, "销售部"))
        libreoffice.tell(tmp_path / login, sys.executable)
    with app.session(None, "zh") as desk:
        for login, (name, role) in TEAM.items():
            people.add(desk.store, desk.context, name, login, "销售部", role)
        desk.store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), desk.context)
    rows: dict[str, list[Cell]] = {key: [cell] for key, cell in customer(first_contact=datetime(2025, 3, 12)).items()}
    found = {login: tmp_path / f"{login}.xlsx" for login in TEAM}
    template.build(found["zhang"], "zh", {"customer": rows})
    template.build(found["wang"], "zh", {})
    monkeypatch.setenv("LOGNAME", "zhang")
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "zhang"))
    assert main(["submit", str(found["zhang"])]) == 0
    return found


@pytest.fixture
def office(tmp_path: Path, books: dict[str, Path]) -> Iterator[Screen]:
    """LibreOffice on a screen, at first with 张三's workbook and login."""
    if missing() and not os.environ.get("XLCRM_REQUIRE_ALL"):
        pytest.skip(f"not on this machine: {', '.join(missing())}")
    with screen(tmp_path, build(tmp_path / "xlcrm.oxt"), books["zhang"], os.environ) as shown:
        yield shown


def sits_down(office: Screen, login: str, book: Path) -> None:
    """Somebody else comes to the desk, with a login, settings and a workbook of their own."""
    office.program.end()
    office.environment = {**office.environment, "LOGNAME": login, "XLCRM_HOME": str(book.parent / login)}
    office.open(book)


def test_a_core_field_is_edited_verified_carried_out_confirmed_and_closed(office: Screen, books: dict[str, Path]) -> None:
    rows = office.book.read(CUSTOMER)
    office.type(rows.sheet, rows.place(0, "contact"), "Li Fang")
    assert "GX202503120001" in office.press("submit", "OK", picture="queue-requested")

    sits_down(office, "wang", books["wang"])
    assert "待核验1项" in office.press("to_verify", "OK", picture="queue-to-verify")
    rows = office.book.read(TO_VERIFY)
    assert (rows.cell(0, "before"), rows.cell(0, "after"), rows.cell(0, "initiator")) == ("王小明", "Li Fang", "张三")
    offered = office.choose(rows.sheet, rows.place(0, "action"), "通过并更新")
    assert offered == ["通过", "通过并更新", "不通过", "我来核验"]
    office.choose(rows.sheet, rows.place(0, "way"), "客户确认")
    office.type(rows.sheet, rows.place(0, "note"), "called on 2025-03-12")
    assert "办理了1项" in office.press("submit", "OK", picture="queue-verified")
    assert office.book.read(TO_VERIFY).cell(0, "outcome")

    sits_down(office, "zhang", books["zhang"])
    assert "待办1项" in office.press("my_tasks", "OK", picture="queue-my-tasks")
    rows = office.book.read(MY_TASKS)
    office.choose(rows.sheet, rows.place(0, "action"), "确认并关闭")
    assert "办理了1项" in office.press("submit", "OK", picture="queue-closed")
    assert "刷新完成" in office.press("refresh", "OK")
    assert len(office.book.read(MY_TASKS)) == 0, "what is done goes with the next look"
    assert office.book.read(CUSTOMER).cell(0, "contact") == "Li Fang"

    with app.session(None, "zh") as desk:
        (request,) = desk.store.scan(REQUEST.key)
        (record,) = desk.store.scan(CUSTOMER.key)
        assert (request.values["state"], record.values["contact"]) == ("closed", "Li Fang")
        people_ = {one.name: one.rid for one in desk.people}
        assert (request.values["verifier"], request.values["updater"]) == (people_["王五"], people_["王五"])
        (update,) = [one for one in desk.store.history(record.rid) if "contact" in one.after and one.before]
        assert update.actor == people_["王五"] and "张三" in update.reason and "GX202503120001" in update.reason
    assert open_book(books["wang"]).read(TO_VERIFY).cell(0, "action") is None

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.jobs.conftest import cells, customer
from tests.jobs.test_queues import PASSED
from xlcrm import app
from xlcrm.cli import main
from xlcrm.crypto import keys
from xlcrm.jobs import people
from xlcrm.model.operation import Change, Operation
from xlcrm.model.queuesheets import TO_VERIFY
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book


@pytest.fixture
def waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store in which 张三's change of the contact waits for 王五, who sits at the machine; an empty workbook."""
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path))
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12 14:30:00")
    for name in ("XLCRM_STORE", "XLCRM_LANG", "XLCRM_PERSON"):
        monkeypatch.delenv(name, raising=False)
    with app.session(None, "zh") as desk:
        people.add(desk.store, desk.context, "张三", "zhang", "销售部", "entry")
        people.add(desk.store, desk.context, "王五", "wang", "销售部", "steward")
        desk.store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), desk.context)
    monkeypatch.setenv("LOGNAME", "zhang")
    rows: dict[str, list[Cell]] = {key: [cell] for key, cell in customer(first_contact=datetime(2025, 3, 12)).items()}
    theirs, mine = tmp_path / "张三.xlsx", tmp_path / "王五.xlsx"
    template.build(theirs, "zh", {"customer": rows})
    template.build(mine, "zh", {})
    assert main(["submit", str(theirs)]) == 0
    book = open_book(theirs)
    book.write(book.read(CUSTOMER), {"contact": ["李芳"]})
    book.save()
    assert main(["submit", str(theirs)]) == 1
    monkeypatch.setenv("LOGNAME", "wang")
    return mine


def test_what_waits_is_listed_in_both_languages_and_as_json(waits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["tasks"]) == 1
    said = capsys.readouterr().out
    assert "待核验1项" in said and "核验、更新" in said and "王小明" in said and "李芳" in said
    assert main(["--lang", "en", "tasks"]) == 1
    assert "Verify, update" in capsys.readouterr().out
    assert main(["tasks", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"my_task": 0, "to_verify": 1, "to_approve": 0, "overdue": 0}
    assert told["items"]["to_verify"][0]["after"] == "李芳"


def test_a_closed_workbook_is_filled_answered_and_submitted(waits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tasks", str(waits)]) == 1
    book = open_book(waits)
    assert cells(book, "number", "to_verify") == ["GX202503120001"]
    book.write(book.read(TO_VERIFY), {"action": ["通过并更新"], **{key: [cell] for key, cell in PASSED.items()}})
    book.save()
    capsys.readouterr()
    assert main(["submit", str(waits), "--dry-run"]) == 0
    assert "将办理待办操作1项" in capsys.readouterr().out
    assert main(["submit", str(waits)]) == 0
    assert capsys.readouterr().out.strip() == "待办操作：办理了1项。"
    book = open_book(waits)
    assert (cells(book, "action", "to_verify"), cells(book, "contact")) == ([None], [])
    assert "已更新" in str(cells(book, "outcome", "to_verify")[0]) or cells(book, "outcome", "to_verify")[0]
    assert main(["tasks", str(waits)]) == 0
    assert main(["submit", str(waits), "--json"]) == 0
    assert '"actions"' in capsys.readouterr().out

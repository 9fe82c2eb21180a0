"""xlcrm doctor about the store: to each role what it has to see to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from xlcrm import app
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Values
from xlcrm.store import triggers

Told = Callable[..., list[str]]


@pytest.fixture
def told(run: Run, clean: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """What doctor tells somebody at a moment about a store with two customers of 赵敏, who administers it."""
    monkeypatch.setenv("LOGNAME", "赵敏")
    assert run("submit", clean).code == 0
    assert run("people", "--change", "赵敏", "--department", "销售部").code == 0
    for name, role, department in (
        ("张三", "entry", "销售部"),
        ("孙七", "manager", "销售部"),
        ("吴九", "manager", "客服部"),
        ("王五", "steward", ""),
    ):
        run("people", "--add", name, "--roles", role, "--department", department)

    def codes(name: str, now: str = "2025-03-12 15:00:00") -> list[str]:
        for variable, value in (("LOGNAME", name), ("XLCRM_PERSON", name), ("XLCRM_NOW", now)):
            monkeypatch.setenv(variable, value)
        return [one["code"] for one in run("doctor", "--json").data]

    return codes


LATER = "2025-05-02 09:00:00"
ABOUT_THE_STORE = {"log_unsound", "log_unverified", "reviews_overdue"}


def test_everybody_is_told_what_is_theirs_to_see_to(told: Told) -> None:
    later = {
        "赵敏": ["log_unverified", "reviews_overdue"], "王五": ["log_unverified"], "孙七": ["reviews_overdue"], "吴九": [], "张三": [],
    }  # fmt: skip
    for name, codes in later.items():
        assert not ABOUT_THE_STORE & set(told(name)), "the day it was stored nothing is overdue"
        assert [one for one in told(name, LATER) if one in ABOUT_THE_STORE] == codes


def test_a_verification_counts_for_a_month(told: Told, run: Run) -> None:
    assert "log_unverified" in told("王五", LATER)
    head = run("store", "status", "--json").data["head"]
    assert run("audit", "verify").code == 0
    assert run("store", "status", "--json").data["head"] == head, "to look is not to write"
    assert "log_unverified" not in told("赵敏", "2025-06-02 09:00:00")
    assert "log_unverified" in told("赵敏", "2025-06-03 09:00:00")


def test_who_makes_backups_is_told_about_them(told: Told, run: Run, tmp_path: Path) -> None:
    backups = tmp_path / "备份"
    backups.mkdir()
    assert "backup_never" in told("赵敏")
    assert not [one for name in ("王五", "孙七", "张三") for one in told(name) if one.startswith("backup")]
    assert "backup_never" in told("赵敏"), "nobody else makes one"
    assert run("backup", backups).code == 0
    assert [one for one in told("赵敏") if one.startswith(("backup", "restore"))] == ["restore_unproven"]
    assert "最近备份 2025-03-12 15:00" in run("doctor").out
    assert run("backup", "verify").code == 0
    assert not [one for one in told("赵敏") if one.startswith(("backup", "restore"))]
    assert "log_unverified" not in told("赵敏", "2025-04-10 09:00:00"), "a drill reads the whole log"
    assert "restore_unproven" not in told("赵敏", "2025-03-20 15:00:00")
    assert "restore_unproven" in told("赵敏", "2025-03-20 15:01:00")
    assert "backup_old" not in told("赵敏", "2025-03-14 03:00:00")
    assert "backup_old" in told("赵敏", "2025-03-14 03:01:00")
    with app.session(None, "zh") as desk:
        said = json.dumps({"at": "2025-03-14 02:00:00", "ok": False, "trouble": "少了3个客户。"})
        desk.store.apply(Operation("settings", [Change("setting", "backup.proven", "", {"value": said})]), desk.context)
    assert "restore_failed" in told("赵敏", "2025-03-20 15:01:00") and "少了3个客户" in run("doctor").out
    (package,) = (path for path in backups.rglob("*.xlcrmbak") if "full" in path.name)
    package.write_bytes(package.read_bytes()[:100])
    assert "backup_unreadable" in told("赵敏")
    backups.rename(tmp_path / "别处")
    assert [one for one in told("赵敏") if one.startswith("backup")] == ["backup_away"]


def test_a_review_of_this_month_makes_up_for_the_last_one(told: Told) -> None:
    assert "reviews_overdue" in told("赵敏", LATER)
    with app.session(None, "zh") as desk:
        customers = [record.rid for record in desk.store.scan("customer")]
        for rid in customers:
            values: Values = {"customer": rid, "scope": "month", "outcome": "same"}
            desk.store.apply(Operation("review", [Change("review", new_rid(), rid, values)]), desk.context)
    assert "reviews_overdue" not in told("赵敏", LATER)
    assert "reviews_overdue" in told("赵敏", "2025-07-01 09:00:00")


def test_a_log_that_somebody_cut_is_told_at_once(told: Told) -> None:
    with sqlite3.connect(app.home() / "store.db") as store:
        for name in triggers.SQLITE:
            store.execute(f"DROP TRIGGER IF EXISTS {name}")
        store.execute("DELETE FROM operation WHERE seq = (SELECT max(seq) FROM operation)")
    store.close()
    assert "log_unsound" in told("王五")
    assert "log_unsound" not in told("张三")


def test_a_workbook_that_is_none_is_told(told: Told, run: Run, tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"nothing")
    found = run("doctor", tmp_path / "坏.xlsx", "--json").data
    assert [one["code"] for one in found if one["code"].startswith("book")] == ["book_unreadable"]

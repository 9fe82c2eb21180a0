"""A press leaves no sensitive value in any file beside the workbook: store, outbox, settings, log of the buttons, temporary files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.conftest import customer, other
from xlcrm import ribbon
from xlcrm.sheets.memory import MemoryBook

PHONE, MAIL, IDENTITY, CARD = "13947114711", "zqplanted@haihe.example", "110101199003070011", "6222020200112233445"
MARKS = ("3947114711", "zqplanted", IDENTITY, CARD)


def planted() -> MemoryBook:
    sensitive = {"phone": PHONE, "email": MAIL, "identity": IDENTITY, "bankcard": CARD}
    return MemoryBook({"customer": [customer(**sensitive), other(1)], "contact": [{"customer": None, "name": "李芳", "phone": PHONE, "email": MAIL}]})


def found(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [f"{path.name}: {mark}" for path in files for mark in MARKS if mark.encode() in path.read_bytes()]


@pytest.fixture(autouse=True)
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))


def test_a_submission_leaves_none(home: Path, tmp_path: Path) -> None:
    book = planted()
    for press in (ribbon.validate, ribbon.dedupe, ribbon.submit):
        press(book)
    assert (home / "store.db").stat().st_size > 0 and "提交" in "".join(book.said)
    assert found(tmp_path) == []


def test_a_press_that_fails_leaves_none(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLCRM_STORE", "sqlite:////dev/null/x.db")
    assert not ribbon.submit(planted())
    monkeypatch.setenv("XLCRM_STORE", f"sqlite:///{tmp_path}/no/store.db")
    monkeypatch.setattr("xlcrm.store.inserts.store", lambda *_: (_ for _ in ()).throw(ValueError(PHONE, MAIL)))
    assert not ribbon.submit(planted())
    assert len((home / "logs" / "ribbon.log").read_text("utf-8").splitlines()) == 2
    assert found(tmp_path) == []

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from xlcrm.cli import main
from xlcrm.crypto import keys
from xlcrm.jobs.demo.book import demo_book
from xlcrm.model.rows import Cell
from xlcrm.sheets import template


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict:  # type: ignore[type-arg]
        return json.loads(self.out)  # type: ignore[no-any-return]


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as a person with a store of their own."""
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12 14:30:00")
    monkeypatch.setenv("XLCRM_PERSON", "赵敏")
    monkeypatch.delenv("XLCRM_STORE", raising=False)
    monkeypatch.delenv("XLCRM_LANG", raising=False)
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> Said:
        try:
            code = main([str(word) for word in words])
        except SystemExit as error:
            code = int(error.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return command


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two workbooks that most tests copy and change."""
    folder = tmp_path_factory.mktemp("made")
    template.build(folder / "messy.xlsx", "zh", demo_book(60, 3, date(2025, 3, 12)).columns())
    columns: dict[str, list[Cell]] = {
        "name": ["深圳市海河电子有限公司", "南京青禾食品有限公司"],
        "contact": ["王小明", "李芳"],
        "phone": ["13912345678", "025-84456677"],
        "industry": ["专用设备制造业", "食品制造业"],
        "size": ["中型企业(100-500人)", "小型企业(<100人)"],
        "contact_title": ["采购总监", "总经理"],
        "source": ["展会拜访", "转介绍"],
        "first_contact": [datetime(2025, 3, 12)] * 2,
        "status": ["意向客户", "潜在客户"],
        "budget": [20.0, 5.0],
    }
    template.build(folder / "clean.xlsx", "zh", {"customer": columns})
    return folder


@pytest.fixture
def book(tmp_path: Path, made: Path) -> Path:
    """A messy workbook of 60 customers."""
    return Path(shutil.copyfile(made / "messy.xlsx", tmp_path / "客户表.xlsx"))


@pytest.fixture
def clean(tmp_path: Path, made: Path) -> Path:
    """A workbook with two customers that have nothing wrong."""
    return Path(shutil.copyfile(made / "clean.xlsx", tmp_path / "干净.xlsx"))

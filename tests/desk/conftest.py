from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from macros.libreoffice.build import build
from tests.desk.office import missing
from tests.desk.screen import Screen, screen
from xlcrm import app
from xlcrm.addin import libreoffice
from xlcrm.crypto import keys
from xlcrm.jobs.demo.book import demo_book
from xlcrm.jobs.settings import Settings, save
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A messy workbook, prepared so that its identity is the same in both ways of working."""
    made = tmp_path / "客户表.xlsx"
    template.build(made, "zh", demo_book(60, 3, date(2025, 3, 12)).columns())
    book = open_book(made)
    book.set_setting("uid", "0" * 32)
    book.save()
    return made


@pytest.fixture
def desk(tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """LibreOffice on a screen with the workbook open and our toolbar, which knows its Python."""
    if missing() and not os.environ.get("XLCRM_REQUIRE_ALL"):
        pytest.skip(f"not on this machine: {', '.join(missing())}")
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12 14:30:00")
    for name in ("XLCRM_STORE", "XLCRM_LANG", "XLCRM_PERSON"):
        monkeypatch.delenv(name, raising=False)
    save(app.settings_path(), Settings("赵敏", "销售部"))
    libreoffice.tell(app.home(), sys.executable)
    with screen(tmp_path, build(tmp_path / "xlcrm.oxt"), path, os.environ) as shown:
        yield shown

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlwings

from tests.sheets.conftest import start_office
from xlcrm import app
from xlcrm.crypto import keys
from xlcrm.jobs.settings import Settings, save


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of somebody who has worked here before, with a store of their own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("XLCRM_HOME", str(folder))
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12 14:30:00")
    for name in ("XLCRM_STORE", "XLCRM_LANG", "XLCRM_PERSON"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    save(app.settings_path(), Settings("赵敏", "销售部"))
    return folder


@pytest.fixture(scope="session")
def office() -> Iterator[xlwings.App]:
    """A LibreOffice without a window; messages in it answer themselves."""
    app = start_office()
    yield app
    app.kill()

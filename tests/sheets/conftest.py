from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlwings

from xlcrm import calc
from xlcrm.calc import OfficeMissing
from xlcrm.sheets.live import LiveBook
from xlcrm.sheets.template import build


def start_office() -> xlwings.App:
    """A LibreOffice of its own, without a window; skips where there is none, unless everything is demanded."""
    try:
        calc.register()
        return xlwings.App(visible=False, add_book=False)
    except OfficeMissing as error:
        if os.environ.get("XLCRM_REQUIRE_ALL") == "1":
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def office() -> Iterator[xlwings.App]:
    app = start_office()
    yield app
    app.kill()


@pytest.fixture
def open_live(office: xlwings.App) -> Iterator[Callable[[Path], LiveBook]]:
    """Opens a workbook file in LibreOffice; all are closed, unsaved, when the test ends."""
    opened: list[xlwings.Book] = []

    def open_it(path: Path) -> LiveBook:
        opened.append(office.books.open(path))
        return LiveBook(opened[-1], keep=False)

    yield open_it
    for book in opened:
        book.close()


@pytest.fixture(scope="session")
def blanks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A blank template in each language; copy before changing."""
    folder = tmp_path_factory.mktemp("blank")
    for language in ("zh", "en"):
        build(folder / f"{language}.xlsx", language)
    return {language: folder / f"{language}.xlsx" for language in ("zh", "en")}

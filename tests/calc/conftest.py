from __future__ import annotations

from collections.abc import Iterator

import pytest
import xlwings

from tests.sheets.conftest import start_office


@pytest.fixture(scope="session")
def calc_app() -> Iterator[xlwings.App]:
    """One LibreOffice for all tests of the engine in this worker."""
    app = start_office()
    yield app
    app.kill()


@pytest.fixture
def book(calc_app: xlwings.App) -> Iterator[xlwings.Book]:
    opened = calc_app.books.add()
    yield opened
    opened.close()


@pytest.fixture
def sheet(book: xlwings.Book) -> xlwings.Sheet:
    return book.sheets[0]

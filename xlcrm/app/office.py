"""The spreadsheet program in front of the person: Excel, or LibreOffice through ``calc``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.sheets.base import Book


def office_folders() -> list[Path]:
    """Where LibreOffice's own programs may lie on this machine."""
    from xlcrm.calc.bridge import program_folders

    return list(program_folders())


def attach(pipe: str) -> None:
    """Work in the LibreOffice that listens on ``pipe`` from now on. UsageError when it does not answer."""
    from xlcrm import calc
    from xlcrm.sheets.live import lean

    lean.load()
    try:
        calc.register(pipe=pipe)
    except calc.OfficeMissing as error:
        raise UsageError("ribbon.no_office") from error


def open_book(name: str = "", keep: bool = True) -> Book:
    """The workbook in front of the person in Excel or LibreOffice, or the open one called ``name``; BookError without one.

    ``keep``: its file is saved with every change; otherwise saving is left to the person, as after typing.
    """
    from xlcrm.sheets import live

    return live.attach(name, keep)

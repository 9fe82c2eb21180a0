"""Pressing a button: open the workbook in front, do the work, say what came out - or in one sentence what went wrong."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.errors import XlcrmError
from xlcrm.ribbon import log, screen
from xlcrm.sheets.base import Book


class Button(Protocol):
    """A button's function: takes an open workbook, its name, or without either the one in front of the person."""

    def __call__(self, book: Book | str = "") -> bool: ...


Work = Callable[[app.Desk], str]


def button(*, store: bool = False, create: bool = True, first: bool = True, keep: bool = False) -> Callable[[Work], Button]:
    """Make a function over a Desk into a button's function.

    The work returns the sentence to be shown at the end, "" for none. ``store`` opens the store (made where
    ``create``), ``first`` asks a person who was never here to look at the settings, ``keep`` saves the workbook's file,
    so that it does not forget what the store knows. The button's function answers
    whether the work was done; it never raises, but where there is no workbook to say so in, it ends the process with
    the sentence on standard error, which the spreadsheet program shows.
    """

    def made(work: Work) -> Button:
        @functools.wraps(work)
        def pressed(book: Book | str = "") -> bool:
            return _press(work, _opened(work.__name__, book, keep) if isinstance(book, str) else book, store, create, first)

        return pressed

    return made


def _opened(button: str, name: str, keep: bool) -> Book:
    gc.set_threshold(100_000, 50, 50)  # a sheet is a million living cells: looking through them for rubbish costs a fifth
    try:
        return app.open_book(name, keep)
    except Exception as error:
        raise SystemExit(failed(button, error, "zh")) from None


def _press(work: Work, book: Book, store: bool, create: bool, first: bool) -> bool:
    try:
        if first and _wants_settings(book):
            return False
        with app.at(book, open_store=store, create=create) as desk:
            said = "\n".join(filter(None, (work(desk), *(desk.notices or ()))))
            _show(desk)
    except Exception as error:
        with suppress(Exception):
            book.progress("", 1, 1)
        sentence = failed(work.__name__, error, book.language)
        try:
            book.tell(sentence)
        except Exception:  # the spreadsheet program itself may be gone
            raise SystemExit(sentence) from None
        return False
    if said:
        book.tell(said)
    return True


def _show(desk: app.Desk) -> None:
    """Let Excel's ribbon and LibreOffice's toolbar show who works here, and what is of use to them; unchanged while unknown."""
    if desk.offline:
        return
    with suppress(Exception):  # a label is no reason to fail
        mine = app.settings()
        screen.keep(desk.context.actor, mine.department if mine else "", desk.language)


def failed(name: str, error: Exception, language: str) -> str:
    """What to say about a failure, and a line in the log: never a traceback, never anybody's data."""
    path = log.write(app.home() / "logs", app.clock(), name, error)
    if isinstance(error, XlcrmError):
        return f"{error.sentence(language)}\n{error.hint(language)}"
    return f"{text('ribbon.unexpected', language)}\n{text('ribbon.unexpected.hint', language, path=path or '-')}"


def _wants_settings(book: Book) -> bool:
    """Whether somebody who is here for the first time would rather look at the settings; then the sheet is open."""
    from xlcrm.jobs import settings

    if app.settings() is not None or not book.ours:
        return False
    mine = settings.Settings(name=app.account()[1])
    if book.ask(text("ribbon.first_run", book.language, name=mine.name, store=app.shown(app.store_url()))):
        settings.show(book, mine, book.language)
        book.go(*settings.first_cell(book))
        book.tell(text("ribbon.settings_open", book.language))
        return True
    settings.save(app.settings_path(), mine)
    return False

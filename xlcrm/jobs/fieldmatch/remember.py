"""Remembering the choices for the whole team: decisions of the store, logged like every change."""

from __future__ import annotations

from xlcrm.catalogue import text
from xlcrm.jobs.fieldmatch.lines import Choices, put_away, take
from xlcrm.model.context import Context
from xlcrm.model.operation import Operation
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store


def remember(book: Book, store: Store, context: Context, rulebook: Rulebook) -> Choices:
    """Store what people chose in 字段匹配 and 值对照, and leave only the undecided lines there. Raises BookError, StoreError."""
    choices = take(book, rulebook, context.language)
    if choices.decisions:
        book.ready()
        store.apply(Operation("match", decisions=choices.decisions, source=context.source), context)
        put_away(book, choices, context.language)
        book.save()
    return choices


def told(choices: Choices, language: str) -> list[str]:
    """What a person is told about the choices, a sentence each."""
    if not choices.decisions and not choices.undecided:
        return [text("headers.nothing_asked", language)]
    said = []
    if choices.decisions:
        said.append(text("headers.remembered", language, headers=choices.headers, words=choices.words))
    if choices.undecided:
        said.append(text("headers.undecided", language, count=choices.undecided))
    return said

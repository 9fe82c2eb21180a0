"""Consolidating once more: what people chose in the workbook that is made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlcrm.errors import BookError
from xlcrm.jobs.fieldmatch.lines import take
from xlcrm.model.operation import Decision
from xlcrm.model.resultsheets import CONFLICTS, DUPLICATES, PATTERNS, RIVALS
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import BY_KEY
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book

Line = Mapping[str, Cell | Link]

_CHOICES = {
    DUPLICATES.key: ("decision", ("pair",)),
    PATTERNS.key: ("decision", ("pair",)),
    CONFLICTS.key: ("choice", ("pair", "mine", "theirs")),
    RIVALS.key: ("decision", ("pair", "other")),
}
"""Where choices are made, and what tells the lines apart."""


@dataclass(slots=True)
class Earlier:
    """The choices of a workbook: by table and what a line is about; ``matched`` those about headers and words."""

    chosen: dict[tuple[str, ...], Cell] = field(default_factory=dict)
    matched: list[Decision] = field(default_factory=list)

    def carried(self, key: str, lines: Sequence[Line]) -> list[Line]:
        """The lines of the table ``key`` with the choices that were made about them."""
        if key not in _CHOICES or not self.chosen:
            return list(lines)
        choice, about = _CHOICES[key]
        said = [self.chosen.get((key, *_about(line, about))) for line in lines]
        return [line if one is None else {**line, choice: one} for line, one in zip(lines, said, strict=True)]


def find(path: Path, rulebook: Rulebook, language: str) -> Earlier:
    """As ``read``, of a file that may not be there or may be anything."""
    from xlcrm.sheets.files import open_book

    try:
        return read(open_book(path), rulebook, language)
    except BookError:
        return Earlier()


def read(book: Book, rulebook: Rulebook, language: str) -> Earlier:
    """What was chosen in ``book``; nothing where it is no consolidation."""
    found = Earlier()
    if not book.setting("consolidated"):
        return found
    present = book.tables()
    for key, (choice, about) in _CHOICES.items():
        if BY_KEY[key] not in present:
            continue
        rows = book.read(BY_KEY[key])
        for index in range(len(rows)):
            said = rows.cell(index, choice)
            if said is not None:
                found.chosen[key, *_about({name: rows.cell(index, name) for name in about}, about)] = said
    found.matched = take(book, rulebook, language).decisions
    return found


def _about(line: Line, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(line.get(name)) for name in names)

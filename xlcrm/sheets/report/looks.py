"""How the numbers of a report are written: formats of cells, a change in words, colours against a target, widths of texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from xlcrm.catalogue import text
from xlcrm.model.figures import Cell, Column, Figure, Measure

FORMATS: Final = {
    Measure.TEXT: "@",
    Measure.COUNT: "#,##0",
    Measure.SHARE: "0.0%",
    Measure.AMOUNT: "#,##0.00",
    Measure.DAYS: "0.0",
    Measure.DATE: "yyyy-mm-dd",
}
LINK, GOOD, BAD = "#1F5FBF", "#2E6B2E", "#B3261E"


def plain(cell: Cell) -> str | float | None:
    """What a cell shows, without where it leads."""
    return cell.value if isinstance(cell, Figure) else cell


def numbers(cells: Sequence[Cell]) -> list[float | None]:
    """The cells as numbers; None where there is none."""
    return [found if isinstance(found, int | float) else None for found in map(plain, cells)]


def change(now: float | None, before: float | None, kind: Measure, language: str) -> str:
    """How a figure moved since a month ago, such as "较上月 ▲ 12"."""
    if now is None or before is None:
        return text("dashboard.unknown", language)
    step = now - before
    size = f"{abs(step) * (100 if kind is Measure.SHARE else 1):,.{ {Measure.COUNT: 0, Measure.AMOUNT: 2}.get(kind, 1) }f}"
    if not size.strip("0.,"):
        return text("dashboard.same", language)
    if kind is Measure.SHARE:
        size = text("dashboard.points", language, size=size)
    return text("dashboard.up" if step > 0 else "dashboard.down", language, size=size)


def colour(column: Column, found: float | str | None) -> str:
    """The colour of a number that has a target; "" for any other."""
    if column.target is None or not isinstance(found, int | float):
        return ""
    return GOOD if found >= column.target else BAD


def side(column: Column) -> str:
    """Where a column's cells and its header stand."""
    return "left" if column.kind in (Measure.TEXT, Measure.DATE) else "right"


def wide(words: str) -> int:
    """The width of a text in characters: Chinese ones count twice."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in words)


def lines(words: str, width: float) -> int:
    """How many lines a text takes in a cell of so many characters: no program fits rows to merged cells."""
    return sum(max(1, -(-wide(part) // max(1, int(width) - 2))) for part in words.split("\n"))


def shortened(words: str, width: int) -> str:
    """A text that is at most so many characters wide."""
    if wide(words) <= width:
        return words
    while wide(words) > width - 1:
        words = words[:-1]
    return f"{words}…"

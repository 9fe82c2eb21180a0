"""Headers of other systems with the field that each means, written down before the matcher was run over them.

tests/data/headers*.csv hold single headers, some with values; layouts*.json whole lists. Each file was written later than the one before, to
see how the matcher does on what it was never tried on: headers, headers_later, headers_hard, headers_unseen; layouts, layouts_later, layouts_unseen,
layouts_ordinary. A label is a place such as customer.phone or contact.name#2, "-" for no field, several with "|" where people would differ.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlcrm.model.learned import Learned
from xlcrm.rules.headers import Match, fields

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Labelled:
    """One column: its header, what it may be called, and its values."""

    header: str
    labels: frozenset[str]
    values: tuple[str | None, ...]

    def right(self, match: Match) -> bool:
        return place(match) in self.labels or place(match).partition("#")[0] in self.labels


def place(match: Match) -> str:
    """What the matcher says, as a label."""
    if match.field is None:
        return "-"
    return f"{match.table}.{match.field}" + (f"#{match.slot}" if match.slot > 1 else "")


def single(name: str) -> list[list[Labelled]]:
    """The headers of a file, each a list by itself."""
    with (DATA / name).open(encoding="utf-8") as file:
        return [[_labelled(row["header"], row["field"], row["values"])] for row in csv.DictReader(file)]


def layouts(name: str) -> list[list[Labelled]]:
    """The columns of the whole lists of a file."""
    found = json.loads((DATA / name).read_text("utf-8"))
    return [[_labelled(*column) for column in columns] for columns in found.values()]


def _labelled(header: str, field: str, values: str) -> Labelled:
    return Labelled(header, frozenset(field.split("|")), tuple(value or None for value in values.split(";")))


def answers(lists: Sequence[Sequence[Labelled]]) -> Iterator[tuple[Labelled, Match]]:
    """Every column with what the matcher says about it."""
    for columns in lists:
        matches = fields([one.header for one in columns], [one.values for one in columns], Learned())
        yield from zip(columns, matches, strict=True)


@dataclass
class Figures:
    """How many columns, how many of them right, asked about, and surely wrong (their headers)."""

    count: int = 0
    right: int = 0
    asked: int = 0
    wrong: tuple[str, ...] = ()


def figures(lists: Sequence[Sequence[Labelled]]) -> Figures:
    """How the matcher does."""
    found = Figures()
    for one, match in answers(lists):
        found.count += 1
        found.right += one.right(match)
        found.asked += match.certainty == "doubtful"
        if not one.right(match) and match.certainty != "doubtful":
            found.wrong += (f"{one.header} -> {place(match)}",)
    return found

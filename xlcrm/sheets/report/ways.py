"""The ways of a report: each figure leads to the first of its rows, each group of rows back to its figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from xlcrm.catalogue import text
from xlcrm.model.figures import Figure, List, Report, Table
from xlcrm.sheets.address import ROWS, letters

HEAD = 4  # the row of a list's header
LONGEST_NAME = 31  # of a sheet
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

Values = dict[str, list[str | float | None]]


@dataclass(frozen=True, slots=True)
class Laid:
    """A list on the sheet ``sheet``: where each group begins (rows from 1), whose every row is, and the columns as they stand,
    with the lines that say what is left out.
    """

    source: List
    section: str
    sheet: str
    starts: Mapping[str, int]
    groups: list[str]
    values: Values

    def __len__(self) -> int:
        return len(self.groups)


@dataclass(frozen=True, slots=True)
class Back:
    """Where a group's figure stands, and what it is called there."""

    sheet: str
    place: str
    name: str


@dataclass
class Ways:
    """Lists by key, and where their figures stand: as the sheets are written, ``stands`` takes down each figure once."""

    lists: dict[str, Laid]
    back: dict[tuple[str, str], Back] = field(default_factory=dict)

    def target(self, figure: Figure) -> str:
        """Where a figure leads, as a link within the workbook; "" where there are no rows behind it."""
        laid = self.lists.get(figure.list)
        row = laid.starts.get(figure.group) if laid else None
        return inside(laid.sheet, f"A{row}") if laid and row else ""

    def stands(self, figure: Figure, sheet: str, row: int, column: int, name: str) -> None:
        """Take down that a figure stands at ``row`` and ``column`` (from 0) of ``sheet``; the first place counts."""
        self.back.setdefault((figure.list, figure.group), Back(sheet, f"{letters(column + 1)}{row + 1}", name))


def inside(sheet: str, place: str) -> str:
    """A link to a place of the same workbook."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!{place}"


def named(titles: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Names of sheets for ``titles``: what a sheet may be called, no two alike, none of ``taken``."""
    return unlike((_FORBIDDEN.sub(" ", title).strip().strip("'")[:LONGEST_NAME] for title in titles), taken)


def unlike(titles: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The titles with no two alike, as sheets and the columns of a table must be; a repeated one gets a number at its end."""
    used, found = {name.lower() for name in taken}, []
    for title in titles:
        name, number = title or "-", 1
        while name.lower() in used:
            number += 1
            name = f"{title[: LONGEST_NAME - 4] or '-'} {number}"
        used.add(name.lower())
        found.append(name)
    return found


def laid(report: Report, shown: Iterable[Table], taken: Iterable[str], language: str) -> Ways:
    """The lists that the figures of the tables ``shown`` lead to, as they will stand, each on a sheet of its own.

    ``taken`` are the names of other sheets.
    """
    wanted = {cell.list for table in shown for line in table.lines for cell in line if isinstance(cell, Figure)}
    wanted |= {cell.list for table in shown for cell in table.total or () if isinstance(cell, Figure)}
    found = {one.key: (one, section.title) for section in report.sections for one in section.lists if one.key in wanted}
    held = [(one, section) for one, section in found.values() if len(one.groups)]
    names = named((one.title for one, _ in held), taken)
    return Ways({one.key: _laid(one, section, sheet, language) for (one, section), sheet in zip(held, names, strict=True)})


def _laid(one: List, section: str, sheet: str, language: str) -> Laid:
    starts: dict[str, int] = {}
    groups: list[str] = []
    values: Values = {column.key: [] for column in one.columns}
    first = 0
    for group, run in groupby(one.groups):
        end = first + sum(1 for _ in run)
        more = one.more.get(group, 0)
        if HEAD + len(groups) + end - first + bool(more) > ROWS:
            break  # a sheet ends there; the figures of what follows lead nowhere
        starts.setdefault(group, HEAD + 1 + len(groups))
        groups += [group] * (end - first + bool(more))
        for column in one.columns:
            values[column.key] += one.values[column.key][first:end]
            if more:
                values[column.key].append(text("dashboard.more", language, count=more) if column.key == one.jump else None)
        first = end
    return Laid(one, section, sheet, starts, groups, values)

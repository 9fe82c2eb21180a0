"""Where the rows of a consolidated workbook come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlcrm.jobs.reading import Sheet
from xlcrm.model.operation import Kept
from xlcrm.model.rows import Cell, Link


@dataclass(frozen=True, slots=True)
class Part:
    """A row of a file that went into a row of the workbook: see Imported; ``lost`` are its values that were not taken."""

    file: str
    sheet: str
    line: int
    token: str
    family: str
    saved: str
    known: bool
    lost: tuple[Kept, ...]


@dataclass(slots=True)
class Origins:
    """``parts`` by what a row is recognised by, the main one first; ``open`` the conflicts that nobody decided, likewise."""

    parts: dict[str, list[Part]] = field(default_factory=dict)
    open: dict[str, list[Mapping[str, Cell | Link]]] = field(default_factory=dict)

    def of(self, sheet: Sheet, row: int) -> list[Part]:
        """The rows of files that a row comes from; none in a workbook that people filled in."""
        return self.parts.get(self.main(sheet, row), [])

    def main(self, sheet: Sheet, row: int) -> str:
        """What a row is recognised by; "" where nothing is known of it."""
        if not self.parts:
            return ""
        for cell in (sheet.value(row, "number"), sheet.rows.cell(row, "origin")):
            if isinstance(cell, str) and cell in self.parts:
                return cell
        return ""

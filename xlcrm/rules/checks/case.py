"""One sheet while it is being checked: its cells, their canonical values, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from xlcrm.catalogue import text
from xlcrm.model.fields import Kind, Need
from xlcrm.model.finding import Finding, Severity
from xlcrm.model.operation import Values
from xlcrm.model.rows import Cell, Rows
from xlcrm.rules.calendar import Deadline, deadline
from xlcrm.rules.clean.text import written
from xlcrm.rules.codes import CODES
from xlcrm.rules.deadlines import own_days
from xlcrm.rules.rulebook import Rulebook

_SHOWN = 30
WAIT = 3  # working days (mission section 4)
LATE = 24  # hours (document 003 2.2)


@dataclass
class Case:
    """``values`` holds canonical columns; ``known`` the stored values by record number, None if nobody asked."""

    rows: Rows
    book: Rulebook
    known: Mapping[str, Values] | None = None
    values: dict[str, list[str | None]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    cleared: set[tuple[int, str]] = field(default_factory=set)
    masked: set[tuple[int, str]] = field(default_factory=set)
    refused: set[tuple[int, str]] = field(default_factory=set)  # cells that hold something unusable
    blocked: set[int] = field(default_factory=set)
    _deadlines: dict[date, Deadline] = field(default_factory=dict)

    def new(self) -> list[bool]:
        """For each row whether it has no number yet."""
        numbers = self.column("number")
        return [True] * len(numbers) if blank(numbers) else [number is None for number in numbers]

    def column(self, key: str) -> list[str | None]:
        """The canonical values of the sheet's column; all None where it has none."""
        found = self.values.get(key)
        return found if found is not None else [None] * len(self.rows)

    def standing(self, key: str) -> list[str | None]:
        """The values as they will stand after submission: a blank cell of a stored record keeps the stored value."""
        found = self.column(key)
        if not self.known:
            return found
        numbers = self.column("number")
        return [
            value
            if value is not None or number is None or (i, key) in self.cleared or number not in self.known
            else self.known[number].get(key)
            for i, (value, number) in enumerate(zip(found, numbers, strict=True))
        ]

    def stands(self, row: int, key: str) -> bool:
        """Whether the store has a value where the row shows a masked or blank cell; taken for granted if nobody asked."""
        stored = (self.known or {}).get(self.column("number")[row] or "")
        return stored is None or stored.get(key) is not None

    def whole(self) -> list[bool]:
        """For each row whether all its values are known: new, or stored and read with its stored values."""
        known = self.known
        return [number is None or number in known for number in self.column("number")] if known else self.new()

    @cached_property
    def formulas(self) -> dict[str, list[int]]:
        """The rows with a formula, by column."""
        found: dict[str, list[int]] = {}
        for row, key in sorted(self.rows.formulas):
            found.setdefault(key, []).append(row)
        return found

    @cached_property
    def until(self) -> str:
        """The day by which what is 待补全 is to be filled, marked where it is an estimate."""
        return self._until(self.book.day)

    def deadline(self, start: date) -> Deadline:
        """The day by which what was 待补全 on ``start`` was to be filled."""
        found = self._deadlines.get(start)
        if found is None:
            found = self._deadlines[start] = deadline(start, self.book.count("due_days", WAIT), own_days(self.book.settings))
        return found

    def _until(self, start: date) -> str:
        until = self.deadline(start)
        return until.day.isoformat() + (text("findings.ESTIMATED", self.book.language) if until.estimated else "")

    def has(self, *keys: str) -> bool:
        """Whether any of these columns may have something in it, in the sheet or in the store."""
        return bool(self.known) or any(any(self.values.get(key, ())) for key in keys)

    def present(self, key: str, other: str) -> str:
        """``key`` if the sheet has that column, else ``other``: where to show a fault between two fields."""
        return key if key in self.values else other

    def wanting(self, code: str, key: str, rows: Iterable[int], due: bool = True, since: date | None = None) -> None:
        """Note one finding for many blank cells of a column, but not for cells that have a fault of their own.

        There may be a hundred thousand of them: they share the values of their sentence. ``since`` is the day from which
        the time to fill them in runs, today where it is not given.
        """
        if key not in self.values and due:
            return
        said: dict[str, object] = {"field": self.title(key), "value": ""}
        if due:
            said["due"] = self._until(since) if since else self.until
        severity = self._severity(code, key)
        table = self.rows.table.key
        for row in rows:
            if (row, key) not in self.refused and (row, key) not in self.masked:
                if severity is Severity.MUST:
                    self.blocked.add(row)
                self.findings.append(Finding(code, severity, table, row, key, said))

    def title(self, key: str) -> str:
        """The header of a field as it stands in the sheet."""
        return self.rows.headers.get(key) or self.rows.table[key].title(self.book.language)

    def add(
        self,
        code: str,
        row: int | None,
        key: str | None,
        values: Mapping[str, object] | None = None,
        repair: Cell = None,
        safe: bool = False,
    ) -> None:
        """Note a finding; ``values`` of its sentence are completed by the field's header and the cell's text."""
        said: dict[str, object] = {}
        if key is not None:
            said["field"] = self.title(key)
            if row is not None:
                said["value"] = self._shown(row, key)
        if values:
            said.update(values)
        severity = self._severity(code, key)
        if severity is Severity.MUST and row is not None:
            self.blocked.add(row)
        self.findings.append(Finding(code, severity, self.rows.table.key, row, key, said, repair, safe))

    def _severity(self, code: str, key: str | None) -> Severity:
        severity = CODES[code].severity
        if severity is Severity.MUST and self.book.old and not self._names(key):
            return Severity.DUE
        return severity

    def _names(self, key: str | None) -> bool:
        """Whether ``key`` is the customer name: the one thing that blocks even in an old list."""
        item = self.rows.table.by_key.get(key or "")
        return item is not None and item.kind is Kind.CUSTOMER and item.need is Need.BLOCKING

    def _shown(self, row: int, key: str) -> str:
        """The cell's text for a sentence: short, and not at all where it is sensitive."""
        if key in self.rows.table.sensitive:
            return "***"
        shown = " ".join(written(self.rows.cell(row, key)).split())
        return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"


def blank(column: Sequence[object]) -> bool:
    """Whether a column has nothing in it."""
    return column.count(None) == len(column)

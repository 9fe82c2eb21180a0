"""What a submission is going to do, row by row, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xlcrm.jobs.likeness import Memory
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.submit.parts import Origins
from xlcrm.model.context import Context
from xlcrm.model.finding import Finding, Severity
from xlcrm.model.operation import Change, Clash, Operation, Record, Values
from xlcrm.rules.rights import Rights
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store


class Count(StrEnum):
    """The five classes that always add up to the rows read (mission section 5)."""

    NEW = "new"  # 新增
    UPDATED = "updated"  # 更新
    UNCHANGED = "unchanged"  # 无变化
    REFUSED = "refused"  # 退回
    WAITING = "waiting"  # 待处理


@dataclass(slots=True)
class Fate:
    """What becomes of one row: its class, the code of 提交状态, the record it belongs to, the change it asks for."""

    count: Count
    status: str
    rid: str | None = None
    change: Change | None = None
    record: Record | None = None
    clashes: tuple[Clash, ...] = ()
    requested: frozenset[str] = frozenset()  # fields whose change waits as an update request


Send = Callable[[Mapping[str, set[int]]], None]
"""Hands rows (table key -> indexes) on to where the store is; the store at hand is only somebody's copy of it."""


@dataclass(slots=True)
class Draft:
    """A submission being planned: the sheets, one fate for each row of each, and the operation that grows."""

    sheets: Mapping[str, Sheet]
    store: Store
    context: Context
    rulebook: Rulebook
    rights: Rights
    operation: Operation
    accept: bool = False
    detached: bool = False
    send: Send | None = None
    origins: Origins = field(default_factory=Origins)
    fates: dict[str, list[Fate]] = field(default_factory=dict)
    targets: dict[str, Change] = field(default_factory=dict)
    losers: dict[str, list[Values]] = field(default_factory=dict)
    asked: list[tuple[Change, Finding]] = field(default_factory=list)  # requests, and what tells the row of each
    memory: Memory = field(default_factory=Memory)

    def note(self, sheet: Sheet, row: int, code: str, key: str | None, severity: Severity, **values: object) -> None:
        """Add a finding that only the comparison with the store could tell."""
        title = sheet.table[key].title(self.context.language) if key else ""
        sheet.checked.findings.append(Finding(code, severity, sheet.table.key, row, key, {"field": title, **values}))

    def whence(self, sheet: Sheet, row: int, key: str | None = None) -> tuple[str, str]:
        """Where a row comes from, as (origin, place): this workbook, or the file it was consolidated from."""
        place = f"{sheet.rows.sheet}!{sheet.rows.place(row, key)}"
        main = self.origins.main(sheet, row)
        if not main:
            return self.operation.source, place
        cell = sheet.rows.cell(row, "origin")
        return (str(cell), str(cell)) if cell and not sheet.value(row, "number") else (self.operation.source, place)

    def refuse(self, sheet: Sheet, row: int, code: str, key: str | None, **values: object) -> Fate:
        """Refuse a row with its reason."""
        self.note(sheet, row, code, key, Severity.MUST, **values)
        return Fate(Count.REFUSED, "refused")

    def target(self, change: Change) -> Change:
        """The one change of a record in this operation: the first one made for it, later ones join it."""
        found = self.targets.setdefault(change.rid, change)
        if found is change:
            self.operation.changes.append(change)
        else:
            found.values.update(change.values)
            found.expected.update({key: value for key, value in change.expected.items() if key not in found.expected})
            found.kept += change.kept
        return found


def counts(fates: Iterable[Fate]) -> dict[Count, int]:
    """How many rows fell into each class; every class is named."""
    found = dict.fromkeys(Count, 0)
    for fate in fates:
        found[fate.count] += 1
    return found

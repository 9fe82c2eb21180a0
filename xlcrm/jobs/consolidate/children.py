"""What belongs to customers in delivered workbooks: those the store does not have yet, each with where it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.jobs import reading
from xlcrm.jobs.consolidate import knowing
from xlcrm.jobs.consolidate.gathering import Heap
from xlcrm.jobs.consolidate.joining import Unit
from xlcrm.jobs.consolidate.lists import Line
from xlcrm.jobs.consolidate.outcome import checked, written
from xlcrm.jobs.marking import marks
from xlcrm.jobs.reading import Sheet
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BELOW
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.checks import check
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store


@dataclass(slots=True)
class Below:
    """The sheets of what belongs to the customers, as columns by table key, and their part of 来源明细."""

    columns: dict[str, dict[str, list[Cell]]] = field(default_factory=dict)
    provenance: list[Line] = field(default_factory=list)


def consolidated(
    heaps: Mapping[str, Heap], units: Sequence[Unit], customers: Heap, rulebook: Rulebook, store: Store, language: str
) -> Below:
    """The rows of the other tables that are new. A row of a customer that goes by another name now goes by that one."""
    renamed = _renamed(units, customers)
    found = Below()
    for table in BELOW:
        heap = heaps[table.key]
        if not len(heap):
            continue
        records = reading.numbered(heap.rows, rulebook, store)
        known = {number: reading.known(record) for number, record in records.items()}
        sheet = Sheet(heap.rows, check(heap.rows, rulebook, known), records)
        tokens = knowing.tokens(sheet, store)
        before = {one.token for one in store.imported(tokens)}
        keep = _fresh(tokens, before)
        if not keep:
            continue
        columns = {key: [cells[row] for row in keep] for key, cells in heap.rows.columns.items()}
        columns["customer"] = [
            renamed.get((heap.of[row].delivery.name, str(cell or "").strip()), cell)
            for row, cell in zip(keep, columns.get("customer") or [None] * len(keep), strict=True)
        ]
        numbers = columns.get("number") or [None] * len(keep)
        columns["origin"] = [None if number else heap.main(row) for row, number in zip(keep, numbers, strict=True)]
        columns["submit_status"] = [vocabulary("submit_status").label("unsent", language)] * len(keep)
        final = checked(table, columns, rulebook, language, records)
        found.columns[table.key] = written(final, marks(final, language))
        found.provenance += [_line(heap, row, tokens[row], final, place, language) for place, row in enumerate(keep)]
    return found


def _fresh(tokens: Sequence[str], before: set[str]) -> list[int]:
    """The rows that are neither in the store nor said twice."""
    seen = set(before)
    keep = []
    for row, token in enumerate(tokens):
        if token not in seen:
            seen.add(token)
            keep.append(row)
    return keep


def _renamed(units: Sequence[Unit], customers: Heap) -> dict[tuple[str, str], str]:
    """What each file calls a customer -> its number, or its name as it stands from now on."""
    names = customers.rows.columns.get("name") or [None] * len(customers)
    found: dict[tuple[str, str], str] = {}
    for unit in units:
        goal = unit.record.number if unit.record is not None else unit.values.get("name")
        for row in unit.rows:
            name = str(names[row] or "").strip()
            if name and goal and name != goal:
                found[customers.of[row].delivery.name, name] = goal
    return found


def _line(heap: Heap, row: int, token: str, sheet: Sheet, index: int, language: str) -> Line:
    stretch, place = heap.of[row], sheet.rows.place(index, "customer")
    key = {"token": token, "file": stretch.delivery.family, "saved": stretch.delivery.saved, "use": "main", "lost": []}
    return {
        "place": f"{sheet.rows.sheet}!{place}",
        "name": sheet.label(index),
        "file": stretch.delivery.name,
        "sheet": stretch.sheet,
        "line": float(stretch.line(row)),
        "use": vocabulary("provenance_use").label("main", language),
        "main": heap.main(row),
        "pair": json.dumps(key, ensure_ascii=False, separators=(",", ":")),
    }

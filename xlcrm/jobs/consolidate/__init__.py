"""汇总多表: many workbooks, none alike, become one in our own template (documents 001 steps 2-4, 003 2.1-2.3).

Nothing is stored: the steward looks at the result, decides what is asked in it, and submits it like any other workbook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs import dedupe, reading
from xlcrm.jobs.consolidate import children, deliveries, lists, outcome
from xlcrm.jobs.consolidate.deliveries import Delivery
from xlcrm.jobs.consolidate.earlier import Earlier
from xlcrm.jobs.consolidate.gathering import Heap, gather
from xlcrm.jobs.consolidate.joining import Joiner, Unit
from xlcrm.jobs.consolidate.knowing import Known, living, recall, recognise
from xlcrm.jobs.consolidate.uniting import between, unite
from xlcrm.jobs.duplicates import Match, line
from xlcrm.jobs.fieldmatch.lines import header_lines, word_lines
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.jobs.marking import marks, report
from xlcrm.jobs.progress import Progress
from xlcrm.jobs.reading import Sheet
from xlcrm.model.context import Context
from xlcrm.model.finding import Severity
from xlcrm.model.operation import Operation, Record
from xlcrm.model.resultsheets import (
    COLLECTION,
    CONFLICTS,
    DELIVERIES,
    DUPLICATES,
    FIELD_MATCHES,
    FINDINGS,
    PATTERNS,
    PROVENANCE,
    RIVALS,
    VALUE_MATCHES,
    WANTING,
)
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.checks import check
from xlcrm.rules.clean import read as clean
from xlcrm.rules.clean.text import written
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets import template
from xlcrm.store.base import Store

Line = Mapping[str, Cell | Link]
Columns = Mapping[str, Sequence[Cell | Link]]


@dataclass(slots=True)
class Consolidation:
    """What came of it: the files, the customers, the pairs to decide, and every sheet of the workbook as columns by table key.

    ``rows`` were read; ``asked`` is how many decisions the steward has to make, those alike counted once. ``strangers`` are the
    names given as 负责人 that nobody here has, and in how many rows.
    """

    deliveries: list[Delivery]
    units: list[Unit]
    sheet: Sheet
    matches: list[Match]
    columns: dict[str, Columns] = field(default_factory=dict)
    rows: int = 0
    asked: dict[str, int] = field(default_factory=dict)
    strangers: Counter[str] = field(default_factory=Counter)

    @property
    def new(self) -> int:
        """The customers that the store does not have."""
        return sum(1 for unit in self.units if unit.record is None)

    @property
    def changed(self) -> int:
        """The stored customers that the files change."""
        return sum(1 for unit in self.units if unit.record is not None and (unit.won or unit.ties))

    @property
    def decisions(self) -> int:
        """How many decisions the steward has to make; what two colleagues claim is the manager's."""
        return sum(count for what, count in self.asked.items() if what != "rivals")

    def write(self, path: Path, language: str, settings: dict[str, str]) -> None:
        """Write the workbook. OSError where that is not possible."""
        template.build(path, language, self.columns, {"consolidated": "1", "import": path.name, **settings})


def consolidate(
    files: Sequence[Path],
    store: Store,
    context: Context,
    rulebook: Rulebook,
    progress: Progress,
    *,
    skip: Sequence[Path] = (),
    until: str = "",
    department: str = "",
    before: Earlier | None = None,
) -> Consolidation:
    """Read ``files`` (folders: everything in them), and make one workbook's content of them. No workbook is written.

    ``rulebook`` is that of an old list (``old``). ``until`` is the day by which everybody was to deliver, ``department`` whose
    people are expected to. ``before`` are the choices made in the workbook that is made anew: those about headers and words
    are remembered for the team, the others go over into it. UsageError without the right to see and merge everybody's
    customers, or without any file; StoreError.
    """
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if not rights.sees_everything or not rights.ever(Action.MERGE):
        raise UsageError("consolidate.no_right")
    language = context.language
    found = deliveries.find(files, skip)
    if not found:
        raise UsageError("consolidate.no_files")
    before = before or Earlier()
    if before.matched:
        store.apply(Operation("match", decisions=before.matched, source=context.source), context)
    read = []
    for number, one in enumerate(deliveries.load(found, context, store.people()), 1):
        progress(text("consolidate.step_read", language, file=one.name), number, len(found) + 4)
        read.append(one)
    matcher = Matcher(rulebook, store)
    heaps = gather(read, matcher, language)
    heap = heaps[CUSTOMER.key]
    for one in read:
        if one.state == "read" and not one.rows:
            one.state, one.reason = "empty", one.reason or text("consolidate.no_customers", language)
    progress(text("jobs.step_compare", language), len(found) + 1, len(found) + 4)
    _numbers(heap, rulebook, store)
    sheet = _sheet(heap, rulebook, store)
    known = recognise(heap, sheet, store)
    likely = dedupe.find(sheet, store, context, (), known.rids)
    groups = unite(sheet, likely, known.rids)
    units = _units(heap, sheet, store, groups, known, _followed(heaps, rulebook))
    progress(text("jobs.step_compare", language), len(found) + 2, len(found) + 4)
    final = outcome.consolidated(units, heap, sheet, rulebook, language)
    matches = between(final, likely, groups, store)
    progress(text("jobs.step_write", language), len(found) + 3, len(found) + 4)
    done = Consolidation(read, units, final, matches, rows=len(heap))
    done.strangers = _strangers(sheet)
    unread = [one for one in final.checked.findings if one.severity is not Severity.CHECK and one.code != "MISSING_DUE"]
    wrong = {one.row for one in unread if one.row is not None}
    faults = Counter(heap.of[units[row].main].delivery.name for row in wrong)
    below = children.consolidated(heaps, units, heap, rulebook, store, language)
    beside: dict[str, Sequence[Line]] = {
        FINDINGS.key: report([final], language),
        DUPLICATES.key: [line(final, match, "", context, rulebook.names) for match in matches],
        CONFLICTS.key: lists.conflicts(units, heap, final, rulebook, language),
        PATTERNS.key: lists.patterns(matches, final, language),
        RIVALS.key: lists.rivals(units, heap, final, rulebook),
        WANTING.key: lists.wanting(units, heap, final, rulebook),
        COLLECTION.key: lists.collection(read, store.people(), faults, department, until, language),
        DELIVERIES.key: lists.files(read, language),
        FIELD_MATCHES.key: header_lines(matcher, language),
        VALUE_MATCHES.key: word_lines(matcher, rulebook),
        PROVENANCE.key: [*lists.provenance(units, heap, known.tokens, final, language), *below.provenance],
    }
    done.columns = {CUSTOMER.key: outcome.written(final, marks(final, language)), **below.columns}
    done.columns |= {key: _columns(before.carried(key, of)) for key, of in beside.items() if of}
    done.asked = {
        "patterns": len(beside[PATTERNS.key]),
        "conflicts": len({(one["field"], str(one["mine"]), str(one["theirs"])) for one in beside[CONFLICTS.key]}),
        "rivals": len(beside[RIVALS.key]),
        "headers": len(beside[FIELD_MATCHES.key]),
        "words": len(beside[VALUE_MATCHES.key]),
    }
    progress("", len(found) + 4, len(found) + 4)
    return done


def _numbers(heap: Heap, rulebook: Rulebook, store: Store) -> None:
    """What is in a column of numbers but is none of this store's is another system's (原编号)."""
    cells = heap.rows.columns.get("number")
    if cells is None:
        return
    values = [clean(cell, CUSTOMER["number"], rulebook).value for cell in cells]
    ours = store.find({value for value in values if value})
    own = {record.number for record in store.records(set(ours.values())).values()}
    merged = {value for value in ours if value.startswith("CX")}
    foreign = heap.rows.columns.setdefault("foreign_number", [None] * len(heap))
    for row, (cell, value) in enumerate(zip(cells, values, strict=True)):
        if value and value not in own and value not in merged:
            if foreign[row] is None:
                foreign[row] = cell
            cells[row] = None


def _strangers(sheet: Sheet) -> Counter[str]:
    """Whom the rows name as their owner although nobody here is called so."""
    unknown = (one for one in sheet.checked.findings if one.code in ("COLLEAGUE_NEAR", "COLLEAGUE_UNKNOWN"))
    rows = (one.row for one in unknown if one.field == "owner" and one.row is not None)
    return Counter(written(sheet.rows.cell(row, "owner")) for row in rows)


def _sheet(heap: Heap, rulebook: Rulebook, store: Store) -> Sheet:
    records = reading.numbered(heap.rows, rulebook, store)
    known = {number: reading.known(record) for number, record in records.items()}
    return Sheet(heap.rows, check(heap.rows, rulebook, known), records)


def _units(
    heap: Heap,
    sheet: Sheet,
    store: Store,
    groups: Sequence[tuple[list[int], str]],
    known: Known,
    followed: dict[tuple[str, str], str],
) -> list[Unit]:
    """The customers that the groups of rows are."""
    records = living(store, {rid for _, rid in groups if rid})
    of: dict[int, Record] = {row: records[rid] for rows, rid in groups if rid in records for row in rows}
    talked = {
        row: at
        for row, name in enumerate(sheet.checked.values.get("name") or ())
        if name and (at := followed.get((heap.of[row].delivery.name, name)))
    }
    joiner = Joiner(heap, sheet, recall(heap, sheet, store, of), talked, frozenset(known.known))
    return [joiner.join(rows, records.get(rid)) for rows, rid in groups]


def _followed(heaps: dict[str, Heap], rulebook: Rulebook) -> dict[tuple[str, str], str]:
    """When the interactions of a file say that its customers were last contacted: (file, name) -> moment."""
    heap = heaps["interaction"]
    found: dict[tuple[str, str], str] = {}
    names, times = heap.rows.columns.get("customer"), heap.rows.columns.get("at")
    if names is None or times is None:
        return found
    for row, (name, at) in enumerate(zip(names, times, strict=True)):
        moment = clean(at, heap.rows.table["at"], rulebook).value
        if moment and isinstance(name, str):
            key = (heap.of[row].delivery.name, name.strip())
            found[key] = max(found.get(key, ""), moment)
    return found


def _columns(of: Sequence[Line]) -> dict[str, list[Cell | Link]]:
    keys = {key: None for one in of for key in one}
    return {key: [one.get(key) for one in of] for key in keys}


__all__ = ["Consolidation", "consolidate"]

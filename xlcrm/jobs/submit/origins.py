"""Rows of a consolidated workbook: the files they come from, and the choices that were made about them (jobs/consolidate).

A row is recognised by its number, else by its 数据来源, however the sheet is sorted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from xlcrm.jobs.marking import fill
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.submit.draft import Count, Draft, Fate
from xlcrm.jobs.submit.parts import Origins, Part
from xlcrm.model.finding import Severity
from xlcrm.model.operation import Change, Imported, Kept
from xlcrm.model.resultsheets import CONFLICTS, PROVENANCE, RIVALS
from xlcrm.model.rows import Cell, Link, Rows
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.sheets.base import Book

SEPARATOR = "\x1f"
"""Between what a row is recognised by and the field, in the system key of a conflict that a consolidation found."""

_IN = (Count.NEW, Count.UPDATED, Count.UNCHANGED)


def read(book: Book) -> Origins:
    """What the workbook says about where its rows come from; empty for one that is no consolidation."""
    found = Origins()
    if PROVENANCE not in book.tables():
        return found
    rows = book.read(PROVENANCE)
    for index in range(len(rows)):
        try:
            said = json.loads(str(rows.cell(index, "pair")))
            lost = tuple(Kept(*one) for one in said["lost"])
            known = said["use"] == "known"
            file, sheet, line = (rows.cell(index, key) for key in ("file", "sheet", "line"))
            part = Part(str(file), str(sheet), _whole(line), said["token"], said["file"], said["saved"], known, lost)
        except (ValueError, KeyError, TypeError):  # somebody wrote into it: the row is one like any other
            continue
        found.parts.setdefault(str(rows.cell(index, "main")), []).append(part)
    return found


def resolve(book: Book, language: str) -> int:
    """Carry out what was chosen about a consolidated workbook, and leave the conflicts that nobody decided; how many were."""
    came = read(book)
    if not came.parts:
        return 0
    before = book.read(CONFLICTS)
    settle(book, came)
    left_open = left(came)
    done = sum(SEPARATOR in str(before.cell(row, "pair")) for row in range(len(before))) - len(left_open)
    others = [
        {key: before.cell(row, key) for key in before.columns}
        for row in range(len(before))
        if SEPARATOR not in str(before.cell(row, "pair"))
    ]
    fill(book, CONFLICTS, [*left_open, *others], language)
    book.save()
    return done


def _whole(cell: Cell) -> int:
    return int(cell) if isinstance(cell, float) else 0


def settle(book: Book, origins: Origins) -> None:
    """Carry out what was chosen in 冲突处理 and 撞单; a choice holds for all conflicts alike. What is left stays open."""
    if not origins.parts:
        return
    customers = book.read(CUSTOMER)
    places = _places(customers)
    wanted: dict[str, dict[int, Cell]] = {}
    if CONFLICTS in book.tables():
        _chosen(book.read(CONFLICTS), places, origins, wanted)
    if RIVALS in book.tables():
        rows = book.read(RIVALS)
        for index in range(len(rows)):
            row, owner = places.get(str(rows.cell(index, "pair"))), rows.cell(index, "decision")
            if row is not None and owner is not None:
                wanted.setdefault("owner", {})[row] = owner
    for key, cells in wanted.items():
        column = customers.columns.get(key)
        if column is not None:
            book.write(customers, {key: [cells.get(row, cell) for row, cell in enumerate(column)]})


def _places(customers: Rows) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in ("origin", "number"):
        found.update({cell: row for row, cell in enumerate(customers.columns.get(key, ())) if isinstance(cell, str)})
    return found


def _chosen(rows: Rows, places: Mapping[str, int], origins: Origins, wanted: dict[str, dict[int, Cell]]) -> None:
    words = vocabulary("conflict_choice")
    titles = {title: item.key for item in CUSTOMER.fields for title in (item.zh, item.en)}
    chosen = [found.code if (found := words.find(str(cell or ""))) else "" for cell in rows.columns.get("choice", ())]
    alike = [tuple(str(rows.cell(index, key)) for key in ("field", "mine", "theirs")) for index in range(len(rows))]
    said = {one: choice for one, choice in zip(alike, chosen, strict=True) if choice}
    for index, (one, choice) in enumerate(zip(alike, chosen, strict=True)):
        main, mark, _ = str(rows.cell(index, "pair")).partition(SEPARATOR)
        if not mark:
            continue
        choice = choice or said.get(one, "")
        row, key = places.get(main), titles.get(one[0])
        if choice and row is not None and key is not None:
            wanted.setdefault(key, {}).setdefault(row, rows.cell(index, choice))
        elif row is not None:
            origins.open.setdefault(main, []).append({key: rows.cell(index, key) for key in rows.columns})


def held(draft: Draft, sheet: Sheet, fates: Mapping[int, Fate]) -> dict[int, Fate]:
    """The fates of the rows with a conflict that nobody decided: they wait."""
    found: dict[int, Fate] = {}
    if not draft.origins.open:
        return found
    titles = {title: item.key for item in CUSTOMER.fields for title in (item.zh, item.en)}
    for row in range(len(sheet.rows)):
        lines = draft.origins.open.get(draft.origins.main(sheet, row)) if row not in fates else None
        if not lines:
            continue
        record = sheet.records.get(sheet.value(row, "number") or "")
        for line in lines:
            draft.note(sheet, row, "CONFLICT", titles.get(str(line["field"])), Severity.CHECK)
        found[row] = Fate(Count.WAITING, "conflict", record.rid if record else None, None, record)
    return found


def note(draft: Draft) -> None:
    """Let the operation remember the rows of files that it takes in, and the values of theirs that were not taken."""
    if not draft.origins.parts:
        return
    draft.operation.kind = "import"
    for key, fates in draft.fates.items():
        sheet = draft.sheets[key]
        for row, fate in enumerate(fates):
            if fate.rid is None or fate.count not in _IN or fate.status not in ("stored", "merged"):
                continue
            parts = [part for part in draft.origins.of(sheet, row) if not part.known]
            if parts:
                _keep(draft, key, fate, parts, sheet, row)
                draft.operation.imported += [
                    Imported(part.token, part.family, fate.rid, part.saved, _version(fate)) for part in parts
                ]
    known = {(one.token, one.file, one.rid) for one in draft.store.imported({one.token for one in draft.operation.imported})}
    draft.operation.imported = [one for one in draft.operation.imported if (one.token, one.file, one.rid) not in known]


def _version(fate: Fate) -> int:
    change = fate.change
    if change is not None:
        return 1 if change.base is None else change.base + bool(change.values)
    return fate.record.version if fate.record is not None else 1


def _keep(draft: Draft, key: str, fate: Fate, parts: Iterable[Part], sheet: Sheet, row: int) -> None:
    """Keep the values that lost with their sources; what stands in the row in the end has not lost."""
    change = fate.change
    lost = [
        one
        for part in parts
        for one in part.lost
        if one.field in BY_KEY[key].by_key and one.value != sheet.value(row, one.field)
    ]
    if not lost or fate.rid is None:
        return
    if change is None and fate.record is not None:
        origin, place = draft.whence(sheet, row)
        change = draft.target(Change(key, fate.rid, fate.rid, {}, fate.record.version, {}, origin=origin, place=place))
    if change is not None:
        change.kept = tuple(dict.fromkeys((*change.kept, *lost)))


def left(origins: Origins) -> list[Mapping[str, Cell | Link]]:
    """The lines of 冲突处理 that stay, because nobody chose."""
    return [line for lines in origins.open.values() for line in lines]

"""The receipt: numbers, states and audit columns go back into the sheet, and what others changed meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from xlcrm.jobs.marking import choices
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.submit.draft import Count, Draft, Fate
from xlcrm.jobs.submit.existing import clash_key
from xlcrm.model.context import Context
from xlcrm.model.fields import Role
from xlcrm.model.finding import Severity
from xlcrm.model.operation import Outcome, Record, Result, Values
from xlcrm.model.resultsheets import CONFLICTS
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules import wanted
from xlcrm.rules.clean import show
from xlcrm.sheets.base import Book


def settle(draft: Draft, outcomes: Mapping[str, Outcome]) -> None:
    """Bring the fates in line with what the store answered (rid -> outcome): somebody may have been quicker."""
    for key, fates in draft.fates.items():
        for row, fate in enumerate(fates):
            outcome = outcomes.get(fate.rid or "") if fate.change is not None else None
            if outcome is None:
                continue
            if outcome.result is Result.CONFLICT and fate.status == "merged":  # merged with what it says now, next time
                draft.note(draft.sheets[key], row, "DUPLICATE", "name", Severity.CHECK, other=outcome.number)
                fate.count, fate.status, fate.rid = Count.WAITING, "undecided", None
                continue
            if outcome.result is Result.CONFLICT:
                fate.count, fate.status, fate.clashes = Count.WAITING, "conflict", outcome.clashes
                for clash in outcome.clashes:
                    draft.note(draft.sheets[key], row, "CONFLICT", clash.field, Severity.CHECK)
            elif outcome.result is Result.REFUSED:
                if outcome.by_request:  # the setting was changed a moment ago: the next press makes the request
                    draft.note(draft.sheets[key], row, "BY_REQUEST", outcome.field, Severity.CHECK)
                    fate.count, fate.status, fate.rid = Count.WAITING, "unsent", fate.record.rid if fate.record else None
                    continue
                draft.note(draft.sheets[key], row, "NO_RIGHT", outcome.field or None, Severity.MUST)
                fate.count, fate.status, fate.rid = Count.REFUSED, "refused", fate.record.rid if fate.record else None
                continue
            elif outcome.result is Result.GONE:  # merged or voided a moment ago: the next press finds out what became of it
                draft.note(draft.sheets[key], row, "GONE", None, Severity.CHECK)
                fate.count, fate.status, fate.rid = Count.WAITING, "unsent", None
                continue
            elif outcome.result is Result.UNCHANGED and fate.status == "stored":
                fate.count = Count.UNCHANGED
            if outcome.rid != fate.rid:  # stored before under another identity: the answer had been lost
                fate.rid = outcome.rid
    _unasked(draft, outcomes)


def _unasked(draft: Draft, outcomes: Mapping[str, Outcome]) -> None:
    """Rows whose request was not stored, because the customer was merged, voided or handed over a moment ago, wait."""
    for change, finding in draft.asked:
        outcome = outcomes.get(change.rid)
        if outcome is None or outcome.result in (Result.STORED, Result.UNCHANGED) or finding.row is None:
            continue
        finding.code = "GONE"
        fate = draft.fates[finding.table][finding.row]
        if fate.change is None:
            fate.count, fate.status = Count.WAITING, "unsent"


def write(
    book: Book,
    draft: Draft,
    outcomes: Mapping[str, Outcome],
    records: Mapping[str, Record],
    tags: Mapping[str, str],
    reviewed: Collection[str] = (),
) -> None:
    """Write the columns of every sheet: state, number, audit, defaults, and values that differ from the store's.

    ``records`` are the stored records of rows that were not new; ``tags`` the labels of customers' tags by rid. Of customers
    that are stored the ``reviewed`` (rids) still wait for a second person.
    """
    for key, fates in draft.fates.items():
        sheet = draft.sheets[key]
        columns: dict[str, list[Cell]] = {"submit_status": _statuses(fates, reviewed, draft.context.language)}
        stored = [_stored(fate, records) for fate in fates]
        for field in sheet.table.fields:
            if field.key not in sheet.rows.letters:
                continue
            if field.role is Role.AUDIT:
                columns[field.key] = [
                    _audit(draft, sheet, row, fate, field.key, outcomes, records) for row, fate in enumerate(fates)
                ]
            elif field.role is Role.DATA and field.key != "customer":
                column = _refreshed(draft, sheet, field.key, fates, stored)
                if column is not None:
                    columns[field.key] = column
        if key == CUSTOMER.key and "tags" in sheet.rows.letters:
            columns["tags"] = [tags.get(fate.rid or "", sheet.rows.cell(row, "tags")) for row, fate in enumerate(fates)]
        book.write(sheet.rows, columns)


def _statuses(fates: Sequence[Fate], reviewed: Collection[str], language: str) -> list[Cell]:
    words = vocabulary("submit_status")
    return [
        words.label("review" if fate.status == "stored" and fate.rid in reviewed else fate.status, language) for fate in fates
    ]


def _audit(
    draft: Draft, sheet: Sheet, row: int, fate: Fate, key: str, outcomes: Mapping[str, Outcome], records: Mapping[str, Record]
) -> Cell:
    """One audit cell: from the outcome of this submission, else from the record, else as it stands."""
    source: Outcome | Record | None = records.get(fate.rid or "") or outcomes.get(fate.rid or "")
    if source is None or fate.rid is None:
        return sheet.rows.cell(row, key)
    if key == "origin":
        return source.origin if isinstance(source, Record) else fate.change.origin if fate.change else draft.operation.source
    if key == "number" and source.number is None:
        return sheet.rows.cell(row, key)
    if key == "version" and fate.status in ("conflict", "review"):
        return sheet.rows.cell(row, key)  # the person has not seen the newer version yet
    value = getattr(source, key)
    return show(None if value is None else str(value), sheet.table[key], draft.context.language, draft.rulebook.names)


def _stored(fate: Fate, records: Mapping[str, Record]) -> Values | None:
    """The values that the store now holds for a row; None for what waits or was refused."""
    if fate.status != "stored":
        return None
    record = records.get(fate.rid or "")
    return record.values if record else fate.change.values if fate.change else {}


def _refreshed(draft: Draft, sheet: Sheet, key: str, fates: Sequence[Fate], stored: Sequence[Values | None]) -> list[Cell] | None:
    """The column with the store's value wherever the row shows another one; None when nothing differs.

    Without this a value that a colleague changed would look like an edit of this sheet next time. Masked cells and
    what waits or was refused stay as they are.
    """
    shown = sheet.checked.values.get(key) or [None] * len(fates)
    differing = [row for row, values in enumerate(stored) if values is not None and values.get(key) != shown[row]]
    if not differing:
        return None
    column = [sheet.rows.cell(row, key) for row in range(len(fates))]
    differs = False
    for row in differing:
        value = (stored[row] or {}).get(key)
        if key in fates[row].requested or (row, key) in sheet.checked.masked or (value is None and column[row] is None):
            continue
        column[row] = wanted.shown(sheet.table, stored[row] or {}, key, draft.context.language, draft.rulebook.names)
        differs = True
    return column if differs else None


def conflicts(draft: Draft) -> list[dict[str, Cell | Link]]:
    """The lines of 冲突处理: both values of every field that two people changed."""
    language, names = draft.context.language, draft.rulebook.names
    lines: list[dict[str, Cell | Link]] = []
    for key, fates in draft.fates.items():
        sheet = draft.sheets[key]
        for row, fate in enumerate(fates):
            for clash in fate.clashes:
                field = BY_KEY[key][clash.field]
                place = sheet.rows.place(row, clash.field)
                record = fate.record
                lines.append(
                    {
                        "choice": None,
                        "place": Link(f"{sheet.rows.sheet}!{place}", sheet.rows.sheet, place),
                        "number": record.number if record else None,
                        "customer": sheet.label(row),
                        "field": field.title(language),
                        "mine": show(clash.mine, field, language, names),
                        "theirs": show(clash.theirs, field, language, names),
                        "changed_by": names.get(clash.changed_by or "", clash.changed_by),
                        "changed_at": clash.changed_at,
                        "pair": clash_key(record, clash.field, clash.mine, clash.theirs) if record else None,
                    }
                )
    return lines


def read_choices(book: Book, context: Context) -> dict[str, str]:
    """The choices made in 冲突处理: system key -> "mine" or "theirs"; words that are none are told to the person."""
    return choices(book, CONFLICTS, "choice", vocabulary("conflict_choice"), context.language)


def tag_labels(records: Mapping[str, Sequence[Record]], language: str) -> dict[str, str]:
    """Customers' tags as one text, by rid, for the derived column 标签."""
    words = vocabulary("tag")
    return {
        rid: "、".join(sorted({words.label(record.values.get("name") or "", language) for record in tags}))
        for rid, tags in records.items()
    }

"""The columns that xlcrm writes: nobody may forge a number, use one twice, or edit the audit columns."""

from __future__ import annotations

from xlcrm.model.fields import Role
from xlcrm.rules.checks.case import Case
from xlcrm.rules.clean import read, show

SETTLED = frozenset({"merged", "void"})  # rows that were dealt with before and wait for nothing
# Somebody else's change makes these differ from the store, not this sheet's user.
_MOVING = frozenset({"updated_by", "updated_at", "version", "number"})


def check(case: Case) -> None:
    """Numbers twice (copied rows) and, where the store was asked, unknown numbers and edited audit columns."""
    twice(case)
    if case.known is not None:
        unknown(case)
        audit(case)


def twice(case: Case) -> None:
    """Two rows with one number are a copied row: which of them is the customer only a person knows.

    A row that was merged bears its survivor's number and is no copy.
    """
    numbers = [
        None if status in SETTLED else number
        for number, status in zip(case.column("number"), case.column("submit_status"), strict=True)
    ]
    filled = [number for number in numbers if number is not None]
    if len(set(filled)) == len(filled):
        return
    rows: dict[str, list[int]] = {}
    for row, number in enumerate(numbers):
        if number is not None:
            rows.setdefault(number, []).append(row)
    for number, found in rows.items():
        if len(found) > 1:
            lines = "、".join(str(case.rows.lines[row]) for row in found)
            for row in found:
                case.add("NUMBER_TWICE", row, "number", {"number": number, "lines": lines})


def unknown(case: Case) -> None:
    """A number that the store has never given."""
    for row, number in enumerate(case.column("number")):
        if number is not None and number not in (case.known or {}):
            case.add("NUMBER_UNKNOWN", row, "number", {"number": number})


def audit(case: Case) -> None:
    """Audit columns that no longer say what the store says; a version from the future counts as edited too."""
    rows, book = case.rows, case.book
    names = book.names or {rid: name for name, rid in book.people.items()}
    known = case.known or {}
    for item in rows.table.fields:
        if item.role is not Role.AUDIT or item.key in _MOVING or item.key not in rows.columns:
            continue
        for row, number in enumerate(case.column("number")):
            if number is None or number not in known or item.key not in known[number]:
                continue
            stored = known[number][item.key]
            cell = rows.columns[item.key][row]
            if cell is not None and read(cell, item, book).value != stored:
                repair = show(stored, item, book.language, names)
                case.add("AUDIT_EDITED", row, item.key, None, repair, repair is not None)
    for row, (number, version) in enumerate(zip(case.column("number"), case.column("version"), strict=True)):
        stored = known.get(number or "", {}).get("version")
        if version is not None and stored is not None and int(version) > int(stored):
            case.add("AUDIT_EDITED", row, "version", None, float(stored), True)

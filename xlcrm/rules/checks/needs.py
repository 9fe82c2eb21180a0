"""Fields that a row cannot do without, and those that may wait three working days (mission section 4)."""

from __future__ import annotations

from datetime import date

from xlcrm.model.fields import Field, Kind, Need
from xlcrm.rules.checks.case import Case

# Either suffices in the place of 客户规模 (document 001 三).
INSTEAD = {"size": ("employees", "revenue")}


def check(case: Case) -> None:
    """Blocking fields that are blank (必须修改), and due ones (待补全 with a date).

    A blank cell of a stored record means "unchanged", so it is only looked at where the stored value is known.
    """
    new, whole = case.new(), case.whole()
    for item in case.rows.table.data:
        if item.need is Need.BLOCKING:
            _blocking(case, item, new)
        elif item.need is Need.DUE and item.key in case.values:
            _due(case, item, whole)


def _blocking(case: Case, item: Field, new: list[bool]) -> None:
    column = case.column(item.key)
    if None not in column:
        return
    named = item.kind is Kind.CUSTOMER
    blank = [row for row, value in enumerate(column) if value is None and new[row]]
    if case.book.old and not named:
        case.wanting("MISSING_DUE", item.key, blank)
        return
    case.wanting("MISSING", item.key, blank, due=False)
    if named:
        # a customer that only has a masked name cannot be told from others
        for row in blank:
            if (row, item.key) in case.masked:
                case.add("MISSING", row, item.key)


def _due(case: Case, item: Field, whole: list[bool]) -> None:
    column = case.standing(item.key)
    if None not in column:
        return
    blank = [row for row, value in enumerate(column) if value is None and whole[row]]
    if item.applies:
        kinds = case.standing("kind")
        blank = [row for row in blank if (kinds[row] or item.applies) == item.applies]
    for other in INSTEAD.get(item.key, ()):
        instead = case.standing(other)
        blank = [row for row in blank if instead[row] is None]
    # Three working days run from the day a record came into the store, not from today (document 003 2.3).
    for start, rows in _by_day(case, blank).items():
        overdue = start != case.book.day and case.deadline(start).day < case.book.day
        case.wanting("OVERDUE" if overdue else "MISSING_DUE", item.key, rows, since=start)


def _by_day(case: Case, rows: list[int]) -> dict[date, list[int]]:
    """The rows by the day from which their time runs: of stored ones the day of creation, of new ones today."""
    if not case.known:
        return {case.book.day: rows}
    numbers = case.column("number")
    found: dict[date, list[int]] = {}
    for row in rows:
        created = case.known.get(numbers[row] or "", {}).get("created_at")
        found.setdefault(date.fromisoformat(created[:10]) if created else case.book.day, []).append(row)
    return found

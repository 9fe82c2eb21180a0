"""Fields that a row cannot do without, and those that may wait three working days (mission section 4)."""

from __future__ import annotations

from xlcrm.model.fields import Field, Kind, Need
from xlcrm.rules.checks.case import Case

# Either suffices in the place of 客户规模 (document 001 三).
_INSTEAD = {"size": ("employees", "revenue")}


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
    optional = case.book.old and item.kind is not Kind.CUSTOMER
    column = case.column(item.key)
    if None not in column or (optional and item.key not in case.values):
        return
    for row, value in enumerate(column):
        cell = (row, item.key)
        if value is not None or not new[row] or cell in case.refused:
            continue
        if cell in case.masked and item.kind is not Kind.CUSTOMER:
            continue
        if optional:
            case.add("MISSING_DUE", row, item.key, {"due": case.until()})
        else:
            case.add("MISSING", row, item.key)


def _due(case: Case, item: Field, whole: list[bool]) -> None:
    column = case.standing(item.key)
    if None not in column:
        return
    kinds = case.standing("kind") if item.applies else []
    instead = [case.standing(key) for key in _INSTEAD.get(item.key, ())]
    for row, value in enumerate(column):
        cell = (row, item.key)
        if value is not None or not whole[row] or cell in case.refused or cell in case.masked:
            continue
        if item.applies and (kinds[row] or item.applies) != item.applies:
            continue
        if any(other[row] is not None for other in instead):
            continue
        case.add("MISSING_DUE", row, item.key, {"due": case.until()})

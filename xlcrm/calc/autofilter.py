"""Filters of a table: which rows are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc.bridge import enum, struct, uno
from xlcrm.calc.typed import typed

if TYPE_CHECKING:
    from xlcrm.calc.cells import Range

# com.sun.star.sheet.FilterOperator2
EMPTY, NOT_EMPTY, EQUAL = 0, 1, 2
NUMERIC, TEXT = 0, 1  # com.sun.star.sheet.FilterFieldType
COMPARISONS = {
    "equal_to": EQUAL,
    "not_equal_to": 3,
    "greater_than": 4,
    "greater_than_or_equal": 5,
    "less_than": 6,
    "less_than_or_equal": 7,
}
EXTREMES = {"top_items": 8, "top_percent": 9, "bottom_items": 10, "bottom_percent": 11}
PAIRS = {"between": ("greater_than_or_equal", "less_than_or_equal", "AND"), "not_between": ("less_than", "greater_than", "OR")}


class AutoFilter(base_classes.AutoFilter):
    """The filter of the table with the UNO database range ``area`` over ``cells``; fields count from 1."""

    def __init__(self, cells: Range, area: Any) -> None:
        self.cells = cells
        self.area = area

    def _fields(self) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        for field in self.area.getFilterDescriptor().getFilterFields3():
            values = list(field.Values)
            for value in values:  # given with one mark of their kind, taken with the other
                value.FilterType = NUMERIC if value.IsNumeric else TEXT
            field.Values = tuple(values)
            found.setdefault(field.Field + 1, []).append(field)
        return found

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """What each column is filtered by, as xlwings describes it."""
        fields = self._fields()
        return [_described(number, fields.get(number, [])) for number in range(1, self.cells.ncols + 1)]

    def _apply(self, number: int, wanted: list[Any]) -> None:
        fields = {**self._fields(), number: wanted}
        descriptor = self.area.getFilterDescriptor()
        descriptor.ContainsHeader = True
        flat = tuple(field for key in sorted(fields) for field in fields[key])
        uno().invoke(descriptor, "setFilterFields3", (uno().Any("[]com.sun.star.sheet.TableFilterField3", flat),))
        self.area.AutoFilter = True
        if flat:
            self.area.refresh()
        else:  # to refresh with nothing to filter by leaves rows hidden
            self.cells.xl.filter(self.cells.xl.createFilterDescriptor(True))

    def apply_values(self, field: int, values: list[str]) -> None:
        """Show the rows whose ``field`` is one of ``values``."""
        self._apply(field, [_field(field, EQUAL, *values)])

    def apply_comparison(self, field: int, operator: str, value1: Any, value2: Any) -> None:
        """Show the rows whose ``field`` compares so; None stands for empty cells."""
        if value1 is None:
            self._apply(field, [_field(field, EMPTY if operator == "equal_to" else NOT_EMPTY)])
        elif operator in PAIRS:
            first, second, connection = PAIRS[operator]
            later = _field(field, COMPARISONS[second], value2)
            later.Connection = enum("sheet.FilterConnection", connection)
            self._apply(field, [_field(field, COMPARISONS[first], value1), later])
        else:
            self._apply(field, [_field(field, COMPARISONS[operator], value1)])

    def apply_top_items(self, field: int, count: int) -> None:
        self._apply(field, [_field(field, EXTREMES["top_items"], str(count))])

    def apply_bottom_items(self, field: int, count: int) -> None:
        self._apply(field, [_field(field, EXTREMES["bottom_items"], str(count))])

    def apply_top_percent(self, field: int, percent: float) -> None:
        self._apply(field, [_field(field, EXTREMES["top_percent"], str(percent))])

    def apply_bottom_percent(self, field: int, percent: float) -> None:
        self._apply(field, [_field(field, EXTREMES["bottom_percent"], str(percent))])

    def clear(self, field: int | None) -> None:
        """Show the rows again that ``field``, or any field, hides."""
        if field is not None:
            self._apply(field, [])
            return
        for number in self._fields():
            self._apply(number, [])


def _field(number: int, operator: int, *values: Any) -> Any:
    entries = []
    for value in values:
        entry = struct("sheet.FilterFieldValue")
        content = typed(_plain(value)).value
        entry.IsNumeric = isinstance(content, float)
        entry.FilterType = NUMERIC if entry.IsNumeric else TEXT
        entry.NumericValue, entry.StringValue = (content, str(value)) if isinstance(content, float) else (0.0, content)
        entries.append(entry)
    field = struct("sheet.TableFilterField3")
    field.Connection = enum("sheet.FilterConnection", "AND")
    field.Field, field.Operator, field.Values = number - 1, operator, tuple(entries)
    return field


def _plain(value: Any) -> Any:
    """xlwings hands dates on as {"type": "date", "value": "2026-01-31"}."""
    return dt.datetime.fromisoformat(value["value"]) if isinstance(value, Mapping) else value


def _described(number: int, fields: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = base_classes.empty_autofilter_criteria(number)
    if not fields:
        return found
    operators = [field.Operator for field in fields]
    values = [_shown(value) for field in fields for value in field.Values]
    names = {code: name for name, code in COMPARISONS.items()}
    if extreme := next((name for name, code in EXTREMES.items() if code == operators[0]), None):
        key = "count" if extreme.endswith("items") else "percent"
        amount = float(values[0]) if values else None
        return {**found, "type": extreme, key: int(amount) if amount is not None and key == "count" else amount}
    if operators[0] in (EMPTY, NOT_EMPTY):
        return {**found, "type": "comparison", "operator": "equal_to" if operators[0] == EMPTY else "not_equal_to"}
    if operators == [EQUAL]:
        return {**found, "type": "values", "values": values}
    if len(fields) == 2:
        pair = (names.get(operators[0]), names.get(operators[1]))
        for name, (first, second, _) in PAIRS.items():
            if pair == (first, second):
                return {**found, "type": "comparison", "operator": name, "value1": values[0], "value2": values[1]}
    elif operators[0] in names:
        return {**found, "type": "comparison", "operator": names[operators[0]], "value1": values[0]}
    return {**found, "type": "unknown"}


def _shown(value: Any) -> str:
    return f"{value.NumericValue:.15g}" if value.IsNumeric else str(value.StringValue)

"""Rows in order."""

from __future__ import annotations

from typing import Any

from xlcrm.calc.block import Block
from xlcrm.calc.bridge import enum, options, struct, uno


def sort_rows(cells: Block, keys: list[int], ascending: list[bool], has_headers: bool) -> None:
    """Sort the rows of ``cells`` by its columns ``keys``, counted from 1; formats travel with their rows."""
    fields = tuple(_field(key - 1, upwards) for key, upwards in zip(keys, ascending, strict=True))
    wanted = uno().Any("[]com.sun.star.table.TableSortField", fields)
    descriptor = options(SortFields=wanted, ContainsHeader=bool(has_headers), BindFormatsToContent=True, IsSortColumns=False)
    uno().invoke(cells.xl, "sort", (descriptor,))


def _field(column: int, ascending: bool) -> Any:
    field = struct("table.TableSortField")
    field.Field, field.IsAscending = column, bool(ascending)
    field.FieldType = enum("table.TableSortFieldType", "AUTOMATIC")
    return field

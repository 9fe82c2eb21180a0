"""Long lists in pieces that fit into one statement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, any_, func, literal, select

Item = TypeVar("Item")

SIZE = 2000  # SQLite binds at most 32,766 values in a statement; longer lists gain nothing


def chunks(items: Sequence[Item], size: int = SIZE) -> Iterator[Sequence[Item]]:
    """Consecutive slices of ``items``, ``size`` long, the last one shorter."""
    return (items[start : start + size] for start in range(0, len(items), size))


def among(connection: Connection, column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
    """Whether ``column`` is one of ``values``; as one array or list, so that the statement stays the same."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(Text)))
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))

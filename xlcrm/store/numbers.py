"""Numbers such as CX2025030012: given in blocks, counted per pattern and month or day, never given twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, select

from xlcrm.errors import StoreError
from xlcrm.store.log import Journal, encode
from xlcrm.store.schema import COUNTER

_PART = re.compile(r"\{(yyyy|mm|dd|customer|n(?::0?(\d))?)\}")


Advance = Callable[[Sequence[tuple[str, int]]], list[int]]
"""Moves the counters on: (counter, by how much) -> where each stands then, in one short transaction."""


def reserve(pattern: str, wants: Mapping[str, int], moment: str, advance: Advance) -> dict[str, list[str]]:
    """Fresh numbers of ``pattern`` for each customer number (or "") in ``wants``: how many of each.

    ``advance`` must have committed before the numbers are used: an aborted batch burns them. A number grows past its
    width and is never padded again. StoreError for a pattern without ``{n}``.
    """
    if "n" not in {part.group(1).partition(":")[0] for part in _PART.finditer(pattern)}:
        raise StoreError("store.bad_pattern", pattern=pattern)
    scopes = {}
    for customer in wants:
        parts = {"yyyy": moment[:4], "mm": moment[5:7], "dd": moment[8:10], "customer": customer}
        scopes[customer] = _PART.sub(lambda part: parts.get(part.group(1), part.group(0)), pattern)  # noqa: B023 - used at once
    reached = advance([(scopes[customer], count) for customer, count in wants.items()])
    given: dict[str, list[str]] = {}
    for (customer, count), last in zip(wants.items(), reached, strict=True):
        given[customer] = [
            _PART.sub(lambda part: f"{number:0{part.group(2) or 1}d}", scopes[customer])  # noqa: B023 - used at once
            for number in range(last - count + 1, last + 1)
        ]
    return given


def advance(connection: Connection, journal: Journal, asked: Sequence[tuple[str, int]]) -> list[int]:
    """Move the counters on inside the caller's transaction, logged; where each stands then."""
    return [_advance(connection, journal, scope, count) for scope, count in asked]


def _advance(connection: Connection, journal: Journal, scope: str, count: int) -> int:
    before = connection.execute(select(COUNTER.c.value).where(COUNTER.c.name == scope)).scalar()
    after = (before or 0) + count
    if count and before is None:
        connection.execute(COUNTER.insert().values(name=scope, value=after))
    elif count:
        connection.execute(COUNTER.update().where(COUNTER.c.name == scope).values(value=after))
    if count:
        old = "" if before is None else encode([("value", str(before))])
        journal.add("counter", scope, (0, 0), old, encode([("value", str(after))]))
    return after

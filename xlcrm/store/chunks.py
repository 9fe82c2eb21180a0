"""Long lists in pieces that fit into one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

SIZE = 2000  # SQLite binds at most 32,766 values in a statement; longer lists gain nothing


def chunks(items: Sequence[Item], size: int = SIZE) -> Iterator[Sequence[Item]]:
    """Consecutive slices of ``items``, ``size`` long, the last one shorter."""
    return (items[start : start + size] for start in range(0, len(items), size))

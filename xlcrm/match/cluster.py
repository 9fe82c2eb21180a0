"""The fourth step: pairs become groups of rows that are one customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

STRONG = 0.9
"""Pairs of at least this probability join on their own."""

WEAK = 0.5
"""Pairs below this never join."""

_Edge = tuple[int, int, float]


def clusters(count: int, pairs: Iterable[_Edge]) -> list[int]:
    """For each of ``count`` rows the first row of its group; ``pairs`` are (left, right, probability), each once.

    Strong pairs join first. A weak pair then joins two groups only where it does not stand alone: one of them is a
    single row, or at least two of the pairs between them (a quarter of all possible ones, where that is less) agree; and
    a single row joins only the group it is tied to best, so that it cannot tie two groups together. All weak joins are
    judged before any is made: the groups depend neither on the order of the rows nor on that of the pairs.
    """
    edges = [edge for edge in pairs if edge[2] >= WEAK]
    parents = list(range(count))
    for left, right, probability in edges:
        if probability >= STRONG:
            _join(parents, left, right)
    sizes: dict[int, int] = defaultdict(int)
    for row in range(count):
        sizes[_root(parents, row)] += 1
    support: dict[tuple[int, int], int] = defaultdict(int)
    best: dict[int, float] = defaultdict(float)
    ties: dict[tuple[int, int], float] = defaultdict(float)
    for left, right, probability in edges:
        one, other = sorted((_root(parents, left), _root(parents, right)))
        if one != other:
            support[one, other] += 1
            best[one] = max(best[one], probability)
            best[other] = max(best[other], probability)
            ties[one, other] = max(ties[one, other], probability)
    joins = []
    for (one, other), agreeing in support.items():
        if sizes[one] > 1 and sizes[other] > 1:
            accepted = agreeing >= min(2, sizes[one] * sizes[other] / 4)
        else:
            accepted = all(sizes[group] > 1 or ties[one, other] == best[group] for group in (one, other))
        if accepted:
            joins.append((one, other))
    for one, other in joins:
        _join(parents, one, other)
    return [_root(parents, row) for row in range(count)]


def _root(parents: list[int], row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


def _join(parents: list[int], left: int, right: int) -> None:
    one, other = _root(parents, left), _root(parents, right)
    parents[max(one, other)] = min(one, other)

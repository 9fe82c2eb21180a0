"""The fourth step: pairs become groups of rows that are one customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from xlcrm.match.letters import Codes, Rows

LEAST = 0.5
"""Pairs below this probability never join."""

_UNSEEN = -0.3
"""What two rows of one group say who were never compared, because they share no key: log-odds."""

_FOR, _AGAINST = 6.0, 0.8
"""No pair says more than this for one group or against it: log-odds. Rows of one customer do differ: stale, short, misspelt."""


def clusters(count: int, left: Rows, right: Rows, probability: npt.NDArray[np.floating], marks: Sequence[Codes] = ()) -> Rows:
    """For each of ``count`` rows the first row of its group.

    ``left``, ``right``, ``probability`` are all the pairs that were compared, each once. The best supported pair joins first,
    and two groups are joined only where all that is known of the pairs between them speaks for it together: one weak pair
    does not tie two strong groups, and no chain runs past pairs that contradict it. ``marks`` are numbers for values that a
    group has one of (0: not said): groups with different ones are joined only by a pair of rows that both say theirs.
    Equally supported pairs are judged together: the groups depend neither on the order of the rows nor on that of the pairs.
    """
    joins = probability >= LEAST
    first = _components(count, left[joins], right[joins])
    inside = np.flatnonzero(first[left] == first[right])
    at = first[left[inside]]
    agreeing = np.bincount(at[joins[inside]], minlength=count)
    sizes = np.bincount(first, minlength=count)
    # Where every pair agrees there is nothing to weigh: so it is in nine of ten groups.
    open_ = inside[agreeing[at] < (sizes * (sizes - 1) // 2)[at]]
    if not len(open_):
        return first
    open_ = open_[np.argsort(first[left[open_]], kind="stable")]
    odds = np.clip(_log_odds(probability[open_]), -_AGAINST, _FOR)
    rows = left[open_].tolist(), right[open_].tolist(), odds.tolist(), first[left[open_]].tolist()
    for _, group in groupby(zip(*rows, strict=True), key=lambda pair: pair[3]):
        pairs = [(one, other, odd) for one, other, odd, _ in group]
        for row, head in _weighed(pairs, marks).items():
            first[row] = head
    return first


def _log_odds(probability: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    bounded = np.clip(probability.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.log(bounded / (1 - bounded))


def _components(count: int, left: Rows, right: Rows) -> Rows:
    """For each row the least row it is connected with."""
    found = np.arange(count, dtype=np.int64)
    while len(left):
        one, other = found[left], found[right]
        apart = one != other
        left, right, one, other = left[apart], right[apart], one[apart], other[apart]
        low, high = np.minimum(one, other), np.maximum(one, other)
        np.minimum.at(found, high, low)
        while True:  # everybody follows his first row to its own
            further = found[found]
            if np.array_equal(further, found):
                break
            found = further
    return found


def _weighed(pairs: list[tuple[int, int, float]], marks: Sequence[Codes]) -> dict[int, int]:
    """The first row of its group for each row of one component, whose compared pairs with their log-odds are given."""
    heads = {row: row for one, other, _ in pairs for row in (one, other)}
    members = {row: [row] for row in heads}
    own = {row: [int(mark[row]) for mark in marks] for row in heads}
    said = {row: [{mark} - {0} for mark in own[row]] for row in heads}
    known: dict[int, dict[int, tuple[int, float]]] = defaultdict(dict)  # between groups: how many pairs, their sum
    for one, other, odd in pairs:
        known[one][other] = known[other][one] = (1, odd)
    # What third rows say of both counts as well, so that dense groups form before bridges between them are judged.
    # Rounded: sums of the same numbers in another order differ in the last digit.
    ranked = sorted((-round(odd + _thirds(known[one], known[other]), 6), one, other) for one, other, odd in pairs if odd >= 0)
    for _, equal in groupby(ranked, key=lambda pair: pair[0]):
        accepted = []
        for _, one, other in equal:
            a, b = heads[one], heads[other]
            if a != b:
                seen, total = known[a][b]
                unseen = len(members[a]) * len(members[b]) - seen
                agreeing = all(
                    (mine and its) or not here or not there or here & there
                    for mine, its, here, there in zip(own[one], own[other], said[a], said[b], strict=True)
                )
                if agreeing and round(total + _UNSEEN * unseen, 6) >= 0:
                    accepted.append((one, other))
        for one, other in accepted:
            a, b = sorted((heads[one], heads[other]))
            if a != b:
                _merge(a, b, heads, members, known)
                said[a] = [here | there for here, there in zip(said[a], said.pop(b), strict=True)]
    return heads


def _thirds(one: dict[int, tuple[int, float]], other: dict[int, tuple[int, float]]) -> float:
    """The log-odds that rows known to both have for being one with the two of them."""
    return sum(min(one[row][1], other[row][1]) for row in one.keys() & other.keys())


def _merge(
    a: int, b: int, heads: dict[int, int], members: dict[int, list[int]], known: dict[int, dict[int, tuple[int, float]]]
) -> None:
    """Group ``b`` becomes a part of group ``a``."""
    for row in members[b]:
        heads[row] = a
    members[a] += members.pop(b)
    known[a].pop(b, None)
    for other, (seen, total) in known.pop(b).items():
        if other != a:
            before = known[a].get(other, (0, 0.0))
            known[a][other] = known[other][a] = (before[0] + seen, before[1] + total)
            del known[other][b]

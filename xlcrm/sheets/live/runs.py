"""Which rows of a column are written together: the number of writes is bounded, however scattered the changes are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

MOST = 12  # writes per column; beyond it, cells between two changes are written again with what they hold


def runs(lines: Iterable[int], barriers: Sequence[int] = (), most: int = MOST) -> list[tuple[int, int]]:
    """The stretches (first, last) that cover ``lines`` in at most ``most`` writes.

    ``barriers`` (rising) are rows that must not be written, so a stretch never reaches over one; where they cut the
    lines into more pieces than ``most``, there are as many stretches as pieces. The widest gaps stay gaps.
    """
    stretches: list[tuple[int, int]] = []
    for line in sorted(lines):
        if stretches and line <= stretches[-1][1] + 1:
            stretches[-1] = (stretches[-1][0], line)
        else:
            stretches.append((line, line))
    gaps = []
    for index, (before, after) in enumerate(pairwise(stretches)):
        if bisect_left(barriers, before[1]) == bisect_left(barriers, after[0]):
            gaps.append((after[0] - before[1], index))
    spare = len(stretches) - most
    joined = {index for _, index in sorted(gaps)[: max(spare, 0)]}
    found: list[tuple[int, int]] = []
    for index, stretch in enumerate(stretches):
        if index - 1 in joined:
            found[-1] = (found[-1][0], stretch[1])
        else:
            found.append(stretch)
    return found

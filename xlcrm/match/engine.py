"""All steps together: the probable duplicates within a list, and between new rows and stored ones."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from xlcrm.match import block, score
from xlcrm.match.block import Capped, Counts
from xlcrm.match.cluster import clusters
from xlcrm.match.compare import Table, compare, encode
from xlcrm.match.kinds import Prepared
from xlcrm.match.letters import Codes, Rows
from xlcrm.match.levels import FIELDS, POSITION, Levels, Mask, number
from xlcrm.match.normalise import Normal
from xlcrm.match.score import Weights
from xlcrm.match.sieve import plausible

Evidence = tuple[tuple[str, str], ...]

ADVICE = ("ask", "merge", "contact")
"""The advices by their number in ``Matches.advice``."""

_SAME = 0.97
"""The least probability of two rows that are alike in everything."""

_CHUNK = 1 << 16
"""Pairs that are compared at once: what bounds the memory, and what is shared out to the cores."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that may be one customer.

    ``probability`` in 0..1; ``advice`` a code of the vocabulary "advice": "merge" (very sure), "ask" (a person should
    look), "contact" (the same customer's other contact, document 001 step 4); ``evidence`` the (field, level) pairs of
    ``levels.FIELDS``, for ``explain``. Holds no value of either row.
    """

    left: int
    right: int
    probability: float
    advice: str
    evidence: Evidence


@dataclass(frozen=True, eq=False, slots=True)
class Matches:
    """The probable pairs of a list as columns, and the blocking keys that too many rows share.

    ``left``, ``right`` (left < right, sorted) and ``probability`` tell all pairs that were compared; ``kept`` the positions
    of those that deserve an advice, whose ``advice`` (positions in ``ADVICE``) and ``levels`` follow. Rows were not paired
    for a key in ``capped`` alone, and a telephone number or mail address among them was no evidence. ``marks`` are numbers
    for what no group has two of: a credit code, a branch.
    """

    left: Rows
    right: Rows
    probability: npt.NDArray[np.float64]
    kept: Rows
    advice: npt.NDArray[np.uint8]
    levels: Levels
    capped: list[Capped]
    marks: tuple[Codes, ...]

    def __len__(self) -> int:
        return len(self.kept)

    @property
    def pairs(self) -> list[Pair]:
        """The pairs one by one, in order."""
        kinds, which = np.unique(self.levels, axis=0, return_inverse=True)
        evidence: list[Evidence] = [
            tuple((field, FIELDS[field][at]) for field, at in zip(FIELDS, row, strict=True)) for row in kinds.tolist()
        ]
        columns = (self.left[self.kept], self.right[self.kept], self.probability[self.kept], self.advice, which)
        return [
            Pair(left, right, probability, ADVICE[advice], evidence[at])
            for left, right, probability, advice, at in zip(*(column.tolist() for column in columns), strict=True)
        ]

    def groups(self, count: int) -> list[int]:
        """For each of ``count`` rows the first row of its group."""
        found: list[int] = clusters(count, self.left, self.right, self.probability, self.marks).tolist()
        return found


def within(normal: Normal, weights: Weights | None = None, most: int | None = None) -> Matches:
    """The probable duplicates among the rows of ``normal``.

    ``weights`` as estimated from the list where none are given; ``most`` rows at most are paired for one key, where that is
    less than the cap of its kind.
    """
    candidates = block.pairs(normal, most)
    left, right = candidates.left, candidates.right
    table = encode(block.without(normal, {capped.key for capped in candidates.capped}))
    return _judge(table, left, right, weights, _alike(normal), candidates.capped)


def against(
    new: Normal,
    stored: Normal,
    candidates: Sequence[tuple[int, int]],
    counts: Counts | None = None,
    weights: Weights | None = None,
) -> list[Pair]:
    """The probable duplicates among ``candidates``, pairs of (row of ``new``, row of ``stored``): scored as within a list.

    ``counts`` of the keys of the new rows, in the store and among the new rows together: how common the values are.
    """
    if not candidates:
        return []
    both = np.array(sorted(set(candidates)), np.int64)
    left, right = both[:, 0], both[:, 1] + len(new)
    rows = new + stored
    kept = plausible(Prepared(rows.frame), left, right)
    table = encode(block.without(rows, counts.busy() if counts else ()), counts)
    found = _judge(table, left[kept], right[kept], weights or score.shipped(), _alike(rows), [])
    return [Pair(pair.left, pair.right - len(new), pair.probability, pair.advice, pair.evidence) for pair in found.pairs]


def _judge(table: Table, left: Rows, right: Rows, weights: Weights | None, alike: Codes, capped: list[Capped]) -> Matches:
    """Every pair's probability, and the advice where it deserves one; without ``weights`` their share is the list's own."""
    known = weights or score.shipped()
    levels = np.zeros((len(left), len(FIELDS)), np.uint8)
    odds = np.zeros(len(left))

    def judged(start: int) -> None:
        part = slice(start, start + _CHUNK)
        levels[part], rarity = compare(table, left[part], right[part])
        odds[part] = score.evidence(levels[part], rarity, known)

    starts = range(0, len(left), _CHUNK)
    if len(starts) > 1:
        with ThreadPoolExecutor() as threads:  # numpy, polars and rapidfuzz work outside the interpreter's lock
            list(threads.map(judged, starts))
    elif starts:
        judged(0)
    known = weights or score.estimate(odds, known)
    found = score.bounded(levels, odds, known)
    # However common each value is: all of them together are not.
    found = np.where((alike[left] == alike[right]) & (alike[left] != 0), np.maximum(found, _SAME), found)
    limits = known.advice
    likely = np.flatnonzero(found >= min(limits.values()))
    shown = levels[likely]
    contact = _other_contact(shown)
    offer = contact & _is(shown, "legal", "same") & (found[likely] >= limits["contact"])
    merge = (found[likely] >= limits["merge"]) & _sure(shown)
    keep = (found[likely] >= limits["ask"]) | offer
    advice = np.where(contact, ADVICE.index("contact"), np.where(merge, ADVICE.index("merge"), ADVICE.index("ask")))
    marks = table.codes["code"], table.codes["branch"]
    return Matches(left, right, np.round(found, 4), likely[keep], advice[keep].astype(np.uint8), shown[keep], capped, marks)


def _alike(normal: Normal) -> Codes:
    """A number for each row that names a customer and says how to reach it: equal where rows are alike in everything, else 0."""
    reach = (pl.col("phones").list.len() > 0) | (pl.col("mails").list.len() > 0) | (pl.col("street") != "")
    whole = pl.when((pl.col("core") != "") & reach).then(pl.struct(pl.all()).hash()).otherwise(0)
    return normal.frame.select(whole).to_series().to_numpy()


def _is(levels: Levels, field: str, *names: str) -> Mask:
    return np.isin(levels[:, POSITION[field]], [number(field, name) for name in names])


def _other_contact(levels: Levels) -> Mask:
    """The same name with somebody else to talk to (document 003 2.3): a contact to be added, not a row to be merged."""
    named = _is(levels, "name", "same", "former") & _is(levels, "branch", "missing", "same")
    # 孙丽 and 孙莉 with one phone are one person misspelt.
    misspelt = _is(levels, "contact", "surname") & _is(levels, "phone", "same", "near")
    return named & _is(levels, "place", "missing", "same") & _is(levels, "contact", "differ", "surname") & ~misspelt


def _sure(levels: Levels) -> Mask:
    """Pairs whose every part fits: only these are merged without asking, however probable others may be."""
    return _is(levels, "uscc", "same") | (
        _is(levels, "name", "same", "former", "sound", "near", "swapped", "close", "part")
        & _is(levels, "place", "missing", "one", "same")
        & _is(levels, "branch", "missing", "same")
        & _is(levels, "contact", "missing", "same", "sound", "near", "swapped", "initial", "title")
    )

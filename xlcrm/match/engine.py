"""All steps together: the probable duplicates within a list, and between new rows and stored ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from xlcrm.match import block, score
from xlcrm.match.block import Rows
from xlcrm.match.cluster import clusters
from xlcrm.match.compare import compare
from xlcrm.match.levels import FIELDS, POSITION, Levels, Mask, number
from xlcrm.match.normalise import Normal

Evidence = tuple[tuple[str, str], ...]


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


@dataclass(frozen=True, slots=True)
class Matches:
    """The probable pairs of a list (left < right), and the blocking keys that too many rows share, with their sizes.

    Of rows with such a key only the most alike were compared for it, and a telephone number or mail address among them
    was no evidence. The keys hold values of the rows: mask them where they are shown.
    """

    pairs: list[Pair]
    capped: dict[str, int]

    def groups(self, count: int) -> list[int]:
        """For each of ``count`` rows the first row of its group; pairs advised "contact" do not join."""
        return clusters(count, ((pair.left, pair.right, pair.probability) for pair in self.pairs))


def within(normal: Normal, cap: int = block.CAP) -> Matches:
    """The probable duplicates among the rows of ``normal``; ``cap`` rows at most are compared all with all for one key."""
    left, right, capped = block.pairs(block.keys(normal), cap)
    return Matches(_judge(block.without(normal, capped), left, right), capped)


def against(new: Normal, stored: Normal, candidates: Sequence[tuple[int, int]], busy: Collection[str] = ()) -> list[Pair]:
    """The probable duplicates among ``candidates``, pairs of (row of ``new``, row of ``stored``): scored as within a list.

    ``busy`` are the blocking keys over the cap: their telephone numbers and mail addresses are no evidence.
    """
    if not candidates:
        return []
    both = np.array(sorted(set(candidates)), np.int64)
    pairs = _judge(block.without(new + stored, busy), both[:, 0], both[:, 1] + len(new))
    return [Pair(pair.left, pair.right - len(new), pair.probability, pair.advice, pair.evidence) for pair in pairs]


def _judge(normal: Normal, left: Rows, right: Rows) -> list[Pair]:
    """The pairs that deserve an advice, in the order given."""
    rows, where = np.unique(np.concatenate((left, right)), return_inverse=True)
    levels = compare(normal.take(rows.tolist()), where[: len(left)], where[len(left) :])
    probability = score.probability(levels)
    limits = score.shipped().advice
    contact = _other_contact(levels)
    offer = contact & _is(levels, "legal", "same") & (probability >= limits["contact"])
    keep = np.flatnonzero((probability >= limits["ask"]) | offer)
    merge = (probability >= limits["merge"]) & _sure(levels)
    known: dict[bytes, Evidence] = {}
    found = []
    for index in keep.tolist():
        row = levels[index]
        evidence = known.get(packed := row.tobytes())
        if evidence is None:
            evidence = known[packed] = tuple((field, FIELDS[field][at]) for field, at in zip(FIELDS, row.tolist(), strict=True))
        advice = "contact" if contact[index] else "merge" if merge[index] else "ask"
        found.append(Pair(int(left[index]), int(right[index]), round(float(probability[index]), 4), advice, evidence))
    return found


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
        _is(levels, "name", "same", "former", "near", "close", "part")
        & _is(levels, "place", "missing", "one", "same")
        & _is(levels, "branch", "missing", "same")
        & _is(levels, "contact", "missing", "same", "near", "title")
    )

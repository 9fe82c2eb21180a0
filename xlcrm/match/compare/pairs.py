"""The pairs of rows under comparison: the numbers and texts of their two sides, and how near two texts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA, Indel
from rapidfuzz.process import cpdist

from xlcrm.match.compare.table import Table
from xlcrm.match.letters import Codes, Rows
from xlcrm.match.levels import Mask, number

Found: TypeAlias = npt.NDArray[np.uint8]
"""The number of a level for each pair."""

Rules: TypeAlias = list[tuple[Mask, str]]
"""Which pairs have a level, by its name; of several the first holds."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The rows ``left[k]`` and ``right[k]`` of ``table`` are a pair."""

    table: Table
    left: Rows
    right: Rows

    def __len__(self) -> int:
        return len(self.left)

    def some(self, at: Rows) -> Pairs:
        """The pairs ``at`` only."""
        return Pairs(self.table, self.left[at], self.right[at])

    def both(self, column: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The numbers of a column on both sides."""
        codes = self.table.codes[column]
        return codes[self.left], codes[self.right]

    def same(self, column: str) -> Mask:
        """Where both sides have the same value."""
        one, other = self.both(column)
        return np.asarray((one == other) & (one != 0))

    def texts(self, column: str) -> tuple[list[str], list[str]]:
        """The texts of a column on both sides, for rapidfuzz."""
        one, other = self.series(column)
        return one.to_list(), other.to_list()

    def series(self, column: str) -> tuple[pl.Series, pl.Series]:
        """The texts of a column on both sides, for polars."""
        texts = self.table.frame[column]
        return texts.gather(self.left), texts.gather(self.right)

    def edits(self, column: str) -> Rows:
        """Wrong, missing, added and swapped characters between the texts of a column."""
        return edits(*self.texts(column))

    def equal(self, field: str, column: str) -> Found:
        """Levels "same" and "differ", "missing" where either side is empty."""
        one, other = self.both(column)
        found = np.where(one == other, number(field, "same"), number(field, "differ"))
        return np.where((one == 0) | (other == 0), 0, found).astype(np.uint8)

    def numbers(self, field: str, column: str) -> Found:
        """Levels of a number: "near" with one digit wrong or two swapped."""
        found = self.equal(field, column)
        open_ = np.flatnonzero(found == number(field, "differ"))
        found[open_[self.some(open_).edits(column) == 1]] = number(field, "near")
        return found


def edits(one: Sequence[str], other: Sequence[str]) -> Rows:
    """Wrong, missing, added and swapped characters between the texts of each pair."""
    found: Rows = cpdist(one, other, scorer=OSA.distance, dtype=np.int64)
    return found


def alike(one: Sequence[str], other: Sequence[str]) -> npt.NDArray[np.float32]:
    """How much of the texts of each pair is the same, in 0..1."""
    found: npt.NDArray[np.float32] = cpdist(one, other, scorer=Indel.normalized_similarity, dtype=np.float32)
    return found


def within(one: pl.Series, other: pl.Series) -> tuple[Mask, Mask]:
    """Whether each text of ``one`` lies in its fellow of ``other``, and the other way round; an empty one does."""
    found = pl.DataFrame({"a": one, "b": other}).select(
        x=pl.col("b").str.contains(pl.col("a"), literal=True), y=pl.col("a").str.contains(pl.col("b"), literal=True)
    )
    return found["x"].to_numpy(), found["y"].to_numpy()


def ends(texts: pl.Series, parts: pl.Series, how: str = "ends_with") -> Mask:
    """Whether each text ends (or "starts_with") its fellow of ``parts``."""
    found = pl.DataFrame({"text": texts, "part": parts}).select(getattr(pl.col("text").str, how)(pl.col("part")))
    return found.to_series().to_numpy()


def shared(one: Codes, other: Codes) -> npt.NDArray[np.bool_]:
    """Pairs by values of the one by values of the other: which are the same (0 is nothing)."""
    return np.asarray((one[:, :, None] == other[:, None, :]) & (one != 0)[:, :, None])


def spread(rules: Rules, where: Rows, count: int) -> Rules:
    """Rules about the pairs ``where`` as rules about all ``count``."""
    found = []
    for mask, level in rules:
        whole = np.zeros(count, bool)
        whole[where] = mask
        found.append((whole, level))
    return found

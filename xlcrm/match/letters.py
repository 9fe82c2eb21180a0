"""The characters of a column as one array, so that parts of all its texts are hashed at once.

Equal texts have equal numbers; two different ones have the same with a probability of about n / 2**64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from xlcrm.match.sounds import stand_ins

Codes: TypeAlias = npt.NDArray[np.uint64]
Rows: TypeAlias = npt.NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Letters:
    """``points`` the code points of all texts, one after the other; text n begins at ``starts[n]``, ``sizes[n]`` long."""

    points: npt.NDArray[np.uint32]
    starts: Rows
    sizes: Rows

    @classmethod
    def of(cls, texts: Sequence[str]) -> Letters:
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        return cls(points, np.cumsum(sizes) - sizes, sizes)

    def heard(self) -> Letters:
        """As ``sounds.stand_in`` would leave the texts."""
        return Letters(stand_ins()[self.points], self.starts, self.sizes)

    def sums(self) -> Codes:
        """The sum of the code points of each text: equal for texts of the same characters."""
        sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(self.points, dtype=np.uint64)))
        found: Codes = sums[self.starts + self.sizes] - sums[self.starts]
        return found

    def first(self) -> Codes:
        """The first character of each text; 0 for ""."""
        return self._at(self.starts, self.sizes > 0)

    def last(self) -> Codes:
        """The last two characters of each text; 0 where it has less."""
        there = self.sizes > 1
        end = self.starts + self.sizes
        found: Codes = self._at(end - 1, there) | self._at(end - 2, there) << np.uint64(32)
        return found

    def _at(self, places: Rows, there: npt.NDArray[np.bool_]) -> Codes:
        found = np.zeros(len(places), np.uint64)
        found[there] = self.points[places[there]]
        return found

    def whole(self) -> Codes:
        """A number for each text; 0 for ""."""
        sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(self._weighted(self._owners()))))
        found: Codes = sums[self.starts + self.sizes] - sums[self.starts]
        return found

    def shorter(self, rows: Rows) -> tuple[Rows, Codes]:
        """The texts of ``rows`` without one character, each possible one: its row, and the number ``whole`` would give."""
        some = self._only(rows)
        owners = some._owners()
        weighted = some._weighted(owners)
        sums = np.cumsum(weighted)
        before = np.concatenate((np.zeros(1, np.uint64), sums))
        inverse, moved = np.uint64(_INVERSE), np.uint64((1 - _INVERSE) % (1 << 64))
        # What stands behind the character moves one place forward.
        rest = before[some.starts + some.sizes] * inverse - before[some.starts]
        return rows[owners], sums * moved - weighted + rest[owners]

    def triples(self, rows: Rows) -> tuple[Rows, Codes]:
        """Any three characters in a row of the texts of ``rows``: its row, and a number for the three."""
        some = self._only(rows)
        owners = some._owners()
        within = np.flatnonzero(owners[:-2] == owners[2:]) if len(owners) > 2 else np.zeros(0, np.int64)
        points = some.points.astype(np.uint64)
        codes = points[within] | points[within + 1] << np.uint64(21) | points[within + 2] << np.uint64(42)
        return rows[owners[within]], codes

    def _only(self, rows: Rows) -> Letters:
        sizes = self.sizes[rows]
        starts = np.cumsum(sizes) - sizes
        places = np.arange(int(sizes.sum())) + np.repeat(self.starts[rows] - starts, sizes)
        return Letters(self.points[places], starts, sizes)

    def _owners(self) -> Rows:
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def _weighted(self, owners: Rows) -> Codes:
        places = np.arange(len(self.points)) - self.starts[owners]
        powers = np.ones(int(self.sizes.max(initial=0)) + 1, np.uint64)
        powers[1:] = _BASE
        found: Codes = self.points * np.cumprod(powers, dtype=np.uint64)[places]
        return found

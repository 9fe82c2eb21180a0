"""The second step: the pairs of rows that share a blocking key (``kinds.py``) and pass the sieve."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from xlcrm.match.caps import ALIKE, CAPS, RARE, SECRET
from xlcrm.match.kinds import KINDS, Prepared
from xlcrm.match.letters import Codes, Rows
from xlcrm.match.normalise import Normal
from xlcrm.match.sieve import plausible

_THREADS = 2  # kinds at once: more would only need more memory, polars has threads of its own


@dataclass(frozen=True, slots=True)
class Capped:
    """A key that ``size`` rows have, more than are paired for it. ``key`` holds a value of the rows: show ``masked``."""

    key: str
    size: int

    @property
    def kind(self) -> str:
        return self.key[0]

    @property
    def masked(self) -> str:
        """The value with most of it hidden: +861****8765, 海****限."""
        value = self.key[2:]
        kept = min(4, (len(value) - 2) // 2) if self.kind in SECRET else min(8, len(value) // 2)
        return f"{value[:kept]}****{value[len(value) - kept :]}" if kept > 0 else "****"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows have each key of some new rows, in the store and among the new rows together; ``total`` of all rows.

    At most ``MOST_COUNTED`` are counted for a key.
    """

    total: int
    of: Mapping[str, int]

    def busy(self) -> set[str]:
        """The keys that too many rows have."""
        return {key for key, count in self.of.items() if 0 < CAPS[key[0]] < count}


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of rows (left < right), each once, sorted; and the keys over their cap, the largest first."""

    left: Rows
    right: Rows
    capped: list[Capped]

    def __len__(self) -> int:
        return len(self.left)


def keys(normal: Normal) -> list[tuple[str, ...]]:
    """The keys of every row as a store keeps them ("p:+8613..."), without repetition, in a fixed order."""
    prepared = Prepared(normal.frame)
    frames = []
    for kind, made in KINDS.items():
        frames += [frame.select("row", key=pl.lit(f"{kind}:") + pl.col("key")) for frame in made.keys(prepared)]
    found = pl.concat(pl.collect_all(frames, engine="in-memory")).sort("row", maintain_order=True)
    texts = found["key"].to_list()
    ends = np.searchsorted(found["row"].to_numpy(), np.arange(len(normal)), "right").tolist()
    return [tuple(dict.fromkeys(texts[start:end])) for start, end in pairwise((0, *ends))]


def pairs(normal: Normal, most: int | None = None) -> Candidates:
    """All pairs of rows that share a key which no more rows than its kind's cap (or ``most``) have.

    Of more rows alike in everything (kind x) neighbours are paired: the work stays linear. Rare kinds beyond their cap are
    not told: most of their keys are.
    """
    count = len(normal)
    if count < 2:
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), [])
    rows = Prepared(normal.frame)
    with ThreadPoolExecutor(_THREADS) as threads:
        kinds = [kind for kind in KINDS if CAPS[kind] and kind != ALIKE]
        found = list(threads.map(lambda kind: _pairs_of(kind, rows, most), kinds))
    capped = [one for _, told in found for one in told]
    if any(one.kind == "n" for one in capped):  # only rows whose names are common can be many and alike
        found.append(_pairs_of(ALIKE, rows, most))
        capped += found[-1][1]
    both = pl.Series(np.concatenate([np.zeros(0, np.int64), *(codes for codes, _ in found)])).unique().sort().to_numpy()
    left, right = both // max(count, 1), both % max(count, 1)
    kept = plausible(rows, left, right)
    return Candidates(left[kept], right[kept], sorted(capped, key=lambda one: (-one.size, one.key)))


def _pairs_of(kind: str, rows: Prepared, most: int | None) -> tuple[Rows, list[Capped]]:
    """The pairs that keys of one kind make, as left * count + right, and its keys over the cap."""
    cap = min(CAPS[kind], most or CAPS[kind])
    count = len(rows)
    owners, codes, starts, sizes = _blocks(KINDS[kind].numbers(rows), count)
    found = [np.zeros(0, np.int64)]
    for size in range(2, int(min(cap, sizes.max(initial=1))) + 1):
        blocks = owners[starts[sizes == size][:, None] + np.arange(size)]
        upper, lower = np.triu_indices(size, 1)
        found.append((blocks[:, upper] * count + blocks[:, lower]).ravel())
    large = np.flatnonzero(sizes > cap)
    if kind == ALIKE:
        for block in large.tolist():
            members = owners[starts[block] : starts[block] + sizes[block]]
            found.append(members[:-1] * count + members[1:])
    if kind in RARE or not len(large):
        return np.concatenate(found), []
    return np.concatenate(found), _told(kind, rows, owners[starts[large]], codes[starts[large]], sizes[large])


def _blocks(table: pl.DataFrame, count: int) -> tuple[Rows, Codes, Rows, Rows]:
    """Rows in the order of their keys, ascending within one, with the keys; where each key starts; how many rows have it.

    Key and row share a number, so that one plain sort does it. Should two keys ever be cut to the same, a pair too many is
    compared.
    """
    packed = pl.Series(_cut(table["key"].to_numpy(), count) | table["row"].to_numpy()).sort().to_numpy()
    packed = packed[np.r_[True, packed[1:] != packed[:-1]][: len(packed)]]
    mask = np.uint64((1 << count.bit_length()) - 1)
    owners, codes = (packed & mask).astype(np.int64), packed & ~mask
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]][: len(codes)])
    return owners, codes, starts, np.diff(np.r_[starts, len(codes)])


def _cut(codes: Codes, count: int) -> Codes:
    """``codes`` mixed, their last bits empty for the number of a row."""
    mixed = (codes ^ codes >> np.uint64(32)) * np.uint64(0xD6E8FEB86659FD93)
    mixed = (mixed ^ mixed >> np.uint64(32)) * np.uint64(0xD6E8FEB86659FD93)
    bits = np.uint64(count.bit_length())
    return mixed >> bits << bits


def _told(kind: str, rows: Prepared, some: Rows, codes: Codes, sizes: Rows) -> list[Capped]:
    """The texts of the keys with these numbers, one of whose owners each ``some`` holds."""
    made = [frame.select("key", code=pl.col("key").hash()) for frame in KINDS[kind].keys(rows.some(np.unique(some)))]
    texts = pl.concat(pl.collect_all(made))
    known = dict(zip(_cut(texts["code"].to_numpy(), len(rows)).tolist(), texts["key"].to_list(), strict=True))
    return [Capped(f"{kind}:{known[code]}", size) for code, size in zip(codes.tolist(), sizes.tolist(), strict=True)]


def without(normal: Normal, busy: Collection[str]) -> Normal:
    """``normal`` without the telephone numbers and mail addresses whose keys are in ``busy``: too many rows have them."""
    columns = {"p": "phones", "e": "mails"}
    spent = {column: [key[2:] for key in busy if key[0] == kind] for kind, column in columns.items()}
    if not any(spent.values()):
        return normal
    kept = {column: pl.col(column).list.filter(~pl.element().is_in(values)) for column, values in spent.items() if values}
    return Normal(normal.frame.with_columns(**kept))

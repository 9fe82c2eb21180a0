"""A cheap look at the pairs that share a key: most of them have nothing else in common and are not compared in earnest."""

from __future__ import annotations

import numpy as np
import polars as pl

from xlcrm.match.kinds import Prepared
from xlcrm.match.letters import Rows
from xlcrm.match.levels import Mask

_ENOUGH = 2
_SURE = ("core", "code", "identity")
_REACH = ("phones", "mails")
_SEEN = 2  # telephones and mail addresses of a row that are looked at; others make keys, and keys make pairs
_SIGNS = {
    "surname": pl.col("surname"),
    "person": pl.col("person"),
    "branch": pl.col("branch"),
    "door": pl.col("heard_door"),
    "road": pl.col("street").str.slice(0, 3),
    "corner": pl.col("corner"),
    "born": pl.col("born"),
    "postcode": pl.col("postcode"),
    "given": pl.col("given"),
}
"""What two rows of one customer often share; each counts one, ``_SURE`` and ``_REACH`` two."""


def plausible(rows: Prepared, left: Rows, right: Rows) -> Mask:
    """Whether more than one thing speaks for each pair of ``rows``; symmetric in the two."""
    reach = {f"{name}{at}": pl.col(name).list.get(at, null_on_oob=True) for name in _REACH for at in range(_SEEN)}
    short = {"short": pl.col("short").str.slice(-1)}
    texts = {**{name: pl.col(name) for name in _SURE}, **_SIGNS, **short, **reach}
    hashed = {name: pl.when(text != "").then(text.hash()).fill_null(0) for name, text in texts.items()}
    found = rows.frame.select(**hashed)
    codes = {name: found[name].to_numpy() for name in texts}
    codes |= {"first": rows.brand.heard().first(), "last": rows.near.heard().last()}

    def shared(one: str, other: str) -> Mask:
        here = codes[one][left]
        same: Mask = (here == codes[other][right]) & (here != 0)
        return same

    points = np.zeros(len(left), np.int8)
    for name in _SURE:
        points += 2 * shared(name, name)
    for name in _REACH:
        for one in range(_SEEN):
            for other in range(_SEEN):
                points += 2 * shared(f"{name}{one}", f"{name}{other}")
    for name in _SIGNS:
        points += shared(name, name)
    first, last = shared("first", "first"), shared("last", "last")
    points += first
    points += last
    points += (first | last) & shared("short", "short")  # the place alone says little: half of a list is from one town
    return points >= _ENOUGH

"""Words of trade at the edges of names (机电设备, 商贸): too many for a pattern that is made for a few texts."""

from __future__ import annotations

from functools import cache

import polars as pl

from xlcrm.match.text import FEW, choice
from xlcrm.match.words import NOUNS, TRADES

TRADE = f"(?:(?:{choice(TRADES)})(?:{choice(NOUNS)})?)"
"""A regular expression for a word of trade, with what ends a shop's name."""

_BEHIND = f"{TRADE}+$"


def without(texts: pl.Series) -> pl.Series:
    """``texts`` without the words of trade they end with."""
    if len(texts) > FEW:
        return texts.str.replace(_BEHIND, "")
    return pl.Series(texts.name, [text[: _begin(text)] for text in texts.to_list()], pl.String)


def ahead(texts: pl.Series) -> pl.Series:
    """Which of ``texts`` begin with a word of trade."""
    if len(texts) > FEW:
        return texts.str.contains(f"^(?:{choice(TRADES)})")
    sizes = sorted({len(trade) for trade in TRADES})
    return pl.Series([any(text[:size] in TRADES for size in sizes) for text in texts.to_list()], dtype=pl.Boolean)


def _begin(text: str) -> int:
    """Where in ``text`` the words of trade begin that it ends with."""
    units, longest = _units()
    begin = len(text)
    reached = {begin}
    for at in range(begin - 1, -1, -1):
        if any(end - at <= longest and text[at:end] in units for end in reached):
            reached.add(at)
            begin = at
    return begin


@cache
def _units() -> tuple[frozenset[str], int]:
    found = TRADES | {trade + noun for trade in TRADES for noun in NOUNS}
    return found, max(map(len, found))

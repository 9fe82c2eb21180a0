"""How far the names of two customers agree."""

from __future__ import annotations

import numpy as np
import polars as pl

from xlcrm.match.compare.pairs import Found, Pairs, Rules, ends, shared, spread, within
from xlcrm.match.letters import Rows
from xlcrm.match.levels import Mask, number
from xlcrm.match.text import ordered

_NEAR = ((4, 1), (6, 2), (11, 3))
"""Typing errors that leave a name near: characters of the longer name, edits allowed from there."""

_LONG = 8
"""From this length on one wrong character in the trade is a typing error, not another trade (服饰, 服装)."""

_GENERIC = r"(经营部|批发部|门市部|经销部|销售部|服务部|商行|商店|专卖店|店|行|部|馆|铺|坊|厂|城|社)$"
"""What every shop may be called."""


def names(pairs: Pairs) -> Found:
    """Levels of the names."""
    found = pairs.equal("name", "core")
    open_ = np.flatnonzero(found == number("name", "differ"))
    if len(open_):
        found[open_] = _differing(pairs.some(open_))
    return found


def _differing(pairs: Pairs) -> Found:
    """The level of names whose cores are not equal; both have one."""
    edits = pairs.edits("core")
    size = pairs.both("size")
    apart = edits
    length = np.maximum(*size)
    # A place may be part of the brand, or have lost its 市: then the names agree as spoken.
    aloud = pairs.table.codes["spoken"] != pairs.table.codes["core"]
    some = np.flatnonzero(aloud[pairs.left] | aloud[pairs.right])
    as_spoken, said = pairs.some(some).edits("spoken"), pairs.both("said")
    better = as_spoken < edits[some]
    spoken_apart, edits = apart.copy(), apart.copy()
    spoken_apart[some] = as_spoken
    edits[some] = np.where(better, as_spoken, edits[some])
    length[some] = np.where(better, np.maximum(*said)[some], length[some])
    trade_a, trade_b = pairs.both("trade")
    brand, rank, mark = pairs.same("brand"), np.minimum(*size), np.maximum(*pairs.both("mark"))
    digits_a, digits_b = pairs.both("digits")
    near = np.zeros(len(pairs), bool)
    for least, allowed in _NEAR:
        near |= (length >= least) & (edits <= allowed)
    some = np.flatnonzero(near & (trade_a == trade_b) & (trade_a != 0))
    near[some] = pairs.some(some).edits("brand") * 2 <= mark[some]  # 塔山建材, 朝阳建材
    sisters = brand & (trade_a != 0) & (trade_b != 0)
    flip = size[0] > size[1]  # the shorter core first
    short, long = np.where(flip, pairs.right, pairs.left), np.where(flip, pairs.left, pairs.right)
    codes = pairs.table.codes
    rules: Rules = [
        (_aliases(pairs), "former"),
        (edits == 0, "same"),
        ((digits_a != 0) & (digits_b != 0) & (digits_a != digits_b), "number"),
        (pairs.same("heard_core") & (size[0] == size[1]) & ((edits == 1) | (mark > 3)), "sound"),
        (_turned(pairs, edits), "swapped"),
        *_of_words(pairs),
        (sisters & _trade_inside(pairs, sisters), "part"),
        (sisters & (edits == 1) & (pairs.same("sum_trade") | (length >= _LONG)), "near"),
        (sisters & (pairs.same("trades") | _kin(pairs, sisters)), "kin"),
        (sisters | _other_trade(pairs), "trade"),
        ((rank >= 2) & (codes["core"][short] == codes["brand"][long]), "part"),
        (_inside(pairs, "core", short, long, apart, rank >= 3), "part"),
        (near & (trade_a == trade_b) & (mark <= 3), "close"),  # with a short brand one character is much of the name
        (near, "near"),
        (_inside(pairs, "spoken", short, long, spoken_apart, np.minimum(*said) >= 4), "part"),
    ]
    found = np.select([mask for mask, _ in rules], [number("name", level) for _, level in rules], number("name", "differ"))
    # A shared trade alone makes no likeness (远航商贸, 鑫泰商贸): the brands must have something in common.
    rest = np.flatnonzero((found == number("name", "differ")) & (edits * 2 <= length))
    one, other = (texts.str.split("").list.set_difference([""]) for texts in pairs.some(rest).series("brand"))
    common = one.list.set_intersection(other).list.len().to_numpy() > 0
    found[rest[common]] = number("name", "similar")
    return found.astype(np.uint8)


def _inside(pairs: Pairs, column: str, short: Rows, long: Rows, edits: Rows, open_: Mask) -> Mask:
    """Whether the text of the row ``short`` lies in that of ``long``: then all ``edits`` are characters more."""
    found = np.zeros(len(pairs), bool)
    sizes = pairs.table.codes["size" if column == "core" else "said"]
    some = np.flatnonzero(open_ & (edits == sizes[long] - sizes[short]))
    texts = pairs.table.frame[column]
    found[some] = within(texts.gather(short[some]), texts.gather(long[some]))[0]
    return found


def _trade_inside(pairs: Pairs, sisters: Mask) -> Mask:
    """Whether one trade lies in the other."""
    found = np.zeros(len(pairs), bool)
    some = np.flatnonzero(sisters)
    found[some] = np.logical_or(*within(*pairs.some(some).series("trade")))
    return found


def _turned(pairs: Pairs, edits: Rows) -> Mask:
    """Names of the same characters in another order (丰收造型, 造型丰收)."""
    size_a, size_b = pairs.both("size")
    found = np.zeros(len(pairs), bool)
    open_ = np.flatnonzero((size_a == size_b) & (size_a >= 4) & (edits >= 2) & pairs.same("sum_core"))
    found[open_] = [sorted(one) == sorted(other) for one, other in zip(*pairs.some(open_).texts("core"), strict=True)]
    return found


def _of_words(pairs: Pairs) -> Rules:
    """Names of several words: the same in another order, or all of one's among the other's."""
    some = np.flatnonzero(np.logical_or(*pairs.both("words")))
    if not len(some):
        return []
    texts = pairs.some(some).series("core")
    swapped = (ordered(texts[0]) == ordered(texts[1])).to_numpy()
    one, other = (names.str.split(" ") for names in texts)
    common = one.list.set_intersection(other).list.len()
    least = pl.DataFrame({"a": one.list.len(), "b": other.list.len()}).min_horizontal()
    return spread([(swapped, "swapped"), (((common == least) & (least >= 2)).to_numpy(), "part")], some, len(pairs))


def _kin(pairs: Pairs, sisters: Mask) -> Mask:
    """Trades of shops that have a character in common besides the words for a shop (灯具店, 灯饰店)."""
    legal = pairs.table.frame["legal"].is_in(["", "shop"]).to_numpy()
    found = np.zeros(len(pairs), bool)
    open_ = np.flatnonzero(sisters & legal[pairs.left] & legal[pairs.right])
    one, other = (texts.str.replace(_GENERIC, "").str.split("") for texts in pairs.some(open_).series("trade"))
    found[open_] = one.list.set_intersection(other).list.set_difference([""]).list.len().to_numpy() > 0
    return found


def _other_trade(pairs: Pairs) -> Mask:
    """Names that begin with the same brand, where one's trade is known and the rest of the other has nothing of it."""
    found = np.zeros(len(pairs), bool)
    codes, frame = pairs.table.codes, pairs.table.frame
    for rows, others in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
        begins = (codes["trade"][rows] != 0) & (codes["mark"][rows] >= 2) & (codes["begin"][rows] == codes["head"][others])
        open_ = np.flatnonzero(begins & (codes["size"][others] >= codes["mark"][rows] + 2))
        brand, core = frame["brand"].gather(rows[open_]), frame["core"].gather(others[open_])
        some = np.flatnonzero(ends(core, brand, "starts_with"))
        rest = (
            pl.DataFrame({"core": core, "brand": brand})[some]
            .select(pl.col("core").str.strip_prefix(pl.col("brand")))
            .to_series()
        )
        trade = frame["trade"].gather(rows[open_[some]])
        common = rest.str.split("").list.set_intersection(trade.str.split("")).list.set_difference([""])
        found[open_[some[common.list.len().to_numpy() == 0]]] = True
    return found


def _aliases(pairs: Pairs) -> Mask:
    """Where a former or short name of the one is the name, or such a name, of the other."""
    aliases, core = pairs.table.codes["aliases"], pairs.table.codes["core"]
    if not aliases.any():
        return np.zeros(len(pairs), bool)
    one, other = aliases[pairs.left], aliases[pairs.right]
    found = (one == core[pairs.right][:, None]).any(axis=1) | (other == core[pairs.left][:, None]).any(axis=1)
    return np.asarray(found | shared(one, other).any(axis=(1, 2)))

"""How far the contacts of two customers agree, or the customers themselves where they are people."""

from __future__ import annotations

import numpy as np
import polars as pl

from xlcrm.match.compare.pairs import Found, Pairs, Rules, ends, spread
from xlcrm.match.letters import Rows
from xlcrm.match.levels import Mask, number
from xlcrm.match.sounds import sound


def contacts(pairs: Pairs) -> Found:
    """Levels of the contacts."""
    one, other = pairs.both("person")
    surname_a, surname_b = pairs.both("surname")
    found = np.where(pairs.same("surname"), number("contact", "title"), number("contact", "differ")).astype(np.uint8)
    found[(one == other) & (one != 0)] = number("contact", "same")
    found[(surname_a == 0) | (surname_b == 0)] = 0
    open_ = np.flatnonzero((one != 0) & (other != 0) & (one != other) & (surname_a != 0) & (surname_b != 0))
    if len(open_):
        found[open_] = _differing(pairs.some(open_))
    return found


def _differing(pairs: Pairs) -> Found:
    """The level of people whose full names are known and not equal."""
    long = pairs.both("long")
    length, shorter = np.maximum(*long), np.minimum(*long)
    latin = np.logical_and(*pairs.both("latin"))
    edits = pairs.edits("person")
    near = np.where(latin, (edits <= 1) & (length >= 4) | (edits <= 2) & (length >= 8), (edits == 1) & (length >= 3))
    kin = pairs.same("surname")
    foreign = np.flatnonzero(latin)
    rules: Rules = [
        (pairs.same("heard_person") & (length == shorter) & ~latin, "sound"),
        (_turned(pairs, ~latin & (shorter >= 3)), "swapped"),
        (~kin & ~latin & near & (length == shorter), "given"),  # 董丽华, 毛丽华
        (_at_end(pairs, (shorter >= 2) & (edits == length - shorter)) | near, "near"),
        *spread(_foreign(pairs.some(foreign)), foreign, len(pairs)),
        *_bilingual(pairs),
        (kin, "surname"),
        *spread([(_common(pairs.some(foreign)), "given")], foreign, len(pairs)),
    ]
    levels = [number("contact", level) for _, level in rules]
    return np.select([mask for mask, _ in rules], levels, number("contact", "differ")).astype(np.uint8)


def _at_end(pairs: Pairs, open_: Mask) -> Mask:
    """Whether one name is the end of the other."""
    found = np.zeros(len(pairs), bool)
    some = np.flatnonzero(open_)
    one, other = pairs.some(some).series("person")
    found[some] = ends(one, other) | ends(other, one)
    return found


def _turned(pairs: Pairs, open_: Mask) -> Mask:
    """Whether the surname stands behind in one of the names."""
    found = np.zeros(len(pairs), bool)
    some = np.flatnonzero(open_ & pairs.same("sum_person"))
    one, other = pairs.some(some).series("person")
    turned = (other.str.slice(1) + other.str.slice(0, 1) == one) | (one.str.slice(1) + one.str.slice(0, 1) == other)
    found[some] = turned.to_numpy()
    return found


def _foreign(pairs: Pairs) -> Rules:
    """Names in Latin letters: swapped, or with initials."""
    one, other = pairs.series("ordered")
    swapped = (one == other).to_numpy()
    heads = [names.str.replace_all(r"(\S)\S* ?", "$1") for names in (one, other)]
    lone = [names.str.contains(r"(^| )\S( |$)") for names in (one, other)]
    initial = ((heads[0] == heads[1]) & (lone[0] | lone[1])).to_numpy() & _common(pairs)
    return [(swapped, "swapped"), (initial, "initial")]


def _common(pairs: Pairs) -> Mask:
    """Whether the names have a word in common."""
    one, other = (texts.str.split(" ") for texts in pairs.series("person"))
    return one.list.set_intersection(other).list.len().to_numpy() > 0


def _bilingual(pairs: Pairs) -> Rules:
    """A Chinese name and one in Latin letters: the same name in pinyin (张伟, wei zhang), or the surname (tom zhang)."""
    one, other = pairs.both("latin")
    some = np.flatnonzero(one != other)
    first = one[some]
    foreign_rows: Rows = np.where(first, pairs.left[some], pairs.right[some])
    chinese_rows: Rows = np.where(first, pairs.right[some], pairs.left[some])
    frame = pairs.table.frame
    foreign, chinese = frame["person"].gather(foreign_rows), frame["person"].gather(chinese_rows)
    if not len(some):
        return []
    surname, spoken = sound(frame["surname"].gather(chinese_rows)), sound(chinese)
    names = foreign.str.split(" ")
    turned = (
        names.to_frame("words")
        .select(pl.col("words").list.last() + pl.col("words").list.head(pl.col("words").list.len() - 1).list.join(""))
        .to_series()
    )
    plain = foreign.str.contains(r"^[a-z .'-]+$")
    whole = ((names.list.join("") == spoken) | (turned == spoken)) & plain
    part = (
        pl.DataFrame({"words": names, "surname": surname}).select(pl.col("words").list.contains(pl.col("surname")))["words"]
        & plain
    )
    return spread([(whole.to_numpy(), "sound"), (part.to_numpy(), "title")], some, len(pairs))

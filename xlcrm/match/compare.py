"""The third step, first half: how far the two rows of every candidate pair agree, field by field (``levels.py``).

Whole columns of pairs are compared at once; nothing but the two rows of a pair is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, Indel
from rapidfuzz.process import cpdist

from xlcrm.match import places, reach
from xlcrm.match.block import Rows
from xlcrm.match.company import Company, Shape, trade_group
from xlcrm.match.levels import FIELDS, POSITION, Levels, Mask, number
from xlcrm.match.normalise import Normal
from xlcrm.match.words import DEPARTMENTS

_Codes = npt.NDArray[np.int64]

_NEAR = ((4, 1), (6, 2), (11, 3))
"""Typing errors that leave a name near: characters of the longer name, edits allowed from there."""

_LONG = 8
"""From this length on one wrong character in the trade is a typing error, not another trade (服饰, 服装)."""

_DEPARTMENTS = frozenset(word for word in DEPARTMENTS if len(word) == 1)


def compare(normal: Normal, left: Rows, right: Rows) -> Levels:
    """The levels of agreement of the pairs (``left[k]``, ``right[k]``) of rows of ``normal``; symmetric in the two."""
    found = np.zeros((len(left), len(FIELDS)), np.uint8)
    if not len(left):
        return found
    for field, levels in (
        ("uscc", _uscc(normal, left, right)),
        ("name", _names(normal, left, right)),
        ("place", _places(normal, left, right)),
        ("branch", _branches(normal, left, right)),
        ("legal", _legal(normal, left, right)),
        ("contact", _contacts(normal, left, right)),
        ("phone", _phones(normal, left, right)),
        ("mail", _mails(normal, left, right)),
        ("address", _addresses(normal, left, right)),
        ("shape", _shapes(normal, left, right)),
    ):
        found[:, POSITION[field]] = levels
    return found


def _codes(values: Iterable[object]) -> _Codes:
    """A number for each distinct value; 0 for the empty ones."""
    known: dict[object, int] = {"": 0, (): 0}
    return np.array([known.setdefault(value, len(known)) for value in values], np.int64)


def _pick(values: Sequence[str], rows: Rows) -> list[str]:
    return [values[row] for row in rows.tolist()]


def _edits(one: Sequence[str], other: Sequence[str]) -> _Codes:
    """Wrong, missing, added and swapped characters between the strings of each pair."""
    found: _Codes = cpdist(one, other, scorer=OSA.distance, workers=-1, dtype=np.int64)
    return found


def _equal(field: str, one: _Codes, other: _Codes) -> npt.NDArray[np.uint8]:
    """Levels "same" and "differ" by code, "missing" where either is empty."""
    found = np.where(one == other, number(field, "same"), number(field, "differ"))
    return np.where((one == 0) | (other == 0), 0, found).astype(np.uint8)


def _uscc(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    if not any(normal.codes):
        return np.zeros(len(left), np.uint8)
    codes = _codes(normal.codes)
    return _equal("uscc", codes[left], codes[right])


def _legal(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    codes = _codes(name.legal for name in normal.names)
    found = _equal("legal", codes[left], codes[right])
    found[(codes[left] == 0) != (codes[right] == 0)] = number("legal", "one")
    return found


def _names(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    cores = [name.core for name in normal.names]
    codes = _codes(cores)
    found = _equal("name", codes[left], codes[right])
    open_ = np.flatnonzero(found == number("name", "differ"))
    if not len(open_):
        return found
    left, right = left[open_], right[open_]
    one, other = _pick(cores, left), _pick(cores, right)
    spoken = [name.spoken for name in normal.names]
    edits = _edits(one, other)
    length = np.maximum(_lengths(one), _lengths(other))
    # A place may be part of the brand, or have lost its 市: then the names agree as spoken.
    one, other = _pick(spoken, left), _pick(spoken, right)
    as_spoken, longer = _edits(one, other), np.maximum(_lengths(one), _lengths(other))
    better = as_spoken < edits
    edits, length = np.where(better, as_spoken, edits), np.where(better, longer, length)
    levels = [
        _name_level(normal.names[a], normal.names[b], normal.aliases[a], normal.aliases[b], edit, size)
        for a, b, edit, size in zip(left.tolist(), right.tolist(), edits.tolist(), length.tolist(), strict=True)
    ]
    found[open_] = levels
    return found


def _lengths(texts: Sequence[str]) -> _Codes:
    return np.fromiter(map(len, texts), np.int64, len(texts))


_SAME, _FORMER, _NEARLY, _CLOSE, _PART, _TRADE, _NUMBER, _SIMILAR, _DIFFER = (
    number("name", level) for level in ("same", "former", "near", "close", "part", "trade", "number", "similar", "differ")
)


def _name_level(a: Company, b: Company, also_a: tuple[str, ...], also_b: tuple[str, ...], edits: int, length: int) -> int:
    """The level of two names whose cores differ by ``edits`` in ``length`` characters."""
    if b.core in also_a or a.core in also_b or not {*also_a}.isdisjoint(also_b):
        return _FORMER
    if edits == 0:
        return _SAME
    if a.digits and b.digits and a.digits != b.digits:
        return _NUMBER
    if a.brand == b.brand and a.trade and b.trade:
        if trade_group(a.trade) == trade_group(b.trade) or a.trade in b.trade or b.trade in a.trade:
            return _PART
        swapped = sorted(a.trade) == sorted(b.trade)
        return _NEARLY if edits == 1 and (swapped or length >= _LONG) else _TRADE
    short, long = (a, b) if len(a.core) <= len(b.core) else (b, a)
    if len(short.core) >= 2 and (short.core == long.brand or (len(short.core) >= 3 and short.core in long.core)):
        return _PART
    if any(length >= size and edits <= allowed for size, allowed in _NEAR):
        # The trade says little: with a short brand one character of it is much of the name.
        return _CLOSE if a.trade == b.trade and max(len(a.brand), len(b.brand)) <= 3 else _NEARLY
    if short.spoken in long.spoken and len(short.spoken) >= 4:
        return _PART
    # A shared trade alone makes no likeness (远航商贸, 鑫泰商贸): the brands must have something in common.
    return _SIMILAR if edits * 2 <= length and not {*a.brand}.isdisjoint(b.brand) else _DIFFER


def _places(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    same, differ = number("place", "same"), number("place", "differ")
    values = [name.place for name in normal.names]
    found = _by_value(values, left, right, lambda a, b: same if places.near(a, b) else differ)
    codes = _codes(values)
    found[(codes[left] == 0) != (codes[right] == 0)] = number("place", "one")
    return found


def _by_value(values: Sequence[Any], left: Rows, right: Rows, level: Callable[[Any, Any], int]) -> npt.NDArray[np.uint8]:
    """``level(a, b)`` of the two rows' values, worked out once for each distinct pair of values; 0 where either is empty."""
    codes = _codes(values)
    one, other = np.minimum(codes[left], codes[right]), np.maximum(codes[left], codes[right])
    found = np.zeros(len(left), np.uint8)
    both = np.flatnonzero(one > 0)
    if not len(both):
        return found
    size = int(codes.max()) + 1
    _, first, back = np.unique(one[both] * size + other[both], return_index=True, return_inverse=True)
    rows = both[first]
    levels = [level(values[a], values[b]) for a, b in zip(left[rows].tolist(), right[rows].tolist(), strict=True)]
    found[both] = np.array(levels, np.uint8)[back]
    return found


def _branches(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    values = [name.branch for name in normal.names]
    found = _by_value(values, left, right, _branch_level)
    codes = _codes(values)
    found[(codes[left] == 0) != (codes[right] == 0)] = number("branch", "one")
    return found


def _branch_level(a: str, b: str) -> int:
    if a == b:
        return number("branch", "same")
    if a.endswith(b) or b.endswith(a):  # 昆明呈贡 and 呈贡
        return number("branch", "near")
    if min(len(a), len(b)) < 2 or OSA.distance(a, b, score_cutoff=1) > 1:
        return number("branch", "differ")
    if a[-1] == b[-1] and a[-1] in _DEPARTMENTS and max(len(a), len(b)) < 6:
        return number("branch", "differ")  # 教务处, 总务处
    # 浮山 for 佛山 is a typing error, 南宁 for 南昌 is another branch.
    return number("branch", "differ" if places.whole(a) and places.whole(b) else "near")


def _contacts(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    return _by_value([person if person.surname else () for person in normal.contacts], left, right, _contact_level)


def _contact_level(a: tuple[str, str], b: tuple[str, str]) -> int:
    (surname, name), (other_surname, other) = a, b
    if name and name == other:
        return number("contact", "same")
    if not name or not other:
        return number("contact", "title" if surname == other_surname else "differ")
    if name.endswith(other) or other.endswith(name):
        return number("contact", "near")
    if OSA.distance(name, other, score_cutoff=1) == 1 and max(len(name), len(other)) >= 2:
        if max(len(name), len(other)) >= 3:
            return number("contact", "near")
        if surname == other_surname:
            return number("contact", "surname")
    return number("contact", "differ")


def _padded(values: Sequence[tuple[str, ...]]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Rows of codes, padded with -1, and the text of each code."""
    known: dict[str, int] = {}
    found = np.full((len(values), reach.MOST), -1, np.int64)
    for row, texts in enumerate(values):
        for column, text in enumerate(texts):
            found[row, column] = known.setdefault(text, len(known))
    return found, list(known)


def _shared(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> Mask:
    found: Mask = np.zeros(len(one), bool)
    for a in range(one.shape[1]):
        for b in range(other.shape[1]):
            found |= (one[:, a] == other[:, b]) & (one[:, a] >= 0)
    return found


def _phones(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    codes, texts = _padded(normal.phones)
    one, other = codes[left], codes[right]
    found = np.full(len(left), number("phone", "differ"), np.uint8)
    for a in range(2):
        for b in range(2):
            both = np.flatnonzero((one[:, a] >= 0) & (other[:, b] >= 0))
            near = _edits(_pick(texts, one[both, a]), _pick(texts, other[both, b])) == 1 if len(both) else np.zeros(0, bool)
            found[both[near]] = number("phone", "near")
    found[_shared(one, other)] = number("phone", "service")
    own = np.array([not reach.service(text) for text in texts] + [False])  # the last stands for the padding, -1
    found[_shared(np.where(own[one], one, -1), other)] = number("phone", "same")
    found[(one[:, 0] < 0) | (other[:, 0] < 0)] = 0
    return found


def _mails(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    codes, _ = _padded(normal.mails)
    hosts, _ = _padded([tuple({host: None for mail in mails if (host := reach.domain(mail))}) for mails in normal.mails])
    one, other = codes[left], codes[right]
    found = np.full(len(left), number("mail", "differ"), np.uint8)
    found[_shared(hosts[left], hosts[right])] = number("mail", "domain")
    found[_shared(one, other)] = number("mail", "same")
    found[(one[:, 0] < 0) | (other[:, 0] < 0)] = 0
    return found


def _addresses(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    streets = [address.street for address in normal.addresses]
    codes = _codes(streets)
    found = _equal("address", codes[left], codes[right])
    open_ = np.flatnonzero(found == number("address", "differ"))
    if not len(open_):
        return found
    one, other = _pick(streets, left[open_]), _pick(streets, right[open_])
    alike = cpdist(one, other, scorer=Indel.normalized_similarity, workers=-1) >= 0.75
    doors = _codes(address.doors for address in normal.addresses)
    alike &= doors[left[open_]] == doors[right[open_]]
    within = np.array([(a in b or b in a) and min(len(a), len(b)) >= 5 for a, b in zip(one, other, strict=True)], bool)
    found[open_[alike | within]] = number("address", "near")
    return found


def _shapes(normal: Normal, left: Rows, right: Rows) -> npt.NDArray[np.uint8]:
    codes = np.array([_sort(name) for name in normal.names], np.uint8)
    one, other = codes[left], codes[right]
    found = np.where(one == other, one, number("shape", "company"))
    for name in ("bare", "shop", "person"):  # the later says more
        level = number("shape", name)
        found[(one == level) | (other == level)] = level
    named = np.array([name.shape is not Shape.NONE for name in normal.names])
    found[~(named[left] & named[right])] = 0
    return found.astype(np.uint8)


def _sort(name: Company) -> int:
    if name.shape is Shape.PERSON:
        return number("shape", "person")
    if name.shape in (Shape.SHOP, Shape.INSTITUTION):
        return number("shape", name.shape.value)
    if len(name.brand) <= 2 and not (name.place and name.trade):
        return number("shape", "bare")
    return 0

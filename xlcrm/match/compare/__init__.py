"""The third step, first half: how far the two rows of every candidate pair agree, field by field (``levels.py``).

Whole columns of pairs are compared at once: equal values by their numbers, texts only for pairs that need a distance.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from xlcrm.match.caps import MOST_COUNTED
from xlcrm.match.compare.names import names
from xlcrm.match.compare.pairs import Found, Pairs, alike, edits, ends, shared, within
from xlcrm.match.compare.people import contacts
from xlcrm.match.compare.table import VALUES, Table, encode
from xlcrm.match.letters import Rows
from xlcrm.match.levels import FIELDS, POSITION, Levels, Mask, Rarity, number
from xlcrm.match.sounds import stand_in
from xlcrm.match.words import DEPARTMENTS
from xlcrm.model.vocabularies import vocabulary

__all__ = ["Table", "compare", "encode"]

_DEPARTMENTS = [word for word in DEPARTMENTS if len(word) == 1]
_LONG = 5  # characters of a branch that are enough to know it by
_LOOKED_AT = 2  # telephone numbers of a row that may be another's with a typing error


def compare(table: Table, left: Rows, right: Rows) -> tuple[Levels, Rarity]:
    """The levels of agreement of the pairs (``left[k]``, ``right[k]``) of rows, symmetric in the two, and how many rows have
    the value they agree in.
    """
    found = np.zeros((len(left), len(FIELDS)), np.uint8)
    rarity = np.zeros((len(left), len(FIELDS)), np.int32)
    if not len(left):
        return found, rarity
    pairs = Pairs(table, left, right)
    for field, levels in (
        ("uscc", pairs.numbers("uscc", "code")),
        ("identity", pairs.numbers("identity", "identity")),
        ("name", names(pairs)),
        ("place", _places(pairs)),
        ("branch", _branches(pairs)),
        ("legal", _legal(pairs)),
        ("contact", contacts(pairs)),
        ("phone", _phones(pairs)),
        ("mail", _mails(pairs)),
        ("address", _addresses(pairs)),
        ("born", _births(pairs)),
        ("postcode", pairs.numbers("postcode", "postcode")),
        ("locality", _localities(pairs)),
        ("shape", _shapes(pairs)),
    ):
        found[:, POSITION[field]] = levels
    for field, column in VALUES.items():
        if field in FIELDS and field not in ("phone", "mail"):
            same = found[:, POSITION[field]] == number(field, "same")
            rarity[same, POSITION[field]] = table.counts[column][left[same]]
    for field, column in (("phone", "phones"), ("mail", "mails")):
        rarity[:, POSITION[field]] = _scarce(pairs, column)
    title = found[:, POSITION["contact"]] == number("contact", "title")
    rarity[title, POSITION["contact"]] = table.counts["surname"][left[title]]
    _one_fact(table, found, rarity, left, right)
    return found, rarity


def _one_fact(table: Table, found: Levels, rarity: Rarity, left: Rows, right: Rows) -> None:
    """A person who is the customer is his own contact: name and contact are one fact and count once."""
    core, person = table.codes["core"], table.codes["person"]
    own = (
        (found[:, POSITION["shape"]] == number("shape", "person")) & (core[left] == person[left]) & (core[right] == person[right])
    )
    own &= core[left] != 0
    own &= core[right] != 0
    at = POSITION["contact"]
    contact = found[own, at]
    found[own, POSITION["name"]] = _OF_PERSONS[contact]
    rarity[own, POSITION["name"]] = np.where(contact == number("contact", "same"), rarity[own, at], 0)
    found[own, at] = 0
    rarity[own, at] = 0


_AS_NAME = {
    "missing": "missing", "same": "same", "sound": "sound", "near": "near", "swapped": "swapped", "initial": "initial",
    "title": "part", "surname": "family", "given": "similar",
    "differ": "differ",
}  # fmt: skip
_OF_PERSONS = np.array([number("name", _AS_NAME[level]) for level in FIELDS["contact"]], np.uint8)


@cache
def _places_names() -> list[str]:
    """Names of provinces, cities and districts, as written and as spoken."""
    options = [option for level in ("province", "city", "district") for option in vocabulary(level).options]
    return sorted({name for option in options for name in (option.zh, *option.synonyms) if name != "市辖区"})


def _legal(pairs: Pairs) -> Found:
    found = pairs.equal("legal", "legal")
    one, other = pairs.both("legal")
    found[(one == 0) != (other == 0)] = number("legal", "one")
    return found


def _places(pairs: Pairs) -> Found:
    one, other = pairs.both("places")
    near = np.zeros(len(one), bool)
    for a in range(one.shape[1]):
        for b in range(other.shape[1]):
            near |= _inside(one[:, a], other[:, b])
    found = np.where(near, number("place", "same"), number("place", "differ"))
    found = np.where((one[:, 0] == 0) | (other[:, 0] == 0), number("place", "one"), found)
    return np.where((one[:, 0] == 0) & (other[:, 0] == 0), 0, found).astype(np.uint8)


def _inside(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> Mask:
    """Whether of two administrative codes (padded to six digits) one is the other or lies in it."""
    found: Mask = one == other
    for unit in (100, 10_000):
        found |= ((one % unit == 0) | (other % unit == 0)) & (one // unit == other // unit)
    return found & (one > 0) & (other > 0)


def _branches(pairs: Pairs) -> Found:
    found = pairs.equal("branch", "branch")
    open_ = np.flatnonzero(found == number("branch", "differ"))
    if len(open_):
        one, other = pairs.some(open_).series("branch")
        inside = ends(one, other) | ends(other, one)  # 昆明呈贡 and 呈贡
        lengths = one.str.len_chars().to_numpy(), other.str.len_chars().to_numpy()
        begins = ends(one, other, "starts_with") | ends(other, one, "starts_with")
        inside |= begins & (np.minimum(*lengths) >= _LONG)
        # 台 is a 台州 cut short, 南昌 no 南宁
        whole = (np.minimum(*lengths) >= 2) | ((np.maximum(*lengths) == 2) & (lengths[0] != lengths[1]))
        typed = whole & (pairs.some(open_).edits("branch") <= 1)
        last = one.str.slice(-1)
        # 教务处, 总务处
        offices = ((last == other.str.slice(-1)) & last.is_in(_DEPARTMENTS)).to_numpy() & (np.maximum(*lengths) < 6)
        offices &= (stand_in(one) != stand_in(other)).to_numpy()  # 寝河大药店 for 沁河大药店
        # 二车间, 三车间
        figures = [texts.str.replace_all(r"[^0-9一二三四五六七八九十东南西北新老总本]", "") for texts in (one, other)]
        bare = (figures[0] == "").to_numpy() | (figures[1] == "").to_numpy()
        offices |= (figures[0] != figures[1]).to_numpy() & ~(bare & (lengths[0] == lengths[1]))  # 汐安 for 西安
        # 浮山 for 佛山 is a typing error, 南宁 for 南昌 is another branch.
        named = (one.is_in(_places_names()) & other.is_in(_places_names())).to_numpy()
        found[open_[inside | (typed & ~offices & ~named)]] = number("branch", "near")
    one_code, other_code = pairs.both("branch")
    found[(one_code == 0) != (other_code == 0)] = number("branch", "one")
    return found


def _phones(pairs: Pairs) -> Found:
    one, other = pairs.both("phones")
    found = np.full(len(pairs), number("phone", "differ"), np.uint8)
    both = shared(one, other)
    own = ~pairs.table.codes["services"][pairs.left]
    any_, mine = both.any(axis=(1, 2)), (both & own[:, :, None]).any(axis=(1, 2))
    seen = range(min(_LOOKED_AT, one.shape[1]))
    for a in seen:
        for b in seen:
            open_ = np.flatnonzero((one[:, a] != 0) & (other[:, b] != 0) & ~any_)
            some = pairs.some(open_)
            texts = some.series(f"phones{a}")[0], some.series(f"phones{b}")[1]
            found[open_[edits(texts[0].to_list(), texts[1].to_list()) == 1]] = number("phone", "near")
    found[any_] = number("phone", "service")
    found[mine] = number("phone", "same")
    found[(one[:, 0] == 0) | (other[:, 0] == 0)] = 0
    return found


def _mails(pairs: Pairs) -> Found:
    one, other = pairs.both("mails")
    found = np.full(len(pairs), number("mail", "differ"), np.uint8)
    found[shared(*pairs.both("hosts")).any(axis=(1, 2))] = number("mail", "domain")
    open_ = np.flatnonzero((one[:, 0] != 0) & (other[:, 0] != 0) & (one[:, 0] != other[:, 0]))
    found[open_[pairs.some(open_).edits("mails0") == 1]] = number("mail", "near")
    found[shared(one, other).any(axis=(1, 2))] = number("mail", "same")
    found[(one[:, 0] == 0) | (other[:, 0] == 0)] = 0
    return found


def _scarce(pairs: Pairs, column: str) -> Rows:
    """How many rows have the rarest of the numbers or addresses that both rows have; 0 where they share none."""
    counts = pairs.table.counts[column][pairs.left]
    least = np.where(shared(*pairs.both(column)), counts[:, :, None], MOST_COUNTED + 1).min(axis=(1, 2))
    return np.where(least > MOST_COUNTED, 0, least)


def _addresses(pairs: Pairs) -> Found:
    found = pairs.equal("address", "street")
    doors = pairs.both("doors")
    same = (found == number("address", "same")) & (doors[0] != doors[1]) & (doors[0] != 0) & (doors[1] != 0)
    found[same] = number("address", "house")
    open_ = np.flatnonzero(found == number("address", "differ"))
    if not len(open_):
        return found
    some = pairs.some(open_)
    near = alike(*some.texts("street")) >= 0.75
    near &= doors[0][open_] == doors[1][open_]
    one, other = some.series("street")
    inside = np.logical_or(*within(one, other))
    inside &= np.minimum(one.str.len_chars().to_numpy(), other.str.len_chars().to_numpy()) >= 5
    found[open_[some.same("house")]] = number("address", "house")
    found[open_[near | inside]] = number("address", "near")
    return found


def _births(pairs: Pairs) -> Found:
    found = pairs.numbers("born", "born")
    open_ = np.flatnonzero(found == number("born", "differ"))
    one, other = pairs.some(open_).series("born")
    turned = other.str.slice(0, 4) + other.str.slice(6, 2) + other.str.slice(4, 2)
    found[open_[(one == turned).to_numpy()]] = number("born", "near")
    return found


def _localities(pairs: Pairs) -> Found:
    found = pairs.equal("locality", "locality")
    open_ = np.flatnonzero(found == number("locality", "differ"))
    if len(open_):
        some = pairs.some(open_)
        near = alike(*some.texts("locality")) >= 0.8
        found[open_[near | np.logical_or(*within(*some.series("locality")))]] = number("locality", "near")
    return found


def _shapes(pairs: Pairs) -> Found:
    one, other = pairs.both("kind")
    found = np.where(one == other, one, number("shape", "company"))
    for name in ("bare", "shop", "person"):  # the later says more
        level = number("shape", name)
        found[(one == level) | (other == level)] = level
    found[(one == 255) | (other == 255)] = 0
    return found.astype(np.uint8)

"""The third step, first half: how far the two rows of every candidate pair agree, field by field (``levels.py``).

Whole columns of pairs are compared at once: equal values by their hashes, texts only for pairs that need a distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA, Indel
from rapidfuzz.process import cpdist

from xlcrm.match.block import Counts
from xlcrm.match.caps import MOST_COUNTED
from xlcrm.match.kinds import COUNTED
from xlcrm.match.levels import FIELDS, POSITION, Levels, Mask, Rarity, number
from xlcrm.match.normalise import Normal
from xlcrm.match.sounds import sound, stand_in
from xlcrm.match.words import DEPARTMENTS, FREE_MAIL, SAME_TRADE
from xlcrm.model.vocabularies import vocabulary

Rows: TypeAlias = npt.NDArray[np.int64]
_Codes: TypeAlias = npt.NDArray[np.uint64]
_Found: TypeAlias = npt.NDArray[np.uint8]

_NEAR = ((4, 1), (6, 2), (11, 3))
"""Typing errors that leave a name near: characters of the longer name, edits allowed from there."""

_LONG = 8
"""From this length on one wrong character in the trade is a typing error, not another trade (服饰, 服装)."""

_MOST = 4
"""Phone numbers or mail addresses of one row that are looked at."""

_GENERIC = r"(经营部|批发部|门市部|经销部|销售部|服务部|商行|商店|专卖店|店|行|部|馆|铺|坊|厂|城|社)$"
"""What every shop may be called."""

_DEPARTMENTS = [word for word in DEPARTMENTS if len(word) == 1]
_SERVICE = r"^\+86[48]00\d{7}$"
_PLAIN = ("place", "core", "spoken", "brand", "trade", "legal", "branch", "digits", "surname", "person", "code", "street")
_MORE = ("doors", "born", "identity", "postcode", "locality")
_COUNTED = {
    "name": "core", "contact": "person", "phone": "phones", "mail": "mails", "uscc": "code", "identity": "identity",
    "address": "street", "born": "born", "postcode": "postcode", "locality": "locality", "brand": "brand", "surname": "surname",
}  # fmt: skip
"""The column of ``Normal`` whose values are counted, by the field they are evidence for."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list made ready for comparing: a hash (0 for nothing) and a count for each row's value, and the texts."""

    frame: pl.DataFrame
    codes: dict[str, npt.NDArray[Any]]
    counts: dict[str, npt.NDArray[np.int32]]
    total: int


def encode(normal: Normal, counts: Counts | None = None) -> Table:
    """``normal`` ready for ``compare``; ``counts`` where the list is a part of a bigger whole, else its rows are counted."""
    frame = normal.frame
    wide = {
        f"{column}{at}": pl.col(column).list.get(at, null_on_oob=True).fill_null("")
        for column, width in (("phones", _MOST), ("mails", _MOST), ("aliases", 3))
        for at in range(width)
    }
    frame = frame.with_columns(**wide).with_columns(
        **{f"hosts{at}": _host(f"mails{at}") for at in range(_MOST)},
        trades=pl.col("trade").replace({word: min(group) for group in SAME_TRADE for word in group}),
        letters=pl.col("trade").str.split("").list.sort().list.join(""),
        size=pl.col("core").str.len_chars(),
        said=pl.col("spoken").str.len_chars(),
        mark=pl.col("brand").str.len_chars(),
        kind=_sort(),
    )
    hashed = [*_PLAIN, *_MORE, *wide, *(f"hosts{at}" for at in range(_MOST)), "trades", "letters"]
    table = frame.select(
        pl.when(pl.col(column) == "").then(pl.lit(0, pl.UInt64)).otherwise(pl.col(column).hash()).alias(column)
        for column in hashed
    )
    codes: dict[str, npt.NDArray[Any]] = {column: table[column].to_numpy() for column in hashed if column[-1] not in "0123456789"}
    for column in ("phones", "mails", "aliases", "hosts"):
        codes[column] = np.column_stack([table[name].to_numpy() for name in hashed if name[:-1] == column])
    codes["services"] = np.column_stack([frame[f"phones{at}"].str.contains(_SERVICE).to_numpy() for at in range(_MOST)])
    for column in ("size", "said", "mark"):
        codes[column] = frame[column].to_numpy().astype(np.int64)
    codes["kind"] = frame["kind"].to_numpy()
    codes["places"] = _areas(frame["place"])
    return Table(frame, codes, _counted(frame, codes, counts), counts.total if counts else len(normal))


def _host(column: str) -> pl.Expr:
    """The organisation's own domain of a mail address; "" for the free ones."""
    host = pl.col(column).str.extract(r"@([^@]*)$").fill_null("")
    return pl.when(host.is_in(list(FREE_MAIL))).then(pl.lit("")).otherwise(host)


def _sort() -> pl.Expr:
    """What the name is good for as evidence, as a number of the field "shape"; 255 where there is no name."""
    shape = pl.col("shape")
    bare = (pl.col("brand").str.len_chars() <= 2) & ~((pl.col("place") != "") & (pl.col("trade") != ""))
    found = pl.when(bare).then(number("shape", "bare")).otherwise(0)
    for name in ("person", "shop", "institution"):
        found = pl.when(shape == name).then(number("shape", name)).otherwise(found)
    return pl.when(shape == "none").then(255).otherwise(found).cast(pl.UInt8)


def _areas(places: pl.Series) -> npt.NDArray[np.int64]:
    """Administrative codes of up to three places a row, as numbers of six digits; -1 for none."""
    parts = [places.str.split(",").list.get(at, null_on_oob=True).fill_null("") for at in range(3)]
    return np.column_stack([part.str.pad_end(6, "0").cast(pl.Int64, strict=False).fill_null(0).to_numpy() for part in parts])


def _counted(frame: pl.DataFrame, codes: dict[str, npt.NDArray[Any]], counts: Counts | None) -> dict[str, npt.NDArray[np.int32]]:
    found = {}
    for column in _COUNTED.values():
        if counts is None:
            values, place, sizes = np.unique(codes[column], return_inverse=True, return_counts=True)
            sizes[values == 0] = 0
            found[column] = np.minimum(sizes, MOST_COUNTED).astype(np.int32)[place].reshape(codes[column].shape)
        else:
            kind = COUNTED[column]
            names = (
                [column]
                if column in frame.columns and column not in ("phones", "mails")
                else [f"{column}{at}" for at in range(_MOST)]
            )
            columns = [
                np.array([counts.of.get(f"{kind}:{value}", 0) if value else 0 for value in frame[name].to_list()], np.int32)
                for name in names
            ]
            found[column] = np.minimum(columns[0] if len(names) == 1 else np.column_stack(columns), MOST_COUNTED).astype(np.int32)
    return found


def compare(table: Table, left: Rows, right: Rows) -> tuple[Levels, Rarity]:
    """The levels of agreement of the pairs (``left[k]``, ``right[k]``) of rows, symmetric in the two, and how many rows have
    the value they agree in.
    """
    found = np.zeros((len(left), len(FIELDS)), np.uint8)
    rarity = np.zeros((len(left), len(FIELDS)), np.int32)
    if not len(left):
        return found, rarity
    pairs = _Pairs(table, left, right)
    people = pairs.person()
    for field, levels in (
        ("uscc", pairs.numbers("uscc", "code")),
        ("identity", pairs.numbers("identity", "identity")),
        ("name", pairs.names()),
        ("place", pairs.places()),
        ("branch", pairs.branches()),
        ("legal", pairs.legal()),
        ("contact", people),
        ("phone", pairs.phones()),
        ("mail", pairs.mails()),
        ("address", pairs.addresses()),
        ("born", pairs.births()),
        ("postcode", pairs.numbers("postcode", "postcode")),
        ("locality", pairs.localities()),
        ("shape", pairs.shapes()),
    ):
        found[:, POSITION[field]] = levels
    for field, column in _COUNTED.items():
        if field in FIELDS and field not in ("phone", "mail"):
            same = found[:, POSITION[field]] == number(field, "same")
            rarity[same, POSITION[field]] = table.counts[column][left[same]]
    for field, column in (("phone", "phones"), ("mail", "mails")):
        rarity[:, POSITION[field]] = pairs.scarce(column)
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


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The pairs of rows under comparison; each method gives the levels of one field for all of them."""

    table: Table
    left: Rows
    right: Rows

    def both(self, column: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        codes = self.table.codes[column]
        return codes[self.left], codes[self.right]

    def same(self, column: str) -> Mask:
        one, other = self.both(column)
        return np.asarray((one == other) & (one != 0))

    def texts(self, column: str, at: Rows) -> tuple[pl.Series, pl.Series]:
        """The texts of the pairs ``at``."""
        texts = self.table.frame[column]
        return texts.gather(self.left[at]), texts.gather(self.right[at])

    def edits(self, column: str, at: Rows) -> Rows:
        """Wrong, missing, added and swapped characters between the texts of the pairs ``at``."""
        return _edits(*self.texts(column, at))

    def equal(self, field: str, column: str) -> _Found:
        """Levels "same" and "differ", "missing" where either is empty."""
        one, other = self.both(column)
        found = np.where(one == other, number(field, "same"), number(field, "differ"))
        return np.where((one == 0) | (other == 0), 0, found).astype(np.uint8)

    def numbers(self, field: str, column: str) -> _Found:
        """Levels of a number: "near" with one digit wrong or two swapped."""
        found = self.equal(field, column)
        open_ = np.flatnonzero(found == number(field, "differ"))
        if len(open_):
            found[open_[self.edits(column, open_) == 1]] = number(field, "near")
        return found

    def legal(self) -> _Found:
        found = self.equal("legal", "legal")
        one, other = self.both("legal")
        found[(one == 0) != (other == 0)] = number("legal", "one")
        return found

    def places(self) -> _Found:
        one, other = self.both("places")
        near = np.zeros(len(one), bool)
        for a in range(one.shape[1]):
            for b in range(other.shape[1]):
                near |= _inside(one[:, a], other[:, b])
        found = np.where(near, number("place", "same"), number("place", "differ"))
        found = np.where((one[:, 0] == 0) | (other[:, 0] == 0), number("place", "one"), found)
        return np.where((one[:, 0] == 0) & (other[:, 0] == 0), 0, found).astype(np.uint8)

    def names(self) -> _Found:
        found = self.equal("name", "core")
        open_ = np.flatnonzero(found == number("name", "differ"))
        if not len(open_):
            return found
        narrow = _Pairs(self.table, self.left[open_], self.right[open_])
        found[open_] = narrow.other_names()
        return found

    def other_names(self) -> _Found:
        """The level of names whose cores are not equal; both have one."""
        every = np.arange(len(self.left))
        edits = self.edits("core", every)
        size = self.both("size")
        length = np.maximum(*size)
        # A place may be part of the brand, or have lost its 市: then the names agree as spoken.
        aloud = self.table.codes["spoken"] != self.table.codes["core"]
        some = np.flatnonzero(aloud[self.left] | aloud[self.right])
        as_spoken, longer = self.edits("spoken", some), np.maximum(*self.both("said"))[some]
        better = as_spoken < edits[some]
        edits[some], length[some] = np.where(better, as_spoken, edits[some]), np.where(better, longer, length[some])
        core_a, core_b = self.texts("core", every)
        flip = size[0] > size[1]  # the shorter core first
        first, second = np.where(flip, self.right, self.left), np.where(flip, self.left, self.right)
        short = {name: self.table.frame[name].gather(first) for name in ("core", "spoken")}
        long = {name: self.table.frame[name].gather(second) for name in ("core", "spoken")}
        trade_a, trade_b = self.both("trade")
        trades, letters, brand = self.same("trades"), self.same("letters"), self.same("brand")
        mark = np.maximum(*self.both("mark"))
        rank = np.minimum(size[0], size[1])
        a_in_b, b_in_a = _within(*self.texts("trade", every))
        digits_a, digits_b = self.both("digits")
        heard = stand_in(core_a).to_numpy() == stand_in(core_b).to_numpy()
        spaced = (core_a.str.contains(" ") | core_b.str.contains(" ")).to_numpy()
        near = np.zeros(len(every), bool)
        for least, allowed in _NEAR:
            near |= (length >= least) & (edits <= allowed)
        some = np.flatnonzero(near & (trade_a == trade_b) & (trade_a != 0))
        near[some] = self.edits("brand", some) * 2 <= mark[some]  # 塔山建材, 朝阳建材
        # First match wins.
        rules: list[tuple[Mask, str]] = [
            (self._aliases(), "former"),
            (edits == 0, "same"),
            ((digits_a != 0) & (digits_b != 0) & (digits_a != digits_b), "number"),
            (heard & (size[0] == size[1]) & ((edits == 1) | (mark > 3)), "sound"),
            (self._turned(edits), "swapped"),
        ]
        if spaced.any():
            some = np.flatnonzero(spaced)
            rules += _spread(_of_words(core_a.gather(some), core_b.gather(some)), some, len(every))
        sisters = brand & (trade_a != 0) & (trade_b != 0)
        rules += [
            (sisters & (a_in_b | b_in_a), "part"),
            (sisters & (edits == 1) & (letters | (length >= _LONG)), "near"),
            (sisters & (trades | self._kin(sisters)), "kin"),
            (sisters | self._other_trade(), "trade"),
            ((rank >= 2) & (self.table.codes["core"][first] == self.table.codes["brand"][second]), "part"),
            ((rank >= 3) & _within(short["core"], long["core"])[0], "part"),
            (near & (trade_a == trade_b) & (mark <= 3), "close"),  # with a short brand one character is much of the name
            (near, "near"),
            ((np.minimum(*self.both("said")) >= 4) & _within(short["spoken"], long["spoken"])[0], "part"),
        ]
        found = np.select([mask for mask, _ in rules], [number("name", level) for _, level in rules], number("name", "differ"))
        # A shared trade alone makes no likeness (远航商贸, 鑫泰商贸): the brands must have something in common.
        rest = np.flatnonzero((found == number("name", "differ")) & (edits * 2 <= length))
        one, other = (texts.str.split("").list.set_difference([""]) for texts in self.texts("brand", rest))
        common = one.list.set_intersection(other).list.len().to_numpy() > 0
        found[rest[common]] = number("name", "similar")
        return found.astype(np.uint8)

    def _turned(self, edits: Rows) -> Mask:
        """Names of the same characters in another order (丰收造型, 造型丰收)."""
        size = self.both("size")
        found = np.zeros(len(edits), bool)
        open_ = np.flatnonzero((size[0] == size[1]) & (size[0] >= 4) & (edits >= 2))
        sums = [_sums(texts) for texts in self.texts("core", open_)]
        open_ = open_[sums[0] == sums[1]]
        one, other = (texts.str.split("").list.sort().list.join("") for texts in self.texts("core", open_))
        found[open_] = (one == other).to_numpy()
        return found

    def _kin(self, sisters: Mask) -> Mask:
        """Trades of shops that have a character in common besides the words for a shop (灯具店, 灯饰店)."""
        legal = self.table.frame["legal"].is_in(["", "shop"]).to_numpy()
        found = np.zeros(len(sisters), bool)
        open_ = np.flatnonzero(sisters & legal[self.left] & legal[self.right])
        one, other = (texts.str.replace(_GENERIC, "").str.split("") for texts in self.texts("trade", open_))
        found[open_] = one.list.set_intersection(other).list.set_difference([""]).list.len().to_numpy() > 0
        return found

    def _other_trade(self) -> Mask:
        """Names that begin with the same brand, where one's trade is known and the rest of the other has nothing of it."""
        found = np.zeros(len(self.left), bool)
        frame, (trade_a, trade_b) = self.table.frame, self.both("trade")
        for known, rows, others in ((trade_a, self.left, self.right), (trade_b, self.right, self.left)):
            open_ = np.flatnonzero((known != 0) & (self.table.codes["mark"][rows] >= 2))
            brand, trade, core = (
                frame["brand"].gather(rows[open_]),
                frame["trade"].gather(rows[open_]),
                frame["core"].gather(others[open_]),
            )
            begins = _ends(core, brand, "starts_with") & (core.str.len_chars() >= brand.str.len_chars() + 2)
            some = np.flatnonzero(begins.to_numpy())
            rest = (
                pl.DataFrame({"core": core, "brand": brand})[some]
                .select(pl.col("core").str.strip_prefix(pl.col("brand")))
                .to_series()
            )
            common = rest.str.split("").list.set_intersection(trade.gather(some).str.split("")).list.set_difference([""])
            found[open_[some[common.list.len().to_numpy() == 0]]] = True
        return found

    def _aliases(self) -> Mask:
        aliases, core = self.table.codes["aliases"], self.table.codes["core"]
        if not aliases.any():
            return np.zeros(len(self.left), bool)
        one, other = aliases[self.left], aliases[self.right]
        found = (one == core[self.right][:, None]).any(axis=1) | (other == core[self.left][:, None]).any(axis=1)
        return np.asarray(found | _shared(one, other).any(axis=(1, 2)))

    def branches(self) -> _Found:
        found = self.equal("branch", "branch")
        open_ = np.flatnonzero(found == number("branch", "differ"))
        if len(open_):
            one, other = self.texts("branch", open_)
            inside = (_ends(one, other) | _ends(other, one)).to_numpy()  # 昆明呈贡 and 呈贡
            lengths = one.str.len_chars().to_numpy(), other.str.len_chars().to_numpy()
            typed = (np.minimum(*lengths) >= 2) & (_edits(one, other) <= 1)
            last = one.str.slice(-1)
            # 教务处, 总务处
            offices = ((last == other.str.slice(-1)) & last.is_in(_DEPARTMENTS)).to_numpy() & (np.maximum(*lengths) < 6)
            # 二车间, 三车间
            numbers = [texts.str.replace_all(r"[^0-9一二三四五六七八九十东南西北]", "") for texts in (one, other)]
            offices |= (numbers[0] != numbers[1]).to_numpy()
            # 浮山 for 佛山 is a typing error, 南宁 for 南昌 is another branch.
            named = (one.is_in(_places_names()) & other.is_in(_places_names())).to_numpy()
            found[open_[inside | (typed & ~offices & ~named)]] = number("branch", "near")
        one_code, other_code = self.both("branch")
        found[(one_code == 0) != (other_code == 0)] = number("branch", "one")
        return found

    def person(self) -> _Found:
        """Levels of the contacts (of the customers themselves where they are people)."""
        one, other = self.both("person")
        surname_a, surname_b = self.both("surname")
        found = np.where(self.same("surname"), number("contact", "title"), number("contact", "differ")).astype(np.uint8)
        found[(one == other) & (one != 0)] = number("contact", "same")
        found[(surname_a == 0) | (surname_b == 0)] = 0
        open_ = np.flatnonzero((one != 0) & (other != 0) & (one != other) & (surname_a != 0) & (surname_b != 0))
        if not len(open_):
            return found
        a, b = self.texts("person", open_)
        length = np.maximum(a.str.len_chars().to_numpy(), b.str.len_chars().to_numpy())
        shorter = np.minimum(a.str.len_chars().to_numpy(), b.str.len_chars().to_numpy())
        latin = (a.str.contains(r"^[\x00-\x7f]+$") & b.str.contains(r"^[\x00-\x7f]+$")).to_numpy()
        edits = _edits(a, b)
        inside = (_ends(a, b) | _ends(b, a)).to_numpy()
        heard = (stand_in(a) == stand_in(b)).to_numpy()
        turned = ((b.str.slice(1) + b.str.slice(0, 1) == a) | (a.str.slice(1) + a.str.slice(0, 1) == b)).to_numpy()
        near = np.where(latin, (edits <= 1) & (length >= 4) | (edits <= 2) & (length >= 8), (edits == 1) & (length >= 3))
        kin = self.same("surname")[open_]
        foreign = np.flatnonzero(latin)
        given = ~kin & ~latin & near & (length == shorter)  # 董丽华, 毛丽华
        rules = [
            (heard & ~latin, "sound"),
            (turned & ~latin & (shorter >= 3), "swapped"),
            (given, "given"),
            (inside & (shorter >= 2) | near, "near"),
            *_spread(_of_names(a.gather(foreign), b.gather(foreign)), foreign, len(a)),
            *_bilingual(a, b, self.table.frame["surname"], self.left[open_], self.right[open_]),
            (kin, "surname"),
            *_spread([(_common(a.gather(foreign), b.gather(foreign)), "given")], foreign, len(a)),
        ]
        found[open_] = np.select(
            [mask for mask, _ in rules], [number("contact", level) for _, level in rules], number("contact", "differ")
        )
        return found

    def phones(self) -> _Found:
        one, other = self.both("phones")
        found = np.full(len(self.left), number("phone", "differ"), np.uint8)
        shared = _shared(one, other)
        own = ~self.table.codes["services"][self.left]
        some, mine = shared.any(axis=(1, 2)), (shared & own[:, :, None]).any(axis=(1, 2))
        for a in range(2):
            for b in range(2):
                open_ = np.flatnonzero((one[:, a] != 0) & (other[:, b] != 0) & ~some)
                if len(open_):
                    frame = self.table.frame
                    texts = frame[f"phones{a}"].gather(self.left[open_]), frame[f"phones{b}"].gather(self.right[open_])
                    found[open_[_edits(*texts) == 1]] = number("phone", "near")
        found[some] = number("phone", "service")
        found[mine] = number("phone", "same")
        found[(one[:, 0] == 0) | (other[:, 0] == 0)] = 0
        return found

    def mails(self) -> _Found:
        one, other = self.both("mails")
        found = np.full(len(self.left), number("mail", "differ"), np.uint8)
        found[_shared(*self.both("hosts")).any(axis=(1, 2))] = number("mail", "domain")
        open_ = np.flatnonzero((one[:, 0] != 0) & (other[:, 0] != 0) & (one[:, 0] != other[:, 0]))
        if len(open_):
            found[open_[self.edits("mails0", open_) == 1]] = number("mail", "near")
        found[_shared(one, other).any(axis=(1, 2))] = number("mail", "same")
        found[(one[:, 0] == 0) | (other[:, 0] == 0)] = 0
        return found

    def scarce(self, column: str) -> Rows:
        """How many rows have the rarest of the numbers or addresses that both rows have; 0 where they share none."""
        counts = self.table.counts[column][self.left]
        shared = _shared(*self.both(column))
        least = np.where(shared, counts[:, :, None], MOST_COUNTED + 1).min(axis=(1, 2))
        return np.where(least > MOST_COUNTED, 0, least)

    def addresses(self) -> _Found:
        found = self.equal("address", "street")
        doors = self.both("doors")
        same = (found == number("address", "same")) & (doors[0] != doors[1]) & (doors[0] != 0) & (doors[1] != 0)
        found[same] = number("address", "house")
        open_ = np.flatnonzero(found == number("address", "differ"))
        if not len(open_):
            return found
        one, other = self.texts("street", open_)
        alike = _batch(one, other, Indel.normalized_similarity) >= 0.75
        alike &= doors[0][open_] == doors[1][open_]
        inside = np.logical_or(*_within(one, other))
        inside &= np.minimum(one.str.len_chars().to_numpy(), other.str.len_chars().to_numpy()) >= 5
        head = r"^(\D*\d+)"
        house_a, house_b = one.str.extract(head), other.str.extract(head)
        house = ((house_a == house_b).fill_null(False) & (house_a.str.len_chars() >= 4).fill_null(False)).to_numpy()
        found[open_[house]] = number("address", "house")
        found[open_[alike | inside]] = number("address", "near")
        return found

    def births(self) -> _Found:
        found = self.numbers("born", "born")
        open_ = np.flatnonzero(found == number("born", "differ"))
        if len(open_):
            one, other = self.texts("born", open_)
            turned = other.str.slice(0, 4) + other.str.slice(6, 2) + other.str.slice(4, 2)
            found[open_[(one == turned).to_numpy()]] = number("born", "near")
        return found

    def localities(self) -> _Found:
        found = self.equal("locality", "locality")
        open_ = np.flatnonzero(found == number("locality", "differ"))
        if len(open_):
            one, other = self.texts("locality", open_)
            alike = _batch(one, other, Indel.normalized_similarity) >= 0.8
            found[open_[alike | np.logical_or(*_within(one, other))]] = number("locality", "near")
        return found

    def shapes(self) -> _Found:
        one, other = self.both("kind")
        found = np.where(one == other, one, number("shape", "company"))
        for name in ("bare", "shop", "person"):  # the later says more
            level = number("shape", name)
            found[(one == level) | (other == level)] = level
        found[(one == 255) | (other == 255)] = 0
        return found.astype(np.uint8)


def _batch(one: pl.Series, other: pl.Series, scorer: Any, kind: Any = np.float32) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = cpdist(one.to_list(), other.to_list(), scorer=scorer, workers=-1, dtype=kind)
    return found


def _edits(one: pl.Series, other: pl.Series) -> Rows:
    """Wrong, missing, added and swapped characters between the texts of each pair."""
    return _batch(one, other, OSA.distance, np.int64)


def _within(one: pl.Series, other: pl.Series) -> tuple[Mask, Mask]:
    """Whether each text of ``one`` lies in its fellow of ``other``, and the other way round; an empty one does."""
    found = pl.DataFrame({"a": one, "b": other}).select(
        x=pl.col("b").str.contains(pl.col("a"), literal=True), y=pl.col("a").str.contains(pl.col("b"), literal=True)
    )
    return found["x"].to_numpy(), found["y"].to_numpy()


def _ends(texts: pl.Series, parts: pl.Series, how: str = "ends_with") -> pl.Series:
    """Whether each text ends (or "starts_with") its fellow of ``parts``."""
    return pl.DataFrame({"text": texts, "part": parts}).select(getattr(pl.col("text").str, how)(pl.col("part"))).to_series()


def _shared(one: _Codes, other: _Codes) -> Mask:
    """Pairs by values of the one by values of the other: which are the same (0 is nothing)."""
    return np.asarray((one[:, :, None] == other[:, None, :]) & (one != 0)[:, :, None])


def _inside(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> Mask:
    """Whether of two administrative codes (padded to six digits) one is the other or lies in it."""
    found: Mask = one == other
    for unit in (100, 10_000):
        found |= ((one % unit == 0) | (other % unit == 0)) & (one // unit == other // unit)
    return found & (one > 0) & (other > 0)


def _sums(texts: pl.Series) -> npt.NDArray[np.uint64]:
    """The sum of each text's code points; no text may be empty."""
    letters = np.frombuffer("\n".join(texts.to_list()).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    if not len(texts):
        return letters
    return np.add.reduceat(letters, np.r_[0, np.flatnonzero(letters == ord("\n")) + 1])


def _words(texts: pl.Series) -> pl.Series:
    return texts.str.split(" ").list.sort()


def _spread(rules: list[tuple[Mask, str]], where: Rows, count: int) -> list[tuple[Mask, str]]:
    """Rules about the pairs ``where`` as rules about all ``count``."""
    found = []
    for mask, level in rules:
        whole = np.zeros(count, bool)
        whole[where] = mask
        found.append((whole, level))
    return found


def _of_words(one: pl.Series, other: pl.Series) -> list[tuple[Mask, str]]:
    """Names of several words: the same in another order, or all of one's among the other's."""
    a, b = _words(one), _words(other)
    swapped = (a.list.join(" ") == b.list.join(" ")).to_numpy()
    common = a.list.set_intersection(b).list.len()
    least = pl.DataFrame({"a": a.list.len(), "b": b.list.len()}).min_horizontal()
    return [(swapped, "swapped"), (((common == least) & (least >= 2)).to_numpy(), "part")]


def _of_names(one: pl.Series, other: pl.Series) -> list[tuple[Mask, str]]:
    """People's names in Latin letters: swapped, or with initials."""
    a, b = _words(one), _words(other)
    swapped = (a.list.join(" ") == b.list.join(" ")).to_numpy()
    heads = [words.list.eval(pl.element().str.slice(0, 1)).list.join("") for words in (a, b)]
    shortest = [words.list.eval(pl.element().str.len_chars()).list.min() for words in (a, b)]
    initial = (heads[0] == heads[1]) & ((shortest[0] == 1) | (shortest[1] == 1)) & (a.list.set_intersection(b).list.len() >= 1)
    return [(swapped, "swapped"), (initial.to_numpy(), "initial")]


def _common(one: pl.Series, other: pl.Series) -> Mask:
    """Whether the texts have a word in common."""
    return _words(one).list.set_intersection(_words(other)).list.len().to_numpy() > 0


def _bilingual(one: pl.Series, other: pl.Series, surnames: pl.Series, left: Rows, right: Rows) -> list[tuple[Mask, str]]:
    """A Chinese name and one in Latin letters: the same name in pinyin (张伟, wei zhang), or the surname (tom zhang)."""
    latin = one.str.contains(r"^[a-z .'-]+$").to_numpy(), other.str.contains(r"^[a-z .'-]+$").to_numpy()
    open_ = np.flatnonzero(latin[0] != latin[1])
    whole, part = np.zeros(len(one), bool), np.zeros(len(one), bool)
    if len(open_):
        flip = pl.Series(latin[0][open_])
        a, b = one.gather(open_), other.gather(open_)
        foreign, chinese = a.zip_with(flip, b), b.zip_with(flip, a)
        surname = sound(surnames.gather(np.where(latin[0][open_], right[open_], left[open_])))
        words = foreign.str.split(" ")
        plain, spoken = words.list.join(""), sound(chinese)
        turned = (
            words.to_frame("words")
            .select(pl.col("words").list.last() + pl.col("words").list.head(pl.col("words").list.len() - 1).list.join(""))
            .to_series()
        )
        whole[open_] = ((plain == spoken) | (turned == spoken)).to_numpy()
        part[open_] = (
            pl.DataFrame({"words": words, "surname": surname})
            .select(pl.col("words").list.contains(pl.col("surname")))["words"]
            .to_numpy()
        )
    return [(whole, "sound"), (part, "title")]

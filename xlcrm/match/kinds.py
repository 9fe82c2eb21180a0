"""The kinds of blocking keys: what two rows of one customer are likely to share.

A kind is told by one letter. Its keys are texts made of the columns of ``normalise.SCHEMA``; the same definition serves a
whole list, where only the texts' hashes are kept, and the store, which keeps the texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from xlcrm.match.letters import Codes, Letters, Rows
from xlcrm.match.sounds import heard, stand_in
from xlcrm.match.text import ordered
from xlcrm.match.words import FREE_MAIL

_LOOKED_AT = 24
"""Characters of a name whose parts become keys."""

_SHORT = 4
"""Cores up to this length are all neighbours of each other (鑫泰商贸, 华泰商贸): there the place must agree as well."""


class Prepared:
    """A list with what several kinds are made of: ``base`` has the columns of ``SCHEMA``, "row" and those below."""

    def __init__(self, frame: pl.DataFrame) -> None:
        branch, core = pl.col("branch"), pl.col("core")
        near = pl.when(core.str.len_chars() <= _SHORT).then("spoken").otherwise("core").str.slice(0, _LOOKED_AT)
        self.frame = frame.with_row_index("row").with_columns(
            at=pl.when(branch != "").then("@" + branch).otherwise(pl.lit("")),
            near=near,
            given=pl.col("person").str.strip_prefix(pl.col("surname")).str.strip_chars(),
            road=pl.col("street").str.slice(0, 10),
            corner=pl.col("street").str.strip_chars_end("号室铺房户座楼").str.slice(-7),
            door=pl.col("street").str.extract(r"(\D{1,2}\d+)").fill_null(""),
            company=pl.col("shape") != "person",
            latin=(core.str.len_bytes() == core.str.len_chars()) & (core != ""),
        )
        self.frame = self.frame.with_columns(heard_door=stand_in(self.frame["door"]))
        self.base = self.frame.lazy()

    def __len__(self) -> int:
        return self.frame.height

    def some(self, rows: Rows) -> Prepared:
        """These rows only, with their numbers."""
        found = object.__new__(Prepared)
        found.frame = self.frame[rows]
        found.base = found.frame.lazy()
        return found

    @cached_property
    def near(self) -> Letters:
        return Letters.of(self.frame["near"].to_list())

    @cached_property
    def brand(self) -> Letters:
        return Letters.of(self.frame["brand"].to_list())

    @cached_property
    def part(self) -> Codes:
        """A number for what is behind the name: 0 where it is not a branch's."""
        return self.frame.select(pl.when(pl.col("at") == "").then(0).otherwise(pl.col("at").hash())).to_series().to_numpy()


Frames = list[pl.LazyFrame]
"""Frames of two columns: "row", and "key", the text after the kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``keys`` gives the texts. ``codes`` gives the keys of a whole list as numbers, equal where the texts are, and far
    sooner; where there is none the texts are hashed.
    """

    keys: Callable[[Prepared], Frames]
    codes: Callable[[Prepared], list[pl.DataFrame]] | None = None

    def numbers(self, prepared: Prepared) -> pl.DataFrame:
        """The keys of all rows as "row" and "key", a number."""
        if self.codes:
            return pl.concat(self.codes(prepared))
        return pl.concat(pl.collect_all([frame.select("row", pl.col("key").hash()) for frame in self.keys(prepared)]))


def _text(base: pl.LazyFrame, *parts: str | pl.Expr, when: pl.Expr | None = None) -> pl.LazyFrame:
    """The parts joined by "|", for the rows where none of them is empty and ``when`` holds."""
    columns = [pl.col(part) if isinstance(part, str) else part for part in parts]
    said = pl.all_horizontal([column != "" for column in columns] + ([] if when is None else [when]))
    return base.filter(said).select("row", key=pl.concat_str(columns, separator="|"))


def _each(base: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """A row for each element of the list ``column``."""
    return base.filter(pl.col(column).list.len() > 0).explode(column)


def _first(column: str, count: int) -> pl.Expr:
    return pl.col(column).str.slice(0, count)


def _last(column: str, count: int) -> pl.Expr:
    return pl.col(column).str.slice(-count)


def _long(column: str, least: int) -> pl.Expr:
    return pl.col(column).str.len_chars() >= least


def _value(column: str) -> Callable[[Prepared], Frames]:
    return lambda rows: [_text(rows.base, column)]


def _element(column: str) -> Callable[[Prepared], Frames]:
    return lambda rows: [_text(_each(rows.base, column), column)]


def _names(rows: Prepared) -> Frames:
    """The whole name, its short forms as people say them (泉州鑫泰 for 泉州市鑫泰房地产开发有限公司), and its other names."""
    base = rows.base
    named = base.filter(pl.col("core") != "")
    company = named.filter("company")
    short, local = pl.concat_str("short", "brand"), (pl.col("short") != "") | _long("brand", 3)
    return [
        _text(named, pl.concat_str("core", "at")),
        _text(named, pl.concat_str("spoken", "at"), when=pl.col("spoken") != pl.col("core")),
        _text(company, pl.concat_str(short, "at"), when=local & (short != pl.col("spoken"))),
        _text(company, pl.concat_str("brand", "at"), when=_long("brand", 3) & (pl.col("brand") != pl.col("core"))),
        _text(_each(base, "aliases"), "aliases"),
    ]


def _neighbours(rows: Prepared) -> Frames:
    """Symmetric deletion: one wrong, missing, added or swapped character leaves a key that both have."""
    named = rows.base.filter((pl.col("near") != "") & pl.col("company"))
    place = pl.col("place")
    shorter = pl.concat_str(pl.col("near").str.slice(0, place), pl.col("near").str.slice(place + 1), "at")
    places = named.filter(_long("near", _SHORT + 1)).select("row", "near", "at", place=_places(0)).explode("place")
    return [
        _text(named, pl.concat_str("near", "at")),
        _text(_each(rows.base, "aliases"), "aliases"),
        _text(places, shorter),
    ]


def _places(less: int) -> pl.Expr:
    """The places of the characters of "near", without the last ``less``."""
    return pl.int_ranges(0, pl.col("near").str.len_chars().cast(pl.Int64) - less)


def _neighbour_codes(rows: Prepared) -> list[pl.DataFrame]:
    near = rows.near
    named = np.flatnonzero((near.sizes > 0) & rows.frame["company"].to_numpy())
    owners, codes = near.shorter(named[near.sizes[named] > _SHORT])
    aliases = rows.frame.select("row", "aliases").filter(pl.col("aliases").list.len() > 0).explode("aliases")
    others = aliases["row"].to_numpy(), Letters.of(aliases["aliases"].to_list()).whole()
    return [_coded(named, near.whole()[named] + rows.part[named]), _coded(owners, codes + rows.part[owners]), _coded(*others)]


def _coded(rows: Rows, codes: Codes) -> pl.DataFrame:
    return pl.DataFrame({"row": rows.astype(np.uint32), "key": codes})


def _grams(rows: Prepared) -> Frames:
    """Three characters in a row: rare ones tell spoken forms (省人民医院)."""
    places = rows.base.filter(_long("near", 4)).select("row", "near", place=_places(2)).explode("place")
    return [_text(places, pl.col("near").str.slice(pl.col("place"), 3))]


def _gram_codes(rows: Prepared) -> list[pl.DataFrame]:
    return [_coded(*rows.near.triples(np.flatnonzero(rows.near.sizes > 3)))]


def _words(rows: Prepared) -> Frames:
    """The words of Latin names, and their initials (International Business Machines, IBM)."""
    latin = rows.frame.filter("latin").with_columns(words=pl.col("core").str.split(" ")).lazy()
    initials = pl.col("words").list.eval(pl.element().str.slice(0, 1)).list.join("")
    return [
        _text(_each(latin, "words"), "words", when=_long("words", 4)),
        _text(latin, initials, when=pl.col("words").list.len() >= 3),
        _text(latin, "core", when=pl.col("core").str.len_chars().is_between(3, 6)),
    ]


def _sounds(rows: Prepared) -> Frames:
    """What sounds alike: the name, and the brand of Chinese names beside the words of Latin ones (永利, Yongli)."""
    spoken = rows.frame.filter(pl.col("company") & ~pl.col("latin"))
    spoken = spoken.with_columns(stand_in(spoken["near"]), stand_in(spoken["brand"]))
    return [
        _text(spoken.lazy(), pl.concat_str("near", "at"), when=_long("near", 3)),
        _text(spoken.lazy(), "brand", when=_long("brand", 2)),
        _spelled(rows).lazy().select("row", key="heard"),
    ]


def _sound_codes(rows: Prepared) -> list[pl.DataFrame]:
    spoken = (rows.frame["company"] & ~rows.frame["latin"]).to_numpy()
    names, brands = np.flatnonzero(spoken & (rows.near.sizes >= 3)), np.flatnonzero(spoken & (rows.brand.sizes >= 2))
    spelled = _spelled(rows)
    return [
        _coded(names, rows.near.heard().whole()[names] + rows.part[names]),
        _coded(brands, rows.brand.heard().whole()[brands]),
        _coded(spelled["row"].to_numpy(), Letters.of(spelled["heard"].to_list()).whole()),
    ]


def _spelled(rows: Prepared) -> pl.DataFrame:
    """The words of Latin names that are pinyin, as heard."""
    latin = rows.frame.filter("latin").select("row", words=pl.col("core").str.split(" "))
    words = latin.explode("words").filter(_long("words", 4))
    known = {word: heard(word) for word in words["words"].unique().to_list()}
    return words.select("row", heard=pl.col("words").replace_strict(known, return_dtype=pl.String)).filter(_long("heard", 2))


def _turned(rows: Prepared) -> Frames:
    """Latin names in another order: Smith John."""
    latin = rows.frame.filter("latin")
    turned = latin.with_columns(turned=ordered(latin["core"])).lazy()
    return [_text(turned, "turned", when=pl.col("core").str.contains(" ", literal=True))]


def _contacts(rows: Prepared) -> Frames:
    base = rows.base
    named = base.filter(pl.col("brand") != "")
    return [
        _text(named, "surname", "brand"),
        _text(named, "person", _first("brand", 2)),
        _text(named, "person", _last("brand", 2), when=_long("brand", 3)),
        _text(named, "person", _last("trade", 2)),
        _text(named, _first("brand", 2), "branch"),
    ]


def _addresses(rows: Prepared) -> Frames:
    base = rows.base
    named = base.filter((pl.col("brand") != "") & _long("road", 5))
    return [
        _text(named, "road", _first("brand", 1)),
        _text(named, "road", _last("brand", 1), when=_long("brand", 2)),
        _text(named, "road", when=(pl.col("doors") != "") & _long("road", 7)),
        _text(base, "heard_door", "surname"),
        _text(base, "heard_door", _first("brand", 1)),
    ]


def _corners(rows: Prepared) -> Frames:
    """Where exactly: the number with what stands before it, and the end of the address; people leave out its start."""
    base = rows.base
    return [_text(base, "heard_door", when=_long("door", 3)), _text(base, "corner", when=_long("street", 8))]


def _tails(rows: Prepared) -> Frames:
    base = rows.base
    return [_text(_each(base, "phones"), "surname", _last("phones", 4))]


def _landlines(rows: Prepared) -> Frames:
    """Landlines without their area code."""
    base = rows.base
    return [_text(_each(base, "phones"), _last("phones", 7), when=~pl.col("phones").str.contains(r"^\+861\d{10}$"))]


def _mailboxes(rows: Prepared) -> Frames:
    mails = _each(rows.base.select("row", "mails"), "mails").collect().lazy()
    host = pl.col("mails").str.split("@").list.last()
    local = pl.col("mails").str.split("@").list.first()
    return [_text(mails, "@" + host, when=~host.is_in(list(FREE_MAIL))), _text(mails, local, when=local.str.len_chars() >= 6)]


def _people(rows: Prepared) -> Frames:
    base = rows.base
    return [
        _text(base, "born", "surname"),
        _text(base, "born", "given"),
        _text(base, "born", "postcode"),
        _text(base, "surname", "postcode", _first("given", 1)),
        _text(base, "given", "postcode"),
        _text(base, "road", "postcode"),
    ]


def _all(rows: Prepared) -> Frames:
    """Rows that are alike in everything meet however many they are."""
    base = rows.base
    reach = [pl.col(column).list.first().fill_null("") for column in ("phones", "mails")]
    whole = pl.concat_str("core", "at", "place", "person", *reach, "code", "street", "born", "identity", separator="|")
    return [_text(base, whole, when=pl.col("core") != "")]


KINDS: dict[str, Kind] = {
    "p": Kind(_element("phones")),
    "q": Kind(_landlines),
    "e": Kind(_element("mails")),
    "m": Kind(_mailboxes),
    "u": Kind(_value("code")),
    "i": Kind(_value("identity")),
    "n": Kind(_names),
    "d": Kind(_neighbours, _neighbour_codes),
    "h": Kind(_sounds, _sound_codes),
    "v": Kind(_turned),
    "g": Kind(_grams, _gram_codes),
    "t": Kind(_words),
    "c": Kind(_contacts),
    "f": Kind(_value("person")),
    "j": Kind(lambda rows: [_text(rows.base, "short", "surname")]),
    "z": Kind(_tails),
    "a": Kind(_addresses),
    "A": Kind(_corners),
    "y": Kind(_people),
    "x": Kind(_all),
    "k": Kind(_value("core")),
    "w": Kind(_value("brand")),
    "s": Kind(_value("surname")),
    "r": Kind(_value("street")),
    "b": Kind(_value("born")),
    "o": Kind(_value("postcode")),
    "l": Kind(_value("locality")),
}

COUNTED = {
    "core": "k", "brand": "w", "person": "f", "surname": "s", "phones": "p", "mails": "e", "code": "u", "identity": "i",
    "street": "r", "born": "b", "postcode": "o", "locality": "l",
}  # fmt: skip
"""The kinds whose keys are the values of one column: how many rows have a key is how common the value is."""

"""The first step: columns of canonical text become columns of comparable parts.

Pure over columns: no state, no clock, so a distributed engine could run it on any batch. Each distinct value is
looked at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from xlcrm.match import company, contact, people, phones, reach, text

Column = Sequence[str | None] | pl.Series

KEYS = (
    *("name", "former_name", "short_name", "given_name", "family_name", "kind", "contact", "phone", "email", "uscc", "identity"),
    *("birth_date", "address", "province", "city", "district", "street", "house_number", "postcode"),
)
"""The columns that are read."""

SLICE = 1 << 16
"""Rows that are worked on at once: what bounds the memory, and what is shared out to the cores."""

SCHEMA: dict[str, type[pl.DataType] | pl.List] = {
    "place": pl.String,
    "short": pl.String,
    "core": pl.String,
    "spoken": pl.String,
    "brand": pl.String,
    "trade": pl.String,
    "legal": pl.String,
    "branch": pl.String,
    "digits": pl.String,
    "shape": pl.String,
    "aliases": pl.List(pl.String),
    "surname": pl.String,
    "person": pl.String,
    "phones": pl.List(pl.String),
    "mails": pl.List(pl.String),
    "code": pl.String,
    "street": pl.String,
    "doors": pl.String,
    "born": pl.String,
    "identity": pl.String,
    "postcode": pl.String,
    "locality": pl.String,
    "area": pl.String,
}
"""The comparable parts of a row. Nothing is null: "" or [] where nothing is said.

Of the name: ``place`` administrative codes, comma-separated; ``short`` the places as spoken; ``core`` brand + trade;
``spoken`` short + core; ``brand``; ``trade``; ``legal`` sort of its form; ``branch`` what makes it a part of a bigger one;
``digits`` numbers that tell sisters apart; ``shape`` a value of ``Shape``; ``aliases`` cores of former and short names.
Of the contact (or of the person who is the customer): ``surname``, ``person`` the full name, "" where only the surname is
known. ``phones`` E.164; ``mails``; ``code`` 统一社会信用代码; ``street`` without provinces, cities, districts; ``doors`` its
numbers, comma-separated; ``born`` YYYYMMDD; ``identity`` a number that belongs to one person; ``postcode``; ``locality`` the
town or district of an address whose columns name it; ``area`` administrative codes of the address, comma-separated.
"""


@dataclass(frozen=True, slots=True)
class Normal:
    """Comparable parts by rows: ``frame`` has the columns of ``SCHEMA``."""

    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    def __add__(self, other: Normal) -> Normal:
        """The rows of both, these first."""
        return Normal(pl.concat((self.frame, other.frame)))

    def take(self, rows: Sequence[int]) -> Normal:
        """These rows only, in this order."""
        return Normal(self.frame[rows])


def normalise(columns: Mapping[str, Column]) -> Normal:
    """Comparable parts of customers, given as columns of text (keys as in model/tables.py), canonical or as people wrote it.

    Read are ``KEYS``. Any may be missing, as may any value; all given must be equally long (ValueError otherwise).
    Names and contacts filled in the wrong way round, numbers and mail addresses in the wrong column are set right.
    """
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ValueError("columns of different lengths")
    count = lengths.pop() if lengths else 0
    blank = pl.repeat("", count, dtype=pl.String, eager=True)
    raw = pl.DataFrame({key: text.series(columns[key]) if key in columns else blank for key in KEYS})
    raw = raw.select(pl.all().fill_null("").str.slice(0, 4 * text.LONGEST))  # a cell may hold far more than is looked at
    size = -(-count // max(1, -(-count // SLICE))) or 1
    slices = [raw.slice(start, size) for start in range(0, max(count, 1), size)]
    if len(slices) == 1:
        return Normal(_parts(raw))
    with ThreadPoolExecutor(2) as pool:  # polars works outside the interpreter's lock
        return Normal(pl.concat(pool.map(_parts, slices)))


def _parts(raw: pl.DataFrame) -> pl.DataFrame:
    """All parts of some rows, as in ``SCHEMA``."""
    raw = _set_right(raw)
    return _joined(raw, _each(raw["name"], company.parse), _others(raw))


def _set_right(raw: pl.DataFrame) -> pl.DataFrame:
    """``raw`` with every value in the column it belongs to."""
    name, contact, phone, email = pl.col("name"), pl.col("contact"), pl.col("phone"), pl.col("email")
    given = (pl.col("given_name") != "") | (pl.col("family_name") != "")
    chinese = pl.col("family_name").str.contains(r"\p{Han}")
    full = (
        pl.when(chinese)
        .then(pl.col("family_name") + pl.col("given_name"))
        .otherwise(pl.col("given_name") + " " + pl.col("family_name"))
    )
    raw = raw.with_columns(
        name=pl.when((name == "") & given).then(full).otherwise(name),
        kind=pl.when((name == "") & given).then(pl.lit("person")).otherwise("kind"),
    )
    raw = people.turned(raw)
    numbered = name.str.contains(_LONG_NUMBER)
    mailed = email.str.contains(_MOBILE)
    parts = (
        phone,
        pl.when(numbered).then(name),
        pl.when(contact.str.contains(_LONG_NUMBER)).then(contact),
        pl.when(mailed).then(email),
    )
    others = (email, *(pl.when(column.str.contains("@")).then(column) for column in (phone, contact, name)))
    return raw.with_columns(
        phone=pl.concat_str(parts, separator=" ; ", ignore_nulls=True).str.strip_chars(" ;"),
        email=pl.concat_str(others, separator=" ", ignore_nulls=True).str.strip_chars(" "),
        name=pl.when(numbered).then(name.str.replace_all(phones.NUMBER, " ")).otherwise(name),
    )


_CODES = {"province": "^[0-9]{2}$", "city": "^[0-9]{4}$", "district": "^[0-9]{6}$"}
"""What a place is as a store keeps it: its administrative code, which is no street."""

_LONG_NUMBER = r"[0-9](?:[ ()-]{0,2}[0-9]){6}"
_MOBILE = r"^ *1[3-9][0-9]{9} *$"


def _others(raw: pl.DataFrame) -> pl.DataFrame:
    """The parts of everything else but telephone numbers, some of which need to know the place."""
    written = [pl.when(pl.col(key).str.contains(code)).then(pl.lit("")).otherwise(key) for key, code in _CODES.items()]
    apart = pl.concat_str(*written, "street", "house_number", separator=" ").str.strip_chars(" ")
    address = raw.select(pl.when(pl.col("address") == "").then(apart).otherwise("address")).to_series()
    coded = [pl.when((pl.col("address") == "") & pl.col(key).str.contains(code)).then(key) for key, code in _CODES.items()]
    code = raw.select(pl.coalesce(*reversed(coded), pl.lit(""))).to_series()
    plain = raw.select(
        identity=pl.col("identity").str.to_uppercase().str.replace_all("[^0-9A-Z]", "").str.slice(0, 40),
        code=pl.col("uscc").str.strip_chars().str.to_uppercase().str.slice(0, 40),
        postcode=pl.col("postcode").str.to_uppercase().str.replace_all("[^0-9A-Z]", "").str.replace("^0+$", "").str.slice(0, 20),
        locality=pl.when(pl.col("district") == "").then("city").otherwise("district"),
    )
    identity = plain["identity"]
    said = ((raw["birth_date"] != "") | (identity != "")).any()
    parts = {
        "mails": reach.mails(raw["email"]),
        "code": plain["code"],
        "identity": text.where(identity, "^0+$|^1+$|^9+$|^.{1,4}$", lambda fake: fake.str.slice(0, 0)),
        "born": people.born(raw["birth_date"], identity) if said else raw["birth_date"],
        "postcode": plain["postcode"],
        "locality": text.fold(plain["locality"]),
    }
    found = _each(address, reach.addresses)
    found = found.with_columns(area=pl.when(pl.col("area") == "").then(code).otherwise("area"))
    return pl.concat((_each(raw["contact"], contact.parse), found, pl.DataFrame(parts)), how="horizontal")


def _joined(raw: pl.DataFrame, names: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """All parts of a slice: where one cell tells what belongs into another, or helps to read it."""
    frame = pl.concat((names, others), how="horizontal")
    frame = people.owned(frame, raw)
    frame = frame.with_row_index("at")
    told = frame.filter((pl.col("where") != "") & (pl.col("area") == "") & (pl.col("street") == "")).select("at", "where")
    if told.height:
        address = reach.addresses(told["where"])
        frame = text.amended(frame, pl.concat((told.select("at"), address), how="horizontal"))
    place = frame.select(pl.when(pl.col("area") == "").then("place").otherwise("area")).to_series()
    frame = frame.with_columns(
        phones=phones.phones(raw["phone"], place), aliases=_aliases(frame, raw["former_name"], raw["short_name"])
    )
    return frame.select(pl.col(column).cast(sort) for column, sort in SCHEMA.items())


def _each(values: pl.Series, parse: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """``parse`` of every value, run once for each distinct one where that spares more than it costs."""
    if not (values != "").any():
        return _blank(parse)[np.zeros(len(values), np.int64)]
    distinct = values.unique()
    if len(distinct) > 0.9 * len(values):
        return parse(values)
    known = parse(distinct).with_columns(value=distinct)
    return pl.DataFrame({"value": values}).join(known, on="value", how="left", maintain_order="left").drop("value")


@cache
def _blank(parse: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """``parse`` of nothing, in one row: many lists have no addresses at all."""
    return parse(pl.Series([""]))


def _aliases(frame: pl.DataFrame, formers: pl.Series, shorts: pl.Series) -> pl.Series:
    """The cores a row goes by besides its name's own; only rows with such a name cost anything."""
    rows = frame.select("core", "former").with_row_index("at")
    inside = rows.filter(pl.col("former").list.len() > 0).explode("former").rename({"former": "other"})
    stacked = [rows.select("at", "core", other=column).filter(pl.col("other") != "") for column in (formers, shorts)]
    others = pl.concat((*stacked, inside))
    if not others.height:
        return pl.repeat([], frame.height, dtype=pl.List(pl.String), eager=True)
    others = others.with_columns(alias=_each(others["other"], company.parse)["core"])
    others = others.filter((pl.col("alias").str.len_chars() >= 2) & (pl.col("alias") != pl.col("core")))
    return phones.listed(others, "alias", frame.height, 3)

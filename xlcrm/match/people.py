"""Persons as customers, and names that tell who the contact is: 王姐, 凤鸣水产(王艳), names in the wrong column."""

from __future__ import annotations

import polars as pl

from xlcrm.match import contact, text
from xlcrm.match.company import Shape
from xlcrm.match.pieces import SURNAME
from xlcrm.match.text import choice
from xlcrm.match.words import TITLES

_PERSON = rf"^\s*{SURNAME}\s*\p{{Han}}\s*\p{{Han}}?\s*$"
_ORGANISED = (
    r"\p{Han}{2}(?:公司|集[团團]|[厂廠店行部馆馆場场]|合作社|[医醫]院|[学學]校|大[学學]|[学學]院|[中小][学學]|事[务務]所|局|[会會]|中心|超市|公可)\s*\W?$"
    r"|\p{Han}{6}|(?i:\b(?:ltd|inc|co|corp|gmbh|llc|trading|technology|industrial|decoration|services|group)\b)"
)
_TITLED = (
    f"^(?:{SURNAME}(?:{choice(TITLES)})|{SURNAME}..?(?:{choice(word for word in TITLES if len(word) > 1)})|[老小阿]{SURNAME})$"
)


def turned(raw: pl.DataFrame) -> pl.DataFrame:
    """``raw`` with names and contacts that were filled in the wrong way round set right."""
    some = raw.select("name", "contact").with_row_index("at")
    some = some.filter((pl.col("contact").str.len_chars() > 3) & (pl.col("name").str.len_chars() <= 6) & (pl.col("name") != ""))
    some = some.filter(pl.col("name").str.contains(_PERSON) & pl.col("contact").str.contains(_ORGANISED))
    if not some.height:
        return raw
    name, contact = raw["name"].scatter(some["at"], some["contact"]), raw["contact"].scatter(some["at"], some["name"])
    return raw.with_columns(name, contact)


def owned(frame: pl.DataFrame, raw: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with persons who are customers as their own contacts, and owners in brackets as contacts."""
    core, person, surname, shape = pl.col("core"), pl.col("person"), pl.col("surname"), pl.col("shape")
    frame = frame.with_row_index("at").with_columns(kind=raw["kind"], name=raw["name"])
    given = (core.str.len_chars() == 2) & person.str.ends_with(core) & (person != core)  # 学军, and 钟学军 the contact
    titled = core.str.contains(_TITLED)
    personal = (pl.col("kind") == "person") | (shape == Shape.PERSON.value) | titled | (given & (pl.col("trade") == ""))
    some = frame.filter(personal)
    if some.height:
        own = contact.parse(some["name"]).rename({"surname": "own_surname", "person": "own"})
        some = pl.concat((some, own), how="horizontal")
        # A short brand looks like a name (金冠): with somebody else as contact it is one.
        brand = (pl.col("kind") != "person") & (person != "") & (surname != pl.col("own_surname")) & ~given & ~titled
        family = (pl.col("own") == "") & (surname == pl.col("own_surname"))  # 王姐, and 王晓红 the contact
        named = pl.when(given | family).then(person).otherwise("own")
        some = some.with_columns(brand=brand, named=named)
        persons = some.filter(~brand).select(
            "at",
            *(pl.col("named").alias(part) for part in ("core", "spoken", "brand")),
            *(pl.lit("").alias(part) for part in ("place", "short", "trade", "legal", "branch", "digits")),
            shape=pl.when(pl.col("named") == "").then(pl.lit(Shape.NONE.value)).otherwise(pl.lit(Shape.PERSON.value)),
            surname=pl.when(surname == "").then("own_surname").otherwise(surname),
            person=pl.when((person == "") & ((surname == "") | (surname == pl.col("own_surname")))).then("own").otherwise(person),
        )
        brands = some.filter("brand").select("at", shape=pl.lit(Shape.COMPANY.value))
        frame = text.amended(text.amended(frame, persons), brands)
    owner = (pl.col("owner") != "") & (person == "") & ((surname == "") | pl.col("owner").str.starts_with(surname))
    return frame.with_columns(
        person=pl.when(owner).then("owner").otherwise(person),
        surname=pl.when(owner & (surname == "")).then(pl.col("owner").str.head(1)).otherwise(surname),
    ).drop("at", "kind", "name")


_DATES = (  # year, month, day: 19061202, 1906-12-02, 1906年12月2日; 02/12/1906
    (r"^ *((?:18|19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?:\.0)? *$", (1, 2, 3)),
    (r"^ *((?:18|19|20)[0-9]{2})[-/.年 ]+([01]?[0-9])[-/.月 ]+([0-3]?[0-9])日?(?:[ T].*)? *$", (1, 2, 3)),
    (r"^ *([0-3]?[0-9])[-/. ]+([01]?[0-9])[-/. ]+((?:18|19|20)[0-9]{2}) *$", (3, 2, 1)),
    (r"^ *([01]?[0-9])[-/. ]+([0-3]?[0-9])[-/. ]+((?:18|19|20)[0-9]{2}) *$", (3, 1, 2)),
)


def born(dates: pl.Series, identity: pl.Series) -> pl.Series:
    """YYYYMMDD of dates in several notations (03/04/1931 is the third of April), or from an identity number."""
    found = [
        pl.concat_str(
            pl.col("date").str.extract(pattern, part).str.zfill(4 if place == 0 else 2) for place, part in enumerate(parts)
        )
        for pattern, parts in _DATES
    ]
    number = pl.col("identity").str.extract("^[0-9]{6}((?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9])[0-9]{3}[0-9X]$")
    frame = pl.DataFrame({"date": dates, "identity": identity})
    return frame.select(pl.coalesce(*found, number, pl.lit(""))).to_series()

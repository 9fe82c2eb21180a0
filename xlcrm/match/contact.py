"""A contact's name taken apart: surname, full name, or a title only (王经理)."""

from __future__ import annotations

import polars as pl

from xlcrm.match import text
from xlcrm.match.pieces import SURNAME
from xlcrm.match.text import choice
from xlcrm.match.words import COMPOUND_SURNAMES, NOTHING, REMARKS, TITLES

_COMPOUND = choice(COMPOUND_SURNAMES)
_MASK = "[*＊×✱○●某]"
_TITLE = f"(?:{choice(TITLES)})+$"
_LONG_TITLE = f"(?:{choice(word for word in TITLES if len(word) > 1)})$"
_REMARK = f"(?:{choice(word for word in REMARKS if len(word) > 1)}|已?离职|不接|勿扰)+$"
_BESIDE = r"(\p{Han})[^\p{Han}]*[(/|,，;；、—–-].*$"
_OFFICE = rf"^.*[部科处办室司](({SURNAME})\p{{Han}}{{1,2}})$"
_LONGEST = 60
_WESTERN_TITLE = r"^(?:mr|mrs|ms|miss|dr|prof)[ .]+"


def parse(values: pl.Series) -> pl.DataFrame:
    """Who is meant by ``values``: 王小明 and 王小明经理 give ``surname`` and ``person``, 王经理 and 王** the surname only."""
    masked = values.str.contains(_MASK)
    names = text.where(text.plain(values.str.replace(f"{_MASK}.*$", "")), r"[^\p{Han}]", _alone)
    frame = pl.DataFrame({"name": text.words(names).str.slice(0, _LONGEST), "masked": masked})
    name = pl.col("name")
    frame = frame.with_columns(name=pl.when(name.is_in(NOTHING) | name.str.contains("^[0-9]")).then(pl.lit("")).otherwise(name))
    frame = frame.with_columns(name=name.str.replace(_REMARK, ""))
    left = name.str.replace(_TITLE, "")
    # 王总 is a title, 周文总 may be a name: a one-letter title counts after a surname only.
    titled = (left != name) & (name.str.contains(_LONG_TITLE) | left.str.contains(f"^(?:.|{_COMPOUND}|)$"))
    frame = frame.with_columns(name=pl.when(titled).then(left).otherwise(name))
    frame = frame.with_columns(name=name.str.replace(_OFFICE, "$1"))
    spoken = name.str.contains("^[小老阿大].$")
    frame = frame.with_columns(name=pl.when(spoken).then(name.str.slice(1)).otherwise(name))
    known = ~pl.col("masked") & ~name.str.contains(f"^(?:.|{_COMPOUND})$")
    western = name.str.extract("^[a-z0-9 ]*?([a-z]+)$")
    return frame.select(
        surname=pl.coalesce(western, name.str.extract(f"^({_COMPOUND})"), name.str.head(1)),
        person=pl.when(known).then(name).otherwise(pl.lit("")),
    )


def _alone(values: pl.Series) -> pl.Series:
    """The name without numbers, brackets and what stands behind dashes; of several persons the first."""
    return text.at_once(
        values,
        lambda one: one.str.replace_all("[0-9@]{5,}[^ ]*", "")
        .str.replace_all(r"\([^()]*\)?", "")
        .str.strip_chars(" -")
        .str.replace(_BESIDE, "$1")
        .str.replace(_WESTERN_TITLE, "")
        .str.replace(r"^([a-z'-]+), *([a-z' -]+)$", "$2 $1"),
    )

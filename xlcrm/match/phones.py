"""Telephone numbers as people write them: several in a cell, with remarks, extensions, without their area code."""

from __future__ import annotations

import polars as pl

from xlcrm.match.text import choice, where
from xlcrm.match.words import AREAS, FAKE_PHONES

MOST = 4
"""Telephone numbers or mail addresses of one row that are looked at."""

_HOME = r"(?:(?:\+|00)?86[ -]*)?"
_MOBILE = r"0?1[3-9][0-9](?:[ .-]*[0-9]){8}"
_FIXED = r"\(?0[0-9]{2,3}\)?[ -]*[1-9][0-9]{2,3}[ -]?[0-9]{3,4}"
_SERVICE = r"[48]00(?:[ -]?[0-9]){7}"
_FOREIGN = r"\+[1-9](?:[ ().-]{0,2}[0-9]){6,14}"
_ANY = r"\(?[0-9](?:[ ().-]{0,2}[0-9]){5,13}"
_FIXED_HOME = r"(?:\+|00)?86[ -]*\(?[1-9][0-9]{1,2}\)?[ -]+[0-9]{3,4}[ -]?[0-9]{3,4}"
NUMBER = rf"{_HOME}{_MOBILE}|{_HOME}{_FIXED}|{_FIXED_HOME}|{_HOME}{_SERVICE}"
"""What is a telephone number wherever it stands."""

_WRITTEN = rf"{NUMBER}|{_FOREIGN}|{_ANY}"
_EXTENSION = r"(?:;?ext[.=: ]*|转|轉|分机号?|内线|内|x|#) *[0-9]{1,6}"
_DASHED = r"(0[0-9]{2,3}\)?[ -]?[1-9][0-9]{6,7})-[0-9]{1,5}"
_FAKE = f"^(?:{choice(FAKE_PHONES)})$|12345678|87654321|" + "|".join(f"{digit}{{7}}$" for digit in range(10))
_AREA = r"(?:10|2[0-57-9]|[3-9][0-9]{2})"


def phones(cells: pl.Series, places: pl.Series) -> pl.Series:
    """The numbers in ``cells`` (E.164, or as people write them) without extensions and placeholders: sorted lists.

    A number without its area code gets the one of the first of ``places`` (codes, comma-separated), where that is known.
    """
    frame = pl.DataFrame({"cell": cells, "place": places}).with_row_index("at").filter(pl.col("cell") != "")
    plain = pl.col("cell").str.contains(r"^(?:\+86)?1[3-9][0-9]{9}$")
    mobiles = frame.filter(plain).select("at", number="+86" + pl.col("cell").str.tail(11))
    odd = frame.filter(~plain)
    numbers = pl.concat((mobiles, _odd(odd))) if odd.height else mobiles
    national = pl.col("number").str.replace(r"^(?:\+86|\+)", "")
    return listed(numbers.filter(~national.str.contains(_FAKE)), "number", len(cells))


def _odd(odd: pl.DataFrame) -> pl.DataFrame:
    """The numbers ("at", "number") of the cells that are not just a mobile number."""
    cell = where(odd["cell"], r"[^\x00-\x7f]", lambda wide: wide.str.normalize("NFKC")).str.to_lowercase()
    cell = (
        cell.str.replace_all("[‐-―−－]", "-")
        .str.replace_all(r"([0-9]{7})\.0+($|[^0-9])", "$1$2")
        .str.replace_all(r"^1\.([0-9]{10})e\+?10$", "1$1")
    )
    cell = cell.str.replace_all(_EXTENSION, " ").str.replace_all(_DASHED, "$1 ")
    odd = odd.with_columns(number=cell.str.extract_all(_WRITTEN)).explode("number").drop_nulls("number")
    odd = odd.with_columns(digits=pl.col("number").str.replace_all("[^0-9]", ""), area=_area(odd["place"]))
    return odd.select("at", number=_canonical()).drop_nulls()


def _canonical() -> pl.Expr:
    digits, abroad = pl.col("digits"), pl.col("number").str.contains(r"^\+") & ~pl.col("number").str.contains(r"^\+86")
    local = digits.str.contains("^[2-9][0-9]{6,7}$")
    return pl.coalesce(
        pl.when(abroad).then("+" + digits),
        "+86" + digits.str.extract(r"^(?:00)?(?:86)?0?(1[3-9][0-9]{9})$"),
        "+86" + digits.str.extract(r"^(?:00)?(?:86)?0?([48]00[0-9]{7})$"),
        "+86" + digits.str.extract(rf"^(?:0|(?:00)?860?)({_AREA}[1-9][0-9]{{6,7}})$"),
        pl.when(local).then("+86" + pl.col("area") + digits),
        digits,
    )


def _area(places: pl.Series) -> pl.Series:
    """The area code of a place, of the city or province it lies in; "" where unknown."""
    frame = pl.DataFrame({"place": places.str.extract("^([0-9]*)").fill_null("")})
    found = [pl.col("place").str.head(length).replace_strict(AREAS, default=None) for length in (6, 4, 2)]
    return frame.select(pl.coalesce(*found, pl.lit(""))).to_series()


def listed(frame: pl.DataFrame, column: str, count: int, most: int = MOST) -> pl.Series:
    """Lists by rows of the values in ``column`` of ``frame`` (with "at"), sorted, each once, at most ``most``."""
    lists = frame.unique(["at", column]).sort("at", column).group_by("at", maintain_order=True).agg(pl.col(column).head(most))
    rows = pl.DataFrame({"at": pl.int_range(count, dtype=pl.UInt32, eager=True)})
    return rows.join(lists, on="at", how="left", maintain_order="left")[column].fill_null([])

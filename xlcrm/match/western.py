"""Names in Latin letters: word by word."""

from __future__ import annotations

import polars as pl

from xlcrm.match import places
from xlcrm.match.text import choice
from xlcrm.match.words import WEST_FORMS, WEST_PLACES, WEST_TRADES

_FORM = f" (?:{choice(WEST_FORMS)}) "
_PLACE = f" (?:{choice(place.replace(' ', '  ') for place in WEST_PLACES)}) "
_TRADES = f"(?: (?:{choice(WEST_TRADES)}) )+$"


def parts(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` (at, folded, place) with the core, brand, trade, legal form and place of western names."""
    # Every word between blanks of its own, so that neighbours do not share one.
    core = pl.lit(" ") + pl.col("folded").str.replace_all(" ", "  ") + pl.lit(" ")
    frame = frame.with_columns(core=core)
    forms = (
        pl.col("core").str.extract_all(_FORM).list.eval(pl.element().str.strip_chars(" ").replace_strict(WEST_FORMS, default=""))
    )
    there = (
        pl.col("core")
        .str.extract_all(_PLACE)
        .list.eval(pl.element().str.strip_chars(" ").str.replace("  ", " ").replace_strict(WEST_PLACES, default=""))
    )
    frame = frame.with_columns(
        legal=forms.list.eval(pl.element().filter(pl.element() != "")).list.last().fill_null(""),
        there=there.list.eval(pl.element().filter(pl.element() != "")).list.unique(maintain_order=True).list.join(","),
        core=pl.col("core").str.replace_all(_FORM, "").str.replace_all(_PLACE, ""),
    )
    brand = pl.col("core").str.replace(_TRADES, "")
    frame = frame.with_columns(brand=brand, place=places.joined(frame["place"], frame["there"]), short=pl.lit(""))
    single = [pl.col(part).str.replace_all("  ", " ").str.strip_chars(" ") for part in ("core", "brand")]
    frame = frame.with_columns(*single)
    trade = pl.col("core").str.slice(pl.col("brand").str.len_chars()).str.strip_chars(" ")
    return frame.select("at", "core", "brand", "legal", "place", "short", trade=trade)

"""A list made ready for comparing: whatever one row alone can tell is told once a row, not once a pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from xlcrm.match.block import Counts
from xlcrm.match.caps import MOST_COUNTED
from xlcrm.match.kinds import COUNTED
from xlcrm.match.letters import Letters
from xlcrm.match.levels import number
from xlcrm.match.normalise import Normal
from xlcrm.match.text import ordered
from xlcrm.match.words import FREE_MAIL, SAME_TRADE

_WIDTH = {"phones": 4, "mails": 4, "aliases": 3}
"""How many telephone numbers, mail addresses and other names of a row are looked at."""

_SERVICE = r"^\+86[48]00\d{7}$"
_HOUSE = r"^(\D*\d+)"
_PLAIN = (
    "place", "core", "spoken", "brand", "trade", "legal", "branch", "digits", "surname", "person", "code", "street",
    "doors", "born", "identity", "postcode", "locality",
)  # fmt: skip
VALUES = {
    "name": "core", "contact": "person", "phone": "phones", "mail": "mails", "uscc": "code", "identity": "identity",
    "address": "street", "born": "born", "postcode": "postcode", "locality": "locality", "brand": "brand", "surname": "surname",
}  # fmt: skip
"""The column of ``Normal`` whose values are counted, by the field they are evidence for."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows ready for comparing.

    ``codes``: by column a number for each row's value, 0 for nothing - equal values have equal numbers -, a length or a
    mark; ``counts``: how many rows of ``total`` have that value.
    """

    frame: pl.DataFrame
    codes: dict[str, npt.NDArray[Any]]
    counts: dict[str, npt.NDArray[np.int32]]
    total: int


def encode(normal: Normal, counts: Counts | None = None) -> Table:
    """``normal`` ready for ``compare``; ``counts`` where the list is a part of a bigger whole, else its rows are counted."""
    widths = {column: _width(normal.frame[column], most) for column, most in _WIDTH.items()}
    wide = {
        f"{column}{at}": pl.col(column).list.get(at, null_on_oob=True).fill_null("")
        for column, width in widths.items()
        for at in range(width)
    }
    widths["hosts"] = widths["mails"]
    frame = normal.frame.with_columns(**wide).with_columns(
        **{f"hosts{at}": _host(f"mails{at}") for at in range(widths["hosts"])},
        trades=pl.col("trade").replace({word: min(group) for group in SAME_TRADE for word in group}),
        house=pl.col("street")
        .str.extract(_HOUSE)
        .fill_null("")
        .pipe(lambda house: pl.when(house.str.len_chars() >= 4).then(house).otherwise(pl.lit(""))),
        ordered=ordered(normal.frame["person"]),
    )
    numbered = [f"{column}{at}" for column, width in widths.items() for at in range(width)]
    marks = {
        "size": pl.col("core").str.len_chars(),
        "said": pl.col("spoken").str.len_chars(),
        "mark": pl.col("brand").str.len_chars(),
        "long": pl.col("person").str.len_chars(),
        "kind": _sort(),
        "words": pl.col("core").str.contains(" ", literal=True),
        "latin": pl.col("person").str.len_bytes() == pl.col("person").str.len_chars(),
        "head": pl.col("core").str.slice(0, 2).hash(),
        "begin": pl.col("brand").str.slice(0, 2).hash(),
        **{f"services{at}": pl.col(f"phones{at}").str.contains(_SERVICE) for at in range(widths["phones"])},
    }
    numbers = [
        pl.when(pl.col(column) == "").then(pl.lit(0, pl.UInt64)).otherwise(pl.col(column).hash()).alias(column)
        for column in (*_PLAIN, *numbered, "trades", "house")
    ]
    table = frame.select(*numbers, **marks)
    codes: dict[str, npt.NDArray[Any]] = {column: table[column].to_numpy() for column in (*_PLAIN, "trades", "house", *marks)}
    for column, width in (*widths.items(), ("services", widths["phones"])):
        codes[column] = np.column_stack([table[f"{column}{at}"].to_numpy() for at in range(width)])
    for column in ("size", "said", "mark", "long"):
        codes[column] = codes[column].astype(np.int64)
    codes["places"] = _areas(frame["place"])
    found = Table(frame, codes, _counted(frame, codes, counts), counts.total if counts else len(normal))
    for column in ("core", "person", "trade"):
        letters = Letters.of(frame[column].to_list())
        codes[f"sum_{column}"] = letters.sums()
        codes[f"heard_{column}"] = letters.heard().whole()
    return found


def _width(column: pl.Series, most: int) -> int:
    longest = column.list.len().max()
    return min(max(int(longest) if isinstance(longest, int) else 0, 1), most)


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
    for column in VALUES.values():
        if counts is None:
            values = pl.Series("value", codes[column].ravel())
            sizes = (
                values.to_frame()
                .select(pl.when(pl.col("value") != 0).then(pl.len().over("value")).otherwise(0))
                .to_series()
                .to_numpy()
            )
        else:
            kind = COUNTED[column]
            names = [column] if codes[column].ndim == 1 else [f"{column}{at}" for at in range(codes[column].shape[1])]
            texts = np.column_stack([frame[name].to_list() for name in names]).ravel().tolist()
            sizes = np.array([counts.of.get(f"{kind}:{value}", 0) if value else 0 for value in texts], np.int64)
        found[column] = np.minimum(sizes, MOST_COUNTED).astype(np.int32).reshape(codes[column].shape)
    return found

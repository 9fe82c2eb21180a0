"""The comparable parts of rows as text: a store keeps them with its customers, so that nobody normalises them anew."""

from __future__ import annotations

import json
from collections.abc import Iterable

import polars as pl

from xlcrm.match.normalise import SCHEMA, Normal


def written(normal: Normal) -> list[str]:
    """Each row as one text."""
    return [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in normal.frame.iter_rows()]


def read(texts: Iterable[str]) -> Normal:
    """The rows that ``written`` made these texts of; they hold for the ``caps.VERSION`` they were written with."""
    rows = json.loads(f"[{','.join(texts)}]")
    columns = dict(zip(SCHEMA, zip(*rows, strict=True) if rows else [()] * len(SCHEMA), strict=True))
    lists = [name for name, sort in SCHEMA.items() if sort == pl.List]
    for name in lists:
        columns[name] = tuple(map("\n".join, columns[name]))  # polars takes lists of lists one by one
    frame = pl.DataFrame({name: pl.Series(column, dtype=pl.String) for name, column in columns.items()})
    none = pl.lit([], pl.List(pl.String))
    split = [pl.when(pl.col(name) == "").then(none).otherwise(pl.col(name).str.split("\n")).alias(name) for name in lists]
    return Normal(frame.with_columns(split))

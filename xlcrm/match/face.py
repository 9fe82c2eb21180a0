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
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    return Normal(
        pl.DataFrame({name: pl.Series(column, dtype=sort) for (name, sort), column in zip(SCHEMA.items(), columns, strict=True)})
    )

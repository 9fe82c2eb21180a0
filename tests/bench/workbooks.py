"""The workbooks that are measured: the demo's rows in our template, written by XlsxWriter."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from xlcrm.jobs.demo.book import demo_book
from xlcrm.sheets.template import build

DAY = date(2026, 3, 16)
FIFTEEN = (
    *("name", "contact", "phone", "industry", "size", "contact_title", "source", "first_contact", "status"),
    *("contract_amount", "contract_end", "uscc", "employees", "email", "address"),
)
THIRTY = (
    *FIFTEEN,
    *("city", "short_name", "former_name", "revenue", "ownership", "district", "cooperation", "grade", "product"),
    *("budget", "kind", "province", "payment", "need", "remark"),
)


def write(path: Path, rows: int, fields: tuple[str, ...]) -> Path:
    """A workbook of our template with ``rows`` customers, the demo's faults and duplicates, and only ``fields`` filled."""
    columns = demo_book(rows, 20_260_316, DAY).columns()["customer"]
    blank = [None] * rows
    build(path, rows={"customer": {key: columns.get(key, blank) for key in fields}})
    return path


@cache
def big(rows: int) -> Path:
    """A workbook of ``rows`` rows and 15 fields, made once a run.

    Only the file is kept: a million living cells would slow every garbage collection of what is measured.
    """
    return write(Path(_kept().name) / f"{rows}.xlsx", rows, FIFTEEN)


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="xlcrm-bench-")  # gone when the process ends


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="xlcrm-bench-") as name:
        yield Path(name)

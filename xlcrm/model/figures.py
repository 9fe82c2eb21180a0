"""A report as plain data: what the figures are, before anything shows them (mission section 13).

All texts are in the reader's language already. Only numbers that the reader may know are in it: whoever renders it asks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Measure(StrEnum):
    """What stands in a column, and so how it is written."""

    TEXT = "text"
    COUNT = "count"  # a whole number
    SHARE = "share"  # 0.95 is 95 %; may be negative where it is a difference
    AMOUNT = "amount"  # 万元, two decimals
    DAYS = "days"  # one decimal
    DATE = "date"  # ISO day, or month: YYYY-MM


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to the rows behind it: those of ``group`` in the section's list ``list``; "" leads nowhere."""

    value: float | None
    list: str = ""
    group: str = ""


Cell = str | float | Figure | None


@dataclass(frozen=True, slots=True)
class Column:
    """``target`` is the value that is to be reached at least (quality: 0.95), None where there is none."""

    key: str
    title: str
    kind: Measure
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of cells, one for each column. ``total`` is the last line where there is one to be set apart, ``note`` says whose
    customers it is about and how its figures are meant.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    lines: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of the lines of ``table`` (a key): ``label`` and ``values`` name its columns.

    ``kind`` is bar (lying), column (standing), line, doughnut or funnel.
    """

    kind: str
    title: str
    table: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class List:
    """The rows behind figures, by columns (key -> one value a row), a group's rows together: ``groups`` says of each row whose it
    is, sorted as the rows are. Of a group with more rows than a report holds ``more`` says how many are left out.

    ``jump`` names the column that tells the customer (its number), by which a row is found with the program.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    values: Mapping[str, Sequence[str | float | None]]
    groups: Sequence[str]
    more: Mapping[str, int] = field(default_factory=dict)
    jump: str = "number"


@dataclass(frozen=True, slots=True)
class Section:
    """One sheet's worth: ``key`` is the kind as ``--kind`` names it, ``note`` what is to be said about all of it."""

    key: str
    title: str
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()
    lists: tuple[List, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """``at`` is the moment it tells of, ``by`` who asked for it, ``scope`` whose customers it is about; ``left_out`` says in
    sentences what the reader may not see. ``sections`` begin with the overview where that was asked for.
    """

    at: str
    by: str
    scope: str
    title: str
    sections: tuple[Section, ...]
    left_out: tuple[str, ...] = ()


KINDS = (
    "overview", "customers", "funnel", "value", "churn", "opportunities", "interactions", "requests", "duplicates", "quality",
)  # fmt: skip
"""What ``--kind`` takes."""

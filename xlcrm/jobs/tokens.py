"""Recognising a row again: after sorting, in the next press, and when the answer was lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from xlcrm.jobs.reading import Sheet
from xlcrm.model.operation import Values
from xlcrm.model.tables import CUSTOMER, MATCHED


def contents(sheet: Sheet) -> list[str]:
    """What each row says, as one text: the canonical values of the fields that people fill, in declared order."""
    keys = [field.key for field in sheet.table.data if field.key in sheet.checked.values]
    columns = [sheet.checked.values[key] for key in keys]
    if not columns:
        return [""] * len(sheet.rows)
    names = "\x1f".join(keys)
    return [
        f"{sheet.table.key}\x1f{names}\x1e" + "\x1f".join([value or "" for value in row]) for row in zip(*columns, strict=True)
    ]


def likenesses(sheet: Sheet) -> list[str]:
    """What each customer row is compared by, as one text; equal rows stay apart.

    A decision about a pair belongs to this, so that it holds when something else in the row is changed with it, and
    when the row's defaults are filled in.
    """
    blank: list[str | None] = [None] * len(sheet.rows)
    columns = [(sheet.table[key].default, sheet.checked.values.get(key, blank)) for key in MATCHED]
    said = zip(*([value or default or "" for value in column] for default, column in columns), strict=True)
    return [f"{content}\x1e{count}" for content, count in _counted("\x1f".join(row) for row in said)]


def likeness(values: Values) -> str:
    """``likenesses`` of the only row of a sheet that says ``values``."""
    return "\x1f".join(values.get(key) or CUSTOMER[key].default or "" for key in MATCHED) + "\x1e1"


def tokens(sheet: Sheet, digest: Callable[[str], str]) -> list[str]:
    """One token for each row: the digest of what it says and how often it was said before (equal rows stay apart)."""
    return [f"{digest(said)}:{count}" for said, count in _counted(contents(sheet))]


def _counted(said: Iterable[str]) -> Iterator[tuple[str, int]]:
    seen: dict[str, int] = {}
    for one in said:
        count = seen[one] = seen.get(one, 0) + 1
        yield one, count


def pair_key(parts: Sequence[str]) -> str:
    """The system key of two things compared, whatever their order: it links a decision in the sheet to its pair."""
    return hashlib.sha256("\x1e".join(sorted(parts)).encode()).hexdigest()[:20]

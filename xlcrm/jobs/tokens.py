"""Recognising a row again: after sorting, in the next press, and when the answer was lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from xlcrm.jobs.reading import Sheet


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


def tokens(sheet: Sheet, digest: Callable[[str], str]) -> list[str]:
    """One token for each row: the digest of what it says and how often it was said before (equal rows stay apart)."""
    seen: dict[str, int] = {}
    found = []
    for content in contents(sheet):
        count = seen[content] = seen.get(content, 0) + 1
        found.append(f"{digest(content)}:{count}")
    return found


def pair_key(parts: Sequence[str]) -> str:
    """The system key of two things compared, whatever their order: it links a decision in the sheet to its pair."""
    return hashlib.sha256("\x1e".join(sorted(parts)).encode()).hexdigest()[:20]

"""Which column of a list of any kind holds what the duplicate engine compares: by header, else by the values."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from xlcrm.errors import UsageError
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets.listfile import ListFile

ROW = "row"
"""The column by which the list itself numbers its rows."""

COMPARED = (
    "name", "former_name", "short_name", "contact", "given_name", "family_name", "phone", "email", "uscc", "identity",
    "birth_date", "address", "street", "house_number", "postcode", "province", "city", "district",
)  # fmt: skip
"""What a column may be, in the order in which two claims on one header are settled."""

_SILENT = re.compile(r"[\W_]+")
_SHARE = 0.6
_VALUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.\w+")),
    ("uscc", re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}")),
    ("identity", re.compile(r"\d{17}[\dXx]")),
    ("phone", re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8}.*")),
    ("name", re.compile(r".{2,}(?:公司|集团|厂|店|医院|学校|中心|合作社|事务所)(?:\W.*)?")),
    ("address", re.compile(r".*(?:省|市|区|县|镇|路|街|道|村).*\d+.*")),
)


@cache
def _names() -> dict[str, str]:
    """Folded header -> what the column is."""
    found: dict[str, str] = {}
    for field in CUSTOMER.fields:
        if field.key in COMPARED:
            for title in (field.zh, field.en, *field.synonyms):
                found.setdefault(_fold(title), field.key)
    tables: dict[str, str] = json.loads((files("xlcrm.match") / "data" / "headers.json").read_text("utf-8"))
    for key, words in tables.items():
        if key != "about":
            for word in words.split():
                found.setdefault(_fold(word), key)
    return found


def _fold(header: str) -> str:
    return _SILENT.sub("", header).lower()


def guess(rows: ListFile) -> dict[str, list[int]]:
    """What the columns of a list are: key of ``COMPARED`` or ``ROW`` -> positions, left to right; others are left out.

    A list of persons has no company: then the person is the customer.
    """
    known = _names()
    found: dict[str, list[int]] = {}
    silent = []
    for position, header in enumerate(rows.headers):
        key = known.get(_fold(header))
        if key == ROW and (ROW in found or not rows.numbers(position)):
            key = None
        if key is None:
            silent.append(position)
        else:
            found.setdefault(key, []).append(position)
    for position in silent:
        key = _by_value(rows.sample(position))
        if key is not None and key not in found:
            found[key] = [position]
    people = found.pop("person", [])
    if people:
        key = "contact" if "name" in found else "name"
        found[key] = found.get(key, []) + people
    if "name" not in found and "contact" in found:
        found["name"] = found.pop("contact")
    return found


def chosen(words: Sequence[str], headers: Sequence[str]) -> dict[str, list[int]]:
    """What the user says the columns are: ``key=header`` or ``key=header+header`` each.

    Raises UsageError for an unknown key or header.
    """
    positions = {header: at for at, header in reversed(list(enumerate(headers)))}
    found: dict[str, list[int]] = {}
    for word in words:
        key, _, named = word.partition("=")
        if key.strip() not in (*COMPARED, ROW):
            raise UsageError("cli.bad_column", column=key, keys=", ".join((ROW, *COMPARED)))
        for header in [named] if named in positions else named.split("+"):
            if header.strip() not in positions:
                raise UsageError("cli.no_column", header=header, headers=", ".join(headers))
            found.setdefault(key.strip(), []).append(positions[header.strip()])
    return found


def recognised(rows: ListFile, words: Sequence[str], path: Path) -> dict[str, list[int]]:
    """What the columns are: as the user says in ``words`` (see ``chosen``), the rest guessed.

    UsageError when no column is recognised, or ``words`` name a wrong one.
    """
    said = chosen(words, rows.headers)
    taken = {position for positions in said.values() for position in positions}
    guessed = {key: left for key, found in guess(rows).items() if (left := [at for at in found if at not in taken])}
    found = {**guessed, **said}
    if not found.keys() - {ROW}:
        raise UsageError("cli.no_columns", path=path.name, headers="、".join(rows.headers))
    return found


def _by_value(values: Sequence[str]) -> str | None:
    if len(values) < 3:
        return None
    for key, pattern in _VALUES:
        if sum(1 for value in values if pattern.fullmatch(value)) >= _SHARE * len(values):
            return key
    return None


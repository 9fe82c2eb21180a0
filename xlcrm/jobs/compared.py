"""Which columns of a list of any kind the duplicate engine compares: as fieldmatch takes them, and what no customer here has."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from xlcrm.errors import UsageError
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.model.tables import CONTACT, CUSTOMER
from xlcrm.rules.headers import Match
from xlcrm.sheets.listfile import ListFile

ROW = "row"
"""The column by which the list itself numbers its rows."""

COMPARED = (
    "name", "former_name", "short_name", "contact", "given_name", "family_name", "phone", "email", "uscc", "identity",
    "birth_date", "address", "street", "house_number", "postcode", "province", "city", "district",
)  # fmt: skip
"""What a column may be."""

_SILENT = re.compile(r"[\W_]+")
_SECOND = {"name": "contact", "phone": "phone", "email": "email"}
_JOINED = frozenset({"phone", "email"})
"""Of several columns all are compared; of the others the best one."""



@cache
def _beside() -> dict[str, str]:
    """Folded header -> what it is of that which a customer has no field for (match/data/headers.json)."""
    tables: dict[str, str] = json.loads((files("xlcrm.match") / "data" / "headers.json").read_text("utf-8"))
    return {_fold(word): key for key, words in tables.items() if key != "about" for word in words.split()}


def _fold(header: str) -> str:
    return _SILENT.sub("", header).lower()


def compared(rows: ListFile, matcher: Matcher) -> dict[str, list[int]]:
    """What the columns of a list are: key of ``COMPARED`` or ``ROW`` -> positions, left to right; others are left out.

    Likely guesses are taken: a person sees what was compared, and may say otherwise.
    """
    found: dict[str, list[int]] = {}
    samples = [rows.sample(position) for position in range(len(rows.headers))]
    for match in matcher.fields(rows.headers, samples, rows.name):
        key = _beside().get(_fold(rows.headers[match.column]))
        if key == ROW and (ROW in found or not rows.numbers(match.column)):
            key = None
        if key is None:
            key = _key(match)
        if key is not None:
            found.setdefault(key, []).append(match.column)
    if "name" not in found and "contact" in found:  # of persons only: the person is the customer
        found["name"] = found.pop("contact")
    return found


def _key(match: Match) -> str | None:
    key = _SECOND.get(match.field or "") if match.table == CONTACT.key else match.field if match.table == CUSTOMER.key else None
    return key if key in COMPARED and (match.reason != "headers.twice" or key in _JOINED) else None


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


def recognised(rows: ListFile, words: Sequence[str], path: Path, matcher: Matcher) -> dict[str, list[int]]:
    """What the columns are: as the user says in ``words`` (see ``chosen``), the rest as ``compared``.

    UsageError when no column is recognised, or ``words`` name a wrong one.
    """
    said = chosen(words, rows.headers)
    taken = {position for positions in said.values() for position in positions}
    likely = {key: left for key, found in compared(rows, matcher).items() if (left := [at for at in found if at not in taken])}
    found = {**likely, **said}
    if not found.keys() - {ROW}:
        raise UsageError("cli.no_columns", path=path.name, headers="、".join(rows.headers))
    return found

"""What the columns of a delivered table are taken for: by their headers, by what stands in them, and by what people answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlcrm.jobs.fieldmatch import beside
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.model.fields import Field, Kind, Table
from xlcrm.model.learned import Target
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY, CONTACT, CUSTOMER, SUBMITTED, TAG
from xlcrm.rules.clean.text import written
from xlcrm.rules.headers import Match
from xlcrm.rules.headers.units import scaled
from xlcrm.sheets.headers import match
from xlcrm.sheets.sources.source import SourceTable

_SYSTEM = frozenset(
    {"submit_status", "check_result", "problem", "origin", "created_by", "created_at", "updated_by", "updated_at", "tags"}
)
_WRONG = frozenset({"headers.contradicted", "headers.twice", "headers.told_elsewhere"})
"""Reasons for which a guess is not good enough to be taken without an answer."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of ``source`` for ``table`` by field key, and the rest; of several positions the first goes before."""

    source: SourceTable
    table: Table
    fields: Mapping[str, Sequence[int]]
    left: Sequence[int] = ()


def columns(source: SourceTable, matcher: Matcher, place: str, guesses: bool = False) -> Iterator[Columns]:
    """The columns of ``source`` for each of our tables it has something for; ``place`` tells people where it stands.

    Doubtful ones are left out until somebody confirms them; with ``guesses`` likely ones are taken. Numbers are brought into the
    field's unit and words to their options in ``source`` itself. Further contacts and tags come with a source of their own.
    """
    if source.table:
        yield _ours(source)
        return
    places: dict[tuple[str, int], dict[str, list[int]]] = {}
    left = []
    for found in matcher.fields(source.header, source.columns, place):
        target = found.target
        if target is None or not _taken(target) or not (found.certainty == "sure" or (guesses and _likely(found))):
            left.append(found.column)
            continue
        if _tags(target):
            places.setdefault((target.table, target.slot), {}).setdefault(target.field, []).append(found.column)
            continue
        cells = source.columns[found.column]
        if found.unit is not None:
            cells = [scaled(cell, found.unit) for cell in cells]
        source.columns[found.column] = matcher.options(f"{target.table}.{target.field}", cells, place)
        places.setdefault((target.table, target.slot), {}).setdefault(target.field, []).append(found.column)
    own = places.get((CUSTOMER.key, 1), {})
    tags = own.pop("tags", [])
    for (key, _), fields in places.items():
        if key == CUSTOMER.key:
            if "name" in fields:
                yield Columns(source, CUSTOMER, fields, left)
        elif "customer" in fields:
            yield Columns(source, BY_KEY[key], fields)
        elif key == CONTACT.key and "name" in own and "name" in fields:  # another contact of the customer in the same row
            part, at = beside.contacts(source, own["name"][0], fields)
            if len(part):
                yield Columns(part, CONTACT, at)
    if tags and "name" in own:
        part, at = beside.tags(source, own["name"][0], tags, matcher, place)
        if len(part):
            yield Columns(part, TAG, at)


def joined(source: SourceTable, item: Field, places: Sequence[int]) -> list[Cell]:
    """The column of a field; of several that hold it the first value of each row that is there, telephones and texts all."""
    if len(places) == 1:
        return source.columns[places[0]]
    together = item.kind in (Kind.PHONE, Kind.LONG)
    rows = zip(*(source.columns[place] for place in places), strict=True)
    filled = (list(dict.fromkeys(cell for cell in cells if cell is not None)) for cells in rows)
    return [("；".join(map(written, cells)) if together and len(cells) > 1 else cells[0]) if cells else None for cells in filled]


def _taken(target: Target) -> bool:
    """Whether a column can go there."""
    return BY_KEY[target.table] in SUBMITTED


def _tags(target: Target) -> bool:
    """Whether a column holds tags, which are rows of a sheet of their own."""
    return (target.table, target.field) == (CUSTOMER.key, "tags")


def _likely(found: Match) -> bool:
    """Whether a guess may be taken without an answer; of tags it may not: each word would be asked about."""
    target = found.target
    return found.certainty == "doubtful" and found.reason not in _WRONG and target is not None and not _tags(target)


def _ours(source: SourceTable) -> Columns:
    """A sheet of our own template: its columns are what their headers say."""
    table = BY_KEY[source.table]
    if table not in SUBMITTED:
        return Columns(source, table, {})
    row: dict[int, Cell] = {place: header for place, header in enumerate(source.header) if header}
    found = match(table, row)
    fields: dict[str, Sequence[int]] = {key: (place,) for key, place in found.fields.items() if key not in _SYSTEM}
    return Columns(source, table, fields, tuple(found.others.values()))

"""What a row of an old list holds beside its customer: further contacts and tags, each a row of a sheet of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.model.rows import Cell
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.clean.text import line, written
from xlcrm.rules.values import SEVERAL
from xlcrm.sheets.sources.source import SourceTable

Part = tuple[SourceTable, dict[str, Sequence[int]]]
"""A table made of parts of another one's rows, and the positions of its columns by field key."""


def contacts(source: SourceTable, customer: int, fields: Mapping[str, Sequence[int]]) -> Part:
    """The rows of ``source`` that name another contact, ``fields`` its columns, each with the ``customer``'s name."""
    places = [customer, *(place for of in fields.values() for place in of)]
    rows = [row for row in range(len(source)) if any(source.columns[place][row] is not None for place in fields["name"])]
    part = _part(source, places, rows, [[source.columns[place][row] for row in rows] for place in places])
    records = {row: record for record, row in enumerate(rows)}
    part.formulas = {(records[row], places.index(at)) for row, at in source.formulas if row in records and at in places}
    return part, {"customer": (0,), **{key: [places.index(place) for place in of] for key, of in fields.items()}}


def tags(source: SourceTable, customer: int, places: Sequence[int], matcher: Matcher, place: str) -> Part:
    """The tags of the library that stand in the columns ``places``, several in a cell or one, each with the ``customer``'s name.

    Words that are no tag of the library are asked about on 值对照 and left out until somebody says what they mean.
    """
    cells = [(row, at, cell) for at in places for row, cell in enumerate(source.columns[at])]
    said = [(row, at, number, word) for row, at, cell in cells for number, word in _words(cell)]
    codes = matcher.codes("tag.name", Counter(word for *_, word in said), place)
    library, language = matcher.rulebook.vocabulary("tag").by_code, matcher.rulebook.language
    known = [(row, at, number, library[code]) for row, at, number, word in said if (code := codes.get(word))]
    columns: list[list[Cell]] = [
        [source.columns[customer][row] for row, *_ in known],
        [vocabulary("tag_type").label(option.parent, language) for *_, option in known],
        [option.label(language) for *_, option in known],
    ]
    part = _part(source, [customer, places[0], places[0]], [row for row, *_ in known], columns)
    spots = [source.address(at, row) + (f"({number})" if number > 1 else "") for row, at, number, _ in known]
    part.places = [[source.address(customer, row), spot, spot] for (row, *_), spot in zip(known, spots, strict=True)]
    return part, {"customer": (0,), "type": (1,), "name": (2,)}


def _words(cell: Cell) -> list[tuple[int, str]]:
    """The words of a cell, numbered from 1: 高意向、建材; #展会 #老客户."""
    text = written(cell) if cell is not None else ""
    parts = SEVERAL.split(text.replace("#", "、").replace("＃", "、"))
    return list(enumerate((word for part in parts if (word := line(part))), 1))


def _part(source: SourceTable, places: Sequence[int], rows: Sequence[int], columns: list[list[Cell]]) -> SourceTable:
    return SourceTable(
        source.sheet,
        [source.header[place] for place in places],
        columns,
        [source.rows[row] for row in rows],
        [source.column_letters[place] for place in places],
        places=[[source.address(place, row) for place in places] for row in rows],
    )

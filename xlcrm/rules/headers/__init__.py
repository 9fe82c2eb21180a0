"""Which field each column of somebody else's list is: by its header, by its values, and by what the other columns are.

Certain is only what both agree on, or what plain words say and no value contradicts; everything else is a guess that a person
confirms once (字段匹配). Nothing depends on the order of the columns, and no field is surely two columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from xlcrm.model.fields import Field, Kind
from xlcrm.model.learned import Learned, layout
from xlcrm.model.tables import ACTIVITY, BY_KEY, CONTACT, CUSTOMER, FEEDBACK, INTERACTION, OPPORTUNITY, TAG
from xlcrm.rules.headers import names
from xlcrm.rules.headers.column import Column, Match
from xlcrm.rules.headers.judge import judged, told
from xlcrm.rules.headers.looks import look
from xlcrm.rules.headers.names import LIKELY, SECOND, WORD, Candidate
from xlcrm.rules.rulebook import Rulebook

__all__ = ["Match", "fields"]

_OTHERS = (INTERACTION, TAG, OPPORTUNITY, FEEDBACK, ACTIVITY, CONTACT)
_EVERYWHERE = frozenset(
    {"number", "name", "contact", "phone", "email", "contact_title", "owner", "remark", "product", "foreign_number"}
)
"""Fields of a customer that a list of interactions, tags ... shows as well."""

_ALIKE = {
    "interaction": {"contact": "contact", "owner": "follower", "remark": "agreed"},
    "contact": {**SECOND, "contact": "name", "remark": "remark"},
    "feedback": {"owner": "assigned_to", "need": "content"},
    "opportunity": {"source": "source", "status": "stage", "product": "title"},
}
"""A customer's field as the list of another kind has it."""
_TOLD = "headers.told"
_LOOSE = frozenset({"agreed", "content", "title"})

READER = Rulebook(datetime(2099, 12, 31))
"""Judges values by themselves: no day is too late, every colleague's name will do."""


def fields(header: Sequence[str], samples: Sequence[Sequence[object]], learned: Learned, book: Rulebook = READER) -> list[Match]:
    """What each column of a table is. ``samples`` holds up to some 200 cells of each column; fewer, or none, will do.

    ``book`` knows a team's own options. Pure: equal columns give equal answers, wherever they stand.
    """
    cells = [*samples, *([()] * (len(header) - len(samples)))]
    columns = []
    for number, text in enumerate(header):
        reading = names.read(str(text or ""))
        columns.append(Column(number, str(text or ""), reading, look(cells[number], book), list(reading.candidates)))
    filled = any(one.look.filled for one in columns)
    main, place = _main(columns), layout(header)
    matches = []
    for column in columns:
        column.candidates = _within(column.candidates, main)
        said = learned.header(place, column.header)
        match = told(column, *said) if said and column.header.strip() else judged(column, main)
        if filled and not column.look.filled and match.certainty == "doubtful":
            match = column.match(None, "ignored", "headers.blank")
        elsewhere = [one for one in column.reading.candidates if one.table == CUSTOMER.key]
        if main != CUSTOMER.key and elsewhere and match.field is None and match.reason != "headers.blank" and not said:
            match = column.match(None, "doubtful", "headers.elsewhere", elsewhere)
        matches.append(match)
    return _settled(_persons(_whose(matches, columns, book), columns), columns)


def _main(columns: Sequence[Column]) -> str:
    """The table the list is about: the customers', unless at least two fields of another one, and most, speak for that."""
    best, most = CUSTOMER.key, 0
    single = [column for column in columns if all(one.slot == 1 for one in column.candidates)]
    plain = [{one.table: one.field for one in column.candidates if one.rank >= WORD} for column in single]
    own = [said for said in plain if CUSTOMER.key in said and said[CUSTOMER.key] not in _EVERYWHERE]
    for table in _OTHERS:
        count = len({said[table.key] for said in plain if table.key in said and CUSTOMER.key not in said})
        if count >= 2 and count > max(most, sum(1 for said in own if table.key not in said)):
            best, most = table.key, count
    return best


def _within(candidates: Sequence[Candidate], main: str) -> list[Candidate]:
    """The candidates as far as a list of ``main``'s kind has them."""
    if main == CUSTOMER.key:
        own = [one for one in candidates if one.table in ("", main) or one.slot > 1]
        if any(one.rank > LIKELY for one in own):
            return own
        # What belongs to an interaction or a tag can be taken along, but only if somebody says so.
        also = [one for one in candidates if one.table in (INTERACTION.key, OPPORTUNITY.key, TAG.key)]
        return own + [replace(one, rank=min(one.rank, LIKELY)) for one in also]
    found: dict[tuple[str, str], Candidate] = {}
    for one in candidates:
        moved = _moved(one, main) if one.table == CUSTOMER.key else one
        if moved.table in ("", main):
            found.setdefault((moved.table, moved.field), moved)
    # What a customer's list has no field for is likely this list's own: its date is the visit's.
    return sorted(found.values(), key=lambda one: (-one.rank, not one.table))


def _moved(one: Candidate, main: str) -> Candidate:
    """A customer's field as the list of another kind has it; unchanged where it has none."""
    if one.field in ("number", "name") and "customer" in BY_KEY[main].by_key:
        return Candidate(main, "customer", one.rank if one.field == "number" else min(one.rank, WORD))
    name = _ALIKE.get(main, {}).get(one.field)
    return Candidate(main, name, min(one.rank, LIKELY if name in _LOOSE else WORD)) if name else one


def _whose(matches: list[Match], columns: Sequence[Column], book: Rulebook) -> list[Match]:
    """负责人 of a list with telephones but without contacts is likely whom to call, unless it names colleagues."""
    taken = {match.field for match in matches if match.table == CUSTOMER.key}
    if "phone" not in taken or "contact" in taken:
        return matches
    return [
        replace(match, field="contact", certainty="doubtful", reason="headers.several", alternatives=("customer.owner",))
        if (match.table, match.field) == (CUSTOMER.key, "owner")
        and match.reason != _TOLD
        and "customer.contact" in [one.place for one in column.candidates]
        and not any(cell in book.people for cell in column.look.cells)
        else match
        for match, column in zip(matches, columns, strict=True)
    ]


def _persons(matches: list[Match], columns: Sequence[Column]) -> list[Match]:
    """A list of persons has no company: then the person is the customer, if somebody says so."""
    taken = {match.field for match in matches if match.table == CUSTOMER.key}
    if "name" in taken or "number" in taken:
        return matches
    return [
        replace(match, field="name", certainty="doubtful", reason="headers.persons", alternatives=("customer.contact",))
        if (match.table, match.field) == (CUSTOMER.key, "contact") and "customer.name" in [one.place for one in column.candidates]
        else match
        for match, column in zip(matches, columns, strict=True)
    ]


def _settled(matches: list[Match], columns: Sequence[Column]) -> list[Match]:
    """Of several columns for one field the best keeps it; the others are asked about.

    Where somebody said that a further column is the telephone, or a remark, as well, their values are joined.
    """
    claims: dict[tuple[str, str, int], list[int]] = {}
    for match in matches:
        if match.field is not None:
            claims.setdefault((match.table, match.field, match.slot), []).append(match.column)
    for (table, name, _), claimed in claims.items():
        if BY_KEY[table][name].kind in (Kind.PHONE, Kind.LONG):
            claimed = [number for number in claimed if matches[number].reason != _TOLD]
        claimed.sort(key=lambda number: _claim(columns[number], matches[number], BY_KEY[table][name]), reverse=True)
        for number in claimed[1:]:
            match = matches[number]
            if match.reason == _TOLD:
                continue
            second = [f"contact.{SECOND[name]}#2"] if table == CUSTOMER.key and name in SECOND else []
            if any(not one.table for one in columns[number].candidates):  # the boss's telephone, and the contact's is here
                second, match = [str(match.target), *second], columns[number].match(None, "doubtful", "headers.twice")
            matches[number] = replace(
                match,
                certainty="doubtful",
                reason="headers.twice",
                values={"field": f"{table}.{name}", "other": columns[claimed[0]].header},
                alternatives=tuple(dict.fromkeys((*second, *match.alternatives))),
            )
    return matches


def _claim(column: Column, match: Match, item: Field) -> tuple[object, ...]:
    """How good a column's claim to a field is; the header itself decides between equals, never its place."""
    rank = next((one.rank for one in column.candidates if (one.table, one.field) == (match.table, match.field)), 0)
    words = [item.zh, item.en, *item.synonyms]
    declared = -words.index(column.header.strip()) if column.header.strip() in words else -len(words)
    return (
        match.reason == _TOLD,
        match.certainty == "sure",
        column.look.filled > 0,
        column.look.fit(item) or 0.0,
        column.look.shape == "mobile",
        rank,
        declared,
        column.look.filled,
        column.header,
        repr(column.look.cells),
    )

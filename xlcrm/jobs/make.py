"""New workbooks: empty, from an old list, or from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.catalogue import text
from xlcrm.errors import BookError, UsageError
from xlcrm.jobs import readback
from xlcrm.model.context import Context
from xlcrm.model.fields import Role
from xlcrm.model.resultsheets import FIELD_MATCHES, VALUE_MATCHES
from xlcrm.model.rows import Cell
from xlcrm.model.tables import ACTIVITY, CUSTOMER
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets import template
from xlcrm.sheets.sources.source import Note, Source
from xlcrm.store import asking
from xlcrm.store.base import Store

if TYPE_CHECKING:
    from xlcrm.jobs.fieldmatch.matcher import Matcher

_EVER = datetime(2099, 12, 31)  # nothing is judged by its date before the list is checked


@dataclass(slots=True)
class Made:
    """A new workbook: where it lies, how many customers it holds, the old list's columns that were not taken over.

    ``notes`` are what a person should know of the old list (sheets.sources.Note). ``headers`` of its columns were not certain
    (字段匹配), and so many ``words`` in them (值对照).
    """

    path: Path
    rows: int = 0
    unknown: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    headers: int = 0
    words: int = 0

    def said(self, language: str) -> list[str]:
        """What a person should know of the old list, a sentence each."""
        told = [text(f"sources.{key}", language, **values) for key, values in self.notes]
        if self.unknown:
            told.append(text("jobs.new_unknown", language, headers="、".join(self.unknown)))
        if self.headers:
            told.append(text("headers.guessed", language, count=self.headers, sheet=FIELD_MATCHES.title(language)))
        if self.words:
            told.append(text("headers.strange_words", language, count=self.words, sheet=VALUE_MATCHES.title(language)))
        return told


def new(path: Path, language: str, source: Path | None = None, matcher: Matcher | None = None) -> Made:
    """Write an empty workbook, or one filled from an old list of any kind (sheets/sources).

    The cells are taken over as they are; checking them is the next step. Another system's ID becomes 原编号. ``matcher`` knows
    what the team has answered about columns like these; what is not certain is listed on 字段匹配 and 值对照. Raises
    BookError where ``source`` cannot be read or holds no customers, OSError where ``path`` cannot be written.
    """
    if source is None:
        template.build(path, language)
        return Made(path)
    from xlcrm.jobs.fieldmatch.lines import header_lines, word_lines
    from xlcrm.jobs.fieldmatch.matcher import Matcher
    from xlcrm.sheets.sources import read

    found = read(source)
    matcher = matcher or Matcher(Rulebook(_EVER, language))
    rows, unknown = _taken(found, matcher)
    count = len(rows[CUSTOMER.key]["name"]) if CUSTOMER.key in rows else 0
    if not count:
        raise BookError("jobs.no_rows", path=found.name)
    asked = {FIELD_MATCHES.key: header_lines(matcher, language), VALUE_MATCHES.key: word_lines(matcher, matcher.rulebook)}
    sheets = {key: {name: [line[name] for line in lines] for name in lines[0]} for key, lines in asked.items() if lines}
    template.build(path, language, {**rows, **sheets}, {"import": source.name})
    return Made(path, count, unknown, found.notes, *map(len, asked.values()))


def _taken(source: Source, matcher: Matcher) -> tuple[dict[str, dict[str, list[Cell]]], list[str]]:
    """The columns of all tables of an old list that have a field, by table and field key; the headers of the others."""
    from xlcrm.jobs.fieldmatch.columns import columns, joined

    rows: dict[str, dict[str, list[Cell]]] = {}
    unknown: dict[str, None] = {}
    for table in source.tables:
        for one in columns(table, matcher, table.sheet, guesses=True):
            fields = {key: places for key, places in one.fields.items() if one.table[key].role is Role.DATA}
            if one.table is CUSTOMER and "number" in one.fields:
                fields.setdefault("foreign_number", one.fields["number"])
            held = rows.setdefault(one.table.key, {})
            before = max(map(len, held.values()), default=0)
            for key in {**held, **fields}:
                cells = joined(one.source, one.table[key], fields[key]) if key in fields else [None] * len(one.source)
                held.setdefault(key, [None] * before).extend(cells)
            unknown |= dict.fromkeys(text for place in one.left if (text := one.source.header[place]))
    return rows, list(unknown)


def export(
    path: Path,
    store: Store,
    context: Context,
    rulebook: Rulebook,
    where: Sequence[tuple[str, str, str]] = (),
    asked: str = "",
) -> Made:
    """Write the living customers that fit ``where``, with what belongs to them, into a new workbook.

    Only those the acting person may export; the log says who exported how many, and with which filter (``asked``). The
    workbook can be edited and submitted like any other. Raises StoreError, UsageError without the right, or OSError.
    """
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if not rights.ever(Action.EXPORT):
        raise UsageError("rights.no_export")
    customers = [one for one in store.scan(CUSTOMER.key, where) if rights.may(Action.EXPORT, one.values.get("owner"))]
    numbers = {record.rid: record.number or "" for record in customers}
    sheets = {CUSTOMER.key: customers, **readback.family(store, customers)}
    if not where:  # what belongs to no customer is the whole team's
        sheets[ACTIVITY.key] = [*sheets[ACTIVITY.key], *store.scan(ACTIVITY.key, [("customer", "=", "")])]
    rows = {
        key: readback.cells(records, key, context.language, rulebook.names, numbers) for key, records in sheets.items() if records
    }
    asking.note_export(store, context, len(customers), asked)
    template.build(path, context.language, rows, {"person": context.actor.name})
    return Made(path, len(customers))

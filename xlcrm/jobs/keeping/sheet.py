"""月度核对 and 次要信息核对: the lines of the sheets, and what their answers ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xlcrm.catalogue import text
from xlcrm.jobs.keeping.states import State
from xlcrm.jobs.marking import tell_unknown
from xlcrm.model.fields import Need, Table
from xlcrm.model.operation import Values
from xlcrm.model.reviewsheets import DETAILS_SHEET, REVIEW_SHEET
from xlcrm.model.rows import Cell, Link, Rows
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules import keeping
from xlcrm.rules.clean import read, show
from xlcrm.rules.keeping import Period
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book

SCOPES: Mapping[str, Table] = {"month": REVIEW_SHEET, "details": DETAILS_SHEET}
"""What is reviewed, and on which sheet."""
TYPED: Mapping[str, Mapping[str, str]] = {
    "month": {
        "new_status": "status", "new_need": "need", "new_contact": "contact", "new_phone": "phone", "phone_check": "phone_check",
    },
    "details": {
        item.key: item.key for item in DETAILS_SHEET.fields if item.need is Need.OPTIONAL and item.key in CUSTOMER.by_key
    },
}  # fmt: skip
"""The columns in which a person types what is new: column -> field of the customer."""


@dataclass(slots=True)
class Answer:
    """What a person answered in one line: ``answer`` is a code of the vocabulary "review_answer", ``values`` what is new.

    ``wrong`` are the columns that are not understood, with what stands there. ``version`` is the customer's that was shown.
    """

    line: int
    rid: str
    version: int
    answer: str
    values: Values = field(default_factory=dict)
    note: str = ""
    wrong: list[tuple[str, str]] = field(default_factory=list)


def due(states: Sequence[State], scope: str, period: Period, day: date) -> list[State]:
    """Those of ``states`` that are to be reviewed in this period."""
    return [one for one in states if keeping.due(one.reviewed.get(scope), period, day)]


def line(state: State, scope: str, rulebook: Rulebook) -> dict[str, Cell | Link]:
    """One line of the sheet: what is known of the customer, and what to look at."""
    language, record = rulebook.language, state.record
    table = SCOPES[scope]
    found: dict[str, Cell | Link] = {"number": record.number, "pair": f"{record.rid} {record.version}"}
    for item in table.fields:
        if item.key in CUSTOMER.by_key and item.key not in ("number", "phone_check"):
            found[item.key] = show(record.values.get(item.key), CUSTOMER[item.key], language, rulebook.names)
    last = state.reviewed.get(scope)
    found["reviewed"] = show(last[:10] if last else None, table["reviewed"], language, rulebook.names)
    if scope == "month":
        last_at = state.pulse.last
        found["last_at"] = show(last_at.isoformat() if last_at else None, table["last_at"], language, rulebook.names)
        found["hint"] = hint(state, language)
    return found


def hint(state: State, language: str) -> str | None:
    """What to look at, a sentence each: sleeps, cannot be reached, incomplete, its contract ends."""
    said = []
    if state.failed:
        said.append(text("keeping.failed", language))
    if state.dormant:
        said.append(text("keeping.dormant", language, day=state.dormant))
    if state.ending:
        said.append(text("keeping.ending", language, day=state.ending))
    if state.wanting:
        titles = text("match.and", language).join(CUSTOMER[key].title(language) for key in state.wanting)
        said.append(text("keeping.wanting", language, fields=titles))
    return "\n".join(said) or None


def answers(book: Book, scope: str, rulebook: Rulebook) -> tuple[Rows, list[Answer]]:
    """The lines in which somebody answered or typed something new; unknown answers are told."""
    table = SCOPES[scope]
    rows = book.read(table) if table in book.tables() else Rows(table)
    words, unknown, found = vocabulary("review_answer"), [], []
    for row in range(len(rows)):
        rid, _, version = str(rows.cell(row, "pair") or "").partition(" ")
        said = str(rows.cell(row, "answer") or "").strip()
        option = words.find(said) if said else None
        if said and option is None:
            unknown.append(said)
        if not rid or (said and option is None):
            continue
        one = Answer(row, rid, int(version) if version.isdigit() else 0, option.code if option else "")
        _typed(rows, row, scope, one, rulebook)
        if one.answer or (scope == "month" and (one.values or one.wrong)):
            found.append(one)
    tell_unknown(book, table, words, unknown, rulebook.language)
    return rows, found


def _typed(rows: Rows, row: int, scope: str, one: Answer, rulebook: Rulebook) -> None:
    """What is written in the columns that a person may fill in."""
    one.note = str(rows.cell(row, "note") or "").strip()
    for column, key in TYPED[scope].items():
        cell = rows.cell(row, column)
        reading = read(cell, CUSTOMER[key], rulebook)
        if reading.value is not None:
            one.values[key] = reading.value
        elif reading.code is not None and reading.code != "MASKED":
            one.wrong.append((SCOPES[scope][column].title(rulebook.language), str(cell)))


def changed(one: Answer, seen: Values, stored: Values) -> Values:
    """The fields that the answer changes: what differs from what the person saw and from what is stored."""
    return {key: value for key, value in one.values.items() if value not in (seen.get(key), stored.get(key))}

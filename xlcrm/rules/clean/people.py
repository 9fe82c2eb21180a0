"""Colleagues: the name in the sheet, the rid in the store."""

from __future__ import annotations

from difflib import get_close_matches

from xlcrm.model.fields import Field
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import BETWEEN_HAN, line, written
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook


def read(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """One of the people table, by name or account; taken as it is where the rulebook knows nobody."""
    text = line(BETWEEN_HAN.sub("", line(written(cell))))
    if not text:
        return Reading()
    if not book.people:
        return Reading(text)
    rid = book.people.get(text)
    if rid is not None:
        return Reading(rid) if text == cell else Reading(rid, "TEXT_FORM", {"proposal": text}, text, True)
    near = get_close_matches(text[:40], list(book.people), n=1, cutoff=0.5)
    if near:
        return Reading(None, "COLLEAGUE_NEAR", {"proposal": near[0]}, near[0])
    return Reading(None, "COLLEAGUE_UNKNOWN")

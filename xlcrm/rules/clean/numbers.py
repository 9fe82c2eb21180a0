"""Numbers of records: given by the store, opaque, never parsed or padded (mission section 2)."""

from __future__ import annotations

import re

from xlcrm.model.fields import Field
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import line, written
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

_NUMBER = re.compile(r"[A-Za-z]{1,6}[-_]?[0-9A-Za-z-]*[0-9]{3,}")


def read(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """A record's number in upper case; in a reference also the full name of a customer without a number."""
    raw = written(cell)
    text = line(raw)
    if not text:
        return Reading()
    if len(text) > field.longest:
        return Reading(text, "TOO_LONG", {"count": len(text), "longest": field.longest})
    if _NUMBER.fullmatch(text):
        text = text.upper()
    if isinstance(cell, str) and text != cell:
        return Reading(text, "TEXT_FORM", {"proposal": text}, text, True)
    return Reading(text)

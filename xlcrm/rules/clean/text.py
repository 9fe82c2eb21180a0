"""Free text: invisible characters, full width, spaces and line breaks.

Storage keeps what was meant: full-width letters and digits become half width, but Chinese punctuation stays, and
traditional characters are never simplified (distinct names would merge: 昇 and 升).
"""

from __future__ import annotations

import re
import unicodedata

from xlcrm.model.fields import Field, Kind
from xlcrm.model.rows import Cell
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

# Controls, zero-width and direction marks, lone surrogates, non-characters: never meant, and the last two no workbook can hold.
INVISIBLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
)
SPACES = "\t\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
WIDE = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff03-\uff06\uff0a\uff0b\uff0d-\uff0f\uff1d\uff20\uff3c\uff3f"
LOST = "\ufffd"  # stands where another program could not read a character
ODD_LINE = re.compile(f"[\n{INVISIBLE}{SPACES}{WIDE}{LOST}]")
ODD_LONG = re.compile(f"[{INVISIBLE}{SPACES}{WIDE}{LOST}]")
_DROP = re.compile(f"[{INVISIBLE}]")
_SPACE = re.compile(f"[ {SPACES}]+")
_NARROW = {code: code - 0xFEE0 for first, last in (
    (0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A), (0xFF03, 0xFF06), (0xFF0A, 0xFF0B), (0xFF0D, 0xFF0F),
    (0xFF1D, 0xFF1D), (0xFF20, 0xFF20), (0xFF3C, 0xFF3C), (0xFF3F, 0xFF3F),
) for code in range(first, last + 1)}
_HAN = "\u2e80-\u9fff\uf900-\ufaff\uff08\uff09"
BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) +(?=[{_HAN}])")

PHONE_INSIDE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
IDENTITY_INSIDE = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])"
)


def line(text: str) -> str:
    """One line of clean text: half-width letters and digits, single spaces, nothing invisible."""
    # Once nearly always suffices; a second time undoes what stripping laid bare (an apostrophe behind a space).
    while _untidy(text) and (found := _line(text)) != text:
        text = found
    return text


def _untidy(text: str) -> bool:
    return ODD_LINE.search(text) is not None or "  " in text or text[:1] in (" ", "'") or text[-1:] == " "


def paragraph(text: str) -> str:
    """Clean text that may have several lines: ``\\n`` between them, no blanks at their ends."""
    while (found := _paragraph(text)) != text:
        text = found
    return text


def squeeze(text: str) -> str:
    """Text of a code, number, phone or mail: NFKC, nothing invisible, single spaces; dashes of all kinds are "-"."""
    if not text.isascii():
        text = _DROP.sub("", unicodedata.normalize("NFKC", _DROP.sub("", text)).translate(_DASHES))
    return line(text)


_DASHES = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2500"}


def _line(text: str) -> str:
    text = _DROP.sub("", text.replace("\n", " ")).translate(_NARROW)
    text = _SPACE.sub(" ", text).strip()
    return _unquote(text)


def _paragraph(text: str) -> str:
    text = _DROP.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_NARROW)
    text = "\n".join(_SPACE.sub(" ", part).strip() for part in text.split("\n"))
    return _unquote(text.strip())


def _unquote(text: str) -> str:
    """Without the apostrophe that some exports put before numbers to keep them text."""
    return text[1:].strip() if text.startswith("'") and text.count("'") == 1 else text


def written(cell: Cell) -> str:
    """A cell as a person reads it: whole numbers without ``.0``, dates ISO, without midnight."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return str(int(cell)) if cell == cell and abs(cell) < 1e21 and cell == int(cell) else repr(cell)
    if cell is None:
        return ""
    if hasattr(cell, "isoformat"):
        return cell.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    return str(cell)


def read(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """Free text of one or several lines; its length and phone or identity numbers inside are looked at."""
    raw = written(cell)
    text = paragraph(raw) if field.kind is Kind.LONG else line(raw)
    if not text:
        return Reading()
    if len(text) > field.longest:
        return Reading(text, "TOO_LONG", {"count": len(text), "longest": field.longest})
    if LOST in text:
        return Reading(text, "TEXT_GARBLED")
    if not field.sensitive and field.key != "foreign_number":
        if IDENTITY_INSIDE.search(text):
            return Reading(text, "IDENTITY_IN_TEXT")
        if PHONE_INSIDE.search(text):
            return Reading(text, "PHONE_IN_TEXT")
    if isinstance(cell, str) and text != cell:
        return Reading(text, "TEXT_FORM", {"proposal": text}, text, True)
    return Reading(text)

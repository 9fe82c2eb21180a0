"""Numbers with a check digit: 统一社会信用代码, identity numbers, bank cards.

Excel keeps 15 significant digits of a number, so an 18-digit code that stands in a cell as a number is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from xlcrm.model.fields import Field
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import squeeze, written
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ZEROS = "0" * 18  # people type it as a placeholder, and its check digit is right
# The 31 characters of a credit code as digits that int() knows.
_DIGITS = str.maketrans("0123456789ABCDEFGHJKLMNPQRTUWXY", "0123456789abcdefghijklmnopqrstu")
# The check digit by the weighted sum of the other 17, modulo 31: what is missing to a multiple of 31.
_MISSING = "0utsrqponmlkjihgfedcba987654321"
_IDENTITY = re.compile(r"[1-9][0-9]{16}[0-9X]")


def plain_uscc(cells: Sequence[Cell]) -> list[str | None]:
    """The credit codes of a column whose shape and check digit are right, as they are; None for every other cell."""
    shaped = _USCC.fullmatch
    codes = [cell if type(cell) is str and shaped(cell) else None for cell in cells]
    digits = "\n".join(code or _ZEROS for code in codes).translate(_DIGITS).split("\n")  # one translation instead of thousands
    return [code if code and _sums(digit) and code != _ZEROS else None for code, digit in zip(codes, digits, strict=True)]


def uscc_checks(code: str) -> bool:
    """Whether the check digit of an 18-character credit code is right (GB 32100).

    The weights are the powers of 3 modulo 31. 34 is 3 modulo 31, so reading the first 17 characters backwards as a
    number of base 34 gives the weighted sum in one step.
    """
    return _sums(code.translate(_DIGITS))


def _sums(digits: str) -> bool:
    return _MISSING[int(digits[16::-1], 34) % 31] == digits[17]


def identity_checks(code: str) -> bool:
    """Whether the check digit of an 18-digit identity number is right (GB 11643: powers of 2 modulo 11)."""
    return (int(code[:17], 13) * 2 + (10 if code[17] == "X" else int(code[17]))) % 11 == 1


def read_uscc(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """统一社会信用代码: 18 characters without I, O, S, V, Z, with a check digit."""
    code, lost = _code(cell)
    if not code:
        return Reading()
    if lost:
        return Reading(None, "DIGITS_LOST")
    if len(code) != 18:
        return Reading(None, "USCC_LENGTH", {"count": len(code)})
    if not _USCC.fullmatch(code):
        return Reading(None, "USCC_CHARACTERS")
    if not uscc_checks(code):
        return Reading(None, "USCC_CHECK")
    return _formed(code, cell)


def read_identity(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """Identity card or residence permit (81, 82, 83 in front): 18 digits, a real birthday, the check digit."""
    code, lost = _code(cell)
    if not code:
        return Reading()
    if lost:
        return Reading(None, "DIGITS_LOST")
    if len(code) != 18:
        return Reading(None, "IDENTITY_LENGTH", {"count": len(code)})
    if not _IDENTITY.fullmatch(code):
        return Reading(None, "IDENTITY_CHARACTERS")
    try:
        born = date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        return Reading(None, "IDENTITY_DATE")
    if not date(1880, 1, 1) <= born <= book.day:
        return Reading(None, "IDENTITY_DATE")
    if not identity_checks(code):
        return Reading(None, "DIGITS_LOST" if code.endswith("000") else "IDENTITY_CHECK")
    return _formed(code, cell)


def read_bankcard(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """A card (Luhn check) or a company's account, which has no check digit: a wrong one is only pointed out."""
    code, lost = _code(cell)
    if not code:
        return Reading()
    if lost:
        return Reading(None, "DIGITS_LOST")
    if not re.fullmatch(r"[0-9]{8,30}", code):
        return Reading(None, "BANKCARD_LENGTH", {"count": len(code)})
    from stdnum import luhn

    if not luhn.is_valid(code):
        return Reading(code, "BANKCARD_CHECK")
    return _formed(code, cell)


def _code(cell: Cell) -> tuple[str, bool]:
    """Upper case without blanks and dashes; whether Excel has rounded it."""
    if isinstance(cell, float) and abs(cell) >= 1e15:
        return "?", True
    text = squeeze(written(cell)).upper().replace(" ", "").replace("-", "").lstrip(":'")
    if _SCIENTIFIC.fullmatch(text):
        return text, True
    return text.removesuffix(".0"), False


def _formed(code: str, cell: Cell) -> Reading:
    if isinstance(cell, str) and code != cell:
        return Reading(code, "CODE_FORM", {"proposal": code}, code, True)
    return Reading(code)

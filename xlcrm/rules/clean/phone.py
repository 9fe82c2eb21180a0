"""Telephone numbers: mobiles of 11 digits, area code-number, 400 and 800 numbers, extensions (mission T1).

Stored as E.164, an extension as ``;ext=8``, several numbers separated by one blank. The usual shapes are decided by
regular expressions; only unusual ones ask phonenumbers, which is slow and not always up to date (it calls
numbers beginning with 149 invalid though they are in use), so its "no" is a warning and never blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from xlcrm.model.fields import Field
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import squeeze, written
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

# Mobile prefixes in the numbering plan.
_USUAL = r"1(?:[38][0-9]|4[57]|[59][0-35-9]|6[25-7]|7[0-35-8])[0-9]{8}"
# What a column may hold without anybody looking closer: usual mobiles but the ones people type as placeholders.
_PLAIN = re.compile(rf"(?!13800138000|13812345678){_USUAL}")
_PLAIN_FIXED = re.compile(r"0((?:10|2[0-57-9])-[2-9][0-9]{7}|[3-9][0-9]{2}-[2-8][0-9]{6,7})|[48]00-[0-9]{3}-[0-9]{4}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_KNOWN_MOBILE = re.compile(_USUAL)
_LANDLINE = re.compile(r"0(?:(?:10|2[0-57-9])[2-9][0-9]{7}|[3-9][0-9]{2}[2-8][0-9]{6,7})")
_SERVICE = re.compile(r"[48]00[0-9]{7}")
_WITH_AREA = re.compile(r"0[0-9]{9,11}")
_WITHOUT_AREA = re.compile(r"[2-9][0-9]{6,7}")
_SHORT_SERVICE = re.compile(r"95[0-9]{3,4}|1[0-2][0-9]{3}")

_POINT_ZERO = re.compile(r"[0-9]{7,15}\.0+")
_ROUNDED = re.compile(r"1[3-9][0-9]0{8}")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_LABEL = re.compile(
    r"(?:联系)?(?:手机号码|手机号|手机|电话号码|电话|固话|座机|联系方式|办公室|办公|tel|mobile|phone|cell|mob|t|m)"
    r"\s*[:.]?\s*(?=[+(0-9])",
    re.I,
)
_BETWEEN = re.compile(r"\s*(?:[、,;/|]|或者|或|和|及|&)\s*")
_NEXT = re.compile(
    r"(?<=[0-9]{7})[ -]+(?=(?:\+?86[ -]?)?1[3-9][0-9]{9}(?![0-9])"
    r"|\(?0[0-9]{2,3}\)?[ -]?[0-9]{7,8}(?![0-9])|[48]00[0-9-]{7,9}(?![0-9]))"
)
_EXTENSION = re.compile(r"\s*-?\s*\(?(?:转接?|分机号?|内线|ext\.?|x|#)\s*[:.]?\s*([0-9]{1,6})\)?$", re.I)
_DASH_EXTENSION = re.compile(r"(\(?0[0-9]{2,3}\)?[ -]?[0-9]{7,8}|[48]00-?[0-9]{3}-?[0-9]{4})-([0-9]{1,6})")
_PUNCTUATION = re.compile(r"[ ().\-]")
_NUMBER = re.compile(r"\+?[0-9(][0-9 ().\-]*[0-9)]")
_HOME = re.compile(r"\(?(?:\+|00)\s?86\)?[ -]*(?=[0-9(])")
_COUNTRY = re.compile(r"^86(?=1[3-9][0-9]{9}$|0[0-9]{9,11}$)")


def plain(cells: Sequence[Cell]) -> list[str | None]:
    """The canonical forms of a column's mobiles, landlines and 400 numbers where beyond doubt; None for every other cell."""
    mobile, fixed = _PLAIN.fullmatch, _PLAIN_FIXED.fullmatch
    values = ["+86" + cell if type(cell) is str and mobile(cell) else None for cell in cells]
    for i, value in enumerate(values):
        if value is None and type(cell := cells[i]) is str and (found := fixed(cell)):
            values[i] = "+86" + (found[1] or cell).replace("-", "")
    return values


def read(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """One or several numbers, with labels, extensions, separators of all kinds."""
    text = squeeze(written(cell))
    if not text:
        return Reading()
    if _SCIENTIFIC.fullmatch(text):
        if len(re.sub(r"[eE].*|\.", "", text)) < 11:
            return Reading(None, "DIGITS_LOST")
        text = str(int(Decimal(text)))
    elif _POINT_ZERO.fullmatch(text):
        text = text.split(".")[0]
    if len(text) > field.longest:
        return Reading(None, "PHONE_INVALID")
    if isinstance(cell, float) and _ROUNDED.fullmatch(text):
        return Reading(None, "DIGITS_LOST")
    if _KNOWN_MOBILE.fullmatch(text):
        return _formed("+86" + text, cell)  # one number alone, the usual case: nothing to take apart
    found: list[str] = []
    worst: Reading | None = None
    for part in _parts(text):
        reading = _one(part, found)
        if reading.value and reading.value not in found:
            found.append(reading.value)
        if reading.code and (worst is None or not reading.value):
            worst = reading
    if not found and worst is None:
        return Reading(None, "PHONE_INVALID")
    value = " ".join(found) or None
    if worst is not None:
        proposal = show(value) if value and worst.repair is not None else None
        return Reading(value, worst.code, worst.values | ({"proposal": proposal} if proposal else {}), proposal)
    if len(found) > 1:
        return Reading(value, "PHONE_SEVERAL", {"count": len(found)})
    return _formed(found[0], cell)


def _formed(value: str, cell: Cell) -> Reading:
    """One number; whether the cell shows it as people write it."""
    shown = show(value)
    if isinstance(cell, str) and cell != shown:
        return Reading(value, "PHONE_FORM", {"proposal": shown}, shown, True)
    return Reading(value)


def show(value: str) -> str:
    """Numbers as people write them: 13912345678, 010-62345678, 400-123-4567, 010-62345678转8; several with ；"""
    return "；".join(_shown(number) for number in value.split(" "))


def _shown(number: str) -> str:
    number, _, extension = number.partition(";ext=")
    if number.startswith("+86"):
        digits = number[3:]
        if _MOBILE.fullmatch(digits) or len(digits) < 9:
            number = digits
        elif _SERVICE.fullmatch(digits):
            number = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        else:
            area = 2 if digits.startswith(("10", "2")) else 3
            number = f"0{digits[:area]}-{digits[area:]}"
    return f"{number}转{extension}" if extension else number


def _parts(text: str) -> list[str]:
    if text.isdecimal():
        return [text]
    text = _LABEL.sub(" ", text).strip()
    return [part for piece in _BETWEEN.split(text) for part in _NEXT.split(piece) if part]


def _one(text: str, before: list[str]) -> Reading:
    """One number; ``repair`` is set (to anything) where the value is a good guess to propose."""
    extension = ""
    if match := _HOME.match(text):
        text = text[match.end() :]
        digits = re.sub("[ -]", "", text)
        text = text if digits[:1] in "(0" or _MOBILE.match(digits) or _SERVICE.match(digits) else "0" + text
    if match := _EXTENSION.search(text):
        text, extension = text[: match.start()], ";ext=" + match[1]
    elif match := _DASH_EXTENSION.fullmatch(text):
        text, extension = match[1], ";ext=" + match[2]
    note = False
    match = _NUMBER.search(text)
    if not match:
        return Reading(None, "PHONE_INVALID")
    rest = (text[: match.start()] + text[match.end() :]).strip(" ()-:.,")
    if rest:
        if re.search("[0-9]", rest):
            return Reading(None, "PHONE_INVALID")
        note = True
    digits = _PUNCTUATION.sub("", match[0])
    digits = _COUNTRY.sub("", digits, count=1)
    reading = _number(digits, before)
    value = reading.value + extension if reading.value else None
    if note and value and not reading.code:
        return Reading(value, "PHONE_NOTE", {"note": rest[:20]}, value)
    return Reading(value, reading.code, reading.values, reading.repair)


def _number(digits: str, before: list[str]) -> Reading:
    if _MOBILE.fullmatch(digits):
        return Reading("+86" + digits, None if _KNOWN_MOBILE.fullmatch(digits) else "PHONE_UNUSUAL")
    if _LANDLINE.fullmatch(digits):
        return Reading("+86" + digits[1:])
    if _SERVICE.fullmatch(digits):
        return Reading("+86" + digits)
    if _SHORT_SERVICE.fullmatch(digits):
        return Reading("+86" + digits, "PHONE_UNUSUAL")
    if digits.startswith(("+", "00")):
        return _abroad(digits)
    if _WITH_AREA.fullmatch(digits):
        area = 3 if digits.startswith(("01", "02")) else 4
        if 7 <= len(digits) - area <= 8 and digits[1] != "0":
            return Reading("+86" + digits[1:], None if _valid("+86" + digits[1:]) else "PHONE_UNUSUAL")
        return Reading(None, "PHONE_INVALID")
    if _WITHOUT_AREA.fullmatch(digits):
        if before and (area_code := _area(before[-1])):
            return Reading(f"+86{area_code}{digits}")
        return Reading(None, "PHONE_AREA", {"count": len(digits)})
    if _LANDLINE.fullmatch("0" + digits):
        # A sheet that takes the number for a number drops the leading zero.
        return Reading("+86" + digits, "PHONE_ZERO", repair=digits)
    if digits.startswith("1") and digits.isdigit() and 5 < len(digits) < 20 and len(digits) != 11:
        return Reading(None, "PHONE_SHORT" if len(digits) < 11 else "PHONE_LONG", {"count": len(digits)})
    return Reading(None, "PHONE_INVALID")


def _area(number: str) -> str | None:
    """The area code of a landline, without its zero; None for other numbers."""
    digits = number.partition(";")[0][3:]
    if not number.startswith("+86") or not _LANDLINE.fullmatch("0" + digits):
        return None
    return digits[:2] if digits.startswith(("10", "2")) else digits[:3]


def _abroad(digits: str) -> Reading:
    number = "+" + digits.lstrip("+0")
    if 8 <= len(number) <= 16 and number[1:].isdigit() and not number.startswith("+86") and _valid(number):
        return Reading(number, "PHONE_FOREIGN")
    return Reading(None, "PHONE_INVALID")


def _valid(number: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return False

"""Dates and moments in every form that people type or Excel makes of them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from xlcrm.model.fields import Field, Kind
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import squeeze
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

_EPOCH = datetime(1899, 12, 30)  # Excel's day 0, as far as days after 1900-02-28 go
_SERIALS = range(18264, 73051)  # 1950-01-01 to 2099-12-31
EARLIEST = date(1950, 1, 1)
LATEST = date(2099, 12, 31)
# What cannot lie in the future because it is said to have happened (document 003 3.1, 3.2).
HAPPENED = frozenset(
    {"first_contact", "consent_date", "phone_check_date", "check_date", "at", "raised_on", "closed_on", "done_on"}
)

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YMD = re.compile(r"([0-9]{4})\s?[-/.年,]\s?([0-9]{1,2})\s?[-/.月,]\s?([0-9]{1,2})\s?[日号]?")
_SOLID = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_SHORT = re.compile(r"([0-9]{2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_NO_YEAR = re.compile(r"[0-9]{1,2}\s?(?:月\s?[0-9]{1,2}\s?[日号]?|[-/.][0-9]{1,2})")
_NO_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:\s?[-/.年]\s?(?:[0-9]{1,2}\s?月?份?)?)?")
_TIME = re.compile(
    r"[T\s]*(?:(?:星期|周)[一二三四五六日天])?\s*(上午|下午|中午|早上|晚上|凌晨|AM|PM)?"
    r"\s*([0-9]{1,2})\s?[:时点]\s?([0-9]{1,2})?\s?分?(?::?\s?([0-9]{1,2})(?:\.[0-9]+)?\s?秒?)?\s*(AM|PM)?$",
    re.I,
)


def read(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """A day (``YYYY-MM-DD``) or a moment (``YYYY-MM-DD HH:MM:SS``)."""
    if isinstance(cell, datetime):
        return _judged(cell, None, cell, field, book)
    if isinstance(cell, bool) or cell is None or not isinstance(cell, str | float | int):
        return Reading(None, "DATE_INVALID") if cell is not None else Reading()
    if not isinstance(cell, str):
        return _serial(cell, field, book)
    text = squeeze(cell).removesuffix("Z")
    if not text:
        return Reading()
    if len(text) > 40:
        return Reading(None, "DATE_INVALID")
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", text):
        return _serial(float(text), field, book)
    day_text, hour, minute, second = _split(text)
    found, code = _day(day_text)
    if found is None:
        return Reading(None, code)
    try:
        moment = datetime(*found, hour, minute, second)
    except ValueError:
        return Reading(None, "DATE_INVALID")
    return _judged(moment, code, cell, field, book)


def show(value: str) -> datetime | str:
    """A date as spreadsheets keep it; the text itself for days before 1900, which they cannot keep."""
    found = datetime.fromisoformat(value)
    return found if found.year >= 1900 else value


def _serial(number: float, field: Field, book: Rulebook) -> Reading:
    """A number in a date column: Excel's count of days, or eight digits without dashes."""
    if number == number and abs(number) < 1e9:
        if int(number) in _SERIALS:
            moment = _EPOCH + timedelta(seconds=round(number * 86400))
            return _judged(moment, "DATE_FORM", None, field, book)
        if match := _SOLID.fullmatch(str(int(number))):
            try:
                moment = datetime(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                return Reading(None, "DATE_INVALID")
            return _judged(moment, "DATE_FORM", None, field, book)
        if number == 0:
            return Reading(None, "PLACEHOLDER")
        if 1950 <= number < 2100:
            return Reading(None, "DATE_INCOMPLETE")
    return Reading(None, "DATE_INVALID")


def _split(text: str) -> tuple[str, int, int, int]:
    """The text of the day, and hour, minute, second (0 where there are none)."""
    match = _TIME.search(text)
    if not match or not match.start():
        return text, 0, 0, 0
    hour, minute, second = (int(part or 0) for part in match.group(2, 3, 4))
    half = (match[1] or match[5] or "").upper()
    if half in ("下午", "晚上", "PM") and hour < 12:
        hour += 12
    elif half in ("凌晨", "上午", "AM") and hour == 12:
        hour = 0
    return text[: match.start()].strip(), hour, minute, second


def _day(text: str) -> tuple[tuple[int, int, int] | None, str | None]:
    """Year, month, day of a text, and the code of what is unusual about it (None: nothing)."""
    if _ISO.fullmatch(text):
        return (int(text[:4]), int(text[5:7]), int(text[8:])), None
    if match := _YMD.fullmatch(text) or _SOLID.fullmatch(text):
        return (int(match[1]), int(match[2]), int(match[3])), "DATE_FORM"
    if match := _LAST.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if first > 12 >= second:
            return (year, second, first), "DATE_FORM"
        if second > 12 >= first or first == second:
            return (year, first, second), "DATE_FORM"
        return None, "DATE_AMBIGUOUS"
    if match := _SHORT.fullmatch(text):
        return (2000 + int(match[1]), int(match[2]), int(match[3])), "DATE_SHORT_YEAR"
    if _NO_DAY.fullmatch(text):
        return None, "DATE_INCOMPLETE"
    if _NO_YEAR.fullmatch(text):
        return None, "DATE_NO_YEAR"
    return None, "DATE_INVALID"


def _judged(moment: datetime, code: str | None, cell: Cell, field: Field, book: Rulebook) -> Reading:
    if moment.year <= 1900 and not isinstance(cell, str):
        return Reading(None, "PLACEHOLDER")  # 1900-01-00: what Excel makes of a zero
    timed = field.kind is Kind.MOMENT
    moment = moment.replace(microsecond=0, tzinfo=None)
    if not timed:
        moment = moment.replace(hour=0, minute=0, second=0)
    if not EARLIEST <= moment.date() <= LATEST:
        return Reading(None, "DATE_RANGE")
    value = moment.isoformat(" ") if timed else moment.date().isoformat()
    if field.key in HAPPENED and (moment > book.moment if timed else moment.date() > book.day):
        return _future(moment, value, book)
    if code == "DATE_FORM":
        return Reading(value, code, {"proposal": value}, moment, True)
    if code:
        return Reading(value, code, {"proposal": value}, moment)
    if isinstance(cell, str) and cell not in (value, value[:16], value[:10]):
        return Reading(value, "DATE_FORM", {"proposal": value}, moment, True)
    return Reading(value)


def _future(moment: datetime, value: str, book: Rulebook) -> Reading:
    """Too late a day; if day and month may have been swapped, the other reading is proposed."""
    try:
        swapped = moment.replace(month=moment.day, day=moment.month)
    except ValueError:
        swapped = moment
    if swapped < moment and swapped <= book.moment:
        return Reading(value, "DATE_SWAPPED", {"proposal": swapped.date().isoformat()}, swapped)
    return Reading(value, "DATE_FUTURE")

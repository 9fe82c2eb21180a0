"""What Excel makes of a string that is written into a cell: the same as if somebody had typed it.

"00123" becomes 123 and "2024-3-4" a date, unless the cell's format is text. Only forms that mean the same in every
country are recognised; 3/4/2024 stays text.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import NamedTuple

EPOCH = dt.datetime(1899, 12, 30)
DAY = dt.timedelta(days=1)
NUMBER = re.compile(r"([-+]?)(?:(\d{1,3}(?:,\d{3})+|\d+)(\.\d*)?|(\.\d+))(?:[eE]([-+]?\d{1,3}))?(%?)")
DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日")
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
SUSPECT = re.compile(r"[-=+'#.\d\s(]|true\s*$|false\s*$", re.IGNORECASE)  # what need not be looked at closely does not match

GENERAL, TEXT_FORMAT, LOGICAL, PERCENT = "General", "@", "BOOLEAN", "0%"
DATE_FORMAT, MOMENT_FORMAT, TIME_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss"


class Typed(NamedTuple):
    """What goes into the cell: a number, or a text, or (``formula``) a formula; and the format a General cell takes on."""

    value: float | str
    format: str = GENERAL
    formula: bool = False


def serial(moment: dt.date) -> float:
    """A date as spreadsheets count: days since 1899-12-30."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    return (moment.replace(tzinfo=None) - EPOCH) / DAY


def moment(number: float) -> dt.datetime | float:
    """The date a number stands for, to the millisecond; the number itself when no calendar reaches that far."""
    try:
        return EPOCH + dt.timedelta(milliseconds=round(number * 86_400_000))
    except OverflowError:
        return number


def typed(value: object) -> Typed:
    """What ``value`` becomes in a cell whose format is not text."""
    if isinstance(value, str):
        return _typed_text(value) if SUSPECT.match(value) else Typed(value)
    if value is None:
        return Typed("")
    if isinstance(value, bool):
        return Typed(float(value), LOGICAL)
    if isinstance(value, dt.date):
        whole = not isinstance(value, dt.datetime) or value.time() == dt.time()
        return Typed(serial(value), DATE_FORMAT if whole else MOMENT_FORMAT)
    if isinstance(value, dt.time):
        return Typed((value.hour * 3600 + value.minute * 60 + value.second) / 86_400, TIME_FORMAT)
    if isinstance(value, dt.timedelta):
        return Typed(value / DAY, "[h]:mm:ss")
    return Typed(float(value)) if isinstance(value, int | float) else Typed(str(value))


def as_text(value: object) -> str:
    """What ``value`` becomes in a cell whose format is text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return str(value).removesuffix(" 00:00:00")


def _typed_text(text: str) -> Typed:
    if text.startswith("'"):
        return Typed(text[1:])
    if text.startswith("=") and len(text) > 1:
        return Typed(text, formula=True)
    bare = text.strip()
    if bare.upper() in ("TRUE", "FALSE"):
        return Typed(float(bare.upper() == "TRUE"), LOGICAL)
    if bare.upper() in ERRORS:
        return Typed(f"={bare.upper()}", formula=True)
    if found := NUMBER.fullmatch(bare):
        return _number(found)
    return _date(bare) or Typed(text)


def _number(found: re.Match[str]) -> Typed:
    sign, whole, fraction, only_fraction, exponent, percent = found.groups()
    digits = only_fraction or whole.replace(",", "") + (fraction or "")
    number = float(f"{sign}{digits}e{exponent or 0}")
    if percent:
        return Typed(number / 100, PERCENT if number == int(number) else "0.00%")
    if exponent:
        return Typed(number, "0.00E+00")
    return Typed(number, "#,##0" if whole and "," in whole else GENERAL)


def _date(text: str) -> Typed | None:
    head, _, tail = text.partition(" ")
    day, time = DATE.fullmatch(head), TIME.fullmatch(tail or head)
    with suppress(ValueError):  # the 30th of February stays text
        if day and (time or not tail):
            year, month, number = (int(part) for part in (day.group(1, 3, 4) if day[1] else day.group(5, 6, 7)))
            found = dt.datetime.combine(dt.date(year, month, number), _clock(time) if time else dt.time())
            if year >= 1900:
                return Typed(serial(found), MOMENT_FORMAT if tail else DATE_FORMAT)
        elif time and not tail:
            return typed(_clock(time))
    return None


def _clock(found: re.Match[str]) -> dt.time:
    hour, minute, second = (int(part or 0) for part in found.groups())
    return dt.time(hour, minute, second)

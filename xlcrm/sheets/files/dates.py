"""Which numbers of a workbook are dates, and what moment a serial number means."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from xlcrm.sheets.files.markup import attributes, plain, whole

_BUILT_IN = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_FORMAT = re.compile(rb"<numFmt\s([^>]*)>")
_FORMATS = re.compile(rb"<cellXfs\b.*?</cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<xf\s([^>]*)>")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_FIRST, _LEAP = 60, 2_958_466  # 29 February 1900, a day that Excel believes in; the day after 31 December 9999


def is_date(code: str) -> bool:
    """Whether a number format shows a date or a time of day; durations such as [h]:mm are numbers."""
    code = _NOT_CODE.sub("", code.split(";")[0]).lower()
    return "[" not in code and "general" not in code and any(letter in code for letter in "dmyhs")


def date_styles(styles: bytes) -> frozenset[int]:
    """The indexes of the cell formats (``s`` of a cell) that show dates, from the styles part."""
    dates = set(_BUILT_IN)
    for tag in _FORMAT.findall(styles):
        found = attributes(tag)
        number, code = found.get(b"numFmtId", b""), found.get(b"formatCode", b"")
        (dates.add if is_date(plain(code)) else dates.discard)(whole(number))
    block = _FORMATS.search(styles)
    numbers = [attributes(tag).get(b"numFmtId", b"0") for tag in _STYLE.findall(block[0])] if block else []
    return frozenset(index for index, number in enumerate(numbers) if whole(number) in dates)


def moment(serial: float, since_1904: bool = False) -> datetime | float:
    """The moment of a serial number, to the millisecond; the number itself where no calendar has such a day.

    In the 1900 system days before March 1900 are one off, because Excel counts a 29 February 1900.
    """
    if not 0 <= serial < _LEAP:
        return serial
    start = _EPOCH_1904 if since_1904 else _EPOCH
    if not since_1904 and 1 <= serial < _FIRST:
        serial += 1
    try:
        return start + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return serial


def serial(value: datetime, since_1904: bool = False) -> float:
    """The serial number of a moment: the opposite of ``moment``; negative for days that Excel does not have."""
    since = value.replace(tzinfo=None) - (_EPOCH_1904 if since_1904 else _EPOCH)
    days = since.days + (since.seconds + since.microseconds / 1e6) / 86_400
    return days - 1 if not since_1904 and 2 <= days < _FIRST + 1 else days

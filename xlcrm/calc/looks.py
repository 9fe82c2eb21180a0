"""Number formats, colours, widths and alignment, translated between Excel's words and LibreOffice's."""

from __future__ import annotations

import re
from typing import Any

from xlcrm.calc.bridge import struct

DATE, TIME, TEXT, LOGICAL = 2, 4, 256, 1024  # com.sun.star.util.NumberFormat
STANDARD = 1 << 20  # our mark beside them: the format General
NONE = -1  # LibreOffice's "no colour"

HORIZONTAL = {
    "general": "STANDARD",
    "left": "LEFT",
    "center": "CENTER",
    "right": "RIGHT",
    "justify": "BLOCK",
    "fill": "REPEAT",
}
VERTICAL = {"top": 1, "center": 2, "bottom": 3, "justify": 4}  # com.sun.star.table.CellVertJustify2


class Formats:
    """The number formats of one document."""

    def __init__(self, document: Any) -> None:
        self.xl = document.NumberFormats
        self._english = struct("lang.Locale", "en", "US", "")
        self._kinds: dict[int, int] = {}

    def key(self, code: str) -> int:
        """The key of Excel's ``code``, made on first use. ValueError if LibreOffice does not understand it."""
        key = self.xl.queryKey(code, self._english, False)
        if key != -1:
            return int(key)
        try:
            return int(self.xl.addNew(code, self._english))
        except Exception as error:  # MalformedNumberFormatException is a UNO type
            raise ValueError(f"Not a number format: {code}") from error

    def code(self, key: int) -> str:
        """A format as Excel writes it."""
        found = self.xl.getByKey(key)
        if self.kind(key) & STANDARD:
            return "General"
        code = str(found.FormatString)
        return _small(code) if self.kind(key) & (DATE | TIME) else code

    def kind(self, key: int) -> int:
        """Flags of com.sun.star.util.NumberFormat, and STANDARD for General."""
        if key not in self._kinds:
            found = self.xl.getByKey(key)
            self._kinds[key] = int(found.Type) | (
                STANDARD if found.StandardFormat and not found.Type & (DATE | TIME | TEXT | LOGICAL) else 0
            )
        return self._kinds[key]


def common(xl: Any, name: str) -> Any:
    """A property of cells; None where they differ, for LibreOffice then gives the default."""
    return None if xl.getPropertyState(name).value == "AMBIGUOUS_VALUE" else getattr(xl, name)


def _small(code: str) -> str:
    """Dates in small letters as Excel writes them; texts, conditions and AM/PM as they are."""
    parts = re.split(r'("[^"]*"|\[[^\]]*\]|\\.|AM/PM)', code)
    return "".join(
        part if index % 2 and not re.fullmatch(r"\[[HMS]+\]", part) else part.lower() for index, part in enumerate(parts)
    )


def to_rgb(color: int | None) -> tuple[int, int, int] | None:
    """LibreOffice's colour number -> (red, green, blue); None for no colour."""
    return None if color in (None, NONE) else ((color >> 16) & 255, (color >> 8) & 255, color & 255)


def from_rgb(color: tuple[int, int, int] | str | int | None) -> int:
    """(red, green, blue), "#RRGGBB" or Excel's colour number -> LibreOffice's."""
    if color is None:
        return NONE
    if isinstance(color, str):
        return int(color.removeprefix("#"), 16)
    if isinstance(color, int):  # blue, green, red
        color = (color & 255, (color >> 8) & 255, (color >> 16) & 255)
    red, green, blue = color
    return (red << 16) + (green << 8) + blue


def points(hundredths: int) -> float:
    """1/100 mm -> points, to the quarter point that Excel's rows know."""
    return round(hundredths * 72 / 2540 * 4) / 4


def from_points(size: float) -> int:
    """Points -> 1/100 mm."""
    return round(size * 2540 / 72)


def characters(hundredths: int) -> float:
    """1/100 mm -> width of a column in characters of Excel's standard font (7 pixels each and 5 of padding)."""
    pixels = round(hundredths * 96 / 2540)
    return round((pixels - 5) / 7 if pixels >= 12 else pixels / 12, 2)


def from_characters(width: float) -> int:
    """Width of a column in characters -> 1/100 mm."""
    pixels = round(width * 7 + 5) if width >= 1 else round(width * 12)
    return round(pixels * 2540 / 96)

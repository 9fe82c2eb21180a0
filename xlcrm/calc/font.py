"""The font of cells, or of a part of a cell's text."""

from __future__ import annotations

from typing import Any

from xlwings import base_classes

from xlcrm.calc.bridge import enum
from xlcrm.calc.looks import NONE, from_rgb, to_rgb

BOLD, NORMAL = 150.0, 100.0  # com.sun.star.awt.FontWeight


class Font(base_classes.Font):
    """``xl`` is anything with LibreOffice's character properties."""

    def __init__(self, xl: Any) -> None:
        self.xl = xl

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def bold(self) -> bool | None:
        return None if self.xl.CharWeight is None else bool(self.xl.CharWeight > NORMAL)

    @bold.setter
    def bold(self, bold: bool) -> None:
        self.xl.CharWeight = BOLD if bold else NORMAL

    @property
    def italic(self) -> bool | None:
        return None if self.xl.CharPosture is None else bool(self.xl.CharPosture.value == "ITALIC")

    @italic.setter
    def italic(self, italic: bool) -> None:
        self.xl.CharPosture = enum("awt.FontSlant", "ITALIC" if italic else "NONE")

    @property
    def color(self) -> tuple[int, int, int] | None:
        found = self.xl.CharColor
        return (0, 0, 0) if found == NONE else to_rgb(found)

    @color.setter
    def color(self, color: tuple[int, int, int] | str | int | None) -> None:
        self.xl.CharColor = from_rgb(color)

    @property
    def size(self) -> float | None:
        return None if self.xl.CharHeight is None else float(self.xl.CharHeight)

    @size.setter
    def size(self, size: float) -> None:
        self.xl.CharHeight = float(size)

    @property
    def name(self) -> str | None:
        return None if self.xl.CharFontName is None else str(self.xl.CharFontName)

    @name.setter
    def name(self, name: str) -> None:
        self.xl.CharFontName = name

"""The font of cells, or of a part of a cell's text."""

from __future__ import annotations

from typing import Any

from xlwings import base_classes

from xlcrm.calc.bridge import enum
from xlcrm.calc.looks import NONE, common, from_rgb, to_rgb

BOLD, NORMAL = 150.0, 100.0  # com.sun.star.awt.FontWeight


class Font(base_classes.Font):
    """``xl`` is anything with LibreOffice's character properties; where they differ the answer is None."""

    def __init__(self, xl: Any) -> None:
        self.xl = xl

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def bold(self) -> bool | None:
        weight = common(self.xl, "CharWeight")
        return None if weight is None else bool(weight > NORMAL)

    @bold.setter
    def bold(self, bold: bool) -> None:
        self.xl.CharWeight = BOLD if bold else NORMAL

    @property
    def italic(self) -> bool | None:
        posture = common(self.xl, "CharPosture")
        return None if posture is None else bool(posture.value == "ITALIC")

    @italic.setter
    def italic(self, italic: bool) -> None:
        self.xl.CharPosture = enum("awt.FontSlant", "ITALIC" if italic else "NONE")

    @property
    def color(self) -> tuple[int, int, int] | None:
        found = common(self.xl, "CharColor")
        return (0, 0, 0) if found == NONE else to_rgb(found)

    @color.setter
    def color(self, color: tuple[int, int, int] | str | int | None) -> None:
        self.xl.CharColor = from_rgb(color)

    @property
    def size(self) -> float | None:
        height = common(self.xl, "CharHeight")
        return None if height is None else float(height)

    @size.setter
    def size(self, size: float) -> None:
        self.xl.CharHeight = float(size)

    @property
    def name(self) -> str | None:
        name = common(self.xl, "CharFontName")
        return None if name is None else str(name)

    @name.setter
    def name(self, name: str) -> None:
        self.xl.CharFontName = name

"""A page about one thing (model/page.py), drawn so that it reads on the screen and prints on A4 portrait."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlcrm.catalogue import text
from xlcrm.model.page import GRID, Card, Facts, Lines, Page
from xlcrm.sheets.cells import LONGEST
from xlcrm.sheets.design import COLOURS
from xlcrm.sheets.report.looks import lines
from xlcrm.sheets.style import ACCENT, INK, LINE, PAPER, SOFT, Styles
from xlcrm.sheets.template import BUILT
from xlcrm.sheets.whole import put

_COLUMN = 4.2  # characters; 24 of them fit on A4 upright nearly at full size
_ROW = 15.0  # points of one line of text
_HIGHEST = 400.0  # points; Excel takes 409
_LABEL = 4  # columns of a label beside its value


def write(path: Path, page: Page, language: str) -> None:
    """Write ``page`` to ``path`` as a workbook of one sheet. OSError where it cannot be written; what was there stays then."""
    made = io.BytesIO()
    book = Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": page.title, "author": "xlcrm", "created": BUILT})
    drawn = _Drawn(book.add_worksheet(page.sheet), Styles(book))
    drawn.banner(page.title, page.subtitle)
    drawn.cards(page.cards)
    for warning in page.warnings:
        drawn.warning(warning)
    for part in page.parts:
        drawn.heading(part.title)
        if isinstance(part, Facts):
            drawn.facts(part.pairs)
        else:
            drawn.list(part)
    drawn.printing(f"&L&8{page.foot.replace('&', '&&')[:200]}&R&8{text('template.page', language)}")
    book.close()
    put(path, made.getvalue())


class _Drawn:
    """The sheet being drawn from top to bottom; ``row`` is the next free row (from 0)."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet, self.styles, self.row = sheet, styles, 0
        sheet.hide_gridlines(2)
        sheet.set_column(0, GRID - 1, _COLUMN, styles())

    def banner(self, title: str, subtitle: str) -> None:
        for words, height, size, bold in ((title, 34, 18, True), (subtitle, 20, 10, False)):
            self.sheet.set_row(self.row, height)
            style = self.styles(bg_color=ACCENT, font_color="#FFFFFF", font_size=size, bold=bold, indent=1)
            self.across(0, GRID, words, style)
            self.row += 1
        self.gap(6)

    def cards(self, cards: Sequence[Card]) -> None:
        """The cards side by side, as many in a row as its width takes."""
        place, row = 0, list[tuple[int, Card]]()
        if not cards:
            return
        for card in cards:
            if place + card.width > GRID:
                self.card_row(row)
                place, row = 0, []
            row.append((place, card))
            place += card.width
        self.card_row(row)
        self.gap(4)

    def card_row(self, row: Sequence[tuple[int, Card]]) -> None:
        edge, upper = {"left": 5, "left_color": "#FFFFFF", "indent": 1}, {"valign": "top", "align": "left"}
        self.sheet.set_row(self.row, 16)
        self.sheet.set_row(self.row + 1, self.height([(card.value, card.width * _COLUMN * 0.85) for _, card in row], 17) + 5)
        self.sheet.set_row(self.row + 2, 4)
        for place, card in row:
            fill, font = COLOURS[card.tone] if card.tone else (PAPER[1:], INK[1:])
            small = self.styles(bg_color=f"#{fill}", font_color=SOFT, font_size=8, **edge)
            large = self.styles(
                bg_color=f"#{fill}", font_color=f"#{font}", font_size=11, bold=True, text_wrap=True, **upper, **edge
            )
            self.across(place, card.width, card.label, small)
            self.across(place, card.width, card.value, large, 1)
        self.row += 3

    def warning(self, words: str) -> None:
        fill, font = COLOURS["check"]
        edge = {"text_wrap": True, "indent": 1, "bottom": 1, "bottom_color": "#FFFFFF"}
        style = self.styles(bg_color=f"#{fill}", font_color=f"#{font}", **edge)
        self.sheet.set_row(self.row, self.height([(words, GRID * _COLUMN)]) + 4)
        self.across(0, GRID, f"⚠  {words}", style)
        self.row += 1

    def heading(self, title: str) -> None:
        self.gap(8)
        self.sheet.set_row(self.row, 22)
        self.across(0, GRID, title, self.styles(bold=True, font_size=12, font_color=ACCENT, bottom=2, bottom_color=ACCENT))
        self.row += 1

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        half, wide = GRID // 2 - _LABEL, GRID - _LABEL
        left: tuple[str, str] | None = None
        for pair in pairs:
            if lines(pair[1], half * _COLUMN) > 1:
                if left:
                    self.fact_row([left], half)
                self.fact_row([pair], wide)
                left = None
            elif left is None:
                left = pair
            else:
                self.fact_row([left, pair], half)
                left = None
        if left:
            self.fact_row([left], half)

    def fact_row(self, pairs: Sequence[tuple[str, str]], width: int) -> None:
        edge = {"bottom": 1, "bottom_color": LINE, "text_wrap": True, "indent": 1}
        label, body = self.styles(font_color=SOFT, bg_color=PAPER, **edge), self.styles(font_color=INK, **edge)
        sizes = [(words, columns * _COLUMN) for pair in pairs for words, columns in zip(pair, (_LABEL, width), strict=True)]
        self.sheet.set_row(self.row, self.height(sizes) + 3)
        for number, (title, said) in enumerate(pairs):
            place = number * (_LABEL + width)
            self.across(place, _LABEL, title, label)
            self.across(place + _LABEL, width, said, body)
        self.row += 1

    def list(self, part: Lines) -> None:
        edge = {"text_wrap": True, "indent": 1}
        if part.lines:
            head = self.styles(bold=True, font_size=9, font_color=SOFT, bg_color=PAPER, **edge)
            self.cells(part.heads, part.widths, head)
            body = self.styles(font_size=9, font_color=INK, valign="top", align="left", bottom=1, bottom_color=LINE, **edge)
            for line in part.lines:
                self.cells(line, part.widths, body)
        if part.note:
            self.sheet.set_row(self.row, self.height([(part.note, GRID * _COLUMN)]) + 3)
            self.across(0, GRID, part.note, self.styles(font_size=9, font_color=SOFT, italic=True, **edge))
            self.row += 1

    def cells(self, line: Sequence[str], widths: Sequence[int], style: Format) -> None:
        # Texts of 9 points are a tenth narrower than the characters that columns are measured in.
        sizes = [(said, width * _COLUMN * 1.05) for said, width in zip(line, widths, strict=True)]
        self.sheet.set_row(self.row, self.height(sizes, 13) + 4)
        place = 0
        for said, width in zip(line, widths, strict=True):
            self.across(place, width, said, style)
            place += width
        self.row += 1

    def printing(self, foot: str) -> None:
        self.sheet.set_portrait()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.center_horizontally()
        self.sheet.set_margins(left=0.4, right=0.4, top=0.4, bottom=0.6)
        self.sheet.set_footer(foot)
        self.sheet.print_area(0, 0, max(self.row - 1, 0), GRID - 1)

    def across(self, place: int, width: int, words: str, style: Format, below: int = 0) -> None:
        """``words`` over so many columns of the row, or of one ``below`` it, as text whatever it begins with."""
        row = self.row + below
        if width > 1:
            self.sheet.merge_range(row, place, row, place + width - 1, "", style)
        if words:
            self.sheet.write_string(row, place, words[:LONGEST], style)

    def height(self, texts: Sequence[tuple[str, float]], line: float = _ROW) -> float:
        """How high a row of these texts, each in so many characters, must be."""
        return min(_HIGHEST, max((line * lines(said, width) for said, width in texts), default=line))

    def gap(self, points: float) -> None:
        self.sheet.set_row(self.row, points)
        self.row += 1

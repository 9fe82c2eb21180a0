"""填写说明: the first sheet, which a sales person understands in two minutes."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlcrm.catalogue import text
from xlcrm.model.fields import Need, Table
from xlcrm.model.tables import CUSTOMER, INTERACTION, STORED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.sheets.design import COLOURS, STATES
from xlcrm.sheets.layout import GUIDE
from xlcrm.sheets.style import ACCENT, HEADERS, INK, LINE, PAPER, SOFT, Styles

WIDTHS = (2, 32, 32, 32, 32, 2)  # characters; the four in the middle carry the page
STEPS = ("fill", "validate", "dedupe", "submit")
EXAMPLES = (
    (CUSTOMER, "name", "name"),
    (CUSTOMER, "phone", "phone"),
    (CUSTOMER, "first_contact", "date"),
    (CUSTOMER, "contract_amount", "amount"),
    (CUSTOMER, "status", "status"),
    (CUSTOMER, "address", "address"),
    (INTERACTION, "next_step", "next"),
)
TIPS = ("paste", "blank", "own", "lists", "private", "queue")


def name(language: str) -> str:
    """The title of the workbook."""
    return text("template.guide_title", language)


def dictionary_note(extensible: bool, dependent: bool, language: str) -> str:
    """What the dictionary says beside an option: anybody may add more, only the steward (tags), or nobody."""
    which = ("steward" if dependent else "own") if extensible else "fixed"
    return text(f"template.dictionary_{which}", language)


def add(book: Workbook, styles: Styles, language: str) -> Worksheet:
    """Add the guide as the next sheet of ``book``."""
    sheet: Worksheet = book.add_worksheet(GUIDE[language])
    page = _Page(sheet, styles, language)
    page.banner()
    page.steps()
    page.colours()
    page.required()
    page.examples()
    page.states()
    page.tips()
    page.help()
    sheet.hide_gridlines(2)
    sheet.set_tab_color("#2E8B57")
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(left=0.3, right=0.3, top=0.3, bottom=0.3)
    sheet.center_horizontally()
    return sheet


class _Page:
    """The guide being written from top to bottom; ``row`` is the next free row (from 0)."""

    def __init__(self, sheet: Worksheet, styles: Styles, language: str) -> None:
        self.sheet, self.styles, self.language, self.row = sheet, styles, language, 0
        for number, width in enumerate(WIDTHS):
            sheet.set_column(number, number, width, styles())

    def say(self, key: str, **values: object) -> str:
        return text(f"template.{key}", self.language, **values)

    def banner(self) -> None:
        for row, (key, height, size) in enumerate((("guide_title", 40, 20), ("guide_subtitle", 26, 11))):
            style = self.styles(bg_color=ACCENT, font_color="#FFFFFF", font_size=size, bold=row == 0, indent=1)
            self.sheet.set_row(row, height)
            for number in range(len(WIDTHS)):
                self.sheet.write_blank(row, number, None, style)
            self.sheet.write_string(row, 1, self.say(key), style)
        self.row = 2

    def heading(self, key: str) -> None:
        self.sheet.set_row(self.row, 10)
        self.sheet.set_row(self.row + 1, 26)
        style = self.styles(bold=True, font_size=13, font_color=ACCENT, bottom=2, bottom_color=ACCENT)
        for number in range(1, 5):
            self.sheet.write_blank(self.row + 1, number, None, style)
        self.sheet.write_string(self.row + 1, 1, self.say(key), style)
        self.row += 2

    def steps(self) -> None:
        """Four cards side by side: what to do, and with which button or command."""
        self.heading("guide_steps")
        top = self.row
        words = [self.say(f"step_{step}_text") for step in STEPS]
        heights = (8, 28, 16 * max(_lines(word, WIDTHS[1]) for word in words) + 6, 20, 20)
        for number, height in enumerate(heights):
            self.sheet.set_row(top + number, height)
        edge = {"left": 1, "right": 1, "left_color": "#FFFFFF", "right_color": "#FFFFFF"}
        pale = {"bg_color": "#EAF1F9", "indent": 1, **edge}
        for number, step in enumerate(STEPS, 1):
            title = self.styles(bg_color="#2F6DB5", font_color="#FFFFFF", bold=True, font_size=13, indent=1, **edge)
            self.sheet.write_string(top + 1, number, f"{'①②③④'[number - 1]} {self.say(f'step_{step}')}", title)
            self.sheet.write_string(top + 2, number, words[number - 1], self.styles(text_wrap=True, **pale))
            if step == "fill":
                link = self.styles(font_color="#1F5FBF", underline=1, **pale)
                for down, table in enumerate((CUSTOMER, INTERACTION)):
                    title_of = table.title(self.language)
                    self.sheet.write_url(top + 3 + down, number, f"internal:'{title_of}'!A5", link, f"→ {title_of}")
            else:
                small = self.styles(font_size=9, font_color=SOFT, **pale)
                self.sheet.write_string(top + 3, number, self.say("step_button"), small)
                self.sheet.write_string(top + 4, number, self.say("step_command", command=f"xlcrm {step}"), small)
        self.row = top + len(heights)

    def colours(self) -> None:
        self.heading("guide_colours")
        self.line(("colour_sample", "colour_meaning", "", "colour_action"), head=True)
        words = vocabulary("check_result")
        for code in ("must", "check", "due", "passed"):
            fill, font = COLOURS["good" if code == "passed" else code]
            chip = self.chip(f"#{fill}", f"#{font}")
            self.line((words.label(code, self.language), f"{code}_meaning", "", f"{code}_action"), chip)
        for role, (fill, font) in HEADERS.items():
            chip = self.chip(fill, font)
            self.line((f"header_{role}", f"header_{role}_meaning", "", f"header_{role}_action"), chip)

    def required(self) -> None:
        self.heading("guide_required")
        self.line(("required_sheet", "required_blocking", "required_due", ""), head=True)
        for table in STORED:
            self.line((table.title(self.language), self.fields(table, Need.BLOCKING), self.fields(table, Need.DUE), ""))
        self.note("hidden_note")

    def examples(self) -> None:
        self.heading("guide_examples")
        self.line(("example_field", "example_right", "example_wrong", "example_why"), head=True)
        good = self.styles(font_color="#2E6B2E", **_CELL)
        bad = self.styles(font_color="#9C0006", **_CELL)
        for table, key, example in EXAMPLES:
            row = self.row
            self.line((table[key].title(self.language), f"{example}_right", f"{example}_wrong", f"{example}_why"))
            self.sheet.write_string(row, 2, self.say(f"{example}_right"), good)
            self.sheet.write_string(row, 3, self.say(f"{example}_wrong"), bad)

    def states(self) -> None:
        self.heading("guide_states")
        self.line(("state_word", "colour_meaning", "", "colour_action"), head=True)
        words = vocabulary("submit_status")
        for option in words.options:
            colour = STATES["submit_status"].get(option.code)
            fill, font = COLOURS[colour] if colour else ("FFFFFF", INK[1:])
            self.line(
                (option.label(self.language), f"state_{option.code}", "", f"state_{option.code}_action"),
                self.chip(f"#{fill}", f"#{font}"),
            )

    def tips(self) -> None:
        self.heading("guide_tips")
        for tip in TIPS:
            self.note(f"tip_{tip}", "•  ")

    def help(self) -> None:
        self.heading("guide_help")
        self.note("help_who")
        self.sheet.set_row(self.row, 24)
        box = self.styles(border=1, border_color=LINE, bg_color="#FFFFFF")
        self.sheet.write_string(self.row, 1, self.say("help_name"), self.styles(bold=True))
        self.sheet.merge_range(self.row, 2, self.row, 4, "", box)
        self.row += 1

    def chip(self, fill: str, font: str) -> Format:
        return self.styles(bg_color=fill, font_color=font, bold=True, align="center", border=1, border_color=LINE)

    def fields(self, table: Table, need: Need) -> str:
        return self.say("separator").join(field.title(self.language) for field in table.fields if field.need is need) or "—"

    def line(self, cells: Sequence[str], first: Format | None = None, head: bool = False) -> None:
        """One line of a four-column list; a blank cell widens the one at its left. Keys of the catalogue are looked up."""
        words = [self.known(cell) for cell in cells]
        style = self.styles(bold=True, bg_color=PAPER, font_color=SOFT, **_CELL) if head else self.styles(**_CELL)
        tallest = 1
        for number, word in enumerate(words, 1):
            if not word:
                continue
            wide = number < 4 and not words[number]
            tallest = max(tallest, _lines(word, WIDTHS[1] * 2 if wide else WIDTHS[1]))
            chosen = first if first is not None and number == 1 else style
            if wide:
                self.sheet.merge_range(self.row, number, self.row, number + 1, word, chosen)
            else:
                self.sheet.write_string(self.row, number, word, chosen)
        self.sheet.set_row(self.row, max(22, 16 * tallest + 6))
        self.row += 1

    def note(self, key: str, bullet: str = "") -> None:
        """A sentence over the whole width."""
        word = bullet + self.say(key)
        self.sheet.merge_range(self.row, 1, self.row, 4, word, self.styles(text_wrap=True, font_color=INK))
        self.sheet.set_row(self.row, 16 * _lines(word, WIDTHS[1] * 4) + 5)
        self.row += 1

    def known(self, cell: str) -> str:
        try:
            return self.say(cell) if cell else ""
        except KeyError:
            return cell


_CELL: dict[str, object] = {"text_wrap": True, "border": 1, "border_color": LINE, "indent": 1}


def _lines(word: str, width: int) -> int:
    """How many lines ``word`` takes in a cell ``width`` characters wide, Chinese ones counting double."""
    return sum(
        max(1, math.ceil(sum(1.9 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in part) / (width - 2)))
        for part in word.split("\n")
    )

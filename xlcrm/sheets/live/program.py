"""What xlwings cannot ask, or answers differently, in Excel for Windows, Excel for Mac and LibreOffice.

Everything here is a handful of calls whatever the number of rows. Only LibreOffice's part is executed by the tests;
the others follow the programs' object models.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xlcrm.sheets.address import Box, ranges
from xlcrm.sheets.design import ColourRule, Validation, signature

if TYPE_CHECKING:
    from xlwings import App, Book, Range, Sheet
    from xlwings.main import Table

ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#ERROR"})
EXPRESSION = 2  # Excel's xlExpression
FOLDERS = 4  # Excel's msoFileDialogFolderPicker
TYPES = {"whole": 1, "decimal": 2, "list": 3, "date": 4, "textLength": 6, "custom": 7}  # Excel's XlDVType
OPERATORS = {"between": 1, "greaterThanOrEqual": 7, "lessThanOrEqual": 8}  # Excel's XlFormatConditionOperator
MOST_SPLITS = 200  # questions asked about hidden or merged rows: beyond it what is left counts as one piece


class Excel:
    """Excel for Windows, over COM; the others differ where they say so."""

    def read_only(self, book: Book) -> bool:
        """Whether the workbook cannot be saved under its name."""
        return bool(book.api.ReadOnly)

    def protected(self, sheet: Sheet) -> bool:
        """Whether the cells of a sheet refuse to be written."""
        return bool(sheet.api.ProtectContents)

    astray = True
    """Whether blocks written over rows that a filter hides go to other rows."""

    def filtered(self, table: Table) -> bool:
        """Whether a filter hides rows of the table."""
        return any(one.type != "none" for one in table.autofilter.criteria)

    def values(self, cells: Range) -> list[list[Any]]:
        """The values of ``cells`` by rows; errors as their text."""
        found: list[list[Any]] = cells.options(ndim=2, err_to_str=True).value
        return found

    def hidden(self, cells: Range) -> set[int]:
        """The numbers of the hidden rows of ``cells``."""
        return _split(cells, self._rows_hidden)

    def _rows_hidden(self, cells: Range) -> bool | None:
        """True or False for all rows, None for some."""
        return cells.api.EntireRow.Hidden  # type: ignore[no-any-return]

    def merged(self, cells: Range) -> list[tuple[int, int, int, int]]:
        """The corners (left, top, right, bottom) of the first merged range that touches ``cells``; nothing without one."""
        if not self._has_merged(cells):
            return []
        while (shape := cells.shape) != (1, 1):
            height, width = shape
            if height > 1:
                first, second = cells[: height // 2, :], cells[height // 2 :, :]
            else:
                first, second = cells[:, : width // 2], cells[:, width // 2 :]
            cells = first if self._has_merged(first) else second
        whole = cells.merge_area
        rows, columns = whole.shape
        return [(whole.column, whole.row, whole.column + columns - 1, whole.row + rows - 1)]

    def _has_merged(self, cells: Range) -> bool:
        return cells.merge_cells is not False  # None: some of them

    def calculated(self, book: Book) -> bool:
        """Make sure that formulas show their values: Excel does. Whether any may have changed by that."""
        return False

    def tables(self, book: Book) -> Mapping[str, list[Table]]:
        """The tables of the book by the name of their sheet."""
        return {tab.name: list(tab.tables) for tab in book.sheets}

    def unhide(self, cells: Range) -> None:
        """Show the rows of ``cells``."""
        cells.rows.hidden = False

    def validated(self, cells: Range) -> bool | None:
        """Whether the cells of a column have a dropdown or limit: True all the same one, False none, None some or several."""
        kind = cells.data_validation.type
        return None if kind in ("mixed_criteria", "inconsistent") else kind != "none"

    def copy_validation(self, good: Range, lost: Range) -> None:
        """Give ``lost`` the dropdown or limit of the cell ``good``."""
        good.copy()
        lost.paste(paste="validation")
        lost.sheet.book.app.cut_copy_mode = False

    def add_validation(self, cells: Range, wanted: Validation) -> bool:
        """Give ``cells``, which begin in the row that the formulas of ``wanted`` speak of, a dropdown or limit; whether
        that is possible."""
        with _standing_in(cells):
            rule = cells.api.Validation
            rule.Delete()
            formulas = [f"={formula}" for formula in (wanted.formula1, wanted.formula2) if formula]
            rule.Add(TYPES[wanted.type], 1, OPERATORS.get(wanted.operator, 1), *formulas)
            rule.IgnoreBlank, rule.ShowInput, rule.ShowError = True, True, True
            rule.InputTitle, rule.InputMessage = wanted.prompt_title, wanted.prompt
            rule.ErrorTitle, rule.ErrorMessage = wanted.error_title, wanted.error
        return True

    def colours(self, tab: Sheet) -> list[tuple[str, list[Box]]] | None:
        """The conditional formats of a sheet that are formulas: the formula, and where it applies; None if nobody knows."""
        rules = tab.api.Cells.FormatConditions
        found = (rules.Item(number + 1) for number in range(rules.Count))
        return [
            (str(rule.Formula1).removeprefix("="), ranges(str(rule.AppliesTo.Address).replace("$", "").replace(",", " ")))
            for rule in found
            if rule.Type == EXPRESSION
        ]

    def colour(self, tab: Sheet, wanted: Sequence[ColourRule]) -> None:
        """Make ``wanted`` the only conditional formats of a sheet with such formulas; those that other people made stay."""
        rules, ours = tab.api.Cells.FormatConditions, {signature(rule.formula) for rule in wanted}
        for number in range(rules.Count, 0, -1):
            old = rules.Item(number)
            if old.Type == EXPRESSION and signature(str(old.Formula1).removeprefix("=")) in ours:
                old.Delete()
        for rule in wanted:
            cells = tab.range(rule.sqref)
            with _standing_in(cells):
                new = cells.api.FormatConditions.Add(EXPRESSION, 1, f"={rule.formula}")  # Excel ignores the operator here
                new.Interior.Color, new.Font.Color = _bgr(rule.fill), _bgr(rule.font)

    def choose_folder(self, app: App, sentence: str, start: str) -> str:
        """The folder that the person chooses in the program's own dialog, which begins in ``start``; "" for none."""
        dialog = app.api.FileDialog(FOLDERS)
        dialog.Title, dialog.InitialFileName = sentence, start.rstrip("\\") + "\\"
        return str(dialog.SelectedItems.Item(1)) if dialog.Show() else ""


@contextmanager
def _standing_in(cells: Range) -> Iterator[None]:
    """Select the first of ``cells`` for a moment: Excel reads formulas of rules as they would stand in the active cell."""
    app, before = cells.sheet.book.app, cells.sheet.book.sheets.active
    selected = app.selection
    cells.sheet.activate()
    cells[0, 0].select()
    try:
        yield
    finally:
        before.activate()
        if selected is not None:
            selected.select()


def _bgr(colour: str) -> int:
    """ "RRGGBB" as Excel counts colours."""
    return int(colour[4:6] + colour[2:4] + colour[:2], 16)


class MacExcel(Excel):
    """Excel for Mac, over Apple events."""

    def read_only(self, book: Book) -> bool:
        return bool(book.api.read_only.get())

    def protected(self, sheet: Sheet) -> bool:
        return bool(sheet.api.protect_contents.get())

    def values(self, cells: Range) -> list[list[Any]]:
        # xlwings 0.37.8 fails on err_to_str for blocks: errors are taken from the texts that the cells show
        found: list[list[Any]] = cells.options(ndim=2).value
        shown = cells.api.string_value.get()
        rows = shown if isinstance(shown, list) and shown and isinstance(shown[0], list) else [shown]
        if isinstance(shown, str):
            rows = [[shown]]
        elif cells.shape[1] == 1 and isinstance(shown, list) and not isinstance(shown[0], list):
            rows = [[text] for text in shown]
        return [
            [text if text in ERRORS else value for value, text in zip(row, texts, strict=True)]
            for row, texts in zip(found, rows, strict=True)
        ]

    def _rows_hidden(self, cells: Range) -> bool | None:
        return cells.rows.hidden

    def choose_folder(self, app: App, sentence: str, start: str) -> str:
        asked = "POSIX path of (choose folder with prompt said default location (POSIX file start))"
        words = ["on run {said, start}", "activate", asked, "end run"]
        command = ["/usr/bin/osascript", *(part for line in words for part in ("-e", line)), sentence, start]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no part of it is a document's
        return done.stdout.strip()

    def add_validation(self, cells: Range, wanted: Validation) -> bool:
        return False  # the closed file restores it, as it does the colours

    def colours(self, tab: Sheet) -> list[tuple[str, list[Box]]] | None:
        return None


def program(book: Book) -> Excel:
    """The program that ``book`` is open in."""
    if book.app.engine.name == "calc":
        from xlcrm.sheets.live.libreoffice import LibreOffice

        return LibreOffice()
    return MacExcel() if sys.platform == "darwin" else Excel()


def _split(cells: Range, ask: Any) -> set[int]:
    """The rows for which ``ask`` (True, False, or None for some of them) says True, found by halving."""
    found: set[int] = set()
    waiting, asked = [cells], 0
    while waiting:
        part = waiting.pop()
        height = part.shape[0]
        answer, asked = ask(part), asked + 1
        if answer is None and height > 1 and asked < MOST_SPLITS:
            waiting += [part[: height // 2, :], part[height // 2 :, :]]
        elif answer is not False:
            found |= set(range(part.row, part.row + height))
    return found

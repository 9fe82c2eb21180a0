"""What xlwings cannot ask, or answers differently, in LibreOffice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xlcrm.sheets.address import Box, ranges
from xlcrm.sheets.design import ColourRule, Validation, signature
from xlcrm.sheets.live.program import Excel

if TYPE_CHECKING:
    from xlwings import App, Book, Range, Sheet
    from xlwings.main import Table

# Words of the file format -> words of xlwings
TYPES = {"whole": "whole_number", "textLength": "text_length"}
OPERATORS = {"greaterThanOrEqual": "greater_than_or_equal", "lessThanOrEqual": "less_than_or_equal"}
EXPRESSION = 0  # com.sun.star.sheet.ConditionEntryType.CONDITION
FORMULA = 24  # com.sun.star.sheet.ConditionFormatOperator.EXPRESSION
STYLE = "com.sun.star.style.CellStyle"


class LibreOffice(Excel):
    """LibreOffice, over UNO. ``api`` of xlcrm's engine gives UNO objects."""

    astray = False

    def read_only(self, book: Book) -> bool:
        return bool(book.api.isReadonly())

    def protected(self, sheet: Sheet) -> bool:
        return bool(sheet.api.isProtected())

    def values(self, cells: Range) -> list[list[Any]]:
        found = super().values(cells)
        for row in found:
            for number, value in enumerate(row):
                if isinstance(value, str) and "\x01" in value and "\n" in value:
                    row[number] = value.replace("\x01", "\t")  # how LibreOffice gives tabs in texts of several lines
        return found

    def hidden(self, cells: Range) -> set[int]:
        lines = set(range(cells.row, cells.row + cells.shape[0]))
        for area in cells.api.queryVisibleCells().getRangeAddresses():
            lines -= set(range(area.StartRow + 1, area.EndRow + 2))
        return lines

    def _has_merged(self, cells: Range) -> bool:
        return bool(cells.api.IsMerged)

    def calculated(self, book: Book) -> bool:
        book.api.calculateAll()  # formulas of some writers are 0 until they are calculated once
        return True

    def tables(self, book: Book) -> Mapping[str, list[Table]]:
        """In one go: LibreOffice keeps the tables of all sheets in one list, and each sheet would look through all of it."""
        from xlwings.main import Table

        tabs = {tab.impl.place: tab for tab in book.sheets}
        found: dict[str, list[Table]] = {tab.name: [] for tab in tabs.values()}
        for area in book.api.DatabaseRanges:
            tab = tabs[area.DataArea.Sheet]
            found[tab.name].append(Table(impl=tab.impl.tables.of(area)))
        return found

    def unhide(self, cells: Range) -> None:
        cells.api.Rows.IsVisible = True

    def validated(self, cells: Range) -> bool | None:
        state = str(cells.api.getPropertyState("Validation").value)
        return {"DIRECT_VALUE": True, "DEFAULT_VALUE": False}.get(state)

    def copy_validation(self, good: Range, lost: Range) -> None:
        lost.api.Validation = good.api.Validation

    def add_validation(self, cells: Range, wanted: Validation) -> bool:
        operator = OPERATORS.get(wanted.operator, wanted.operator) or None
        second = f"={wanted.formula2}" if wanted.formula2 else None
        cells.impl.data_validation.set_rule(TYPES.get(wanted.type, wanted.type), operator, f"={wanted.formula1}", second)
        rule = cells.api.Validation
        rule.InputTitle, rule.InputMessage, rule.ShowInputMessage = wanted.prompt_title, wanted.prompt, True
        rule.ErrorTitle, rule.ErrorMessage, rule.ShowErrorMessage = wanted.error_title, wanted.error, True
        cells.api.Validation = rule
        return True

    def choose_folder(self, app: App, sentence: str, start: str) -> str:
        return str(app.impl.choose_folder(sentence, start))

    def colours(self, tab: Sheet) -> list[tuple[str, list[Box]]]:
        found = []
        for group in tab.api.ConditionalFormats.getConditionalFormats():
            boxes = _boxes(group)
            found += [(str(entry.Formula1), boxes) for entry in _expressions(group)]
        return found

    def colour(self, tab: Sheet, wanted: Sequence[ColourRule]) -> None:
        """A group of LibreOffice is several rules over the same cells: one that holds somebody else's as well stays whole."""
        formats, ours = tab.api.ConditionalFormats, {signature(rule.formula) for rule in wanted}
        for group in formats.getConditionalFormats():
            entries = _expressions(group)
            if len(entries) == group.Count and all(signature(str(entry.Formula1)) in ours for entry in entries):
                formats.removeByID(group.ID)
        for sqref in dict.fromkeys(rule.sqref for rule in wanted):
            cells = tab.book.api.createInstance("com.sun.star.sheet.SheetCellRanges")
            cells.addRangeAddress(tab.range(sqref).api.RangeAddress, False)
            number = formats.createByRange(cells)
            group = next(one for one in formats.getConditionalFormats() if number == one.ID)
            for place, rule in enumerate(rule for rule in wanted if rule.sqref == sqref):
                group.createEntry(EXPRESSION, place)
                entry = group.getByIndex(place)
                entry.Operator, entry.Formula1, entry.StyleName = FORMULA, rule.formula, _style(tab.book.api, rule)


def _expressions(group: Any) -> list[Any]:
    entries = (group.getByIndex(number) for number in range(group.Count))
    return [entry for entry in entries if entry.getType() == EXPRESSION]


def _boxes(group: Any) -> list[Box]:
    """Where a group of rules applies; LibreOffice writes "Sheet.A5:B9;Sheet.C7"."""
    return ranges(" ".join(part.rpartition(".")[2] for part in str(group.Range.RangeAddressesAsString).split(";")))


def _style(document: Any, rule: ColourRule) -> str:
    """The name of the cell style with the colours of ``rule``, made on first use."""
    styles, name = document.StyleFamilies.getByName("CellStyles"), f"xlcrm {rule.fill} {rule.font}"
    if not styles.hasByName(name):
        styles.insertByName(name, document.createInstance(STYLE))
        style = styles.getByName(name)
        style.CellBackColor, style.CharColor = int(rule.fill, 16), int(rule.font, 16)
    return name

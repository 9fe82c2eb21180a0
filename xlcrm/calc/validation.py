"""Data validation: which values cells accept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xlwings import XlwingsError, base_classes

from xlcrm.calc.addresses import quoted
from xlcrm.calc.block import Block
from xlcrm.calc.bridge import enum
from xlcrm.calc.formulas import to_calc, to_excel

if TYPE_CHECKING:
    from xlcrm.calc.cells import Range

TYPES = {
    "none": "ANY",
    "whole_number": "WHOLE",
    "decimal": "DECIMAL",
    "date": "DATE",
    "time": "TIME",
    "text_length": "TEXT_LEN",
    "list": "LIST",
    "custom": "CUSTOM",
}
OPERATORS = {
    "equal_to": "EQUAL",
    "not_equal_to": "NOT_EQUAL",
    "greater_than": "GREATER",
    "greater_than_or_equal": "GREATER_EQUAL",
    "less_than": "LESS",
    "less_than_or_equal": "LESS_EQUAL",
    "between": "BETWEEN",
    "not_between": "NOT_BETWEEN",
}
ALERTS = {"STOP": "stop", "WARNING": "warning", "INFO": "information"}
SEVERAL = ("mixed_criteria", "inconsistent")
COMPARING = ("whole_number", "decimal", "date", "time", "text_length")


class DataValidation(base_classes.DataValidation):
    """The rule of a range; what a range has no single answer to is None."""

    def __init__(self, cells: Range) -> None:
        self.cells = cells

    @property
    def api(self) -> Any:
        return self.cells.xl.Validation

    @property
    def type(self) -> str:
        """ "none", "list" and so on; "mixed_criteria" if some cells have a rule and some none, "inconsistent" for several."""
        groups = self.cells.xl.getUniqueCellFormatRanges()
        rules = [groups.getByIndex(index).Validation for index in range(groups.Count)]
        found = {_name(rule.Type.value) for rule in rules}
        if len(found) > 1 and "none" in found:
            return "mixed_criteria"
        different = {(rule.getFormula1(), rule.getFormula2(), rule.getOperator().value) for rule in rules}
        return found.pop() if len(found) == len(different) == 1 or found == {"none"} else "inconsistent"

    def _of(self, kinds: Sequence[str] | None = None) -> Any:
        """LibreOffice's rule, or None if the cells have none, several, or one that is not of ``kinds``."""
        found = self.type
        return None if found == "none" or found in SEVERAL or (kinds and found not in kinds) else self.api

    @property
    def operator(self) -> str | None:
        rule = self._of(COMPARING)
        return None if rule is None else next(name for name, value in OPERATORS.items() if value == rule.getOperator().value)

    @property
    def formula1(self) -> str | None:
        rule = self._of(COMPARING)
        return None if rule is None else to_excel(f"={rule.getFormula1()}")

    @property
    def formula2(self) -> str | None:
        if self.operator not in ("between", "not_between"):
            return None
        return to_excel(f"={self.api.getFormula2()}")

    @property
    def formula(self) -> str | None:
        rule = self._of(("custom",))
        return None if rule is None else to_excel(f"={rule.getFormula1()}")

    @property
    def source(self) -> str | None:
        """The cells or the name a list comes from, as "=name"; or its entries, as "a,b"."""
        rule = self._of(("list",))
        if rule is None:
            return None
        content = str(rule.getFormula1())
        if content.startswith('"'):
            return ",".join(entry.replace('""', '"') for entry in re.findall(r'"((?:[^"]|"")*)"', content))
        return to_excel(f"={content}")

    @property
    def in_cell_dropdown(self) -> bool | None:
        rule = self._of(("list",))
        return None if rule is None else bool(rule.ShowList)

    @property
    def ignore_blank(self) -> bool | None:
        rule = self._of()
        return None if rule is None else bool(rule.IgnoreBlankCells)

    @property
    def input_title(self) -> str | None:
        rule = self._of()
        return None if rule is None else str(rule.InputTitle)

    @property
    def input_message(self) -> str | None:
        rule = self._of()
        return None if rule is None else str(rule.InputMessage)

    @property
    def show_input(self) -> bool | None:
        rule = self._of()
        return None if rule is None else bool(rule.ShowInputMessage)

    @property
    def error_title(self) -> str | None:
        rule = self._of()
        return None if rule is None else str(rule.ErrorTitle)

    @property
    def error_message(self) -> str | None:
        rule = self._of()
        return None if rule is None else str(rule.ErrorMessage)

    @property
    def show_error(self) -> bool | None:
        rule = self._of()
        return None if rule is None else bool(rule.ShowErrorMessage)

    @property
    def alert_style(self) -> str | None:
        rule = self._of()
        return None if rule is None else ALERTS.get(rule.ErrorAlertStyle.value)

    def set_list(self, source: Any, in_cell_dropdown: bool) -> None:
        """Accept the values of a range, of a name, or of a sequence of texts."""
        if isinstance(source, Block):
            content = f"={quoted(source.sheet.name)}!{source.place()}"
        elif isinstance(source, base_classes.Name):
            content = f"={source.name}"
        else:
            content = ";".join('"' + str(entry).replace('"', '""') + '"' for entry in source)
        self._set("list", "equal_to", content, None, int(bool(in_cell_dropdown)))

    def set_rule(self, rule_type: str, operator: str | None, formula1: str | None, formula2: str | None) -> None:
        self._set(rule_type, operator or "equal_to", formula1, formula2)

    def _set(self, rule_type: str, operator: str, formula1: str | None, formula2: str | None, shown: int = 1) -> None:
        """Change what is accepted, and keep the messages. XlwingsError when the cells have different rules."""
        before = self.type
        if before in SEVERAL:
            raise XlwingsError("Cannot update data validation because the target cells have different validation rules.")
        rule = self.api
        rule.Type = enum("sheet.ValidationType", TYPES[rule_type])
        # Of a custom rule the formula itself decides; with another operator its value would be compared with the cell's
        rule.setOperator(enum("sheet.ConditionOperator", "FORMULA" if rule_type == "custom" else OPERATORS[operator]))
        rule.setSourcePosition(self.cells.xl.getCellByPosition(0, 0).CellAddress)
        rule.setFormula1(_content(formula1))
        rule.setFormula2(_content(formula2))
        rule.ShowList = shown
        if before == "none":
            rule.ShowErrorMessage = True
        self.cells.xl.Validation = rule

    def delete(self) -> None:
        rule = self.api
        rule.Type = enum("sheet.ValidationType", "ANY")
        self.cells.xl.Validation = rule


def _name(kind: str) -> str:
    return next((name for name, value in TYPES.items() if value == kind), "unknown")


def _content(formula: str | None) -> str:
    """A formula without its sign, in LibreOffice's notation; texts of a list as they are."""
    if not formula:
        return ""
    return to_calc(formula)[1:] if formula.startswith("=") else formula

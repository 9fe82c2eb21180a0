"""What a sheet looks like and what it helps with, derived from the tables' declaration: columns, dropdowns, colours.

Everything is plain data. The template is built from it, and ``restore`` puts the same validations and colour rules
back into a book whose columns have moved: formulas are made for a given mapping of field key to column letter.
Formulas are written as they stand in the file (English function names, commas, no "="), relative to the first body
row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from xlcrm.catalogue import text
from xlcrm.model.fields import Field, Kind, Need, Role, Table
from xlcrm.model.finding import Severity
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.marks import BRACKETS
from xlcrm.sheets import lists
from xlcrm.sheets.layout import HEADER_ROW, LAST_ROW

FORMATS = {
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
    Kind.DECIMAL: "0.00",
    Kind.INTEGER: "0",
    Kind.LINK: "General",
}  # everything else is text, so that long numbers and leading zeros survive
EPOCH = date(1899, 12, 30)  # day 0 of spreadsheet dates
EARLIEST = date(1990, 1, 1)
LATEST = "TODAY()+18263"  # fifty years on: a contract may run long, a slip of the finger in the year is still caught
GROUPS = {
    "企业信息": "company",
    "联系信息": "reach",
    "合作信息": "business",
    "需求与备注": "need",
    "授权与核验": "consent",
    "备注": "remark",
    "系统信息": "system",
}
DECISIONS = frozenset(
    {"decision", "conflict_choice", "merge_side", "import_field", "import_option", "queue_action", "review_answer"}
)
NARROW = {"submit_status": 10, "check_result": 13, "problem": 20, "number": 15, "name": 26}  # frozen columns leave room

# A mark's fill and font; also the colours of the status words. Each word stands beside its colour.
COLOURS = {
    "must": ("F8CBC6", "9C0006"),
    "check": ("FFE9A8", "7A5B00"),
    "due": ("CFE1F7", "1F4E79"),
    "good": ("DCEFD8", "2E6B2E"),
    "quiet": ("EDEDED", "7F7F7F"),
}
MARKS = {Severity.MUST: "must", Severity.CHECK: "check", Severity.DUE: "due"}
STATES = {
    "submit_status": {
        "refused": "must", "conflict": "must", "undecided": "check", "review": "check", "queued": "check",
        "stored": "good", "merged": "quiet", "void": "quiet",
    },
    "severity": {"must": "must", "check": "check", "due": "due"},
    "finding_state": {"fixed": "good", "undone": "quiet"},
}  # fmt: skip


LEFT = {"late": "must", "today": "check"}
"""The colours of 剩余时间, by the word (catalogue area "queues") that stands in it."""

REFERENCE = re.compile(r"\$?\b[A-Z]{1,3}\$?[0-9]+\b")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the template ships it.

    ``role`` is the colour of its header, see ``role``. ``band`` is the title of the run of
    columns it belongs to. ``level`` is 1 for a column folded away under the first column of its run, which
    ``leads`` it. ``width`` is in characters; ``wraps`` for sentences in result sheets; ``hidden`` for keys that only
    xlcrm reads.
    """

    letter: str
    field: Field
    band: str
    role: str
    width: int
    number_format: str
    level: int = 0
    leads: bool = False
    wraps: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Validation:
    """One dataValidation element over ``sqref``.

    ``type`` and ``operator`` as in the file: list, date, decimal, whole, textLength, custom; operator "" where the
    type has none. ``prompt`` and ``prompt_title`` are empty where no input message is shown. The error style is
    always stop: Excel then keeps what was there before.
    """

    key: str
    sqref: str
    type: str
    formula1: str
    formula2: str = ""
    operator: str = ""
    prompt_title: str = ""
    prompt: str = ""
    error_title: str = ""
    error: str = ""
    error_style: str = "stop"


@dataclass(frozen=True, slots=True)
class ColourRule:
    """One conditional format of type expression: ``fill`` and ``font`` are RRGGBB; earlier rules win."""

    sqref: str
    formula: str
    fill: str
    font: str


def columns(table: Table, language: str) -> tuple[Column, ...]:
    """The columns of ``table`` in the order and place of the template."""
    found: list[Column] = []
    group = ""
    for number, field in enumerate(table.fields):
        leads = bool(field.group) and field.group != group
        group = field.group
        following = table.fields[number + 1].group if number + 1 < len(table.fields) else ""
        found.append(
            Column(
                letter(number),
                field,
                _band(field, language),
                role(field),
                field.width if table.result else min(field.width, NARROW.get(field.key, field.width)),
                FORMATS.get(field.kind, "@"),
                level=1 if group and not leads else 0,
                leads=leads and following == group,
                wraps=table.result and field.kind is Kind.LONG,
                hidden=table.result and field.key == "pair",
            )
        )
    return tuple(found)


def letter(number: int) -> str:
    """The column letters of a column number from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def role(field: Field) -> str:
    """The colour role of a header: blocking, due, optional, system, or decide where xlcrm asks and a person answers."""
    return "decide" if field.role is Role.SHEET and field.options in DECISIONS else str(field.need)


def places(table: Table) -> dict[str, str]:
    """Field key -> column letter as the template ships ``table``."""
    return {field.key: letter(number) for number, field in enumerate(table.fields)}


def validations(
    table: Table, language: str, letters: Mapping[str, str] | None = None, header: int = HEADER_ROW
) -> tuple[Validation, ...]:
    """The dropdowns, limits and input messages of ``table``, for the columns that ``letters`` names.

    ``header`` is the row of the table's header (from 1).
    Columns that only xlcrm writes refuse typing: no sheet is protected, since a protected table cannot grow.
    """
    where = letters if letters is not None else places(table)
    return tuple(_validation(table, field, language, where, header + 1) for field in table.fields if field.key in where)


def colour_rules(
    table: Table, language: str, letters: Mapping[str, str] | None = None, header: int = HEADER_ROW
) -> tuple[ColourRule, ...]:
    """The conditional formats of ``table``: marked cells, verdicts, states (design decision 8).

    A cell is marked when the row's 校验结果 holds its own header in the brackets of a severity.
    """
    where = letters if letters is not None else places(table)
    top = header + 1
    rules: list[ColourRule] = []
    present = [where[field.key] for field in table.fields if field.key in where]
    verdict = where.get("check_result")
    if verdict and "check_result" in table.by_key:
        first = min(present, key=_rank)
        span = _span(top, first, max(present, key=_rank))
        for severity, colour in MARKS.items():
            left, right = BRACKETS[severity]
            formula = f'ISNUMBER(FIND("{left}"&{first}${header}&"{right}",${verdict}{top}))'
            rules.append(ColourRule(span, formula, *COLOURS[colour]))
        words = vocabulary("check_result")
        for code, colour in (*((str(code), code) for code in MARKS.values()), ("passed", "good")):
            formula = f'ISNUMBER(FIND("{words.label(code, language)}",${verdict}{top}))'
            rules.append(ColourRule(_span(top, verdict), formula, *COLOURS[colour]))
    if "left" in where and "left" in table.by_key:
        for word, colour in LEFT.items():
            formula = f'ISNUMBER(FIND("{text(f"queues.word_{word}", language)}",${where["left"]}{top}))'
            rules.append(ColourRule(_span(top, where["left"]), formula, *COLOURS[colour]))
    for field in table.fields:
        if field.options == "queue_action" and {field.key, field.parent, "outcome"} <= where.keys():
            task, offered = f"${where[field.parent]}{top}", lists.parents_of(field.options)
            formula = f'AND(${where[field.key]}{top}="",${where["outcome"]}{top}="",COUNTIF({offered},{task})>0)'
            rules.append(ColourRule(_span(top, where[field.key]), formula, *COLOURS["check"]))
        if field.options in DECISIONS and field.key in where and "place" in where:
            formula = f'AND(${where["place"]}{top}<>"",${where[field.key]}{top}="")'
            rules.append(ColourRule(_span(top, where[field.key]), formula, *COLOURS["check"]))  # an answer is awaited
        if field.options in STATES and field.key in where:
            words = vocabulary(field.options)
            for code, colour in STATES[field.options].items():
                formula = f'${where[field.key]}{top}="{words.label(code, language)}"'
                rules.append(ColourRule(_span(top, where[field.key]), formula, *COLOURS[colour]))
    return tuple(rules)


def signature(formula: str) -> str:
    """A formula but for the cells it speaks of, which move with columns and pasting: how ours is known again."""
    return REFERENCE.sub("#", formula)


def _span(top: int, first: str, last: str = "") -> str:
    return f"{first}{top}:{last or first}{LAST_ROW}"


def _rank(letters: str) -> tuple[int, str]:
    return len(letters), letters


def _band(field: Field, language: str) -> str:
    if field.group:
        return text(f"template.group_{GROUPS[field.group]}", language) if field.group in GROUPS else field.group
    return text(f"template.band_{role(field)}", language)


def _validation(table: Table, field: Field, language: str, where: Mapping[str, str], top: int) -> Validation:
    title = field.title(language)[:32]
    sqref = _span(top, where[field.key])
    if field.need is Need.SYSTEM:
        reason = "template.error_derived" if field.role is Role.DERIVED else "template.error_system"
        # FALSE() rather than FALSE: LibreOffice reads a bare word as a name
        return Validation(field.key, sqref, "custom", "FALSE()", error_title=title, error=text(reason, language))
    prompt = field.help(language)
    if field.example and field.example not in prompt:
        prompt += text("template.example", language, example=field.example)
    kind, operator, first, second, error = _limits(table, field, language, where, top)
    return Validation(field.key, sqref, kind, first, second, operator, title if prompt else "", prompt[:255], title, error[:225])


def _limits(table: Table, field: Field, language: str, where: Mapping[str, str], top: int) -> tuple[str, str, str, str, str]:
    """(type, operator, formula1, formula2, error) of a field that people fill."""
    if field.options:
        return "list", "", _choices(table, field, where, top), "", text("template.error_list", language)
    if field.kind in (Kind.DATE, Kind.MOMENT):
        first = str((EARLIEST - EPOCH).days)
        form = "template.error_date" if field.kind is Kind.DATE else "template.error_moment"
        return "date", "between", first, LATEST, text(form, language)
    if field.kind is Kind.DECIMAL:
        return "decimal", "greaterThanOrEqual", "0", "", text("template.error_decimal", language)
    if field.kind is Kind.INTEGER:
        return "whole", "greaterThanOrEqual", "0", "", text("template.error_whole", language)
    return "textLength", "lessThanOrEqual", str(field.longest), "", text("template.error_long", language, longest=field.longest)


def _choices(table: Table, field: Field, where: Mapping[str, str], top: int) -> str:
    """The formula of a dropdown; for a dependent one the part of the list beside the parent's cell.

    INDIRECT cannot resolve such names, so it is OFFSET over a list whose equal parents stand side by side. While the
    parent is blank or unknown the list is one blank cell, never an error.
    """
    name = lists.name_of(field.options)
    if not field.parent or field.parent not in where:
        return name
    parents, cell = lists.parents_of(field.options), f"${where[field.parent]}{top}"
    found = f"COUNTIF({parents},{cell})"
    return f"IF({found}=0,{lists.BLANK},OFFSET({name},MATCH({cell},{parents},0)-1,0,{found},1))"

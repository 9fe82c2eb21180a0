"""Formulas between Excel's notation and the one LibreOffice's interface takes: English names, but its own punctuation.

    =SUM(Sheet1!A1,'my sheet'!B:B,{1,2;3,4})     Excel
    =SUM($Sheet1.A1;$'my sheet'.B:B;{1;2|3;4})   LibreOffice

Texts inside formulas and structured references (``table[column]``) stay as they are.
"""

from __future__ import annotations

import re

from xlcrm.calc.addresses import COLUMNS, ROWS, column_letters, column_number

TOKEN = re.compile(
    r'"(?:[^"]|"")*"'  # a text
    r"|#[A-Z]+[A-Z/0]*[!?]?"  # an error
    r"|'(?:[^']|'')*'!|[^\W\d][\w.]*!"  # a sheet, as Excel writes it
    r"|\$?'(?:[^']|'')*'\.(?=[$A-Z#\d])"  # a sheet, as LibreOffice writes it
    r"|\$?[^\W\d]\w*\.(?=\$?[A-Z]{1,3}\$?\d|\$?[A-Z]{1,3}:|\$?\d+:|\#REF)"
    r"|[\w.$]+|.",
    re.DOTALL,
)
REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d{1,7})", re.IGNORECASE)
COLUMN = re.compile(r"(\$?)([A-Z]{1,3})", re.IGNORECASE)
ROW = re.compile(r"(\$?)(\d{1,7})")
LOST = "#REF!"


def _translate(formula: str, to_calc: bool) -> str:
    found: list[str] = []
    brackets = braces = 0
    for part in TOKEN.findall(formula):
        if part[0] == '"':
            pass
        elif part in "[]":
            brackets += 1 if part == "[" else -1
        elif part in "{}":
            braces += 1 if part == "{" else -1
        elif brackets:
            part = {",": ";", ";": ","}.get(part, part) if brackets == 1 and found[-1] == "]" else part
        elif to_calc and part.endswith("!") and part[0] != "#":
            part = f"${part[:-1]}."
        elif not to_calc and part.endswith(".") and len(part) > 1:
            part = part[:-1].removeprefix("$") + "!"
        elif part == "(" and found and not to_calc:
            found[-1] = found[-1].upper()  # functions that LibreOffice does not know come back in small letters
        elif to_calc:
            part = {",": ";", ";": "|" if braces else ";"}.get(part, part)
        else:
            part = {";": ",", "|": ";" if braces else "|"}.get(part, part)
        found.append(part)
    return "".join(found)


def with_table(formula: str, table: str) -> str:
    """References inside ``table`` that leave out its name: ``[@Price]`` and ``[Price]`` as LibreOffice needs them."""
    this_row = re.sub(
        r"(\w*)\[@(?:\[([^\]]+)\]|([^\[\]]+))\]", lambda m: f"{m[1] or table}[[#This Row],[{m[2] or m[3]}]]", formula
    )
    return re.sub(r"(?<![\w\]\[.,])\[(?=[^\[\]#]+\])", f"{table}[", this_row)


def to_calc(formula: str) -> str:
    """Excel's notation -> LibreOffice's; what does not begin with "=" is no formula and stays as it is."""
    return _translate(formula, True) if formula.startswith("=") else formula


def to_excel(content: str) -> str:
    """What LibreOffice gives for a cell's content -> what Excel would: without the mark of a text that looks like more."""
    if content.startswith("="):
        return _translate(content, False)
    return content.removeprefix("'")


def shifted(formula: str, rows: int, columns: int) -> str:
    """``formula`` (Excel's notation) as it reads when filled ``rows`` down and ``columns`` to the right."""
    if not formula.startswith("=") or not (rows or columns):
        return formula

    parts = TOKEN.findall(formula)
    brackets = 0
    for index, part in enumerate(parts):
        before, following = parts[index - 1] if index else "", parts[index + 1] if index + 1 < len(parts) else ""
        brackets += (part == "[") - (part == "]")
        if brackets or part[0] == '"' or following == "(":
            continue
        if found := REFERENCE.fullmatch(part):
            column, row = _column(found[1], found[2], columns), _row(found[3], found[4], rows)
            parts[index] = LOST if LOST in (column, row) else column + row
        elif ":" in (before, following) and (found := COLUMN.fullmatch(part)):
            parts[index] = _column(found[1], found[2], columns)
        elif ":" in (before, following) and (found := ROW.fullmatch(part)):
            parts[index] = _row(found[1], found[2], rows)
    return "".join(parts)


def _column(fixed: str, letters: str, by: int) -> str:
    number = column_number(letters) + (0 if fixed else by)
    return fixed + column_letters(number) if 1 <= number <= COLUMNS else LOST


def _row(fixed: str, digits: str, by: int) -> str:
    number = int(digits) + (0 if fixed else by)
    return f"{fixed}{number}" if 1 <= number <= ROWS else LOST

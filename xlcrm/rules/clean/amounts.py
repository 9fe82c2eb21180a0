"""Whole numbers and amounts with two decimals, in the unit that the field's header names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from xlcrm.model.fields import Field, Kind
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import squeeze
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

_CENT = Decimal("0.01")
_TEXT = re.compile(r"[¥$]?\s*([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?)\s*(亿元?|万元?|元|人|名|rmb|cny)?", re.I)
_IN_UNIT = {"亿": Decimal(10000), "万": Decimal(1), "元": Decimal("0.0001")}
_ODD = {Kind.INTEGER: 3_000_000, Kind.DECIMAL: 10_000_000}  # more people, more 万元 than any customer has
_MOST = Decimal(10) ** 12


def plain(cells: Iterable[Cell]) -> dict[Cell, str]:
    """The numbers that have at most two decimals, as text with two."""
    return {cell: text for cell in cells if type(cell) is float and 0.0 <= cell < 1e6 and (text := _two(abs(cell)))}


def plain_whole(cells: Iterable[Cell]) -> dict[Cell, str]:
    """The whole numbers as text."""
    return {cell: str(int(cell)) for cell in cells if type(cell) is float and 0.0 <= cell < 1e6 and cell.is_integer()}


def _two(number: float) -> str | None:
    text = repr(number)
    if text[-3:-2] == ".":
        return text
    return text + "0" if text[-2:-1] == "." else None


def read(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """A number, also one written as text with thousands separators or a unit."""
    unit = ""
    if isinstance(cell, bool) or not isinstance(cell, str | float | int):
        return Reading(None, "NUMBER_INVALID") if cell is not None else Reading()
    if isinstance(cell, str):
        text = squeeze(cell)
        if not text:
            return Reading()
        match = _TEXT.fullmatch(text) if len(text) <= 40 else None
        if not match or not match[1].strip("+-"):
            return Reading(None, "NUMBER_INVALID")
        number, unit = Decimal(match[1].replace(",", "")), (match[2] or "").lower()
    else:
        if not math.isfinite(cell):
            return Reading(None, "NUMBER_INVALID")
        number = Decimal(repr(cell))
    counted = "万元" not in field.zh
    if unit and counted != (unit in ("人", "名")):
        return Reading(None, "NUMBER_INVALID")
    exact = number
    if not counted and unit not in ("", "万", "万元"):
        exact = number * _IN_UNIT.get(unit[0], Decimal("0.0001"))
    if abs(exact) >= _MOST:
        return Reading(None, "NUMBER_INVALID")
    if exact < 0:
        return Reading(None, "NUMBER_NEGATIVE")
    return _judged(exact, number != exact, cell, field)


def _judged(exact: Decimal, converted: bool, cell: Cell, field: Field) -> Reading:
    whole = field.kind is Kind.INTEGER
    rounded = exact.quantize(Decimal(1) if whole else _CENT, ROUND_HALF_UP)
    value = f"{abs(rounded):f}"
    proposal: dict[str, object] = {"proposal": f"{float(value):g}" if whole else value}
    if abs(exact - rounded) > Decimal("1e-7"):
        if whole:
            return Reading(None, "NUMBER_FRACTION")
        return Reading(value, "NUMBER_DECIMALS", proposal, float(value))
    if converted:
        return Reading(value, "NUMBER_UNIT", proposal, float(value), True)
    if rounded > _ODD[field.kind]:
        return Reading(value, "NUMBER_HUGE")
    if isinstance(cell, str):
        return Reading(value, "NUMBER_FORM", proposal, float(value), True)
    return Reading(value)

"""Amounts in another unit than the field's: 元 where it counts 万元."""

from __future__ import annotations

from decimal import Decimal

from xlcrm.model.choices import YUAN, counted
from xlcrm.model.fields import Field
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import squeeze, written
from xlcrm.rules.headers.looks import Look
from xlcrm.rules.headers.plain import Heading

_FACTORS = {"亿": Decimal(10000), "百万": Decimal(100), "千": Decimal("0.1")}
_LIKELY = {"revenue": 100_000}  # 万元 that few customers reach: such figures are 元
_USUAL = 5_000


def factor(heading: Heading, field: Field, look: Look) -> tuple[Decimal | None, bool]:
    """What a column's numbers are multiplied by (None: nothing), and whether that is certain.

    Where the header names no unit, the figures tell: several millions of 万元 are 元.
    """
    if not counted(field):
        return None, True
    unit = heading.unit.lower()
    if heading.foreign:
        return None, False
    if unit and unit not in ("人", "名"):
        for name, size in _FACTORS.items():
            if unit.startswith(name):
                return size, True
        return (None if unit.startswith("万") else YUAN), True
    figures = sorted(value for cell in look.cells if (value := _figure(cell)) is not None)
    if figures and figures[len(figures) // 2] >= _LIKELY.get(field.key, _USUAL):
        return YUAN, False
    return None, True


def scaled(cell: Cell, unit: Decimal | None) -> Cell:
    """A cell's number in the field's unit; text that names its own unit (50万) and what is no number stay as they are."""
    value = _figure(cell) if unit is not None else None
    return cell if value is None or unit is None else float(Decimal(repr(value)) * unit)


def _figure(cell: Cell) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float | int):
        return float(cell)
    if not isinstance(cell, str):
        return None
    text = squeeze(written(cell)).replace(",", "").lstrip("¥￥").strip()
    try:
        return float(text) if text[:1].isdigit() else None
    except ValueError:
        return None

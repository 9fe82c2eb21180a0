"""Writes docs/fields.md, the field reference, from the one declaration: ``python docs/fields.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlcrm.model.fields import Field, Need, Role, Table
from xlcrm.model.tables import TABLES

TARGET = Path(__file__).with_name("fields.md")
NEED = {Need.BLOCKING: "必填", Need.DUE: "待补全", Need.OPTIONAL: "选填", Need.SYSTEM: "系统"}


def lines() -> Iterator[str]:
    """The lines of the reference."""
    yield "# 字段 Fields"
    yield ""
    yield "Generated from `xlcrm/model/tables.py` by `python docs/fields.py`; a test says when it is out of date."
    for table in TABLES:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield ""
    yield f"## {table.zh} · {table.en}"
    yield ""
    yield f"`{table.key}`{f', numbers `{table.number}`' if table.number else ''}. {table.help_zh} {table.help_en}"
    yield ""
    yield "| 字段 | field | key | kind | 填写 | 说明 |"
    yield "|---|---|---|---|---|---|"
    for field in table.fields:
        yield f"| {field.zh} | {field.en} | `{field.key}` | {_kind(field)} | {NEED[field.need]} | {field.help_zh} |"


def _kind(field: Field) -> str:
    words = [field.kind.value]
    if field.options:
        words.append(f"({field.options})")
    if field.sensitive:
        words.append("encrypted")
    if field.core:
        words.append("core")
    if field.role is not Role.DATA:
        words.append(field.role.value)
    return " ".join(words)


if __name__ == "__main__":
    TARGET.write_text("\n".join(lines()) + "\n", "utf-8")

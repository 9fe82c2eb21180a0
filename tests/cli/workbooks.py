"""Workbooks for the tests of the command line: small ones, and ones that somebody has spoilt."""

from __future__ import annotations

import random
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import openpyxl

from xlcrm.model.rows import Cell
from xlcrm.sheets import template

CUSTOMERS = "客户基础信息表"
_WORDS = "海河青禾东港锦程蓝湾光谷吴越云帆长风正泰恒瑞明德宏图博远天工启元嘉禾德润金石华信安泰中原"


def customers(count: int, seed: int = 1) -> dict[str, list[Cell]]:
    """Complete customers that resemble neither each other nor those of another seed."""
    chance = random.Random(seed)

    def letters(low: int, high: int, length: int) -> str:
        return "".join(chr(chance.randrange(low, high)) for _ in range(length))

    return {
        "name": [f"深圳市{letters(0x4E10, 0x9F00, 4)}{chance.choice(_WORDS)}电子有限公司" for _ in range(count)],
        "contact": [f"王{letters(0x4E10, 0x9F00, 2)}" for _ in range(count)],
        "phone": [f"139{chance.randrange(10**7, 10**8)}" for _ in range(count)],
        "industry": ["专用设备制造业"] * count,
        "size": ["中型企业(100-500人)"] * count,
        "contact_title": ["采购总监"] * count,
        "source": ["展会拜访"] * count,
        "first_contact": [datetime(2025, 3, 12)] * count,
        "status": ["意向客户"] * count,
    }


def make(path: Path, count: int = 3, seed: int = 1, language: str = "zh", **columns: Sequence[Cell]) -> Path:
    """A workbook of our template with ``count`` correct customers, some columns replaced."""
    if columns:
        template.build(path, language, {"customer": customers(count, seed) | {key: list(cells) for key, cells in columns.items()}})
    else:
        path.write_bytes(_made(count, seed, language))
    return path


@cache
def _made(count: int, seed: int, language: str) -> bytes:
    """The bytes of a workbook that many tests begin with: made once, equal arguments give equal ones."""
    with tempfile.TemporaryDirectory() as folder:
        template.build(path := Path(folder) / "made.xlsx", language, {"customer": customers(count, seed)})
        return path.read_bytes()


def contents(path: Path) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def rewrite(path: Path, parts: dict[str, bytes]) -> None:
    """Make ``parts`` the workbook's only parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)


def part_of(path: Path, title: str = CUSTOMERS) -> str:
    """The part of the sheet ``title``."""
    titles = re.findall(r'<sheet name="([^"]*)"', contents(path)["xl/workbook.xml"].decode())
    return f"xl/worksheets/sheet{titles.index(title) + 1}.xml"


def edit(path: Path, change: Callable[[str], str], part: str | None = None) -> None:
    """Change one part (the customers' sheet by default) as a person or another program might have left it."""
    parts, name = contents(path), part or part_of(path)
    before = parts[name].decode()
    after = change(before)
    assert after != before, "the part is not as expected"
    parts[name] = after.encode()
    rewrite(path, parts)


def rename_header(path: Path, old: str, new: str) -> None:
    """Type over a header; deleting a column leaves the same: its header is gone."""
    book = openpyxl.load_workbook(path)
    cells = book[CUSTOMERS]
    cell = next(cell for cell in cells[4] if cell.value == old)
    cell.value = new
    for table in cells.tables.values():
        for column in table.tableColumns:
            if column.name == old:
                column.name = new
    book.save(path)


def column(path: Path, header: str, sheet: str = CUSTOMERS) -> list[object]:
    """The cells below a header as another program reads them, blank ones at the end left out."""
    cells = openpyxl.load_workbook(path)[sheet]
    number = next(cell.column for cell in cells[4] if cell.value == header)
    found: list[object] = [cells.cell(row, number).value for row in range(5, cells.max_row + 1)]
    while found and found[-1] is None:
        found.pop()
    return found


def put(path: Path, header: str, values: Mapping[int, object], sheet: str = CUSTOMERS) -> None:
    """Type ``values`` (row number -> cell) below a header, with another program."""
    book = openpyxl.load_workbook(path)
    cells = book[sheet]
    number = next(cell.column for cell in cells[4] if cell.value == header)
    for row, value in values.items():
        cells.cell(row, number).value = value  # type: ignore[assignment]
    book.save(path)

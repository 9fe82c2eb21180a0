"""Pictures of a steward's morning (docs/consolidating.md): twelve colleagues' lists, made into one workbook.

A developer's tool: needs ``soffice`` and ``pdftoppm``.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

from xlcrm import app
from xlcrm.cli import main as xlcrm
from xlcrm.jobs import people
from xlcrm.jobs.demo.books import demo_books
from xlcrm.model.rows import Cell

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from make import picture  # noqa: E402 - a script beside this one

PEOPLE = ("王芳", "李强", "陈静", "刘洋", "周敏", "吴磊", "郑凯", "孙丽", "马超", "林涛", "何平", "高洁")
SHEETS = {
    "files": ("来源文件", (50, 60, 1450, 360)),
    "patterns": ("同类判断", (50, 60, 1500, 420)),
    "rivals": ("撞单", (50, 60, 1500, 300)),
    "wanting": ("待补全清单", (50, 60, 1450, 420)),
    "collection": ("收集进度", (50, 60, 1450, 420)),
    "provenance": ("来源明细", (50, 60, 1500, 420)),
    "matching": ("字段匹配", (50, 60, 1500, 300)),
}


def deliver(folder: Path) -> None:
    """Write the lists of most of the colleagues, a picture and a broken workbook."""
    folder.mkdir()
    for book in demo_books(10, 40, 11, date(2025, 3, 12), PEOPLE):
        path = folder / f"{book.person}的客户.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([_said(cell) for cell in line] for line in book.lines())
        saved = datetime(2025, 3, 5 + PEOPLE.index(book.person) % 5, 9, 30).timestamp()
        os.utime(path, (saved, saved))
    (folder / "名片.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (folder / "何平的客户.xlsx").write_bytes(b"PK\x03\x04" + bytes(500))


def _said(cell: Cell) -> str:
    return f"{cell:%Y-%m-%d}" if isinstance(cell, datetime) else "" if cell is None else str(cell)


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        os.environ |= {"XLCRM_HOME": place, "XLCRM_PASSPHRASE": "x", "XLCRM_PERSON": "赵敏", "XLCRM_NOW": "2025-03-12 14:30:00"}
        deliver(home / "交来的表")
        with app.session(None, "zh") as desk:
            for name in PEOPLE:
                people.add(desk.store, desk.context, name, name, "销售部", "entry")
        out = home / "汇总.xlsx"
        xlcrm(["consolidate", str(home / "交来的表"), "--out", str(out), "--until", "2025-03-10"])
        picture(out, "客户基础信息表", HERE / "consolidated.png", 300, (90, 140, 1900, 520))
        for name, (sheet, box) in SHEETS.items():
            picture(out, sheet, HERE / f"consolidated-{name}.png", 130, box)


if __name__ == "__main__":
    main()

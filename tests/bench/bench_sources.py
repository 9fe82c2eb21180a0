"""Reading what sixty colleagues deliver: a hundred workbooks of 1,000 rows, none ours, and one text of a million rows."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from tests.bench.timing import Row, scaled, side_by_side
from tests.bench.workbooks import folder

BOOKS, ROWS, LINES = 100, 1_000, 1_000_000
HEADER = (
    *("序号", "公司名称", "联系人", "手机", "邮箱", "所属行业", "企业规模", "职务", "来源", "首次接触时间", "客户状态", "负责人"),
    *("地址", "合同金额", "备注"),
)
_READ = """
import gc, json, sys, time
from pathlib import Path
from tests.bench.timing import peak
from xlcrm.sheets.sources import read
gc.set_threshold(100_000, 50, 50)
start, rows = time.perf_counter(), 0
for path in sorted(Path(sys.argv[1]).glob(sys.argv[2])):
    rows += sum(map(len, read(path).tables))
print(json.dumps([time.perf_counter() - start, rows, peak()]))
"""


def measure() -> list[Row]:
    """Seconds of whole lists, beside python-calamine, which gives bare lists; memory of processes of their own."""
    count = scaled(ROWS)
    with folder() as place:
        for number in range(BOOKS):
            write_book(place / f"{number:03}.xlsx", count, number)
        ours, peer = side_by_side(lambda: read_all(place), lambda: calamine(place))
        held = [process(place, pattern)[2] for pattern in ("00?.xlsx", "*.xlsx")]
        write_text(place / "million.csv", scaled(LINES))
        seconds, rows, memory = process(place, "million.csv")
    return [
        Row(
            f"finding the tables of {BOOKS} workbooks x {count:,} rows",
            ours,
            None,
            "python-calamine alone",
            peer,
            f"titles above, totals below, 15 columns; peak {held[0]:.0f} MB for 10 workbooks, {held[1]:.0f} MB for {BOOKS}",
        ),
        Row(f"reading one text of {rows:,.0f} rows x 15", seconds, None, note=f"a process of its own, peak {memory:.0f} MB"),
    ]


def read_all(place: Path) -> int:
    """How many records the workbooks hold."""
    from xlcrm.sheets.sources import read

    return sum(sum(map(len, read(path).tables)) for path in place.glob("*.xlsx"))


def calamine(place: Path) -> int:
    """The first sheets as lists of values."""
    from python_calamine import CalamineWorkbook

    return sum(len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()) for path in place.glob("*.xlsx"))


def process(place: Path, pattern: str) -> tuple[float, float, float]:
    """Seconds, rows and the most megabytes of a process that reads the files."""
    done = subprocess.run([sys.executable, "-c", _READ, str(place), pattern], capture_output=True, text=True, check=True)
    seconds, rows, memory = json.loads(done.stdout)
    return seconds, rows, memory


def record(number: int, chance: random.Random) -> list[str | float | None]:
    """A customer of a colleague's list."""
    word = "".join(chr(chance.randrange(0x4E10, 0x9F00)) for _ in range(3))
    return [
        *(number, f"深圳市{word}电子有限公司", f"王{word[:2]}", f"139{chance.randrange(10**7, 10**8)}", f"a{number}@haihe.example"),
        *("制造业", "100-500人", "经理", "展会", f"2025-03-{number % 28 + 1:02}", "意向客户", "张三"),
        *(f"南山区科技路{chance.randrange(900)}号", round(chance.random() * 100, 2), None if number % 3 else "需回访"),
    ]  # fmt: skip


def write_book(path: Path, count: int, seed: int) -> None:
    """A workbook with a title above its header and a row of totals."""
    chance = random.Random(seed)
    book = Workbook(str(path))
    sheet, day = book.add_worksheet("名单"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range(0, 0, 0, len(HEADER) - 1, "2025年客户名单")
    sheet.write_row(2, 0, HEADER)
    for line in range(count):
        sheet.write_row(line + 3, 0, record(line + 1, chance))
        sheet.write_datetime(line + 3, 9, datetime(2025, 3, line % 28 + 1), day)
    sheet.write_row(count + 3, 0, ["合计", f"{count}家"])
    book.close()


def write_text(path: Path, count: int) -> None:
    """The same as a text file."""
    chance = random.Random(0)
    with path.open("w", encoding="gb18030", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(record(line + 1, chance) for line in range(count))

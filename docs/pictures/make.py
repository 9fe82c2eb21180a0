"""Pictures of workbooks, through LibreOffice: ``make.py BOOK SHEET OUT.png``; alone, it makes the pictures of the docs.

A developer's tool: needs ``soffice`` and ``pdftoppm``.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from xlcrm.cli import main as demo
from xlcrm.model.rows import Cell
from xlcrm.sheets import tablesheet, template

HERE = Path(__file__).parent


def samples() -> tablesheet.Columns:
    """A few customers, some with marks, as columns."""
    with (HERE / "samples.csv").open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    columns: dict[str, list[Cell]] = {key: [record[key] or None for record in records] for key in records[0]}
    columns["first_contact"] = [datetime.fromisoformat(record["first_contact"]) for record in records]
    return columns


def picture(book: Path, sheet: str, out: Path, dots: int = 110, box: tuple[int, int, int, int] | None = None) -> None:
    """Render the first page of ``sheet`` of ``book`` to ``out`` (PNG) at ``dots`` per inch.

    ``box`` crops to (left, top, width, height) in pixels.
    """
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "book.xlsx"
        _only(book, sheet, alone)
        office = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
        subprocess.run([*office, "--outdir", folder, str(alone)], check=True, capture_output=True, timeout=120)  # noqa: S603
        crop = [part for name, value in zip("xyWH", box, strict=True) for part in (f"-{name}", str(value))] if box else []
        ppm = ["pdftoppm", "-png", "-r", str(dots), "-f", "1", "-l", "1", "-singlefile", *crop]
        subprocess.run([*ppm, f"{folder}/book.pdf", f"{folder}/page"], check=True, capture_output=True)  # noqa: S603
        shutil.copy(Path(folder) / "page.png", out)


def _only(book: Path, sheet: str, out: Path) -> None:
    """A copy of ``book`` in which only ``sheet`` shows, since LibreOffice prints every visible sheet."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/workbook.xml":
                part = _hide_others(part.decode("utf-8"), sheet).encode("utf-8")
            target.writestr(name, part)


def _hide_others(xml: str, sheet: str) -> str:
    found = re.findall(r"<sheet [^>]*/>", xml)
    for number, element in enumerate(found):
        plain = re.sub(r' state="\w+"', "", element)
        if f'name="{sheet}"' in element:
            xml = xml.replace(element, plain)
            xml = re.sub(r' (activeTab|firstSheet)="\d+"', "", xml)
            xml = xml.replace("<workbookView", f'<workbookView activeTab="{number}"')
        else:
            xml = xml.replace(element, plain.replace("<sheet ", '<sheet state="hidden" '))
    return xml


def main() -> None:
    """Make the pictures that the documentation shows, or the one asked for."""
    if len(sys.argv) == 4:
        picture(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
        return
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.xlsx"
        template.build(book, rows={"customer": samples()})
        picture(book, "填写说明", HERE / "guide.png", 120, (35, 18, 925, 1375))
        picture(book, "客户基础信息表", HERE / "template.png", 300, (90, 140, 2230, 360))
        demo(["demo", "--rows", "120", "--seed", "5", "--folder", folder])
        book = Path(folder) / "客户表.xlsx"
        picture(book, "客户基础信息表", HERE / "validated.png", 300, (90, 140, 1700, 620))
        picture(book, "校验报告", HERE / "report.png", 130, (50, 60, 1450, 560))
        picture(book, "查重结果", HERE / "duplicates.png", 160, (60, 70, 1700, 250))


if __name__ == "__main__":
    main()

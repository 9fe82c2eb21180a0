"""vbaProject.bin and ribbon -> .xlam and .xlsm; the same input gives the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from xlsxwriter import Workbook

from macros.builder import project
from xlcrm.sheets import template
from xlcrm.sheets.style import FONT

BUILT = datetime(2025, 1, 1)
STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
RIBBON = "customUI/customUI14.xml"
RELATION = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
SHEET = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ADDIN = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"


def addin(modules: Sequence[project.Module], name: str, ribbon: str) -> bytes:
    """The add-in (.xlam): a workbook that nobody sees, its project and the ribbon."""
    file = BytesIO()
    book = Workbook(file, {"in_memory": True})
    book.set_properties({"title": name, "author": name, "created": BUILT})
    book.add_worksheet(name)
    return _packed(book, file, modules, name, ribbon, addin=True)


def workbook(modules: Sequence[project.Module], name: str, ribbon: str, language: str) -> bytes:
    """The template with the project and the ribbon inside (.xlsm): works where no add-in may be installed."""
    file = BytesIO()
    base = {"font_name": FONT, "font_size": 10}
    book = Workbook(file, {"in_memory": True, "default_format_properties": base, "strings_to_formulas": False})
    template.populate(book, language, {}, {})
    return _packed(book, file, modules, name, ribbon, addin=False)


def _packed(book: Workbook, file: BytesIO, modules: Sequence[project.Module], name: str, ribbon: str, addin: bool) -> bytes:
    sheets = book.worksheets()
    book.set_vba_name(project.WORKBOOK)
    for number, sheet in enumerate(sheets, 1):
        sheet.set_vba_name(f"Sheet{number}")
    book.add_vba_project(BytesIO(project.build(modules, len(sheets), name)), True)
    book.close()
    packed = BytesIO()
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(packed, "w") as package:
        for part in made.namelist():
            data = made.read(part)
            if part == "[Content_Types].xml" and addin:
                data = _once(data, SHEET, ADDIN)
            if part == "_rels/.rels":
                end = b"</Relationships>"
                relation = f'<Relationship Id="rIdRibbon" Type="{RELATION}" Target="{RIBBON}"/>'.encode()
                data = _once(data, end, relation + end)
            _put(package, part, data)
        _put(package, RIBBON, ribbon.encode("utf-8"))
    return packed.getvalue()


def _put(package: zipfile.ZipFile, part: str, data: bytes) -> None:
    package.writestr(zipfile.ZipInfo(part, STAMP), data, zipfile.ZIP_DEFLATED)


def _once(data: bytes, old: bytes, new: bytes) -> bytes:
    if data.count(old) != 1:
        raise ValueError(f"XlsxWriter's package holds {old!r} {data.count(old)} times")
    return data.replace(old, new)

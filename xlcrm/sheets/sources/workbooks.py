"""The sheets of workbooks: .xlsx and .xlsm through our own reader, .xls, .xlsb and .ods through calamine."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

from xlcrm.errors import BookError
from xlcrm.sheets.address import COLUMNS, ROWS
from xlcrm.sheets.files.book import FileBook
from xlcrm.sheets.files.package import Package, opened
from xlcrm.sheets.files.sheet import Sheet, Source
from xlcrm.sheets.files.workbook import Workbook
from xlcrm.sheets.grid import MOST_CELLS
from xlcrm.sheets.layout import SETTINGS_SHEET
from xlcrm.sheets.sources.delivered import Delivered
from xlcrm.sheets.sources.kinds import Kind
from xlcrm.sheets.sources.page import Page, cells, filled, gridded

_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_PATIENCE = 300  # seconds for a workbook
_LAST_CELL = 11  # of a binary sheet's records 0 begins a row, 1 to 11 are cells
_SPARSE, _SPARSE_FROM = 50, 10_000_000
_EVERYWHERE = (1, 1, COLUMNS, ROWS)


def package_pages(file: Delivered) -> tuple[FileBook | None, list[Page], bool]:
    """A workbook of our own, else None; its sheets, not yet read where it is our own; whether it holds macros."""
    package = Package(file.path, file.data)
    macros = package.has("xl/vbaProject.bin")
    workbook = Workbook(package)
    if any(entry.title == SETTINGS_SHEET for entry in workbook.sheets):
        book = FileBook(file.path, package=package)
        if book.ours:
            return book, [], macros
    source = Source(package, workbook)
    pages = []
    for entry in workbook.sheets:
        sheet = Sheet(source, entry)
        pages.append(Page(entry.title, filled(sheet.grid), entry.state == "visible", sheet.merged(_EVERYWHERE), sheet.unseen))
    return None, pages, macros


def calamine_pages(file: Delivered, kind: Kind) -> tuple[list[Page], bool]:
    """The sheets of a binary or OpenDocument workbook; whether it holds macros."""
    data = file.data if kind is Kind.XLS else _plain(file)
    if kind is Kind.XLSB:
        _bounded(data, file.name)
    pages = []
    for title, visible, rows, (top, left), merged in _unpacked(data, file.name):
        boxes = [(a[1] + 1, a[0] + 1, b[1] + 1, b[0] + 1) for a, b in merged]
        pages.append(Page(title, gridded(rows, file.name, cells, top + 1, left + 1), visible, boxes))
    return pages, _MACROS in data or b"xl/vbaProject.bin" in data


def _unpacked(data: bytes, name: str) -> list[tuple[Any, ...]]:
    """The sheets as ``unpacking`` gives them."""
    program = Path(__file__).with_name("unpacking.py")
    try:
        done = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-P", str(program), str(MOST_CELLS)],
            input=data,
            capture_output=True,
            check=True,
            timeout=_PATIENCE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        found: str | list[tuple[Any, ...]] = pickle.loads(done.stdout)  # noqa: S301  # written by our own program just now
    except (OSError, subprocess.SubprocessError, pickle.UnpicklingError, EOFError) as error:
        raise BookError("sheets.damaged", part=name) from error
    if found == "encrypted":
        raise BookError("sheets.encrypted", path=name)
    if found == "large":
        raise BookError("sheets.too_large", path=name)
    if isinstance(found, str):
        raise BookError("sheets.damaged", part=name)
    return found


def _bounded(data: bytes, name: str) -> None:
    """BookError for a sheet whose cells lie so far apart that the rectangle around them, which calamine makes, is no list."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for part in package.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".bin"):
                area, count = _rectangle(package.read(part))
                if area > MOST_CELLS or (area > _SPARSE_FROM and area > _SPARSE * count):
                    raise BookError("sheets.too_large", path=name)


def _rectangle(part: bytes) -> tuple[int, int]:
    """How many cells the rectangle around the cells of a binary sheet has, and how many cells there are.

    A record is its type in one or two bytes, its length in up to four bytes of seven bits each, and its data.
    """
    rows, columns, count = [ROWS, 0], [COLUMNS, 0], 0
    place, size = 0, len(part)
    while place + 1 < size:
        kind = part[place]
        place += 1
        if kind > 127:
            kind = kind & 127 | part[place] << 7
            place += 1
        length = shift = 0
        while place < size:
            byte = part[place]
            place += 1
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128 or shift == 28:
                break
        if kind <= _LAST_CELL:
            number = int.from_bytes(part[place : place + 4], "little")
            span = columns if kind else rows
            span[0], span[1] = min(span[0], number), max(span[1], number)
            count += kind > 0
        place += length
    return max(0, rows[1] - rows[0] + 1) * max(0, columns[1] - columns[0] + 1), count


def _plain(file: Delivered) -> bytes:
    """The package unpacked within bounds, so that calamine inflates nothing: sizes told by a zip file may be lies."""
    package, plain = opened(file.data, file.path), io.BytesIO()
    try:
        with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as written:
            for member in package.infolist():
                written.writestr(member.filename, package.read(member))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise BookError("sheets.damaged", part=file.name) from error
    return plain.getvalue()

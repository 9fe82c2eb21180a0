"""A binary workbook (.xlsb) written record by record: no program on the build machine writes one."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
)


def _record(kind: int, data: bytes = b"") -> bytes:
    name = bytes((kind,)) if kind < 128 else bytes((kind & 0x7F | 0x80, kind >> 7))
    size, length = b"", len(data)
    while True:
        size += bytes((length & 0x7F | (0x80 if length > 127 else 0),))
        length >>= 7
        if not length:
            return name + size + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(number: int, value: str | float) -> bytes:
    place = struct.pack("<II", number, 0)
    if isinstance(value, str):
        return _record(6, place + _wide(value))  # BrtCellSt
    return _record(5, place + struct.pack("<d", value))  # BrtCellReal


def write_xlsb(path: Path, title: str, rows: dict[int, Sequence[str | float | None]]) -> Path:
    """One sheet; ``rows`` maps row numbers (from 1) to cells from column A."""
    body = b""
    for line, cells in rows.items():
        body += _record(0, struct.pack("<IIHBBBI", line - 1, 0, 300, 0, 0, 0, 0))
        body += b"".join(_cell(number, value) for number, value in enumerate(cells) if value is not None)
    widest = max(map(len, rows.values()))
    size = struct.pack("<IIII", min(rows) - 1, max(rows) - 1, 0, widest - 1)
    sheet = _record(129) + _record(148, size) + _record(145) + body + _record(146) + _record(130)
    entry = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(title)
    book = _record(131) + _record(143) + _record(156, entry) + _record(144) + _record(132)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr("_rels/.rels", _RELATIONS.format("officeDocument", "xl/workbook.bin"))
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/_rels/workbook.bin.rels", _RELATIONS.format("worksheet", "worksheets/sheet1.bin"))
        package.writestr("xl/worksheets/sheet1.bin", sheet)
    return path

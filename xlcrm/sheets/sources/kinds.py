"""What a file is, told by its content: names lie."""

from __future__ import annotations

import re
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path

from xlcrm.errors import BookError
from xlcrm.sheets.files.package import opened
from xlcrm.sheets.sources.delivered import Delivered, fetch

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (
    b"\x09\x08\x10\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x00\x04\x00",
)  # .xls without a container
_HEAD = 1 << 16
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|table|style|div)\b", re.IGNORECASE)
_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1b\x7f]")
_OTHERS = (
    b"%PDF",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"MZ",
    b"MIME-Version",
)


class Kind(StrEnum):
    """The formats that can be read."""

    XLSX = "xlsx"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"
    HTML = "html"
    XML = "xml"  # SpreadsheetML 2003
    TEXT = "csv"


_SUFFIXES = {
    Kind.XLSX: (".xlsx", ".xlsm", ".xltx", ".xltm"),
    Kind.XLS: (".xls", ".xlt", ".et", ".ett"),
    Kind.XLSB: (".xlsb",),
    Kind.ODS: (".ods", ".ots"),
    Kind.HTML: (".html", ".htm"),
    Kind.XML: (".xml",),
    Kind.TEXT: (".csv", ".txt", ".tsv", ".tab"),
}


def kind(file: Delivered) -> Kind:
    """The format of a file; BookError when it is none of ours, or protected by a password."""
    data = file.data
    if data.startswith(b"PK"):
        return _packed(file)
    if data.startswith(_OLE2):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise BookError("sheets.encrypted", path=file.name)
        if "Workbook".encode("utf-16-le") in data or "Book\0".encode("utf-16-le") in data:
            return Kind.XLS
        raise BookError("sources.no_table_file", path=file.name)
    if data.startswith(_BIFF):
        return Kind.XLS
    head = data[:_HEAD]
    wide = _wide(head)
    if wide:
        head = head[: len(head) & ~1].decode(wide, "replace").encode()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    strange = len(_CONTROL.findall(head))  # a few stray ones are forgiven
    if head.startswith(_OTHERS) or (strange > 4 and strange * 100 > len(head)):
        raise BookError("sources.no_table_file", path=file.name)
    if head.startswith(b"<"):
        if _2003 in head:
            return Kind.XML
        if _HTML.search(head):
            return Kind.HTML
        raise BookError("sources.no_table_file", path=file.name)
    return Kind.TEXT


def is_workbook(path: Path) -> bool:
    """Whether ``path`` is called a workbook of Excel's present format, and is no file of another kind that can be read."""
    if path.suffix.lower() not in _SUFFIXES[Kind.XLSX][:2]:
        return False
    try:
        return kind(fetch(path)) is Kind.XLSX
    except BookError:
        return True  # whoever opens it says what is wrong


def misnamed(file: Delivered, found: Kind) -> bool:
    """Whether the name's ending belongs to another format."""
    return file.path.suffix.lower() not in _SUFFIXES[found]


def _packed(file: Delivered) -> Kind:
    package = opened(file.data, file.path)
    names = set(package.namelist())
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return Kind.XLSB if "xl/workbook.bin" in names else Kind.XLSX
    try:
        if package.read("mimetype").startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            return Kind.ODS
    except (KeyError, OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        pass
    if "[Content_Types].xml" in names and not any(name.startswith(("word/", "ppt/")) for name in names):
        return Kind.XLSX  # parts may lie anywhere
    raise BookError("sources.no_table_file", path=file.name)


def _wide(head: bytes) -> str:
    """The name of the encoding with two bytes a character; "" for others."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 10 > len(head) and min(even, odd) * 20 < max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def encoding(data: bytes) -> str:
    """The encoding of a text as Excel, WPS and old systems write: UTF-8 and UTF-16 with a mark or without, else GB18030."""
    wide = _wide(data[:_HEAD])
    if wide:
        return wide
    from codecs import getincrementaldecoder

    decoder, view = getincrementaldecoder("utf-8")(), memoryview(data)
    try:
        for start in range(0, len(data), 1 << 20):
            decoder.decode(bytes(view[start : start + (1 << 20)]))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"

"""VBA modules -> vbaProject.bin: pyOpenVBA makes the project, then it is rewritten in the strictest shape.

The shape is the one that xlwings ships its own add-in in: no compiled code, no performance cache, every module's
source from offset 0; Excel compiles on opening. [MS-OVBA] 2.3.4.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import olefile
from pyopenvba import ExcelFile, VBAModuleKind
from pyopenvba._new_project import WORKBOOK_BASE, document_header
from pyopenvba.vba import compress, decompress

from macros.builder import compound

SHEET_BASE = "0{00020820-0000-0000-C000-000000000046}"
NO_CACHE = bytes.fromhex("cc61ffff000000")  # [MS-OVBA] 2.3.4.1: what to write without a cache
WORKBOOK = "ThisWorkbook"


@dataclass(frozen=True, slots=True)
class Module:
    """A standard module: its name, and its source with the line that names it, lines ending in LF."""

    name: str
    source: str


def read(source: str) -> Module:
    """The module in ``source``; ValueError for anything but ASCII, or without its name in the first line."""
    source.encode("ascii")
    first = re.match(r'Attribute VB_Name = "(\w{1,31})"\n', source)
    if first is None:
        raise ValueError(f"a module begins with its name, not with {source[:40]!r}")
    if longest := next((line for line in source.split("\n") if len(line) > 1023), None):
        raise ValueError(f"{first[1]}: VBA takes no line of {len(longest)} characters")
    return Module(first[1], source)


def build(modules: Sequence[Module], sheets: int, name: str) -> bytes:
    """vbaProject.bin of a project ``name`` with ``modules``, for a workbook of ``sheets`` sheets (Sheet1, Sheet2 ...)."""
    documents = (WORKBOOK, *(f"Sheet{number}" for number in range(1, sheets + 1)))
    found = _streams(_made(modules, documents))
    kept = {path: data for path, data in found.items() if "__SRP_" not in path}
    kept["VBA/_VBA_PROJECT"] = NO_CACHE
    kept["VBA/dir"] = compress(_named(decompress(kept["VBA/dir"]), name))
    project = kept["PROJECT"].replace(b'Name="VBAProject"', f'Name="{name}"'.encode())
    # No code window is open when somebody looks at the project.
    kept["PROJECT"] = re.sub(rb"(?m)^(\w+)=\d+, \d+, \d+, \d+, \w\r$", rb"\1=0, 0, 0, 0, C\r", project)
    return compound.write(kept)


def _made(modules: Sequence[Module], documents: Sequence[str]) -> bytes:
    """The project as pyOpenVBA makes it, which knows workbooks on disk only."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.xlam"
        with ExcelFile.create_new(path) as book:
            project = book.vba_project()
            project.delete_module("Module1")
            book._document_names = {document.casefold() for document in documents}
            for document in documents:
                header = document_header(document, WORKBOOK_BASE if document == WORKBOOK else SHEET_BASE)
                if document in project.module_names():
                    book.set_module(document, header)
                else:
                    project.add_module(document, header, kind=VBAModuleKind.other)
            for module in modules:
                project.add_module(module.name, module.source.replace("\n", "\r\n"), kind=VBAModuleKind.standard)
            book.save()
        with zipfile.ZipFile(path) as package:
            return package.read("xl/vbaProject.bin")


def _streams(container: bytes) -> dict[str, bytes]:
    with olefile.OleFileIO(BytesIO(container)) as file:
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


def _named(directory: bytes, name: str) -> bytes:
    """The project's directory with its own name, and with the terminator written once."""
    old = b"\x04\x00\x0a\x00\x00\x00VBAProject"
    if directory.count(old) != 1:
        raise ValueError("pyOpenVBA's template of a project changed")
    raw = name.encode("ascii")
    directory = directory.replace(old, b"\x04\x00" + len(raw).to_bytes(4, "little") + raw)
    twice = b"\x10" + bytes(9)  # pyOpenVBA 6.5.0 writes the four reserved bytes twice
    return directory[:-4] if directory.endswith(twice) else directory

"""A plain workbook in somebody's personal folder: submitted in that person's name, and back as NAME.结果.xlsx."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from xlcrm.jobs import make
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.folder.steward import Steward
from xlcrm.jobs.submit import submit
from xlcrm.model.context import Person
from xlcrm.sheets.base import Book
from xlcrm.sheets.files import open_book
from xlcrm.sheets.memory import MemoryBook
from xlcrm.sheets.sources.kinds import is_workbook

OURS = frozenset({".xlsx", ".xlsm"})
READ = OURS | {".xls", ".et", ".xlsb", ".ods", ".csv"}
RESULT = ".结果"
_LONGEST = 240  # bytes of a file's name, in any file system


@dataclass(frozen=True, slots=True)
class Served:
    """The workbook that goes back, its rows, and the five counts by their codes."""

    content: bytes
    rows: int
    counts: Mapping[str, int]


def result_name(name: str) -> str:
    """What the workbook that answers ``name`` is called: itself, where it is such an answer already."""
    path = Path(name)
    suffix = path.suffix if path.suffix.lower() in OURS else ".xlsx"
    stem = path.stem if path.suffix.lower() in OURS else name
    if stem.endswith(RESULT):
        return name
    room = _LONGEST - len((RESULT + suffix).encode())
    if len(stem.encode()) > room:
        mark = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:8]
        stem = stem.encode(errors="replace")[: room - len(mark) - 1].decode(errors="ignore") + "-" + mark
    return f"{stem}{RESULT}{suffix}"


def serve(steward: Steward, person: Person, name: str, data: bytes, saved: datetime) -> Served:
    """Submit the workbook ``data``, called ``name`` and saved then, in the name of ``person``; what goes back.

    Its rows are told by what they say, whatever file of this person they stand in, so that a copy or the original given again
    stores nothing twice. Raises BookError for what cannot be read, StoreError.
    """
    with TemporaryDirectory(prefix="xlcrm-") as folder:
        book = _opened(steward, person, Path(folder), name, data)
        context = steward.context(person, book.language, name)
        seen = steward.seen_by(context)
        if not book.setting("uid"):
            book.set_setting("uid", seen.digest("plain workbooks")[:32])
        moment = min(saved, steward.clock())
        done = submit(book, seen, context, steward.rulebook(book, context, moment), detached=True)
        assert book.path is not None
        return Served(book.path.read_bytes(), done.rows, {count.value: number for count, number in done.total.items()})


def _opened(steward: Steward, person: Person, folder: Path, name: str, data: bytes) -> Book:
    """The workbook on this machine; one that was not made from our template in the template."""
    suffix, stem = Path(name).suffix.lower(), shared.folder_name(Path(name).stem, set())
    path = folder / f"{stem}{suffix}"
    path.write_bytes(data)
    found = open_book(path) if is_workbook(path) else None
    if found is None or not found.ours:
        (folder / "made").mkdir()
        copy = folder / "made" / f"{stem}.xlsx"
        context = steward.context(person, steward.language, name)
        rulebook = steward.rulebook(MemoryBook(language=steward.language), context, steward.clock())
        make.new(copy, steward.language, path, Matcher(rulebook, steward.seen_by(context)))
        found = open_book(copy)
        found.set_setting("import", name)
    found.name = name
    return found

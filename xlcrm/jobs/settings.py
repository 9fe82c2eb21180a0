"""Who works here and where the store lies: a small file in the user's own folder, no secrets in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs.marking import fill
from xlcrm.model.resultsheets import SETTING
from xlcrm.model.rows import Cell, Link
from xlcrm.sheets.base import Book

LARGEST = 100_000  # bytes; a settings file is a few hundred
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Settings:
    """A person's own settings: the name colleagues know, the department, the store ("" = the one on this machine)."""

    name: str = ""
    department: str = ""
    store: str = ""


ITEMS = tuple(item.name for item in fields(Settings))


def load(path: Path) -> Settings | None:
    """The settings in ``path``; None when they were never made. UsageError when the file cannot be understood."""
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError("ribbon.settings_damaged", path=path)
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError("ribbon.settings_damaged", path=path) from error
    if not isinstance(found, dict):
        raise UsageError("ribbon.settings_damaged", path=path)
    return Settings(**{item: found[item][:LONGEST] for item in ITEMS if isinstance(found.get(item), str)})


def save(path: Path, settings: Settings) -> None:
    """Keep ``settings`` in ``path``, whole or not at all. UsageError when the folder cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(settings), ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise UsageError("ribbon.settings_unwritable", path=path) from error


def show(book: Book, settings: Settings, language: str) -> None:
    """Put ``settings`` on the sheet 设置, where the person changes the column 内容. Raises BookError."""
    lines: Sequence[Mapping[str, Cell | Link]] = [
        {
            "item": text(f"ribbon.setting_{item}", language),
            "value": getattr(settings, item) or None,
            "note": text(f"ribbon.setting_{item}_note", language),
        }
        for item in ITEMS
    ]
    fill(book, SETTING, lines, language)
    book.save()


def shown(book: Book) -> Settings | None:
    """The settings as they stand on the sheet 设置, None when it is not open for changes."""
    if SETTING not in book.tables():
        return None
    rows = book.read(SETTING)
    known = {text(f"ribbon.setting_{item}", language): item for item in ITEMS for language in ("zh", "en")}
    found: dict[str, str] = {}
    for index in range(len(rows)):
        item, value = known.get(str(rows.cell(index, "item") or "")), rows.cell(index, "value")
        if item is not None:
            found[item] = " ".join(str(value if value is not None else "").split())[:LONGEST]
    return Settings(**found) if found else None


def put_away(book: Book, language: str) -> None:
    """Empty the sheet 设置 and hide it again."""
    fill(book, SETTING, (), language)
    book.save()


def first_cell(book: Book) -> tuple[str, str]:
    """Where the person begins to type: (sheet, address)."""
    rows = book.read(SETTING)
    return rows.sheet, rows.place(0, "value")

"""A team's own options: what people added to the extensible lists in 数据字典, and the store's tags."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlcrm.catalogue import text
from xlcrm.model.rows import Cell
from xlcrm.model.tables import DICTIONARY
from xlcrm.model.vocabularies import Option, Vocabulary, fold, names, vocabulary
from xlcrm.rules.taglibrary import PREFIX, Tag, library, options
from xlcrm.sheets.base import Book

SEPARATORS = re.compile(r"[、,，;；/|]")
_TAGS = "tag"


def own_options(book: Book, language: str, settings: Mapping[str, str] | None = None) -> Mapping[str, tuple[Option, ...]]:
    """The options in the dictionary sheet that are not shipped, by vocabulary; their label is their code.

    Lists that a team may not extend, and blank labels, are ignored. The tags are those of the store with these ``settings``,
    whatever the sheet says; without them (nobody could ask it) the sheet's.
    """
    found = {name: tuple(own.values()) for name, own in _written(book, language).items()}
    if settings is not None:
        found[_TAGS] = options(settings)
    return {name: own for name, own in found.items() if own}


def share(book: Book, settings: Mapping[str, str], language: str) -> None:
    """Let the dropdowns of ``book`` offer the tags of the store's library: those it lacks are added to 数据字典, those that are
    offered no more are marked there. Nothing is saved. Raises BookError.
    """
    if not any(name.startswith(PREFIX) for name in settings) or DICTIONARY not in book.tables():
        return
    rows = book.read(DICTIONARY)
    source = vocabulary(_TAGS)
    title = _title(source, language)
    retired = text("tags.retired_list", language, list=title)
    tags = library(settings)
    types = vocabulary("tag_type")
    gone = {tag.option.label(language) for tag in tags.values() if tag.option.retired}
    column: list[Cell] = [rows.cell(index, "list") for index in range(len(rows))]
    there = set()
    for index, cell in enumerate(column):
        label = str(rows.cell(index, "label") or "").strip()
        if cell in (title, retired):
            there.add(label)
            column[index] = retired if label in gone else title
    book.write(rows, {"list": column})
    missing = [tag for tag in tags.values() if tag.own and not tag.option.retired and tag.option.label(language) not in there]
    if missing:
        book.append(DICTIONARY, [_line(tag, title, types.label(tag.option.parent, language), language) for tag in missing])


def _line(tag: Tag, title: str, type_: str, language: str) -> dict[str, Cell]:
    words = ("、" if language == "zh" else ", ").join(tag.option.synonyms)
    return {"list": title, "label": tag.option.label(language), "synonyms": words or None, "parent": type_}


def _written(book: Book, language: str) -> dict[str, dict[str, Option]]:
    """What people wrote into the dictionary sheet."""
    if DICTIONARY not in book.tables():
        return {}
    lists = {fold(title): found for found in map(vocabulary, names()) if found.extensible for title in (found.zh, found.en)}
    rows = book.read(DICTIONARY)
    types = vocabulary("tag_type")
    found: dict[str, dict[str, Option]] = {}
    for index in range(len(rows)):
        target = lists.get(fold(str(rows.cell(index, "list") or "")))
        label = str(rows.cell(index, "label") or "").strip()
        if target is None or not label or _shipped(target, label):
            continue
        above = types.find(str(rows.cell(index, "parent") or "")) if target.name == _TAGS else None
        words = [word.strip() for word in SEPARATORS.split(str(rows.cell(index, "synonyms") or "")) if word.strip()]
        option = Option(label, label, label, above.code if above else "", tuple(words))
        found.setdefault(target.name, {})[label] = option
    return found


def _shipped(found: Vocabulary, label: str) -> bool:
    return any(fold(label) in (fold(option.zh), fold(option.en)) for option in found.options)


def _title(found: Vocabulary, language: str) -> str:
    return found.zh if language == "zh" else found.en

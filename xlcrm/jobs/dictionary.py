"""A team's own options: what people added to the extensible lists in 数据字典."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlcrm.model.tables import DICTIONARY
from xlcrm.model.vocabularies import Option, Vocabulary, fold, names, vocabulary
from xlcrm.sheets.base import Book

SEPARATORS = re.compile(r"[、,，;；/|]")


def own_options(book: Book, language: str) -> Mapping[str, tuple[Option, ...]]:
    """The options in the dictionary sheet that are not shipped, by vocabulary; their label is their code.

    Lists that a team may not extend, and blank labels, are ignored.
    """
    if DICTIONARY not in book.tables():
        return {}
    lists = {fold(title): found for found in map(vocabulary, names()) if found.extensible for title in (found.zh, found.en)}
    rows = book.read(DICTIONARY)
    found: dict[str, dict[str, Option]] = {}
    for index in range(len(rows)):
        target = lists.get(fold(str(rows.cell(index, "list") or "")))
        label = str(rows.cell(index, "label") or "").strip()
        if target is None or not label or _shipped(target, label):
            continue
        words = [word.strip() for word in SEPARATORS.split(str(rows.cell(index, "synonyms") or "")) if word.strip()]
        found.setdefault(target.name, {})[label] = Option(label, label, label, "", tuple(words))
    return {name: tuple(options.values()) for name, options in found.items()}


def _shipped(found: Vocabulary, label: str) -> bool:
    return any(fold(label) in (fold(option.zh), fold(option.en)) for option in found.options)

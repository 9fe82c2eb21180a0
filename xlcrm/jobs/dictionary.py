"""数据字典: a team's own options, that people added to the extensible lists there, the store's tags, and the saved views."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlcrm.catalogue import area, text
from xlcrm.jobs.views import PREFIX as VIEWS
from xlcrm.jobs.views import views
from xlcrm.model.choices import VIEW, VIEW_IN_USE
from xlcrm.model.rows import Cell
from xlcrm.model.tables import DICTIONARY
from xlcrm.model.vocabularies import Option, Vocabulary, fold, names, vocabulary
from xlcrm.rules.taglibrary import PREFIX, Tag, library, options
from xlcrm.sheets.base import Book

SEPARATORS = re.compile(r"[、,，;；/|]")
_TAGS = "tag"
_LISTS = "extensible"


def own_options(book: Book, language: str, settings: Mapping[str, str] | None = None) -> Mapping[str, tuple[Option, ...]]:
    """The options in the dictionary sheet that are not shipped, by vocabulary; their label is their code.

    Lists that a team may not extend, and blank labels, are ignored. The tags are those of the store with these ``settings``,
    whatever the sheet says; without them (nobody could ask it) the sheet's.
    """
    found = {name: tuple(own.values()) for name, own in _written(book, language).items()}
    if settings is not None:
        found[_TAGS] = options(settings)
    return {name: own for name, own in found.items() if own}


def share(book: Book, settings: Mapping[str, str]) -> None:
    """Let 数据字典 of ``book`` hold the tags of the store's library and the team's views: those it lacks are added, those that
    are no more are marked there. Where nobody could ask the store, ``settings`` name none of them and all stays. Nothing is
    saved. Raises BookError.
    """
    if DICTIONARY not in book.tables():
        return
    if any(name.startswith(PREFIX) for name in settings):
        _share_tags(book, settings, book.language)
    if any(name.startswith(VIEWS) for name in settings):
        _share_views(book, views(settings), book.language)


def _share_tags(book: Book, settings: Mapping[str, str], language: str) -> None:
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


def own_views(book: Book) -> tuple[dict[str, str], str]:
    """The views that were written into the workbook itself (name -> filter), and the name of the one in use, "" for none."""
    if DICTIONARY not in book.tables():
        return {}, ""
    rows = book.read(DICTIONARY)
    keys = ("list", "label", "note", "parent")
    lines = [[str(rows.cell(index, key) or "").strip() for key in keys] for index in range(len(rows))]
    own = {name: said for of, name, said, above in lines if _is(of, VIEW) and name and said and not _teams(above)}
    return own, next((name for of, name, _, _ in lines if name and _is(of, VIEW_IN_USE)), "")


def _share_views(book: Book, known: Mapping[str, str], language: str) -> None:
    """The team's views into the sheet; lines that people wrote stay."""
    rows = book.read(DICTIONARY)
    words, team = vocabulary(_LISTS), text("views.team", language)
    title = words.label(VIEW, language)
    gone = text("views.gone_list", language, list=title)
    columns = {key: [rows.cell(index, key) for index in range(len(rows))] for key in ("list", "note")}
    there = set()
    for index, cell in enumerate(columns["list"]):
        name = str(rows.cell(index, "label") or "").strip()
        if not _teams(rows.cell(index, "parent")) or not (_is(cell, VIEW) or cell == gone):
            continue
        there.add(name)
        columns["list"][index] = title if name in known else gone
        columns["note"][index] = known.get(name, columns["note"][index])
    if there:
        book.write(rows, columns)
    missing: list[dict[str, Cell]] = [
        {"list": title, "label": name, "parent": team, "note": said} for name, said in known.items() if name not in there
    ]
    if missing and not any(_is(cell, VIEW_IN_USE) for cell in columns["list"]):
        missing.append({"list": words.label(VIEW_IN_USE, language), "note": text("views.in_use", language)})
    if missing:
        book.append(DICTIONARY, missing)


def _teams(cell: Cell) -> bool:
    """Whether a cell of the column 上级 says that the line is the team's."""
    return cell in area("views")["team"]


def _is(cell: Cell, code: str) -> bool:
    """Whether a cell of the column 列表 names this list."""
    option = vocabulary(_LISTS).find(str(cell or ""))
    return option is not None and option.code == code


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

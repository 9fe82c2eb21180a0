"""The sheet 标签库: the team's tags with who bears them, and what the steward chose to do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs import dictionary, taglibrary
from xlcrm.jobs.marking import fill, tell_unknown
from xlcrm.model.context import Context
from xlcrm.model.resultsheets import TAG_LIBRARY
from xlcrm.model.rows import Cell, Link, Rows
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.clean import show as shown
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.taglibrary import Tag, library
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

Line = Mapping[str, Cell | Link]


def show(book: Book, store: Store, context: Context, rulebook: Rulebook, kept: Sequence[Line] = ()) -> None:
    """Fill 标签库, after the ``kept`` lines about what could not be done, let the dropdowns follow, and save. BookError."""
    settings, language = store.settings(), context.language
    tags, uses = library(settings), taglibrary.uses(store)
    lines = [line(tag, tags, uses[tag.option.code], language, rulebook.names) for tag in tags.values()]
    fill(book, TAG_LIBRARY, [*kept, *lines], language)
    dictionary.share(book, settings)
    book.save()


def line(tag: Tag, tags: Mapping[str, Tag], uses: int, language: str, names: Mapping[str, str]) -> dict[str, Cell | Link]:
    """One tag as the sheet, and the terminal, show it."""
    option = tag.option
    excludes = [tags[code].option.label(language) for code in option.excludes if code in tags]
    join = text("match.and", language).join
    return {
        "type": vocabulary("tag_type").label(option.parent, language),
        "name": option.label(language),
        "synonyms": join(option.synonyms) or None,
        "level": text(f"tags.level_{tag.level}", language) if tag.level else None,
        "excludes": join(excludes) or None,
        "uses": float(uses),
        "state": state(tag, tags, language),
        "by": names.get(tag.by, tag.by) or None,
        "at": shown(tag.at or None, TAG_LIBRARY["at"], language, names),
        "pair": option.code,
    }


def state(tag: Tag, tags: Mapping[str, Tag], language: str) -> str:
    """Whether a tag is offered: in use, retired, or gone into another one."""
    if tag.option.into in tags:
        return text("tags.state_merged", language, name=tags[tag.option.into].option.label(language))
    return text("tags.state_retired" if tag.option.retired else "tags.state_live", language)


def carry_out(book: Book, store: Store, context: Context) -> tuple[list[str], list[Line]]:
    """Do what was chosen in 标签库: a sentence for each thing done, and the lines of what could not be, with why."""
    rows = book.read(TAG_LIBRARY) if TAG_LIBRARY in book.tables() else Rows(TAG_LIBRARY)
    words = vocabulary("tag_action")
    done: list[str] = []
    left: list[Line] = []
    unknown = []
    for row in range(len(rows)):
        said = str(rows.cell(row, "action") or "").strip()
        option = words.find(said)
        if option is None and said:
            unknown.append(said)
        if option is None:
            continue
        try:
            done.append(_do(rows, row, option.code, store, context))
        except UsageError as error:
            record = {key: rows.cell(row, key) for key in ("action", "other", "type", "name", "synonyms", "pair")}
            left.append({**record, "outcome": error.sentence(context.language)})
    tell_unknown(book, TAG_LIBRARY, words, unknown, context.language)
    return done, left


def _do(rows: Rows, row: int, action: str, store: Store, context: Context) -> str:
    name, language = str(rows.cell(row, "name") or ""), context.language
    tags = library(store.settings())
    if action == "add":
        type_ = vocabulary("tag_type").find(str(rows.cell(row, "type") or ""))
        synonyms = dictionary.SEPARATORS.split(str(rows.cell(row, "synonyms") or ""))
        added = taglibrary.new(store, context, type_.code if type_ else "", name, synonyms)
        return text("tags.added" if added else "tags.proposed", language, name=name)
    tag = tags.get(str(rows.cell(row, "pair") or "")) or taglibrary.the_one(tags, name)
    if action in ("retire", "restore"):
        taglibrary.retire(store, context, tag, back=action == "restore")
        return text(f"tags.done_{action}", language, name=tag.option.label(language))
    other = taglibrary.the_one(tags, str(rows.cell(row, "other") or ""))
    said = {"name": tag.option.label(language), "other": other.option.label(language)}
    if action == "merge":
        return text("tags.done_merge", language, count=taglibrary.merge(store, context, tag, other), **said)
    taglibrary.exclude(store, context, tag, other, back=action == "allow")
    return text(f"tags.done_{action}", language, **said)

"""xlcrm tags: the team's tag library, shown and kept."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

_NAMES = {"add": ("type", "name"), "retire": ("name",), "merge": ("name", "into"), "exclude": ("name", "other")}
_COLUMNS = ("type", "name", "level", "uses", "state", "excludes", "by")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", metavar=text("tags.action", language))
    for name in ("list", *_NAMES, "compute"):
        about = text(f"tags.cli_{name}", language)
        action = actions.add_parser(name, help=about, description=about, add_help=False)
        action.add_argument("-h", "--help", action="help", help=text("cli.help", language))
        action.add_argument("--lang", default=language, help=argparse.SUPPRESS)
        for word in _NAMES.get(name, ()):
            action.add_argument(word, help=text(f"tags.arg_{word}", language))
        if name == "add":
            action.add_argument("--synonyms", default="", help=text("tags.arg_synonyms", language))
            action.add_argument("--reason", default="", help=text("tags.arg_reason", language))
        if name in ("retire", "exclude"):
            action.add_argument("--undo", action="store_true", help=text(f"tags.arg_undo_{name}", language))
        if name == "compute":
            action.add_argument("--apply", action="store_true", help=text("tags.arg_apply", language))
        action.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
        action.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Show or change the library; 0 when done, 1 where it was only proposed."""
    options.action = options.action or "list"
    with app.session(None, options.lang, getattr(options, "store", None), create=False) as desk:
        if options.action == "list":
            return _list(desk, options)
        if options.action == "compute":
            return _compute(desk, options)
        return _change(desk, options)


def _list(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import taglibrary
    from xlcrm.jobs.tagsheet import line
    from xlcrm.model.resultsheets import TAG_LIBRARY
    from xlcrm.rules.taglibrary import library

    language = options.lang
    tags, uses = library(desk.store.settings()), taglibrary.uses(desk.store)
    lines = [line(tag, tags, uses[code], language, desk.rulebook.names) for code, tag in tags.items()]
    if getattr(options, "json", False):
        terminal.dump([{key: str(cell) if key == "at" and cell else cell for key, cell in one.items()} for one in lines])
        return 0
    head = [TAG_LIBRARY[key].title(language) for key in _COLUMNS]
    rows = [[_word(one.get(key)) for key in _COLUMNS] for one in lines]
    print(terminal.table([head, *rows], indent=""))
    return 0


def _word(cell: object) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) else str(cell or "")


def _change(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import taglibrary
    from xlcrm.jobs.dictionary import SEPARATORS
    from xlcrm.model.vocabularies import vocabulary
    from xlcrm.rules.taglibrary import library

    store, context, language = desk.store, desk.context, options.lang
    if options.action == "add":
        type_ = vocabulary("tag_type").find(options.type)
        words = SEPARATORS.split(options.synonyms)
        added = taglibrary.new(store, context, type_.code if type_ else "", options.name, words, options.reason)
        print(text("tags.added" if added else "tags.proposed", language, name=options.name))
        return 0 if added else 1
    tags = library(store.settings())
    tag = taglibrary.the_one(tags, options.name)
    said: dict[str, object] = {"name": tag.option.label(language)}
    done = options.action
    if options.action == "retire":
        taglibrary.retire(store, context, tag, options.undo)
        done = "restore" if options.undo else "retire"
    else:
        other = taglibrary.the_one(tags, options.into if options.action == "merge" else options.other)
        said["other"] = other.option.label(language)
        if options.action == "merge":
            said["count"] = taglibrary.merge(store, context, tag, other)
        else:
            taglibrary.exclude(store, context, tag, other, options.undo)
            done = "allow" if options.undo else "exclude"
    print(text(f"tags.done_{done}", language, **said))
    return 0


def _compute(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import tagging

    found = tagging.compute(desk.store, desk.context, desk.rulebook)
    if options.json:
        terminal.dump([one.as_told() for one in found.steps])
    else:
        print("\n".join(tagging.told(found, options.lang)))
    if options.apply:
        count = tagging.apply(desk.store, desk.context, found)
        if not options.json:
            print(text("tags.computed_applied", options.lang, count=count))
    return 0

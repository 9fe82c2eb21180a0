"""xlcrm fields: remember the choices made in 字段匹配 and 值对照."""

from __future__ import annotations

import argparse
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", metavar="BOOK.xlsx", type=Path, help=text("cli.book", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Remember what was chosen; 0 when nothing is left to choose, else 1."""
    from xlcrm.jobs.fieldmatch import remember
    from xlcrm.sheets.files import open_book

    if not open_book(app.existing(options.book)).ours:
        raise UsageError("headers.not_ours", path=options.book.name)
    with app.session(options.book, options.lang, options.store) as desk:
        choices = remember.remember(desk.book, desk.store, desk.context, desk.rulebook)
        said = [*desk.said, *remember.told(choices, options.lang)]
    if options.json:
        terminal.dump({"headers": choices.headers, "words": choices.words, "undecided": choices.undecided})
    else:
        print("\n".join(said))
    return 1 if choices.undecided else 0

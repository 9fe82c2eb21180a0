"""xlcrm new: an empty workbook, or an old list in the standard template."""

from __future__ import annotations

import argparse
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.errors import UsageError


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("out", metavar="OUT.xlsx", type=Path, help=text("cli.out", language))
    parser.add_argument("--from", dest="source", type=Path, metavar="OLD", help=text("cli.from", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))


def run(options: argparse.Namespace) -> int:
    """Make the workbook; 0 when done."""
    from xlcrm.jobs import make

    app.writable(options.out, options.force)
    if options.source and options.source.resolve() == options.out.resolve():
        raise UsageError("cli.same_file", path=options.out)
    if options.source is None:
        with app.writing(options.out):
            made = make.new(options.out, options.lang)
        print(text("jobs.new_book", options.lang, path=made.path))
        return 0
    with app.writing(options.out), app.matching(options.lang) as matcher:
        made = make.new(options.out, options.lang, app.existing(options.source), matcher)
    print(text("jobs.new_from", options.lang, rows=made.rows, path=made.path))
    for sentence in made.said(options.lang):
        print(sentence)
    return 0

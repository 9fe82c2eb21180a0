"""xlcrm undo: take an operation back."""

from __future__ import annotations

import argparse
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("operation", nargs="?", default="", help=text("undo.which", language))
    parser.add_argument("--book", type=Path, metavar="FILE", help=text("undo.book", language))
    parser.add_argument("--dry-run", action="store_true", help=text("undo.dry", language))
    parser.add_argument("--yes", action="store_true", help=text("undo.yes", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Take back; 0 when all of it was, 1 where something changed since stays, or nothing was done."""
    from xlcrm.jobs import takeback, undo
    from xlcrm.jobs.undoing import sentences

    language = options.lang
    with app.session(options.book, language, options.store, create=False) as desk:
        source = desk.source if options.book else ""
        done = undo.find(desk.store, desk.context, options.operation.strip().lstrip("#"), source)
        found = undo.preview(desk.store, desk.context, done)
        if options.json and options.dry_run:
            return _dump(found)
        if not options.json:
            print("\n".join(sentences(found, desk.store, language, desk.rulebook.names)))
        if options.dry_run:
            return 1 if found.plan.left else 0
        if not found.plan.changes:
            undo.undo(desk.store, desk.context, done)  # says why there is nothing
        if not (options.yes or options.json) and not terminal.ask(text("undo.ask", language)):
            print(text("undo.not_done", language))
            return 1
        found = undo.undo(desk.store, desk.context, done)
        if options.book:
            takeback.show(desk.book, desk.store, desk.context, desk.rulebook, found)
        if options.json:
            return _dump(found)
        print("\n".join(sentences(found, desk.store, language, desk.rulebook.names)))
    return 1 if found.plan.left else 0


def _dump(found: object) -> int:
    from dataclasses import asdict

    from xlcrm.jobs.undo import Undo

    assert isinstance(found, Undo)
    head = found.receipt.head if found.receipt else ""
    left = [asdict(one) for one in found.plan.left]
    terminal.dump({"operation": asdict(found.done), **found.counts, "changed_since": left, "head": head})
    return 1 if found.plan.left else 0

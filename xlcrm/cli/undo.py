"""xlcrm undo: take an operation back."""

from __future__ import annotations

import argparse
from functools import partial
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
    from xlcrm.jobs.refresh import refresh
    from xlcrm.jobs.undoing import sentences

    language = options.lang
    with app.session(options.book, language, options.store, create=False) as desk:
        source, wanted = desk.source if options.book else "", options.operation.strip().lstrip("#")
        if options.book and desk.store.taken_back():  # what an earlier wish came to; elsewhere the sheet knows
            refresh(desk.book, desk.store, desk.context, desk.rulebook)
        wished = app.take_back(desk, wanted, source, partial(_agreed, options))
        if wished is not None:
            return _wished(wished, app.deliver(desk), options)
        done = undo.find(desk.store, desk.context, wanted, source)
        found = undo.preview(desk.store, desk.context, done, terminal.Bar())
        if options.json and options.dry_run:
            return _dump(found)
        if not options.json:
            print("\n".join(sentences(found, desk.store, language, desk.rulebook.names)))
        if options.dry_run:
            return 1 if found.plan.left else 0
        if not found.plan.changes and not found.plan.decisions:
            undo.undo(desk.store, desk.context, done)  # says why there is nothing
        if not (options.yes or options.json) and not terminal.ask(text("undo.ask", language)):
            print(text("undo.not_done", language))
            return 1
        found = undo.undo(desk.store, desk.context, done, terminal.Bar())
        if options.book:
            takeback.show(desk.book, desk.store, desk.context, desk.rulebook, found)
        if options.json:
            return _dump(found)
        print("\n".join(sentences(found, desk.store, language, desk.rulebook.names)))
    return 1 if found.plan.left else 0


def _agreed(options: argparse.Namespace, question: str) -> bool:
    """Whether the person wants what a member's machine can only ask for."""
    if options.json:
        return not options.dry_run
    print(question)
    return not options.dry_run and bool(options.yes or terminal.ask(text("undo.ask", options.lang)))


def _wished(wished: app.TakenBack, told: list[str], options: argparse.Namespace) -> int:
    if options.json:
        terminal.dump({"operation": wished.done.number if wished.done else None, "withdrawn": wished.rows})
        terminal.tell(told)
    else:
        print("\n".join((*(() if options.dry_run else (wished.said(options.lang),)), *told)))
    return 0 if wished.done or wished.rows else 1


def _dump(found: object) -> int:
    from dataclasses import asdict

    from xlcrm.jobs.undo import Undo

    assert isinstance(found, Undo)
    head = found.receipt.head if found.receipt else ""
    left = [asdict(one) for one in found.plan.left]
    terminal.dump({"operation": asdict(found.done), **found.counts, "changed_since": left, "head": head})
    return 1 if found.plan.left else 0

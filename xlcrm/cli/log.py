"""xlcrm log: the history of a customer; without one the latest operations."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

_LATEST = 20
_ALSO = frozenset({"undo", "export", "report", "outside", "audit"})
"""Listed with what can be taken back: what left the store."""


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", nargs="?", default="", help=text("cli.log_customer", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Show the history; 0 found, 1 not."""
    with app.session(None, options.lang, options.store, create=False) as desk:
        return _history(desk, options) if options.customer else _latest(desk, options)


def _latest(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.undo import KINDS
    from xlcrm.jobs.undoing import heading

    found = desk.store.operations(kinds=sorted({*KINDS, *_ALSO}), limit=_LATEST)
    if options.json:
        terminal.dump([asdict(done) for done in found])
        return 0
    print(text("undo.list" if found else "undo.empty", options.lang))
    for done in found:
        back = text("undo.list_line", options.lang, by=done.reversed_by) if done.reversed_by else ""
        print("  " + "  ".join(filter(None, (heading(done, options.lang, desk.rulebook.names), back))))
    return 0


def _history(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import readback

    language = options.lang
    found = desk.store.search(options.customer, limit=2)
    if not found:
        print(text("jobs.none_found", language, text=options.customer))
        return 1
    if len(found) > 1 and options.customer not in (found[0].number, found[0].values.get("name")):
        print(text("jobs.several_found", language, count=len(found)))
        print(terminal.table([[record.number or "", record.values.get("name") or ""] for record in found]))
        return 1
    entries = desk.store.history(found[0].rid)
    if options.json:
        terminal.dump([asdict(entry) for entry in entries])
        return 0
    for entry in entries:
        heading, changes = readback.told(entry, language, desk.rulebook.names)
        print(heading)
        print(terminal.table(changes, indent="    "))
    return 0

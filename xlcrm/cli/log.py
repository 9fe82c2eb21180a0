"""xlcrm log: the history of a customer."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", help=text("cli.customer", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Show the history; 0 found, 1 not."""
    with app.session(None, options.lang, options.store, create=False) as desk:
        return _history(desk, options)


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

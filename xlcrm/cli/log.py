"""xlcrm log: the history of a customer, or whether the log is sound."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", nargs="?", help=text("cli.customer", language))
    parser.add_argument("--verify", action="store_true", help=text("cli.verify", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Show the history or verify the chain; 0 found and sound, 1 not."""
    with app.session(None, options.lang, options.store, create=False) as desk:
        if options.verify or options.customer is None:
            return _verify(desk, options)
        return _history(desk, options)


def _verify(desk: app.Desk, options: argparse.Namespace) -> int:
    verdict = desk.store.verify()
    if options.json:
        terminal.dump(asdict(verdict))
    elif verdict.faults:
        print(text("jobs.log_faulty", options.lang, count=len(verdict.faults)))
        for key, values in verdict.faults:
            print("  " + text(key, options.lang, **values))
    else:
        print(
            text("jobs.log_sound", options.lang, operations=verdict.operations, entries=verdict.entries, head=verdict.head[:16])
        )
    return 1 if verdict.faults else 0


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

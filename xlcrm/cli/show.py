"""xlcrm show: find a customer and show everything about it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.model.operation import Record


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", help=text("cli.customer", language))
    parser.add_argument("--out", metavar="FILE.xlsx", type=Path, help=text("page.out", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Show; 0 when one customer was found, 1 otherwise."""
    from xlcrm.jobs import find, readback
    from xlcrm.model.tables import BY_KEY, CUSTOMER

    language = options.lang
    if options.out is not None:
        app.writable(options.out, options.force)
    with app.session(None, language, options.store, create=False) as desk:
        found = desk.store.search(options.customer)
        exact = [record for record in found if options.customer in (record.number, record.values.get("name"))]
        found = exact or found
        if not found:
            answers = find.asked(desk.store, desk.context, desk.rulebook, options.customer)
            taken = [find.told(answer, language, desk.rulebook.names) for answer in answers]
            if options.json:
                terminal.dump({"taken": taken})
            else:
                print("\n".join(taken) or text("jobs.none_found", language, text=options.customer))
            return 1
        if options.out is not None and len(found) == 1:
            return _page(desk, found[0], options.out)
        sheets = {CUSTOMER.key: found, **(readback.family(desk.store, found) if len(found) == 1 else {})}
        shown = {
            key: [readback.described(record, language, desk.rulebook.names) for record in records]
            for key, records in sheets.items()
        }
    if options.json:
        terminal.dump({key: [dict(pairs) for pairs in records] for key, records in shown.items()})
    elif len(found) > 1:
        print(text("jobs.several_found", language, count=len(found)))
        print(
            terminal.table(
                [[record.number or "", record.values.get("name") or "", record.values.get("contact") or ""] for record in found]
            )
        )
    else:
        for key, records in shown.items():
            for number, pairs in enumerate(records, 1):
                print(BY_KEY[key].title(language) + (f" {number}" if len(records) > 1 else ""))
                print(terminal.table(pairs))
    return 0 if len(found) == 1 else 1


def _page(desk: app.Desk, record: Record, path: Path) -> int:
    from xlcrm.jobs.customer360.page import page
    from xlcrm.sheets.page import write

    made = page(desk.store, desk.context, desk.rulebook, record)
    with app.writing(path):
        write(path, made, desk.language)
    print(text("page.written", desk.language, path=path, number=record.number or "", name=record.values.get("name") or ""))
    return 0

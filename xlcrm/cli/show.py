"""xlcrm show: find a customer and show everything about it."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", help=text("cli.customer", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Show; 0 when one customer was found, 1 otherwise."""
    from xlcrm.jobs import find, readback
    from xlcrm.model.tables import BY_KEY, CUSTOMER

    language = options.lang
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

"""xlcrm reveal: one masked value of a customer in plain, with a reason."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customer", help=text("cli.customer", language))
    parser.add_argument("field", help=text("cli.reveal_field", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("cli.reveal_reason", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Reveal; 0 when shown."""
    from xlcrm.jobs.reveal import reveal

    with app.session(None, options.lang, options.store, create=False) as desk:
        shown = reveal(desk.store, desk.context, desk.rulebook, options.customer, options.field, options.reason)
    if options.json:
        terminal.dump({"field": options.field, "value": shown})
    else:
        print(shown)
    return 0

"""xlcrm doctor: what is wrong on this machine, why, and what to do."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", nargs="?", default="", metavar="BOOK", help=text("doctor.book", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Look and say; 0 when all is in order, 1 when something is to be done."""
    from xlcrm.jobs import doctor

    language = options.lang
    machine = app.health(language, options.store, options.book)
    troubles = doctor.examine(machine)
    if options.json:
        terminal.dump([{"code": one.code, "cause": one.cause(language), "cure": one.cure(language)} for one in troubles])
    else:
        print("\n".join(doctor.said(machine, troubles, language)))
    return 1 if troubles else 0

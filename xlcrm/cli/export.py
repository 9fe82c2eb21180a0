"""xlcrm export: customers from the store as a workbook."""

from __future__ import annotations

import argparse
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("out", metavar="OUT.xlsx", type=Path, help=text("cli.out", language))
    parser.add_argument("--filter", default="", metavar="…", help=text("cli.filter", language))
    parser.add_argument("--outside", action="store_true", help=text("requests.outside", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("requests.outside_reason", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))


def run(options: argparse.Namespace) -> int:
    """Export; 0 when done, 1 when others have to agree first."""
    from xlcrm.jobs import make, readback

    if options.outside:
        return _outside(options)
    app.writable(options.out, options.force)
    with app.session(None, options.lang, options.store, create=False) as desk, app.writing(options.out):
        where = readback.conditions(options.filter, desk.rulebook)
        made = make.export(options.out, desk.store, desk.context, desk.rulebook, where, options.filter)
    print(text("jobs.exported", options.lang, count=made.rows, path=made.path))
    return 0


def _outside(options: argparse.Namespace) -> int:
    from xlcrm.jobs import outside, readback

    app.writable(options.out, options.force)
    with app.session(None, options.lang, options.store, create=False) as desk:
        where = readback.conditions(options.filter, desk.rulebook)
        if not outside.agreed(desk.store, desk.context, options.filter):
            outside.propose(desk.store, desk.context, options.filter, options.reason)
            print(text("requests.outside_proposed", options.lang))
            return 1
        with app.writing(options.out):
            count = outside.export(options.out, desk.store, desk.context, desk.rulebook, where, options.filter)
    print(text("requests.outside_done", options.lang, count=count, path=options.out))
    return 0

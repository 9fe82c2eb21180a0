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
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))


def run(options: argparse.Namespace) -> int:
    """Export; 0 when done."""
    from xlcrm.jobs import make, readback

    app.writable(options.out, options.force)
    with app.session(None, options.lang, options.store, create=False) as desk, app.writing(options.out):
        where = readback.conditions(options.filter, desk.rulebook)
        made = make.export(options.out, desk.store, desk.context, desk.rulebook, where, options.filter)
    print(text("jobs.exported", options.lang, count=made.rows, path=made.path))
    return 0

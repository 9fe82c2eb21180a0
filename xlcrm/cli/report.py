"""xlcrm report: where the customers and their data stand, as a workbook with charts."""

from __future__ import annotations

import argparse
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.model.figures import KINDS


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("out", metavar="OUT.xlsx", type=Path, help=text("cli.out", language))
    kinds = "、".join(f"{kind}（{text(f'report.section_{kind}', language)}）" for kind in KINDS)
    about = text("dashboard.kind", language, kinds=kinds)
    parser.add_argument("--kind", action="append", default=[], choices=KINDS, metavar="KIND", help=about)
    parser.add_argument("--filter", default="", metavar="…", help=text("cli.filter", language))
    parser.add_argument("--view", default="", metavar="NAME", help=text("views.view", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))


def run(options: argparse.Namespace) -> int:
    """Write the report; 0 when done."""
    from xlcrm.jobs import dashboard, views

    app.writable(options.out, options.force)
    with app.session(None, options.lang, options.store, create=False) as desk, app.writing(options.out):
        asked, where = views.where(desk.rulebook, options.view, options.filter)
        store, context, rulebook = desk.store, desk.context, desk.rulebook
        made = dashboard.make(options.out, store, context, rulebook, options.kind, where, asked, terminal.Bar())
    print(text("dashboard.made", options.lang, count=made.rows, path=made.path))
    return 0

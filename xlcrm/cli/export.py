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
    parser.add_argument("--view", default="", metavar="NAME", help=text("views.view", language))
    parser.add_argument("--outside", action="store_true", help=text("requests.outside", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("requests.outside_reason", language))
    parser.add_argument("--plain", nargs="+", default=[], metavar="FIELD", help=text("requests.outside_plain", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))


def run(options: argparse.Namespace) -> int:
    """Export; 0 when done, 1 when others have to agree first."""
    from xlcrm.jobs import make, views

    if options.outside:
        return _outside(options)
    app.writable(options.out, options.force)
    with app.session(None, options.lang, options.store, create=False) as desk, app.writing(options.out):
        asked, where = views.where(desk.rulebook, options.view, options.filter)
        made = make.export(options.out, desk.store, desk.context, desk.rulebook, where, asked)
    print(text("jobs.exported", options.lang, count=made.rows, path=made.path))
    return 0


def _outside(options: argparse.Namespace) -> int:
    from xlcrm.jobs import outside, views
    from xlcrm.rules.outside import how, told

    language = options.lang
    app.writable(options.out, options.force)
    plain = outside.plain_fields(options.plain, language)
    with app.session(None, language, options.store, create=False) as desk:
        asked, _ = views.where(desk.rulebook, options.view, options.filter)
        wanted = outside.want(desk.store, desk.context, desk.rulebook, asked, plain)
        if not wanted.allowed:
            if wanted.fewer:
                print(text("requests.outside_grew", language, before=wanted.fewer, now=len(wanted.found)))
            said = outside.propose(desk.store, desk.context, wanted, options.reason).about
            print(text("requests.outside_proposed", language, told=told(said, language)))
            return 1
        with app.writing(options.out):
            count = outside.export(options.out, desk.store, desk.context, desk.rulebook, wanted, options.reason)
    print(text("requests.outside_done", language, count=count, how=how({"plain": list(plain)}, language), path=options.out))
    return 0

"""xlcrm doctor: what is wrong on this machine, why, and what to do."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import XlcrmError


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", nargs="?", default="", metavar="BOOK", help=text("doctor.book", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Look and say; 0 when all is in order, 1 when something is to be done."""
    from xlcrm.jobs import doctor

    language = options.lang
    url, store_why = options.store or "", ("", "")
    try:
        url = app.store_url(options.store)
        if app.exists(url):
            with app.opened(url, create=False, language=language):
                pass
    except XlcrmError as error:
        store_why = (error.sentence(language), error.hint(language))
    troubles = doctor.examine(doctor.look(options.book, app.shown(url), store_why, app.mail_trouble(language)))
    count = len(doctor.CHECKS)
    if options.json:
        terminal.dump([{"code": one.code, "cause": one.cause(language), "cure": one.cure(language)} for one in troubles])
    elif not troubles:
        print(text("doctor.all_well", language, count=count))
    else:
        print(text("doctor.found", language, count=count, wrong=len(troubles)))
        for number, one in enumerate(troubles, 1):
            said = {"title": one.title(language), "cause": one.cause(language), "cure": one.cure(language)}
            print(text("doctor.line", language, number=number, **said))
    return 1 if troubles else 0

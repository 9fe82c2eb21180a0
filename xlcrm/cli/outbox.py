"""xlcrm outbox: what waits on this machine while the store is away; send it now, or drop it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import Away, UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.outbox.box import Waiting


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("action", choices=("list", "send", "drop"), help=text("outbox.action", language))
    parser.add_argument("which", nargs="?", metavar="N|all", help=text("outbox.which", language))
    parser.add_argument("--yes", action="store_true", help=text("outbox.yes", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when nothing waits any more, 1 when something does."""
    waiting = list(app.outbox().waiting())
    if options.action == "send" and waiting:
        _send(waiting, options)
        waiting = list(app.outbox().waiting())
    if options.action == "drop":
        return _drop(waiting, options)
    _show(waiting, options)
    return 1 if waiting else 0


def _send(waiting: Iterable[Waiting], options: argparse.Namespace) -> None:
    from xlcrm.jobs.outbox import say

    language = options.lang
    urls = dict.fromkeys(one.parcel.url for one in waiting if one.parcel is not None)
    for url in urls:
        try:
            with app.session(None, language, url, create=False) as desk:
                said = [*say.sent(app.send(desk, returned=True), language), *app.deliver(desk)]
            for line in said:
                print(line, file=sys.stderr if options.json else sys.stdout)
        except Away as error:
            terminal.tell([error.sentence(language)])


def _show(waiting: list[Waiting], options: argparse.Namespace) -> None:
    from xlcrm.jobs.outbox import say

    language = options.lang
    if options.json:
        terminal.dump([_json(one) for one in waiting])
        return
    if not waiting:
        print(text("outbox.nothing", language))
    for number, one in enumerate(waiting, 1):
        if one.parcel is None:
            print(text("outbox.line_closed", language, number=number, name=one.name, secret=say.secret(one.by, language)))
            continue
        found = one.parcel
        kind = "outbox.line_undo" if found.undo else "outbox.line"
        print(text(kind, language, number=number, at=found.at, book=found.book, rows=found.rows, store=found.url))
        for sheet, label, problem in found.returned:
            print(text("outbox.line_returned", language, sheet=sheet, label=label, problem=problem.replace("\n", " ")))
    for count, secret in say.closed(waiting, language):
        print(text("outbox.closed", language, count=count, secret=secret))


def _json(one: Waiting) -> dict[str, object]:
    if one.parcel is None:
        return {"name": one.name, "sealed": True, "by": one.by}
    found = one.parcel
    told = {"name": one.name, "at": found.at, "book": found.book, "rows": found.rows, "store": found.url}
    return {**told, "returned": [list(line) for line in found.returned]}


def _drop(waiting: list[Waiting], options: argparse.Namespace) -> int:
    language, which = options.lang, str(options.which or "")
    if which == "all":
        chosen = waiting
    elif which.isdigit() and 0 < int(which) <= len(waiting):
        chosen = [waiting[int(which) - 1]]
    else:
        raise UsageError("outbox.unknown", which=which)
    if not options.yes and not terminal.ask(text("outbox.drop_ask", language)):
        print(text("outbox.not_dropped", language))
        return 1
    for one in chosen:
        app.outbox().drop(one.name)
    print(text("outbox.dropped", language, count=len(chosen)))
    return 0

"""xlcrm notices: the messages of steps: list them, send what waits, or print their text for SMS and WeChat."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from xlcrm import app
from xlcrm.app import Desk
from xlcrm.catalogue import text
from xlcrm.cli import remind, terminal
from xlcrm.errors import UsageError


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("action", choices=[*ACTIONS], help=text("remind.action", language))
    parser.add_argument("about", nargs="?", default="", metavar="NUMBER", help=text("remind.about", language))
    parser.add_argument("--all", action="store_true", help=text("remind.all", language))
    parser.add_argument("--again", action="store_true", help=text("remind.retry", language))
    parser.add_argument("--drafts", type=Path, metavar="FOLDER", help=text("remind.drafts", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done, 1 when something could not be sent."""
    with app.session(None, options.lang, options.store, create=False) as desk:
        return ACTIONS[options.action](desk, options)


def _list(desk: Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.notify import saying

    found = desk.store.notices(() if options.all else saying.UNSENT)
    if options.json:
        terminal.dump(saying.plain(found))
    elif not found:
        print(text("remind.idle", options.lang))
    else:
        print(terminal.table(saying.table(desk.store, desk.rulebook, found), indent=""))
    return 0


def _send(desk: Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.notify import saying

    bar = terminal.Bar()
    watch = partial(bar, text("remind.sending", options.lang))
    sent = app.send_notices(desk, options.drafts, watch, again=options.again)
    bar("", 1, 1)
    if options.json:
        terminal.dump(saying.counted(sent))
    elif not any(saying.counted(sent).values()):
        print(text("remind.idle", options.lang))
    else:
        remind.tell_sent(sent, options.drafts or app.drafts_folder(), options.lang)
    return 1 if sent.failed or sent.later or sent.trouble else 0


def _copy(desk: Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.notify import saying

    if not options.about:
        raise UsageError("remind.which")
    letters = saying.letters_about(desk.store, desk.rulebook, desk.people, options.about)
    if options.json:
        terminal.dump([{"to": one.to, "name": one.name, "subject": one.subject, "body": one.body} for one in letters])
        return 0
    for one in letters:
        address = f" <{one.to}>" if one.to else text("remind.no_address", options.lang)
        name = one.name or text("remind.customer", options.lang)
        print(text("remind.to", options.lang, name=name, address=address), one.subject, "", one.body, sep="\n")
    return 0


ACTIONS = {"list": _list, "send": _send, "copy": _copy}

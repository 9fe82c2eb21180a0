"""xlcrm mail: through which mail server notices go out from this machine."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import MailError

if TYPE_CHECKING:
    from xlcrm.mail.server import Server


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    from xlcrm.mail.server import PORTS

    parser.add_argument("action", choices=[*ACTIONS], help=text("mail.action", language))
    parser.add_argument("--server", default="", metavar="NAME", help=text("mail.server", language))
    parser.add_argument("--port", type=int, default=0, help=text("mail.port", language))
    parser.add_argument("--from", dest="sender", default="", metavar="ADDRESS", help=text("mail.sender", language))
    parser.add_argument("--user", help=text("mail.user", language))
    parser.add_argument("--security", choices=[*PORTS], default="", help=text("mail.security", language))
    parser.add_argument("--ca", type=Path, metavar="FILE", help=text("mail.authority", language))
    parser.add_argument("--to", default="", metavar="ADDRESS", help=text("mail.to", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done."""
    return ACTIONS[options.action](options)


def _set(options: argparse.Namespace) -> int:
    from xlcrm.crypto import passwords
    from xlcrm.mail import server

    language = options.lang
    if not options.server or not options.sender:
        raise MailError("mail.which_server")
    user = options.sender if options.user is None else options.user
    authority = str(app.existing(options.ca).absolute()) if options.ca else ""
    chosen = server.server(options.server, options.sender, user, options.port, options.security, authority)
    server.save(app.mail_path(), chosen)
    _describe(chosen, language)
    if chosen.user and sys.stdin and sys.stdin.isatty():
        kept = passwords.keep(chosen.login, app.ask_mail_password(chosen, language))
        print(text("mail.kept" if kept else "mail.not_kept", language))
    return 0


def _show(options: argparse.Namespace) -> int:
    from xlcrm.mail.server import load

    chosen, language = load(app.mail_path()), options.lang
    if options.json:
        terminal.dump(asdict(chosen) if chosen else None)
    elif chosen is None:
        print(text("mail.none", language, folder=app.drafts_folder()))
    else:
        _describe(chosen, language)
    return 0


def _test(options: argparse.Namespace) -> int:
    from xlcrm.mail.letter import Letter, compose
    from xlcrm.mail.post import Post
    from xlcrm.mail.server import load
    from xlcrm.model.identity import new_rid

    chosen, language = load(app.mail_path()), options.lang
    if chosen is None:
        raise MailError("mail.not_set")
    with Post(chosen, app.mail_password(chosen)) as post:
        if options.to:
            letter = Letter(
                new_rid(), options.to, "", text("mail.test_subject", language), text("mail.test_body", language) + "\n"
            )
            post.deliver(compose(letter, chosen.sender, app.clock()))
    key = "mail.tested" if options.to else "mail.reached"
    print(text(key, language, server=chosen.shown, **({"to": options.to} if options.to else {})))
    return 0


def _forget(options: argparse.Namespace) -> int:
    from xlcrm.crypto import passwords
    from xlcrm.mail import server

    if (chosen := server.load(app.mail_path())) is not None:
        passwords.forget(chosen.login)
    server.forget(app.mail_path())
    print(text("mail.forgotten", options.lang, folder=app.drafts_folder()))
    return 0


def _describe(chosen: Server, language: str) -> None:
    print(text("mail.set", language, sender=chosen.sender, server=chosen.shown, security=chosen.security))
    if chosen.open_line:
        terminal.tell([text("mail.open_line", language, server=chosen.shown)])


ACTIONS = {"set": _set, "show": _show, "test": _test, "forget": _forget}

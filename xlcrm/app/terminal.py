"""What is told to, and asked of, whoever sits at the terminal."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from xlcrm.app.user import clock
from xlcrm.catalogue import text
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.store.postgres.server import Caller


def tell(language: str, notices: list[str] | None = None) -> Callable[..., None]:
    """Tells a person a sentence of the catalogue (key, values) beside the result: in ``notices``, else on standard error."""

    def told(key: str, **values: object) -> None:
        sentence = text(key, language, **values)
        if notices is None:
            print(sentence, file=sys.stderr)
        elif sentence not in notices:
            notices.append(sentence)

    return told


def caller(language: str, notices: list[str] | None = None) -> Caller:
    """Who logs in to a server: whoever sits at the terminal is asked for a password."""
    from xlcrm.store.postgres.server import Caller

    ask = (lambda login: getpass.getpass(text("login.password_ask", language, login=login))) if asked() else None
    return Caller(ask, tell(language, notices), clock)


def asked() -> Callable[[], str] | None:
    """Who is asked for the passphrase: the person at the terminal, if there is one."""
    return passphrase if sys.stdin and sys.stdin.isatty() else None


def passphrase() -> str:
    """What the person types to open the keys."""
    return getpass.getpass("xlcrm: ")


def new_passphrase(language: str) -> str:
    """A passphrase chosen and typed twice. UsageError where they differ."""
    chosen = getpass.getpass(text("cli.new_passphrase", language))
    if chosen != getpass.getpass(text("cli.same_passphrase", language)):
        raise UsageError("cli.passphrase_differs")
    return chosen

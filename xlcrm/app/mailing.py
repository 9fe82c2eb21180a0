"""Mail as this machine sends it: through which server, with whose password, and where drafts lie."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.app.address import FOLDER
from xlcrm.app.terminal import tell
from xlcrm.app.user import home
from xlcrm.catalogue import text
from xlcrm.errors import MailError

if TYPE_CHECKING:
    from xlcrm.app.desk import Desk
    from xlcrm.jobs.notify.sending import Sent
    from xlcrm.mail.server import Server

PASSWORD = "XLCRM_MAIL_PASSWORD"  # noqa: S105 - the name of a variable of the environment
_AT_ONCE = 5.0  # seconds to wait for a server's answer while a person waits for the press


def mail_path() -> Path:
    """Where this machine's mail server is kept."""
    return home() / "mail.json"


def drafts_folder() -> Path:
    """Where letters lie that no server takes along."""
    return home() / "notices"


def mail_password(server: Server) -> str:
    """The password of ``server``: of the environment, else the keyring's; "" where nobody logs in. MailError: there is none."""
    from xlcrm.crypto import passwords

    if not server.user:
        return ""
    found = os.environ.get(PASSWORD) or passwords.kept(server.login)
    if not found:
        raise MailError("mail.password_needed", user=server.user, server=server.shown)
    return found


def mail_trouble(language: str) -> tuple[str, str]:
    """Why this machine cannot use the mail server it is set to, and what to do; "" where it has none, or all is well."""
    from xlcrm.mail.server import load

    try:
        if (server := load(mail_path())) is not None:
            mail_password(server)
    except MailError as error:
        return error.sentence(language), error.hint(language)
    return "", ""


def ask_mail_password(server: Server, language: str) -> str:
    """The password of ``server`` as the person types it."""
    return getpass.getpass(text("mail.password_ask", language, user=server.user))


def send_notices(
    desk: Desk,
    folder: Path | None = None,
    watch: Callable[[int, int], None] | None = None,
    limit: float | None = None,
    again: bool = False,
) -> Sent:
    """Send what waits: through this machine's mail server, where it has one; else drafts go into ``folder``.

    With ``again`` also what was given up; ``limit`` are the seconds to wait for the server's answers.

    A server that cannot be reached is the answer's ``trouble``; nothing is lost then. MailError: the settings are damaged.
    """
    from xlcrm.jobs.notify.sending import Sender
    from xlcrm.mail import post
    from xlcrm.mail.server import load
    from xlcrm.rules.telling import staff

    desk.posted = True
    server = load(mail_path())
    everybody = staff(desk.people, desk.rulebook.settings, desk.context.now()[:10])
    origin = server.sender if server else ""
    sender = Sender(desk.store, desk.context, desk.rulebook, everybody, folder or drafts_folder(), None, origin, again)
    if server is None or not sender.waiting():
        return sender.run(watch)
    try:
        with post.Post(server, mail_password(server), limit or post.LIMIT) as sender.post:
            return sender.run(watch)
    except MailError as error:
        sender.result.trouble = error
        return sender.result


@contextmanager
def telling(desk: Desk) -> Iterator[None]:
    """Send the messages of what was done within the block, where this machine has a mail server; else they wait for who reminds.

    What is not sent is told, and waits.
    """
    if not os.access(mail_path(), os.R_OK) or desk.url.startswith(FOLDER):
        yield
        return
    before = desk.store.position()
    yield
    if desk.posted or desk.store.position() == before:
        return
    try:
        trouble = send_notices(desk, limit=_AT_ONCE).trouble
    except MailError as error:
        trouble = error
    if trouble:
        tell(desk.language, desk.notices)("remind.later", why=trouble.sentence(desk.language))

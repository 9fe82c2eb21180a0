"""A letter as mail programs read it. What people typed can never become a header of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from xlcrm.errors import Undeliverable
from xlcrm.mail.server import address

_LONGEST = 200  # characters of a subject
_NAMED = 60  # of a name


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be said to whom. ``ident`` (letters and digits) tells it from every other, also when it is sent again.

    ``to`` is an e-mail address, "" where none is known; ``name`` whose it is.
    """

    ident: str
    to: str
    name: str
    subject: str
    body: str


def compose(letter: Letter, sender: str, moment: datetime) -> EmailMessage:
    """The letter with its headers, written at ``moment`` (of this machine's clock); ``sender`` "" leaves From to who sends it.

    Undeliverable where the receiver's address is none.
    """
    message = EmailMessage(policy=SMTP)
    origin = address(sender)
    if origin is not None:
        message["From"] = origin
    if letter.to:
        target = address(letter.to)
        if target is None:
            raise Undeliverable("mail.bad_address", address=line(letter.to))
        message["To"] = Address(line(letter.name)[:_NAMED], target.username, target.domain)
    message["Subject"] = line(letter.subject)[:_LONGEST]
    message["Date"] = format_datetime(moment.astimezone())
    message["Message-ID"] = f"<{letter.ident}@{origin.domain if origin else 'xlcrm.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"  # nobody's "I am away" answers it
    message.set_content(letter.body, cte="base64")
    return message


def line(text: str) -> str:
    """``text`` in one line, without anything that is not to be seen."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())

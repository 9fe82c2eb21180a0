"""The way to a mail server: connected, proven and logged in, one letter after the other.

What goes wrong is told in one sentence: MailError is about the server, and nothing goes any more; Undeliverable about one
letter for good; Delayed about one letter for now.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from xlcrm.errors import Delayed, MailError, Undeliverable
from xlcrm.mail.letter import line
from xlcrm.mail.server import Server

LIMIT = 20.0  # seconds to wait for an answer
_SAID = 160  # characters of what the server says
_ME = "[127.0.0.1]"  # a computer's name may be Chinese, and is nobody's business
_EXPIRED, _NOT_YET, _OTHER_NAME = (10,), (9,), (62, 64)  # OpenSSL's verdicts about a certificate
_ENDS, _FOR_GOOD, _TOO_LARGE = 421, 500, 552  # what servers answer: they end the connection, they refuse for good


class Post:
    """A connection to ``server``, open within a ``with``; ``password`` is that of its user."""

    def __init__(self, server: Server, password: str = "", limit: float = LIMIT) -> None:
        self._server = server
        self._password = password
        self._limit = limit
        self._line: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Connect and log in. MailError says why not."""
        try:
            self._line = self._connected()
            self._log_in(self._line)
        except BaseException:
            self._hang_up()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._line is not None and kind is None:
            with suppress(OSError, smtplib.SMTPException):
                self._line.quit()
        self._hang_up()

    def deliver(self, message: EmailMessage) -> None:
        """Hand ``message`` to the server. Undeliverable, Delayed; MailError where the connection is of no use any more.

        Where the connection breaks off, the server may have taken the message and not be able to say so any more.
        """
        assert self._line is not None, "letters are delivered within the with"
        sender, to = _spec(message, "From"), _spec(message, "To")
        said = {"address": to, "server": self._server.shown}
        try:
            self._line.sendmail(sender, [to], message.as_bytes())
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise self._refused("recipient", code, answer, said) from error
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code == _TOO_LARGE:
                raise Undeliverable("mail.too_large", **said) from error
            heard = _heard(error.smtp_error)
            if error.smtp_code < _FOR_GOOD:
                raise MailError("mail.turned_away", server=self._server.shown, said=heard) from error
            raise MailError("mail.sender_refused", sender=sender, server=self._server.shown, said=heard) from error
        except smtplib.SMTPDataError as error:
            kind = "too_large" if error.smtp_code == _TOO_LARGE else "content"
            raise self._refused(kind, error.smtp_code, error.smtp_error, said) from error
        except OSError as error:  # smtplib's own are such, too
            raise self._lost(error, "mail.broken_off") from error

    def _connected(self) -> smtplib.SMTP:
        server, shown = self._server, self._server.shown
        try:
            if server.security == "tls":
                return smtplib.SMTP_SSL(server.host, server.port, _ME, timeout=self._limit, context=self._trust())
            line = smtplib.SMTP(server.host, server.port, _ME, timeout=self._limit)
            if server.security == "starttls":
                self._line = line  # to be hung up should it fail
                line.starttls(context=self._trust())
                line.ehlo()
            return line
        except ssl.SSLCertVerificationError as error:
            raise MailError(_unproven(error), server=shown) from error
        except ssl.SSLError as error:
            raise MailError("mail.tls", server=shown, said=error.reason or "") from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailError("mail.no_tls", server=shown) from error
        except (socket.gaierror, UnicodeError) as error:
            raise MailError("mail.unknown_host", server=shown) from error
        except smtplib.SMTPResponseException as error:
            raise MailError("mail.turned_away", server=shown, said=_heard(error.smtp_error)) from error
        except OSError as error:  # smtplib's own are such, too
            raise self._lost(error, "mail.away") from error

    def _trust(self) -> ssl.SSLContext:
        """Who may vouch for the server: whom this machine trusts, and the firm's own authority."""
        context = ssl.create_default_context()
        if self._server.authority:
            try:
                context.load_verify_locations(self._server.authority)
            except (OSError, ssl.SSLError) as error:
                raise MailError("mail.no_authority", path=self._server.authority) from error
        return context

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if not self._server.user:
            return
        said = {"user": self._server.user, "server": self._server.shown}
        try:
            connection.login(self._server.user, self._password)
        except (smtplib.SMTPAuthenticationError, UnicodeError) as error:  # refused, or what no mail server takes
            raise MailError("mail.login", **said) from error
        except smtplib.SMTPServerDisconnected as error:
            raise self._lost(error, "mail.broken_off") from error
        except smtplib.SMTPException as error:
            raise MailError("mail.no_login", **said) from error
        except OSError as error:
            raise self._lost(error, "mail.broken_off") from error

    def _refused(self, kind: str, code: int, answer: bytes | str, said: dict[str, str]) -> MailError:
        known = said if kind == "too_large" else {**said, "said": _heard(answer)}
        if kind == "too_large":
            return Undeliverable("mail.too_large", **known)
        if code == _ENDS:
            return MailError("mail.turned_away", server=said["server"], said=_heard(answer))
        return (Undeliverable if code >= _FOR_GOOD else Delayed)(f"mail.{kind}", **known)

    def _lost(self, error: BaseException, key: str) -> MailError:
        """Why the connection is of no use any more; what smtplib reports as broken off may have been too slow."""
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return MailError("mail.slow", server=self._server.shown, seconds=f"{self._limit:g}")
        return MailError(key, server=self._server.shown)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _spec(message: EmailMessage, header: str) -> str:
    found: Address = message[header].addresses[0]
    return found.addr_spec


def _heard(answer: bytes | str) -> str:
    """What a server said, fit for a sentence."""
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return line(words)[:_SAID]


def _unproven(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in (*_EXPIRED, *_NOT_YET):
        return "mail.expired"
    return "mail.other_name" if error.verify_code in _OTHER_NAME else "mail.unknown_authority"

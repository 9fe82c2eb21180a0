"""A real mail server on the loopback, as good-natured or as difficult as a test wants it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.store.secured import Authority

USER, PASSWORD = "crm@example.com", "authorised-1"


@dataclass
class Mailbox:
    """What the server took, and what it refuses: answers to RCPT by address, to MAIL and to DATA ("" = taken)."""

    letters: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    content: str = ""

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if not self.sender:
            envelope.mail_from = address
        return self.sender or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address not in self.refused:
            envelope.rcpt_tos.append(address)
        return self.refused.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.content:
            assert isinstance(envelope.content, bytes)
            found = message_from_bytes(envelope.content, policy=default)
            assert isinstance(found, EmailMessage)
            self.letters.append(found)
        return self.content or "250 OK"


def port() -> int:
    """A port that is free just now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        found: int = tried.getsockname()[1]
        return found


@contextmanager
def running(
    box: Mailbox, at: int, tls: ssl.SSLContext | None = None, login: bool = False, begins: bool = True, size: int = 0
) -> Iterator[None]:
    """``box`` behind port ``at``: with ``tls`` by STARTTLS where it ``begins`` plain, else from the first byte."""

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        right = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=False)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=at,
        ssl_context=None if begins else tls,
        tls_context=tls if begins else None,
        require_starttls=bool(tls and begins),
        authenticator=known if login else None,
        auth_required=login,
        data_size_limit=size or None,
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def certificate(authority: Authority, folder: Path, host: str = "localhost", **days: int) -> ssl.SSLContext:
    """What a server shows that ``authority`` vouches for."""
    shown, key = authority.certificate(host, **days)
    path = folder / f"{host}.pem"
    path.write_bytes(shown + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@contextmanager
def silent(greeting: bytes = b"") -> Iterator[int]:
    """A port that takes connections, says ``greeting``, and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        open_: list[socket.socket] = []

        def take() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    line.sendall(greeting)
                    open_.append(line)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for line in open_:
                line.close()

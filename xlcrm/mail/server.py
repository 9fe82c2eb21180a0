"""Through which mail server this machine sends: a small file in the user's folder, never the password."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from email.errors import HeaderParseError
from email.headerregistry import Address
from ipaddress import ip_address
from pathlib import Path

from xlcrm.errors import MailError

PORTS = {"starttls": 587, "tls": 465, "plain": 25}
"""How the line is protected, with the usual port of each: STARTTLS, TLS from the first byte, not at all."""
_NAME = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+", re.ASCII)
_LARGEST = 100_000  # bytes; the file is a few hundred


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server: ``user`` logs in ("" = nobody does), ``sender`` is the address that letters come from.

    ``security`` is a key of ``PORTS``; ``authority`` a file with the certificates of a firm that signs its own.
    """

    host: str
    port: int
    user: str
    sender: str
    security: str
    authority: str = ""

    @property
    def login(self) -> str:
        """What the password is kept under in the system's keyring."""
        return f"smtp {self.user}@{self.host}:{self.port}"

    @property
    def shown(self) -> str:
        """The server as sentences name it."""
        return f"{self.host}:{self.port}"

    @property
    def open_line(self) -> bool:
        """Whether others could read what is sent: an unprotected line that leaves this machine."""
        return self.security == "plain" and not loopback(self.host)


def server(host: str, sender: str, user: str = "", port: int = 0, security: str = "", authority: str = "") -> Server:
    """A server as a person describes it; what is left out follows from the rest. MailError for what cannot be meant.

    Without ``security`` the line is protected: TLS at port 465, else STARTTLS, and plain only within this machine.
    """
    host = host.strip()
    if not host or any(letter.isspace() or letter in "/@:" for letter in host.replace("::", "")):
        raise MailError("mail.bad_host", host=host)
    if not security:
        security = "tls" if port == PORTS["tls"] else "plain" if loopback(host) else "starttls"
    if not 0 <= port < 65536:
        raise MailError("mail.bad_port", port=port)
    if address(sender) is None:
        raise MailError("mail.bad_sender", address=sender)
    return Server(host, port or PORTS[security], user.strip(), sender.strip(), security, authority)


def load(path: Path) -> Server | None:
    """The server in ``path``; None where none was ever set. MailError when the file cannot be understood."""
    try:
        if path.stat().st_size > _LARGEST:
            raise MailError("mail.damaged", path=path)
        found = json.loads(path.read_text("utf-8"))
        said = {item.name: found[item.name] for item in fields(Server)}
        if not all(isinstance(value, int if name == "port" else str) for name, value in said.items()):
            raise MailError("mail.damaged", path=path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise MailError("mail.damaged", path=path) from error
    if said["security"] not in PORTS:
        raise MailError("mail.damaged", path=path)
    return server(**said)


def save(path: Path, chosen: Server) -> None:
    """Keep ``chosen`` in ``path``, whole or not at all. MailError when the folder cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(chosen), ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise MailError("mail.unwritable", path=path) from error


def forget(path: Path) -> None:
    """Send through no server any more. MailError when the file cannot be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise MailError("mail.unwritable", path=path) from error


def loopback(host: str) -> bool:
    """Whether ``host`` is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def address(written: str) -> Address | None:
    """An e-mail address (a domain of other letters as mail servers know it); None for what is none."""
    name, _, domain = written.strip().rpartition("@")
    if not _NAME.fullmatch(name) or not domain or not domain.isprintable():
        return None
    try:
        return Address(username=name, domain=domain.encode("idna").decode("ascii"))
    except (HeaderParseError, IndexError, UnicodeError, ValueError):
        return None

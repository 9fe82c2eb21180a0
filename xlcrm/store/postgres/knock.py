"""Knocking at a server's door without logging in: libpq says why it was turned away only in words, in the server's language.

The first messages of PostgreSQL's protocol: ask for TLS, say who wants in, read the refusal's SQLSTATE or that a password is
asked.
"""

from __future__ import annotations

import socket
import ssl
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from xlcrm.store.postgres.address import SYSTEM, Address

REACH = 10  # seconds to wait for a server that does not answer
_TLS = 80877103
_PROTOCOL = 196608
_LARGEST = 100_000  # bytes of one answer; a refusal is a few hundred
_SOCKETS = ("/var/run/postgresql", "/tmp")  # noqa: S108 - where servers and libpq meet when no host is named


class NoTls(Exception):
    """The server speaks no TLS."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said at its door.

    ``state`` is the SQLSTATE of a refusal before any password was asked, "" without one. Where TLS was demanded: its
    ``version``, the ``names`` that the certificate is for, and the day until which it holds.
    """

    state: str
    version: str = ""
    names: tuple[str, ...] = ()
    until: str = ""


def knock(address: Address) -> Answer:
    """Ask the first host of ``address``. OSError: nobody there; ssl.SSLError: no proof of who it is; NoTls."""
    name, way = address.hosts[0]
    with _reach(way, address.port) as plain:
        if address.roots is None:
            return Answer(_refusal(plain, address))
        plain.sendall(struct.pack("!II", 8, _TLS))
        if plain.recv(1) != b"S":
            raise NoTls
        context = ssl.create_default_context(cafile=None if address.roots == SYSTEM else address.roots)
        with context.wrap_socket(plain, server_hostname=name or way) as line:
            found = line.getpeercert() or {}
            names = tuple(str(name[1]) for name in found.get("subjectAltName", ()))  # pairs of kind and name
            ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)
            return Answer(_refusal(line, address), line.version() or "", names, f"{ends:%Y-%m-%d}")


def _reach(way: str, port: int) -> socket.socket:
    place = f".s.PGSQL.{port}"
    if not way:
        way = next((folder for folder in _SOCKETS if (Path(folder) / place).exists()), "localhost")
    if not way.startswith("/"):
        return socket.create_connection((way, port), REACH)
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(REACH)
        line.connect(f"{way}/{place}")
    except OSError:
        line.close()
        raise
    return line


def _refusal(line: socket.socket, address: Address) -> str:
    """The SQLSTATE with which the server turns this login away at once; "" where it asks for a proof, or lets it in."""
    said = b"".join(part.encode() + b"\0" for part in ("user", address.user, "database", address.database)) + b"\0"
    line.sendall(struct.pack("!II", len(said) + 8, _PROTOCOL) + said)
    kind, size = _exactly(line, 1), struct.unpack("!I", _exactly(line, 4))[0]
    if kind != b"E" or size > _LARGEST:
        return ""
    fields = _exactly(line, size - 4).split(b"\0")
    return next((one[1:].decode() for one in fields if one[:1] == b"C"), "")


def _exactly(line: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = line.recv(count - len(found))
        if not part:
            raise ConnectionResetError
        found += part
    return found

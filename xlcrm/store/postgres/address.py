"""The address of a PostgreSQL server, taken apart: who logs in where, and how safe the way must be.

Beyond this machine the server must prove who it is (TLS, sslmode=verify-full): a password, or a customer's phone number, is
not sent to whoever answers. A weaker mode in the address is refused unless ``weak_tls=yes`` stands beside it.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl

from xlcrm.errors import UsageError

SCHEMES = ("postgresql", "postgres")
SAFE = "verify-full"
SYSTEM = "system"  # libpq's word for the system's own certificates
_FORCED = "weak_tls"
_MEANING = re.compile(r"[%&#+?\s]")
_LOCAL_NAMES = ("", "localhost")
_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True, slots=True)
class Address:
    """A server's address: ``url`` as libpq takes it, ``demands`` what xlcrm adds to it.

    ``hosts`` are (name, where to reach it) with "" for the socket of libpq's own choice; ``roots`` is the file of certificates
    that the server's must be signed by, ``SYSTEM`` for the system's own, None where the server proves nothing. ``weak`` is the
    mode that somebody forced, "" otherwise.
    """

    url: str
    shown: str
    user: str
    database: str
    hosts: tuple[tuple[str, str], ...]
    port: int
    local: bool
    password: bool
    roots: str | None
    weak: str
    demands: Mapping[str, str]

    @property
    def login(self) -> str:
        """Who logs in where, as passwords are kept by: person@host:port."""
        return f"{self.user}@{','.join(name or way for name, way in self.hosts)}:{self.port}"

    @property
    def store(self) -> str:
        """The store as this person knows it, whatever else the address says: person@host:port/database."""
        return f"{self.login}/{self.database}"


def shown(url: str) -> str:
    """``url`` for messages: without a password."""
    base, _, query = url.partition("?")  # not urlunsplit: it takes the slashes from an address without a host
    kind, slashes, rest = base.partition("://")
    netloc, slash, path = rest.partition("/")
    login, at, place = netloc.rpartition("@")
    told = [(name, value) for name, value in parse_qsl(query) if name != "password"]
    return _joined(f"{kind}{slashes}{login.partition(':')[0]}{at}{place}{slash}{path}", told)


def secret(url: str) -> str:
    """The password in ``url``, "" without one. UsageError where the address makes no sense."""
    return _parts(url).get("password", "")


def parse(url: str) -> Address:
    """Take ``url`` apart. UsageError: it makes no sense, or asks for less safety than a server elsewhere must give."""
    bare, forced = _unforced(url)
    said = _parts(bare)
    from psycopg.pq import Conninfo

    found = {one.keyword.decode(): one.val.decode() for one in Conninfo.get_defaults() if one.val is not None} | said
    names, ways = found.get("host", "").split(","), found.get("hostaddr", "").split(",")
    if "host" not in said and "hostaddr" in said:
        names = [""] * len(ways)
    hosts = tuple((name, (ways[place] if place < len(ways) else "") or name) for place, name in enumerate(names or [""]))
    # Any other place than this machine counts, and a service file may name one.
    local = all(_here(part) for host in hosts for part in host) and not ("service" in said and "host" not in said)
    mode, demands, roots = said.get("sslmode", SAFE), {}, None
    if "gssencmode" not in said:
        demands["gssencmode"] = "disable"  # Kerberos may prove who we are; what travels goes through TLS
    if not local:
        if mode != SAFE and not forced:
            raise UsageError("login.weak", path=shown(url), mode=mode)
        demands["sslmode"] = mode
    if mode == SAFE and (not local or "sslmode" in said):
        roots = found.get("sslrootcert") or _own_roots()
        demands["sslrootcert"] = roots
    port = found.get("port", "").partition(",")[0] or "5432"
    if not port.isdigit():
        raise UsageError("store.bad_address", path=shown(url))
    user = found.get("user", "")
    return Address(
        url=bare,
        shown=shown(url),
        user=user,
        database=found.get("dbname") or user,
        hosts=hosts,
        port=int(port),
        local=local,
        password=bool(said.get("password")),
        roots=roots,
        weak="" if local or mode == SAFE else mode,
        demands=demands,
    )


def with_roots(url: str, path: Path) -> str:
    """``url`` with the certificates in ``path`` as those that the server's must be signed by."""
    base, _, query = url.partition("?")
    rest = [(name, value) for name, value in parse_qsl(query) if name != "sslrootcert"]
    return _joined(base, [*rest, ("sslrootcert", str(path))])


def _joined(base: str, told: list[tuple[str, str]]) -> str:
    """An address of its parts; what means something in an address is written as %XX, Chinese stays readable."""
    query = "&".join(f"{name}={_MEANING.sub(lambda one: f'%{ord(one[0]):02X}', value)}" for name, value in told)
    return f"{base}?{query}" if query else base


def _parts(url: str) -> dict[str, str]:
    """What ``url`` says by itself, in libpq's names. UsageError: it makes no sense, or there is no libpq."""
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise UsageError("store.no_driver") from error
    try:
        return {name: str(value) for name, value in conninfo_to_dict(_unforced(url)[0]).items() if value is not None}
    except (ProgrammingError, ValueError) as error:
        raise UsageError("store.bad_address", path=shown(url)) from error


def _unforced(url: str) -> tuple[str, bool]:
    """``url`` without our own word that forces a weaker mode, and whether it stood there."""
    base, _, query = url.partition("?")
    told = query.split("&")
    rest = "&".join(one for one in told if one.partition("=")[0] != _FORCED)
    return f"{base}?{rest}" if rest else base, f"{_FORCED}=yes" in told


def _here(host: str) -> bool:
    """Whether ``host`` can only be this machine: a socket, or the loopback."""
    if host in _LOCAL_NAMES or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _own_roots() -> str:
    """The company's certificates where they were put for libpq, else those of the system."""
    own = Path.home() / ".postgresql" / "root.crt"
    places = [str(own), ssl.get_default_verify_paths().cafile, *_BUNDLES]
    return next((place for place in places if place and Path(place).is_file()), SYSTEM)

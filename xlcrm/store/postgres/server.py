"""Reaching a PostgreSQL server: connections, the password for them, and why there is none."""

from __future__ import annotations

import logging
import os
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, QueuePool, create_engine

from xlcrm.crypto import passwords
from xlcrm.errors import Away, StoreError, UsageError
from xlcrm.store.postgres.address import SYSTEM, Address, parse, shown
from xlcrm.store.postgres.knock import REACH, NoTls, knock
from xlcrm.store.postgres.roles import OWNER

WAIT = 60.0  # seconds to wait for others who write
PASSWORD = "XLCRM_PASSWORD"  # noqa: S105 - the name of a variable of the environment
for _library in ("psycopg", "sqlalchemy.pool"):  # a connection that breaks is told in a sentence, not in their words
    logging.getLogger(_library).setLevel(logging.CRITICAL)
_TYPED = 3  # attempts at a prompt
_TRIES = 3  # at a login that breaks off although the server answers at its door
_PAUSE = 0.2  # seconds before the second one, twice as long before the third
# What libpq itself says of a line that broke: in English, as long as the program asks for no other language of the C library.
_BROKEN = re.compile(
    "closed the connection|has been closed|connection is (lost|closed)|reset by peer|roken pipe|EOF|(send|receive) data"
)
_EXPIRED, _NOT_YET = 10, 9  # OpenSSL's verdicts about a certificate
_AWAY = ("57P01", "57P02", "57P03")  # it is starting, or on its way down

Ask = Callable[[str], str]
"""Asks a person for the password of a login (person@host:port); "" where they give none."""


class Tell(Protocol):
    """Tells a person something beside the result: a sentence of the catalogue with its values."""

    def __call__(self, key: str, **values: object) -> None: ...


# Whoever may read the store whole reads its tables, everybody else the views before them (seen.py).
_WHOLE = f"SELECT set_config('search_path', 'xlcrm', false) FROM pg_roles WHERE rolname = '{OWNER}' AND pg_has_role(oid, 'USAGE')"


def _silent(key: str, **values: object) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is at this end: how they are asked for a password (not at all without ``ask``) and told something; their clock."""

    ask: Ask | None = None
    tell: Tell = _silent
    clock: Callable[[], datetime] = datetime.now


NOBODY = Caller()


def engine(url: str, wait: float = WAIT, caller: Caller = NOBODY) -> Engine:
    """Connections to the server at ``url``, made when first needed. UsageError: no driver, or an address that cannot be used."""
    address = parse(url)
    if address.weak:
        caller.tell("login.weak_used", path=address.shown, mode=address.weak)
    connect = _Login(address, wait, caller).connect
    return create_engine("postgresql+psycopg://", creator=connect, poolclass=QueuePool, pool_size=2, use_native_hstore=False)


def change_password(url: str, caller: Caller) -> bool:
    """Ask for the password of ``url`` and keep it once it worked; False, and none is kept, where the login needs none."""
    address = parse(url)
    login = _Login(address, WAIT, caller)
    if (found := login.entered(None)) is not None:
        found.close()
        return False
    login.typed(False).close()
    return True


class _Login:
    """Gets in with what libpq finds by itself (~/.pgpass, Kerberos, the system's account), else with the kept password, else with
    one that a person types.
    """

    def __init__(self, address: Address, wait: float, caller: Caller) -> None:
        self._address = address
        # Compiling a query through the views takes longer than any of ours.
        self._options = f"-c search_path=xlcrm_seen,xlcrm -c lock_timeout={round(wait * 1000)} -c jit=off"
        self._options += " -c client_min_messages=warning"
        self._caller = caller
        self._password = None if address.password else os.environ.get(PASSWORD) or None

    def connect(self) -> Any:
        """A connection by the first way that works; StoreError where none does."""
        if (found := self.entered(self._password)) is not None:
            return found
        if self._address.password or self._password is not None:
            raise StoreError("login.password", path=self._address.shown, login=self._address.login)
        kept = passwords.kept(self._address.login)
        if kept is not None and (found := self.entered(kept)) is not None:
            self._password = kept
            return found
        return self.typed(kept is not None)

    def typed(self, other: bool) -> Any:
        """With a password that a person types; ``other``: the kept one was refused. Kept only after it worked."""
        path, login = self._address.shown, self._address.login
        ask, tell = self._caller.ask, self._caller.tell
        if ask is None:
            raise StoreError("login.kept_refused" if other else "login.password_needed", path=path, login=login)
        if other:
            tell("login.asked_anew", login=login)
        for _ in range(_TYPED):
            typed = ask(login)
            if not typed:
                raise StoreError("login.password_needed", path=path, login=login)
            found = self.entered(typed)
            if found is None:
                tell("login.typed_refused", login=login)
                continue
            self._password = typed
            kept = passwords.keep(login, typed)
            tell("login.kept" if kept else "login.not_kept", login=login)
            return found
        raise StoreError("login.password", path=path, login=login)

    def entered(self, password: str | None) -> Any:
        """A connection; None where the server wants another password. StoreError where none would help.

        What broke off on the way says nothing about the password: it is tried again while the server answers at its door.
        """
        import psycopg

        attempt = 1
        while True:
            try:
                return self.connected(password)
            except psycopg.OperationalError as error:
                if _wants_password(error, self._address):
                    return None
                if refused := refusal(error, self._address, attempt < _TRIES):
                    raise refused from error
            time.sleep(_PAUSE * attempt)
            attempt += 1

    def connected(self, password: str | None) -> Any:
        """A connection; psycopg.OperationalError where there is none."""
        import psycopg

        more: dict[str, Any] = {**self._address.demands, **({"password": password} if password is not None else {})}
        try:
            found = psycopg.connect(
                self._address.url,
                options=self._options,
                connect_timeout=REACH,
                client_encoding="UTF8",
                application_name="xlcrm",
                keepalives_idle=30,
                **more,
            )
        except psycopg.ProgrammingError as error:  # an address that libpq cannot read
            raise UsageError("store.bad_address", path=self._address.shown) from error
        found.execute(_WHOLE)
        found.commit()
        return found


def refusal(error: Exception, address: Address, again: bool = False) -> StoreError | None:
    """Why there was no connection; None where it may come about ``again``: it broke off, or the server was only just starting.

    The server's own words may be in any language, so that the way to it is tried.
    """
    from psycopg.errors import ConnectionTimeout

    path, said, words = address.shown, _said(error), str(error).strip().splitlines() or [""]
    name, way = address.hosts[0]
    host = name or way
    if way and not way.startswith("/"):
        try:
            socket.getaddrinfo(way, address.port)
        except OSError:
            return Away("store.unknown_host", path=path, host=way)
    if isinstance(error, ConnectionTimeout):  # waiting once is enough
        return Away("store.away", path=path)
    if address.roots not in (None, SYSTEM) and not Path(address.roots or "").is_file():
        return StoreError("login.no_roots", path=path, file=address.roots)
    try:
        answer = knock(address)
    except NoTls:
        return StoreError("login.no_tls", path=path, host=host)
    except ssl.SSLCertVerificationError as wrong:
        return _unproven(wrong, path, host)
    except ssl.SSLError as wrong:
        return StoreError("login.tls", path=path, said=wrong.reason or "")
    except OSError:
        return Away("store.away", path=path)
    if answer.state in _AWAY:
        return Away("store.away", path=path)
    if answer.state == "53300":
        return StoreError("store.server_busy", path=path)
    if _names(said, address.database) and not _names(said, address.user):
        return StoreError("store.no_database", path=path)
    passing = not _names(said, address.user) if said else _broke_off(error)
    if passing and again and not answer.state:
        return None
    if passing and not said:
        return Away("store.broken_off", path=path)
    return StoreError("store.login", path=path, said=said.splitlines()[0] if said else words[-1])


def _broke_off(error: Exception) -> bool:
    """Whether the line broke, or the server ended the connection when it was already made."""
    return getattr(error, "sqlstate", None) in _AWAY or bool(_BROKEN.search(str(error)))


def _unproven(wrong: ssl.SSLCertVerificationError, path: str, host: str) -> StoreError:
    """What is wrong with the server's certificate."""
    if wrong.verify_code == _EXPIRED:
        return StoreError("login.expired", path=path, host=host)
    if wrong.verify_code == _NOT_YET:
        return StoreError("login.not_yet", path=path, host=host)
    if "mismatch" in wrong.verify_message:  # a host's or an address's: two codes, whose numbers differ between versions
        return StoreError("login.other_host", path=path, host=host)
    return StoreError("login.unknown_authority", path=path, host=host)


def _wants_password(error: Exception, address: Address) -> bool:
    """Whether another password might help: none was found, or the server did not accept it."""
    talked = getattr(error, "pgconn", None)
    if talked is None:
        return False
    return bool(talked.needs_password or (talked.used_password and _names(_said(error), address.user)))


def _said(error: Exception) -> str:
    """The sentence with which the server ended the login, "" where it said none: libpq puts two spaces before it alone."""
    return str(error).strip().partition(":  ")[2]


def _names(said: str, name: str) -> bool:
    """Whether the server's sentence, in whatever language, names ``name`` in quotes."""
    return bool(re.search(rf"[\"'»„“«‘]{re.escape(name)}[\"'«“”»’]", said))


__all__ = ["Ask", "Caller", "Tell", "engine", "refusal", "shown"]

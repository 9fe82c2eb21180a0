"""Reaching a PostgreSQL server: connections, the password for them, and why there is none."""

from __future__ import annotations

import logging
import os
import re
import socket
import ssl
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
    from psycopg import OperationalError

    address = parse(url)
    login = _Login(address, WAIT, caller)
    try:
        login.connected(None).close()
    except OperationalError as error:
        if not _wants_password(error, address):
            raise refusal(error, address) from error
    else:
        return False
    login.typed(False).close()
    return True


class _Login:
    """Gets in with what libpq finds by itself (~/.pgpass, Kerberos, the system's account), else with the kept password, else with
    one that a person types.
    """

    def __init__(self, address: Address, wait: float, caller: Caller) -> None:
        self._address = address
        self._options = f"-c search_path=xlcrm_seen,xlcrm -c lock_timeout={round(wait * 1000)} -c client_min_messages=warning"
        self._caller = caller
        self._password = None if address.password else os.environ.get(PASSWORD) or None

    def connect(self) -> Any:
        """A connection by the first way that works; StoreError where none does."""
        import psycopg

        given = self._address.password or self._password is not None
        try:
            return self.connected(self._password)
        except psycopg.OperationalError as error:
            if given or not _wants_password(error, self._address):
                raise refusal(error, self._address) from error
        kept = passwords.kept(self._address.login)
        if kept is not None:
            try:
                found = self.connected(kept)
            except psycopg.OperationalError as error:
                if not _wants_password(error, self._address):
                    raise refusal(error, self._address) from error
            else:
                self._password = kept
                return found
        return self.typed(kept is not None)

    def typed(self, other: bool) -> Any:
        """With a password that a person types; ``other``: the kept one was refused. Kept only after it worked."""
        import psycopg

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
            try:
                found = self.connected(typed)
            except psycopg.OperationalError as error:
                if not _wants_password(error, self._address):
                    raise refusal(error, self._address) from error
                tell("login.typed_refused", login=login)
                continue
            self._password = typed
            kept = passwords.keep(login, typed)
            tell("login.kept" if kept else "login.not_kept", login=login)
            return found
        raise StoreError("login.password", path=path, login=login)

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


def refusal(error: Exception, address: Address) -> StoreError:
    """Why there was no connection: libpq's own words may be in any language, so that the way to the server is tried."""
    from psycopg.errors import ConnectionTimeout

    path, said = address.shown, str(error).strip().splitlines()[-1] if str(error).strip() else ""
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
    if _wants_password(error, address):
        return StoreError("login.password", path=path, login=address.login)
    return StoreError("store.login", path=path, said=said)


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
    if talked.needs_password:
        return True
    said = str(error).strip().splitlines()[-1]
    return bool(talked.used_password) and (_names(said, address.user) or not _names(said, address.database))


def _names(said: str, name: str) -> bool:
    """Whether the server's sentence, in whatever language, names ``name`` in quotes."""
    return bool(re.search(rf"[\"'»„“«‘]{re.escape(name)}[\"'«“”»’]", said))


__all__ = ["Ask", "Caller", "Tell", "engine", "refusal", "shown"]

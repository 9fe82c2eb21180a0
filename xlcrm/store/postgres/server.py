"""Reaching a PostgreSQL server: its address, a connection, and why there is none."""

from __future__ import annotations

import os
import socket
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy import Engine, QueuePool, create_engine

from xlcrm.errors import StoreError, UsageError

SCHEMES = ("postgresql", "postgres")
WAIT = 60.0  # seconds to wait for others who write
_REACH = 10  # seconds to wait for a server that does not answer
_DEFAULT_PORT = 5432


def shown(url: str) -> str:
    """``url`` for messages: without a password."""
    parts = urlsplit(url)
    login, at, place = parts.netloc.rpartition("@")
    told = [(name, value) for name, value in parse_qsl(parts.query) if name != "password"]
    return urlunsplit(parts._replace(netloc=login.partition(":")[0] + at + place, query=urlencode(told, safe="/:,")))


def engine(url: str, wait: float = WAIT) -> Engine:
    """Connections to the server at ``url``, made when first needed. UsageError: the driver is not installed."""
    try:
        import psycopg
    except ImportError as error:
        raise UsageError("store.no_driver") from error
    options = f"-c search_path=xlcrm -c lock_timeout={round(wait * 1000)} -c client_min_messages=warning"

    def connect() -> Any:
        try:
            return psycopg.connect(
                url, options=options, connect_timeout=_REACH, client_encoding="UTF8", application_name="xlcrm", keepalives_idle=30
            )
        except psycopg.OperationalError as error:
            raise refusal(error, url) from error
        except psycopg.ProgrammingError as error:  # an address that libpq cannot read
            raise UsageError("store.bad_address", path=shown(url)) from error

    return create_engine("postgresql+psycopg://", creator=connect, poolclass=QueuePool, pool_size=2, use_native_hstore=False)


def refusal(error: Exception, url: str) -> StoreError:
    """Why the server at ``url`` gave no connection; its own words may be in any language, so that the way to it is tried."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    path, said = shown(url), str(error).strip().splitlines()[-1] if str(error).strip() else ""
    try:
        where = conninfo_to_dict(url)
    except ProgrammingError:
        where = {}
    host = str(where.get("host") or os.environ.get("PGHOST") or "")
    port = int(str(where.get("port") or os.environ.get("PGPORT") or _DEFAULT_PORT).partition(",")[0])
    if host and not host.startswith("/") and "," not in host:
        try:
            socket.getaddrinfo(host, port)
        except OSError:
            return StoreError("store.unknown_host", path=path, host=host)
    if not _answers(host, port):
        return StoreError("store.away", path=path)
    if "3D000" in said or ("database" in said and "does not exist" in said):
        return StoreError("store.no_database", path=path)
    return StoreError("store.login", path=path, said=said)


def _answers(host: str, port: int) -> bool:
    """Whether anybody listens there. Without a host libpq knows the place of the socket better than we do."""
    if not host or "," in host:
        return False
    try:
        if host.startswith("/"):
            with socket.socket(socket.AF_UNIX) as tried:
                tried.settimeout(_REACH)
                tried.connect(f"{host}/.s.PGSQL.{port}")
        else:
            socket.create_connection((host, port), _REACH).close()
    except OSError:
        return False
    return True

"""How this connection reaches the server, for a person who wants to know."""

from __future__ import annotations

from sqlalchemy import Connection

from xlcrm.store.base import Link
from xlcrm.store.postgres.address import parse
from xlcrm.store.postgres.knock import NoTls, knock

_ASKED = """SELECT inet_client_addr() IS NULL AS socket, s.ssl, s.version
FROM (VALUES (pg_backend_pid())) me(pid) LEFT JOIN pg_stat_ssl s USING (pid)"""


def link(connection: Connection, path: str) -> Link:
    """The way of ``connection``, and what the certificate of the server at the address ``path`` says."""
    found, address = connection.exec_driver_sql(_ASKED).one(), parse(path)
    if found.socket:
        return Link("socket")
    if not found.ssl:
        return Link("loopback" if address.local else "plain")
    if address.roots is None:
        return Link("unproven", found.version)
    try:
        answer = knock(address)
    except (OSError, NoTls):  # libpq was content, which is what counts; only the details are missing
        return Link("tls", found.version)
    return Link("tls", found.version, answer.names, answer.until)

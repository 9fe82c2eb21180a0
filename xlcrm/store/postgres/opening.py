"""Opening a team's store, and making or migrating one: who opens changes nothing, who makes or migrates does it all or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table

from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import StoreError
from xlcrm.match.caps import VERSION
from xlcrm.model.identity import new_rid
from xlcrm.store import migrations, unlocking
from xlcrm.store.postgres import catalog, roles, server
from xlcrm.store.postgres.faults import explained
from xlcrm.store.postgres.store import PostgresStore
from xlcrm.store.rekey import rekey, stale
from xlcrm.store.schema import META

_APART = 120  # seconds between two clocks that a person is told of


def open(
    url: str,
    cipher: Cipher | None = None,
    ask: keys.Ask | None = None,
    wait: float = server.WAIT,
    caller: server.Caller = server.NOBODY,
) -> PostgresStore:
    """Open the store in the database ``url`` (postgresql://person@host/database).

    Without a ``cipher`` the keys come from where crypto/keys.py looks; ``ask`` prompts for a passphrase; ``wait``: seconds to
    wait for other writers; ``caller`` is asked for the database's password and told what is odd. StoreError: unknown host, server
    away, login refused, a server that does not prove who it is, no store there, not a member, older or newer schema. KeysError:
    no key, or another store's. UsageError: no driver, an address that makes no sense, or is less safe than it must be.
    """
    path = server.shown(url)
    engine = server.engine(url, wait, caller)
    try:
        with explained(path), engine.connect() as connection:
            _check_member(connection, path)
            if migrations.behind(connection, path) or stale(connection):
                found = migrations.version(connection)
                raise StoreError("store.older", path=path, found=found, known=migrations.LATEST)
            asked = "SELECT session_user::text, current_schema() = %s, extract(epoch FROM clock_timestamp())"
            account, whole, now = connection.exec_driver_sql(asked, (catalog.SCHEMA,)).one()
            _compare_clocks(float(now), caller)
            cipher = unlocking.unlock(connection, cipher, ask)
    except BaseException:
        engine.dispose()
        raise
    return PostgresStore(engine, cipher, path, account, whole)


def create(
    url: str,
    name: str,
    rights: Iterable[str],
    moment: datetime,
    cipher: Cipher | None = None,
    ask: keys.Ask | None = None,
    caller: server.Caller = server.NOBODY,
) -> PostgresStore:
    """Make a store in the database ``url``: roles, tables, functions, keys, and this login as its first person.

    ``name`` is what colleagues call that person, ``rights`` codes of roles. Needs a login that may create roles and a schema.
    StoreError as ``open``; also where a store, or anything of that name, is there already.
    """
    path = server.shown(url)
    engine = server.engine(url, caller=caller)
    try:
        with explained(path), engine.connect() as connection, connection.begin():
            check_free(connection, path)
            store_id, sealed = new_rid(), None
            if cipher is None:
                found, sealed = keys.create(store_id, ask, shared=True)
                cipher = Cipher(found)
            roles.prepare(connection)
            migrations.migrate(connection, path)
            rows = {"store_id": store_id, "check": cipher.check(store_id), "passphrase": sealed, "head": None}
            rows["keys"] = str(VERSION)
            connection.execute(META.insert(), [{"name": key, "value": value} for key, value in rows.items()])
    finally:
        engine.dispose()
    store = open(url, cipher, caller=caller)
    store.ensure_person(store.account, name, rights, moment)
    return store


def migrate(
    url: str, cipher: Cipher | None = None, ask: keys.Ask | None = None, caller: server.Caller = server.NOBODY
) -> tuple[int, int]:
    """Bring the store at ``url`` to this program's version and make its functions anew; (version before, version now).

    Needs a member of the owner's role; and the store's keys (as ``open``) where those of its customers are made anew. Nothing
    changes where a step fails. StoreError, KeysError as ``open``.
    """
    path = server.shown(url)
    engine = server.engine(url, caller=caller)
    try:
        with explained(path), engine.connect() as connection, connection.begin():
            _check_member(connection, path)
            roles.become_owner(connection)
            before = migrations.version(connection)
            connection.exec_driver_sql("SELECT 1 FROM meta WHERE name = 'head' FOR UPDATE")  # nobody writes meanwhile
            migrations.migrate(connection, path)
            catalog.create(connection)
            if stale(connection):
                rekey(connection, unlocking.unlock(connection, cipher, ask), partial(_copy, connection))
                connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('face', 'id'), max(id)) FROM face")
            return before, migrations.version(connection)
    finally:
        engine.dispose()


def _compare_clocks(now: float, caller: server.Caller) -> None:
    """Tell the person when the machine's clock is not the server's (``now``, in seconds since 1970): the server's is stamped."""
    here, there = caller.clock(), datetime.fromtimestamp(round(now))
    if abs((there - here).total_seconds()) > _APART:
        caller.tell("login.clock", here=f"{here:%Y-%m-%d %H:%M:%S}", there=f"{there:%Y-%m-%d %H:%M:%S}")


def _copy(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    raw: Any = connection.connection.dbapi_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _schema(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT to_regnamespace(%s) IS NOT NULL", (catalog.SCHEMA,)).scalar())


def check_free(connection: Connection, path: str) -> None:
    """StoreError where a store, or anything of its name, is in the database already."""
    if _schema(connection):
        known = bool(migrations.version(connection))
        raise StoreError("store.exists" if known else "store.not_ours", path=path)


def _check_member(connection: Connection, path: str) -> None:
    """StoreError where there is no store, or none for this login."""
    if not _schema(connection):
        raise StoreError("store.not_initialised", path=path)
    asked = "SELECT session_user, has_schema_privilege(%s, 'USAGE')"
    account, member = connection.exec_driver_sql(asked, (catalog.SCHEMA,)).one()
    if not member:
        raise StoreError("store.not_member", path=path, account=account)


__all__ = ["check_free", "create", "migrate", "open"]

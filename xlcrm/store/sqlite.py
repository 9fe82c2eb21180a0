"""The embedded store: one SQLite file on the machine of its owner.

Opening checks first and changes nothing that it cannot finish: a share, a foreign file, a newer schema or another key end
with a sentence, not with a half-made store.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, select

from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher, Keys
from xlcrm.errors import StoreError
from xlcrm.match.caps import VERSION
from xlcrm.model.identity import new_rid
from xlcrm.store import migrations, unlocking
from xlcrm.store.faults import explained
from xlcrm.store.rekey import rekey, stale
from xlcrm.store.schema import META, insert
from xlcrm.store.share import on_share, writable
from xlcrm.store.sql import SqlStore

WAIT = 60.0  # seconds; a writer of 100,000 rows holds the lock for about ten
SOON = 2.0  # seconds after which a person wants to know what the waiting is for
logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)  # Ctrl-C while closing is no fault to print a traceback for
_MAGIC = b"SQLite format 3\0"


def open(
    url: str | Path,
    cipher: Cipher | None = None,
    ask: keys.Ask | None = None,
    create: bool = True,
    wait: float = WAIT,
    busy: Callable[[], None] | None = None,
) -> SqlStore:
    """Open the store in the file ``url`` (a path, or sqlite:///path), making it where there is none and ``create`` holds.

    Without a ``cipher`` the keys come from where crypto/keys.py looks; ``ask`` prompts for a passphrase. ``wait``: seconds to
    wait for other writers; ``busy`` is called when it takes longer than ``SOON``. StoreError: on a share, missing, read-only,
    locked, full, no database, another program's, damaged, newer. KeysError: no key, or another store's.
    """
    path = Path(str(url).removeprefix("sqlite:///")).expanduser()
    made = None
    if cipher is None and create and not path.exists() and not on_share(path):
        store_id = new_rid()  # without a key no file is made: a store that nobody can open stands in everybody's way
        made = (store_id, *keys.create(store_id, ask))
    _check_file(path, create)
    engine = _engine(path, wait, busy)
    try:
        with explained(str(path)):
            _use_wal(engine, str(path), wait)
            with engine.connect() as connection:
                behind = migrations.behind(connection, str(path))
            if behind:
                with engine.connect().execution_options(write=True) as connection, connection.begin():
                    migrations.migrate(connection, str(path))
                    cipher = _unlock(connection, cipher, ask, made)
            else:
                with engine.connect() as connection:
                    cipher = _unlock(connection, cipher, ask, made)
            _renew_keys(engine, cipher)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine, cipher, str(path))


def version(url: str | Path) -> int:
    """The schema version of the store in an existing file. StoreError as ``open``; nothing is changed."""
    path = Path(str(url).removeprefix("sqlite:///")).expanduser()
    _check_file(path, create=False)
    engine = _engine(path, WAIT, None)
    try:
        with explained(str(path)), engine.connect() as connection:
            return migrations.version(connection)
    finally:
        engine.dispose()


def _renew_keys(engine: Engine, cipher: Cipher) -> None:
    with engine.connect() as connection:
        if not stale(connection):
            return
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        if stale(connection):
            rekey(connection, cipher, lambda table, rows: connection.exec_driver_sql(insert(table), list(rows)))


def _check_file(path: Path, create: bool) -> None:
    """StoreError for a place where no store may be, or a file that is none; makes an empty file that only its owner reads."""
    if on_share(path):
        raise StoreError("store.share", path=str(path))
    try:
        if path.is_dir():
            raise StoreError("store.not_database", path=str(path))
        if not path.exists():
            if not create:
                raise StoreError("store.missing", path=str(path))
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if not writable(path):
            raise StoreError("store.readonly", path=str(path))
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except PermissionError as error:
        raise StoreError("store.readonly", path=str(path)) from error
    except OSError as error:
        raise StoreError("store.cannot_open", path=str(path)) from error
    if start and start != _MAGIC:
        raise StoreError("store.not_database", path=str(path))


def _engine(path: Path, wait: float, busy: Callable[[], None] | None) -> Engine:
    engine = create_engine("sqlite://", creator=lambda: _connect(path, wait), poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer fails at once when another one wrote meanwhile.
        if connection.get_execution_options().get("write"):
            _begin(connection.connection.dbapi_connection, wait, busy)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _begin(connection: Any, wait: float, busy: Callable[[], None] | None) -> None:
    """Become the one writer; ``busy`` is told if that takes long."""
    if busy is not None and wait > SOON:
        connection.execute(f"PRAGMA busy_timeout={round(SOON * 1000)}")
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_BUSY:
                raise
            busy()
        finally:
            connection.execute(f"PRAGMA busy_timeout={round(wait * 1000)}")
    connection.execute("BEGIN IMMEDIATE")


def _connect(path: Path, wait: float) -> Any:
    connection = sqlite3.connect(path.absolute(), timeout=wait, isolation_level=None, check_same_thread=False)
    # FULL, not NORMAL: a receipt says "stored" and heads are printed; a power cut must not take that back.
    for pragma in ("foreign_keys=ON", "recursive_triggers=ON", "synchronous=FULL", "temp_store=MEMORY", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _use_wal(engine: Engine, path: str, wait: float) -> None:
    """Switch the file to write-ahead logging; several processes may open a new store at once, and this lock does not queue."""
    patience = time.monotonic() + wait
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        while True:
            try:
                for statement in ("PRAGMA journal_mode", "PRAGMA journal_mode=WAL"):
                    if raw.execute(statement).fetchone()[0] == "wal":
                        return
                raise StoreError("store.cannot_open", path=path)  # a place without locks or shared memory
            except sqlite3.OperationalError as error:
                if (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                    raise
                time.sleep(0.05)


def _unlock(
    connection: Connection, cipher: Cipher | None, ask: keys.Ask | None, made: tuple[str, Keys, str | None] | None
) -> Cipher:
    """The cipher of this store, made with it where it is new (of the keys ``made`` for it); KeysError if the key is missing
    or another store's.
    """
    meta: dict[str, str] = {row.name: row.value for row in connection.execute(select(META))}
    if "check" not in meta:
        store_id, sealed = new_rid(), None
        if cipher is None:
            if made is None:
                made = (store_id, *keys.create(store_id, ask))
            store_id, found, sealed = made
            cipher = Cipher(found)
        rows = {"store_id": store_id, "check": cipher.check(store_id), "passphrase": sealed, "head": None, "keys": str(VERSION)}
        connection.execute(META.insert(), [{"name": name, "value": value} for name, value in rows.items()])
        return cipher
    return unlocking.unlock(connection, cipher, ask)

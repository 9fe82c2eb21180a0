"""What the database engine complains about, as errors a person can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from xlcrm.crypto.cipher import Tampered
from xlcrm.errors import StoreError


class AccountTaken(StoreError):
    """A person with this login is there already."""


_KEYS = {
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_READONLY: "store.readonly",
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_NOTADB: "store.not_database",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_CANTOPEN: "store.cannot_open",
    sqlite3.SQLITE_IOERR: "store.disk",
    sqlite3.SQLITE_PERM: "store.readonly",
}


def translate(error: Exception, path: str) -> StoreError | None:
    """The StoreError for what the engine said, None if it is a fault of ours."""
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(cause, sqlite3.IntegrityError):
        if "person.account" in str(cause):
            return AccountTaken("store.account_taken", path=path)
        if "number" in str(cause):
            return StoreError("store.number_taken", path=path)
    if isinstance(code, int) and (key := _KEYS.get(code & 0xFF)):
        return StoreError(key, path=path)
    return None


@contextmanager
def explained(path: str, translated: Callable[[Exception, str], Exception | None] = translate) -> Iterator[None]:
    """Turn the engine's complaints within the block into errors as ``translated``; other exceptions pass."""
    try:
        yield
    except Tampered as error:
        raise StoreError("store.tampered", path=path, place=str(error)) from error
    except Exception as error:
        if said := translated(error, path):
            raise said from error
        raise

"""What PostgreSQL complains about, as errors a person can act on."""

from __future__ import annotations

from functools import partial

import psycopg

from xlcrm.errors import Away, Overtaken, StoreError, UsageError
from xlcrm.store import faults
from xlcrm.store.faults import AccountTaken
from xlcrm.store.migrations import LATEST

_KEYS = {
    "25006": "store.readonly",  # a standby, or default_transaction_read_only
    "42501": "store.denied",
    "53100": "store.full",
    "53200": "store.server_busy",
    "53300": "store.server_busy",
    "55P03": "store.locked",
    "XX001": "store.damaged",
    "XX002": "store.damaged",
}
_AWAY = {"57P01": "store.broken_off", "57P02": "store.broken_off", "57P03": "store.away"}
_FASTER = ("40001", "40P01", "XL002", "23503")


_RIGHTS = {
    "XL007": "rights.no_change",
    "XL008": "rights.too_many_asks",
    "XL009": "rights.no_reveal",
    "XL010": "rights.by_request",
    "XL011": "rights.no_erase",
    "XL012": "rights.no_keys",
    "XL013": "rights.erase_first",
}


class Faster(Exception):
    """Somebody else changed what the operation had read: read again and repeat it."""


def translate(error: Exception, path: str) -> Exception | None:
    """The error for what the server said, None if it is a fault of ours."""
    cause = getattr(error, "orig", error)
    if not isinstance(cause, psycopg.Error):
        return None
    code = cause.sqlstate or ""
    if code in _FASTER:
        return Faster(str(cause))
    if code == "23505":
        return _taken(cause.diag.constraint_name or "", path)
    if code == "XL001":
        return _other_version(cause, path)
    if code == "XL003":
        return Overtaken("store.overtaken")
    if code == "XL005":
        return StoreError("store.not_member", path=path, account=cause.diag.message_primary or "")
    if code in _RIGHTS:
        return UsageError(_RIGHTS[code])
    if code in _KEYS:
        return StoreError(_KEYS[code], path=path)
    if code in _AWAY:
        return Away(_AWAY[code], path=path)
    if isinstance(cause, psycopg.OperationalError) and not code:
        return Away("store.broken_off", path=path)
    return None


def _taken(constraint: str, path: str) -> Exception:
    if constraint == "number_own":
        return StoreError("store.number_taken", path=path)
    if constraint == "person_account":
        return AccountTaken("store.account_taken", path=path)
    return Faster(constraint)  # the same row, stored by another press at this moment


def _other_version(cause: psycopg.Error, path: str) -> StoreError:
    found = int(cause.diag.message_primary or 0)
    return StoreError("store.newer" if found > LATEST else "store.older", path=path, found=found, known=LATEST)


explained = partial(faults.explained, translated=translate)
"""Turns the server's complaints within its block into errors as ``translate``; other exceptions pass."""

"""The one log: append-only entries, chained within their operation, and a chain of operation heads.

An entry's ``payload`` is the digest of its salted contents, its ``hash`` that of the entry before, what it is about, and
``payload``: the contents can be redacted later and the chain still holds. An operation's ``head`` covers the head before,
everything about the operation, and the hash of its last entry; it is written as the transaction's last statement.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from json.encoder import encode_basestring as quote
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from xlcrm.model.identity import new_rid
from xlcrm.store.schema import ENTRY, OPERATION

if TYPE_CHECKING:
    from xlcrm.store.pen import Pen

GENESIS = "0" * 64
_SEPARATOR = "\x1f"
_FLUSH = 10_000


def encode(columns: Iterable[tuple[str, Any]]) -> str:
    """(column, value as stored) as JSON text. By hand: the encoder of the library sets itself up anew for every record."""
    said = [f'"{name}":{"null" if value is None else quote(value)}' for name, value in columns]
    return "{" + ",".join(said) + "}"


def decode(text: str) -> dict[str, Any]:
    """What an entry says of the columns before or after; empty where there was no record, or it was redacted."""
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def payload_digest(salt: str, before: str, after: str, reason: str) -> str:
    """The digest of an entry's salted contents."""
    return sha256(f"{salt}{before}\0{after}\0{reason}".encode()).hexdigest()


def entry_hash(previous: str, about: Sequence[object], payload: str) -> str:
    """The hash of an entry; ``about`` is (operation, table, rid, version from, version to, place)."""
    return sha256(_SEPARATOR.join((previous, *map(str, about), payload)).encode()).hexdigest()


def operation_head(previous: str, about: Sequence[object], last: str) -> str:
    """The head of an operation; ``about`` is its row from seq to entries, ``last`` the hash of its last entry."""
    return sha256(_SEPARATOR.join((previous, *("" if item is None else str(item) for item in about), last)).encode()).hexdigest()


@dataclass(slots=True)
class Journal:
    """The entries of one operation in the making. Nothing is written to the log if there are none."""

    pen: Pen
    kind: str
    actor: str
    roles: str
    session_user: str
    at: str
    source: str = ""
    reason: str = ""
    reverses: str | None = None
    id: str = field(default_factory=new_rid)
    start: int = 0
    count: int = 0
    hash: str = ""
    _rows: list[tuple[object, ...]] = field(default_factory=list)
    _salts: list[str] = field(default_factory=list)

    def add(
        self,
        table: str,
        rid: str,
        versions: tuple[int, int],
        before: str,
        after: str,
        place: str = "",
        reason: str = "",
    ) -> None:
        """Log one change: ``before`` and ``after`` are the changed columns as stored (see ``encode``), "" where there is none."""
        if not self.count:
            self.start = self.pen.first()
            self.hash = GENESIS
        if not self._salts:
            pool = os.urandom(16 * 1024).hex()
            self._salts = [pool[start : start + 32] for start in range(0, len(pool), 32)]
        salt = self._salts.pop()
        payload = payload_digest(salt, before, after, reason)
        about = (self.id, table, rid, *versions, place)
        self.hash = entry_hash(self.hash, about, payload)
        self._rows.append((self.start + self.count, *about, before, after, reason, salt, payload, self.hash))
        self.count += 1
        if len(self._rows) >= _FLUSH:
            self._flush()

    def close(self) -> str:
        """Write the operation and its head, the last statement of the transaction; the log's head (see ``head``)."""
        self._flush()
        return self.pen.close(self)

    def _flush(self) -> None:
        if self._rows:
            self.pen.insert(ENTRY, self._rows)
            self._rows = []


def position(connection: Connection) -> int:
    """The number of the log's last entry, also where a view hides it from this login."""
    if connection.dialect.name == "postgresql":
        return int(connection.exec_driver_sql("SELECT xlcrm.reached()").scalar_one())
    return connection.execute(select(func.max(ENTRY.c.seq))).scalar() or 0


def last(connection: Connection) -> tuple[int, str]:
    """The number of the last operation in the log, and its head."""
    found = connection.execute(select(OPERATION.c.seq, OPERATION.c.head).order_by(OPERATION.c.seq.desc()).limit(1)).first()
    return (found.seq, found.head) if found else (0, GENESIS)


def witness(seq: int, head: str) -> str:
    """A head as receipts print it, SEQ:HASH: later the log can be held against it (chain.verify)."""
    return f"{seq}:{head}"


def head(connection: Connection) -> str:
    """The head of the log as receipts print it."""
    return witness(*last(connection))

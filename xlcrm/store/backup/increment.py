"""What came into the log since the package before, without what can be worked out again.

A line of JSON each: ``["o", ...]`` an operation, ``["e", ...]`` some of its entries, in order; at the end ``["s", ...]`` rows of
tables that the log does not tell. Numbers, digests and the chain follow from what stands there and from where the parent ended:
they are computed anew when it is read back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from xlcrm.errors import StoreError
from xlcrm.store.backup.package import Manifest, Place
from xlcrm.store.chunks import among, chunks
from xlcrm.store.log import GENESIS, entry_hash, operation_head, payload_digest
from xlcrm.store.schema import DATA_KEY, ENTRY, IMPORTED, OPERATION, SQL, SUBMISSION

ABOUT = tuple(column.name for column in OPERATION.columns if column.name not in ("seq", "first", "entries", "previous", "head"))
"""The columns of OPERATION that cannot be computed."""

_AT = ABOUT.index("at")
_OPERATIONS = 500  # read at once
_ENTRIES = 5_000  # read at once
_LINE = 500  # entries of a line
_APART = 48 * 3600 * 1000  # milliseconds

Rows = list[tuple[Any, ...]]


class Unsound(Exception):
    """The log does not hold together at its ``operation`` (a number)."""

    def __init__(self, operation: int) -> None:
        super().__init__(operation)
        self.operation = operation


@dataclass(frozen=True, slots=True)
class Block:
    """Some entries of one operation, as ENTRY holds them (in the order of its columns).

    ``about`` is what ``ABOUT`` names of the operation; the last block of an operation brings its whole row of OPERATION.
    """

    about: tuple[Any, ...]
    entries: Rows
    operation: tuple[Any, ...] | None = None

    @property
    def at(self) -> str:
        """When the operation was done."""
        return str(self.about[_AT])


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows of ``table`` as they stood when the increment was made, each by column: to be put into the place of rows with the
    same primary key.

    DATA_KEY of the customers that were made; IMPORTED of the records that were touched, and of rows that were delivered again
    unchanged, whose operation has no entries and is not in the log; SUBMISSION of the operations; and of the logged tables the
    records of which an entry was redacted since.
    """

    table: str
    rows: list[dict[str, Any]]


def encode(connection: Connection, since: Place, manifest: Manifest) -> Iterator[bytes]:
    """The operations behind ``since``, with which this log begins, in the caller's snapshot; counts them in ``manifest``.

    Unsound where the log does not hold together: then only a full backup keeps it as it is.
    """
    return pack(_read(connection, since), manifest)


def pack(found: Iterable[Block | Sides], manifest: Manifest) -> Iterator[bytes]:
    """``found``, as ``decode`` gave it, for a package; counts the rows in ``manifest``."""
    counts = manifest.counts
    counts |= {OPERATION.name: 0, ENTRY.name: 0}
    about: tuple[Any, ...] = ()
    for one in found:
        if isinstance(one, Sides):
            counts[one.table] = counts.get(one.table, 0) + len(one.rows)
            yield _line("s", [one.table, list(one.rows[0]), [list(row.values()) for row in one.rows]])
            continue
        if one.about != about:
            about = one.about
            counts[OPERATION.name] += 1
            yield _line("o", about)
        counts[ENTRY.name] += len(one.entries)
        yield _line("e", [_said(row) for row in one.entries])


def decode(stream: Iterable[bytes], since: Place) -> Iterator[Block | Sides]:
    """What ``pack`` wrote: all rows of the log, complete, numbered and chained behind ``since``, block by block; then the others.

    The head of the last operation that comes out is to be held against ``Head.until``. StoreError "backup.damaged_log" for
    anything that was not written by ``pack``.
    """
    chain = _Chain(since)
    entries: Rows = []
    try:
        for what, said in map(json.loads, _lines(stream)):
            if what != "e" and chain.about:
                yield Block(chain.about, entries, chain.close())
                entries = []
            if what == "o":
                chain.begin(said)
            elif what == "e":
                if entries:
                    yield Block(chain.about, entries)
                entries = [chain.entry(*row) for row in said]
            else:
                table, names, rows = said
                yield Sides(table, [dict(zip(names, row, strict=True)) for row in rows])
        if chain.about:
            yield Block(chain.about, entries, chain.close())
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise StoreError("backup.damaged_log") from error


def _read(connection: Connection, since: Place) -> Iterator[Block | Sides]:
    """The log behind ``since``, and what goes with it; every digest is computed anew on the way."""
    of = OPERATION.c
    last = connection.execute(select(of.id).where(of.seq == since.operations)).scalar()
    chain, touched, reached = _Chain(since), _Touched(_earlier(last) if last else ""), since.operations
    while page := connection.execute(select(OPERATION).where(of.seq > reached).order_by(of.seq).limit(_OPERATIONS)).all():
        entries = _entries(connection, page)
        for done in page:
            about = tuple(getattr(done, name) for name in ABOUT)
            chain.begin(about)
            touched.operations.append(done.id)
            while some := [tuple(row) for row in islice(entries, min(_LINE, done.entries - chain.count))]:
                if [chain.entry(*_said(row)) for row in some] != some:
                    raise Unsound(done.seq)
                touched.note(some)
                yield Block(about, some)
            if chain.close() != tuple(done):
                raise Unsound(done.seq)
        reached = page[-1].seq
    yield from touched.rows(connection)


@dataclass(slots=True)
class _Touched:
    """Which rows of other tables go with what was read of the log, behind an operation with about the id ``_since``."""

    _since: str
    operations: list[str] = field(default_factory=list)
    _records: dict[str, None] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)
    _redacted: dict[str, dict[str, None]] = field(default_factory=dict)

    def note(self, entries: Rows) -> None:
        """These entries were read."""
        for one in entries:
            _, _, table, rid, was, *_, salt, _, _ = one
            self._records[rid] = None
            if table == "customer" and not was:
                self._made.append(rid)
            if not salt and table in SQL:
                self._redacted.setdefault(table, {})[rid] = None

    def rows(self, connection: Connection) -> Iterator[Sides]:
        """The rows that go with the entries."""
        unlogged = IMPORTED.c.operation >= self._since, IMPORTED.c.operation.not_in(select(OPERATION.c.id))
        if rows := [dict(row._mapping) for row in connection.execute(select(IMPORTED).where(*unlogged))]:
            yield Sides(IMPORTED.name, rows)
        wanted: list[tuple[Table, ColumnElement[Any], list[str]]] = [
            (DATA_KEY, DATA_KEY.c.customer, self._made),
            (IMPORTED, IMPORTED.c.rid, list(self._records)),
            (SUBMISSION, SUBMISSION.c.operation, self.operations),
            *((SQL[key], SQL[key].c.rid, list(rids)) for key, rids in self._redacted.items()),
        ]
        for table, column, values in wanted:
            size = max(len(values), 1) if table is SUBMISSION else _ENTRIES  # no index helps there: it is read once
            for some in chunks(values, size):
                found = connection.execute(select(table).where(among(connection, column, some)))
                if rows := [dict(row._mapping) for row in found]:
                    yield Sides(table.name, rows)


class _Chain:
    """The log as it goes on behind ``since``: numbers and digests of one operation after the other."""

    def __init__(self, since: Place) -> None:
        self._operations, self._entries, self._head = since.operations, since.entries, since.head
        self.about: tuple[Any, ...] = ()
        """What ``ABOUT`` names of the operation that was begun and not closed; empty where there is none."""
        self.count, self._hash = 0, GENESIS
        """How many entries it has so far."""

    def begin(self, about: Sequence[Any]) -> None:
        """An operation, as ``ABOUT`` says; its entries follow."""
        self.about, self.count, self._hash = tuple(about), 0, GENESIS

    def entry(
        self, table: str, rid: str, was: int, becomes: int, place: str, before: str, after: str, reason: str, salt: str,
        payload: str = "",
    ) -> tuple[Any, ...]:  # fmt: skip
        """The row of its next entry; ``payload`` only of one whose contents were redacted."""
        self.count += 1
        about = (self.about[0], table, rid, was, becomes, place)
        payload = payload or payload_digest(salt, before, after, reason)
        self._hash = entry_hash(self._hash, about, payload)
        return (self._entries + self.count, *about, before, after, reason, salt, payload, self._hash)

    def close(self) -> tuple[Any, ...]:
        """The row of the operation."""
        previous = self._head
        row = (self._operations + 1, *self.about, self._entries + 1, self.count)
        self._head = operation_head(previous, row, self._hash)
        self._operations += 1
        self._entries += self.count
        self.about = ()
        return (*row, previous, self._head)


def _said(row: Sequence[Any]) -> list[Any]:
    """What a package holds of a row of ENTRY: the arguments of ``_Chain.entry``."""
    *said, salt, payload, _ = row[2:]
    return [*said, salt] if salt else [*said, salt, payload]


def _entries(connection: Connection, page: Sequence[Row[Any]]) -> Iterator[Row[Any]]:
    """The entries of these operations, in order."""
    reached, last = page[0].first - 1, page[-1].first + page[-1].entries - 1
    while reached < last:
        asked = select(ENTRY).where(ENTRY.c.seq > reached, ENTRY.c.seq <= last).order_by(ENTRY.c.seq).limit(_ENTRIES)
        found = connection.execute(asked).all()
        if not found:
            return
        yield from found
        reached = found[-1].seq


def _earlier(rid: str) -> str:
    """What sorts before the rids that were made since ``rid`` was, on machines whose clocks are ``_APART`` at most."""
    return f"{max((int(rid, 16) >> 80) - _APART, 0):012x}"


def _line(what: str, said: object) -> bytes:
    return json.dumps([what, said], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _lines(stream: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in stream:
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        raise ValueError("no end of line")

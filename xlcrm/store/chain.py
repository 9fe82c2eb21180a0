"""Verifying the log: every digest is computed anew, every fault is named (design decision 3).

Whoever may write the whole store could forge a log that holds together. Against that help heads which stand elsewhere, in
receipts and backups: a log that does not lead to them was cut or written anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from xlcrm.model.fields import Table
from xlcrm.store.base import Verdict
from xlcrm.store.batch import read
from xlcrm.store.chunks import chunks
from xlcrm.store.log import GENESIS, decode, entry_hash, head, last, operation_head, payload_digest
from xlcrm.store.proof import Watch, sound
from xlcrm.store.schema import ENTRY, LOGGED, META, OPERATION, SQL, columns

Fault = tuple[str, dict[str, object]]

_MOST = 100  # faults named; more tell nothing new
_PAGE = 2000
_ABOUT = [column.name for column in OPERATION.columns if column.name not in ("previous", "head")]


def verify(connection: Connection, heads: Iterable[str] = (), watch: Watch | None = None) -> Verdict:
    """Check every entry, every operation, the chain between them, and each record against what the log says of it.

    ``heads`` are heads of this log that were printed before (SEQ:HASH, at least the first 16 digits): it must lead to each.
    ``watch`` is told how many of how many entries and records are done.
    """
    faults = list(_against(connection, heads))
    for fault in () if sound(connection, differing, watch) else _faults(connection):
        faults.append(fault)
        if len(faults) >= _MOST:
            break
    entries = connection.execute(select(func.count()).select_from(ENTRY)).scalar_one()
    operations = connection.execute(select(func.count()).select_from(OPERATION)).scalar_one()
    return Verdict(entries, operations, head(connection), tuple(faults))


def sealed(connection: Connection) -> bool:
    """Whether the log ends as it was left: its last operation, that one's last entry and the head that is kept belong together.

    A look at two rows; that all before them holds only ``verify`` tells.
    """
    kept = connection.execute(select(META.c.value).where(META.c.name == "head")).scalar()
    done = connection.execute(select(OPERATION).order_by(OPERATION.c.seq.desc()).limit(1)).first()
    if done is None:
        return kept in (GENESIS, None)
    end = connection.execute(select(ENTRY.c.hash).where(ENTRY.c.seq == done.first + done.entries - 1)).scalar()
    return kept in (done.head, None) and done.head == operation_head(
        done.previous, [done._mapping[name] for name in _ABOUT], end or ""
    )


def _against(connection: Connection, heads: Iterable[str]) -> Iterator[Fault]:
    """Heads that the log does not lead to, the oldest first."""
    reached, _ = last(connection)
    said = sorted((int(seq), digits) for seq, _, digits in (text.partition(":") for text in heads))
    for seq, digits in said:
        done = connection.execute(select(OPERATION).where(OPERATION.c.seq == seq)).first()
        if done is None and seq > reached:
            yield "store.log_cut", {"operation": seq, "last": reached}
        elif seq > 0 and (done is None or not done.head.startswith(digits)):
            yield "store.log_rewritten", {"operation": seq} | _who(done)


def _who(done: Row[Any] | None) -> dict[str, object]:
    """What an operation says about when and by whom it was done."""
    return {"at": done.at if done else "", "actor": done.actor if done else ""}


def _faults(connection: Connection) -> Iterator[Fault]:
    yield from _operations(connection)
    yield from _strays(connection)
    yield from _records(connection)


def _operations(connection: Connection) -> Iterator[Fault]:
    """Operations that were edited or removed, and what is wrong with their entries."""
    previous, expected, before = GENESIS, 1, None
    for done in connection.execute(select(OPERATION).order_by(OPERATION.c.seq)).all():
        if done.seq != expected or done.previous != previous:
            gone = range(expected, done.seq)
            yield "store.operation_removed", {"operation": gone[0] if gone else done.seq} | _who(before if gone else done)
        faults, end = _entries(connection, done)
        yield from faults
        if not faults and done.head != operation_head(done.previous, [done._mapping[name] for name in _ABOUT], end):
            yield "store.operation_edited", {"operation": done.seq} | _who(done)
        previous, expected, before = done.head, done.seq + 1, done
    if connection.execute(select(META.c.value).where(META.c.name == "head")).scalar() not in (previous, None):
        yield "store.operation_removed", {"operation": expected} | _who(before)


def _entries(connection: Connection, done: Row[Any]) -> tuple[list[Fault], str]:
    """The faults of one operation's entries, and the hash of its last entry."""
    faults: list[Fault] = []
    previous, expected, shuffled = GENESIS, done.first, False
    end = done.first + done.entries

    def note(key: str, entry: int) -> None:
        faults.append((key, {"entry": entry, "operation": done.seq} | _who(done)))

    asked = select(ENTRY).where(ENTRY.c.operation == done.id).order_by(ENTRY.c.seq)
    for entry in connection.execution_options(yield_per=_PAGE).execute(asked):
        if len(faults) >= _MOST:
            break
        if not done.first <= entry.seq < end:
            note("store.entry_inserted", entry.seq)
            continue
        gap = range(expected, entry.seq)
        for gone in gap[:_MOST]:
            note("store.entry_removed", gone)
        about = (entry.operation, entry.table, entry.rid, entry.version_from, entry.version_to, entry.place)
        if entry.salt and payload_digest(entry.salt, entry.before, entry.after, entry.reason) != entry.payload:
            note("store.entry_edited", entry.seq)
        elif not gap and entry_hash(previous, about, entry.payload) != entry.hash:
            # Out of place if it follows on another entry of the operation; else what it says was changed.
            if not _follows(connection, done.id, about, entry.payload, entry.hash):
                note("store.entry_edited", entry.seq)
            elif not shuffled:
                note("store.entry_reordered", entry.seq)
                shuffled = True
        else:
            shuffled = False
        previous, expected = entry.hash, entry.seq + 1
    for gone in range(expected, end)[:_MOST]:
        note("store.entry_removed", gone)
    return faults, previous


def _follows(connection: Connection, operation: str, about: tuple[object, ...], payload: str, hash: str) -> bool:
    before = [GENESIS, *connection.execute(select(ENTRY.c.hash).where(ENTRY.c.operation == operation)).scalars()]
    return any(entry_hash(previous, about, payload) == hash for previous in before)


def _strays(connection: Connection) -> Iterator[Fault]:
    """Entries of no operation."""
    strays = select(ENTRY.c.seq).where(ENTRY.c.operation.not_in(select(OPERATION.c.id))).order_by(ENTRY.c.seq)
    for seq in connection.execute(strays.limit(_MOST)).scalars():
        yield "store.entry_inserted", {"entry": seq, "operation": 0} | _who(None)


def differing(connection: Connection, table: Table, rids: Sequence[str]) -> bool:
    """Whether any of these records differs from what the log says of it."""
    return any(True for chunk in chunks(rids) for _ in _compared(connection, ENTRY.c.table == table.key, ENTRY.c.rid.in_(chunk)))


def _records(connection: Connection) -> Iterator[Fault]:
    """Records that differ from what the log says of them, or of which it knows nothing."""
    yield from _compared(connection, ENTRY.c.table.in_(LOGGED))
    for key, sql in SQL.items():
        logged = select(ENTRY.c.seq).where(ENTRY.c.rid == sql.c.rid, ENTRY.c.table == key).exists()
        for rid in connection.execute(select(sql.c.rid).where(~logged).limit(_MOST)).scalars():
            yield "store.record_differs", {"table": key, "rid": rid}


def _compared(connection: Connection, *of: ColumnElement[bool]) -> Iterator[Fault]:
    """Those records of the entries ``of`` that differ from what these say."""
    said = select(ENTRY).where(*of, ENTRY.c.version_to > 0).order_by(ENTRY.c.rid, ENTRY.c.seq)
    pending: list[tuple[str, str, dict[str, Any] | None, int]] = []
    for (rid, key), entries in groupby(
        connection.execution_options(yield_per=_PAGE).execute(said), key=lambda entry: (entry.rid, entry.table)
    ):
        state: dict[str, Any] | None = {}
        version = 0
        for entry in entries:
            version = entry.version_to
            # A redacted entry says nothing more: only the version can still be compared, until the erasure says all anew.
            told = decode(entry.after) if entry.salt else None
            if state is None and told is not None and told.get("life") == "erased":
                state = told
            else:
                state = None if state is None or told is None else state | told
        pending.append((key, rid, state, version))
        if len(pending) >= _PAGE:
            yield from _differing(connection, pending)
            pending.clear()
    yield from _differing(connection, pending)


def _differing(connection: Connection, pending: list[tuple[str, str, dict[str, Any] | None, int]]) -> Iterator[Fault]:
    for key, table in LOGGED.items():
        here = {rid: (state, version) for of, rid, state, version in pending if of == key}
        rows = {row["rid"]: row for row in read(connection, table, list(here))}
        compared = columns(table)[1:-5]  # without who, when and version: those stand in the operation
        for rid, (state, version) in here.items():
            row = rows.get(rid)
            same = row is not None and row["version"] == version
            if same and row is not None and state is not None:
                same = all(row[name] == state.get(name) for name in compared)
            if not same:
                yield "store.record_differs", {"table": key, "rid": rid}

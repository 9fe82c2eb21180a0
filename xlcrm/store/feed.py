"""The log page by page, from any place on: for other systems, and for auditors.

Entries have their numbers in the order in which their operations were committed: every writer takes the turn to write before it
numbers its entries, and gives it back when its transaction is visible. So whoever has seen entry n has seen all before it, and
a cursor, which is nothing but such an n, never skips one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from xlcrm.errors import UsageError
from xlcrm.store.base import Entry, Page, Sought
from xlcrm.store.chunks import among, chunks
from xlcrm.store.log import decode, position
from xlcrm.store.schema import ENTRY, LOGGED, META, OPERATION, OWNED, SQL
from xlcrm.store.vault import Vault

_WITH_CUSTOMER = (*sorted(OWNED), "access")
_SPAN = 1_000  # entries that are looked at first for a page
_SHOWN = 8  # digits of the store and of an entry's hash in a cursor


def page(vault: Vault, connection: Connection, after: str, limit: int, sought: Sought) -> Page:
    """At most ``limit`` entries after the cursor ``after`` ("" = from the beginning), and the cursor behind them.

    UsageError for a cursor of another store, and for one beyond the log's end.
    """
    start = _place(connection, after)
    end, asked, span = max(position(connection), start), _sought(sought).order_by(ENTRY.c.seq), max(_SPAN, 2 * limit)
    rows: list[Row[Any]] = []
    reached = start
    # Part by part: where a view stands before the log (seen.py), a limit alone would not keep it from working out all of it.
    while len(rows) < limit and reached < end:
        part = asked.where(ENTRY.c.seq > reached, ENTRY.c.seq <= reached + span).limit(limit - len(rows))
        rows += connection.execute(part).all()
        reached, span = min(reached + span, end), 4 * span
    return Page(entries(vault, connection, rows), _cursor(connection, rows[-1].seq if len(rows) == limit else end))


def of_records(rids: Iterable[str]) -> Select[Any]:
    """What asks for every entry about these records, oldest first."""
    return _sought(Sought()).where(ENTRY.c.rid.in_(list(rids))).order_by(ENTRY.c.seq)


def entries(vault: Vault, connection: Connection, rows: Iterable[Row[Any]]) -> list[Entry]:
    """Rows of the log's table, decrypted and told by whom; without those of no operation."""
    rows = list(rows)
    operations = _operations(connection, [row.operation for row in rows])
    rows = [row for row in rows if row.operation in operations]
    whose = _whose(connection, rows)
    said = [[{"rid": row.rid, **decode(text)} for text in (row.before, row.after)] for row in rows]
    for key in {row.table for row in rows}:  # their data keys all at once
        vault.reveal(LOGGED[key], (side for row, sides in zip(rows, said, strict=True) if row.table == key for side in sides))
    found = []
    for row, (before, after) in zip(rows, said, strict=True):
        entry, done = row._mapping, operations[row.operation]
        del before["rid"], after["rid"]
        number, customer = whose.get((entry["table"], entry["rid"]), (None, ""))
        found.append(Entry(
            entry["seq"], entry["operation"], done.kind, entry["table"], entry["rid"], number, customer,
            entry["version_to"], before, after, done.actor, done.session_user, done.at, done.source, entry["place"],
            entry["reason"] or done.reason, done.reverses, done.seq,
        ))  # fmt: skip
    return found


def _sought(sought: Sought) -> Select[Any]:
    asked = select(ENTRY).where(ENTRY.c.table.in_(LOGGED))
    # Joined only where it is asked about: where a view stands before either (seen.py), each of its rows would be worked out.
    if sought.since or sought.until or sought.actor or sought.kinds or sought.operation:
        asked = asked.join(OPERATION, OPERATION.c.id == ENTRY.c.operation)
    if sought.since:
        asked = asked.where(OPERATION.c.at >= sought.since)
    if sought.until:
        asked = asked.where(OPERATION.c.at <= sought.until)
    if sought.actor:
        asked = asked.where(OPERATION.c.actor == sought.actor)
    if sought.kinds:
        asked = asked.where(OPERATION.c.kind.in_(sorted(sought.kinds)))
    if sought.tables:
        asked = asked.where(ENTRY.c.table.in_(sorted(sought.tables)))
    if sought.operation:
        first = OPERATION.c.first  # the range is read by the entries' own index
        asked = asked.where(OPERATION.c.id == sought.operation, ENTRY.c.seq >= first, ENTRY.c.seq < first + OPERATION.c.entries)
    if sought.customer:
        tables = (SQL[key].c for key in _WITH_CUSTOMER)
        belongs = (ENTRY.c.rid.in_(select(sql.rid).where(sql.customer == sought.customer)) for sql in tables)
        asked = asked.where(or_(ENTRY.c.rid == sought.customer, *belongs))
    return asked


def _operations(connection: Connection, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """The operations with these ids, by id."""
    found: dict[str, Row[Any]] = {}
    for chunk in chunks(list(dict.fromkeys(ids))):
        asked = select(OPERATION).where(among(connection, OPERATION.c.id, chunk))
        found.update((row.id, row) for row in connection.execute(asked))
    return found


def _whose(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], tuple[str | None, str]]:
    """(number, customer) of each record as it is now, by table and rid; the customer is "" where there is none."""
    rids: dict[str, dict[str, None]] = {}
    for row in rows:
        rids.setdefault(row.table, {})[row.rid] = None
    found: dict[tuple[str, str], tuple[str | None, str]] = {}
    for key in rids.keys() & {"customer", *_WITH_CUSTOMER}:
        sql = SQL[key].c
        customer = sql.rid if key == "customer" else sql.customer
        for chunk in chunks(list(rids[key])):
            asked = select(sql.rid, sql.number, customer.label("whose")).where(among(connection, sql.rid, chunk))
            found.update({(key, rid): (number, whose or "") for rid, number, whose in connection.execute(asked)})
    return found


def _cursor(connection: Connection, seq: int) -> str:
    hash = connection.execute(select(ENTRY.c.hash).where(ENTRY.c.seq == seq)).scalar() or ""
    return f"{_store(connection)}-{seq}-{hash[:_SHOWN]}"


def _place(connection: Connection, cursor: str) -> int:
    """The number of the entry that ``cursor`` names."""
    if not cursor:
        return 0
    store, _, rest = cursor.partition("-")
    number, _, digits = rest.partition("-")
    if not number.isdecimal():
        raise UsageError("store.bad_cursor", cursor=cursor)
    if store != _store(connection):
        raise UsageError("store.strange_cursor", cursor=cursor)
    seq, reached = int(number), position(connection)
    if seq > reached:
        raise UsageError("store.late_cursor", cursor=cursor, last=reached)
    hash = connection.execute(select(ENTRY.c.hash).where(ENTRY.c.seq == seq)).scalar()
    if hash is not None and not hash.startswith(digits):  # a backup was restored, and other entries followed
        raise UsageError("store.strange_cursor", cursor=cursor)
    return seq


def _store(connection: Connection) -> str:
    return str(connection.execute(select(META.c.value).where(META.c.name == "store_id")).scalar_one())[-_SHOWN:]

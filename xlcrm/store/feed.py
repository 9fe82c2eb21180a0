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
_SHOWN = 8  # digits of the store and of an entry's hash in a cursor


def page(vault: Vault, connection: Connection, after: str, limit: int, sought: Sought) -> Page:
    """At most ``limit`` entries after the cursor ``after`` ("" = from the beginning), and the cursor behind them.

    UsageError for a cursor of another store, and for one beyond the log's end.
    """
    start = _place(connection, after)
    asked = _sought(sought).where(ENTRY.c.seq > start).order_by(ENTRY.c.seq).limit(limit)
    found = entries(vault, connection, asked)
    reached = found[-1].seq if len(found) == limit else max(position(connection), start)
    return Page(found, _cursor(connection, reached))


def of_records(rids: Iterable[str]) -> Select[Any]:
    """What asks for every entry about these records, oldest first."""
    return _sought(Sought()).where(ENTRY.c.rid.in_(list(rids))).order_by(ENTRY.c.seq)


def entries(vault: Vault, connection: Connection, asked: Select[Any]) -> list[Entry]:
    """The entries that ``asked`` (``_sought``) gives, decrypted."""
    rows = connection.execute(asked).all()
    whose = _whose(connection, rows)
    found = []
    for row in rows:
        entry, done = {column.name: row._mapping[column] for column in ENTRY.columns}, row._mapping
        before, after = ({"rid": entry["rid"], **decode(entry[side])} for side in ("before", "after"))
        vault.reveal(LOGGED[entry["table"]], [before, after])
        del before["rid"], after["rid"]
        number, customer = whose.get((entry["table"], entry["rid"]), (None, ""))
        found.append(Entry(
            entry["seq"], entry["operation"], done[OPERATION.c.kind], entry["table"], entry["rid"], number, customer,
            entry["version_to"], before, after, done[OPERATION.c.actor], done[OPERATION.c.session_user], done[OPERATION.c.at],
            done[OPERATION.c.source], entry["place"],
            entry["reason"] or done[OPERATION.c.reason], done[OPERATION.c.reverses],
        ))  # fmt: skip
    return found


def _sought(sought: Sought) -> Select[Any]:
    asked = select(ENTRY, OPERATION).join(OPERATION, OPERATION.c.id == ENTRY.c.operation).where(ENTRY.c.table.in_(LOGGED))
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
    if sought.customer:
        tables = (SQL[key].c for key in _WITH_CUSTOMER)
        belongs = (ENTRY.c.rid.in_(select(sql.rid).where(sql.customer == sought.customer)) for sql in tables)
        asked = asked.where(or_(ENTRY.c.rid == sought.customer, *belongs))
    return asked


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

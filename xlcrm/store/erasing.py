"""Erasing one customer at a person's demand: what it said is gone from every table and from the log, whose chain still holds.

The customer's data key is destroyed, so that its sensitive values open nowhere; what is not encrypted is blanked in its record,
in what belongs to it and in those that were merged into it. Their log entries lose what they said (log.py), and what they were
found by goes. Numbers of ours, versions, times and who did what stay: they tell that something was here, and nothing about whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import SQLITE_BUSY, SQLITE_LOCKED, OperationalError
from typing import Any

from sqlalchemy import Connection, Engine, delete, or_, select, update

from xlcrm.errors import UsageError
from xlcrm.model.context import Context
from xlcrm.model.operation import Operation
from xlcrm.rules.approvals import SEATS, agreed
from xlcrm.rules.rights import Action
from xlcrm.store.apply import journal
from xlcrm.store.batch import Row
from xlcrm.store.chunks import chunks
from xlcrm.store.log import Journal, encode
from xlcrm.store.pen import Direct
from xlcrm.store.people import people, rights
from xlcrm.store.proposals import proposals
from xlcrm.store.schema import (
    DATA_KEY,
    ENTRY,
    FACE,
    IMPORTED,
    KEPT_VALUE,
    LOGGED,
    NUMBER,
    OWNED,
    PHONE_TAIL,
    PINYIN,
    SQL,
    SUBMISSION,
    columns,
)  # fmt: skip

STAYS = frozenset({"rid", "customer", "number", "merged_into", "created_by", "created_at"})
"""The columns of an erased record that are not blanked."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many records were erased, 0 where all were before; whether the file holds nothing of them any more."""

    records: int
    clean: bool = True


BLANK: Mapping[str, frozenset[str]] = {
    "proposal": frozenset({"about", "reason"}),
    "approval": frozenset({"reason"}),
    "notice": frozenset({"trouble"}),
}
"""What is blanked of what was said about an erased customer: who agreed to what stays."""


def erase(connection: Connection, customer: str, reason: str, context: Context) -> int:
    """Erase ``customer`` (a rid) inside the caller's write transaction; how many of its records.

    UsageError without the right, and where colleagues have to agree first and have not.
    """
    stands = connection.execute(select(SQL["customer"]).where(SQL["customer"].c.rid == customer)).first()
    if not rights(connection, context).may(Action.ERASE, stands.owner if stands else None):
        raise UsageError("rights.no_erase")
    if stands and stands.life != "erased" and not _agreed(connection, customer):
        raise UsageError("rights.erase_first")
    pen = Direct(connection)
    written = journal(pen, "erase", context, Operation("erase"))
    written.at = pen.moment(context)
    customers = _merged(connection, customer)
    rids: list[str] = []
    for key in ("customer", *sorted(OWNED)):
        table, of = SQL[key], SQL[key].c["rid" if key == "customer" else "customer"]
        asked = select(table).where(of.in_(customers), table.c.life != "erased").order_by(table.c.rid)
        rows = [dict(row._mapping) for row in connection.execute(asked)]
        rows = [blanked(key, row) | _now(row, context, written.at) for row in rows]
        for row in rows:
            said = encode((name, row[name]) for name in columns(LOGGED[key])[1:-5])
            written.add(key, row["rid"], (row["version"] - 1, row["version"]), "{}", said, reason=reason)
        if rows:
            pen.update(LOGGED[key], [tuple(row[name] for name in columns(LOGGED[key])) for row in rows])
        rids += [row["rid"] for row in rows]
    if rids:
        forget(pen, customers, [*rids, *_unsaid(pen, written, customers, rids, context)], written.start)
    written.close()
    return len(rids)


def _agreed(connection: Connection, customer: str) -> bool:
    """Whether those who have to agreed that ``customer`` is erased; who works alone asks nobody."""
    if sum(not one.disabled for one in people(connection)) < 2:
        return True
    found = proposals(connection, "erase", customer=customer)
    return any(agreed(SEATS["erase"], {one.initiator}, one.words) for one in found)


def _unsaid(pen: Direct, written: Journal, customers: Sequence[str], rids: Sequence[str], context: Context) -> list[str]:
    """Blank what was said about erased customers and their requests; the rids of it. The proposal to erase them is done."""
    found: list[str] = []
    for key, of in (("proposal", "customer"), ("approval", "proposal"), ("notice", "customer")):
        table, rows = SQL[key], list[Row]()
        for chunk in chunks([*rids, *found] if of == "proposal" else customers):
            asked = select(table).where(table.c[of].in_(chunk), table.c.life != "erased").order_by(table.c.rid)
            rows += [dict(row._mapping) for row in pen.connection.execute(asked)]
        rows = [blanked(key, row) | _now(row, context, written.at) for row in rows]
        for row in rows:
            after = encode((name, row[name]) for name in columns(LOGGED[key])[1:-5])
            written.add(key, row["rid"], (row["version"] - 1, row["version"]), "{}", after)
        if rows:
            pen.update(LOGGED[key], [tuple(row[name] for name in columns(LOGGED[key])) for row in rows])
        found += [row["rid"] for row in rows]
    return found


def blanked(key: str, row: Row) -> Row:
    """A row of table ``key`` without what it said, marked as erased; who, when and version stay."""
    names = BLANK.get(key) or [name for name in columns(LOGGED[key])[1:-5] if name not in STAYS]
    done = {"outcome": "done"} if key == "proposal" and row["kind"] == "erase" else {}
    return row | dict.fromkeys(names) | {"life": "erased"} | done


def _now(row: Row, context: Context, at: str) -> Row:
    return {"version": row["version"] + 1, "updated_by": context.actor.rid, "updated_at": at}


def scrub(engine: Engine) -> bool:
    """Write the file of an SQLite store anew, so that no page still holds what was overwritten; False where others read it.

    Nothing is lost then: the next call does it.
    """
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        try:
            raw.execute("VACUUM")
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) not in (SQLITE_BUSY, SQLITE_LOCKED):
                raise
            return False
    return not busy


def _merged(connection: Connection, customer: str) -> list[str]:
    """The customer, and whoever was merged into it, at whatever remove."""
    found, table = [customer], SQL["customer"].c
    for one in found:
        into = connection.execute(select(table.rid).where(table.merged_into == one)).scalars()
        found += [rid for rid in into if rid not in found]
    return found


def forget(pen: Direct, customers: Sequence[str], rids: Sequence[str], before: int) -> None:
    """Destroy what records (``rids``) of erased ``customers``, and what was said about them, were found by; what log entries
    before ``before`` say of them; and the customers' data keys.
    """
    access, connection = SQL["access"].c, pen.connection
    shown: list[str] = []
    for chunk in chunks(customers):
        shown += connection.execute(select(access.rid).where(access.customer.in_(chunk))).scalars()
    for chunk in chunks([*rids, *shown]):
        told = ENTRY.c.rid.in_(chunk), ENTRY.c.seq < before, or_(ENTRY.c.table != "access", ENTRY.c.reason != "")
        connection.execute(update(ENTRY).where(*told).values(salt="", before="", after="", reason=""))
    for table in (KEPT_VALUE, FACE, PHONE_TAIL, PINYIN, SUBMISSION, IMPORTED):
        pen.forget(table, rids)
    for chunk in chunks(rids):
        connection.execute(delete(NUMBER).where(NUMBER.c.rid.in_(chunk), NUMBER.c.kind == "former"))
    for chunk in chunks(customers):
        connection.execute(update(DATA_KEY).where(DATA_KEY.c.customer.in_(chunk)).values(wrapped=None))

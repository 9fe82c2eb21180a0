"""Records as they are now and as they were: decrypted, in canonical text form."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Numeric, cast, func, literal, select

from xlcrm.errors import UsageError
from xlcrm.model.fields import Kind, Table
from xlcrm.model.operation import Imported, Kept, Record, Values
from xlcrm.store import feed
from xlcrm.store.base import Entry
from xlcrm.store.batch import Row, read
from xlcrm.store.chunks import among, chunks
from xlcrm.store.keys import find
from xlcrm.store.log import decode
from xlcrm.store.merging import joined
from xlcrm.store.schema import ENTRY, IMPORTED, KEPT_VALUE, LOGGED, OWNED, RECORDS, SQL, fields
from xlcrm.store.undoing import taken_back
from xlcrm.store.vault import Vault

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_PAGE = 1000
TAGGED = ("customer", "tags")
"""The condition on a customer that other records meet: those of its tags."""

Condition = tuple[str, str, str]


def record(table: Table, row: Row) -> Record:
    """A revealed row as a record."""
    return Record(
        table.key, row["rid"], row["version"], {name: row[name] for name in fields(table)}, row["number"], row["life"],
        row["merged_into"], row["origin"], row["created_by"], row["created_at"], row["updated_by"], row["updated_at"],
    )  # fmt: skip


def records(vault: Vault, connection: Connection, rids: Iterable[str]) -> dict[str, Record]:
    """The records of any table with these rids; unknown ones are left out."""
    found: dict[str, Record] = {}
    wanted = list(dict.fromkeys(rids))
    for table in RECORDS:
        rows = read(connection, table, wanted)
        vault.reveal(table, rows)
        found.update({row["rid"]: record(table, row) for row in rows})
        wanted = [rid for rid in wanted if rid not in found]
    return found


def children(vault: Vault, connection: Connection, table: Table, customers: Iterable[str]) -> dict[str, list[Record]]:
    """The living records of ``table`` of each customer, oldest first."""
    sql = SQL[table.key]
    found: dict[str, list[Record]] = {rid: [] for rid in customers}
    for chunk in chunks(list(found)):
        asked = select(sql).where(sql.c.customer.in_(chunk), sql.c.life == "live").order_by(sql.c.rid)
        rows = [dict(row._mapping) for row in connection.execute(asked)]
        vault.reveal(table, rows)
        for row in rows:
            found[row["customer"]].append(record(table, row))
    return found


def scan(vault: Vault, connection: Connection, table: Table, where: Sequence[Condition]) -> Iterator[Record]:
    """The living records of ``table`` that meet every condition, oldest first. UsageError: unknown field or comparison."""
    sql = SQL[table.key]
    asked = select(sql).where(sql.c.life == "live").order_by(sql.c.rid)
    late: list[Condition] = []
    for name, sign, value in where:
        if (table.key, name) == TAGGED and sign in ("=", "!="):
            asked = asked.where(_tagged(value) if sign == "=" else ~_tagged(value))
            continue
        if name not in sql.c or sign not in _COMPARE:
            raise UsageError("store.bad_filter", field=name, sign=sign)
        if name in table.sensitive:
            late.append((name, sign, value))
        else:
            asked = asked.where(_condition(connection, table, name, sign, value))
    for page in connection.execution_options(yield_per=_PAGE).execute(asked).partitions():
        rows = [dict(row._mapping) for row in page]
        vault.reveal(table, rows)
        for row in rows:
            if all(_COMPARE[sign](row[name] or "", value) for name, sign, value in late):
                yield record(table, row)


def _tagged(value: str) -> ColumnElement[bool]:
    """Whether a customer bears the tag ``value`` (a code); with "" whether it bears none."""
    customer, tag = SQL["customer"].c, SQL["tag"].c
    given = select(tag.customer).where(tag.life == "live", tag.customer.is_not(None))
    return customer.rid.in_(given.where(tag.name == value)) if value else customer.rid.not_in(given)


def _condition(connection: Connection, table: Table, name: str, sign: str, value: str) -> ColumnElement[bool]:
    column: ColumnElement[Any] = SQL[table.key].c[name]
    if name == "customer" and table.key in OWNED:
        value = find(connection, [value]).get(value, value)
    numeric = name == "version" or (name in table.by_key and table[name].kind in _NUMBERS)
    if numeric and value:
        try:
            number = float(value)
        except ValueError as error:
            raise UsageError("store.bad_filter", field=name, sign=sign) from error
        # A blank is neither larger nor smaller than anything, but it differs from every number.
        met: ColumnElement[bool] = _COMPARE[sign](cast(column, Numeric(asdecimal=False)), literal(number))
        return met | column.is_(None) if sign == "!=" else met
    met = _COMPARE[sign](func.coalesce(column, "") if sign in ("=", "!=") else column, value)
    return met  # noqa: RET504 - typed by the declaration above


def as_of(vault: Vault, connection: Connection, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Values]:
    """The values of records at a version, added up from the log; unknown (rid, version) are left out."""
    asked: dict[str, set[int]] = {}
    for rid, version in wanted:
        asked.setdefault(rid, set()).add(version)
    found: dict[tuple[str, int], Values] = {}
    for chunk in chunks(list(asked)):
        rows: list[tuple[Table, Row, int]] = []
        state: dict[str, Row] = {}
        said = select(ENTRY.c.table, ENTRY.c.rid, ENTRY.c.version_to, ENTRY.c.after)
        for key, rid, version, after in connection.execute(
            said.where(ENTRY.c.rid.in_(chunk), ENTRY.c.version_to > 0).order_by(ENTRY.c.rid, ENTRY.c.seq)
        ):
            table = LOGGED[key]
            now = state.setdefault(rid, {"rid": rid, **dict.fromkeys(fields(table))})
            now.update(decode(after))
            if version in asked[rid]:
                rows.append((table, dict(now), version))
        for table in {row[0].key: row[0] for row in rows}.values():
            vault.reveal(table, [row for of, row, _ in rows if of is table])
        found.update({(row["rid"], version): {name: row[name] for name in fields(table)} for table, row, version in rows})
    return found


def history(vault: Vault, connection: Connection, rid: str) -> list[Entry]:
    """Everything that happened to one record and those merged into it, and what of it was shown to whom, oldest first."""
    access = SQL["access"].c
    shown = connection.execute(select(access.rid).where(access.customer == rid)).scalars()
    rids = [rid, *joined(connection, [rid]).get(rid, ()), *shown]
    return feed.entries(vault, connection, connection.execute(feed.of_records(rids)))


def imported(connection: Connection, of: ColumnElement[str], wanted: Iterable[str]) -> list[Imported]:
    """The imported rows whose column ``of`` is one of ``wanted``, the longest known first; none of an operation taken back."""
    found: list[Imported] = []
    for chunk in chunks(list(dict.fromkeys(wanted))):
        asked = select(IMPORTED).where(among(connection, of, chunk), ~taken_back(IMPORTED.c.operation))
        found += [
            Imported(row.token, row.file, row.rid, row.saved, row.version)
            for row in connection.execute(asked.order_by(IMPORTED.c.saved, IMPORTED.c.version))
        ]
    return found


def kept(vault: Vault, connection: Connection, rids: Iterable[str]) -> dict[str, list[Kept]]:
    """The losing values kept for records by merges that were not taken back, oldest first; those without any are left out."""
    found: dict[str, list[Kept]] = {}
    for chunk in chunks(list(dict.fromkeys(rids))):
        asked = select(KEPT_VALUE).where(KEPT_VALUE.c.rid.in_(chunk), ~taken_back(KEPT_VALUE.c.operation))
        for row in connection.execute(asked.order_by(KEPT_VALUE.c.id)):
            value = row.value
            if any(row.field in table.sensitive for table in RECORDS) and value.startswith("v1:"):
                value = vault.open("kept_value", row.field, row.rid, value)
            found.setdefault(row.rid, []).append(Kept(row.field, value or "", row.origin or "", row.operation))
    return found

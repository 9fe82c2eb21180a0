"""Changes of stored records: compared and set field by field, so that people who edit different fields never collide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from xlcrm.crypto.cipher import key_id
from xlcrm.model.fields import Table
from xlcrm.model.operation import Change, Clash, Kept, Outcome, Result
from xlcrm.store.batch import Batch, Row, outcome
from xlcrm.store.keys import phone_fields, seal_looks, survivor
from xlcrm.store.log import decode, encode
from xlcrm.store.merging import joined
from xlcrm.store.reading import kept
from xlcrm.store.schema import ENTRY, FACE, LOGGED, OPERATION, PHONE_TAIL, PINYIN, SQL, SUBMISSION, columns, fields

# Rows of these tables are set, whoever set them before: the last word counts.
_SET = ("setting", "decision", "person", "keyholder")


def change(batch: Batch, changes: Iterable[tuple[int, Change]]) -> dict[int, Outcome]:
    """Apply ``changes`` (place in the operation, change) one after the other to the rows in ``batch``; outcomes by place."""
    changes = list(changes)
    batch.index.write()
    rows = [(wanted, batch.rows[wanted.table, wanted.rid]) for _, wanted in changes if (wanted.table, wanted.rid) in batch.rows]
    whose = (_customer(LOGGED[wanted.table], row) for wanted, row in rows if wanted.keys or wanted.values)
    batch.vault.load(filter(None, whose))
    before = kept(batch.vault, batch.connection, [wanted.rid for _, wanted in changes if wanted.kept])
    outcomes: dict[int, Outcome] = {}
    touched: dict[tuple[str, str], Row] = {}
    for place, wanted in changes:
        row = batch.rows.get((wanted.table, wanted.rid))
        if row is None:
            outcomes[place] = Outcome(Result.GONE, wanted.rid)
        elif row["life"] == "erased" or (row["life"] != "live" and wanted.state is None):
            outcomes[place] = _gone(batch, row)
        else:
            outcomes[place] = _change(batch, LOGGED[wanted.table], wanted, row, before.get(wanted.rid, []))
            if outcomes[place].result is Result.UPDATED:
                touched[wanted.table, wanted.rid] = row
    _write(batch, touched)
    return outcomes


def _change(batch: Batch, table: Table, wanted: Change, row: Row, before: Sequence[Kept]) -> Outcome:
    """Compare and set one record in place; nothing of it changes if a field clashes."""
    rid = wanted.rid
    customer = wanted.values.get("customer") or _customer(table, row)
    new: dict[str, str | None] = {}  # as stored
    clashes: list[Clash] = []
    for name in fields(table):
        if name not in wanted.values:
            continue
        value = wanted.values[name] or None
        stored = batch.vault.open(table.key, name, rid, row[name]) if name in table.sensitive else row[name]
        if stored == value:
            continue
        expected = (wanted.expected[name] or None) if name in wanted.expected else stored if _unchanged(wanted, row) else value
        if stored != expected:
            clashes.append(_clash(batch.connection, table, rid, name, value, stored, row))
        elif value is not None and name in table.sensitive:
            new[name] = batch.vault.key(customer).seal(f"{table.key}|{name}|{rid}", value)
        else:
            new[name] = value
    if clashes:
        found = outcome(Result.CONFLICT, row)
        found.clashes = tuple(clashes)
        return found
    if wanted.state is not None and (wanted.state, wanted.merged_into) != (row["life"], row["merged_into"]):
        new["life"], new["merged_into"] = wanted.state, wanted.merged_into
    if wanted.number and row["number"] is None:
        new["number"] = wanted.number
        batch.index.own(wanted.number, rid)
    if new.get("customer"):
        _reseal(batch, table, row, new, customer)
    _reindex(batch, table, wanted, row, new, customer)
    if wanted.kept:
        # Pressed again, the same values lose again: they are kept once.
        batch.keep(table, rid, customer, tuple(loser for loser in wanted.kept if loser not in before), wanted.place)
    if not new:
        return outcome(Result.UNCHANGED, row)
    old = encode((name, row[name]) for name in new)
    batch.journal.add(table.key, rid, (row["version"], row["version"] + 1), old, encode(new.items()), wanted.place, wanted.reason)
    row.update(new, version=row["version"] + 1, updated_by=batch.actor, updated_at=batch.now)
    return outcome(Result.UPDATED, row)


def _unchanged(wanted: Change, row: Row) -> bool:
    """Whether a field without an expected value may be written: nobody changed the record since it was read."""
    return wanted.table in _SET or wanted.base == row["version"]


def _customer(table: Table, row: Row) -> str:
    return row["rid"] if table.key == "customer" else row.get("customer") or ""


def _reseal(batch: Batch, table: Table, row: Row, new: dict[str, str | None], customer: str) -> None:
    """Seal with the data key of ``customer``, where the record now belongs, what it could not take along when it is erased.

    A customer that was merged into it is erased with it, and so its records keep their key.
    """
    family = {customer, *joined(batch.connection, [customer]).get(customer, ())}
    here = (one for (key, _), one in batch.rows.items() if key == "customer")  # as this operation leaves them
    merged = {one["rid"]: one["merged_into"] if one["life"] == "merged" else None for one in here}
    family = {rid for rid in family if merged.get(rid, customer)} | {customer}
    family |= {rid for rid, into in merged.items() if into in family}
    for name in table.sensitive:
        if name not in new and row[name] is not None and key_id(row[name]) not in family:
            value = batch.vault.open(table.key, name, row["rid"], row[name])
            if value is not None:
                new[name] = batch.vault.key(customer).seal(f"{table.key}|{name}|{row['rid']}", value)


def _reindex(batch: Batch, table: Table, wanted: Change, row: Row, new: dict[str, str | None], customer: str) -> None:
    """Keep what the record is found by in step with what it now says."""
    rid, index = wanted.rid, batch.index
    if wanted.keys is not None:
        index.forget(FACE, rid)
        index.face(wanted.keys, rid, seal_looks(batch.vault, rid, wanted.looks))
    phones = phone_fields(table)
    if any(name in new for name in phones):
        index.forget(PHONE_TAIL, rid)
        said = wanted.values
        now = (said[name] if name in said else batch.vault.open(table.key, name, rid, row[name]) for name in phones)
        index.phones(now, rid, customer)
    if new.get("life") == "void":
        index.forget(SUBMISSION, rid)  # its row may be submitted anew
    if number := new.get("foreign_number"):
        index.former(number, rid)
    if new.get("customer"):
        index.move(rid, customer)
    if table.key == "customer" and "name" in new:
        index.forget(PINYIN, rid)


def _gone(batch: Batch, row: Row) -> Outcome:
    """The answer about a merged or void record; a merged one names its survivor."""
    found = outcome(Result.GONE, row)
    into = survivor(batch.connection, [row["rid"]]).get(row["rid"])
    if into:
        number = batch.connection.execute(select(SQL["customer"].c.number).where(SQL["customer"].c.rid == into)).scalar()
        found.rid, found.number = into, number
    return found


def _clash(
    connection: Connection, table: Table, rid: str, name: str, mine: str | None, theirs: str | None, row: Row
) -> Clash:  # fmt: skip
    """Both values of a field, and who set the stored one when: the last entry of the log that names it."""
    said = (
        select(ENTRY.c.after, OPERATION.c.actor, OPERATION.c.at)
        .join(OPERATION, OPERATION.c.id == ENTRY.c.operation)
        .where(ENTRY.c.rid == rid, ENTRY.c.table == table.key)
        .order_by(ENTRY.c.seq.desc())
    )
    for after, actor, at in connection.execute(said):
        if name in decode(after):
            return Clash(name, mine, theirs, actor, at)
    return Clash(name, mine, theirs, row["updated_by"], row["updated_at"])


def _write(batch: Batch, touched: dict[tuple[str, str], Row]) -> None:
    """Write the changed rows as a whole, one statement for each table."""
    by_table: dict[str, list[tuple[object, ...]]] = {}
    for (key, _), row in touched.items():
        by_table.setdefault(key, []).append(tuple(row[name] for name in columns(LOGGED[key])))
    for key, rows in by_table.items():
        batch.pen.update(LOGGED[key], rows)
    batch.index.write()

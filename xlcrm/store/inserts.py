"""New records, table by table in bulk: sealed, written, indexed and logged column by column."""

from __future__ import annotations

from collections.abc import Sequence
from json.encoder import encode_basestring as quote

from xlcrm.crypto.cipher import nonces
from xlcrm.model.fields import Table
from xlcrm.model.operation import Change, Outcome, Result
from xlcrm.store.batch import Batch
from xlcrm.store.chunks import chunks
from xlcrm.store.keys import phone_fields, seal_looks
from xlcrm.store.schema import DATA_KEY, OWNED, SQL, columns, fields

_BULK = 5_000
_MANY = 200_000


def store(batch: Batch, table: Table, changes: Sequence[Change]) -> list[Outcome]:
    """Insert ``changes``, none of which is stored yet; outcomes in their order."""
    outcomes: list[Outcome] = []
    for chunk in chunks(changes, _BULK):
        outcomes += _store(batch, table, chunk)
    return outcomes


def _store(batch: Batch, table: Table, changes: Sequence[Change]) -> list[Outcome]:
    names = fields(table)
    owned, own_key = table.key in OWNED, table.key == "customer"
    if own_key:
        batch.pen.insert(DATA_KEY, batch.vault.make([change.rid for change in changes]))
    elif table.sensitive:
        batch.vault.load(change.customer for change in changes)
    secret = [(place, f"{table.key}|{name}|") for place, name in enumerate(names) if name in table.sensitive]
    phones = [names.index(name) for name in phone_fields(table)]
    foreign = names.index("foreign_number") if "foreign_number" in names else None
    fresh = nonces(len(changes) * len(secret))
    # Fields, number, origin, life, merged_into; the rest is the operation's. As log.encode writes them, names prepared.
    logged = [f'"{name}":' for name in columns(table)[1 : len(names) + 5]]
    actor, now, index, journal, awaited = batch.actor, batch.now, batch.index, batch.journal, batch.awaited
    rows: list[tuple[object, ...]] = []
    outcomes = []
    for change in changes:
        rid, values = change.rid, change.values
        customer = rid if own_key else change.customer
        row = list(map(values.get, names))
        if "" in row:
            row = [value or None for value in row]
        if owned:
            row[names.index("customer")] = customer if customer != rid else None
        if phones:
            index.phones([row[place] for place in phones], rid, customer)
        if foreign is not None and (number := row[foreign]):
            index.former(number, rid)
        if secret:
            for place, prefix in secret:
                if (text := row[place]) is not None:
                    row[place] = batch.vault.key(customer).seal(prefix + rid, text, next(fresh))
        row += (change.number, change.origin or None, change.state or "live", change.merged_into)
        rows.append((rid, *row, actor, now, actor, now, 1))
        if awaited and (table.key, rid) in awaited:
            batch.rows[table.key, rid] = dict(zip(columns(table), rows[-1], strict=True))
        after = "{" + ",".join([name + quote(value) for name, value in zip(logged, row, strict=True) if value is not None]) + "}"
        journal.add(table.key, rid, (0, 1), "", after, change.place, change.reason)
        if change.number:
            index.own(change.number, rid)
        if change.keys:
            index.face(change.keys, rid, seal_looks(batch.vault, rid, change.looks))
        if change.kept:
            batch.keep(table, rid, customer, change.kept, change.place)
        outcomes.append(Outcome(Result.STORED, rid, change.number, 1, (), actor, now, actor, now))
    batch.pen.insert(SQL[table.key], rows)
    index.write(_MANY)
    return outcomes

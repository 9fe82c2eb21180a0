"""Records brought to what the log says of them, and made findable again: the log is complete, everything else follows from it.

So a restored store is never a guess: what was replayed or taken back in the log is looked up there, record by record, from the
first entry on.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, select

from xlcrm.crypto.cipher import Cipher, key_id
from xlcrm.errors import StoreError
from xlcrm.model.fields import Table
from xlcrm.model.tables import MATCHED
from xlcrm.store.batch import Row, read
from xlcrm.store.chunks import chunks
from xlcrm.store.erasing import blanked
from xlcrm.store.keys import Index, phone_fields
from xlcrm.store.log import decode
from xlcrm.store.migrations import LATEST
from xlcrm.store.pen import Direct
from xlcrm.store.reading import as_of
from xlcrm.store.rekey import made
from xlcrm.store.schema import (
    COUNTER,
    FACE,
    KEPT_VALUE,
    LOGGED,
    NUMBER,
    PHONE_TAIL,
    PINYIN,
    SQL,
    columns,
)
from xlcrm.store.vault import Vault

_MATCHED = tuple(f'"{name}":' for name in MATCHED)
_LOOKED_AT = 2_000  # customers whose keys are made at once
_SAID = (
    'SELECT e.rid, e.version_to, e.after, e.salt, o.actor, o.at FROM entry e JOIN operation o ON o.id = e.operation '
    'WHERE e.rid IN (SELECT value FROM json_each(?)) AND e."table" = ? AND e.version_to > 0 ORDER BY e.rid, e.seq'
)
_CHANGED = (
    'SELECT e.rid, e.version_to, e.after, o.reverses FROM entry e JOIN operation o ON o.id = e.operation '
    'WHERE e.rid IN (SELECT value FROM json_each(?)) AND e."table" = \'customer\' AND e.version_from > 0 ORDER BY e.seq'
)
_LAST = (
    'SELECT rid, after FROM entry WHERE seq IN (SELECT max(seq) FROM entry '
    'WHERE "table" = \'counter\' AND rid IN (SELECT value FROM json_each(?)) GROUP BY rid)'
)
_LOST = (
    'SELECT rid, after, operation FROM entry WHERE "table" = \'kept_value\' AND salt <> \'\' '
    'AND rid IN (SELECT value FROM json_each(?)) ORDER BY seq'
)


@dataclass(slots=True)
class Touched:
    """Which records some entries of the log are about (rids by table), and which customers may look different since."""

    rids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    faces: set[str] = field(default_factory=set)

    def note(self, table: str, rid: str, version_from: int, after: str, told: bool) -> None:
        """One entry; ``told`` is whether it says anything still."""
        self.rids[table].add(rid)
        if table == KEPT_VALUE.name or (
            table == "customer" and (not version_from or not told or any(name in after for name in _MATCHED))
        ):
            self.faces.add(rid)


def follow(connection: Connection, cipher: Cipher, touched: Touched, given: Mapping[str, Sequence[Row]]) -> None:
    """Bring all that is ``touched`` to what the log says of it now, inside the caller's write transaction of an SQLite store.

    ``given`` are rows, by table, of records whose entries were redacted: as they were left. StoreError for a record of which
    neither the log nor they tell how it was.
    """
    pen, vault = Direct(connection), Vault(cipher, connection)
    index = Index(pen, cipher)
    gone: set[str] = set()
    for key, table in LOGGED.items():  # parents first
        left = {row["rid"]: row for row in given.get(key, ())}
        for rids in chunks(sorted(touched.rids.get(key, ()))):
            gone |= _records(pen, vault, index, table, rids, left)
    index.write()
    _count(connection, sorted(touched.rids.get(COUNTER.name, ())))
    _keep(pen, sorted(touched.rids.get(KEPT_VALUE.name, ())))
    _look(pen, vault, index, sorted(touched.faces), gone)


def _records(pen: Direct, vault: Vault, index: Index, table: Table, rids: Sequence[str], given: Mapping[str, Row]) -> set[str]:
    """Bring records of one table up to the log; those of which it says nothing go, and are returned with the erased ones."""
    connection, names = pen.connection, columns(table)
    stored = {row["rid"]: row for row in read(connection, table, list(rids))}
    rows, former = _summed(connection, table, rids, stored, given)
    pen.insert(SQL[table.key], [tuple(row[name] for name in names) for row in rows if row["rid"] not in stored])
    if changed := [tuple(row[name] for name in names) for row in rows if row["rid"] in stored]:
        pen.update(table, changed)
    known = {row["rid"] for row in rows}
    for chunk in chunks([rid for rid in rids if rid not in known]):
        connection.execute(delete(SQL[table.key]).where(SQL[table.key].c.rid.in_(chunk)))
    living = [row for row in rows if row["life"] != "erased"]
    here = {row["rid"] for row in living}
    pen.insert(NUMBER, [(row["number"], "own", row["rid"]) for row in rows if row["number"]])
    pen.insert(NUMBER, [(number, "former", rid) for number, rid in former if rid in here])
    _telephones(pen, vault, index, table, rids, living)
    return set(rids) - here


def _summed(
    connection: Connection, table: Table, rids: Sequence[str], stored: dict[str, Row], given: Mapping[str, Row]
) -> tuple[list[Row], list[tuple[str, str]]]:
    """The rows that the log's entries add up to; and the numbers that records ever had elsewhere, with their rids."""
    names = columns(table)
    blank = dict.fromkeys(names[1:-5])
    rows, former = [], []
    for rid, entries in groupby(_asked(connection, _SAID, rids, table.key), key=itemgetter(0)):
        state: Row | None = dict(blank)
        made: tuple[str, str] | None = None
        for _, version, after, salt, actor, at in entries:  # noqa: B007 - the last ones are the record's
            made = made or (actor, at)
            told = decode(after) if salt else None
            if state is not None and told is not None:
                state.update(told)
            else:  # what was redacted cannot be added up; an erasure says all anew
                state = blank | told if told is not None and told.get("life") == "erased" else None
            if told and told.get("foreign_number"):
                former.append((told["foreign_number"], rid))
        if state is None:
            state = _left(table, rid, stored.get(rid), given.get(rid))
        elif len(state) > len(blank):
            raise StoreError("store.newer", path=table.key, found="?", known=LATEST)
        rows.append({"rid": rid} | state | dict(zip(names[-5:], (*(made or ()), actor, at, version), strict=True)))
    return rows, former


def _left(table: Table, rid: str, stored: Row | None, given: Row | None) -> Row:
    """A record whose entries were redacted, as it was left: erased, or untouched where only its reason went."""
    row = given or stored
    if row is None or (row["life"] != "erased" and table.key != "access"):
        raise StoreError("backup.redacted", table=table.key, rid=rid)
    return row if table.key == "access" else blanked(table.key, row)


def _telephones(pen: Direct, vault: Vault, index: Index, table: Table, rids: Sequence[str], living: Sequence[Row]) -> None:
    phones = phone_fields(table)
    if not phones:
        return
    pen.forget(PHONE_TAIL, rids)
    secret = [name for name in phones if name in table.sensitive]
    vault.load(key_id(row[name]) for row in living for name in secret if row[name])
    for row in living:
        said = [vault.open(table.key, name, row["rid"], row[name]) if name in secret else row[name] for name in phones]
        index.phones(said, row["rid"], row.get("customer") or row["rid"])


def _count(connection: Connection, names: Sequence[str]) -> None:
    """Set counters to what the log said last."""
    for chunk in chunks(names):
        connection.execute(delete(COUNTER).where(COUNTER.c.name.in_(chunk)))
    rows = [{"name": name, "value": int(decode(after)["value"])} for name, after in _asked(connection, _LAST, names)]
    if rows:
        connection.execute(COUNTER.insert(), rows)


def _keep(pen: Direct, rids: Sequence[str]) -> None:
    """The values that lost in merges, as the log says them."""
    for chunk in chunks(rids):
        pen.connection.execute(delete(KEPT_VALUE).where(KEPT_VALUE.c.rid.in_(chunk)))
    rows = []
    for rid, after, operation in _asked(pen.connection, _LOST, rids):
        lost = decode(after)
        rows.append((None, rid, lost["field"], lost["value"], lost["origin"], operation))
    pen.insert(KEPT_VALUE, rows)


def _look(pen: Direct, vault: Vault, index: Index, customers: Sequence[str], gone: Collection[str]) -> None:
    """Make anew by what customers are compared; their names in pinyin are when somebody next looks for one."""
    pen.forget(FACE, customers)
    pen.forget(PINYIN, customers)
    for rids in chunks([rid for rid in customers if rid not in gone], _LOOKED_AT):
        before = as_of(vault, pen.connection, _versions(pen.connection, rids))
        for rid, keys, looks in made(vault, pen.connection, rids, {rid: said for (rid, _), said in before.items()}):
            index.face(keys, rid, looks)
    index.write()


def _versions(connection: Connection, customers: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The versions that looked different last, by which customers are recognised still; but not where that was taken back."""
    last: dict[str, tuple[int, str | None]] = {}
    for rid, version, after, reverses in _asked(connection, _CHANGED, customers):
        if any(name in after for name in _MATCHED):
            last[rid] = version - 1, reverses
    return ((rid, version) for rid, (version, reverses) in last.items() if reverses is None)


def _asked(connection: Connection, statement: str, rids: Sequence[str], *more: str) -> Iterator[tuple[Any, ...]]:
    """The answers about ``rids`` as the driver gives them, list by list."""
    raw: Any = connection.connection.dbapi_connection
    for chunk in chunks(rids):
        yield from raw.execute(statement, (json.dumps(list(chunk)), *more))


def undone(connection: Connection, operations: Iterable[str]) -> set[str]:
    """The customers whose lost values came with one of these operations: with or without those they look different."""
    found: set[str] = set()
    for chunk in chunks(list(operations)):
        found.update(connection.execute(select(KEPT_VALUE.c.rid).where(KEPT_VALUE.c.operation.in_(chunk))).scalars())
    return found


"""A member's own copy of a firm's store: a SQLite file that holds what this person may see, made anew from each snapshot.

Everything that reads a store reads this one as well; nothing is written into it but by the next snapshot. Sensitive values are
sealed in it as in any store, by a key that follows from the member's identity.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from hashlib import blake2b
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text, insert, select

from xlcrm.crypto.box import Pair
from xlcrm.crypto.cipher import Cipher, DataKey, Keys
from xlcrm.crypto.keys import mine_from
from xlcrm.errors import KeysError, UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.operation import Operation, Receipt, Record, Taken, Values
from xlcrm.model.snapshot import Held, Snapshot
from xlcrm.store import people, sqlite
from xlcrm.store.asking import sought
from xlcrm.store.base import EVERYTHING, Entry, Link, Page, Sought, Verdict
from xlcrm.store.chunks import chunks
from xlcrm.store.erasing import Erased
from xlcrm.store.keyroom import Keyroom
from xlcrm.store.keys import Index, phone_fields, seal_looks
from xlcrm.store.pen import Direct
from xlcrm.store.schema import DATA_KEY, KEPT_VALUE, LOGGED, META, SQL, SUBMISSION, columns, fields
from xlcrm.store.sql import SqlStore
from xlcrm.store.vault import Vault

_COPIED = MetaData()
_PAST = Table(
    "past", _COPIED,
    Column("rid", Text), Column("version", Integer), Column("said", Text), PrimaryKeyConstraint("rid", "version"),
)  # fmt: skip
_ANSWER = Table(
    "answer", _COPIED,
    Column("workbook", Text), Column("token", Text), *(Column(name, Text) for name in ("status", "result", "problem", "number")),
    PrimaryKeyConstraint("workbook", "token"),
)  # fmt: skip
_DONE = Table("done", _COPIED, Column("parcel", Text, primary_key=True))
_HELD = Table("held", _COPIED, *(Column(name, LargeBinary) for name in ("digests", "customers", "owners")), Column("names", Text))
_FACTS = "copy"
_LOOSE = 4  # bits less of a telephone's digest: some twenty telephones have it, so that trying them all tells nobody's
_BITS = 4  # bytes of a digest


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose copy this is, and of when: as in Snapshot."""

    person: str
    account: str
    at: str
    number: int
    key: str


def digest(key: bytes, said: str) -> int:
    """What stands in a copy for something that tells a hidden customer (asking.telling): 32 bits."""
    found = int.from_bytes(blake2b(said.encode(), digest_size=_BITS, key=key).digest())
    return found >> _LOOSE if said.startswith("p:") else found


def build(path: Path, snapshot: Snapshot, mine: Pair) -> None:
    """Make the copy in ``path``, complete or not at all. StoreError: full disk, on a share."""
    fresh = path.with_suffix(".new")
    for left in (fresh, *(fresh.with_name(fresh.name + end) for end in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)
    store = sqlite.open(fresh, _cipher(mine, snapshot.key))
    try:
        with store._writing() as connection:
            _COPIED.create_all(connection)
            _fill(connection, store._cipher, snapshot)
            facts = json.dumps([snapshot.person, snapshot.account, snapshot.at, snapshot.number, snapshot.key]).encode()
            sealed = b64encode(mine.close(facts, mine.public, _FACTS)).decode()
            connection.execute(insert(META).values(name=_FACTS, value=sealed))
    finally:
        store.close()
    fresh.replace(path)


def facts(path: Path, mine: Pair) -> Facts:
    """Whose copy lies in ``path``. KeysError where it is another identity's, or none."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (sealed,) = connection.execute("SELECT value FROM meta WHERE name = ?", (_FACTS,)).fetchone()
        return Facts(*json.loads(mine.open(b64decode(sealed), mine.public, _FACTS)))
    except (sqlite3.Error, TypeError, ValueError, NotBase64) as error:
        raise KeysError("crypto.other_box") from error


def open(path: Path, mine: Pair) -> Replica:
    """The copy in ``path``. KeysError where it is another identity's."""
    found = facts(path, mine)
    store = sqlite.open(path, _cipher(mine, found.key), create=False)
    return Replica(store, found)


def _cipher(mine: Pair, key: str) -> Cipher:
    return Cipher(Keys(mine.derived("copy"), bytes.fromhex(key)))


class Replica(SqlStore):
    """A Store (see base.py) as of ``facts.at``; what is done at the steward's machine only is a UsageError."""

    veiled = True

    def __init__(self, store: SqlStore, facts: Facts) -> None:
        super().__init__(store._engine, store._cipher, store.path)
        self.facts, self.account = facts, facts.account
        self._held: _Held | None = None

    def link(self) -> Link:
        return Link("copy", until=self.facts.at)

    def keys_from(self) -> str:
        return mine_from()

    def records(self, rids: Iterable[str]) -> dict[str, Record]:
        wanted = list(dict.fromkeys(rids))
        found = super().records(wanted)
        hidden = (rid for rid in wanted if rid not in found)
        return found | {
            rid: Record("customer", rid, 0, {"owner": owner}) for rid in hidden if (owner := self._taken.owner(rid)) is not None
        }

    def as_of(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Values]:
        wanted = set(wanted)
        found: dict[tuple[str, int], Values] = {}
        with self._reading() as connection:
            vault = Vault(self._cipher, connection)
            for rids in chunks(sorted({rid for rid, _ in wanted})):
                for rid, version, said in connection.execute(select(_PAST).where(_PAST.c.rid.in_(rids))):
                    if (rid, version) in wanted and (plain := vault.open("past", str(version), rid, said)):
                        found[rid, version] = json.loads(plain)
        now = self.records(rid for rid, _ in wanted)
        return found | {(rid, one.version): one.values for rid, one in now.items() if (rid, one.version) in wanted}

    def taken(self, wanted: Sequence[Values], keys: Sequence[Sequence[str]], context: Context) -> list[Taken]:
        """As the snapshot says; the steward's machine has the last word."""
        found = []
        for index, values in enumerate(wanted):
            key = self._cipher.keys.index
            hits = dict.fromkeys(one for said in sorted(sought(values)) for one in self._taken.holding(digest(key, said)))
            found += [Taken(index, rid, self._taken.owner(rid) or "") for rid in hits]
        return found

    def answers(self, workbook: str, tokens: Iterable[str]) -> dict[str, tuple[str, str, str, str]]:
        found = {}
        with self._reading() as connection:
            for some in chunks(list(dict.fromkeys(tokens))):
                asked = select(_ANSWER).where(_ANSWER.c.workbook == workbook, _ANSWER.c.token.in_(some))
                for row in connection.execute(asked):
                    told = self._opened_answer(row.workbook, row.token, row.problem)
                    found[row.token] = (row.status, row.result, told, row.number)
        return found

    def done(self) -> set[str]:
        """The parcels that the steward's machine has dealt with."""
        with self._reading() as connection:
            return set(connection.execute(select(_DONE.c.parcel)).scalars())

    def _opened_answer(self, workbook: str, token: str, sealed: str) -> str:
        return _answer_key(self._cipher).open(f"answer|{workbook}|{token}", sealed)

    @property
    def _taken(self) -> _Held:
        if self._held is None:
            with self._reading() as connection:
                self._held = _Held(*connection.execute(select(_HELD)).one())
        return self._held

    def apply(self, operation: Operation, context: Context) -> Receipt:
        elsewhere()

    def numbers(self, pattern: str, count: int, moment: str) -> list[str]:
        elsewhere()

    def numbers_within(self, pattern: str, customers: Sequence[str], moment: str) -> list[str]:
        elsewhere()

    def history(self, rid: str) -> list[Entry]:
        elsewhere()

    def log(self, after: str, limit: int, sought: Sought = EVERYTHING) -> Page:
        elsewhere()

    def verify(self, heads: Iterable[str] = (), watch: Any = None) -> Verdict:
        elsewhere()

    @property
    def keyroom(self) -> Keyroom:
        elsewhere()

    def recover(self, passphrase: str) -> None:
        elsewhere()

    def erase(self, rid: str, reason: str, context: Context) -> Erased:
        elsewhere()


def elsewhere() -> NoReturn:
    """UsageError: this is done where the store is."""
    raise UsageError("folder.elsewhere")


class _Held:
    """Customers that are hidden from the member, by digest."""

    def __init__(self, digests: bytes, customers: bytes, owners: bytes, names: str) -> None:
        self._digests, self._customers, self._owners = array("I", digests), array("I", customers), array("H", owners)
        told = json.loads(names)
        self._people: list[str] = told["people"]
        self._rids: list[str] = told["rids"]
        self._places = {rid: place for place, rid in enumerate(self._rids)}

    def holding(self, wanted: int) -> list[str]:
        """The rids of the customers that have this digest."""
        start, found = bisect_left(self._digests, wanted), []
        while start < len(self._digests) and self._digests[start] == wanted:
            found.append(self._rids[self._customers[start]])
            start += 1
        return found

    def owner(self, rid: str) -> str | None:
        """Whose such a customer is."""
        place = self._places.get(rid)
        return None if place is None else self._people[self._owners[place]]


def _fill(connection: Connection, cipher: Cipher, snapshot: Snapshot) -> None:
    """Write everything of a snapshot."""
    pen, vault = Direct(connection), Vault(cipher, connection)
    index = Index(pen, cipher)
    pen.insert(SQL["person"], [_row("person", one.rid, people.values(one, snapshot.at[:10])) for one in _people(snapshot)])
    pen.insert(SQL["setting"], [_row("setting", name, {"value": value}) for name, value in snapshot.settings.items()])
    said = [_row("decision", pair, {"verdict": verdict, "reason": reason}) for pair, verdict, reason in snapshot.decisions]
    pen.insert(SQL["decision"], said)
    found = {key: [Record(*told) for told in rows] for key, rows in snapshot.records.items()}
    pen.insert(DATA_KEY, vault.make([one.rid for one in found.get("customer", ())]))
    gone: dict[str, list[tuple[object, ...]]] = {}
    for key, rid, number, state, into in snapshot.gone:
        assert key and rid
        gone.setdefault(key, []).append(_row(key, rid, {}, number=number, life=state, merged_into=into, version=1))
        if number:
            index.own(number, rid)
    for key in (key for key in LOGGED if key in found or key in gone):  # parents first
        rows = [_record(one, vault, index) for one in found.get(key, ())]
        pen.insert(SQL[key], rows + gone.get(key, []))
    _faces(index, vault, snapshot.looks)
    index.write()
    owners = {one.rid: one.values.get("customer") or one.rid for rows in found.values() for one in rows}
    pen.insert(_PAST, [
        (rid, version, vault.key(owners[rid]).seal(f"past|{version}|{rid}", json.dumps(values, ensure_ascii=False)))
        for rid, version, values in snapshot.past
    ])  # fmt: skip
    pen.insert(KEPT_VALUE, [
        (None, rid, name, vault.key(rid).seal(f"kept_value|{name}|{rid}", value) if _secret(name) else value, origin, "")
        for rid, name, value, origin in snapshot.kept
    ])  # fmt: skip
    pen.insert(SUBMISSION, [(*one, "") for one in snapshot.submitted])
    answers = _answer_key(cipher)
    pen.insert(_ANSWER, [
        (workbook, token, status, result, answers.seal(f"answer|{workbook}|{token}", problem), number)
        for workbook, token, status, result, problem, number in snapshot.answers
    ])  # fmt: skip
    pen.insert(_DONE, [(parcel,) for parcel in snapshot.done])
    pen.insert(_HELD, [_packed(snapshot.held)])


def _answer_key(cipher: Cipher) -> DataKey:
    """What seals the sentences about rows that are not stored: they may say what is in them."""
    return DataKey("answers", cipher.keys.wrap)


def _people(snapshot: Snapshot) -> list[Person]:
    names = [item.name for item in dataclass_fields(Person)]
    told = (dict(zip(names, one, strict=True)) for one in snapshot.people)
    return [Person(**{**one, "roles": frozenset(one["roles"])}) for one in told]


def _row(key: str, rid: str, values: Values, **kept: object) -> tuple[object, ...]:
    known: dict[str, object] = {"life": "live", "version": 1, **values, **kept}
    return (rid, *(known.get(name) for name in columns(LOGGED[key])[1:]))


def _record(record: Record, vault: Vault, index: Index) -> tuple[object, ...]:
    """A record as its table holds it, found by its number and telephones."""
    table = LOGGED[record.table]
    customer = record.values.get("customer") or record.rid
    values = dict(record.values)
    index.phones([values.get(name) for name in phone_fields(table)], record.rid, customer)
    for name in table.sensitive & values.keys():
        if text := values[name]:
            values[name] = vault.key(customer).seal(f"{record.table}|{name}|{record.rid}", text)
    if record.number:
        index.own(record.number, record.rid)
    if values.get("foreign_number"):
        index.former(values["foreign_number"] or "", record.rid)
    names = ("number", "origin", "created_by", "created_at", "updated_by", "updated_at", "version", "merged_into")
    kept = {name: getattr(record, name) for name in names}
    return _row(record.table, record.rid, {name: values.get(name) for name in fields(table)}, life=record.state, **kept)


def _faces(index: Index, vault: Vault, looks: dict[str, list[str]]) -> None:
    """Let new rows be compared with these customers."""
    if not looks:
        return
    from xlcrm.match import block, face

    owners = [rid for rid, texts in looks.items() for _ in texts]
    found: dict[str, dict[str, None]] = {rid: {} for rid in looks}
    for rid, keys in zip(owners, block.keys(face.read(text for texts in looks.values() for text in texts)), strict=True):
        found[rid].update(dict.fromkeys(keys))
    for rid, own in found.items():
        index.face(own, rid, seal_looks(vault, rid, looks[rid]))


def _secret(name: str) -> bool:
    return any(name in table.sensitive for table in LOGGED.values())


def _packed(held: Held) -> tuple[bytes, bytes, bytes, str]:
    names = json.dumps({"people": held.people, "rids": held.rids})
    return array("I", held.digests).tobytes(), array("I", held.customers).tobytes(), array("H", held.owners).tobytes(), names


__all__ = ["Facts", "Replica", "build", "digest", "elsewhere", "facts", "open"]

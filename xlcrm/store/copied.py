"""What a member's own copy of a firm's store consists of, and how it is made from a snapshot, complete or not at all."""

from __future__ import annotations

import json
from array import array
from base64 import b64encode
from dataclasses import fields as dataclass_fields
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text, insert

from xlcrm.crypto.box import Pair
from xlcrm.crypto.cipher import Cipher, DataKey, Keys
from xlcrm.model.context import Person
from xlcrm.model.operation import Record, Values
from xlcrm.model.proposal import Proposal
from xlcrm.model.snapshot import Held, Snapshot
from xlcrm.store import people, sqlite
from xlcrm.store.base import Done
from xlcrm.store.keys import Index, phone_fields, seal_looks
from xlcrm.store.pen import Direct
from xlcrm.store.schema import DATA_KEY, KEPT_VALUE, LOGGED, META, OPERATION, SQL, SUBMISSION, columns, fields
from xlcrm.store.vault import Vault

COPIED = MetaData()
PAST = Table(
    "past", COPIED,
    Column("rid", Text), Column("version", Integer), Column("said", Text), PrimaryKeyConstraint("rid", "version"),
)  # fmt: skip
ANSWER = Table(
    "answer", COPIED,
    Column("workbook", Text), Column("token", Text), *(Column(name, Text) for name in ("status", "result", "problem", "number")),
    PrimaryKeyConstraint("workbook", "token"),
)  # fmt: skip
DONE = Table("done", COPIED, Column("parcel", Text, primary_key=True))
REPLY = Table("reply", COPIED, Column("parcel", Text, primary_key=True), Column("said", Text))
BACK = Table("taken_back", COPIED, Column("number", Text, primary_key=True))
HELD = Table("held", COPIED, *(Column(name, LargeBinary) for name in ("digests", "customers", "owners")), Column("names", Text))
FACTS = "copy"
_LOOSE = 4  # bits less of a telephone's digest: some twenty telephones have it, so that trying them all tells nobody's
_BITS = 4  # bytes of a digest
_KNOWN = ("id", "kind", "actor", "at", "source", "reason", "reverses", "entries")  # of an operation


def digest(key: bytes, said: str) -> int:
    """What stands in a copy for something that tells a hidden customer (asking.telling): 32 bits."""
    found = int.from_bytes(blake2b(said.encode(), digest_size=_BITS, key=key).digest())
    return found >> _LOOSE if said.startswith("p:") else found


def build(path: Path, snapshot: Snapshot, mine: Pair) -> None:
    """Make the copy in ``path``, complete or not at all. StoreError: full disk, on a share."""
    fresh = path.with_suffix(".new")
    for left in (fresh, *(fresh.with_name(fresh.name + end) for end in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)
    store = sqlite.open(fresh, cipher(mine, snapshot.key))
    try:
        with store._writing() as connection:
            COPIED.create_all(connection)
            _fill(connection, store._cipher, snapshot)
            facts = json.dumps([snapshot.person, snapshot.account, snapshot.at, snapshot.number, snapshot.key]).encode()
            sealed = b64encode(mine.close(facts, mine.public, FACTS)).decode()
            connection.execute(insert(META).values(name=FACTS, value=sealed))
    finally:
        store.close()
    fresh.replace(path)


def cipher(mine: Pair, key: str) -> Cipher:
    """What opens the values of a copy."""
    return Cipher(Keys(mine.derived("copy"), bytes.fromhex(key)))


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
    pen.insert(PAST, [
        (rid, version, vault.key(owners[rid]).seal(f"past|{version}|{rid}", json.dumps(values, ensure_ascii=False)))
        for rid, version, values in snapshot.past
    ])  # fmt: skip
    pen.insert(KEPT_VALUE, [
        (None, rid, name, vault.key(rid).seal(f"kept_value|{name}|{rid}", value) if _secret(name) else value, origin, "")
        for rid, name, value, origin in snapshot.kept
    ])  # fmt: skip
    pen.insert(SUBMISSION, [(*one, "") for one in snapshot.submitted])
    answers = answer_key(cipher)
    pen.insert(ANSWER, [
        (workbook, token, status, result, answers.seal(f"answer|{workbook}|{token}", problem), number)
        for workbook, token, status, result, problem, number in snapshot.answers
    ])  # fmt: skip
    pen.insert(DONE, [(parcel,) for parcel in snapshot.done])
    pen.insert(REPLY, [(parcel, said) for parcel, said in snapshot.replies])
    pen.insert(SQL["proposal"], [_proposal(Proposal(*told)) for told in snapshot.proposals])
    pen.insert(SQL["approval"], [_word(place, *told) for place, told in enumerate(snapshot.words)])
    pen.insert(BACK, [(number,) for number in snapshot.taken_back])
    pen.insert(OPERATION, [_operation(Done(*told)) for told in snapshot.operations])
    pen.insert(HELD, [_packed(snapshot.held)])


def _operation(done: Done) -> tuple[object, ...]:
    """An operation as its table holds it, without what it did: that is the store's alone."""
    said = {"seq": done.number, "first": 0, **{name: getattr(done, name) for name in _KNOWN}}
    return tuple(said.get(column.name, "") for column in OPERATION.columns)


def _proposal(one: Proposal) -> tuple[object, ...]:
    said: Values = {name: getattr(one, name) or None for name in ("kind", "customer", "reason", "outcome")}
    said["about"] = json.dumps(one.about, ensure_ascii=False)
    return _row("proposal", one.rid, said, created_by=one.initiator, created_at=one.at, version=one.version)


def _word(place: int, about: str, person: str, seat: str, verdict: str, reason: str, at: str, round: int) -> tuple[object, ...]:
    """What somebody said; its own identity is the store's alone, ``place`` keeps the order."""
    said: Values = {"proposal": about, "round": str(round), "seat": seat, "verdict": verdict, "reason": reason}
    return _row("approval", f"{place:08}", said, created_by=person, created_at=at)


def answer_key(cipher: Cipher) -> DataKey:
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

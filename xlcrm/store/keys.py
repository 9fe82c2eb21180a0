"""What records are found by: numbers, blocking keys, and the last digits of their telephones.

Derived from the records, and so not in the log. Blocking keys are stored as keyed digests: a list of them tells nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter

from sqlalchemy import Connection, select
from sqlalchemy import Table as SqlTable

from xlcrm.crypto.cipher import Cipher
from xlcrm.match.caps import ALIKE, CAPS, MOST_COUNTED, RARITY
from xlcrm.model.fields import Kind, Table
from xlcrm.store.base import Candidates
from xlcrm.store.chunks import among, chunks
from xlcrm.store.digests import Digests
from xlcrm.store.pen import Face, Pen
from xlcrm.store.schema import BLOCKING_KEY, ENTRY, FACE, NUMBER, PHONE_TAIL, SQL
from xlcrm.store.vault import Vault

TAIL = 4

# Kinds of keys with a lower cap pair rows that have little else in common.
TELLING = frozenset(kind for kind, cap in CAPS.items() if cap >= 30)


def phone_fields(table: Table) -> tuple[str, ...]:
    """The fields of ``table`` that hold telephone numbers."""
    return tuple(item.key for item in table.data if item.kind is Kind.PHONE)


def seal_looks(vault: Vault, rid: str, looks: Sequence[str]) -> str | None:
    """What a customer may look like, as it is stored: erased with the customer's data key."""
    return vault.key(rid).seal(f"face|looks|{rid}", "\n".join(looks)) if looks else None


def tail_digest(cipher: Cipher, last: str) -> str:
    """What stands for the last four digits of a telephone, before it is folded (digests.py)."""
    return cipher.digest(f"tail|{last}")[:32]


def digits(text: str) -> str:
    """The digits of a telephone number without its extension."""
    return "".join(letter for letter in text.partition(";")[0] if letter.isdigit())


@dataclass(slots=True)
class Index:
    """Rows for the tables by which records are found, collected and written together."""

    pen: Pen
    cipher: Cipher
    digests: Digests = field(init=False)
    _numbers: list[tuple[str, str, str]] = field(default_factory=list)
    _faces: list[Face] = field(default_factory=list)
    _keys: int = 0
    _former: list[tuple[int, str]] = field(default_factory=list)
    _tails: list[tuple[str, str, str]] = field(default_factory=list)
    _seen: dict[str, str] = field(default_factory=dict)
    _stale: dict[SqlTable, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.digests = Digests(self.cipher, self.pen.connection)

    def own(self, number: str, rid: str) -> None:
        """A number that this store gave."""
        self._numbers.append((number, "own", rid))

    def former(self, number: str, rid: str) -> None:
        """A number from another system."""
        self._numbers.append((number, "former", rid))

    def face(self, keys: Iterable[str], rid: str, looks: str | None) -> None:
        """The blocking keys of a customer, and what it looks like, sealed."""
        keys = set(keys)
        stored = set(self.digests.stored(keys))
        self._faces.append((rid, looks, stored))
        self._keys += len(stored)
        if self.digests.changing:
            self._former += [(key, rid) for key in self.digests.former(keys)]

    def phones(self, numbers: Iterable[str | None], rid: str, customer: str) -> None:
        """The telephones of a record of ``customer``."""
        for tail in {self.tail(number) for number in numbers if number}:
            if tail:
                self._tails.append((tail, rid, customer))

    def tail(self, number: str) -> str:
        """The digest of a telephone's last four digits; "" if it has fewer."""
        last = number[-TAIL:]
        if not (last.isascii() and last.isdigit()) or ";" in number:
            last = digits(number)[-TAIL:]
        if len(last) < TAIL:
            return ""
        if last not in self._seen:
            self._seen[last] = self.digests.text(tail_digest(self.cipher, last))
        return self._seen[last]

    def forget(self, table: SqlTable, rid: str) -> None:
        """Drop what ``table`` holds for a record, before the rows collected here are written."""
        self._stale.setdefault(table, []).append(rid)

    def move(self, rid: str, customer: str) -> None:
        """The record ``rid`` now belongs to ``customer``."""
        self.pen.move(rid, customer)

    def write(self, least: int = 1) -> None:
        """Write the rows collected so far, if there are ``least`` or more blocking keys, in order: the tree grows at one side."""
        if self._keys < least and least > 1:
            return
        for table, rids in self._stale.items():
            self.pen.forget(table, rids)
        self._stale.clear()
        if self._faces:
            self._faces.sort(key=itemgetter(0))
            self.pen.faces(self._faces)
            self._faces.clear()
            self._keys = 0
        for table, rows in ((NUMBER, self._numbers), (PHONE_TAIL, self._tails)):
            if rows:
                rows.sort(key=itemgetter(0))  # within one key any order will do
                self.pen.insert(table, rows)
                rows.clear()
        if self._former:
            self.pen.compare(self._former)
            self._former.clear()


class Lookup:
    """What is asked about blocking keys (as stored) within the caller's transaction; in SQLite's words."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def counted(self, names: Sequence[int], most: int) -> dict[int, int]:
        """How many customers have each of these keys, at most ``most``; those that none has are left out."""
        asked = (
            "SELECT w.value, (SELECT count(*) FROM (SELECT 1 FROM blocking_key WHERE key = w.value LIMIT ?)) FROM json_each(?) w"
        )
        found = self.connection.exec_driver_sql(asked, (most, json.dumps(names)))
        return {name: number for name, number in found if number}

    def having(self, names: Sequence[int]) -> Iterator[tuple[int, str]]:
        """(key, customer) for the living customers with these keys, which not many have."""
        asked = "SELECT key, face FROM blocking_key WHERE key IN (SELECT value FROM json_each(?)) ORDER BY face"
        faces: dict[int, list[int]] = {}
        for name, face in self.connection.exec_driver_sql(asked, (json.dumps(names),)):
            faces.setdefault(face, []).append(name)
        # A cross join is done in the order that stands here: by the index of what is alive it would take seconds.
        living = (
            "SELECT f.id, c.rid FROM face f CROSS JOIN customer c ON c.rid = f.rid "
            "WHERE f.id IN (SELECT value FROM json_each(?)) AND c.life = 'live'"
        )
        for chunk in chunks(list(faces)):
            for face, rid in self.connection.exec_driver_sql(living, (json.dumps(chunk),)):
                yield from ((name, rid) for name in faces[face])

    def total(self) -> int:
        """About how many customers there are."""
        return self.connection.exec_driver_sql("SELECT max(rowid) FROM customer").scalar() or 0  # counting takes 0.1 s a million


def candidates(lookup: Lookup, digests: Digests, keys: Sequence[Sequence[str]], most: int | None) -> Candidates:
    """The living customers that share a key with new rows, whose ``keys`` are given (see ``Store.candidates``)."""
    wanted: dict[str, list[int]] = {}
    for index, group in enumerate(keys):
        for key in dict.fromkeys(group):
            wanted.setdefault(key, []).append(index)
    names = dict(zip(wanted, digests.forms(wanted), strict=True))
    telling = {name for key, forms in names.items() if key[0] in RARITY for name in forms}
    stored = lookup.counted(list(telling), MOST_COUNTED)
    stored |= lookup.counted(list({name for forms in names.values() for name in forms} - telling), max(CAPS.values()) + 1)
    counts = {key: sum(stored.get(name, 0) for name in names[key]) + len(rows) for key, rows in wanted.items()}
    few: dict[int, list[int]] = {}
    alike: dict[int, list[int]] = {}
    for key, forms in names.items():
        if cap := min(CAPS[key[0]], most or MOST_COUNTED):
            there = [name for name in forms if name in stored]
            if counts[key] <= cap:
                few |= dict.fromkeys(there, wanted[key])
            elif key[0] == ALIKE:
                alike |= dict.fromkeys(there[:1], wanted[key])
    found = {(index, rid) for name, rid in lookup.having(list(few)) for index in few[name]}
    for name, rows in alike.items():
        # Of many that say the very same one stands for all.
        for _, one in islice(lookup.having([name]), 1):
            found |= {(index, one) for index in rows}
    return Candidates(sorted(found), counts, lookup.total() + len(keys))


def looks(vault: Vault, connection: Connection, customers: Iterable[str]) -> dict[str, list[str]]:
    """What each customer may look like, as it was given; those it is not known of are left out."""
    customers = list(dict.fromkeys(customers))
    vault.load(customers)
    found = {}
    for chunk in chunks(customers):
        asked = select(FACE.c.rid, FACE.c.looks).where(among(connection, FACE.c.rid, chunk), FACE.c.looks.is_not(None))
        for rid, sealed in connection.execute(asked):
            if text := vault.open("face", "looks", rid, sealed):
                found[rid] = text.split("\n")
    return found


def overtaken(connection: Connection, digests: Digests, keys: Iterable[str], since: int, but: Collection[str]) -> bool:
    """Whether a customer stored or changed after the log's entry ``since`` has one of ``keys``; the rids ``but`` do not count."""
    asked = select(ENTRY.c.rid).where(ENTRY.c.seq > since, ENTRY.c.table == "customer").distinct()
    later = [rid for rid in connection.execute(asked).scalars() if rid not in but]
    if not later:
        return False
    ours = {form for forms in digests.forms([key for key in keys if key[0] in TELLING]) for form in forms}
    for chunk in chunks(later):
        theirs = select(BLOCKING_KEY.c.key).join(FACE, FACE.c.id == BLOCKING_KEY.c.face).where(FACE.c.rid.in_(chunk))
        if not ours.isdisjoint(connection.execute(theirs).scalars()):
            return True
    return False


def find(connection: Connection, numbers: Iterable[str]) -> dict[str, str]:
    """rid for each known number; merged customers are redirected to the survivor, a number of two records is left out."""
    own: dict[str, str] = {}
    former: dict[str, set[str]] = {}
    for chunk in chunks(list(dict.fromkeys(numbers))):
        for number, kind, rid in connection.execute(select(NUMBER).where(NUMBER.c.number.in_(chunk))):
            if kind == "own":
                own[number] = rid
            else:
                former.setdefault(number, set()).add(rid)
    survivors = survivor(connection, {*own.values(), *(rid for rids in former.values() for rid in rids)})
    found = {}
    for number, rids in former.items():
        living = {survivors.get(rid, rid) for rid in rids}
        if len(living) == 1:
            found[number] = living.pop()
    return found | {number: survivors.get(rid, rid) for number, rid in own.items()}


def survivor(connection: Connection, rids: Iterable[str]) -> Mapping[str, str]:
    """For each merged customer among ``rids``, the rid it lives on under."""
    customer = SQL["customer"].c
    found: dict[str, str] = {}
    open_ends = {rid: [rid] for rid in rids}
    while open_ends:
        step: dict[str, str] = {}
        for chunk in chunks(list(open_ends)):
            asked = select(customer.rid, customer.merged_into).where(customer.rid.in_(chunk), customer.life == "merged")
            rows = connection.execute(asked)
            step.update({rid: into for rid, into in rows if into})
        following: dict[str, list[str]] = {}
        for rid, into in step.items():
            # A ring cannot come from merging; a damaged store must not hang the search.
            origins = [origin for origin in open_ends[rid] if origin != into and found.get(origin) != into]
            found.update(dict.fromkeys(origins, into))
            if origins:
                following.setdefault(into, []).extend(origins)
        open_ends = following
    return found

"""What records are found by: numbers, blocking keys, and the last digits of their telephones.

Derived from the records, and so not in the log. Keys made of telephones, mail addresses and identity numbers
(``match.caps.SECRET``) are stored as keyed digests: a list of them tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, MetaData, Text, delete, func, select, update
from sqlalchemy import Table as SqlTable

from xlcrm.crypto.cipher import Cipher
from xlcrm.match.caps import ALIKE, CAPS, MOST_COUNTED, SECRET
from xlcrm.model.fields import Kind, Table
from xlcrm.store.base import Candidates
from xlcrm.store.chunks import chunks
from xlcrm.store.schema import BLOCKING_KEY, ENTRY, NUMBER, PHONE_TAIL, SQL, insert

TAIL = 4

# Lives in the connection's temporary schema: joins a long list of wanted keys with the index.
_WANTED = SqlTable("wanted_key", MetaData(), Column("key", Text, primary_key=True), prefixes=["TEMPORARY"])
_TELLING = 30  # kinds of keys with a lower cap pair rows that have little else in common


def phone_fields(table: Table) -> tuple[str, ...]:
    """The fields of ``table`` that hold telephone numbers."""
    return tuple(item.key for item in table.data if item.kind is Kind.PHONE)


def stored_key(cipher: Cipher, key: str) -> str:
    """A blocking key as it is stored."""
    return key[:2] + cipher.digest(key)[:32] if key[0] in SECRET else key


def digits(text: str) -> str:
    """The digits of a telephone number without its extension."""
    return "".join(letter for letter in text.partition(";")[0] if letter.isdigit())


@dataclass(slots=True)
class Index:
    """Rows for the tables by which records are found, collected and written together."""

    connection: Connection
    cipher: Cipher
    _numbers: list[tuple[str, str, str]] = field(default_factory=list)
    _keys: list[tuple[str, str, str]] = field(default_factory=list)
    _tails: list[tuple[str, str, str]] = field(default_factory=list)
    _seen: dict[str, str] = field(default_factory=dict)
    _stale: dict[SqlTable, list[str]] = field(default_factory=dict)

    def own(self, number: str, rid: str) -> None:
        """A number that this store gave."""
        self._numbers.append((number, "own", rid))

    def former(self, number: str, rid: str) -> None:
        """A number from another system."""
        self._numbers.append((number, "former", rid))

    def keys(self, keys: Iterable[str], rid: str, customer: str) -> None:
        """The blocking keys of a record of ``customer``."""
        self._keys += [(stored_key(self.cipher, key), rid, customer) for key in dict.fromkeys(keys)]

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
            self._seen[last] = self.cipher.digest(f"tail|{last}")[:32]
        return self._seen[last]

    def forget(self, table: SqlTable, rid: str) -> None:
        """Drop what ``table`` holds for a record, before the rows collected here are written."""
        self._stale.setdefault(table, []).append(rid)

    def move(self, rid: str, customer: str) -> None:
        """The record ``rid`` now belongs to ``customer``."""
        for table in (BLOCKING_KEY, PHONE_TAIL):
            self.connection.execute(update(table).where(table.c.rid == rid).values(customer=customer))

    def write(self, least: int = 1) -> None:
        """Write the rows collected so far, if there are ``least`` or more blocking keys, in order: the tree grows at one side."""
        if len(self._keys) < least and least > 1:
            return
        for table, rids in self._stale.items():
            for chunk in chunks(rids):
                self.connection.execute(delete(table).where(table.c.rid.in_(chunk)))
        self._stale.clear()
        # A former number may be there already (a field changed to and fro); a number of our own twice is an error.
        former = insert(NUMBER) + " ON CONFLICT (number, kind, rid) DO NOTHING"
        for statement, rows in ((former, self._numbers), (insert(BLOCKING_KEY), self._keys), (insert(PHONE_TAIL), self._tails)):
            if rows:
                rows.sort()
                self.connection.exec_driver_sql(statement, rows)
                rows.clear()


def candidates(connection: Connection, cipher: Cipher, keys: Sequence[Sequence[str]], most: int | None) -> Candidates:
    """The living customers that share a key with new rows, whose ``keys`` are given (see ``Store.candidates``)."""
    wanted: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for index, group in enumerate(keys):
        for key in dict.fromkeys(group):
            wanted.setdefault(key, []).append(index)
            names[key] = stored_key(cipher, key)
    stored = _counted(connection, names.values())
    counts = {key: stored.get(names[key], 0) + len(rows) for key, rows in wanted.items()}
    few, alike = {}, {}
    for key, name in names.items():
        if name in stored and (cap := min(CAPS[key[0]], most or MOST_COUNTED)):
            if counts[key] <= cap:
                few[name] = wanted[key]
            elif key[0] == ALIKE:
                alike[name] = wanted[key]
    found = {(index, rid) for name, rid in _having(connection, few) for index in few[name]}
    for name, rows in alike.items():
        # Of many that say the very same one stands for all.
        one = select(func.min(BLOCKING_KEY.c.customer)).where(BLOCKING_KEY.c.key == name)
        found |= {(index, connection.execute(one).scalar_one()) for index in rows}
    total = connection.exec_driver_sql("SELECT max(rowid) FROM customer").scalar() or 0  # counting them takes 0.1 s a million
    return Candidates(sorted(found), counts, total + len(keys))


def _counted(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """How many customers have each of these keys (as stored), at most ``MOST_COUNTED``; those that none has are left out."""
    _WANTED.create(connection, checkfirst=False)
    connection.exec_driver_sql(insert(_WANTED), [(name,) for name in dict.fromkeys(names)] or [("",)])
    some = select(BLOCKING_KEY.c.customer).where(BLOCKING_KEY.c.key == _WANTED.c.key).limit(MOST_COUNTED).correlate(_WANTED)
    count = select(func.count(some.subquery().c.customer.distinct())).scalar_subquery()
    found = connection.execute(select(_WANTED.c.key, count)).all()
    _WANTED.drop(connection)
    return {name: number for name, number in found if number}


def _having(connection: Connection, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(key as stored, customer) for the living customers with these keys."""
    for chunk in chunks(list(names)):
        places = ", ".join("?" * len(chunk))  # there are many keys: expanding an in_() would take longer than the search
        asked = (
            "SELECT DISTINCT k.key, k.customer FROM blocking_key k JOIN customer c ON c.rid = k.customer "  # noqa: S608 - question marks
            f"WHERE k.key IN ({places}) AND c.life = 'live'"
        )
        yield from ((name, rid) for name, rid in connection.exec_driver_sql(asked, tuple(chunk)))


def overtaken(connection: Connection, cipher: Cipher, keys: Iterable[str], since: int, but: Collection[str]) -> bool:
    """Whether a customer stored or changed after the log's entry ``since`` has one of ``keys``; the rids ``but`` do not count."""
    asked = select(ENTRY.c.rid).where(ENTRY.c.seq > since, ENTRY.c.table == "customer").distinct()
    later = [rid for rid in connection.execute(asked).scalars() if rid not in but]
    if not later:
        return False
    ours = {stored_key(cipher, key) for key in keys if CAPS[key[0]] >= _TELLING}
    for chunk in chunks(later):
        theirs = select(BLOCKING_KEY.c.key).where(BLOCKING_KEY.c.rid.in_(chunk))
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

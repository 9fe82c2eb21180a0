"""What records are found by: numbers, blocking keys, and the last digits of their telephones.

Derived from the records, and so not in the log. Keys made of telephones and mail addresses ("p:...", "e:...") are stored as
keyed digests: a list of them tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, MetaData, Text, func, select
from sqlalchemy import Table as SqlTable

from xlcrm.crypto.cipher import Cipher
from xlcrm.model.fields import Kind, Table
from xlcrm.store.chunks import chunks
from xlcrm.store.pen import Pen
from xlcrm.store.schema import BLOCKING_KEY, ENTRY, NUMBER, PHONE_TAIL, SQL, insert

SECRET = ("p:", "e:")
TAIL = 4

# Lives in the connection's temporary schema: joins a long list of wanted keys with the index.
_WANTED = SqlTable("wanted_key", MetaData(), Column("key", Text, primary_key=True), prefixes=["TEMPORARY"])


def phone_fields(table: Table) -> tuple[str, ...]:
    """The fields of ``table`` that hold telephone numbers."""
    return tuple(item.key for item in table.data if item.kind is Kind.PHONE)


def stored_key(cipher: Cipher, key: str) -> str:
    """A blocking key as it is stored."""
    return key[:2] + cipher.digest(key)[:32] if key.startswith(SECRET) else key


def stored_tail(cipher: Cipher, last: str) -> str:
    """The last four digits of a telephone as they are stored."""
    return cipher.digest(f"tail|{last}")[:32]


def digits(text: str) -> str:
    """The digits of a telephone number without its extension."""
    return "".join(letter for letter in text.partition(";")[0] if letter.isdigit())


@dataclass(slots=True)
class Index:
    """Rows for the tables by which records are found, collected and written together."""

    pen: Pen
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
            self._seen[last] = stored_tail(self.cipher, last)
        return self._seen[last]

    def forget(self, table: SqlTable, rid: str) -> None:
        """Drop what ``table`` holds for a record, before the rows collected here are written."""
        self._stale.setdefault(table, []).append(rid)

    def move(self, rid: str, customer: str) -> None:
        """The record ``rid`` now belongs to ``customer``."""
        self.pen.move(rid, customer)

    def write(self, least: int = 1) -> None:
        """Write the rows collected so far, if there are ``least`` or more blocking keys, in order: the tree grows at one side."""
        if len(self._keys) < least and least > 1:
            return
        for table, rids in self._stale.items():
            self.pen.forget(table, rids)
        self._stale.clear()
        for table, rows in ((NUMBER, self._numbers), (BLOCKING_KEY, self._keys), (PHONE_TAIL, self._tails)):
            if rows:
                rows.sort()
                self.pen.insert(table, rows)
                rows.clear()


def candidates(connection: Connection, cipher: Cipher, keys: Sequence[Sequence[str]], cap: int) -> list[tuple[int, str]]:
    """(index into ``keys``, customer rid) for each living customer sharing a key that at most ``cap`` customers have."""
    wanted: dict[str, list[int]] = {}
    for index, group in enumerate(keys):
        for key in dict.fromkeys(group):
            wanted.setdefault(stored_key(cipher, key), []).append(index)
    present = _present(connection, list(wanted))
    if not present:
        return []
    customer, stored = SQL["customer"], BLOCKING_KEY
    alive = (customer.c.rid == stored.c.customer) & (customer.c.life == "live")
    _WANTED.create(connection, checkfirst=False)
    connection.exec_driver_sql(insert(_WANTED), [(name,) for name in present])
    # One more than the cap is enough to know that a key is too common.
    sharing = select(stored.c.customer).join(customer, alive).where(stored.c.key == _WANTED.c.key).distinct().limit(cap + 1)
    few = select(func.count()).select_from(sharing.correlate(_WANTED).subquery()).scalar_subquery()
    # An expression, so that SQLite looks up each wanted key among the stored ones; the other way round it reads them all.
    joined = _WANTED.join(stored, stored.c.key == _WANTED.c.key.concat("")).join(customer, alive)
    found = connection.execute(
        select(_WANTED.c.key, stored.c.customer).select_from(joined).where(few <= cap).distinct()
    ).all()
    _WANTED.drop(connection)
    pairs = {(index, rid) for name, rid in found for index in wanted[name]}
    return sorted(pairs)


def _present(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Those of ``keys`` (as stored) that any record has: of new customers' keys hardly one."""
    found: list[str] = []
    for chunk in chunks(keys):
        places = ", ".join("?" * len(chunk))  # there are many keys: expanding an in_() would take longer than the search
        asked = f'SELECT DISTINCT "key" FROM blocking_key WHERE "key" IN ({places})'  # noqa: S608 - places are question marks
        found += connection.exec_driver_sql(asked, tuple(chunk)).scalars()
    return found


def overtaken(connection: Connection, cipher: Cipher, keys: Iterable[str], since: int, but: Collection[str]) -> bool:
    """Whether a customer stored or changed after the log's entry ``since`` has one of ``keys``; the rids ``but`` do not count."""
    asked = select(ENTRY.c.rid).where(ENTRY.c.seq > since, ENTRY.c.table == "customer").distinct()
    later = [rid for rid in connection.execute(asked).scalars() if rid not in but]
    if not later:
        return False
    ours = {stored_key(cipher, key) for key in keys}
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

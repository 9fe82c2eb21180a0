"""A member's own copy of a firm's store: a SQLite file that holds what this person may see, made anew from each snapshot.

Everything that reads a store reads this one as well; nothing is written into it but by the next snapshot. Sensitive values are
sealed in it as in any store, by a key that follows from the member's identity.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from base64 import b64decode
from binascii import Error as NotBase64
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import select

from xlcrm.crypto.box import Pair
from xlcrm.crypto.keys import mine_from
from xlcrm.errors import KeysError, UsageError
from xlcrm.model.context import Context
from xlcrm.model.operation import Operation, Receipt, Record, Taken, Values
from xlcrm.store import sqlite
from xlcrm.store.asking import sought
from xlcrm.store.base import EVERYTHING, Entry, Link, Page, Sought, Turn, Verdict
from xlcrm.store.chunks import chunks
from xlcrm.store.copied import ANSWER, BACK, DONE, FACTS, HELD, PAST, REPLY, answer_key, cipher, digest
from xlcrm.store.erasing import Erased
from xlcrm.store.keyroom import Keyroom
from xlcrm.store.sql import SqlStore
from xlcrm.store.vault import Vault

if TYPE_CHECKING:
    from xlcrm.store.backup.source import Source


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose copy this is, and of when: as in Snapshot."""

    person: str
    account: str
    at: str
    number: int
    key: str


def facts(path: Path, mine: Pair) -> Facts:
    """Whose copy lies in ``path``. KeysError where it is another identity's, or none."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (sealed,) = connection.execute("SELECT value FROM meta WHERE name = ?", (FACTS,)).fetchone()
        return Facts(*json.loads(mine.open(b64decode(sealed), mine.public, FACTS)))
    except (sqlite3.Error, TypeError, ValueError, NotBase64) as error:
        raise KeysError("crypto.other_box") from error


def open(path: Path, mine: Pair) -> Replica:
    """The copy in ``path``. KeysError where it is another identity's."""
    found = facts(path, mine)
    store = sqlite.open(path, cipher(mine, found.key), create=False)
    return Replica(store, found)


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
                for rid, version, said in connection.execute(select(PAST).where(PAST.c.rid.in_(rids))):
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
                asked = select(ANSWER).where(ANSWER.c.workbook == workbook, ANSWER.c.token.in_(some))
                for row in connection.execute(asked):
                    told = self._opened_answer(row.workbook, row.token, row.problem)
                    found[row.token] = (row.status, row.result, told, row.number)
        return found

    def done(self) -> set[str]:
        """The parcels that the steward's machine has dealt with."""
        with self._reading() as connection:
            return set(connection.execute(select(DONE.c.parcel)).scalars())

    def replies(self) -> dict[str, str]:
        """What the steward's machine said to wishes (jobs/folder/wish.py), by the name of the parcel."""
        with self._reading() as connection:
            return {row.parcel: row.said for row in connection.execute(select(REPLY))}

    def taken_back(self) -> set[str]:
        with self._reading() as connection:
            return set(connection.execute(select(BACK)).scalars())

    def _opened_answer(self, workbook: str, token: str, sealed: str) -> str:
        return answer_key(self._cipher).open(f"answer|{workbook}|{token}", sealed)

    @property
    def _taken(self) -> _Held:
        if self._held is None:
            with self._reading() as connection:
                self._held = _Held(*connection.execute(select(HELD)).one())
        return self._held

    def apply(self, operation: Operation, context: Context) -> Receipt:
        elsewhere()

    def numbers(self, pattern: str, count: int, moment: str) -> list[str]:
        elsewhere()

    def numbers_within(self, pattern: str, customers: Sequence[str], moment: str) -> list[str]:
        elsewhere()

    def history(self, rid: str) -> list[Entry]:
        elsewhere()

    def turns(self, table: str, names: Collection[str], since: str = "") -> Iterator[Turn]:
        elsewhere()

    def log(self, after: str, limit: int, sought: Sought = EVERYTHING) -> Page:
        elsewhere()

    def verify(self, heads: Iterable[str] = (), watch: Any = None) -> Verdict:
        elsewhere()

    @property
    def keyroom(self) -> Keyroom:
        elsewhere()

    @property
    def backups(self) -> Source:
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

"""The store over SQLAlchemy: one transaction a call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, func, select

from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import StoreError, UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.fields import Table
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Imported, Kept, Operation, Receipt, Record, Result, Taken, Values
from xlcrm.model.proposal import Proposal, Word
from xlcrm.rules.rights import Rights, rights_of
from xlcrm.store import (
    apply,
    asking,
    chain,
    erasing,
    feed,
    keys,
    log,
    merging,
    notices,
    numbers,
    people,
    proposals,
    reading,
    search,
    status,
    tallies,
    undoing,
    unlocking,
)
from xlcrm.store.base import EVERYTHING, Candidates, Columns, Done, Entry, Link, Page, Sought, Turn, Verdict
from xlcrm.store.batch import read
from xlcrm.store.digests import Digests
from xlcrm.store.erasing import Erased
from xlcrm.store.faults import AccountTaken, explained
from xlcrm.store.folding import Answer, FoldHand
from xlcrm.store.keyhand import KeyHand
from xlcrm.store.keyroom import Keyroom
from xlcrm.store.migrations import LATEST
from xlcrm.store.pen import Direct
from xlcrm.store.schema import FACE, IMPORTED, LOGGED, MIGRATION, OWNED, PINYIN, RECORDS, SQL, insert
from xlcrm.store.status import Status
from xlcrm.store.vault import Vault

if TYPE_CHECKING:
    from xlcrm.store.backup.full import Watch
    from xlcrm.store.backup.package import Sections
    from xlcrm.store.backup.source import Source


class SqlStore:
    """A Store (see base.py) in a database; ``path`` names it in error messages. Open one with sqlite.open or postgres."""

    account = ""
    _lookup = keys.Lookup
    _hand = KeyHand
    _fold_hand = FoldHand

    def __init__(self, engine: Engine, cipher: Cipher, path: str) -> None:
        self._engine = engine
        self._cipher = cipher
        self.path = path

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with explained(self.path), self._engine.connect().execution_options(write=True) as connection, connection.begin():
            found = connection.execute(select(func.max(MIGRATION.c.version))).scalar_one()
            if found > LATEST:  # a newer program migrated the store since it was opened
                raise StoreError("store.newer", path=self.path, found=found, known=LATEST)
            yield connection

    def link(self) -> Link:
        return Link("file")

    def keys_from(self) -> str:
        return self._cipher.origin

    def people(self) -> list[Person]:
        with self._reading() as connection:
            return people.people(connection)

    def ensure_person(self, account: str, name: str, roles: Iterable[str], moment: datetime) -> Person:
        """The colleague with this login; the first one of a store is added with ``roles`` (codes)."""
        colleagues = self.people()
        if not colleagues:
            person = Person(new_rid(), account, name, roles=frozenset(roles))
            try:
                self.apply(Operation("people", [people.joining(person)]), Context(person, lambda: moment))
                return person
            except AccountTaken:  # two clicks at once
                colleagues = self.people()
        found = next((person for person in colleagues if person.account == account), None)
        if found is None or found.disabled:
            keepers = [one.name for one in colleagues if "admin" in one.roles and not one.disabled]
            key = "store.person_unknown" if found is None else "store.person_disabled"
            raise StoreError(key, account=account, path=self.path, admins="、".join(keepers))
        return found

    def add_person(self, person: Person, context: Context) -> Person:
        """Add a colleague; with a fresh rid where ``person`` has none. UsageError if the login is taken."""
        person = person if person.rid else replace(person, rid=new_rid())
        self._people(people.joining(person), context)
        return person

    def change_person(self, person: Person, context: Context) -> None:
        self._people(Change("person", person.rid, "", people.values(person, context.now()[:10]), base=0), context)

    def _people(self, change: Change, context: Context) -> None:
        try:
            receipt = self.apply(Operation("people", [change]), context)
        except AccountTaken as error:
            raise UsageError("store.person_known", account=change.values["account"]) from error
        if receipt.outcomes[0].result is Result.REFUSED:
            raise UsageError("rights.no_people")

    def settings(self) -> dict[str, str]:
        with self._reading() as connection:
            return people.settings(connection)

    def digest(self, text: str) -> str:
        return self._cipher.digest(text)

    def numbers(self, pattern: str, count: int, moment: str) -> list[str]:
        return self._numbers(pattern, {"": count}, moment)[""]

    def numbers_within(self, pattern: str, customers: Sequence[str], moment: str) -> list[str]:
        wants: dict[str, int] = {}
        for customer in customers:
            wants[customer] = wants.get(customer, 0) + 1
        given = {customer: iter(found) for customer, found in self._numbers(pattern, wants, moment).items()}
        return [next(given[customer]) for customer in customers]

    def _numbers(self, pattern: str, wants: dict[str, int], moment: str) -> dict[str, list[str]]:
        return numbers.reserve(pattern, wants, moment, lambda asked: self._advance(asked, moment))

    def _advance(self, asked: Sequence[tuple[str, int]], moment: str) -> list[int]:
        """Move counters on (numbers.Advance)."""
        with self._writing() as connection:
            journal = apply.journal(Direct(connection), "numbers")
            journal.at = moment
            reached = numbers.advance(connection, journal, asked)
            journal.close()
        return reached

    def records(self, rids: Iterable[str]) -> dict[str, Record]:
        with self._reading() as connection:
            return reading.records(Vault(self._cipher, connection), connection, rids)

    def find(self, numbers: Iterable[str]) -> dict[str, str]:
        with self._reading() as connection:
            return keys.find(connection, numbers)

    def as_of(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Values]:
        with self._reading() as connection:
            return reading.as_of(Vault(self._cipher, connection), connection, wanted)

    def candidates(self, keys_: Sequence[Sequence[str]], most: int | None = None) -> Candidates:
        with self._reading() as connection:
            if connection.execute(select(FACE.c.id).limit(1)).first() is None:  # digesting and counting would tell nothing
                return Candidates([], {}, len(keys_))
            return keys.candidates(self._lookup(connection), Digests(self._cipher, connection), keys_, most)

    def taken(self, wanted: Sequence[Values], keys: Sequence[Sequence[str]], context: Context) -> list[Taken]:
        return asking.taken(self, self._rights(context), wanted, keys, context)

    def reveal(self, rid: str, field: str, reason: str, context: Context) -> str | None:
        return asking.reveal(self, self._rights(context), rid, field, reason, context)

    def _rights(self, context: Context) -> Rights:
        return rights_of(context.actor, self.people(), context.now()[:10])

    def asked(self, actor: str, since: str) -> dict[str, str]:
        access = SQL["access"].c
        told = select(access.customer, access.kind).where(access.created_by == actor, access.created_at >= since)
        with self._reading() as connection:
            rows = connection.execute(told.where(access.kind.in_(("ask", "held"))).order_by(access.kind.desc()))
            return {rid: kind for rid, kind in rows if rid}

    def looks(self, customers: Iterable[str]) -> dict[str, list[str]]:
        with self._reading() as connection:
            return keys.looks(Vault(self._cipher, connection), connection, customers)

    def position(self) -> int:
        with self._reading() as connection:
            return log.position(connection)

    def decisions(self, pairs: Iterable[str]) -> dict[str, Decision]:
        with self._reading() as connection:
            rows = read(connection, LOGGED["decision"], list(dict.fromkeys(pairs)))
        return {row["rid"]: Decision(row["rid"], row["verdict"], row["reason"] or "") for row in rows if row["verdict"]}

    def submitted(self, workbook: str, tokens: Iterable[str]) -> dict[str, str]:
        with self._reading() as connection:
            found = apply.submitted(connection, Digests(self._cipher, connection), workbook, tokens)
            return {token: rid for token, (_, rid) in found.items()}

    def imported(self, tokens: Iterable[str]) -> list[Imported]:
        with self._reading() as connection:
            digests = Digests(self._cipher, connection)
            forms = {form: token for token in tokens for form in digests.texts(token)}
            found = reading.imported(connection, IMPORTED.c.token, forms)
            return [replace(one, token=forms[one.token]) for one in found]

    def imports(self, rids: Iterable[str]) -> list[Imported]:
        with self._reading() as connection:
            return reading.imported(connection, IMPORTED.c.rid, rids)

    def answers(self, workbook: str, tokens: Iterable[str]) -> dict[str, tuple[str, str, str, str]]:
        return {}

    def taken_back(self) -> set[str]:
        return set()

    def children(self, table: str, customers: Iterable[str]) -> dict[str, list[Record]]:
        if table not in OWNED:
            raise UsageError("store.bad_table", table=table)
        with self._reading() as connection:
            return reading.children(Vault(self._cipher, connection), connection, LOGGED[table], customers)

    def search(self, text: str, limit: int = 20) -> list[Record]:
        if search.by_pinyin(text):
            with self._reading() as connection:
                names = self._unspelled(connection)
            if names:
                self._spell(search.spelled(names))
        with self._reading() as connection:
            return search.customers(Vault(self._cipher, connection), self._cipher, connection, text, limit)

    def _unspelled(self, connection: Connection) -> list[tuple[str, str]]:
        return search.unspelled(connection)

    def _spell(self, rows: list[tuple[str, str, str]]) -> None:
        """Remember the pinyin of names (search.spelled)."""
        with self._writing() as connection:
            connection.exec_driver_sql(insert(PINYIN) + " ON CONFLICT (rid) DO NOTHING", rows)

    def scan(self, table: str, where: Sequence[tuple[str, str, str]] = ()) -> Iterator[Record]:
        if table not in {declared.key for declared in RECORDS}:
            raise UsageError("store.bad_table", table=table)
        with self._reading() as connection:
            yield from reading.scan(Vault(self._cipher, connection), connection, LOGGED[table], where)

    def columns(self, table: str, names: Collection[str]) -> Columns:
        with self._reading() as connection:
            return tallies.columns(connection, _tallied(table), names)

    def turns(self, table: str, names: Collection[str], since: str = "") -> Iterator[Turn]:
        with self._reading() as connection:
            yield from tallies.turns(connection, _tallied(table), names, since)

    def history(self, rid: str) -> list[Entry]:
        with self._reading() as connection:
            return reading.history(Vault(self._cipher, connection), connection, rid)

    def kept(self, rids: Iterable[str]) -> dict[str, list[Kept]]:
        with self._reading() as connection:
            return reading.kept(Vault(self._cipher, connection), connection, rids)

    def sealed(self) -> bool:
        with self._reading() as connection:
            return chain.sealed(connection)

    def status(self) -> Status:
        with self._reading() as connection:
            return status.status(connection)

    def log(self, after: str, limit: int, sought: Sought = EVERYTHING) -> Page:
        with self._reading() as connection:
            return feed.page(Vault(self._cipher, connection), connection, after, limit, sought)

    def operations(
        self,
        actor: str = "",
        source: str = "",
        kinds: Iterable[str] = (),
        numbers: Iterable[int] = (),
        ids: Iterable[str] = (),
        limit: int = 20,
    ) -> list[Done]:
        with self._reading() as connection:
            return undoing.operations(connection, actor, source, kinds, numbers, ids, limit)

    def notices(self, states: Iterable[str] = (), rids: Iterable[str] | None = None) -> list[Record]:
        with self._reading() as connection:
            return notices.notices(connection, list(states), None if rids is None else list(dict.fromkeys(rids)))

    def proposals(self, kind: str = "", outcome: str = "open") -> list[Proposal]:
        with self._reading() as connection:
            return proposals.proposals(connection, kind, outcome)

    def words(self, about: Iterable[str]) -> dict[str, list[Word]]:
        with self._reading() as connection:
            return proposals.words(connection, list(dict.fromkeys(about)))

    def joined(self, rids: Iterable[str], table: str = "customer") -> dict[str, list[str]]:
        with self._reading() as connection:
            return merging.joined(connection, list(rids), table)

    def verify(self, heads: Iterable[str] = (), watch: Callable[[int, int], None] | None = None) -> Verdict:
        with self._reading() as connection:
            return chain.verify(connection, heads, watch)

    def apply(self, operation: Operation, context: Context) -> Receipt:
        with self._writing() as connection:
            return apply.apply(Direct(connection), self._cipher, operation, context)

    @property
    def keyroom(self) -> Keyroom:
        return Keyroom(
            self._cipher, self._reading, self._writing, self._together, self._done, self._hand, self._fold_hand
        )  # fmt: skip

    @property
    def backups(self) -> Source:
        from xlcrm.store.backup.source import Source  # needed by few commands

        return Source(self._cipher, self._reading, self._whole_copy, self.keyroom.within)

    def _whole_copy(self, watch: Watch) -> AbstractContextManager[tuple[Connection, str, Sections]]:
        from xlcrm.store.backup import full

        return full.copied(Path(self.path), watch)

    def recover(self, passphrase: str) -> None:
        """Work with the keys that the printed recovery passphrase opens. KeysError: mistyped, an old one, or none was made."""
        with self._reading() as connection:
            self._cipher = unlocking.recover(connection, passphrase)

    def _done(self, work: Callable[[Connection], Answer]) -> Answer:
        """``work`` in a write transaction of its own."""
        with self._writing() as connection:
            return work(connection)

    def _together(self, operation: Operation, context: Context, write: Callable[[KeyHand], None]) -> Receipt:
        """Apply ``operation`` and ``write`` keys, or neither; UsageError without the right."""
        with self._writing() as connection:
            write(KeyHand(connection))
            return permitted(apply.apply(Direct(connection), self._cipher, operation, context))

    def erase(self, rid: str, reason: str, context: Context) -> Erased:
        with self._writing() as connection:
            done = erasing.erase(connection, rid, reason, context)
        with explained(self.path):
            return Erased(done, erasing.scrub(self._engine))

    def erased(self) -> list[str]:
        customer = SQL["customer"].c
        with self._reading() as connection:
            asked = select(customer.rid).where(customer.life == "erased").order_by(customer.rid)
            return list(connection.execute(asked).scalars())

    def close(self) -> None:
        self._engine.dispose()


def _tallied(table: str) -> Table:
    if table not in {declared.key for declared in RECORDS} | {"decision"}:
        raise UsageError("store.bad_table", table=table)
    return LOGGED[table]


def permitted(receipt: Receipt) -> Receipt:
    """``receipt``; UsageError, to end the transaction, where a change of keys was refused, or came too late."""
    results = {outcome.result for outcome in receipt.outcomes}
    if Result.REFUSED in results:
        raise UsageError("rights.no_keys")
    if Result.GONE in results:
        raise UsageError("crypto.changed_meanwhile")
    return receipt

"""The store over SQLAlchemy: one transaction a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import StoreError, UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Decision, Kept, Operation, Receipt, Record, Values
from xlcrm.store import apply, chain, keys, log, numbers, people, reading, search, status
from xlcrm.store.base import Candidates, Entry, Verdict
from xlcrm.store.batch import read
from xlcrm.store.faults import AccountTaken, explained
from xlcrm.store.migrations import LATEST
from xlcrm.store.pen import Direct
from xlcrm.store.schema import LOGGED, MIGRATION, OWNED, PINYIN, RECORDS, insert
from xlcrm.store.status import Status
from xlcrm.store.vault import Vault


class SqlStore:
    """A Store (see base.py) in a database; ``path`` names it in error messages. Open one with sqlite.open or postgres."""

    account = ""
    _lookup = keys.Lookup

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

    def people(self) -> list[Person]:
        with self._reading() as connection:
            return people.people(connection)

    def ensure_person(self, account: str, name: str, roles: Iterable[str], moment: datetime) -> Person:
        """The colleague with this login, added with ``roles`` (codes) at the first use of an embedded store."""
        found = next((person for person in self.people() if person.account == account), None)
        if found:
            return found
        person = Person(new_rid(), account, name, roles=frozenset(roles))
        try:
            self.apply(Operation("people", [people.joining(person)]), Context(person, lambda: moment))
        except AccountTaken:  # two clicks at once
            return next(known for known in self.people() if known.account == account)
        return person

    def add_person(self, person: Person, context: Context) -> Person:
        """Add a colleague; with a fresh rid where ``person`` has none. UsageError if the login is taken."""
        person = person if person.rid else replace(person, rid=new_rid())
        try:
            self.apply(Operation("people", [people.joining(person)]), context)
        except AccountTaken as error:
            raise UsageError("store.person_known", account=person.account) from error
        return person

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
            return keys.candidates(self._lookup(connection), self._cipher, keys_, most)

    def looks(self, customers: Iterable[str]) -> dict[str, list[str]]:
        with self._reading() as connection:
            return keys.looks(Vault(self._cipher, connection), connection, customers)

    def position(self) -> int:
        with self._reading() as connection:
            return log.position(connection)

    def decisions(self, pairs: Iterable[str]) -> dict[str, Decision]:
        with self._reading() as connection:
            rows = read(connection, LOGGED["decision"], list(dict.fromkeys(pairs)))
        return {row["rid"]: Decision(row["rid"], row["verdict"], row["reason"] or "") for row in rows if row["life"] == "live"}

    def submitted(self, workbook: str, tokens: Iterable[str]) -> dict[str, str]:
        with self._reading() as connection:
            return {token: rid for token, (_, rid) in apply.submitted(connection, workbook, tokens).items()}

    def children(self, table: str, customers: Iterable[str]) -> dict[str, list[Record]]:
        if table not in OWNED:
            raise UsageError("store.bad_table", table=table)
        with self._reading() as connection:
            return reading.children(Vault(self._cipher, connection), connection, LOGGED[table], customers)

    def search(self, text: str, limit: int = 20) -> list[Record]:
        if search.by_pinyin(text):
            with self._reading() as connection:
                names = search.unspelled(connection)
            if names:
                self._spell(search.spelled(names))
        with self._reading() as connection:
            return search.customers(Vault(self._cipher, connection), self._cipher, connection, text, limit)

    def _spell(self, rows: list[tuple[str, str, str]]) -> None:
        """Remember the pinyin of names (search.spelled)."""
        with self._writing() as connection:
            connection.exec_driver_sql(insert(PINYIN) + " ON CONFLICT (rid) DO NOTHING", rows)

    def scan(self, table: str, where: Sequence[tuple[str, str, str]] = ()) -> Iterator[Record]:
        if table not in {declared.key for declared in RECORDS}:
            raise UsageError("store.bad_table", table=table)
        with self._reading() as connection:
            yield from reading.scan(Vault(self._cipher, connection), connection, LOGGED[table], where)

    def history(self, rid: str) -> list[Entry]:
        with self._reading() as connection:
            return reading.history(Vault(self._cipher, connection), connection, rid)

    def kept(self, rids: Iterable[str]) -> dict[str, list[Kept]]:
        with self._reading() as connection:
            return reading.kept(Vault(self._cipher, connection), connection, rids)

    def status(self) -> Status:
        with self._reading() as connection:
            return status.status(connection)

    def verify(self) -> Verdict:
        with self._reading() as connection:
            return chain.verify(connection)

    def apply(self, operation: Operation, context: Context) -> Receipt:
        with self._writing() as connection:
            return apply.apply(Direct(connection), self._cipher, operation, context)

    def close(self) -> None:
        self._engine.dispose()

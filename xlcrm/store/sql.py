"""The store over SQLAlchemy: one transaction a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import StoreError, UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Kept, Operation, Receipt, Record, Result, Taken, Values
from xlcrm.store import apply, chain, keys, log, numbers, people, reading, search
from xlcrm.store.base import Entry, Verdict
from xlcrm.store.batch import read
from xlcrm.store.faults import explained
from xlcrm.store.schema import LOGGED, OWNED, RECORDS, SQL
from xlcrm.store.vault import Vault


class SqlStore:
    """A Store (see base.py) in a database; ``path`` names it in error messages. Open one with sqlite.open."""

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
            yield connection

    def people(self) -> list[Person]:
        with self._reading() as connection:
            return people.people(connection)

    def ensure_person(self, account: str, name: str, roles: Iterable[str], moment: datetime) -> Person:
        """The colleague with this login; the first one of a store is added with ``roles`` (codes)."""
        colleagues = self.people()
        if not colleagues:
            person = Person(new_rid(), account, name, roles=frozenset(roles))
            with self._writing() as connection:
                # Two clicks at once must not add two.
                colleagues = people.people(connection)
                if not colleagues:
                    operation = Operation("people", [people.joining(person)])
                    apply.apply(connection, self._cipher, operation, Context(person, lambda: moment))
                    return person
        found = next((person for person in colleagues if person.account == account), None)
        if found is None or found.disabled:
            keepers = [one.name for one in colleagues if "admin" in one.roles and not one.disabled]
            key = "store.not_member" if found is None else "store.person_disabled"
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
        with self._writing() as connection:
            if any(one.account == change.values["account"] and one.rid != change.rid for one in people.people(connection)):
                raise UsageError("store.person_known", account=change.values["account"])
            receipt = apply.apply(connection, self._cipher, Operation("people", [change]), context)
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
        with self._writing() as connection:
            journal = apply.journal(connection, "numbers")
            journal.at = moment
            given = numbers.reserve(connection, journal, pattern, wants, moment)
            journal.close()
        return given

    def records(self, rids: Iterable[str]) -> dict[str, Record]:
        with self._reading() as connection:
            return reading.records(Vault(self._cipher, connection), connection, rids)

    def find(self, numbers: Iterable[str]) -> dict[str, str]:
        with self._reading() as connection:
            return keys.find(connection, numbers)

    def as_of(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Values]:
        with self._reading() as connection:
            return reading.as_of(Vault(self._cipher, connection), connection, wanted)

    def candidates(self, keys_: Sequence[Sequence[str]], cap: int = 50) -> list[tuple[int, str]]:
        with self._reading() as connection:
            return keys.candidates(connection, self._cipher, keys_, cap)

    def taken(self, wanted: Sequence[Values], keys: Sequence[Sequence[str]], context: Context) -> list[Taken]:
        return []  # nothing is hidden here; guard.py hides, and answers

    def reveal(self, rid: str, field: str, reason: str, context: Context) -> str | None:
        found = self.records([rid]).get(rid)
        return found.values.get(field) if found else None

    def asked(self, actor: str, since: str) -> set[str]:
        access = SQL["access"].c
        told = select(access.customer).where(access.kind == "ask", access.created_by == actor, access.created_at >= since)
        with self._reading() as connection:
            return {rid for rid in connection.execute(told).scalars() if rid}

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
                with self._writing() as connection:
                    search.spell(connection, names)
        with self._reading() as connection:
            return search.customers(Vault(self._cipher, connection), self._cipher, connection, text, limit)

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

    def verify(self) -> Verdict:
        with self._reading() as connection:
            return chain.verify(connection)

    def apply(self, operation: Operation, context: Context) -> Receipt:
        with self._writing() as connection:
            return apply.apply(connection, self._cipher, operation, context)

    def close(self) -> None:
        self._engine.dispose()

"""A Store (store/base.py) in PostgreSQL: the logic of every store, its own way to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine

from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import StoreError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Operation, Receipt
from xlcrm.store import apply
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres import roles
from xlcrm.store.postgres.faults import Faster, explained
from xlcrm.store.postgres.lookup import Lookup
from xlcrm.store.postgres.staged import Staged, last
from xlcrm.store.sql import SqlStore

Answer = TypeVar("Answer")

_HASTY = 2  # attempts without holding the turn to write while reading
_ATTEMPTS = 6


class PostgresStore(SqlStore):
    """People are logins of the database (``account``); nobody but the store's functions writes."""

    _lookup = Lookup

    def __init__(self, engine: Engine, cipher: Cipher, path: str, account: str) -> None:
        super().__init__(engine, cipher, path)
        self.account = account
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self.path), self._snapshots.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with explained(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    def apply(self, operation: Operation, context: Context) -> Receipt:
        def once(connection: Connection, patient: bool) -> Receipt:
            return apply.apply(Staged(connection, operation, patient), self._cipher, operation, context)

        return self._repeated(once)

    def add_person(self, person: Person, context: Context) -> Person:
        """Add a colleague, whose login is made where the server does not know it yet: without a password."""
        with self._writing() as connection:
            roles.join(connection, person.account)
        return super().add_person(person, context)

    def _advance(self, asked: Sequence[tuple[str, int]], moment: str) -> list[int]:
        def once(connection: Connection, patient: bool) -> list[int]:
            said = (LATEST, new_rid(), [scope for scope, _ in asked], [count for _, count in asked])
            return list(last(connection, "SELECT xlcrm.reserve(%s, %s, %s::text[], %s::bigint[])", said))

        return self._repeated(once)

    def _spell(self, rows: list[tuple[str, str, str]]) -> None:
        with self._writing() as connection:
            spelled = [list(column) for column in zip(*rows, strict=True)]
            connection.exec_driver_sql("SELECT xlcrm.spell(%s, %s, %s)", tuple(spelled))

    def _repeated(self, work: Callable[[Connection, bool], Answer]) -> Answer:
        """``work`` in a transaction of its own, again where somebody was faster: read anew, and in the end holding the turn."""
        for attempt in range(_ATTEMPTS):
            try:
                with self._writing() as connection:
                    return work(connection, attempt >= _HASTY)
            except Faster:
                continue
        raise StoreError("store.locked", path=self.path)

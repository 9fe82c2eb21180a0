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
from xlcrm.store.keys import stored_key
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres import roles
from xlcrm.store.postgres.faults import Faster, explained
from xlcrm.store.postgres.staged import Staged, last
from xlcrm.store.sql import SqlStore

Answer = TypeVar("Answer")

_HASTY = 2  # attempts without holding the turn to write while reading
_ATTEMPTS = 6

# One more than the cap is enough to know that a key is too common.
_CANDIDATES = """
SELECT w.key, few.found FROM unnest(%s::text[]) AS w(key) CROSS JOIN LATERAL (
  SELECT array_agg(customer) AS found, count(*) AS many FROM (
    SELECT DISTINCT b.customer FROM blocking_key b JOIN customer c ON c.rid = b.customer AND c.life = 'live'
    WHERE b.key = w.key COLLATE "C" LIMIT %s) sharing) few
WHERE few.many BETWEEN 1 AND %s
"""


class PostgresStore(SqlStore):
    """People are logins of the database (``account``); nobody but the store's functions writes."""

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

    def candidates(self, keys_: Sequence[Sequence[str]], cap: int = 50) -> list[tuple[int, str]]:
        wanted: dict[str, list[int]] = {}
        for index, group in enumerate(keys_):
            for key in dict.fromkeys(group):
                wanted.setdefault(stored_key(self._cipher, key), []).append(index)
        with self._reading() as connection:
            found = connection.exec_driver_sql(_CANDIDATES, (list(wanted), cap + 1, cap)).all()
        return sorted({(index, rid) for key, rids in found for rid in rids for index in wanted[key]})

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

"""A Store (store/base.py) in PostgreSQL: the logic of every store, its own way to write."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import StoreError, UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Operation, Receipt, Record, Taken, Values
from xlcrm.store import apply, keyhand
from xlcrm.store.asking import EXACT, plain
from xlcrm.store.base import Link
from xlcrm.store.digests import Digests
from xlcrm.store.erasing import Erased
from xlcrm.store.folding import Answer
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres import link, roles
from xlcrm.store.postgres.faults import Faster, explained
from xlcrm.store.postgres.folding import FoldHand
from xlcrm.store.postgres.keeping import KeyHand
from xlcrm.store.postgres.lookup import Lookup
from xlcrm.store.postgres.reach import ZONE
from xlcrm.store.postgres.staged import Staged, last
from xlcrm.store.schema import LOGGED, fields
from xlcrm.store.sql import SqlStore, permitted
from xlcrm.store.vault import Vault

if TYPE_CHECKING:
    from xlcrm.store.backup.full import Watch
    from xlcrm.store.backup.package import Sections
    from xlcrm.store.backup.source import Source

_BULK = 5_000  # changes after which the server should know at once how much there is
_HASTY = 2  # attempts without holding the turn to write while reading
_ATTEMPTS = 6
_PAUSE = 0.005  # seconds at most before the second attempt; twice as long before each further one


class PostgresStore(SqlStore):
    """People are logins of the database (``account``); nobody but the store's functions writes.

    ``whole``: this login reads the tables themselves, for others (roles.py); everybody else what seen.py lets them see.
    """

    _lookup = Lookup
    _hand = KeyHand
    _fold_hand = FoldHand

    def __init__(self, engine: Engine, cipher: Cipher, path: str, account: str, whole: bool) -> None:
        super().__init__(engine, cipher, path)
        self._whole = whole
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

    def link(self) -> Link:
        with self._reading() as connection:
            return link.link(connection, self.path)

    def apply(self, operation: Operation, context: Context) -> Receipt:
        def once(connection: Connection, patient: bool) -> Receipt:
            return apply.apply(Staged(connection, operation, patient), self._cipher, operation, context)

        receipt = self._repeated(once)
        if len(operation.changes) >= _BULK:
            with suppress(StoreError), self._writing() as connection:  # stored is stored: this only makes reading fast
                connection.exec_driver_sql("SELECT xlcrm.count_rows()")
        return receipt

    def _together(self, operation: Operation, context: Context, write: Callable[[keyhand.KeyHand], None]) -> Receipt:
        def once(connection: Connection, patient: bool) -> Receipt:
            write(KeyHand(connection))
            return permitted(apply.apply(Staged(connection, operation, patient), self._cipher, operation, context))

        return self._repeated(once)

    def _done(self, work: Callable[[Connection], Answer]) -> Answer:
        return self._repeated(lambda connection, patient: work(connection))

    def erase(self, rid: str, reason: str, context: Context) -> Erased:
        """What the server keeps in its own files until it cleans them up is its administrator's to care for (docs/keys.md)."""
        said = (LATEST, new_rid(), rid, context.actor.rid, context.source, reason)

        def once(connection: Connection, patient: bool) -> int:
            return int(connection.exec_driver_sql("SELECT xlcrm.erase(%s, %s, %s, %s, %s, %s)", said).scalar_one())

        return Erased(self._repeated(once))

    @property
    def backups(self) -> Source:
        if not self._whole:
            raise UsageError("backup.not_owner", path=self.path)
        return super().backups

    @contextmanager
    def _whole_copy(self, watch: Watch) -> Iterator[tuple[Connection, str, Sections]]:
        from xlcrm.store.backup import copies

        with self._reading() as connection:
            yield connection, "copies", copies.dump(connection)

    def records(self, rids: Iterable[str]) -> dict[str, Record]:
        """Of a customer hidden from this login that it worked on only whose it is, as the guard leaves of a hidden one."""
        wanted = list(rids)
        found = super().records(wanted)
        missing = [rid for rid in dict.fromkeys(wanted) if rid not in found]
        if missing and not self._whole:
            found |= {record.rid: record for record in self._known(missing, [])}
        return found

    def find(self, numbers: Iterable[str]) -> dict[str, str]:
        wanted = list(numbers)
        found = super().find(wanted)
        missing = [number for number in dict.fromkeys(wanted) if number not in found]
        if missing and not self._whole:
            found |= {record.number: record.rid for record in self._known([], missing) if record.number}
        return found

    def _known(self, rids: list[str], numbers: list[str]) -> list[Record]:
        with self._reading() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM xlcrm.known(%s::text[], %s::text[])", (rids, numbers)).all()
        blank: Values = dict.fromkeys(fields(LOGGED["customer"]))
        return [
            Record("customer", row.rid, row.version, blank | {"owner": row.owner}, row.number, row.life, row.merged_into)
            for row in rows
        ]

    def taken(self, wanted: Sequence[Values], keys: Sequence[Sequence[str]], context: Context) -> list[Taken]:
        if self._whole:
            return super().taken(wanted, keys, context)
        asked = [
            (place, key, plain(values.get("name")) if key[0] == "n" else "")
            for place, (values, group) in enumerate(zip(wanted, keys, strict=True)) for key in group if key.startswith(EXACT)
        ]  # fmt: skip
        if not asked:
            return []
        said = "SELECT * FROM xlcrm.taken(%s, %s, %s::integer[], %s::bigint[], %s::text[]) ORDER BY place, customer"
        with self._writing() as connection:
            digests = Digests(self._cipher, connection)
            stored = digests.forms([key for _, key, _ in asked])
            forms = [(place, form, name) for (place, _, name), of in zip(asked, stored, strict=True) for form in of]
            columns = [list(column) for column in zip(*forms, strict=True)]
            rows = connection.exec_driver_sql(said, (LATEST, new_rid(), *columns)).all()
        return [Taken(row.place, row.customer, row.owner) for row in rows]

    def reveal(self, rid: str, field: str, reason: str, context: Context) -> str | None:
        if self._whole:
            return super().reveal(rid, field, reason, context)
        with self._writing() as connection:
            said = (LATEST, new_rid(), rid, field, reason)
            value, wrapped = connection.exec_driver_sql("SELECT * FROM xlcrm.reveal(%s, %s, %s, %s, %s)", said).one()
            if value is None or field not in LOGGED["customer"].sensitive:
                return None if value is None else str(value)
            return Vault(self._cipher, connection).given(rid, wrapped).open("customer", field, rid, value)

    def add_person(self, person: Person, context: Context) -> Person:
        """Add a colleague, whose login is made where the server does not know it yet: without a password."""
        with self._writing() as connection:
            roles.join(connection, person.account)
        return super().add_person(person, context)

    def _numbers(self, pattern: str, wants: dict[str, int], moment: str) -> dict[str, list[str]]:
        """By the server's clock: a number says the month in which the row was stored."""
        with self._reading() as connection:
            now = connection.exec_driver_sql(f"SELECT to_char(now() AT TIME ZONE '{ZONE}', 'YYYY-MM-DD HH24:MI:SS')").scalar_one()
        return super()._numbers(pattern, wants, str(now))

    def _advance(self, asked: Sequence[tuple[str, int]], moment: str) -> list[int]:
        def once(connection: Connection, patient: bool) -> list[int]:
            said = (LATEST, new_rid(), [scope for scope, _ in asked], [count for _, count in asked])
            return list(last(connection, "SELECT xlcrm.reserve(%s, %s, %s::text[], %s::bigint[])", said))

        return self._repeated(once)

    def _unspelled(self, connection: Connection) -> list[tuple[str, str]]:
        return [(rid, name) for rid, name in connection.exec_driver_sql("SELECT rid, name FROM xlcrm.unspelled()")]

    def _spell(self, rows: list[tuple[str, str, str]]) -> None:
        def once(connection: Connection, patient: bool) -> None:
            spelled = [list(column) for column in zip(*rows, strict=True)]
            connection.exec_driver_sql("SELECT xlcrm.spell(%s, %s, %s)", tuple(spelled))

        self._repeated(once)

    def _repeated(self, work: Callable[[Connection, bool], Answer]) -> Answer:
        """``work`` in a transaction of its own, again where somebody was faster: read anew, and in the end holding the turn."""
        for attempt in range(_ATTEMPTS):
            try:
                with self._writing() as connection:
                    return work(connection, attempt >= _HASTY)
            except Faster:  # those who met once meet again if all of them hurry
                time.sleep(random.uniform(0, _PAUSE * 2**attempt))  # noqa: S311 - no secret
        raise StoreError("store.locked", path=self.path)

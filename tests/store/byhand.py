"""Another client than xlcrm, logged in as somebody; what it does is taken back, so that each attempt finds the store as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from xlcrm.model.identity import new_rid
from xlcrm.store.log import GENESIS, encode, entry_hash, payload_digest
from xlcrm.store.migrations import LATEST


@dataclass
class Client:
    raw: psycopg.Connection[Any]
    rid: str  # of the person

    @contextmanager
    def attempt(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            yield self.raw
        finally:
            self.raw.rollback()

    def state(self, statement: str, *values: object) -> str:
        """The SQLSTATE that a statement ends with, "" if it works."""
        with self.attempt() as raw:
            try:
                raw.execute(statement, values)
            except psycopg.Error as error:
                return error.sqlstate or "?"
            return ""

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.attempt() as raw:
            return raw.execute(query, values or None).fetchall()

    def forged(
        self,
        *entries: dict[str, Any],
        actor: str = "",
        staged: tuple[tuple[str, ...], ...] = (),
        since: int | None = None,
        reverses: str | None = None,
    ) -> str:
        """The SQLSTATE that apply ends with for an operation made up by hand, "" if it is written."""
        with self.attempt() as raw:
            try:
                self.apply(raw, entries, actor, staged, since, reverses)
            except psycopg.Error as error:
                return error.sqlstate or "?"
            return ""

    def apply(
        self,
        raw: psycopg.Connection[Any],
        entries: tuple[dict[str, Any], ...],
        actor: str = "",
        staged: tuple[tuple[str, ...], ...] = (),
        since: int | None = None,
        reverses: str | None = None,
    ) -> None:
        """Stage ``entries`` with digests that hold, and ask for them to be written."""
        id, previous, rows = new_rid(), GENESIS, []
        for seq, said in enumerate(entries, 1):
            table, rid, old = said["table"], said["rid"], said.get("version", 0)
            before = said.get("before", "")
            after = said["after"] if isinstance(said["after"], str) else encode(said["after"].items())
            new = 0 if table == "kept_value" else old + 1
            payload = payload_digest("salt", before, after, "")
            previous = entry_hash(previous, (id, table, rid, old, new, ""), payload)
            rows.append((seq, id, table, rid, old, new, "", before, after, "", "salt", payload, previous))
        raw.execute("SELECT xlcrm.start(%s, false)", (LATEST,))
        for name, content in (("staged_entry", rows), ("staged", staged)):
            if content:
                with raw.cursor() as cursor, cursor.copy(f"COPY pg_temp.{name} FROM STDIN") as copy:
                    for row in content:
                        copy.write_row(row)
        call = "SELECT xlcrm.apply(%s, %s, 'submit', %s, 'admin,steward', '', '', %s, 'w', %s)"
        raw.execute(call, (LATEST, id, actor or self.rid, reverses, since))

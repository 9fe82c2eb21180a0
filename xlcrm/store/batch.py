"""One operation under way: everything its changes need, within one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from xlcrm.model.fields import Table
from xlcrm.model.operation import Kept, Outcome, Result
from xlcrm.store.chunks import among, chunks
from xlcrm.store.keys import Index
from xlcrm.store.log import Journal, encode
from xlcrm.store.pen import Pen
from xlcrm.store.schema import KEPT_VALUE, SQL
from xlcrm.store.vault import Vault

Row = dict[str, Any]
"""A row of a logged table as stored: column name -> value."""


@dataclass(slots=True)
class Batch:
    """The transaction's tools and what it has found: ``rows`` are the current rows of every record concerned."""

    pen: Pen
    vault: Vault
    journal: Journal
    index: Index
    actor: str
    now: str
    whole: bool = False  # the operation is written as a whole, or not at all
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    awaited: set[tuple[str, str]] = field(default_factory=set)  # new records that the same operation also changes
    _kept: list[tuple[object, ...]] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        """Reads what stood in the store before this operation."""
        return self.pen.connection

    def fetch(self, table: Table, rids: list[str]) -> None:
        """Read the current rows of ``rids``; those that do not exist stay unknown."""
        for row in read(self.connection, table, rids):
            self.rows[table.key, row["rid"]] = row

    def keep(self, table: Table, rid: str, customer: str, kept: tuple[Kept, ...], place: str) -> None:
        """Keep the losing values of a merge with their source."""
        for loser in kept:
            value = loser.value
            if loser.field in table.sensitive:
                value = self.vault.key(customer).seal(f"kept_value|{loser.field}|{rid}", value)
            row = {"field": loser.field, "value": value, "origin": loser.origin}
            self._kept.append((None, rid, *row.values(), self.journal.id))
            self.journal.add(KEPT_VALUE.name, rid, (0, 0), "", encode(row.items()), place)

    def write_kept(self) -> None:
        """Write the losing values collected so far."""
        if self._kept:
            self.pen.insert(KEPT_VALUE, self._kept)


def read(connection: Connection, table: Table, rids: list[str]) -> list[Row]:
    """The stored rows of ``rids``, in no particular order."""
    sql = SQL[table.key]
    rows: list[Row] = []
    for chunk in chunks(rids):
        rows += [dict(row._mapping) for row in connection.execute(select(sql).where(among(connection, sql.c.rid, chunk)))]
    return rows


def outcome(result: Result, row: Row) -> Outcome:
    """What is answered about a record that stands as ``row``."""
    return Outcome(
        result, row["rid"], row["number"], row["version"], (),
        row["created_by"], row["created_at"], row["updated_by"], row["updated_at"],
    )  # fmt: skip

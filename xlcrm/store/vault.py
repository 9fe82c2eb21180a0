"""The data keys of one transaction: sealing what is written, opening what is read.

Keys are forgotten with the transaction, so that a key destroyed by an erasure is gone from every process at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from xlcrm.crypto.cipher import Cipher, DataKey, Superseded, Tampered, key_id
from xlcrm.model.fields import Table
from xlcrm.rules.masking import MASK
from xlcrm.store import unlocking
from xlcrm.store.chunks import among, chunks
from xlcrm.store.schema import DATA_KEY

_REMEMBERED = 50_000


class Vault:
    """Opens and seals the sensitive values of one transaction."""

    def __init__(self, cipher: Cipher, connection: Connection) -> None:
        self.cipher = cipher
        self._connection = connection
        self._keys: dict[str, DataKey | None] = {}
        self._made: dict[str, DataKey] = {}
        # What a server gives whoever may only know that there is a value (postgres/seen.py); a file must not say so by itself.
        self._mask = MASK if connection.dialect.name == "postgresql" else None

    def load(self, customers: Iterable[str]) -> None:
        """Have the data keys of these customers at hand."""
        if len(self._keys) > _REMEMBERED:
            self._keys.clear()
        wanted = [one for one in dict.fromkeys(customers) if one not in self._keys and one not in self._made]
        for chunk in chunks(wanted):
            asked = select(DATA_KEY).where(among(self._connection, DATA_KEY.c.customer, chunk))
            for customer, wrapped in self._connection.execute(asked):
                self._keys[customer] = self._unwrapped(customer, wrapped) if wrapped else None

    def make(self, customers: Sequence[str]) -> list[tuple[str, str]]:
        """A data key for each of these new customers: the rows to store."""
        if customers and unlocking.version(self._connection) > self.cipher.keys.version:
            unlocking.renew(self._connection, self.cipher)  # a former store key opens nothing soon
        made = self.cipher.new_data_keys(customers)
        self._made.update((key.id, key) for key, _ in made)
        return [(key.id, wrapped) for key, wrapped in made]

    def key(self, customer: str) -> DataKey:
        """The data key of a customer; Tampered if it is missing or destroyed."""
        if new := self._made.get(customer):
            return new
        if customer not in self._keys:
            self.load((customer,))
        found = self._keys.get(customer)
        if found is None:
            raise Tampered(f"data_key|wrapped|{customer}")
        return found

    def open(self, table: str, column: str, rid: str, stored: str | None) -> str | None:
        """The text of one stored value; None where it is blank or its key was destroyed. Tampered if it was edited or moved."""
        if stored is None or stored == self._mask:
            return stored
        name = key_id(stored)
        if name not in self._keys and name not in self._made:
            self.load((name,))
        if name not in self._keys and name not in self._made:
            raise Tampered(f"{table}|{column}|{rid}")
        key = self._made.get(name) or self._keys[name]
        return key.open(f"{table}|{column}|{rid}", stored) if key else None

    def given(self, customer: str, wrapped: str) -> Vault:
        """With the data key of a customer that came by another way than its table."""
        self._keys[customer] = self._unwrapped(customer, wrapped)
        return self

    def _unwrapped(self, customer: str, wrapped: str) -> DataKey:
        try:
            return self.cipher.data_key(customer, wrapped)
        except Superseded:
            unlocking.renew(self._connection, self.cipher)
            return self.cipher.data_key(customer, wrapped)

    def reveal(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Open the sensitive values of ``rows`` (column name -> stored value, with "rid") in place."""
        names = sorted(table.sensitive)
        if not names:
            return
        rows = list(rows)
        self.load(key_id(row[name]) for row in rows for name in names if row.get(name) and row[name] != self._mask)
        for row in rows:
            for name in names:
                if row.get(name):
                    row[name] = self.open(table.key, name, row["rid"], row[name])

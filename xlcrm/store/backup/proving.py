"""Whether a restored store is whole: its log holds and leads where the packages say, and all that is sealed opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from xlcrm.crypto.cipher import Tampered, key_id
from xlcrm.store import chain
from xlcrm.store.base import Verdict
from xlcrm.store.schema import FACE, KEPT_VALUE, LOGGED, RECORDS, SQL
from xlcrm.store.sql import SqlStore
from xlcrm.store.status import Status, status
from xlcrm.store.vault import Vault

_PAGE = 2_000
_MOST = 20  # places named; more tell nothing new

Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found: how the store stands, what its log's verification says, how many sealed values opened, and where some did
    not ("table|column|rid").
    """

    status: Status
    log: Verdict
    values: int
    shut: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether everything is as it should be."""
        return not self.log.faults and not self.shut


def prove(store: SqlStore, heads: Iterable[str] = (), watch: Watch | None = None) -> Proof:
    """Look at all of an SQLite ``store``; its log has to lead through ``heads`` (SEQ:HASH). ``watch``: as chain.verify."""
    with store._reading() as connection:
        verdict = chain.verify(connection, heads, watch)
        values, shut = _sealed(connection, Vault(store._cipher, connection))
        return Proof(status(connection), verdict, values, shut)


def _sealed(connection: Connection, vault: Vault) -> tuple[int, tuple[str, ...]]:
    """How many sealed values open, and the places of those that do not."""
    count, shut = 0, list[str]()
    for place, rid, stored in _values(connection, vault):
        try:
            vault.open(*place, rid, stored)
            count += 1
        except Tampered:
            if len(shut) < _MOST:
                shut.append("|".join((*place, rid)))
    return count, tuple(shut)


def _values(connection: Connection, vault: Vault) -> Iterator[tuple[tuple[str, str], str, str]]:
    """Every sealed value: ((table, column), rid, as stored), with the keys of a page at hand."""
    asked: list[tuple[tuple[str, str], Select[Any]]] = []
    for table in RECORDS:
        sql = SQL[table.key].c
        names = sorted(table.sensitive)
        asked += [((table.key, name), select(sql.rid, sql[name]).where(sql[name].is_not(None))) for name in names]
    secret = sorted({name for table in LOGGED.values() for name in table.sensitive})
    lost = KEPT_VALUE.c
    asked += [(("kept_value", name), select(lost.rid, lost.value).where(lost.field == name)) for name in secret]
    asked.append((("face", "looks"), select(FACE.c.rid, FACE.c.looks).where(FACE.c.looks.is_not(None))))
    for place, rows in asked:
        for page in connection.execution_options(yield_per=_PAGE).execute(rows).partitions():
            sealed = [(rid, stored) for rid, stored in page if stored and (place[0] != "kept_value" or stored.startswith("v1:"))]
            vault.load(_key(stored) for _, stored in sealed)
            yield from ((place, rid, stored) for rid, stored in sealed)


def _key(stored: str) -> str:
    try:
        return key_id(stored)
    except Tampered:  # told when it is opened
        return ""

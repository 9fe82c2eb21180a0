"""Whether a restored store is whole: its log holds and leads where the packages say, and all that is sealed opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from xlcrm.crypto.cipher import VERSION, Tampered, key_id
from xlcrm.store import chain
from xlcrm.store.base import Verdict
from xlcrm.store.schema import FACE, KEPT_VALUE, RECORDS, SQL
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
    for places, asked in _asked():
        for page in connection.execution_options(yield_per=_PAGE).execute(asked).partitions():
            sealed = [(place, row[0], row[at]) for row in page for at, place in enumerate(places, 1) if row[at]]
            vault.load(_key(stored) for _, _, stored in sealed)
            yield from sealed
    lost = KEPT_VALUE.c
    secret = {name for table in RECORDS for name in table.sensitive}
    for rid, field, value in connection.execute(select(lost.rid, lost.field, lost.value).where(lost.field.in_(secret))):
        if value and value.startswith(f"{VERSION}:"):
            yield (KEPT_VALUE.name, field), rid, value


def _asked() -> Iterator[tuple[Sequence[tuple[str, str]], Select[Any]]]:
    """For each table of records the columns that hold sealed values, and the statement for rid and these; with customers what
    they look like, so that each key is unwrapped once.
    """
    for table in RECORDS:
        sql, names = SQL[table.key].c, sorted(table.sensitive)
        places, asked = [(table.key, name) for name in names], select(sql.rid, *(sql[name] for name in names))
        if table.key == "customer":
            places.append((FACE.name, "looks"))
            asked = asked.add_columns(FACE.c.looks).outerjoin(FACE, FACE.c.rid == sql.rid)
        if places:
            yield places, asked


def _key(stored: str) -> str:
    try:
        return key_id(stored)
    except Tampered:  # told when it is opened
        return ""

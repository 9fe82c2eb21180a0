"""Blocking keys made anew when their definition has changed: stored keys and those of new rows must be of one kind."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, select

from xlcrm.crypto.cipher import Cipher
from xlcrm.match.caps import VERSION
from xlcrm.model.operation import Record, Values
from xlcrm.model.tables import MATCHED
from xlcrm.store.chunks import chunks
from xlcrm.store.keys import stored_key
from xlcrm.store.reading import kept, records
from xlcrm.store.schema import BLOCKING_KEY, META, SQL
from xlcrm.store.vault import Vault

Keys = list[tuple[str, str, str]]
"""Rows of the blocking keys' table: key as stored, rid, customer."""

_MANY = 100_000  # keys written at once


def stale(connection: Connection) -> bool:
    """Whether the store's blocking keys were made by another definition than this program's."""
    return connection.execute(select(META.c.value).where(META.c.name == "keys")).scalar() != str(VERSION)


def rekey(connection: Connection, cipher: Cipher, write: Callable[[Keys], None]) -> None:
    """Make the blocking keys of every customer anew, in the caller's write transaction; about a minute for a million.

    ``write`` brings them into their table.
    """
    from xlcrm.match import block  # 0.3 s: paid once in the life of a store
    from xlcrm.match.normalise import normalise

    vault, made = Vault(cipher, connection), Keys()
    customer = SQL["customer"].c
    connection.execute(delete(BLOCKING_KEY))
    for rids in chunks(list(connection.execute(select(customer.rid).order_by(customer.rid)).scalars())):
        faces = _faces(vault, connection, records(vault, connection, rids))
        columns = {key: [values.get(key) for _, values in faces] for key in MATCHED}
        found: dict[str, dict[str, None]] = {}
        for (rid, _), keys in zip(faces, block.keys(normalise(columns)), strict=True):
            found.setdefault(rid, {}).update(dict.fromkeys(keys))
        for rid, own in found.items():
            made += [(stored_key(cipher, key), rid, rid) for key in own]
        if len(made) >= _MANY:
            write(sorted(made))  # in order: the tree grows at one side
            made.clear()
    write(sorted(made))
    connection.execute(delete(META).where(META.c.name == "keys"))
    connection.execute(META.insert().values(name="keys", value=str(VERSION)))


def _faces(vault: Vault, connection: Connection, found: dict[str, Record]) -> list[tuple[str, Values]]:
    """What each customer may be recognised by: what it says now, and what each source said that was merged into it."""
    lost = kept(vault, connection, found)
    faces: list[tuple[str, Values]] = []
    for rid, record in found.items():
        sources: dict[str, Values] = {}
        for value in lost.get(rid, ()):
            sources.setdefault(value.origin, dict(record.values))[value.field] = value.value
        faces += [(rid, record.values), *((rid, values) for values in sources.values())]
    return faces

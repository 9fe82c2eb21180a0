"""Blocking keys made anew when their definition has changed: stored keys and those of new rows must be of one kind."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from sqlalchemy import Connection, Table, delete, select

from xlcrm.crypto.cipher import Cipher, Tampered
from xlcrm.match.caps import VERSION
from xlcrm.model.operation import Record, Values
from xlcrm.model.tables import MATCHED
from xlcrm.store.chunks import chunks
from xlcrm.store.digests import FOLDING, Digests
from xlcrm.store.keys import seal_looks
from xlcrm.store.merging import joined
from xlcrm.store.pen import in_order
from xlcrm.store.reading import kept, records
from xlcrm.store.schema import BLOCKING_KEY, FACE, META, SQL
from xlcrm.store.vault import Vault

Write = Callable[[Table, Sequence[tuple[object, ...]]], object]
"""Brings rows into a table, in the order of its columns."""

_PAGE = 20_000  # customers looked at once


def stale(connection: Connection) -> bool:
    """Whether the store's blocking keys were made by another definition than this program's."""
    return connection.execute(select(META.c.value).where(META.c.name == "keys")).scalar() != str(VERSION)


def rekey(connection: Connection, cipher: Cipher, write: Write) -> None:
    """Make the faces and blocking keys of every customer anew, in the caller's write transaction.

    Measured on a busy machine: 54 s of one core for 100,000 customers, ten minutes for a million, whose keys take 1 GB of memory.
    """
    vault, digests, customer = Vault(cipher, connection), Digests(cipher, connection), SQL["customer"].c
    for table in (BLOCKING_KEY, FACE):
        connection.execute(delete(table))
    by_face = next(iter(BLOCKING_KEY.indexes))
    by_face.drop(connection)  # made at once when all keys are there
    keys, faces, numbers = array("q"), array("q"), count(1)
    known = select(customer.rid).where(customer.life != "erased").order_by(customer.rid)
    for rids in chunks(list(connection.execute(known).scalars()), _PAGE):
        rows = []
        for (rid, found, looks), number in zip(made(vault, connection, rids), numbers, strict=False):
            rows.append((number, rid, looks))
            stored = set(digests.stored(found))
            keys.extend(stored)
            faces.extend([number] * len(stored))
        write(FACE, rows)
    for some in in_order(keys, faces):
        write(BLOCKING_KEY, some)
    by_face.create(connection)
    if digests.changing:  # they are all made with the latest index key now
        connection.execute(META.update().where(META.c.name == FOLDING).values(value="0"))
    connection.execute(delete(META).where(META.c.name == "keys"))
    connection.execute(META.insert().values(name="keys", value=str(VERSION)))


def made(
    vault: Vault, connection: Connection, rids: Sequence[str], more: Mapping[str, Values] | None = None
) -> Iterator[tuple[str, dict[str, None], str | None]]:
    """The rid of each customer, its keys, and what it may look like, sealed: as it is, and as what was merged into it.

    ``more``: what some are recognised by, too.
    """
    from xlcrm.match import block, face  # 0.3 s: paid once in the life of a store
    from xlcrm.match.normalise import normalise

    found_by = records(vault, connection, rids)
    under = {one: rid for rid, of in joined(connection, list(found_by)).items() for one in of}
    faces = [*_faces(vault, connection, found_by), *((rid, values) for rid, values in (more or {}).items() if rid in found_by)]
    faces += [(under[rid], values) for rid, values in _faces(vault, connection, records(vault, connection, under))]
    normal = normalise({key: [values.get(key) for _, values in faces] for key in MATCHED})
    found: dict[str, tuple[dict[str, None], list[str]]] = {}
    for (rid, _), keys, look in zip(faces, block.keys(normal), face.written(normal), strict=True):
        own, looks = found.setdefault(rid, ({}, []))
        own.update(dict.fromkeys(keys))
        looks.append(look)
    for rid, (own, looks) in found.items():
        try:
            sealed = seal_looks(vault, rid, looks)
        except Tampered:  # without a data key: another client made it
            sealed = None
        yield rid, own, sealed


def _faces(vault: Vault, connection: Connection, found: dict[str, Record]) -> list[tuple[str, Values]]:
    """What each customer may be recognised by: what it says, and what each source said whose values lost."""
    lost = kept(vault, connection, found)
    faces: list[tuple[str, Values]] = []
    for rid, record in found.items():
        sources: dict[str, Values] = {}
        for value in lost.get(rid, ()):
            sources.setdefault(value.origin, dict(record.values))[value.field] = value.value
        faces += [(rid, record.values), *((rid, values) for values in sources.values())]
    return faces

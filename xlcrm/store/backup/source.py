"""The store as backups are made of it: whether an increment can follow, and writing packages.

Only who manages the store's keys gets at it (store/guard.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, func, or_, select

import xlcrm
from xlcrm.catalogue import text
from xlcrm.crypto import chest
from xlcrm.crypto.cipher import Cipher
from xlcrm.model.identity import new_rid
from xlcrm.store import migrations, unlocking
from xlcrm.store.backup import increment, package
from xlcrm.store.backup.full import Watch
from xlcrm.store.backup.package import Head, Manifest, Place, Sections
from xlcrm.store.chunks import chunks
from xlcrm.store.digests import FOLDING
from xlcrm.store.keyroom import Holder
from xlcrm.store.log import GENESIS
from xlcrm.store.people import people
from xlcrm.store.schema import ENTRY, KEY_COPY, META, OPERATION, OWNED, SQL
from xlcrm.store.schema import metadata as declared
from xlcrm.store.status import engine

FULL, INCREMENT = "full", "inc"
_ERASURES = 200  # asked for at once

Snapshot = Callable[[], AbstractContextManager[Connection]]
"""The whole store, its tables themselves, at one moment."""
Whole = Callable[[Watch], AbstractContextManager[tuple[Connection, str, Sections]]]
"""The same for a full backup: with the kind of its content (``Head.content``) and the sections that hold it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a full backup is made and no increment: a sentence of the catalogue."""

    key: str
    operation: int = 0

    def sentence(self, language: str) -> str:
        """For a person, as part of a longer one."""
        return text(self.key, language, operation=self.operation)


class Apart(Exception):
    """No increment can follow the package: a full backup has to be made."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.key)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Written:
    """A package that lies on the disk: what it says of itself, what it holds, which records (rids) it knows as erased, and how
    many bytes it has.
    """

    head: Head
    manifest: Manifest
    erased: Sequence[str]
    size: int


class Source:
    """Writes packages of one store."""

    def __init__(self, cipher: Cipher, snapshot: Snapshot, whole: Whole, holders: Callable[[Connection], list[Holder]]) -> None:
        self._cipher, self._snapshot, self._whole, self._holders = cipher, snapshot, whole, holders

    def store_id(self) -> str:
        """The store's id, which its backups go by."""
        with self._snapshot() as connection:
            return _meta(connection)["store_id"] or ""

    def holds(self, place: Place) -> bool:
        """Whether the store's log leads through ``place``."""
        with self._snapshot() as connection:
            return _leads(connection, place)

    def full(self, path: Path, number: int, at: str, watch: Watch) -> Written:
        """Write a full backup to ``path``, a fresh file. ``number`` is the package's, ``at`` the moment.

        OSError of the folder; StoreError of the store.
        """
        with self._whole(watch) as (connection, content, sections):
            head, key = self._head(connection, FULL, content, number, at, None)
            return _written(path, head, key, connection, sections, Manifest(counted(connection)))

    def increment(self, path: Path, parent: Head, number: int, at: str, watch: Watch) -> Written:
        """Write what came since ``parent`` to ``path``, a fresh file. Apart where it cannot follow; else as ``full``."""
        with self._snapshot() as connection:
            head, key = self._head(connection, INCREMENT, "log", number, at, parent)
            meta = _meta(connection)
            if meta.get("former") or meta.get(FOLDING) is not None:
                raise Apart(Reason("backup.keys_changing"))
            if head.basis != parent.basis:
                raise Apart(Reason("backup.other_basis"))
            if not _leads(connection, parent.until):
                raise Apart(Reason("backup.other_log"))
            manifest = Manifest()

            def sections() -> Iterator[tuple[str, Iterator[bytes]]]:
                log = increment.encode(connection, parent.until, manifest)
                yield "log", _watched(log, manifest, head.until.entries - parent.until.entries, watch)
                if head.standing != parent.standing:
                    yield "standing", iter([_standing(connection)])

            try:
                return _written(path, head, key, connection, sections(), manifest)
            except increment.Unsound as error:
                raise Apart(Reason("backup.log_unsound", error.operation)) from error

    def _head(
        self, connection: Connection, kind: str, content: str, number: int, at: str, parent: Head | None
    ) -> tuple[Head, bytes]:  # fmt: skip
        names = self._names(connection)  # first: keys that changed meanwhile are learnt by it
        meta, (until, reaches), id = _meta(connection), _reached(connection), new_rid()
        lock = unlocking.lock(connection)
        opening, key = chest.close(id, self._cipher, lock, names)
        schema = migrations.version(connection)
        basis = json.dumps([schema, lock.version, meta.get("index"), meta.get("keys")])
        head = Head(
            store=lock.store_id, id=id, number=number, kind=kind, content=content, parent=parent.id if parent else "", at=at,
            since=parent.until if parent else Place(0, 0, GENESIS), until=until, reaches=reaches, schema=schema,
            engine=engine(connection), program=xlcrm.__version__, basis=basis, erased=len(erased(connection)),
            standing=sha256(_standing(connection)).hexdigest()[:32], opening=opening,
        )  # fmt: skip
        return head, key

    def _names(self, connection: Connection) -> dict[str, str]:
        """By holder, the names of the administrators whose machines were admitted by somebody with the store's keys."""
        admins = {one.rid: one.name for one in people(connection) if "admin" in one.roles and not one.disabled}
        return {
            one.rid: f"{admins[one.person]} ({one.machine})"
            for one in self._holders(connection)
            if one.admitted and one.genuine and not one.recovery and one.person in admins
        }


def erased(connection: Connection) -> list[str]:
    """The rids of all records that are erased: as the log says, which is short where the tables are long, and what was taken
    out of a restored store whose log does not tell of it yet, found by its customers.
    """
    of, found = OPERATION.c, dict[str, None]()
    done = connection.execute(select(of.first, of.entries).where(of.kind == "erase").order_by(of.seq)).all()
    for some in chunks(done, _ERASURES):
        within = or_(*(ENTRY.c.seq.between(one.first, one.first + one.entries - 1) for one in some))
        found |= dict.fromkeys(connection.execute(select(ENTRY.c.rid).where(within)).scalars())
    customer = SQL["customer"].c
    customers = connection.execute(select(customer.rid).where(customer.life == "erased")).scalars().all()
    found |= dict.fromkeys(customers)
    for key in sorted(OWNED):
        row = SQL[key].c
        for rids in chunks(customers):
            erased = select(row.rid).where(row.customer.in_(rids), row.life == "erased")
            found |= dict.fromkeys(connection.execute(erased).scalars())
    return list(found)


def _written(path: Path, head: Head, key: bytes, connection: Connection, sections: Sections, manifest: Manifest) -> Written:
    gone = erased(connection)
    return Written(head, manifest, gone, package.write(path, head, key, gone, sections, manifest))


def _watched(log: Iterator[bytes], manifest: Manifest, entries: int, watch: Watch) -> Iterator[bytes]:
    for line in log:
        yield line
        watch(manifest.counts["entry"], entries)


def _meta(connection: Connection) -> dict[str, str | None]:
    return {row.name: row.value for row in connection.execute(select(META))}


def _standing(connection: Connection) -> bytes:
    """META, but for the log's head, and KEY_COPY, as JSON."""
    found = {
        table.name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in (META, KEY_COPY)
    }
    found[META.name] = [row for row in found[META.name] if row["name"] != "head"]
    return json.dumps(found, ensure_ascii=False).encode()


def _reached(connection: Connection) -> tuple[Place, str]:
    """How far the log has got, and when its last operation was done."""
    last = connection.execute(select(OPERATION).order_by(OPERATION.c.seq.desc()).limit(1)).first()
    return (Place(last.seq, last.first + last.entries - 1, last.head), last.at) if last else (Place(0, 0, GENESIS), "")


def _leads(connection: Connection, place: Place) -> bool:
    if not place.operations:
        return True
    return connection.execute(select(OPERATION.c.head).where(OPERATION.c.seq == place.operations)).scalar() == place.head


def counted(connection: Connection) -> dict[str, int]:
    """The number of rows of each table of the declaration that stands in the store."""
    here = sorted(set(migrations.engine(connection).stored(connection)) & set(declared.tables))
    return {name: connection.execute(select(func.count()).select_from(declared.tables[name])).scalar_one() for name in here}

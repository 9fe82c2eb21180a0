"""A store built from a chain of packages, in a file of its own: what is restored is proven here before it goes anywhere."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, func, select

from xlcrm.crypto.chest import Opener
from xlcrm.errors import StoreError
from xlcrm.store import sqlite
from xlcrm.store.backup import copies, increment
from xlcrm.store.backup.package import Head, Package, opened
from xlcrm.store.backup.replay import place, replay, rewind, stand
from xlcrm.store.backup.wiping import wipe
from xlcrm.store.erasing import scrub
from xlcrm.store.faults import explained
from xlcrm.store.migrations import LATEST
from xlcrm.store.schema import metadata
from xlcrm.store.sql import SqlStore

if TYPE_CHECKING:
    from xlcrm.store.postgres.server import Caller

Watch = Callable[[int, int], None]
"""Told how many of how many bytes of packages are read."""

_MADE_ANEW = frozenset({"face", "blocking_key", "pinyin", "migration"})  # opening an older store may change them
_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite lays beside its file


@dataclass(frozen=True, slots=True)
class Built:
    """A scratch store: ``wiped`` records were taken out that were erased later; ``at`` is when its last operation was done."""

    store: SqlStore
    wiped: int
    at: str

    def to_server(self, url: str, caller: Caller) -> tuple[str, ...]:
        """Make a store of it in the PostgreSQL database ``url`` (deliver.py): the logins that have no password yet."""
        from xlcrm.store.backup.deliver import to_postgres

        with self.store._reading() as connection:
            return to_postgres(connection, url, caller).logins


@contextmanager
def build(
    path: Path, chain: Sequence[Path], opener: Opener, moment: str = "", erased: Collection[str] = (), watch: Watch | None = None
) -> Iterator[Built]:
    """The store that the packages of ``chain`` (a full one and the increments behind it) hold, in the fresh file ``path``.

    ``moment``: as it was then (YYYY-MM-DD HH:MM:SS), else at the chain's end. Without the records ``erased`` (rids) and those
    that the packages know of as erased. Open within the block; whatever happens the file is gone afterwards, unless somebody
    took it away. StoreError: damaged, cut, not of one chain, newer, no room. KeysError: not for who is here.
    """
    known, sizes = set(erased), [one.stat().st_size for one in chain]
    try:
        with opened(chain[0], opener) as package:
            known.update(package.erased())
            _fill(path, package, chain[0])
            head = package.head
            counts = package.manifest.counts
        store = _opened(path, chain[0], opener, head)
        try:
            _reached(store, chain[0], head)
            _count(store, chain[0], counts)
            for number, part in enumerate(chain[1:], 1):
                if watch:
                    watch(sum(sizes[:number]), sum(sizes))
                with opened(part, opener) as package:
                    if package.head.parent != head.id or package.head.since != head.until:
                        raise StoreError("backup.not_following", path=part, before=chain[number - 1].name)
                    known.update(package.erased())
                    _add(store, package)
                    head = package.head
                _reached(store, part, head)
            yield _settled(store, moment, known)
        finally:
            store.close()
    finally:
        remove(path)


def remove(path: Path) -> None:
    """Take away a scratch store, with what lies beside it."""
    for one in (path, *(path.with_name(path.name + end) for end in _BESIDE)):
        one.unlink(missing_ok=True)


def _settled(store: SqlStore, moment: str, erased: Collection[str]) -> Built:
    with store._writing() as connection:
        back = bool(moment) and rewind(connection, store._cipher, moment)
        wiped = wipe(connection, erased)
        done = connection.exec_driver_sql("SELECT at FROM operation ORDER BY seq DESC LIMIT 1").scalar()
    if back or wiped:
        with explained(store.path):
            scrub(store._engine)
    return Built(store, wiped, done or "")


def _opened(path: Path, package: Path, opener: Opener, head: Head) -> SqlStore:
    try:
        return sqlite.open(path, opener.cipher(head.opening), create=False)
    except StoreError as error:
        if error.key == "store.newer":
            raise StoreError("backup.newer", path=package, program=head.program) from error
        raise


def _fill(path: Path, package: Package, source: Path) -> None:
    """Lay what a full backup holds into the fresh file ``path``, which only its owner reads."""
    if package.head.kind != "full":
        raise StoreError("backup.not_full", path=source)
    if package.head.schema > LATEST:
        raise StoreError("backup.newer", path=source, program=package.head.program)
    try:
        file = os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")
        with file:
            if package.head.content == "database":
                for name, content in package.sections():
                    if name == "database":
                        file.writelines(content)
                return
    except OSError as error:
        raise StoreError("backup.no_room", path=path, what=error.strerror or "") from error
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(path))
    try:
        with explained(str(path)), engine.begin() as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-131072"):  # what fails here is thrown away
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            for name, content in package.sections():
                copies.load(connection, name, content)
            copies.settle(connection)
    finally:
        engine.dispose()


def _add(store: SqlStore, package: Package) -> None:
    """Bring in an increment."""
    with store._writing() as connection:
        for name, content in package.sections():
            if name == "log":
                replay(connection, store._cipher, increment.decode(content, package.head.since))
            elif name == "standing":
                stand(connection, json.loads(b"".join(content)))


def _reached(store: SqlStore, path: Path, head: Head) -> None:
    """StoreError where the log does not end where the package says that it does."""
    with store._reading() as connection:
        if place(connection) != head.until:
            raise StoreError("backup.other_log_inside", path=path)


def _count(store: SqlStore, path: Path, counts: Mapping[str, int]) -> None:
    """StoreError where a table has not as many rows as the package says."""
    with store._reading() as connection:
        for name, count in counts.items():
            here = connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            if here != count and name not in _MADE_ANEW:
                raise StoreError("backup.other_count", path=path, table=name)


def erased_in(paths: Iterable[Path], opener: Opener) -> set[str]:
    """The rids of all records that these packages know of as erased."""
    found: set[str] = set()
    for path in paths:
        with opened(path, opener) as package:
            found.update(package.erased())
    return found

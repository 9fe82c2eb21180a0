"""A whole SQLite store at one moment, while people go on working: the copy that SQLite itself makes, packed close."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, create_engine

from xlcrm.errors import StoreError
from xlcrm.store.backup.package import Sections
from xlcrm.store.faults import explained

_COPY = "backup-"
_LEFT_BEHIND = 3600  # seconds after which a copy is that of somebody who broke down
_BLOCK = 1 << 20
_STEPS = 2_000_000  # of SQLite's machine between two looks at how far it is

Watch = Callable[[int, int], None]
"""Told how much of how much is done: bytes of a whole store, entries of an increment."""


@contextmanager
def copied(path: Path, watch: Watch) -> Iterator[tuple[Connection, str, Sections]]:
    """A copy of the store at ``path``: a connection to it, and what a package holds of it. Gone afterwards.

    It lies beside the store, in a folder that only its owner reads. StoreError where the store cannot be read, or the disk has no
    room for the copy.
    """
    try:
        for left in path.parent.glob(f".{path.name}.{_COPY}*"):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                rmtree(left, ignore_errors=True)
        beside = TemporaryDirectory(prefix=f".{path.name}.{_COPY}", dir=path.parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise StoreError("store.disk", path=path) from error
    with beside as folder:
        copy = Path(folder) / "copy.db"
        with explained(str(path)), closing(sqlite3.connect(path.absolute(), isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # the copy need not outlive a power cut
            whole = path.stat().st_size

            def look() -> None:
                watch(min(copy.stat().st_size, whole) if copy.exists() else 0, 2 * whole)

            connection.set_progress_handler(look, _STEPS)
            connection.execute("VACUUM INTO ?", (str(copy),))
        engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(copy))
        try:
            with engine.connect() as reading:
                yield reading, "database", [("database", _blocks(copy, watch))]
        finally:
            engine.dispose()


def _blocks(copy: Path, watch: Watch) -> Iterator[bytes]:
    whole, done = copy.stat().st_size, 0
    with copy.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            yield block
            done += len(block)
            watch(whole + done, 2 * whole)

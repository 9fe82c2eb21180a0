"""What a change of all keys costs, with the blocking keys that real customers have: ``python -m tests.bench.bench_keys``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.bench_store import changes
from tests.store.cluster import SETTINGS, Cluster, programs
from xlcrm.crypto import identity
from xlcrm.crypto.cipher import Cipher
from xlcrm.crypto.keys import new_key, parse
from xlcrm.jobs import keys
from xlcrm.match import block, face
from xlcrm.match.normalise import normalise
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation
from xlcrm.model.tables import MATCHED
from xlcrm.rules.rights import MATRIX
from xlcrm.store import sqlite
from xlcrm.store.postgres import opening
from xlcrm.store.sql import SqlStore

MOMENT = datetime(2025, 3, 5, 12)


def customers(count: int) -> list[Change]:
    """New customers with the keys that the duplicate engine gives them."""
    made = changes(count)
    normal = normalise({key: [one.values.get(key) for one in made] for key in MATCHED})
    for one, found, looks in zip(made, block.keys(normal), face.written(normal), strict=True):
        one.keys, one.looks = tuple(found), (looks,)
    return made


def longest(steps: Iterator[int]) -> tuple[int, float, float]:
    """How many there were, the seconds of them all, and of the longest step."""
    start = last = time.perf_counter()
    done, most = 0, 0.0
    for reached in steps:
        now = time.perf_counter()
        done, most, last = reached, max(most, now - last), now
    return done, time.perf_counter() - start, most


def measure(name: str, store: SqlStore, count: int) -> None:
    """Print it for one engine."""
    admin = store.ensure_person(store.account or "boss", "boss", frozenset(MATRIX), MOMENT)
    context = Context(admin, lambda: MOMENT)
    start = time.perf_counter()
    store.apply(Operation("submit", customers(count), workbook="bench"), context)
    print(f"{name}: {count} customers stored in {time.perf_counter() - start:.1f} s", flush=True)
    os.environ["XLCRM_IDENTITY"] = identity.new()
    keys.join(store, context, "bench", str)
    store.keyroom.print_recovery(context)
    start = time.perf_counter()
    keys.change(store, context, index=True)
    print(f"  begun in {time.perf_counter() - start:.2f} s")
    for what, steps in (("data keys", keys.rewrap(store, context)), ("digests", keys.fold(store, context))):
        done, seconds, most = longest(steps)
        print(f"  {done} {what} in {seconds:.1f} s, the longest batch {1000 * most:.0f} ms", flush=True)
    store.close()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    cipher = Cipher(parse(new_key()))
    with TemporaryDirectory() as folder:
        if "postgres" not in sys.argv:
            measure("SQLite", sqlite.open(Path(folder) / "store.db", cipher), count)
    found = programs()
    if found and "sqlite" not in sys.argv:
        cluster = Cluster(found, tuple(one for one in SETTINGS if not one.startswith(("fsync", "full_page"))))
        try:
            url = cluster.url(cluster.database())
            measure("PostgreSQL", opening.create(url, "boss", frozenset(MATRIX), MOMENT, cipher), count)
        finally:
            cluster.remove()

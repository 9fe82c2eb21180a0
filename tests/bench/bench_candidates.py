"""New rows against the customers a store holds, on both engines: from raw columns to scored pairs with their records.

``python -m tests.bench.bench_candidates sqlite|postgresql 1000000`` does it among a million; making them takes a quarter of an hour.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.bench_match import Columns, raw, there, truth
from tests.bench.million import enlarged
from tests.bench.timing import Row, peak
from xlcrm.crypto.cipher import Cipher
from xlcrm.crypto.keys import new_key, parse
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation

STORED = 200_000
"""Stored customers that ``make bench`` looks among."""
BATCH = 50
STEPS = ("normalise", "keys", "candidates", "looks", "score", "records")
"""What looking up new rows consists of."""
NOON = datetime(2025, 3, 5, 12)
STEWARD = Context(Person("0" * 32, "bench", "bench", roles=frozenset({"admin", "steward"})), lambda: NOON)


def measure() -> list[Row]:
    """The lines for docs/bench.md."""
    if not there("standard_100k"):
        print("  skipped, there is no development data beside the repository")
        return []
    rows = []
    for engine in ENGINES:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.bench_candidates", engine, str(STORED)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        found = json.loads(done.stdout.splitlines()[-1])
        parts = ", ".join(f"{step} {seconds * 1000:.0f}" for step, seconds in found["parts"].items())
        note = (
            f"median of {len(found['times'])} batches, ms: {parts}; {found['candidates']:.0f} candidates; the first one "
            f"{found['first']:.2f} s; {found['bytes']:.0f} bytes of keys and looks a customer"
        )
        rows.append(Row(f"{BATCH} new rows against {found['stored']:,} stored customers, {engine}", median(found["times"]), 0.2, note=note))
    return rows


def figures(engine: str, count: int) -> dict[str, Any]:
    """``BATCH`` new rows against ``count`` stored customers: the seconds of several batches, and of each step."""
    columns, _ = enlarged(raw("standard_100k"), truth("standard_100k"), max(1, count // 100_000))
    batches = [{key: values[at : at + BATCH] for key, values in columns.items()} for at in range(0, 1000, BATCH)]
    stored = {key: values[1000 : 1000 + count] for key, values in columns.items()}
    with ENGINES[engine]() as (store, size):
        held = fill(store, stored)
        found = looked(store, batches)
        keys = size()
    return {"stored": held, "bytes": keys / held, "megabytes": peak()} | found


@contextmanager
def on_sqlite() -> Iterator[tuple[Any, Callable[[], int]]]:
    """An empty store, and what tells the bytes of its keys and looks (indexes included)."""
    from xlcrm.store import sqlite

    with TemporaryDirectory(dir=os.environ.get("XLCRM_BENCH_FOLDER")) as folder:
        opened = sqlite.open(Path(folder) / "store.db", Cipher(parse(new_key())))

        def size() -> int:
            with opened._engine.connect() as connection:
                asked = "SELECT sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) WHERE tbl_name IN ('face', 'blocking_key')"
                return int(connection.exec_driver_sql(asked).scalar_one())

        yield opened, size
        opened.close()


@contextmanager
def on_postgresql() -> Iterator[tuple[Any, Callable[[], int]]]:
    """As ``on_sqlite``, on a cluster of its own where every commit reaches the disk."""
    import psycopg

    from tests.bench.bench_postgres import SETTINGS
    from tests.store.cluster import Cluster, programs
    from xlcrm.store.postgres import opening

    found = programs()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed")
    cluster = Cluster(found, settings=SETTINGS)
    try:
        url = cluster.url(cluster.database())
        opened = opening.create(url, "bench", sorted(STEWARD.actor.roles), NOON, Cipher(parse(new_key())))

        def size() -> int:
            asked = "SELECT pg_total_relation_size('xlcrm.face') + pg_total_relation_size('xlcrm.blocking_key')"
            with psycopg.connect(url) as connection:
                row = connection.execute(asked).fetchone()
            return int(row[0]) if row else 0

        yield opened, size
        opened.close()
    finally:
        cluster.remove()


ENGINES = {"sqlite": on_sqlite, "postgresql": on_postgresql}


def fill(store: Any, columns: Columns) -> int:
    """Submit these customers with their blocking keys and looks, as a submission gives them; how many there are."""
    from xlcrm.match import block, face
    from xlcrm.match.normalise import normalise

    count = len(columns["name"])
    acting = Context(store.people()[0], lambda: NOON) if store.people() else STEWARD
    for start in range(0, count, 50_000):
        part = {key: values[start : start + 50_000] for key, values in columns.items()}
        normal, changes = normalise(part), []
        for at, (keys, look) in enumerate(zip(block.keys(normal), face.written(normal), strict=True)):
            rid = new_rid()
            values = {key: column[at] for key, column in part.items() if column[at]}
            changes.append(Change("customer", rid, rid, values, keys=tuple(keys), looks=(look,)))
        store.apply(Operation("submit", changes, workbook="bench"), acting)
        print(f"{start + len(changes):,} stored", file=sys.stderr, flush=True)
    return count


def looked(opened: Any, batches: Sequence[Columns]) -> dict[str, Any]:
    """What looking up each of the batches took; all figures but ``first`` without the first one, which warms up."""
    parts, pairs, found, processors = [], [], [], []
    for batch in batches:
        processor = time.process_time()
        marks, candidates, matches = looked_up(opened, batch)
        processors.append(time.process_time() - processor)
        parts.append([later - earlier for earlier, later in pairwise(marks)])
        pairs.append(candidates)
        found.append(matches)
    times = [sum(row) for row in parts]
    return {
        "times": times[1:], "processor": median(processors[1:]), "first": times[0],
        "parts": {step: median(row[at] for row in parts[1:]) for at, step in enumerate(STEPS)},
        "candidates": median(pairs), "matches": median(found),
    }  # fmt: skip


def looked_up(opened: Any, batch: Columns) -> tuple[list[float], int, int]:
    """Look for one batch of new rows in the store, as the job does: the times between ``STEPS``, pairs looked at, pairs found."""
    from xlcrm.match import block, engine, face, score
    from xlcrm.match.normalise import normalise

    marks = [time.perf_counter()]
    new = normalise(batch)
    marks.append(time.perf_counter())
    keys = block.keys(new)
    marks.append(time.perf_counter())
    found = opened.candidates(keys)
    marks.append(time.perf_counter())
    looks = opened.looks(rid for _, rid in found.pairs)
    there = face.read(look for known in looks.values() for look in known)
    marks.append(time.perf_counter())
    places = {rid: at for at, rid in enumerate(looks)}
    pairs = [(row, places[rid]) for row, rid in found.pairs]
    matches = engine.against(new, there, pairs, block.Counts(found.total, found.counts), score.shipped())
    marks.append(time.perf_counter())
    rids = list(looks)
    opened.records({rids[pair.right] for pair in matches})
    marks.append(time.perf_counter())
    return marks, len(pairs), len(matches)


if __name__ == "__main__":
    print(json.dumps(figures(sys.argv[1], int(sys.argv[2]))))

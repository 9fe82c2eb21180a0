"""The team's store: new customers against a bare COPY of the same final rows, several people at once, verifying the log."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import median
from typing import Any

import psycopg

from tests.bench.bench_store import changes
from tests.bench.timing import TIMES, Row, scaled, seconds
from tests.store.cluster import Cluster, programs
from xlcrm.crypto.cipher import Cipher
from xlcrm.crypto.keys import new_key, parse
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Operation
from xlcrm.store.postgres import opening
from xlcrm.store.proof import linked
from xlcrm.store.schema import META, MIGRATION, metadata, quoted

CIPHER = Cipher(parse(new_key()))
NOON = datetime(2025, 3, 5, 12)
CLERK = Context(Person("0" * 32, "clerk", "录入员", roles=frozenset({"entry"})), lambda: NOON)
PASSWORD = "bench"
# As a server runs: every commit reaches the disk. It writes down how long anybody waited for somebody else.
SETTINGS = (
    "listen_addresses=", "max_connections=60", "shared_buffers=512MB", "max_wal_size=4GB", "log_lock_waits=on", "deadlock_timeout=10ms",
)  # fmt: skip
BATCH = 100
SUBMITTERS = 8


def measure() -> list[Row]:
    """The lines for docs/bench.md."""
    found = programs()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed")
    cluster = Cluster(found, settings=SETTINGS)
    try:
        made = cluster.database()
        store = opening.create(cluster.url(made), "bench", ["admin"], NOON, CIPHER)
        store.add_person(CLERK.actor, Context(store.people()[0], lambda: NOON))
        store.close()
        cluster.run(f"ALTER ROLE clerk PASSWORD '{PASSWORD}'")
        return [*_bulk(cluster, made), *_crowd(cluster, made)]
    finally:
        cluster.remove()


def _bulk(cluster: Cluster, made: str) -> list[Row]:
    count = scaled(100_000)
    operation = Operation("submit", changes(count), workbook="bench")
    ours, floor, chained, verified, entries = [], [], [], [], 0
    for _ in range(TIMES):
        name = cluster.database(made)
        clerk = opening.open(cluster.url(name, "clerk", PASSWORD), CIPHER)  # with the checks and views of an entry user
        ours.append(seconds(lambda: clerk.apply(operation, CLERK)))  # noqa: B023 - used at once
        clerk.close()
        store = opening.open(cluster.url(name), CIPHER)
        floor.append(_copy(cluster, name, cluster.database(made)))
        with store._reading() as connection:
            chained.append(seconds(lambda: linked(connection, {})))
        started = time.perf_counter()
        verdict = store.verify()
        verified.append(time.perf_counter() - started)
        entries = verdict.entries
        store.close()
        if verdict.faults or entries < count:
            raise RuntimeError(f"the log is not sound: {entries} entries, {verdict.faults[:3]}")
        cluster.run(f"DROP DATABASE {name}")
    return [
        Row(f"storing {count:,} new customers on PostgreSQL", median(ours), 3, "COPY", median(floor),
            note="as above, over a socket, every commit on disk; the floor COPYs the identical final rows into the same tables"),
        Row(f"verifying the chain of {entries:,} log entries on PostgreSQL", median(chained), entries / 100_000,
            note="every digest of every entry and operation anew"),
        Row(f"xlcrm audit verify over {entries:,} entries on PostgreSQL", median(verified),
            note="the chain, and every record against what the log says of it"),
    ]  # fmt: skip


def _copy(cluster: Cluster, source: str, target: str) -> float:
    """Seconds to COPY every row of the store ``source`` into the empty one ``target``; it is dropped afterwards."""
    tables = [table for table in metadata.sorted_tables if table not in (META, MIGRATION)]
    with psycopg.connect(cluster.url(source)) as connection:
        rows: dict[str, Sequence[Any]] = {
            table.name: connection.execute(f"SELECT * FROM xlcrm.{quoted(table.name)}").fetchall() for table in tables
        }
    with psycopg.connect(cluster.url(target), autocommit=True) as connection:
        connection.execute("TRUNCATE xlcrm.number")
        for trigger, table in (("person_whole", "person"), ("entry_whole", "entry"), ("operation_whole", "operation")):
            connection.execute(f"ALTER TABLE xlcrm.{table} DISABLE TRIGGER {trigger}")
            connection.execute(f"TRUNCATE xlcrm.{table}")
    with psycopg.connect(cluster.url(target)) as connection:
        started = time.perf_counter()
        for name, found in rows.items():
            with connection.cursor() as cursor, cursor.copy(f"COPY xlcrm.{quoted(name)} FROM STDIN") as copy:
                for row in found:
                    copy.write_row(row)
        connection.commit()
        taken = time.perf_counter() - started
    cluster.run(f"DROP DATABASE {target}")
    return taken


def _crowd(cluster: Cluster, made: str) -> list[Row]:
    """Batches of 100 rows by one submitter, and by eight at once: seconds for the same number of batches, and the longest wait."""
    turns = max(4, scaled(40))
    name = cluster.database(made)
    url = cluster.url(name, "clerk", PASSWORD)
    one, _ = _submitters(url, 1, turns * 2)
    one /= turns * 2
    many, waits = _submitters(url, SUBMITTERS, turns)
    many /= turns * SUBMITTERS
    store = opening.open(cluster.url(name), CIPHER)
    verdict = store.verify()
    store.close()
    if verdict.faults:
        raise RuntimeError(f"the log is not sound: {verdict.faults[:3]}")
    waits.sort()
    typical = f"median {waits[len(waits) // 2] * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms"
    turns_waited = [float(found) / 1000 for found in re.findall(r"acquired .* after ([\d.]+) ms", (cluster.folder / "log").read_text())]
    return [
        Row(f"a batch of {BATCH} rows, {SUBMITTERS} submitters at once", many, 1 / 1.3, "one submitter", one,
            note=f"{SUBMITTERS * turns} batches; numbers, keys and log included; whole answers: {typical}"),
        Row(f"longest wait for another's turn among {SUBMITTERS} submitters", max(turns_waited, default=0.0), 0.2,
            note=f"the server's own record of waits for locks; {len(turns_waited)} were longer than 10 ms"),
    ]  # fmt: skip


def _submitters(url: str, people: int, turns: int) -> tuple[float, list[float]]:
    """The seconds that ``people`` processes need for ``turns`` batches each, and how long each batch took."""
    fork = multiprocessing.get_context("fork")
    barrier, answers = fork.Barrier(people + 1), fork.Queue()
    processes = [fork.Process(target=_submit, args=(url, person, turns, barrier.wait, answers.put)) for person in range(people)]
    for process in processes:
        process.start()
    barrier.wait()
    started = time.perf_counter()
    waits = [wait for _ in processes for wait in answers.get(timeout=600)]
    taken = time.perf_counter() - started
    for process in processes:
        process.join()
    return taken, waits


def _submit(url: str, person: int, turns: int, ready: Callable[[], object], answer: Callable[[list[float]], object]) -> None:
    batches = [changes(BATCH, seed=person * 10_000 + turn) for turn in range(turns)]
    store = opening.open(url, CIPHER)
    ready()
    waits = []
    for batch in batches:
        started = time.perf_counter()
        for change, number in zip(batch, store.numbers("CX{yyyy}{mm}{n:04}", BATCH, "2025-03-05"), strict=True):
            change.number = number
        store.apply(Operation("submit", batch, workbook=new_rid()), CLERK)
        waits.append(time.perf_counter() - started)
    store.close()
    answer(waits)


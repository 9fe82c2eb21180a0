"""Several processes at once, and processes that are killed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from typing import Any

import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import context, open_at
from xlcrm.model.operation import Change, Operation, Result

FORK = multiprocessing.get_context("fork")
PATTERN = "CX{yyyy}{mm}{n:04}"


def submission(writer: int, turn: int, rows: int) -> list[Change]:
    """The same rows every time: as if the same sheet were submitted again."""
    made = []
    for row in range(rows):
        rid = f"{writer:08x}{turn:08x}{row:016x}"
        values: dict[str, str | None] = {"name": f"公司{writer}-{turn}-{row}", "phone": f"+86139{writer}{turn:03d}{row:04d}"}
        made.append(Change("customer", rid, rid, values, keys=(f"n:{writer}", f"p:{values['phone']}"), token=f"{rid}:1"))
    return made


def submit(address: str, writer: int, turns: int, rows: int, done: Any) -> None:
    store = open_at(address)
    for turn in range(turns):
        changes = submission(writer, turn, rows)
        for change, number in zip(changes, store.numbers(PATTERN, rows, "2025-03-05"), strict=True):
            change.number = number
        shared = Change("setting", "shared", "", {"value": f"{writer}-{turn}"})
        receipt = store.apply(Operation("submit", [*changes, shared], workbook=f"book{writer}"), context())
        done.put((writer, turn, [outcome.result for outcome in receipt.outcomes[:-1]]))
    store.close()


def founded(address: str) -> int:
    """How many operations made the store; one on a server, whose stores are made on purpose."""
    return 1 if address.startswith("postgresql:") else 0


def test_eight_processes_submit_at_once(address: str) -> None:
    """They even open a store at once that is not there yet."""
    before = founded(address)
    done = FORK.Queue()
    writers = [FORK.Process(target=submit, args=(address, writer, 5, 20, done)) for writer in range(8)]
    for process in writers:
        process.start()
    answers = [done.get(timeout=120) for _ in range(40)]
    for process in writers:
        process.join()
    assert [process.exitcode for process in writers] == [0] * 8
    assert all(results == [Result.STORED] * 20 for _, _, results in answers)
    store = open_at(address)
    records = list(store.scan("customer"))
    assert {record.values["name"] for record in records} == {f"公司{w}-{t}-{r}" for w in range(8) for t in range(5) for r in range(20)}
    assert len({record.number for record in records}) == len(records) == 800
    assert len(store.history("shared")) == 40
    verdict = store.verify()
    assert (verdict.operations - before, verdict.faults) == (80, ())


def settle(address: str, request: pytest.FixtureRequest) -> None:
    """Wait until a server has noticed that the killed client is gone: until then it may still be committing."""
    if address.startswith("postgresql:"):
        cluster: Cluster = request.getfixturevalue("cluster")
        database = address.partition("?")[0].rpartition("/")[2]
        while cluster.run(f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}'"):
            pass


def test_a_killed_process_leaves_a_whole_store_and_the_next_run_completes(address: str, request: pytest.FixtureRequest) -> None:
    chance = random.Random(20250305)
    stored: set[int] = set()
    for round in range(10):
        done = FORK.Queue()
        child = FORK.Process(target=submit, args=(address, round, 1, 400, done))
        child.start()
        child.join(timeout=chance.uniform(0.0, 0.35))
        assert child.pid is not None
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join()
        settle(address, request)
        store = open_at(address)
        found = {int(record.rid[:8], 16) for record in store.scan("customer")}
        count = len(list(store.scan("customer")))
        assert found - {round} == stored and count == 400 * len(found)
        assert not store.verify().faults
        store.close()
        expected = Result.UNCHANGED if round in found else Result.STORED
        again = FORK.Queue()
        child = FORK.Process(target=submit, args=(address, round, 1, 400, again))
        child.start()
        assert again.get(timeout=60) == (round, 0, [expected] * 400)
        child.join()
        stored.add(round)
    store = open_at(address)
    numbers = [record.number for record in store.scan("customer")]
    assert len(set(numbers)) == len(numbers) == 4000 and not store.verify().faults
    with store._reading() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert connection.exec_driver_sql("SELECT count(*) FROM blocking_key").scalar() == 8000

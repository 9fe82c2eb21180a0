"""``make soak``: many runs, each from a seed; the figures for docs/reliability.md."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.soak import backups, quarter
from tests.soak import folder as sharing
from tests.soak.histories import STEPS, History, crowd
from tests.soak.places import opened
from tests.soak.plan import plan
from tests.soak.run import run
from tests.store.cluster import Cluster, programs
from tests.store.conftest import CIPHER
from xlcrm.store import sqlite

SHEETS = (
    "tests/jobs/test_submit_waiting.py::test_on_any_journey_no_waiting_row_is_settled_without_a_decision",
    "tests/jobs/test_submit_waiting.py::test_the_same_books_come_out_the_same_in_another_store",
    "tests/jobs/test_submit.py::test_every_row_read_is_accounted_for",
)
PER_STORE = 10  # histories that follow one another in one store


def main() -> int:
    """0 when every run was well; the seeds of the others are printed with what was wrong."""
    parser = argparse.ArgumentParser("tests.soak", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; the others follow")
    parser.add_argument("--histories", type=int, default=1000, help="of merges and undos, compared with a model")
    parser.add_argument("--firms", type=int, default=10, help="of forty people with a shared folder")
    parser.add_argument("--quarters", type=int, default=2, help="of twenty people with 2,000 customers and 3,000 requests")
    parser.add_argument("--lives", type=int, default=60, help="of stores that are backed up, damaged and restored")
    parser.add_argument("--sheets", type=int, default=10, help="times the random sheets of the tests, with rows that resemble each other")
    parser.add_argument("--engine", choices=("sqlite", "postgres", "disk"), default="", help="one engine only")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends it wants servers and disks gone, too
    plans = [plan(seed, options.engine) for seed in range(options.seed, options.seed + options.runs)]
    total: dict[str, Counter[str]] = {}
    bad: list[int] = []
    started = time.monotonic()
    with opened({one.engine for one in plans}) as servers:
        for one in plans:
            report = run(one, servers.get(one.engine))
            total.setdefault(one.engine, Counter())
            total[one.engine] += report.done + Counter(runs=1)
            if report.wrong:
                bad.append(one.seed)
                print(f"seed {one.seed} ({one.engine}): " + "; ".join(report.wrong), flush=True)
            elif one.seed % 10 == 0:
                print(f"seed {one.seed}: well, {time.monotonic() - started:.0f} s", flush=True)
    for engine, done in sorted(total.items()):
        print(engine, ", ".join(f"{what} {count}" for what, count in sorted(done.items())))
    print(f"{len(plans) - len(bad)} runs well, {len(bad)} not, {time.monotonic() - started:.0f} s")
    astray = _histories(options.seed, options.histories)
    troubled = [*_firms(options.seed, options.firms), *_quarters(options.seed, options.quarters), *_lives(options.seed, options.lives), *_sheets(options.sheets)]
    if bad:
        print("again: python -m tests.soak --runs 1 --seed " + " | ".join(map(str, bad)))
    return 1 if bad or astray or troubled else 0


def _histories(first: int, count: int) -> list[int]:
    """Play ``count`` histories on SQLite; the seeds of those that do not end where the model says."""
    started, bad = time.monotonic(), []
    for start in range(first, first + count, PER_STORE):
        with tempfile.TemporaryDirectory(prefix="xlcrm-histories-") as folder:
            store = sqlite.open(Path(folder) / "store.db", CIPHER)
            people = crowd(store)
            for seed in range(start, min(start + PER_STORE, first + count)):
                try:
                    History(store, people, random.Random(seed)).play(STEPS)
                except AssertionError as error:
                    bad.append(seed)
                    print(f"history {seed}: {str(error)[:300]}", flush=True)
            store.close()
    print(f"{count - len(bad)} histories end where the model says, {len(bad)} do not, {time.monotonic() - started:.0f} s")
    return bad


def _firms(first: int, count: int) -> list[int]:
    """Days of firms with a shared folder; the seeds of those that did not go well."""
    started, bad, done = time.monotonic(), list[int](), Counter[str]()
    for seed in range(first, first + count):
        report = sharing.run(seed)
        done += report.done
        if report.wrong:
            bad.append(seed)
            print(f"firm {seed}: " + "; ".join(report.wrong), flush=True)
    print("shared folder", ", ".join(f"{what} {number}" for what, number in sorted(done.items())))
    print(f"{count - len(bad)} firms well, {len(bad)} not, {time.monotonic() - started:.0f} s")
    return bad


def _quarters(first: int, count: int) -> list[int]:
    """Quarters of update requests; the seeds of those in which something does not hold."""
    started, bad, done = time.monotonic(), list[int](), Counter[str]()
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory(prefix="xlcrm-quarter-") as folder:
            report = quarter.run(seed, Path(folder))
        done += report.done
        if report.wrong:
            bad.append(seed)
            print(f"quarter {seed}: " + "; ".join(report.wrong[:10]), flush=True)
    print("update requests", ", ".join(f"{what} {number}" for what, number in sorted(done.items())))
    print(f"{count - len(bad)} quarters well, {len(bad)} not, {time.monotonic() - started:.0f} s")
    return bad


def _lives(first: int, count: int) -> list[int]:
    """Lives with backups, every third one on a server; the seeds of those in which a restore was wrong, or silent."""
    started, bad, done = time.monotonic(), list[int](), Counter[str]()
    cluster = Cluster(found) if count and (found := programs()) else None
    for seed in range(first, first + count):
        server = (lambda: cluster.url(cluster.database())) if cluster and seed % 3 == 0 else None
        with tempfile.TemporaryDirectory(prefix="xlcrm-lives-") as folder:
            report = backups.run(seed, Path(folder), server)
        done += report.done
        if report.wrong:
            bad.append(seed)
            print(f"life {seed}: " + "; ".join(report.wrong[:5]), flush=True)
    if cluster:
        cluster.remove()
    print("backups", ", ".join(f"{what} {number}" for what, number in sorted(done.items())))
    print(f"{count - len(bad)} lives well, {len(bad)} not, {time.monotonic() - started:.0f} s")
    return bad


def _sheets(times: int) -> list[str]:
    """``times`` as many random sheets as ``make test`` submits; the tests that found one which is not well."""
    wrong = []
    for test in SHEETS if times else ():
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
        if subprocess.run(words, env={**os.environ, "XLCRM_TIMES": str(times)}, check=False).returncode:
            wrong.append(test)
    return wrong


if __name__ == "__main__":  # a process that is started anew imports this
    sys.exit(main())

"""Random histories end where the model says, and nothing is lost (`make soak` plays a thousand of them)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.soak.histories import STEPS, History, crowd
from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.store import sqlite
from xlcrm.store.postgres import opening


@pytest.mark.parametrize("first", range(0, 100, 10))
def test_on_sqlite(tmp_path: Path, first: int) -> None:
    store = sqlite.open(tmp_path / "store.db", CIPHER)
    people = crowd(store)
    for seed in range(first, first + 10):
        History(store, people, random.Random(seed)).play(STEPS)
    store.close()


def test_on_postgresql(cluster: Cluster) -> None:
    store = opening.create(cluster.url(cluster.database()), "管理员", ["admin", "steward"], context().clock(), CIPHER)
    people = crowd(store)
    for seed in range(3):
        History(store, people, random.Random(seed)).play(STEPS)
    store.close()

"""Some of the lives of ``make soak`` that are backed up, damaged and restored, with seeds of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.backups import run
from tests.store.cluster import Cluster

AGAIN = "again: python -m tests.soak --runs 0 --histories 0 --firms 0 --quarters 0 --sheets 0 --lives 1 --seed"


@pytest.mark.parametrize("seed", [1015, 1019])
def test_a_restore_is_the_source_or_says_what_is_damaged(seed: int, tmp_path: Path) -> None:
    report = run(seed, tmp_path, rounds=3, harms=3)
    assert report.wrong == [], f"{AGAIN} {seed}"
    assert report.done["restored to a file"] > 1


def test_on_a_server_and_from_one_engine_to_the_other(tmp_path: Path, cluster: Cluster) -> None:
    report = run(1014, tmp_path, lambda: cluster.url(cluster.database()), rounds=3, harms=3)
    assert report.wrong == [], f"{AGAIN} 1014"
    assert report.done["restored to a file"] and report.done["restored to a server"]

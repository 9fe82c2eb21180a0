"""One firm's days with a shared folder, with a seed of its own; ``make soak`` carries out ten times as many."""

from __future__ import annotations

from tests.soak.folder import run


def test_nothing_is_lost_in_a_shared_folder() -> None:
    report = run(2001)
    assert report.wrong == [], "again: python -m tests.soak --runs 0 --histories 0 --firms 1 --seed 2001"
    assert report.done["killed"] and report.done["rows"]

"""One firm's days with a shared folder, with a seed of its own; ``make soak`` carries out ten, in which everybody is busy twice."""

from __future__ import annotations

from tests.soak.folder import PEOPLE, run


def test_nothing_is_lost_in_a_shared_folder() -> None:
    report = run(2001, again=0.25)
    assert report.wrong == [], "again: tests.soak.folder.run(2001, again=0.25)"
    assert report.done["killed"] and report.done["rows"] > PEOPLE and report.done["again"] and report.done["workbooks"]

"""A small firm's quarter of update requests keeps every invariant; ``make soak`` plays whole ones."""

from __future__ import annotations

from pathlib import Path

from tests.soak.quarter import run


def test_a_quarter_keeps_states_four_eyes_one_message_a_step_and_a_complete_log(tmp_path: Path) -> None:
    report = run(2025, tmp_path, customers=60, requests=80)
    assert report.wrong == []
    assert report.done["requests"] >= 80
    assert min(report.done[what] for what in ("ended closed", "refused", "merges", "drafts")) > 0, "it was a lively quarter"

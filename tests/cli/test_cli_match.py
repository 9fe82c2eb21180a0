"""xlcrm match: a team's own decisions shift the weights, are kept in its store, and can be taken back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.bench.lists import smalltrade
from tests.cli.conftest import Run

FIELDS = ("row_id", "客户名称", "联系人", "手机/固话", "邮箱", "地址")


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A list of 1,500 shops and persons with a column that says which rows are one customer."""
    rows, truth = smalltrade.make(5, 1_500)
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*FIELDS, "cluster_id"))
        for row, label in zip(rows, truth, strict=True):
            writer.writerow((*(row[field] for field in FIELDS), label["cluster_id"]))
    return path


def test_decisions_are_learned_kept_and_forgotten(run: Run, labelled: Path) -> None:
    plain = run("match", "show").out
    said = run("match", "train", labelled, "--dry-run")
    assert said.code == 0, said.out
    assert run("match", "show").out == plain
    assert run("match", "train", labelled).code == 0
    # Learning the same again has nothing to add to speak of, whatever it says.
    assert run("match", "train", labelled, "--dry-run").code in (0, 1)
    assert run("match", "forget").code == 0
    assert run("match", "train", labelled, "--dry-run").out == said.out
    assert run("audit", "verify").code == 0


def test_answers_about_pairs_are_decisions_too(run: Run, labelled: Path, tmp_path: Path) -> None:
    run("dedupe", labelled, "--out", tmp_path / "pairs.csv", "--clusters", tmp_path / "c.csv")
    with labelled.open(encoding="utf-8-sig", newline="") as file:
        label = {row["row_id"]: row["cluster_id"] for row in csv.DictReader(file)}
    with (tmp_path / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        pairs = list(csv.DictReader(file))
    with (tmp_path / "answered.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, pairs[0])
        writer.writeheader()
        for row in pairs:
            same = label[row["id1"]] == label[row["id2"]]
            writer.writerow(row | {"decision": "合并到已有客户" if same else "不是同一客户"})
        strangers = list(label)[:40]
        for one, other in zip(strangers, reversed(strangers), strict=True):
            if label[one] != label[other]:
                writer.writerow({"id1": one, "id2": other, "decision": "不是同一客户"})
    said = run("match", "train", labelled, "--decisions", tmp_path / "answered.csv", "--dry-run")
    assert said.code in (0, 1)
    assert "0." in said.out  # the surprise before and after is told either way


def test_thresholds_are_set_and_shown(run: Run) -> None:
    shown = run("match", "set", "merge=0.991", "ask=0.61")
    assert shown.code == 0
    assert "0.99" in shown.out
    assert run("match", "show").out == shown.out


@pytest.mark.parametrize("words", [["merge=2"], ["merge"], ["best=0.5"], ["merge=0.2", "ask=0.9"]])
def test_a_threshold_that_makes_no_sense_is_refused(run: Run, words: list[str]) -> None:
    before = run("match", "show").out
    said = run("match", "set", *words)
    assert said.code == 2
    assert run("match", "show").out == before


def test_without_decisions_nothing_is_learned(run: Run, labelled: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text("名称,电话\n甲店,13912345678\n", "utf-8")
    assert run("match", "train", plain).code == 2
    plain.write_text("名称,电话,cluster_id\n甲店,13912345678,1\n甲店,13912345678,1\n", "utf-8")
    assert run("match", "train", plain).code == 1
    answers = tmp_path / "pairs.csv"
    answers.write_text("id1,id2,decision\n1,2,也许\n", "utf-8")
    assert run("match", "train", labelled, "--decisions", answers).code == 2


def test_a_team_that_learned_compares_with_its_own_weights(run: Run, book: Path, tmp_path: Path) -> None:
    def pairs(name: str) -> list[object]:
        fresh = tmp_path / name  # what was asked once stays in 查重结果 until somebody decides
        fresh.write_bytes(book.read_bytes())
        return list(run("dedupe", fresh, "--json").data["pairs"])

    plain = pairs("a.xlsx")
    run("match", "set", "merge=1", "ask=1", "contact=1")
    assert len(pairs("b.xlsx")) < len(plain)
    run("match", "forget")
    assert len(pairs("c.xlsx")) == len(plain)

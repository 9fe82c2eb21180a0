"""xlcrm dedupe on a list of any kind: what it takes columns for, what it writes, what it refuses."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROWS = """row_id,客户名称,联系人,手机/固话,邮箱,地址,备注
k1,杭州海河电子有限公司,王小明,13912348765,,杭州市西湖区文一路18号,
k2,海河电子(杭州)有限公司,王经理,139 1234 8765,,文一路18号,老客户
k3,宁波远山纺织有限公司,李强,13712340987,,,
k4,宁波远山纺织有限公司,李强,13712340987,,,
k5,杭州天目茶业有限公司,周兰,0571-88273645,,,
"""
PEOPLE = """id,given_name,surname,date_of_birth,postcode,phone
a,Harley,McCarthy,19080419,3165,0733215544
b,Harly,Mccarthy,19080419,3165,
c,Madeline,Mason,19081128,4881,0299887766
"""


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def saved(folder: Path, content: str | bytes, name: str = "名单.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8-sig") if isinstance(content, str) else content)
    return path


def test_pairs_and_clusters_beside_the_list(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, ROWS)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    said = run("dedupe", path)
    assert said.code == 1
    assert "客户名称" in said.out
    pairs = written(tmp_path / "名单.pairs.csv")
    assert {frozenset((row["id1"], row["id2"])) for row in pairs} == {frozenset(("k1", "k2")), frozenset(("k3", "k4"))}
    assert all(0.5 <= float(row["probability"]) <= 1 and row["decision"] and row["reason"] for row in pairs)
    clusters = {row["row_id"]: row["cluster_id"] for row in written(tmp_path / "名单.clusters.csv")}
    assert clusters == {"k1": "k1", "k2": "k1", "k3": "k3", "k4": "k3", "k5": "k5"}
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_foreign_people_and_names_for_the_results(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, PEOPLE, "people.csv")
    said = run("--lang", "en", "dedupe", path, "--out", tmp_path / "p.csv", "--clusters", tmp_path / "c.csv")
    assert said.code == 1
    assert [(row["id1"], row["id2"]) for row in written(tmp_path / "p.csv")] == [("a", "b")]
    assert len(written(tmp_path / "c.csv")) == 3


def test_rows_without_an_id_are_counted_from_one(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, "\n".join(line.split(",", 1)[1] for line in ROWS.splitlines()) + "\n")
    run("dedupe", path)
    assert [row["row_id"] for row in written(tmp_path / "名单.clusters.csv")] == ["1", "2", "3", "4", "5"]


def test_the_user_says_what_the_columns_are(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, ROWS.replace("客户名称", "X").replace("手机/固话", "Y"))
    said = run("dedupe", path, "--columns", "name=X", "phone=Y", "--json")
    assert said.data["columns"]["name"] == "X"
    assert said.data["columns"]["phone"] == "Y"
    assert said.data["redundant"] == 2


def test_a_workbook_of_another_kind(run: Run, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("名单", 0)
    for line in ROWS.splitlines():
        sheet.append(line.split(","))
    book.save(tmp_path / "list.xlsx")
    said = run("dedupe", tmp_path / "list.xlsx", "--out", tmp_path / "p.csv", "--clusters", tmp_path / "c.csv")
    assert said.code == 1
    assert len(written(tmp_path / "p.csv")) == 2


def test_ids_that_look_like_formulas_are_marked_as_text(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, ROWS.replace("k3", "=HYPERLINK(1)"))
    run("dedupe", path)
    assert "'=HYPERLINK(1)" in [row["row_id"] for row in written(tmp_path / "名单.clusters.csv")]


def test_fixed_weights_need_no_estimate(run: Run, tmp_path: Path) -> None:
    assert run("dedupe", saved(tmp_path, ROWS), "--fixed").code == 1


def test_results_are_never_overwritten_unasked(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, ROWS)
    run("dedupe", path)
    said = run("dedupe", path)
    assert said.code == 2
    assert "--force" in said.err
    assert run("dedupe", path, "--force").code == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--out", "名单.csv"],
        ["--out", "same.csv", "--clusters", "same.csv"],
        ["--out", "pairs.txt"],
        ["--out", "nowhere/pairs.csv"],
        ["--columns", "firm=客户名称"],
        ["--columns", "name=没有这列"],
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, tmp_path: Path, words: list[str]) -> None:
    path = saved(tmp_path, ROWS)
    before = path.read_bytes()
    said = run("dedupe", path, "--force", *words)
    assert said.code == 2
    assert said.err.strip()
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", "甲,乙\n1,2\n3,4\n".encode()])
def test_lists_that_hold_nothing_to_compare(run: Run, tmp_path: Path, content: bytes) -> None:
    said = run("dedupe", saved(tmp_path, content))
    assert said.code == 2
    assert said.err.strip()
    assert not list(tmp_path.glob("*.pairs.csv"))

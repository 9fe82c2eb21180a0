"""xlcrm store, and every other command on a team's store: what a steward types to go from one person to a team."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.store.cluster import ADMIN, Cluster


@pytest.fixture
def url(cluster: Cluster) -> str:
    """The address of an empty database."""
    return cluster.url(cluster.database())


def test_an_embedded_store_is_made_and_tells_how_it_stands(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/team.db"
    assert run("store", "status", url).code == 2
    made = run("store", "init", url)
    assert made.code == 0 and url in made.out and "SQLite 3" in made.out
    again = run("store", "init", url, "--lang", "en")
    assert again.code == 2 and "There is a store" in again.err
    assert run("store", "migrate", url).code == 0
    found = run("store", "status", url, "--json").data
    assert (found["people"], found["records"]["customer"], found["operations"]) == (1, 0, 1)
    assert run("store", "status", "redis://x").code == 2


def test_from_one_person_to_a_team(run: Run, cluster: Cluster, url: str, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLCRM_STORE", url)
    missing = run("submit", clean)
    assert missing.code == 2 and "xlcrm store init" in missing.err
    made = run("store", "init")
    assert made.code == 0 and "PostgreSQL" in made.out
    assert run("store", "init").code == 2
    submitted = run("submit", clean)
    assert submitted.code == 0 and "新增2" in submitted.out, submitted.out + submitted.err
    assert "无变化2" in run("submit", clean).out
    people = run("people", "--add", "王五", "--account", "wangwu", "--roles", "steward")
    assert people.code == 0
    listed = run("people", "--json").data
    assert [row[:2] for row in listed] == [["赵敏", ADMIN], ["王五", "wangwu"]]
    status = run("store", "status", "--json").data
    assert (status["records"]["customer"], status["people"]) == (2, 2)
    assert run("audit", "verify").code == 0

    cluster.run("ALTER ROLE wangwu PASSWORD 'geheim'")
    database = url.partition("?")[0].rpartition("/")[2]
    monkeypatch.setenv("XLCRM_STORE", cluster.url(database, "wangwu", "geheim"))
    found = run("show", "海河")
    assert found.code == 0 and "深圳市海河电子有限公司" in found.out
    assert "王五" in run("people").out
    assert run("people", "--add", "赵六").code == 2
    assert "geheim" not in run("store", "status").out


def test_what_goes_wrong_is_one_sentence(run: Run, cluster: Cluster, url: str, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = clean.read_bytes()
    run("store", "init", url)
    for address, sentence in (
        (url.replace(f"{ADMIN}@", "wangwu:falsch@"), "The server does not accept the password of wangwu"),
        ("postgresql://wang@no-such-host.invalid/crm", "There is no server called no-such-host.invalid"),
        ("postgresql://wang@127.0.0.1:1/crm", "does not answer"),
        (cluster.url("nothing_here"), "There is no such database"),
        ("mysql://wang@host/crm", "This kind of store is not known"),
    ):
        said = run("submit", clean, "--store", address, "--lang", "en")
        assert said.code == 2 and sentence in said.err, said.err
        assert len(said.err.splitlines()) == 2 and "falsch" not in said.err
    monkeypatch.delenv("XLCRM_KEY")
    said = run("submit", clean, "--store", url, "--lang", "en")
    assert said.code == 2 and "XLCRM_KEY" in said.err
    assert clean.read_bytes() == content

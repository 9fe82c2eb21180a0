"""xlcrm restore and xlcrm backup verify, as somebody types them on the day when the disk is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.store.cluster import Cluster
from xlcrm.crypto import identity


@pytest.fixture
def share(tmp_path: Path, run: Run, clean: Path) -> Path:
    """A store with two customers, and its backups: a full one, and one since somebody joined."""
    found = tmp_path / "共享"
    found.mkdir()
    assert run("submit", clean).code == 0 and run("backup", found).code == 0
    assert run("people", "--add", "李芳", "--account", "lifang", "--roles", "entry").code == 0 and run("backup").code == 0
    return found


def test_a_lost_store_comes_back(run: Run, share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run("store", "status", "--json").data
    (tmp_path / "home" / "store.db").unlink()
    lost = run("backup", "verify", share)
    assert lost.code == 0 and "备份可以恢复" in lost.out and "打不开客户库" in lost.err
    done = run("restore", share, "--to", tmp_path / "home" / "store.db")
    assert done.code == 0 and "2 个客户" in done.out and str(share) in done.out
    after = run("store", "status", "--json").data
    assert {**before, "url": ""} == {**after, "url": ""} and run("audit", "verify").code == 0
    again = run("restore", "--to", tmp_path / "home" / "store.db", "--lang", "en")
    assert again.code == 2 and "is not overwritten" in again.err
    earlier = run("restore", "--to", "anfang.db", "--at", "2025-03-12 14:30", "--json")
    assert earlier.code == 0 and earlier.data["customers"] == 2 and earlier.data["url"] == f"sqlite:///{tmp_path / 'anfang.db'}"
    monkeypatch.setenv("XLCRM_STORE", str(tmp_path / "anfang.db"))
    assert run("people").code == 0


def test_the_drill(run: Run, share: Path) -> None:
    good = run("backup", "verify", "--lang", "en")
    assert good.code == 0 and "The backup restores" in good.out and "what the store holds now" in good.out
    assert run("backup", "verify", "--json").data["behind"] == 1
    assert len(next(share.glob("*/drills.jsonl")).read_text("utf-8").splitlines()) == 2
    last = max(share.glob("*/*.xlcrmbak"))
    last.write_bytes(last.read_bytes()[:-9])
    bad = run("backup", "verify")
    assert bad.code == 1 and last.name in bad.out and '--at "2025-03-12 14:30:00"' in bad.out
    refused = run("restore", "--to", "neu.db", "--lang", "en")
    assert refused.code == 2 and "its end is missing" in refused.err and not Path("neu.db").exists()


def test_a_machine_without_the_keys_is_told_who_opens_it(
    run: Run, tmp_path: Path, clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "共享"
    share.mkdir()
    monkeypatch.setenv("XLCRM_IDENTITY", identity.new())
    assert run("submit", clean).code == 0 and run("key", "join", "--machine", "台式机").code == 0
    assert run("backup", share).code == 0
    assert run("restore", share, "--to", "mine.db").code == 0
    monkeypatch.delenv("XLCRM_KEY")
    monkeypatch.setenv("XLCRM_IDENTITY", identity.new())
    refused = run("restore", share, "--to", "theirs.db")
    assert refused.code == 2 and "赵敏 (台式机)" in refused.err and not Path("theirs.db").exists()


def test_what_cannot_be_restored_is_one_sentence(run: Run, share: Path, tmp_path: Path) -> None:
    assert "gestern" in run("restore", "--to", "x.db", "--at", "gestern").err
    assert "2020-01-01" in run("restore", "--to", "x.db", "--at", "2020-01-01").err
    assert run("restore", tmp_path / "home", "--to", "x.db", "--lang", "en").err.startswith("There are no backups here")
    assert run("restore", share / "gone", "--to", "x.db").code == 2
    assert run("restore", "--to", "folder:/x").code == 2 and run("restore").code == 2
    assert not Path("x.db").exists()


def test_from_a_file_to_a_server_and_back(run: Run, share: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLCRM_NOW")  # the server's clock counts
    account = run("whoami", "--json").data["account"]
    database = cluster.database()
    there = run("restore", share, "--to", cluster.url(database))
    assert there.code == 0 and "2 个客户" in there.out and account in there.out
    assert run("restore", share, "--to", cluster.url(database)).code == 2
    cluster.run(f"ALTER ROLE {account} PASSWORD 'geheim'", f"GRANT xlcrm_owner TO {account}")  # as the sentence asks for it
    monkeypatch.setenv("XLCRM_STORE", cluster.url(database, account, "geheim"))
    assert run("audit", "verify").code == 0 and run("backup", share).code == 0
    assert run("backup", "verify", "--json").data["ok"]
    back = run("restore", share, "--to", "zurück.db", "--json")
    assert back.code == 0 and back.data["customers"] == 2

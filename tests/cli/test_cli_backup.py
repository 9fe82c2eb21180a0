"""xlcrm backup, as an administrator types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def share(tmp_path: Path) -> Path:
    found = tmp_path / "备份 共享"
    found.mkdir()
    return found


def test_the_folder_is_named_once_and_everything_is_told(run: Run, clean: Path, share: Path) -> None:
    assert run("submit", clean).code == 0
    first = run("backup", share)
    assert first.code == 0 and "全量，2 个客户" in first.out and "还没有可以接续的备份" in first.out
    assert "xlcrm key recovery" in first.err  # only this machine opens it yet
    assert run("people", "--add", "李芳", "--account", "lifang", "--roles", "entry").code == 0
    second = run("backup", "--lang", "en")
    assert second.code == 0 and "incremental, 1 operations, 1 log entries" in second.out
    listed = run("backup", "list", "--lang", "en")
    assert listed.code == 0 and listed.out.count(".xlcrmbak") == 2 and "2 backups" in listed.out
    assert "drill" not in listed.out and run("backup", "verify").code == 0
    assert "2025-03-12 14:30:00，可以恢复" in run("backup", "list").out
    told = run("backup", "list", share, "--json").data
    assert [one["kind"] for one in told[0]["packages"]] == ["full", "inc"] and all(one["whole"] for one in told[0]["packages"])
    assert run("backup", "--full", "--json").data["why"] == "backup.full_asked"


def test_after_joining_the_administrator_and_the_printed_passphrase_open_it(
    run: Run, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlcrm.crypto import identity

    monkeypatch.setenv("XLCRM_IDENTITY", identity.new())
    assert run("store", "status").code in (0, 2)
    assert run("store", "init").code in (0, 2)
    assert run("key", "join", "--machine", "台式机").code == 0
    alone = run("backup", share, "--lang", "en")
    assert "Who opens it: 赵敏 (台式机)" in alone.out and "no recovery passphrase" in alone.err
    assert run("key", "recovery").code == 0
    both = run("backup")
    assert "谁能打开：赵敏 (台式机)、打印的恢复口令" in both.out and not both.err


def test_what_cannot_be_done_is_one_sentence(run: Run, clean: Path, share: Path) -> None:
    for words in (["backup"], ["backup", "list"]):
        nowhere = run(*words)
        assert nowhere.code == 2
    assert run("submit", clean).code == 0
    nowhere = run("backup")
    assert nowhere.code == 2 and "xlcrm backup 文件夹" in nowhere.err
    assert run("backup", share / "gone", "--lang", "en").err.startswith("The folder for backups is not there")
    assert run("backup", clean).code == 2
    assert "35d,8w,12m" in run("backup", share, "--keep", "ewig").err
    assert run("backup", share, "another").code == 2
    assert run("backup", "list", share).code == 1 and not list(share.iterdir())


def test_only_an_administrator_backs_up(run: Run, clean: Path, share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("submit", clean).code == 0
    assert run("people", "--add", "李芳", "--account", "lifang", "--roles", "entry").code == 0
    monkeypatch.setattr("getpass.getuser", lambda: "lifang")
    refused = run("backup", share)
    assert refused.code == 2 and "只有系统管理员可以备份" in refused.err and not list(share.iterdir())

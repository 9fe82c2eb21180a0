"""xlcrm folder, xlcrm watch and a member's commands, each machine with a home of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Said
from tests.jobs.conftest import cells
from xlcrm.crypto import identity, keys
from xlcrm.sheets.files import open_book

At = Callable[..., Said]


@pytest.fixture
def share(tmp_path: Path) -> Path:
    path = tmp_path / "共享"
    path.mkdir()
    return path


@pytest.fixture
def at(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    """Run a command at somebody's machine; "赵敏" is the steward."""
    keyed, secrets = keys.new_key(), dict[str, str]()

    def command(who: str, *words: object, **environment: str) -> Said:
        monkeypatch.setenv("XLCRM_HOME", str(tmp_path / f"home-{who}"))
        monkeypatch.setenv("XLCRM_PERSON", who)
        monkeypatch.setenv("XLCRM_IDENTITY", secrets.setdefault(who, identity.new()))
        if who == "赵敏":
            monkeypatch.setenv("XLCRM_KEY", keyed)
        else:
            monkeypatch.delenv("XLCRM_KEY", raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return run(*words)

    return command


@pytest.fixture
def member(at: At, share: Path) -> str:
    """李芳 has joined."""
    assert at("赵敏", "people", "--add", "李芳").code == 0
    made = at("赵敏", "folder", "init", share)
    assert made.code == 0 and "提交箱" in made.out and "icacls" in made.out, made.err
    (fingerprint,) = re.findall(r"(?:\d{5} ){5}\d{5}", made.out)
    joined = at("李芳", "store", "add", "firm", f"folder:{share}", "--fingerprint", fingerprint)
    assert joined.code == 0 and at("李芳", "store", "use", "firm").code == 0, joined.err
    waiting = at("李芳", "show", "海河")
    assert waiting.code == 2 and "还没有答复" in waiting.err
    looked = at("赵敏", "watch", "--once")
    assert looked.code == 0 and "加入了" in looked.out, looked.err
    return "李芳"


def test_from_joining_to_the_numbers_in_the_sheet(at: At, member: str, share: Path, clean: Path, tmp_path: Path) -> None:
    assert at(member, "validate", clean).code == 0
    sent = at(member, "submit", clean)
    assert sent.code == 1 and "其中2行待发送给专员的电脑" in sent.out and "等专员的电脑处理" in sent.err, sent.err
    assert cells(open_book(clean), "submit_status") == ["待发送", "待发送"]
    listed = at(member, "outbox", "list")
    assert listed.code == 1 and "干净.xlsx  2行" in listed.out
    looked = at("赵敏", "watch", share, "--once")
    assert "“干净.xlsx”的2行已处理：新增2" in looked.out
    assert "“干净.xlsx”的2行已处理" in (tmp_path / "home-赵敏" / "logs" / "watch.log").read_text("utf-8")
    again = at(member, "submit", clean)
    assert again.code == 0 and "无变化2" in again.out and "待发送" not in again.out, again.out
    assert sorted(map(str, cells(open_book(clean), "number"))) == ["CX2025030001", "CX2025030002"]
    assert at(member, "outbox", "list").code == 0
    shown = at(member, "show", "海河")
    assert shown.code == 0 and "13912345678" in shown.out
    page = at(member, "show", "海河", "--out", tmp_path / "全景.xlsx")
    assert page.code == 0 and (tmp_path / "全景.xlsx").exists(), page.err
    assert "无变化2行" in at(member, "refresh", clean).out
    told = at(member, "whoami")
    assert told.code == 0 and "李芳" in told.out and "2025-03-12" in told.out and "XLCRM_IDENTITY" in told.out, told.out
    for words in (("audit", "verify"), ("key",), ("store", "init"), ("people", "--add", "王五"), ("log", "海河")):
        refused = at(member, *words)
        assert refused.code == 2 and "专员" in refused.err, words
    late = at(member, "doctor", "--json", XLCRM_NOW="2025-05-02 09:00:00")
    assert [one["code"] for one in late.data] == ["reviews_overdue"], "log and backups are the steward's"


def test_undo_is_a_wish_that_the_steward_s_machine_carries_out(at: At, member: str, clean: Path) -> None:
    assert at(member, "submit", clean).code == 1
    back = at(member, "undo", "--book", clean, "--yes")
    assert back.code == 0 and "还在等专员的电脑处理" in back.out and "已收回2行" in back.out, back.err
    at(member, "submit", clean)
    at("赵敏", "watch", "--once")
    at(member, "submit", clean)
    tried = at(member, "undo", "--book", clean, "--dry-run")
    assert tried.code == 1 and "操作" in tried.out and "李芳" in tried.out, tried.err
    wished = at(member, "undo", "--book", clean, "--yes", "--lang", "en")
    assert wished.code == 0 and "You asked for operation" in wished.out, wished.err
    assert "申请撤销" in at(member, "outbox", "list").out
    assert "已按本人的要求处理" in at("赵敏", "watch", "--once").out
    told = at(member, "undo", "--book", clean, "--yes")
    assert told.code == 2 and "没有可以撤销" in told.err
    assert cells(open_book(clean), "submit_status") == ["未提交", "未提交"] and cells(open_book(clean), "number") == [None, None]
    again = at(member, "submit", clean)
    assert "2行待发送" in again.out and "About your wish to take something back: Taken back: new records made void: 2" in again.err


def test_the_button_s_way_while_the_share_is_away(at: At, member: str, share: Path, clean: Path) -> None:
    assert at(member, "show", "海河").code == 1, "this machine has a copy now"
    away = share.with_name("weg")
    share.rename(away)
    sent = at(member, "submit", clean, "--lang", "en")
    assert sent.code == 1 and "kept encrypted on this machine" in sent.err and "copy of" in sent.err
    away.rename(share)
    out = at(member, "outbox", "send")
    assert out.code == 1 and "1份提交" in out.out + out.err
    assert "新增2" in at("赵敏", "watch", "--once").out


def test_who_is_served_can_be_seen(at: At, member: str, share: Path) -> None:
    listed = at("赵敏", "folder", "list", "--lang", "en")
    assert listed.code == 0 and "李芳" in listed.out and "since 2025-03-12" in listed.out
    assert at("赵敏", "folder", "list", "--json").data["machines"][0]["person"] == "李芳"
    assert at("赵敏", "people", "--add", "陈静").code == 0
    added = at("赵敏", "folder", "add", "陈静")
    assert added.code == 0 and (share / "提交箱" / "陈静").is_dir() and (share / "回执" / "陈静").is_dir()
    refused = at("赵敏", "folder", "admit", "陈静")
    assert refused.code == 2 and "没有等待确认" in refused.err


def test_joining_without_the_right_fingerprint(at: At, share: Path) -> None:
    assert at("赵敏", "people", "--add", "李芳").code == 0 and at("赵敏", "folder", "init", share).code == 0
    for words in ((), ("--fingerprint", "00000 11111")):
        refused = at("李芳", "store", "add", "firm", f"folder:{share}", *words)
        assert refused.code == 2 and "没有确认" in refused.err
    assert at("李芳", "store", "list").out.count("firm") == 0
    missing = at("李芳", "store", "add", "firm", f"folder:{share.with_name('nichts')}")
    assert missing.code == 2 and "连不上" in missing.err


def test_a_plain_workbook_from_a_phone(at: At, share: Path, clean: Path) -> None:
    assert at("赵敏", "people", "--add", "李芳").code == 0 and at("赵敏", "folder", "init", share).code == 0
    shutil.copy(clean, share / "提交箱" / "李芳" / "手机.xlsx")
    looked = at("赵敏", "watch", "--once")
    assert looked.code == 0 and "手机.结果.xlsx" in looked.out, looked.err
    assert len(set(cells(open_book(share / "提交箱" / "李芳" / "手机.结果.xlsx"), "number"))) == 2


def test_only_one_watch_at_a_time_and_a_signal_ends_it(at: At, member: str, share: Path) -> None:
    command = [sys.executable, "-m", "xlcrm", "watch", str(share), "--every", "0.2"]
    at("赵敏", "folder", "list")  # leaves the steward's environment
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        assert "Ctrl-C" in line
        second = at("赵敏", "watch", "--once")
        assert second.code == 2 and "已经有一个" in second.err
        running.terminate()
        assert running.wait(30) == 0
    assert at("赵敏", "watch", "--once").code == 0


def test_a_share_is_for_a_store_on_this_machine_and_for_who_sees_all(at: At, member: str, share: Path) -> None:
    refused = at("赵敏", "folder", "list", "--store", "postgresql://x@localhost/x")
    assert refused.code == 2 and "SQLite" in refused.err
    for words in (("folder", "init"), ("folder", "add"), ("watch", "--store", "nirgends.db")):
        assert at("赵敏", *words).code == 2

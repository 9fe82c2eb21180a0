"""xlcrm key and xlcrm erase, as an administrator and colleagues type them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from tests.cli.conftest import Run
from tests.crypto.test_crypto import Safe
from tests.store.cluster import Cluster
from xlcrm.crypto import identity
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets.files import open_book


class Desks:
    """Machines with a keyring each, at which one sits down in turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.rings: dict[str, Safe] = {}
        for name in ("XLCRM_KEY", "XLCRM_PASSPHRASE", "XLCRM_IDENTITY", "XLCRM_RECOVERY"):
            monkeypatch.delenv(name, raising=False)

    def at(self, machine: str, url: str = "") -> None:
        keyring.set_keyring(self.rings.setdefault(machine, Safe()))
        if url:
            self.monkeypatch.setenv("XLCRM_STORE", url)


@pytest.fixture
def desks(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desks]:
    before = keyring.get_keyring()
    yield Desks(monkeypatch)
    keyring.set_keyring(before)


def digits(said: str) -> str:
    found = re.search(r"(?:\d{5} ){5}\d{5}", said)
    assert found, said
    return found.group()


def test_a_team_goes_from_its_passphrase_to_a_key_for_each(
    run: Run, desks: Desks, cluster: Cluster, clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XLCRM_NOW")  # the server's clock counts
    boss = cluster.url(cluster.database())
    desks.at("台式机", boss)
    monkeypatch.setenv("XLCRM_PASSPHRASE", "团队口令")
    assert run("store", "init").code == 0 and run("submit", clean).code == 0
    assert run("people", "--add", "李芳", "--account", "lifang", "--roles", "steward").code == 0
    cluster.run("ALTER ROLE lifang PASSWORD 'geheim'")
    hers = cluster.url(boss.partition("?")[0].rpartition("/")[2], "lifang", "geheim")
    alone = run("key")
    assert alone.code == 0 and "第 1 把密钥" in alone.out and "团队口令" in alone.out and "xlcrm key recovery" in alone.out
    assert "xlcrm key recovery" in run("key", "rotate").err
    code = re.search(r"\w{5}(-\w{5}){6}", run("key", "recovery").out)
    assert code
    assert "xlcrm key join" in run("key", "rotate", "--yes").err
    assert run("key", "join", "--machine", "台式机").code == 0
    monkeypatch.delenv("XLCRM_PASSPHRASE")
    assert run("show", "海河").code == 0  # the machine opens it by itself

    desks.at("笔记本", hers)
    assert "口令" in run("show", "海河").err
    asked = run("key", "join", "--machine", "笔记本")
    assert asked.code == 1 and "赵敏" in asked.out and "xlcrm key admit 李芳" in asked.out
    fingerprint = digits(asked.out)
    assert digits(run("key", "join").out) == fingerprint  # pressed again it is the same
    denied = run("key", "admit", "李芳", "--fingerprint", fingerprint)
    assert denied.code == 2

    desks.at("台式机", boss)
    assert "笔记本" in run("key", "list").out and "等待批准" in run("key").out
    assert run("key", "admit", "李芳", "--fingerprint", "1" * 30).code == 2
    assert run("key", "admit", "李芳").code == 2  # nobody there to answer
    assert run("key", "admit", "李芳", "--fingerprint", fingerprint).code == 0
    desks.at("笔记本", hers)
    assert "深圳市海河电子有限公司" in run("show", "海河").out

    desks.at("台式机", boss)
    removed = run("key", "remove", "李芳", "--yes", "--lang", "en")
    assert removed.code == 0 and "2 customers' keys" in removed.out and "destroyed" in removed.out, removed.out + removed.err
    listed = run("key", "--json").data
    assert (listed["version"], listed["changing"], listed["passphrase"], len(listed["holders"])) == (2, False, False, 2)
    desks.at("笔记本", hers)
    shut = run("show", "海河")
    assert shut.code == 2 and "还没有获准" in shut.err and len(shut.err.splitlines()) == 2

    desks.at("台式机", boss)
    assert run("key", "rotate").code == 0 and run("key", "--json").data["version"] == 3
    monkeypatch.setenv("XLCRM_RECOVERY", code.group())
    drilled = run("key", "drill")
    assert drilled.code == 0 and "演练通过" in drilled.out and "演练通过" in run("key").out
    desks.at("新电脑")
    assert run("show", "海河").code == 2
    monkeypatch.setenv("XLCRM_RECOVERY", code.group()[:-1] + ("2" if code.group()[-1] != "2" else "3"))
    slip = run("key", "recover")
    assert slip.code == 2 and "第 7 组" in slip.err
    monkeypatch.setenv("XLCRM_RECOVERY", code.group())
    assert run("key", "recover", "--machine", "新电脑").code == 0
    assert "深圳市海河电子有限公司" in run("show", "海河").out and run("audit", "verify").code == 0


def test_somebody_alone_moves_from_the_keyring_to_an_identity(run: Run, desks: Desks, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desks.at("台式机")
    assert run("submit", clean).code == 0
    assert run("key", "join").code == 0 and run("key", "recovery").code == 0
    changed = run("key", "rotate")
    assert changed.code == 0 and "第 2 把密钥" in changed.out
    assert run("show", "海河").code == 0
    secret = desks.rings["台式机"].kept["xlcrm", "identity"]
    desks.at("服务器")
    assert "xlcrm key join" in run("show", "海河").err
    monkeypatch.setenv("XLCRM_IDENTITY", secret)
    assert run("show", "海河").code == 0
    monkeypatch.setenv("XLCRM_IDENTITY", "AGE-SECRET-KEY-1")
    assert "XLCRM_IDENTITY" in run("show", "海河").err


def test_a_key_that_was_replaced_says_so(run: Run, desks: Desks, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlcrm.crypto import keys

    desks.at("台式机")
    line = keys.new_key()
    monkeypatch.setenv("XLCRM_KEY", line)
    assert run("submit", clean).code == 0 and run("key", "join").code == 0
    assert run("key", "recovery").code == 0 and run("key", "rotate").code == 0
    old = run("show", "海河")
    assert old.code == 2 and "已经换掉了" in old.err
    monkeypatch.delenv("XLCRM_KEY")
    assert run("show", "海河").code == 0
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    assert "不匹配" in run("show", "海河").err or "已经换掉了" in run("show", "海河").err


@pytest.mark.parametrize("words", [
    ["admit"], ["remove"], ["list", "李芳"], ["admit", "没有这个人"], ["remove", "赵敏"], ["drill"], ["recover"], ["remove", "没有"],
])  # fmt: skip
def test_what_makes_no_sense_is_one_sentence(run: Run, desks: Desks, clean: Path, words: list[str]) -> None:
    desks.at("台式机")
    assert run("submit", clean).code == 0 and run("key", "join").code == 0
    for language in ("zh", "en"):
        said = run("key", *words, "--lang", language)
        assert said.code == 2 and len(said.err.splitlines()) == 2, said.err
    assert run("show", "海河").code == 0


def test_a_fresh_identity_is_one_line(run: Run) -> None:
    line = run("key", "new").out.strip()
    assert line.startswith("AGE-SECRET-KEY-1") and identity.public(line).startswith("age1")


def test_a_change_of_the_key_that_was_killed_goes_on(run: Run, desks: Desks, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desks.at("台式机")
    assert run("submit", clean).code == 0 and run("key", "join").code == 0 and run("key", "recovery").code == 0
    monkeypatch.setenv("XLCRM_IDENTITY", desks.rings["台式机"].kept["xlcrm", "identity"])
    # Killed as soon as the new key has begun, before any data key was wrapped anew.
    code = (
        "import os, signal; from xlcrm.store.keyhand import KeyHand; from xlcrm.cli import main\n"
        "KeyHand.rewrap = lambda hand, rows: os.kill(os.getpid(), signal.SIGKILL)\n"
        "main(['key', 'rotate', '--yes'])"
    )
    killed = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert run("key", "--json").data["changing"] and "xlcrm key rotate" in run("key").out
    assert run("show", "海河").code == 0 and "无变化2" in run("submit", clean).out
    done = run("key", "rotate")
    assert done.code == 0 and "接着换完，2 个客户" in done.out and not run("key", "--json").data["changing"]
    assert run("show", "海河").code == 0 and run("audit", "verify").code == 0


def test_a_customer_is_erased_after_its_number_was_typed(run: Run, clean: Path, tmp_path: Path) -> None:
    assert run("submit", clean).code == 0
    number = "CX2025030001"
    for words, wanted in (
        ([], "客户"), ([number], "--reason"), ([number, "--reason", "x"], number), ([number, "--reason", "x", "--confirm", "CX2025030002"], number),
        (["没有这家", "--reason", "x"], "没有这家"),
    ):  # fmt: skip
        said = run("erase", *words)
        assert said.code == 2 and wanted in said.err and len(said.err.splitlines()) == 2
    assert "王小明" in run("show", number).out
    done = run("erase", number, "--reason", "本人书面要求", "--confirm", number)
    assert done.code == 0 and number in done.out and "工作簿" in done.out
    assert run("show", number).code == 1 and run("show", "海河").code == 1 and run("show", "南京").code == 0
    again = run("erase", number, "--reason", "本人书面要求", "--lang", "en")
    assert again.code == 0 and "was erased before" in again.out
    (rid,) = run("erase", "--list", "--json").data
    assert run("erase", rid, "--reason", "恢复备份后", "--json").data == {"rid": rid, "number": number, "records": 0, "clean": True}
    assert run("audit", "verify").code == 0
    sheet = run("submit", clean)
    assert "无变化2" in sheet.out and "已作废" in str(open_book(clean).read(CUSTOMER).columns["submit_status"])
    fed = run("changes")
    assert fed.code == 0 and '"erase"' in fed.out and "王小明" not in fed.out
    log = tmp_path / "log.csv"
    assert run("audit", "export", "--out", log).code == 0 and "本人书面要求" in log.read_text("utf-8-sig") and "王小明" not in log.read_text("utf-8-sig")

"""Getting into a team's store from the command line: known names, passwords, and who one is there."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import keyring
import pytest

from tests.cli.conftest import Run
from tests.crypto.test_crypto import Safe
from tests.store.secured import HOST, Secured
from xlcrm.store.postgres import server

PASSWORD = "geheim"


class Terminal(StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


NAME = "团队库"


@pytest.fixture(autouse=True)
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Safe]:
    for name in ("PGPASSWORD", "PGPASSFILE", "PGSSLROOTCERT", server.PASSWORD):
        monkeypatch.delenv(name, raising=False)
    before, safe = keyring.get_keyring(), Safe()
    keyring.set_keyring(safe)
    yield safe
    keyring.set_keyring(before)


@pytest.fixture
def url(run: Run, secured: Secured) -> str:
    """The address of a store on which 李芳 has a password, as her machine has it."""
    name = secured.database()
    assert run("store", "init", secured.url(name)).code == 0
    said = run("people", "--add", "李芳", "--account", "lifang", "--department", "销售部", "--store", secured.url(name))
    assert said.code == 0, said.err
    secured.run(f"ALTER ROLE lifang PASSWORD '{PASSWORD}'")
    return secured.remote(name, "lifang")


def files(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file())


def test_a_name_stands_for_an_address_and_its_password_goes_to_the_keyring(
    run: Run, url: str, secured: Secured, clean: Path, tmp_path: Path, backend: Safe
) -> None:
    added = run("store", "add", NAME, url.replace("lifang@", f"lifang:{PASSWORD}@"), "--ca", secured.roots)
    assert added.code == 0 and "没有写进文件" in added.out and "钥匙串" in added.out
    assert PASSWORD not in added.out + files(tmp_path / "home")
    assert list(backend.kept.values()) == [PASSWORD]

    submitted = run("submit", clean, "--store", NAME)
    assert submitted.code == 0 and "新增2" in submitted.out, submitted.err
    assert "2025-03-12 14:30:00" in submitted.err, "this machine's clock is not the server's"
    assert run("store", "use", NAME).code == 0
    assert "无变化2" in run("submit", clean).out
    listed = run("store", "list", "--json").data
    assert [(one["name"], one["used"]) for one in listed] == [("本机", False), (NAME, True)]

    kept = run("store", "remove", NAME)
    assert kept.code == 2 and "正在使用" in kept.err
    assert run("store", "use", "local").code == 0
    assert run("store", "remove", NAME).code == 0
    assert not backend.kept and not list((tmp_path / "home" / "certificates").iterdir())
    gone = run("submit", clean, "--store", NAME, "--lang", "en")
    assert gone.code == 2 and f"No store is known as {NAME}" in gone.err


def test_whoami_tells_person_store_way_and_keys(run: Run, url: str, secured: Secured, backend: Safe) -> None:
    run("store", "add", NAME, url.replace("lifang@", f"lifang:{PASSWORD}@"), "--ca", secured.roots)
    found = run("whoami", "--store", NAME, "--json").data
    way = found.pop("transport")
    assert way["kind"] == "tls" and way["version"].startswith("TLSv1.") and way["certificate"] == [HOST] and way["until"] > "2026"
    assert PASSWORD not in found.pop("store")
    assert found == {
        "person": "李芳", "account": "lifang", "roles": ["entry"], "department": "销售部",
        "deputy": "", "deputy_until": "", "profile": NAME, "keys": "environment",
    }  # fmt: skip
    for language, words in (
        ("zh", ("录入员", "销售部", "有效期至", HOST, "XLCRM_KEY")),
        ("en", ("Entry", "valid until", HOST, "XLCRM_KEY")),
    ):
        said = run("whoami", "--store", NAME, "--lang", language)
        assert said.code == 0 and all(word in said.out for word in words), said.out
    assert (
        run(
            "people",
            "--change",
            "李芳",
            "--deputy",
            "赵敏",
            "--until",
            "2099-12-31",
            "--store",
            secured.url(url.split("/")[3].partition("?")[0]),
        ).code
        == 0
    )
    assert "赵敏（到 2099-12-31）" in run("whoami", "--store", NAME).out


def test_no_command_shows_a_password(run: Run, url: str, secured: Secured) -> None:
    wrong = url.replace("lifang@", "lifang:falsch@") + f"&sslrootcert={secured.roots}"
    for words in (("doctor",), ("whoami",), ("people",)):
        said = run(*words, "--store", wrong)
        assert said.code and "不接受" in said.out + said.err and "falsch" not in said.out + said.err


def test_whoami_on_this_machine(run: Run, secured: Secured, clean: Path, url: str) -> None:
    nobody = run("whoami")
    assert nobody.code == 2 and "还不存在" in nobody.err
    run("submit", clean)
    assert run("whoami", "--json").data["transport"]["kind"] == "file"
    socket = secured.url(url.split("/")[3].partition("?")[0])
    assert run("whoami", "--store", socket, "--json").data["transport"]["kind"] == "socket"
    loopback = url.replace(HOST, "127.0.0.1").replace("lifang@", f"lifang:{PASSWORD}@")
    assert run("whoami", "--store", f"{loopback}&sslmode=disable", "--json").data["transport"]["kind"] == "loopback"
    forced = run("whoami", "--store", url.replace("lifang@", f"lifang:{PASSWORD}@") + "&sslmode=require&weak_tls=yes")
    assert forced.code == 0 and "没有核对" in forced.out and "可能被人截取" in forced.err


@pytest.mark.parametrize(("words", "sentence"), [
    (("add", "a b", "postgresql://wang@host/crm"), "cannot be the name"),
    (("add", "local", "postgresql://wang@host/crm"), "cannot be the name"),
    (("add", "team"), "Say name and address"),
    (("add", "team", "mysql://host/crm"), "This kind of store is not known"),
    (("add", "team", "postgresql://wang@host/crm?colour=red"), "makes no sense"),
    (("add", "team", "postgresql://wang@host/crm?sslmode=require"), "does not prove who the server is"),
    (("add", "team", "//server/share/crm.db"), "must not lie on a network share"),
    (("add", "team", "postgresql://wang@host/crm", "--ca", "nowhere.pem"), "There is no such file"),
    (("use", "team"), "No store is known as team"),
    (("remove", "team"), "No store is known as team"),
    (("password", "local"), "needs no password"),
    (("use",), "Say which store"),
])  # fmt: skip
def test_what_makes_no_sense_is_one_sentence(run: Run, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    said = run("store", *words, "--lang", "en")
    assert said.code == 2 and sentence in said.err and len(said.err.splitlines()) == 2, said.err
    assert not (tmp_path / "home" / "stores.json").exists()


def test_a_damaged_list_of_names_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "stores.json").write_text("[")
    said = run("store", "list", "--lang", "en")
    assert said.code == 2 and "cannot be understood" in said.err


def test_a_password_is_replaced_only_by_one_that_works(
    run: Run, url: str, secured: Secured, backend: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("store", "add", NAME, url.replace("lifang@", "lifang:alt@"), "--ca", secured.roots)
    refused = run("whoami", "--store", NAME)
    assert refused.code == 2 and "钥匙串里" in refused.err and "xlcrm store password" in refused.err
    assert run("store", "password", NAME).code == 2, "nobody sits at a terminal"
    typed = iter(["falsch", PASSWORD])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    changed = run("store", "password", NAME, "--lang", "en")
    assert changed.code == 0 and "Not the password of lifang" in changed.err and "kept in the system's keyring" in changed.err
    assert list(backend.kept.values()) == [PASSWORD]
    monkeypatch.undo()


def test_a_password_is_typed_at_a_terminal_without_being_shown(run: Run, url: str, secured: Secured) -> None:
    run("store", "add", NAME, url, "--ca", secured.roots)
    child, terminal = pty.fork()
    if child == 0:
        os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
        os.execv(sys.executable, [sys.executable, "-m", "xlcrm", "whoami", "--store", NAME, "--lang", "en"])
    seen = b""
    while b"Database password of lifang" not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, f"{PASSWORD}\n".encode())
    try:
        while part := os.read(terminal, 1000):
            seen += part
    except OSError:  # the other end is gone
        pass
    assert os.waitpid(child, 0)[1] == 0, seen.decode()
    said = seen.decode()
    assert PASSWORD not in said and "was not kept" in said and "李芳" in said

"""Stores that cannot be opened or written: one sentence with a hint each, and nothing lost."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import stat
import tempfile
from pathlib import Path
from string import Formatter

import pytest

from tests.store.conftest import CIPHER, context
from xlcrm.catalogue import text
from xlcrm.crypto.cipher import Cipher, Keys
from xlcrm.errors import KeysError, StoreError, XlcrmError
from xlcrm.match import block
from xlcrm.match.caps import CAPS, SECRET
from xlcrm.match.kinds import KINDS
from xlcrm.match.normalise import normalise
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation, Result
from xlcrm.store import migrations, sqlite, triggers
from xlcrm.store.schema import PINYIN, SQL, SUBMISSION
from xlcrm.store.share import remote
from xlcrm.store.sql import SqlStore


def customer(name: str = "甲公司", **more: str) -> Change:
    rid = new_rid()
    return Change("customer", rid, rid, {"name": name, "phone": "+8613912345678", **more}, token=f"{rid}:1")


def put(store: SqlStore, *changes: Change) -> list[Result]:
    return [outcome.result for outcome in store.apply(Operation("submit", list(changes), workbook="w"), context()).outcomes]


def refused(path: Path, key: str, **more: object) -> XlcrmError:
    with pytest.raises(XlcrmError) as caught:
        sqlite.open(path, **{"cipher": CIPHER, **more}).close()  # type: ignore[arg-type]
    assert caught.value.key == key
    for language in ("zh", "en"):
        assert caught.value.sentence(language) and caught.value.hint(language)
    return caught.value


def test_every_text_of_the_store_can_be_said() -> None:
    from xlcrm.catalogue import crypto, store

    told = [one for texts in (store.TEXTS, crypto.TEXTS) for both in texts.values() for one in both]
    values = dict.fromkeys({field for one in told for _, field, _, _ in Formatter().parse(one) if field}, "x")
    for area, texts in (("store", store.TEXTS), ("crypto", crypto.TEXTS)):
        for name in texts:
            for language in ("zh", "en"):
                assert "{" not in text(f"{area}.{name}", language, **values).replace("{yyyy}", "").replace("{mm}", "").replace("{n", "")


def test_a_missing_store_is_made_only_when_asked(path: Path) -> None:
    refused(path, "store.missing", create=False)
    assert not path.exists()
    sqlite.open(f"sqlite:///{path}", CIPHER).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"PK\x03\x04 a workbook", b"x" * 5000, "客户名称,联系方式\n".encode()])
def test_another_file_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused(path, "store.not_database")
    assert path.read_bytes() == content


def test_another_programs_database_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()
    refused(path, "store.not_ours")
    assert sqlite3.connect(path).execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    refused(tmp_path, "store.not_database")


@pytest.mark.parametrize("keys", [Keys(b"x" * 32, b"i" * 32), Keys(b"w" * 32, b"x" * 32)])
def test_the_key_of_another_store_is_refused(path: Path, keys: Keys) -> None:
    store, change = sqlite.open(path, CIPHER), customer()
    put(store, change)
    store.close()
    refused(path, "crypto.wrong_key", cipher=Cipher(keys))
    assert sqlite.open(path, CIPHER).records([change.rid])[change.rid].values["phone"] == "+8613912345678"


def test_a_passphrase_opens_what_it_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLCRM_KEY", raising=False)
    monkeypatch.setattr("xlcrm.crypto.keys.safe_keyring", lambda: None)
    monkeypatch.setenv("XLCRM_PASSPHRASE", "春江花月夜")
    store, change = sqlite.open(path), customer()
    put(store, change)
    store.close()
    assert "春江花月夜".encode() not in path.read_bytes()
    monkeypatch.delenv("XLCRM_PASSPHRASE")
    refused(path, "crypto.passphrase_needed", cipher=None)
    refused(path, "crypto.wrong_passphrase", cipher=None, ask=lambda: "错")
    assert sqlite.open(path, ask=lambda: "春江花月夜").records([change.rid])


def test_a_damaged_store_says_so(path: Path) -> None:
    store = sqlite.open(path, CIPHER)
    put(store, *[customer(f"公司{place}") for place in range(300)])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    refused(path, "store.damaged")


def test_a_newer_store_is_refused_untouched(path: Path) -> None:
    before, change = sqlite.open(path, CIPHER), customer()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO migration (version, name) VALUES (99, 'future')")
    connection.close()
    assert refused(path, "store.newer").values["found"] == 99
    with pytest.raises(StoreError) as caught:  # where this program had it open while a newer one migrated it
        put(before, change)
    assert caught.value.key == "store.newer" and not before.records([change.rid]) and not before.verify().faults
    before.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM migration WHERE version = 99")
        connection.execute("ALTER TABLE customer ADD COLUMN mood TEXT")
    connection.close()
    refused(path, "store.newer")


def _make_version_1(path: Path) -> Change:
    """A store as version 1 made it: no table for pinyin, and submissions that did not name their table."""
    store, change = sqlite.open(path, CIPHER), customer("重庆海河")
    put(store, change)
    store.close()
    with sqlite3.connect(path) as connection:
        for name in triggers.SQLITE:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(f"DROP TABLE {PINYIN.name}")
        connection.execute(f'ALTER TABLE {SUBMISSION.name} DROP COLUMN "table"')
        connection.execute("DELETE FROM migration WHERE version > 1")
    connection.close()
    return change


def test_an_older_store_is_migrated(path: Path) -> None:
    change = _make_version_1(path)
    store = sqlite.open(path, CIPHER)
    assert [record.rid for record in store.search("cqhh")] == [change.rid]
    assert put(store, change) == [Result.UNCHANGED]
    assert not store.verify().faults
    with sqlite3.connect(path) as connection:
        assert [row[0] for row in connection.execute("SELECT version FROM migration ORDER BY id")] == list(migrations.STEPS)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("DELETE FROM entry")
    connection.close()


def test_keys_of_another_definition_are_made_anew(path: Path) -> None:
    store = sqlite.open(path, CIPHER)
    first, second = customer("重庆海河电子有限公司", phone="+8613912348765"), customer("重庆远山物流有限公司", phone="+8613700012346")
    put(store, first, second)
    put(store, Change("customer", first.rid, first.rid, {"remark": "合并"}, 1, {"remark": None}, kept=(Kept("phone", "+861062345678", "乙"),)))
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM blocking_key")
        connection.execute("INSERT INTO blocking_key VALUES ('z:old', ?, ?)", (second.rid, second.rid))
        connection.execute("DELETE FROM meta WHERE name = 'keys'")
        connection.execute("DELETE FROM migration WHERE version = 3")
    connection.close()
    store = sqlite.open(path, CIPHER)
    columns = {"name": ["海河电子", None, None, None], "phone": [None, "+8613912348765", "+861062345678", "+8613700012346"]}
    wanted = block.keys(normalise(columns))
    assert store.candidates(wanted).pairs == [(0, first.rid), (1, first.rid), (2, first.rid), (3, second.rid)]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM blocking_key WHERE \"key\" = 'z:old'").fetchone() == (0,)
        before = connection.execute("SELECT count(*) FROM blocking_key WHERE \"key\" LIKE 'p:+%'").fetchone()
    connection.close()
    assert before == (0,), "telephones stay digests"
    assert not store.verify().faults


def test_kinds_agree_about_what_is_secret() -> None:
    assert set(CAPS) == set(KINDS)
    secret = {kind for kind, made in KINDS.items() if kind in SECRET}
    normal = normalise({"name": ["张三"], "contact": ["张三"], "phone": ["+8613912345678"], "email": ["zhangsan@qq.com"], "kind": ["person"]})
    for key in block.keys(normal)[0]:
        assert key[0] in secret or not any(part in key for part in ("5678", "zhangsan@", "@qq"))


def test_a_failing_migration_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make_version_1(path)

    def broken(connection: object) -> None:
        migrations._complete(connection)  # type: ignore[arg-type]
        raise StoreError("store.full", path="x")

    monkeypatch.setitem(migrations.STEPS, 2, ("broken", broken))
    refused(path, "store.full")
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'pinyin'").fetchone() == (0,)
    assert connection.execute("SELECT max(version) FROM migration").fetchone() == (1,)
    connection.close()
    monkeypatch.undo()
    assert not sqlite.open(path, CIPHER).verify().faults


def test_a_new_field_of_the_declaration_is_added(path: Path) -> None:
    store, change = sqlite.open(path, CIPHER), customer()
    put(store, change)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE customer DROP COLUMN remark")
    connection.close()
    store = sqlite.open(path, CIPHER)
    assert put(store, Change("customer", change.rid, change.rid, {"remark": "新"}, 1)) == [Result.UPDATED]
    assert "remark" in SQL["customer"].c and not store.verify().faults


def test_triggers_that_were_taken_away_are_put_back(path: Path) -> None:
    sqlite.open(path, CIPHER).close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER entry_stays")
    connection.close()
    store = sqlite.open(path, CIPHER)
    with store._reading() as found:
        assert not triggers.missing(found)
        assert found.exec_driver_sql("SELECT name FROM migration ORDER BY id DESC").scalar() == "triggers restored"


def test_a_locked_store_says_so_and_loses_nothing(path: Path) -> None:
    store = sqlite.open(path, CIPHER, wait=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    change = customer()
    with pytest.raises(StoreError) as caught:
        put(store, change)
    assert caught.value.key == "store.locked"
    assert store.search("甲") == []
    other.execute("ROLLBACK")
    other.close()
    assert put(store, change) == [Result.STORED]


def test_a_full_disk_says_so_and_loses_nothing(path: Path) -> None:
    store, first = sqlite.open(path, CIPHER), customer()
    put(store, first)
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 10}")
    many = [customer(f"公司{place}") for place in range(500)]
    with pytest.raises(StoreError) as caught:
        put(store, *many)
    assert caught.value.key == "store.full"
    assert len(list(store.scan("customer"))) == 1 and not store.verify().faults
    store.close()
    store = sqlite.open(path, CIPHER)
    assert put(store, *many) == [Result.STORED] * 500 and not store.verify().faults


def _open_as_nobody(path: Path, answer: multiprocessing.queues.Queue[str]) -> None:
    if os.geteuid() == 0:
        os.setuid(65534)
    try:
        sqlite.open(path, CIPHER)
        answer.put("opened")
    except XlcrmError as error:
        answer.put(error.key)


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs users and permissions as on Unix")
@pytest.mark.parametrize("mode", [0o444, 0o644])
def test_a_read_only_store_says_so(mode: int) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "store.db"
        sqlite.open(path, CIPHER).close()
        path.chmod(0o666 if mode == 0o644 else mode)  # writable file in a folder that is not, and the reverse
        folder.chmod(0o755 if os.geteuid() == 0 else 0o555)
        fork = multiprocessing.get_context("fork")
        answer = fork.Queue()
        child = fork.Process(target=_open_as_nobody, args=(path, answer))
        child.start()
        assert answer.get(timeout=60) == "store.readonly"
        child.join()
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_network_share_is_refused(tmp_path: Path) -> None:
    refused(Path("//server/share/store.db"), "store.share")
    refused(Path("\\\\server\\share\\store.db"), "store.share")
    mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt/my\\040team nfs4 rw 0 0\n/dev/sdb1 /mnt/my\\040team/disk ext4 rw 0 0\n//nas/x /nas cifs rw 0 0"
    answers = {place: remote(Path(place), mounts) for place in ("/home/a", "/mnt/my team/b", "/mnt/my team/disk/c", "/nas")}
    assert answers == {"/home/a": False, "/mnt/my team/b": True, "/mnt/my team/disk/c": False, "/nas": True}


def test_no_key_anywhere_is_a_clear_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XLCRM_KEY", "XLCRM_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("xlcrm.crypto.keys.safe_keyring", lambda: None)
    assert isinstance(refused(path, "crypto.no_keyring", cipher=None), KeysError)
    # Nothing half-made is left: with a key it becomes a store.
    sqlite.open(path, CIPHER).close()

"""Packages of a backup: what goes in comes out, for those whom it is for; any damage is told; an increment is the log again."""

from __future__ import annotations

import os
import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.store.conftest import CIPHER, LI, agree_to_erase, context
from tests.store.firm import Firm
from xlcrm.crypto import chest, identity, keys, recovery
from xlcrm.crypto.cipher import Cipher, Keys
from xlcrm.errors import KeysError, StoreError, UsageError
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Imported, Operation, Values
from xlcrm.store import guard, sqlite
from xlcrm.store.backup import increment, package
from xlcrm.store.backup.increment import Block, Sides
from xlcrm.store.backup.package import Head, Manifest, Place
from xlcrm.store.backup.source import Apart, erased
from xlcrm.store.log import GENESIS
from xlcrm.store.postgres import opening
from xlcrm.store.schema import DATA_KEY, ENTRY, IMPORTED, OPERATION, SQL, SUBMISSION
from xlcrm.store.sql import SqlStore

KEYS = Keys(b"w" * 32, b"i" * 32)
LINE = b64encode(KEYS.wrap + KEYS.index).decode()
BOSS, SELLER, PRINTED = identity.new(), identity.new(), identity.new()
CODE = recovery.new()
SAYS = {"a": [b"first", b"", b"second"], "nothing": [], "b": [b"\n" * 5000]}
BEGIN = Place(0, 0, GENESIS)


def held(holder: str, secret: str, keys_: Keys = KEYS, sealed: str = "", printed: bool = False) -> keys.Copy:
    public = identity.public(secret)
    copy = identity.copy(keys_, public, "s" * 32, holder)
    return keys.Copy(holder, public, sealed, copy, identity.tag(keys_, public, holder), printed)


def lock(*copies: keys.Copy, passphrase: str | None = None) -> keys.Lock:
    return keys.Lock("s" * 32, passphrase, list(copies))


def team() -> keys.Lock:
    """An administrator, a salesperson and a printed passphrase open the store."""
    sealed = keys.seal_identity(PRINTED, CODE, "printed")
    return lock(held("boss", BOSS), held("seller", SELLER), held("printed", PRINTED, sealed=sealed, printed=True))


def head(opening: chest.Opening, **said: object) -> Head:
    whole = Head(
        store="s" * 32, id="p" * 32, number=1, kind="full", content="database", parent="", at="2025-03-05 14:30:00", since=BEGIN,
        until=BEGIN, reaches="", schema=9, engine="SQLite", program="1", basis="[]", standing="", erased=0, opening=opening,
    )  # fmt: skip
    return replace(whole, **said)  # type: ignore[arg-type]


def wrote(path: Path, says: dict[str, list[bytes]], lock_: keys.Lock, cipher: Cipher = CIPHER, **said: object) -> Path:
    opening, key = chest.close("p" * 32, cipher, lock_, {"boss": "王总 (台式机)"})
    package.write(path, head(opening, **said), key, ["e2", "e1"], says.items(), Manifest({"customer": 3}))
    return path


def read(path: Path, opener: chest.Opener) -> dict[str, bytes]:
    with package.opened(path, opener) as found:
        assert found.erased() == ["e1", "e2"]
        said = {name: b"".join(content) for name, content in found.sections()}
        assert found.manifest == Manifest({"customer": 3})
        return said


def by(secret: str) -> chest.Opener:
    return chest.Opener(environ={"XLCRM_IDENTITY": secret})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A package of several pieces."""
    big = {"a": [random.Random(5).randbytes(2_500_000)]}
    return wrote(tmp_path_factory.mktemp("whole") / "one", big, team()).read_bytes()


def test_what_goes_in_comes_out_and_the_head_is_told_without_a_key(tmp_path: Path) -> None:
    path = wrote(tmp_path / "one", SAYS, team(), number=7, at="2025-04-01 08:00:00")
    assert read(path, by(BOSS)) == {name: b"".join(blocks) for name, blocks in SAYS.items()}
    told = package.read_head(path)
    assert (told.number, told.at, told.opening.names, told.opening.recovery) == (7, "2025-04-01 08:00:00", ("王总 (台式机)",), True)
    with package.opened(path, by(BOSS)) as found:
        assert found.head == told
        assert [name for name, _ in found.sections()] == ["a", "nothing", "b"]  # nobody has to read what he passes over


def test_administrators_and_the_printed_passphrase_open_it_and_nobody_else(tmp_path: Path) -> None:
    path = wrote(tmp_path / "one", SAYS, team())
    assert read(path, chest.Opener(lambda: CODE.lower().replace("-", " "), {}))
    assert read(path, chest.Opener(environ={"XLCRM_PASSPHRASE": CODE}))
    for opener in (by(SELLER), chest.Opener(environ={"XLCRM_KEY": keys.new_key()}), chest.Opener(environ={})):
        with pytest.raises(KeysError) as error:
            read(path, opener)
        assert error.value.key == "backup.not_yours" and "王总" in error.value.sentence() and str(path) in error.value.sentence("en")
    with pytest.raises(KeysError):
        read(path, chest.Opener(lambda: "another", {}))


def test_a_passphrase_is_asked_for_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask() -> str:
        asked.append("once")
        return CODE

    opener = chest.Opener(ask, {})
    for name in ("one", "two"):
        read(wrote(tmp_path / name, SAYS, team()), opener)
    assert asked == ["once"]


def test_without_an_administrator_what_opens_the_store_opens_its_backups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlcrm.crypto.keys.safe_keyring", lambda: None)
    made, sealed = keys.create("s" * 32, environ={"XLCRM_PASSPHRASE": "团队口令"})
    printed = held("printed", PRINTED, made, keys.seal_identity(PRINTED, CODE, "printed"), printed=True)
    path = wrote(tmp_path / "one", SAYS, lock(held("seller", SELLER, made), printed, passphrase=sealed), Cipher(made))
    assert not package.read_head(path).opening.held
    assert read(path, chest.Opener(lambda: "团队口令", {}))
    assert read(path, chest.Opener(lambda: CODE, {}))
    with pytest.raises(StoreError) as error:
        read(path, chest.Opener(environ={"XLCRM_KEY": keys.new_key()}))
    assert error.value.key == "backup.opening_damaged" and str(path) in error.value.sentence()


def test_nobody_without_the_stores_key_makes_a_package_that_passes(tmp_path: Path) -> None:
    """Who knows the administrator's public half, and puts the true copies of the keys into the header."""
    path = tmp_path / "one"
    opening, key = chest.close("p" * 32, Cipher(Keys(b"x" * 32, b"i" * 32)), team(), {"boss": "王总"})
    package.write(path, head(replace(opening, check=CIPHER.check("s" * 32))), key, [], SAYS.items(), Manifest())
    with pytest.raises(StoreError) as error:
        read(path, by(BOSS))
    assert error.value.key == "backup.damaged"


@pytest.mark.parametrize("cut", [0.0, 0.1, 0.5, 0.9, -4, -1])
def test_an_end_that_is_missing_is_told(whole: bytes, cut: float, tmp_path: Path) -> None:
    start = whole.index(b"\n") + 1
    path = tmp_path / "one"
    path.write_bytes(whole[: start + int(cut * (len(whole) - start))] if cut >= 0 else whole[: int(cut)])
    with pytest.raises(StoreError) as error:
        read(path, by(BOSS))
    assert error.value.key == "backup.cut"


def pieces(whole: bytes) -> tuple[bytes, list[bytes]]:
    """The first line, and each sealed piece with its length."""
    line, rest = whole[: whole.index(b"\n") + 1], whole[whole.index(b"\n") + 1 :]
    found = []
    while rest:
        size = 4 + int.from_bytes(rest[:4])
        found.append(rest[:size])
        rest = rest[size:]
    return line, found


@pytest.mark.parametrize("change", ["swapped", "dropped", "last dropped", "doubled", "mixed", "more"])
def test_pieces_moved_left_out_or_of_another_package_are_told(whole: bytes, change: str, tmp_path: Path) -> None:
    line, found = pieces(whole)
    other = wrote(tmp_path / "other", {"a": [random.Random(6).randbytes(2_500_000)]}, team()).read_bytes()
    assert len(found) == 3
    changed = {
        "swapped": [found[1], found[0], found[2]], "dropped": [found[0], found[2]], "last dropped": found[:2],
        "doubled": [found[0], *found], "mixed": [found[0], pieces(other)[1][1], found[2]], "more": [*found, found[2]],
    }[change]  # fmt: skip
    path = tmp_path / "one"
    path.write_bytes(line + b"".join(changed))
    with pytest.raises(StoreError) as error:
        read(path, by(BOSS))
    assert error.value.key == ("backup.cut" if change == "last dropped" else "backup.damaged")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wrote(tmp_path_factory.mktemp("small") / "one", SAYS, team())


@settings(max_examples=100, deadline=None)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_told(small: Path, where: float, bit: int) -> None:
    said = bytearray(small.read_bytes())
    said[int(where * len(said))] ^= 1 << bit
    path = small.with_name("flipped")
    path.write_bytes(said)
    with pytest.raises((StoreError, KeysError)) as error:
        read(path, by(BOSS))
    assert all(error.value.sentence(language) and error.value.hint(language) for language in ("zh", "en"))


@pytest.mark.parametrize(("content", "key"), [(b"", "not_package"), (b"PK\x03\x04" * 100, "not_package"), (None, "package_gone")])
def test_another_file_is_no_package(content: bytes | None, key: str, tmp_path: Path) -> None:
    path = tmp_path / "one"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError) as error:
        package.read_head(path)
    assert error.value.key == f"backup.{key}"


def test_a_newer_format_is_not_guessed_at(tmp_path: Path) -> None:
    path = wrote(tmp_path / "one", SAYS, team())
    path.write_bytes(path.read_bytes().replace(b'"format":1', b'"format":2', 1))
    with pytest.raises(StoreError) as error:
        package.read_head(path)
    assert error.value.key == "backup.newer"


# What an increment holds, on both engines


def customer(store: SqlStore, name: str, **more: object) -> str:
    """A new customer as a workbook brings it."""
    rid = new_rid()
    values: Values = {"name": name, "phone": "+8613912345678"}
    change = Change("customer", rid, rid, values, number=f"CX{rid}", keys=(f"n:{name}",), token=f"t:{rid}")
    store.apply(Operation("submit", [change], workbook="w", **more), context())  # type: ignore[arg-type]
    return rid


def reached(store: SqlStore) -> Place:
    with store._reading() as connection:
        last = connection.execute(select(OPERATION).order_by(OPERATION.c.seq.desc()).limit(1)).one()
    return Place(last.seq, last.first + last.entries - 1, last.head)


def came(store: SqlStore, since: Place) -> tuple[list[Block], dict[str, list[dict[str, object]]], Manifest]:
    """What an increment behind ``since`` brings, through bytes that are cut anywhere."""
    manifest = Manifest()
    with store._reading() as connection:
        said = b"".join(increment.encode(connection, since, manifest))
    found = list(increment.decode((said[at : at + 7] for at in range(0, len(said), 7)), since))
    sides: dict[str, list[dict[str, object]]] = {}
    for one in found:
        if isinstance(one, Sides):
            sides.setdefault(one.table, []).extend(one.rows)
    return [one for one in found if isinstance(one, Block)], sides, manifest


def stored(store: SqlStore, table: str, where: str = "true") -> list[tuple[object, ...]]:
    sql = {one.name: one for one in (OPERATION, ENTRY, DATA_KEY, IMPORTED, SUBMISSION)}.get(table, SQL.get(table))
    assert sql is not None
    with store._reading() as connection:
        return sorted(map(tuple, connection.execute(select(sql).where(text(where)))), key=str)


def test_an_increment_is_the_log_again_and_what_goes_with_it(store: SqlStore) -> None:
    store.ensure_person(store.account or "zhang", "张三", ["admin"], context().clock())
    first = customer(store, "甲")
    since = reached(store)
    taken = customer(store, "乙", imported=[Imported("tok", "名单.xlsx", first, "2025-03-01", 1)])
    store.apply(Operation("change", [Change("customer", first, first, {"name": "甲方"}, base=1, reason="改名")]), context())
    store.apply(Operation("again", [], imported=[Imported("tok2", "名单.xlsx", first, "2025-03-01", 1)]), context())
    blocks, sides, manifest = came(store, since)
    assert sorted(entry for one in blocks for entry in one.entries) == stored(store, "entry", f"seq > {since.entries}")
    done = [one.operation for one in blocks if one.operation]
    assert done == stored(store, "operation", f"seq > {since.operations}")
    assert [one["customer"] for one in sides["data_key"]] == [taken]
    assert {one["token"] for one in sides["imported"]} == {row[0] for row in stored(store, "imported")}
    assert [one["rid"] for one in sides["submission"]] == [taken]
    assert manifest.counts == {"operation": len(done), "entry": sum(len(one.entries) for one in blocks)} | {name: len(rows) for name, rows in sides.items()}
    whole, _, _ = came(store, BEGIN)
    assert [one.operation for one in whole if one.operation] == stored(store, "operation")
    assert came(store, reached(store))[0] == []


def test_of_what_was_erased_since_nothing_but_its_place_goes_along(store: SqlStore) -> None:
    store.ensure_person(store.account or "zhang", "张三", ["admin", "steward", "manager"], context().clock())
    since, victim = reached(store), customer(store, "要求删除的人")
    if store.account:  # on a server its owner may erase without asking anybody
        acting = replace(context(), actor=store.people()[0])
    else:
        acting = context()
        agree_to_erase(store, victim)
    store.erase(victim, "本人要求", acting)
    blocks, sides, _ = came(store, since)
    assert sorted(entry for one in blocks for entry in one.entries) == stored(store, "entry", f"seq > {since.entries}")
    assert "要求删除的人" not in repr((blocks, sides))
    assert [(one["rid"], one["life"], one["name"]) for one in sides["customer"]] == [(victim, "erased", None)]
    assert sides["data_key"] == [{"customer": victim, "wrapped": None}]
    with store._reading() as connection:
        assert victim in erased(connection)


def test_who_was_taken_out_of_a_restored_store_is_known_as_erased_though_its_log_does_not_tell(tmp_path: Path) -> None:
    store = lives(tmp_path)
    rid, contact = customer(store, "甲"), new_rid()
    store.apply(Operation("submit", [Change("contact", contact, rid, {"customer": rid, "name": "王"}, number="L1")]), context())
    with store._engine.connect() as connection, connection.begin():
        for table, one in (("customer", rid), ("contact", contact)):
            connection.exec_driver_sql(f"UPDATE {table} SET life = 'erased' WHERE rid = ?", (one,))
    with store._reading() as connection:
        assert sorted(erased(connection)) == sorted([rid, contact])
    store.close()


def test_an_operation_of_many_entries_comes_in_blocks(tmp_path: Path) -> None:
    store = sqlite.open(tmp_path / "store.db", CIPHER)
    since = Place(0, 0, GENESIS)
    rids = [new_rid() for _ in range(600)]
    many = [Change("customer", rid, rid, {"name": f"客户{number}"}, number=f"C{number}", keys=()) for number, rid in enumerate(rids)]
    store.apply(Operation("submit", many), context())
    blocks, sides, manifest = came(store, since)
    assert [bool(one.operation) for one in blocks] == [False, True] and manifest.counts["entry"] == 600
    assert len(sides["data_key"]) == 600
    store.close()


def unwatched(done: int, total: int) -> None:
    assert 0 <= done <= total


def lives(tmp_path: Path) -> SqlStore:
    store = sqlite.open(tmp_path / "store.db", CIPHER)
    store.ensure_person("zhang", "张三", ["admin"], context().clock())
    return store


def at(tmp_path: Path) -> Callable[[], Path]:
    names: Iterator[int] = iter(range(100))
    return lambda: tmp_path / f"{next(names)}.part"


def test_an_operation_of_one_field_takes_no_more_than_600_bytes(tmp_path: Path) -> None:
    store, path = lives(tmp_path), at(tmp_path)
    rids = [customer(store, f"客户{number}") for number in range(20)]
    full = store.backups.full(path(), 1, "2025-03-05 15:00:00", unwatched)
    empty = store.backups.increment(path(), full.head, 2, "2025-03-05 15:00:00", unwatched)
    for rid in rids:
        store.apply(Operation("change", [Change("customer", rid, rid, {"phone": "+8613811112222"}, base=1)]), context())
    written = store.backups.increment(path(), full.head, 3, "2025-03-05 16:00:00", unwatched)
    assert written.manifest.counts["operation"] == 20
    assert written.size - empty.size <= 20 * 600
    store.close()


@pytest.mark.parametrize("edited", ["after = '{}'", "hash = 'x'", "rid = 'x'"])
def test_no_increment_follows_another_log_other_keys_or_a_log_that_does_not_hold(edited: str, tmp_path: Path) -> None:
    store, path = lives(tmp_path), at(tmp_path)
    full = store.backups.full(path(), 1, "2025-03-05 15:00:00", unwatched).head
    customer(store, "甲")
    forked = replace(full, until=Place(1, 1, "f" * 64))
    for parent, key in ((forked, "other_log"), (replace(full, basis="[]"), "other_basis"), (replace(full, until=Place(99, 99, "0" * 64)), "other_log")):
        with pytest.raises(Apart) as error:
            store.backups.increment(path(), parent, 2, "2025-03-05 15:00:00", unwatched)
        assert error.value.reason.key == f"backup.{key}" and error.value.reason.sentence("zh")
    with store._engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP TRIGGER entry_kept")
        connection.exec_driver_sql(f"UPDATE entry SET {edited} WHERE seq = (SELECT max(seq) FROM entry)")
    with pytest.raises(Apart) as error:
        store.backups.increment(path(), full, 2, "2025-03-05 15:00:00", unwatched)
    assert error.value.reason.key == "backup.log_unsound" and "2" in error.value.reason.sentence("en")
    store.close()


def test_a_full_backup_is_the_file_of_its_moment_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    store, path = lives(tmp_path), tmp_path / "one"
    customer(store, "甲")
    before = set(tmp_path.iterdir())
    left = tmp_path / ".store.db.backup-killed"
    left.mkdir()
    (left / "copy.db").write_text("names in plain")
    os.utime(left, (0, 0))
    written = store.backups.full(path, 1, "2025-03-05 15:00:00", unwatched)
    assert set(tmp_path.iterdir()) == before | {path}
    with package.opened(path, chest.Opener(environ={"XLCRM_KEY": LINE})) as found:
        name, content = next(found.sections())
        copy = tmp_path / "copy.db"
        copy.write_bytes(b"".join(content))
    assert name == "database"
    again = sqlite.open(copy, CIPHER)
    assert again.status().head == store.status().head and not again.verify().faults
    assert written.head.until == reached(store) and written.head.reaches == context().now()
    assert written.manifest.counts["customer"] == 1
    for one in (store, again):
        one.close()


def test_a_servers_store_goes_into_a_package_table_by_table_and_goes_on_from_there(url: str, tmp_path: Path) -> None:
    store, path = opening.open(url, CIPHER), at(tmp_path)
    customer(store, "甲")
    full = store.backups.full(path(), 1, "2025-03-05 15:00:00", unwatched)
    assert full.head.content == "copies" and full.manifest.counts["customer"] == 1 and full.head.until == reached(store)
    with package.opened(tmp_path / "0.part", chest.Opener(environ={"XLCRM_KEY": LINE})) as found:
        assert {name for name, _ in found.sections()} == {f"copy:{name}" for name in full.manifest.counts}
    customer(store, "乙")
    assert store.backups.increment(path(), full.head, 2, "2025-03-05 16:00:00", unwatched).manifest.counts["data_key"] == 1
    store.close()


def test_on_a_server_only_the_owner_of_the_store_reads_it_whole(served: Firm) -> None:
    with served.as_("admin") as (store, _), pytest.raises(UsageError) as error:
        store.backups  # noqa: B018
    assert error.value.key == "backup.not_owner"


def test_only_who_manages_keys_gets_at_it(tmp_path: Path) -> None:
    store = lives(tmp_path)
    with pytest.raises(UsageError) as error:
        guard.seen(store, context(LI)).backups  # noqa: B018
    assert error.value.key == "rights.no_backup"
    store.close()

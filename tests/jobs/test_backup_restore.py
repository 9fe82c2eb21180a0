"""Restoring from a folder of backups, and proving that it can be done: what is whole comes back, what is not is named."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.full_disk import little_room
from tests.soak.pictures import differences, picture, unfound
from tests.store.conftest import ADMIN, BOSS, CIPHER, agree_to_erase, context
from xlcrm.crypto.chest import Opener
from xlcrm.errors import KeysError, StoreError, UsageError
from xlcrm.jobs import likeness
from xlcrm.jobs.backup import drills, folder, making, purging, restoring, verifying
from xlcrm.jobs.backup.choosing import Broken, only
from xlcrm.jobs.backup.restoring import Restored, Wish
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation
from xlcrm.rules.rights import MATRIX
from xlcrm.store import sqlite
from xlcrm.store.backup import package
from xlcrm.store.backup.package import Manifest
from xlcrm.store.sql import SqlStore

KEYS = {"XLCRM_KEY": b64encode(CIPHER.keys.wrap + CIPHER.keys.index).decode()}
NAMES = ("深圳海河电子有限公司", "南京青禾食品有限公司", "宁波方舟贸易有限公司")


def on(day: int, hour: int = 9) -> Context:
    return context(at=f"2025-03-{day:02} {hour:02}:00:00")


def add(store: SqlStore, name: str, who: Context) -> str:
    rid, (number,) = new_rid(), store.numbers("CX{yyyy}{mm}{n:04}", 1, who.now())
    fresh = Change("customer", rid, rid, {"name": name, "phone": "+8613912345678", "foreign_number": f"A{number}"}, number=number)
    likeness.give([fresh], {}, store, {})
    store.apply(Operation("submit", [fresh]), who)
    return rid


def begin(path: Path) -> SqlStore:
    store = sqlite.open(path, CIPHER)
    boss = store.ensure_person("zhang", "张三", ["admin"], on(1).clock())
    store.change_person(replace(boss, roles=frozenset(MATRIX)), replace(on(1), actor=boss))
    for one in (BOSS, ADMIN):
        store.add_person(one, replace(on(1), actor=store.people()[0]))
    return store


@dataclass
class Office:
    """A store, the folder of its backups, and who works there."""

    store: SqlStore
    root: Path
    folder: Path

    def on(self, day: int, hour: int = 9) -> Context:
        return replace(on(day, hour), actor=self.store.people()[0])

    def backup(self, day: int, full: bool = False) -> Path:
        return making.make(self.store, self.on(day, 18), self.root, full, opener=Opener(None, KEYS), room=self.folder).kept.path

    @property
    def place(self) -> Path:
        return only(self.root)

    def packages(self) -> list[Path]:
        return sorted(self.place.glob("*.xlcrmbak"))

    def restore(self, moment: str = "", name: str = "restored.db", anyway: bool = False) -> Restored:
        wish = Wish(self.place, moment, anyway)
        return restoring.to_file(wish, Opener(None, KEYS), self.folder / "new" / name)

    def refused(self, kind: type[Exception] = StoreError, moment: str = "", opener: Opener | None = None) -> StoreError:
        """What is said where nothing can be restored; nothing is changed, and nothing left."""
        target, before = self.folder / "new" / "restored.db", self.everything()
        with pytest.raises(kind) as caught:
            restoring.to_file(Wish(self.place, moment), opener or Opener(None, KEYS), target)
        assert self.everything() == before and not [*target.parent.iterdir()]
        assert isinstance(caught.value, StoreError | KeysError)
        assert all(caught.value.sentence(language) and caught.value.hint(language) for language in ("zh", "en"))
        return caught.value  # type: ignore[return-value] # a KeysError says the same things

    def everything(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.place.iterdir()}

    def open(self, name: str = "restored.db") -> SqlStore:
        return sqlite.open(self.folder / "new" / name, CIPHER, create=False)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days: a full backup in the evening, an incremental one, and another one."""
    path = tmp_path_factory.mktemp("model")
    (path / "share").mkdir()
    office = Office(begin(path / "store.db"), path / "share", path)
    for day, name in enumerate(NAMES, 1):
        add(office.store, name, office.on(day))
        office.backup(day)
    office.store.close()
    return path


@pytest.fixture
def office(model: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(model, tmp_path, dirs_exist_ok=True)
    found = Office(sqlite.open(tmp_path / "store.db", CIPHER), tmp_path / "share", tmp_path)
    (tmp_path / "new").mkdir()
    yield found
    found.store.close()


def names(store: SqlStore) -> list[str | None]:
    return [one.values["name"] for one in store.scan("customer")]


def test_a_restored_store_is_the_one_that_was_backed_up_and_goes_on(office: Office) -> None:
    done = office.restore()
    assert done.proof.sound and done.proof.values == 6 and (done.at, done.wiped, done.passed) == ("2025-03-03 09:00:00", 0, [])
    assert done.chain[0].head.kind == "full" and len(done.chain) == 3
    assert [path.name for path in (office.folder / "new").iterdir()] == ["restored.db"]
    assert (office.folder / "new" / "restored.db").stat().st_mode & 0o777 == 0o600
    fresh = office.open()
    assert differences(picture(office.store), picture(fresh)) == [] and unfound(fresh) == []
    add(fresh, "后来的公司", office.on(4))
    assert [one.number for one in fresh.scan("customer")] == [f"CX202503000{number}" for number in (1, 2, 3, 4)]
    assert not fresh.verify([f"{done.proof.status.operations}:{done.chain[-1].head.until.head}"]).faults
    assert [one.values["name"] for one in fresh.search("13912345678")] and fresh.search("haihe")


@pytest.mark.parametrize(("moment", "count"), [("2025-03-01 08:59:59", -1), ("2025-03-01 12:00:00", 1), ("2025-03-02 18:00:00", 2), ("2025-03-03 08:00:00", 2), ("2030-01-01 00:00:00", 3)])
def test_a_store_comes_back_as_it_was_at_any_moment(office: Office, moment: str, count: int) -> None:
    if count < 0:
        assert office.refused(moment=moment).key == "backup.before_log"
        return
    assert office.restore(moment).proof.sound
    assert names(office.open()) == list(NAMES[:count])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def flip(path: Path) -> None:
    said = bytearray(path.read_bytes())
    said[-60] ^= 1
    path.write_bytes(said)


def spoil(path: Path) -> None:
    path.write_bytes(b"\xff" + path.read_bytes()[1:])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("harm", [cut, flip, spoil, empty, Path.unlink])
def test_what_is_damaged_is_named_with_how_far_one_gets(office: Office, harm: Callable[[Path], None], number: int) -> None:
    paths = office.packages()
    harm(paths[number])
    if harm is Path.unlink and number == 2:  # nobody can know of it
        assert office.restore().at == "2025-03-02 09:00:00"
        return
    said = office.refused(Broken)
    named = paths[number + 1] if harm is Path.unlink else paths[number]
    assert str(named) in said.sentence("en")
    until = ("", "2025-03-01 09:00:00", "2025-03-02 09:00:00")[number]
    assert (f'--at "{until}"' if until else "No backup in this folder") in said.hint("en")
    if until:
        done = office.restore(until)
        assert done.proof.sound and done.passed and names(office.open()) == list(NAMES[:number])


def test_a_later_full_backup_stands_in_for_what_is_missing(office: Office) -> None:
    office.backup(4, full=True)
    office.packages()[1].unlink()
    done = office.restore("2025-03-02 12:00:00")
    assert [one.head.number for one in done.chain] == [4] and [one.key for one in done.passed] == ["backup.missing"]
    assert names(office.open()) == list(NAMES[:2])
    assert office.restore(name="newest.db").passed == []


def test_packages_of_another_chain_do_not_fit(office: Office, tmp_path: Path) -> None:
    two, three = office.packages()[1:]
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "fork.db"),))
    said = bytearray(three.read_bytes())
    first, _, rest = bytes(said).partition(b"\n")
    head = json.loads(first) | {"parent": json.loads(two.read_bytes().partition(b"\n")[0])["parent"]}
    three.write_bytes(json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + rest)
    assert office.refused(Broken).key in ("backup.not_following", "backup.damaged")


def test_nothing_is_overwritten(office: Office) -> None:
    target = office.folder / "new" / "restored.db"
    office.restore()
    before = target.read_bytes()
    with pytest.raises(StoreError) as caught:
        office.restore()
    assert caught.value.key == "backup.target_taken" and target.read_bytes() == before
    with pytest.raises(StoreError) as caught:
        restoring.to_file(Wish(office.place), Opener(None, KEYS), Path("//server/share/store.db"))
    assert caught.value.key == "store.share"


def test_what_a_killed_restore_left_behind_is_removed(office: Office) -> None:
    old, young = (office.folder / "new" / f".restored.db.{name}.restoring" for name in "ab")
    for path in (old, young):
        path.write_bytes(b"names")
    os.utime(old, (0, 0))
    office.restore()
    assert not old.exists() and young.exists()  # somebody may be at it


def test_a_full_disk_is_told_and_leaves_nothing(office: Office) -> None:
    with little_room(50_000):
        assert office.refused().key == "backup.no_room"


def test_nobody_without_the_keys_gets_anything(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLCRM_KEY", raising=False)
    other = {"XLCRM_KEY": b64encode(b"x" * 64).decode()}
    assert office.refused(opener=Opener(None, other)).key == "backup.opening_damaged"
    assert office.refused(KeysError, opener=Opener(None, {})).key == "crypto.missing"


def repacked(office: Office, path: Path, **changed: object) -> None:
    """The full package at ``path`` with another head, as whoever has the keys could write it."""
    opener = Opener(None, KEYS)
    with package.opened(path, opener) as old:
        erased = old.erased()
        opening, key = opener.again(old.head.id, old.head.opening)
        head = replace(old.head, opening=opening, **changed)  # type: ignore[arg-type]
        package.write(path.with_suffix(".new"), head, key, erased, old.sections(), Manifest())
    path.with_suffix(".new").replace(path)


def test_a_newer_store_is_left_to_a_newer_program(office: Office) -> None:
    repacked(office, office.packages()[0], schema=99, program="9.1.0")
    said = office.refused()
    assert said.key == "backup.newer" and "9.1.0" in said.sentence("en")


def test_an_older_store_is_brought_to_this_version(office: Office) -> None:
    office.store.close()
    with closing(sqlite3.connect(office.folder / "store.db")) as connection:
        connection.execute("DROP TABLE imported")
        connection.execute("DELETE FROM migration WHERE version > 7")
        connection.commit()
        connection.execute("VACUUM INTO ?", (str(office.folder / "old.db"),))
    full, *rest = office.packages()
    opener = Opener(None, KEYS)
    with package.opened(full, opener) as old:
        opening, key = opener.again(old.head.id, old.head.opening)
        with package.opened(rest[-1], opener) as last:
            head = replace(old.head, opening=opening, schema=7, until=last.head.until)
    database = ("database", [(office.folder / "old.db").read_bytes()])
    package.write(full.with_suffix(".new"), head, key, [], [database], Manifest())
    for path in (full, *rest):
        path.unlink()
    full.with_suffix(".new").rename(full)
    assert office.restore().proof.sound and names(office.open()) == list(NAMES) and office.open().status().version == 9


def test_a_store_that_was_not_sound_comes_back_only_when_asked_for(office: Office) -> None:
    with closing(sqlite3.connect(office.folder / "store.db")) as connection:
        connection.execute("UPDATE customer SET name = '改过的公司' WHERE name = ?", (NAMES[0],))
        connection.execute("UPDATE customer SET phone = 'v1:x:AAAA' WHERE name = ?", (NAMES[1],))
        connection.commit()
    office.backup(4, full=True)
    said = office.refused()
    assert said.key == "backup.unsound" and said.values["count"] == 3
    done = office.restore(anyway=True)
    assert not done.proof.sound and len(done.proof.shut) == 1
    assert [one.values["name"] for one in office.open().scan("customer", [("name", "=", "改过的公司")])] == ["改过的公司"]


def test_who_was_erased_stays_erased(office: Office) -> None:
    rid = next(one.rid for one in office.store.scan("customer") if one.values["name"] == NAMES[0])
    older = {path: path.read_bytes() for path in office.packages()}
    agree_to_erase(office.store, rid, office.on(4), [replace(on(4), actor=one) for one in (BOSS, ADMIN)])
    office.store.erase(rid, "本人要求", office.on(4))
    office.backup(4)
    assert folder.shelf(office.place).packages[0].head.erased and office.restore("2025-03-02 12:00:00").wiped == 0
    for path, said in older.items():  # brought back from elsewhere
        path.write_bytes(said)
    done = office.restore("2025-03-02 12:00:00", "second.db")
    assert done.wiped > 0 and done.proof.sound
    for name in ("restored.db", "second.db"):
        assert names(office.open(name)) == [NAMES[1]] and office.open(name).erased() == [rid]
        assert NAMES[0].encode() not in (office.folder / "new" / name).read_bytes()
    office.packages()[-1].write_bytes(b"?")  # the only one that knows
    assert office.restore("2025-03-02 12:00:00", "third.db").proof.sound


def test_packages_that_nobody_here_opens_are_told_of(office: Office) -> None:
    before = office.everything()
    found = purging.purge(office.place, folder.shelf(office.place), Opener(None, {}), ["x"], office.folder)
    assert found.count == 0 and list(found.left) == office.packages() and office.everything() == before


def test_a_drill_is_noted_in_the_folder_and_in_the_store(office: Office) -> None:
    def drill(store: SqlStore | None = office.store) -> verifying.Verified:
        return verifying.verify(office.place, Opener(None, KEYS), office.folder / "new", office.on(5), store)

    good = drill()
    assert good.trouble is None and good.compared and good.behind == 0 and (good.drill.customers, good.values) == (3, 6)
    assert drills.proven(office.place) == [good.drill.package] and not [*(office.folder / "new").iterdir()]
    assert json.loads(office.store.settings()[drills.SETTING]) | {"ok": True} == json.loads(good.drill.line())
    assert drill().behind == 1  # the note itself
    flip(office.packages()[1])
    bad = drill(None)
    assert isinstance(bad.trouble, Broken) and not bad.drill.ok and not bad.others and bad.drill.trouble
    office.backup(5, full=True)
    again = drill()
    assert again.trouble is None and [one.key for one in again.others] == ["backup.damaged"]
    assert [one.ok for one in drills.noted(office.place)] == [True, True, False, True]


def test_a_drill_finds_out_that_the_store_went_another_way(office: Office) -> None:
    office.restore("2025-03-02 18:00:00")
    other = office.open()
    found = verifying.verify(office.place, Opener(None, KEYS), office.folder, office.on(5), other)
    assert found.trouble and found.trouble.key == "backup.leads_elsewhere" and not found.drill.ok
    fresh = begin(office.folder / "another.db")
    found = verifying.verify(office.place, Opener(None, KEYS), office.folder, office.on(5), fresh)
    assert found.trouble and found.trouble.key == "backup.another_store"


def test_a_folder_without_backups_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        only(tmp_path)
    assert caught.value.key == "backup.nothing_there"
    for name in ("a" * 32, "b" * 32):
        (tmp_path / name).mkdir()
    with pytest.raises(UsageError) as caught:
        only(tmp_path)
    assert caught.value.key == "backup.several_stores"
    assert only(tmp_path, "b" * 32).name == "b" * 32

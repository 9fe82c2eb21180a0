"""A store moved on by what increments hold, and back to an earlier moment: it is what the source was then."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.soak.histories import keys
from tests.soak.lives import Life
from tests.soak.pictures import Picture, differences, picture, unfound
from tests.store.conftest import CIPHER, agree_to_erase
from xlcrm.errors import StoreError
from xlcrm.jobs import likeness, merge
from xlcrm.model.operation import Change
from xlcrm.store import sqlite
from xlcrm.store.backup import increment, purging, replay, wiping
from xlcrm.store.backup.package import Manifest, Place
from xlcrm.store.backup.source import erased
from xlcrm.store.erasing import scrub
from xlcrm.store.schema import SUBMISSION
from xlcrm.store.sql import SqlStore


class Source:
    """A store in which somebody lives, copies of it, and what came since."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.store = sqlite.open(folder / "source.db", CIPHER)
        self.life = Life.begin(self.store, random.Random(seed))

    def live(self, steps: int) -> None:
        """Random things, new customers and a merge among them."""
        self.life.live(steps)
        self.life.submit()
        self.life.merge()

    def erase(self, rid: str) -> list[bytes]:
        """Forget a customer, with whoever was merged into it: what was ever said of them."""
        life = self.life
        agree_to_erase(self.store, rid, life.by(), [life.by(one) for one in life.others[:2]])
        self.store.erase(rid, "本人要求", life.by())
        life.erased |= {rid, *self.store.joined([rid]).get(rid, ())}
        return [word.encode() for one in life.erased for word in life.words[one]]

    def gone(self) -> list[str]:
        with self.store._reading() as connection:
            return erased(connection)

    def copy(self, name: str) -> SqlStore:
        path = self.folder / f"{name}.db"
        with closing(sqlite3.connect(self.folder / "source.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(path),))
        return sqlite.open(path, CIPHER)

    def place(self) -> Place:
        return place(self.store)

    def since(self, since: Place) -> bytes:
        with self.store._reading() as connection:
            return b"".join(increment.encode(connection, since, Manifest()))


def place(store: SqlStore) -> Place:
    with store._reading() as connection:
        return replay.place(connection)


def add(store: SqlStore, said: bytes, since: Place) -> None:
    with store._writing() as connection:
        replay.replay(connection, CIPHER, increment.decode([said], since))


def back(store: SqlStore, moment: str) -> bool:
    with store._writing() as connection:
        return replay.rewind(connection, CIPHER, moment)


def silent(found: Picture) -> Picture:
    """Of erased records only that they are: to whom they belonged at an earlier moment is not known any more."""
    return {name: {(row[0], "erased") if "erased" in row else row for row in rows} for name, rows in found.items()}


def wiped(store: SqlStore, rids: list[str]) -> int:
    with store._writing() as connection:
        count = wiping.wipe(connection, rids)
    assert scrub(store._engine)
    return count


def test_a_copy_that_was_moved_on_and_back_is_what_the_source_was(tmp_path: Path) -> None:
    source = Source(tmp_path, 4)
    source.live(12)
    here, at = source.place(), source.life.by().now()
    copy, early = source.copy("copy"), source.copy("early")
    victim = source.life.all("customer")[-1].rid
    source.live(12)
    words = source.erase(source.store.find([source.store.records([victim])[victim].number or ""]).popitem()[1])
    ever = picture(early)["submission"]
    add(copy, source.since(here), here)
    assert place(copy) == source.place() and not copy.verify([f"{here.operations}:{here.head}"]).faults
    assert differences(picture(source.store), picture(copy), ever) == [] and unfound(copy) == []
    gone = source.gone()
    # Back again: as the copy of that moment is without those that were erased since.
    assert back(copy, at) and place(copy) == here and not back(copy, at)
    wiped(copy, gone)
    assert wiped(early, gone) and not early.verify().faults and not copy.verify().faults
    assert differences(silent(picture(early)), silent(picture(copy)), lax=True) == [] and unfound(copy) == []
    for path in (tmp_path / "copy.db", tmp_path / "early.db"):
        whole = path.read_bytes()
        assert not [word for word in words if word in whole]


def test_a_store_that_was_moved_on_goes_on(tmp_path: Path) -> None:
    source = Source(tmp_path, 7)
    copy, here = source.copy("copy"), source.place()
    source.live(6)
    add(copy, source.since(here), here)
    taken = {one.number or "" for one in source.store.scan("customer")}
    later = Life(copy, random.Random(1), source.life.boss, source.life.others, source.life.clock)
    later.live(4)
    later.submit()
    fresh = {one.number or "" for one in copy.scan("customer")} - taken
    assert fresh and max(taken) < min(fresh) and not copy.verify().faults


def test_a_row_that_became_void_may_be_submitted_anew(tmp_path: Path) -> None:
    source = Source(tmp_path, 3)
    source.life.submit()
    copy, here = source.copy("copy"), source.place()
    source.life.void()
    (rid,) = (entry.rid for entry in source.store.log("", 99).entries if entry.after.get("life") == "void")
    add(copy, source.since(here), here)
    with copy._reading() as connection:
        assert rid not in connection.execute(select(SUBMISSION.c.rid)).scalars().all()
    assert differences(picture(source.store), picture(copy)) == []


def test_customers_are_recognised_as_before(tmp_path: Path) -> None:
    source = Source(tmp_path, 8)
    copy, here, life = source.copy("copy"), source.place(), source.life
    while len(life.all("customer")) < 3:
        life.submit()
    one, two, three = life.all("customer")[:3]
    merge.carry_out(source.store, life.by(), [one, two], merge.Wishes(), {})
    renamed = Change("customer", three.rid, three.rid, {"name": "后来改名的公司"}, three.version)
    likeness.give([renamed], {three.rid: three}, source.store, {})
    life.apply("edit", [renamed])
    add(copy, source.since(here), here)
    named = {name: (keys(name),) for name in (one.values["name"], two.values["name"], three.values["name"], "后来改名的公司")}
    for place, (name, asked) in enumerate(named.items()):
        goal = (one.rid, one.rid, three.rid, three.rid)[place]
        assert [rid for _, rid in copy.candidates(asked).pairs] == [goal] == [rid for _, rid in source.store.candidates(asked).pairs], name


def test_nothing_is_before_the_first_operation(tmp_path: Path) -> None:
    source = Source(tmp_path, 5)
    with pytest.raises(StoreError) as caught:
        back(source.store, "2025-03-05 08:59:59")
    assert caught.value.key == "backup.before_log" and caught.value.values["first"] == "2025-03-05 09:00:00"


def test_what_the_log_does_not_say_any_more_is_not_made_up(tmp_path: Path) -> None:
    source = Source(tmp_path, 6)
    life = source.life
    life.submit()
    one, at = life.all("customer")[0], life.by().now()
    with closing(sqlite3.connect(tmp_path / "source.db")) as connection:  # as the retention allows it after years
        connection.execute("DROP TRIGGER entry_kept")
        connection.execute("""UPDATE entry SET salt = '', before = '', after = '', reason = '' WHERE rid = ?""", (one.rid,))
        connection.commit()
    life.clock = life.clock.replace(hour=12)
    life.apply("edit", [Change("customer", one.rid, one.rid, {"remark": "x"}, 1)])
    with pytest.raises(StoreError) as caught:
        back(source.store, at)
    assert caught.value.key == "backup.redacted" and caught.value.values["rid"] == one.rid


def test_an_increment_without_the_words_of_who_was_erased_later(tmp_path: Path) -> None:
    source = Source(tmp_path, 4)
    first, copy = source.place(), source.copy("copy")
    source.live(10)
    here, said = source.place(), source.since(first)
    early = source.copy("early")
    words = source.erase(source.life.all("customer")[-1].rid)
    gone = source.gone()
    clean = b"".join(increment.pack(purging.purged(increment.decode([said], first), gone), Manifest()))
    assert [word for word in words if word in said] and not [word for word in words if word in clean]
    add(copy, clean, first)
    assert place(copy) == here and not copy.verify().faults
    wiped(early, gone)
    assert differences(silent(picture(early)), silent(picture(copy))) == []

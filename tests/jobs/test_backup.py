"""Backing a store up into a folder: what is made when, who waits, what stays, and what a crash or a bad folder leaves behind."""

from __future__ import annotations

import json
import os
import platform
import random
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.full_disk import little_room
from tests.store.conftest import CIPHER, context
from xlcrm.crypto.chest import Opener, Opening
from xlcrm.crypto.keys import Lock
from xlcrm.errors import StoreError, UsageError
from xlcrm.jobs.backup import drills, folder, keeping, making
from xlcrm.jobs.backup.drills import Drill
from xlcrm.jobs.backup.folder import Kept, Shelf
from xlcrm.jobs.backup.keeping import Policy
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation
from xlcrm.store import sqlite
from xlcrm.store.backup import package
from xlcrm.store.backup.package import Head, Place
from xlcrm.store.sql import SqlStore


def on(day: int, hour: int = 9) -> Context:
    return context(at=str(datetime(2025, 3, 1, hour) + timedelta(days=day)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = tmp_path / "备份"
    found.mkdir()
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    found = sqlite.open(tmp_path / "store.db", CIPHER)
    found.ensure_person("zhang", "张三", ["admin"], context().clock())
    yield found
    found.close()


def add(store: SqlStore, name: str) -> None:
    rid = new_rid()
    store.apply(Operation("submit", [Change("customer", rid, rid, {"name": name}, number=f"C{rid}", keys=())]), context())


def kinds(root: Path) -> list[str]:
    return [one.head.kind for one in folder.shelf(folder.stores(root)[0]).packages]


def test_first_a_full_one_then_what_came_since_and_a_full_one_each_week(store: SqlStore, root: Path) -> None:
    for day in range(9):
        add(store, f"客户{day}")
        made = making.make(store, on(day), root)
    place = folder.stores(root)[0]
    assert place.name == store.backups.store_id() and [path.name for path in root.iterdir()] == [place.name]
    assert kinds(root) == ["full", *["inc"] * 6, "full", "inc"]
    shelf = folder.shelf(place)
    assert [one.head.number for one in shelf.packages] == list(range(1, 10))
    assert shelf.newest() == list(shelf.packages[7:]) and shelf.newest()[-1].head == made.kept.head
    assert all(one.path.name == folder.name(one.head) and one.size == one.path.stat().st_size for one in shelf.packages)
    whole = shelf.chain(shelf.packages[6])
    assert [one.head.since for one in whole[1:]] == [one.head.until for one in whole[:-1]]


def test_one_says_why_it_is_a_full_one(store: SqlStore, root: Path) -> None:
    def why(day: int, full: bool = False) -> str:
        made = making.make(store, on(day), root, full)
        return made.why.key if made.why else ""

    assert [why(0), why(1), why(2, full=True), why(3), why(9)] == ["backup.full_first", "", "backup.full_asked", "", "backup.full_weekly"]
    place = folder.stores(root)[0]
    drills.note(place, Drill("2025-03-10 10:00:00", False, "backup.damaged", folder.shelf(place).packages[-1].head.id, ""))
    assert [why(10), why(11)] == ["backup.full_unproven", ""]


def test_a_store_that_was_put_back_begins_a_chain_of_its_own(store: SqlStore, root: Path, tmp_path: Path) -> None:
    making.make(store, on(0), root)
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    add(store, "后来丢失的")
    making.make(store, on(1), root)
    again = sqlite.open(copy, CIPHER)
    add(again, "另一个")
    made = making.make(again, on(2), root)
    assert made.why and made.why.key == "backup.other_log"
    again.close()


def test_without_its_full_one_an_increment_is_no_chain_and_the_next_is_full(store: SqlStore, root: Path) -> None:
    first = making.make(store, on(0), root)
    making.make(store, on(1), root)
    first.kept.path.unlink()
    shelf = folder.shelf(folder.stores(root)[0])
    assert shelf.newest() == [] and shelf.chain(shelf.packages[0]) == []
    assert making.make(store, on(2), root).why


def test_a_package_that_cannot_be_read_is_named_and_left_alone(store: SqlStore, root: Path) -> None:
    first = making.make(store, on(0), root)
    broken = first.kept.path.with_name("000009-full-20250301T090000-00000000.xlcrmbak")
    broken.write_bytes(first.kept.path.read_bytes()[50:])
    foreign = first.kept.path.with_name("000008-full-20250301T090000-00000000.xlcrmbak")
    sealed = first.kept.path.read_bytes().partition(b"\n")[2]
    foreign.write_bytes(replace(first.kept.head, store="f" * 32).line() + sealed)
    made = making.make(store, on(1), root)
    assert made.why is None and broken.exists() and foreign.exists()
    told = {(fault.key, fault.values["path"]) for fault in made.faults if isinstance(fault, StoreError)}
    assert told == {("backup.not_package", broken), ("backup.another_store", foreign)}


def test_the_copy_of_a_package_that_a_sync_drive_leaves_counts_once(store: SqlStore, root: Path) -> None:
    first = making.make(store, on(0), root).kept
    first.path.with_name(first.path.stem + " (1).xlcrmbak").write_bytes(first.path.read_bytes())
    assert [one.path for one in folder.shelf(first.path.parent).packages] == [first.path]


def test_of_two_administrators_one_is_told_who_is_at_it(store: SqlStore, root: Path) -> None:
    making.make(store, on(0), root)
    place = folder.stores(root)[0]
    with folder.locked(place, "李四", on(1).clock()), pytest.raises(UsageError) as error:
        making.make(store, on(1), root)
    assert error.value.key == "backup.locked" and "李四" in error.value.sentence() and platform.node() in error.value.sentence("en")
    assert making.make(store, on(1), root).why is None
    assert not list(place.glob("*.lock"))


@pytest.mark.parametrize("left", ["long ago", "by a process that is gone", "half written long ago", "spoilt long ago"])
def test_a_lock_that_was_left_behind_is_taken_over(store: SqlStore, root: Path, left: str) -> None:
    place = making.make(store, on(0), root).kept.path.parent
    said = {"id": "x", "who": "李四", "machine": "别的电脑", "process": 1, "at": str(on(1).clock())}
    if left == "long ago":
        said["at"] = str(on(1).clock() - timedelta(hours=4))
    if left == "by a process that is gone":
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        said |= {"machine": platform.node(), "process": gone.pid}
    lock = place / "backup.lock"
    if "spoilt" in left:
        said |= {"at": 5, "process": 10**40}
    lock.write_text(json.dumps(said)[: 5 if "half" in left else None], "utf-8")
    os.utime(lock, (0, 0))
    assert making.make(store, on(1), root).why is None
    assert not lock.exists()


def files(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


@pytest.mark.parametrize(("bad", "key"), [("missing", "folder_missing"), ("file", "folder_is_file"), ("file inside", "folder_is_file")])
def test_a_folder_that_is_none_is_told_and_nothing_is_made(store: SqlStore, root: Path, bad: str, key: str) -> None:
    where = {"missing": root / "没有连接", "file": root / "x", "file inside": root}[bad]
    (root / "x" if bad == "file" else root / store.backups.store_id() if bad == "file inside" else root / "y").write_text("")
    before = files(root)
    with pytest.raises(UsageError) as error:
        making.make(store, on(0), where)
    assert error.value.key == f"backup.{key}" and error.value.hint("zh") and error.value.hint("en")
    assert files(root) == before


def test_a_full_disk_is_told_and_what_was_there_stays(store: SqlStore, root: Path) -> None:
    place = making.make(store, on(0), root).kept.path.parent
    add(store, "".join(map(chr, random.Random(3).choices(range(0x4E00, 0x9FA5), k=60_000))))
    before, head = files(place), store.status().head
    with little_room(50_000), pytest.raises(UsageError) as error:
        making.make(store, on(1), root)
    assert error.value.key == "backup.folder_full"
    assert files(place) == before and store.status().head == head
    assert making.make(store, on(1), root).why is None


_DYING = """
import os, pathlib, sys
def die(*words): os._exit(9)
if sys.argv[1] == "before it is on the disk": os.fsync = die
else: pathlib.Path.replace = die
from tests.jobs.test_backup import on
from tests.store.conftest import CIPHER
from xlcrm.jobs.backup import making
from xlcrm.store import sqlite
making.make(sqlite.open(sys.argv[2], CIPHER), on(1), pathlib.Path(sys.argv[3]))
"""


@pytest.mark.parametrize("when", ["before it is on the disk", "before it has its name"])
def test_what_a_crash_leaves_never_counts(store: SqlStore, root: Path, when: str) -> None:
    place = making.make(store, on(0), root).kept.path.parent
    add(store, "崩溃之前")
    dying = subprocess.run([sys.executable, "-c", _DYING, when, store.path, str(root)], check=False)
    assert dying.returncode == 9
    left = [path for path in place.iterdir() if path.name.endswith(".part")]
    assert len(left) == 1 and kinds(root) == ["full"]
    os.utime(left[0], (0, 0))  # a day later
    made = making.make(store, on(2), root)
    assert made.why is None and made.written.manifest.counts["operation"] == 1
    assert sorted(path.suffix for path in place.iterdir()) == [".xlcrmbak", ".xlcrmbak"]


# What stays


def shelf(*days_ago: int, now: datetime, every: int = 7) -> Shelf:
    """A backup on each of these days, a full one every ``every`` days."""
    found: list[Kept] = []
    opening = Opening(Lock("s"), "", "", False)
    for number, days in enumerate(sorted(days_ago, reverse=True)):
        full = number % every == 0
        at = str((now - timedelta(days=days)).replace(microsecond=0))
        head = Head("s", f"{number:032d}", number, "full" if full else "inc", "", "" if full else found[-1].head.id, at, Place(0, 0, ""),
                    Place(number, number, ""), "", 9, "", "", "", "", 0, opening)  # fmt: skip
        found.append(Kept(Path(f"{number}"), head, 1))
    return Shelf(found, ())


NOW = datetime(2025, 6, 30, 12)


def days(packages: list[Kept]) -> list[int]:
    return sorted((NOW - one.at).days for one in packages)


def test_all_of_the_last_weeks_then_a_full_one_a_week_then_one_a_month() -> None:
    lies = shelf(*range(500), now=NOW)
    going = keeping.gone(lies, Policy(), NOW)
    stays = [one for one in lies.packages if one not in going]
    recent = [one for one in stays if one.at >= NOW - timedelta(days=35)]
    assert days(recent) == list(range(36))
    weekly = [one for one in stays if timedelta(days=35) < NOW - one.at <= timedelta(days=35 + 56) and one.head.kind == "full"]
    assert len(weekly) == 8
    monthly = [one for one in stays if NOW - one.at > timedelta(days=35 + 56)]
    assert {one.head.kind for one in monthly} == {"full"} and len({(one.at.year, one.at.month) for one in monthly}) == len(monthly) in (12, 13)
    assert going == sorted(going, key=lambda one: one.head.number, reverse=True)  # an increment goes before what it builds upon


def test_the_two_newest_chains_and_the_newest_proven_one_stay_whatever_their_age() -> None:
    lies = shelf(*range(200, 230), now=NOW, every=5)
    proven = lies.packages[12]
    going = keeping.gone(lies, Policy(1, 0, 0), NOW, [lies.packages[3].head.id, proven.head.id])
    stays = [one for one in lies.packages if one not in going]
    assert stays == [*lies.chain(proven), *lies.packages[20:]]


@given(st.sets(st.integers(0, 400), max_size=60), st.integers(1, 9), st.integers(1, 60), st.integers(0, 9), st.integers(0, 14))
def test_whatever_goes_each_package_that_stays_can_still_be_restored(ago: set[int], every: int, most: int, weeks: int, months: int) -> None:
    lies = shelf(*ago, now=NOW, every=every)
    going = keeping.gone(lies, Policy(most, weeks, months), NOW)
    left = Shelf([one for one in lies.packages if one not in going], ())
    assert all(left.chain(one) for one in left.packages)
    assert left.newest() == lies.newest()


def test_packages_go_when_their_time_is_over(store: SqlStore, root: Path) -> None:
    for day in (0, 1, 2, 9, 10, 60):
        made = making.make(store, on(day), root, policy=replace(Policy(), days=10, weeks=0, months=0))
        if day == 10:
            assert kinds(root) == ["full", "inc", "inc", "full", "inc"] and not made.removed
    assert kinds(root) == ["full", "inc", "full"] and len(made.removed) == 3


def test_a_clock_that_went_wrong_once_changes_no_order(store: SqlStore, root: Path) -> None:
    making.make(store, on(0), root)
    making.make(store, on(5), root)
    add(store, "danach")
    made = making.make(store, on(1), root)
    assert folder.shelf(folder.stores(root)[0]).newest()[-1].head == made.kept.head
    assert made.kept.head.number == 3 and made.kept.at == on(5).clock() + timedelta(seconds=1)


@pytest.mark.parametrize("said", ["", "x", "35", "0d", "8w", "35d;8w", "35d,8y"])
def test_a_retention_that_makes_no_sense_is_told(said: str) -> None:
    with pytest.raises(UsageError) as error:
        keeping.policy(said)
    assert error.value.key == "backup.bad_policy"


def test_a_retention_reads_as_it_is_written() -> None:
    assert keeping.policy("35d,8w,12m") == Policy() and str(Policy()) == "35d,8w,12m"
    assert keeping.policy(" 90D, 4w") == Policy(90, 4, 0)


def test_the_backup_after_an_erasure_takes_it_out_of_the_older_ones(
    store: SqlStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLCRM_KEY", b64encode(b"w" * 32 + b"i" * 32).decode())
    add(store, "要忘记的人")
    victim = next(iter(store.scan("customer"))).rid
    making.make(store, on(0), root)
    store.apply(Operation("change", [Change("customer", victim, victim, {"name": "改名的人"}, base=1)]), context())
    making.make(store, on(1), root)
    store.erase(victim, "本人要求", on(2))
    made = making.make(store, on(2), root)
    assert (made.purged, made.unpurged) == (2, ())
    place = made.kept.path.parent
    assert kinds(root) == ["full", "inc", "inc"] and folder.shelf(place).newest()[-1].head == made.kept.head
    for one in folder.shelf(place).packages:
        with package.opened(one.path, Opener()) as found:
            said = b"".join(block for _, content in found.sections() for block in content)
            assert victim.encode() in said and "的人".encode() not in said
    assert making.make(store, on(3), root).purged == 0


def test_older_ones_that_nobody_here_opens_are_named(store: SqlStore, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlcrm.crypto.keys.safe_keyring", lambda: None)
    monkeypatch.delenv("XLCRM_KEY", raising=False)
    add(store, "要忘记的人")
    first = making.make(store, on(0), root).kept.path
    store.erase(next(iter(store.scan("customer"))).rid, "本人要求", on(1))
    before = first.read_bytes()
    assert making.make(store, on(1), root).unpurged == (first,) and first.read_bytes() == before

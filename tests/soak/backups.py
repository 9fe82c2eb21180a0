"""Lives of stores that are backed up and restored while packages are written badly, killed in the midst, and damaged afterwards.

What a restore gives is held against pictures of the source that were taken after each thing that was done: it is the source as it
was at that moment, or an error that names what is damaged.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.soak.lives import START, Life
from tests.soak.pictures import Picture, differences, picture, unfound
from xlcrm.crypto import identity, keys
from xlcrm.crypto.chest import Opener
from xlcrm.errors import XlcrmError
from xlcrm.jobs.backup import choosing, folder, making, restoring, verifying
from xlcrm.model.context import Context
from xlcrm.store import sqlite
from xlcrm.store.backup import package, scratch
from xlcrm.store.postgres import opening
from xlcrm.store.postgres.server import NOBODY
from xlcrm.store.sql import SqlStore

HARMS = ("flip", "flip", "cut", "swap", "lose piece", "drop", "exchange", "graft", "head", "foreign", "junk")
TOUCHING = ("open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.listdir", "os.scandir", "os.chmod", "os.utime")
"""Of Python's own events those of a program that reads or writes a folder."""
_SIZE = 4  # bytes that say how long a piece is


@dataclass
class Report:
    """What a run did, and what was wrong."""

    seed: int
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def environment(**said: str) -> Iterator[None]:
    """Only these of the variables that tell keys."""
    names = ("XLCRM_KEY", "XLCRM_IDENTITY", "XLCRM_PASSPHRASE")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ.update(said)
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)


def run(seed: int, where: Path, server: Callable[[], str] | None = None, rounds: int = 5, harms: int = 4) -> Report:
    """One life from its seed, in the folder ``where``; ``server`` makes an empty database for a store on a server: its address."""
    chance, report = random.Random(seed), Report(seed)
    with environment(XLCRM_KEY=keys.new_key()):
        address = str(where / "store.db")
        if server:
            address = server()
            opening.create(address, "管理员", ["admin"], START).close()
        World(chance, report, where, address, server).turn(rounds, harms)
    return report


def opened(address: str) -> SqlStore:
    return opening.open(address) if address.startswith("postgresql:") else sqlite.open(address)


class World:
    """A store, the folder of its backups, and what was seen of both."""

    def __init__(self, chance: random.Random, report: Report, where: Path, address: str, server: Callable[[], str] | None) -> None:
        self.chance, self.report, self.where, self.address, self.server = chance, report, where, address, server
        self.store = opened(address)
        self.life = Life.begin(self.store, chance)
        self.root = where / "backups"
        self.root.mkdir()
        self.pictures: dict[int, Picture] = {}  # by the number of the last operation
        self.kept: dict[str, Picture] = {}  # by the id of the package
        self.submitted: set[tuple[Any, ...]] = set()
        self.imports: dict[tuple[Any, ...], int] = {}
        self.said: set[str] = set()  # of erased customers, and nowhere in the source any more

    def turn(self, rounds: int, harms: int) -> None:
        """Live, back up, restore, do harm."""
        try:
            if self.chance.random() < 0.5:
                self.join()
            for _ in range(rounds):
                self.live()
                self.back_up()
            if self.chance.random() < 0.7:
                self.restore_at()
            if said := self.restore(self.root, ""):
                self.report.wrong.append(f"not restored: {said}")
            self.forgotten()
            for _ in range(harms):
                self.harm()
        finally:
            self.store.close()

    def join(self) -> None:
        """From now on the packages are the administrator's."""
        os.environ["XLCRM_IDENTITY"] = identity.new()
        self.life.join()
        del os.environ["XLCRM_KEY"]
        self.store.close()
        self.store = self.life.store = opened(self.address)

    def live(self) -> None:
        """Some things are done; each is seen."""
        for _ in range(self.chance.randint(0, 6)):
            self.life.live(1)
            self.see()
        if "XLCRM_IDENTITY" in os.environ and self.chance.random() < 0.2:
            self.life.rotate()
            self.see()
            self.report.done["keys changed"] += 1

    def see(self) -> Picture:
        """Remember how the store stands."""
        now = picture(self.store)
        number = max(row[0] for row in now["operation"])
        self.pictures[number] = now
        self.submitted |= now["submission"]
        self.report.done["moves"] += 1
        return now

    def by(self) -> Context:
        return self.life.by()

    def back_up(self) -> None:
        """A package is written: after a crash or a full disk at any point of an earlier try."""
        self.life.clock += timedelta(hours=self.chance.choice((1, 12, 24, 24, 80)))
        if self.chance.random() < 0.6:
            self.crash()
        self.make(full=self.chance.random() < 0.15)

    def make(self, full: bool = False) -> None:
        made = making.make(self.store, self.by(), self.root, full)
        if made.faults:
            self.report.wrong.append(f"a package cannot be read: {made.faults}")
        self.kept[made.kept.head.id] = self.see()
        self.report.done[made.kept.head.kind] += 1

    def crash(self) -> None:
        """Somebody else's backup is killed, or finds the disk full."""
        kind, room, event = self.chance.choice(("kill", "full", "event")), int(2 ** self.chance.uniform(4, 19)), self.chance.randrange(40)
        child = os.fork()
        if not child:
            with suppress(BaseException):
                self._broken_backup(kind, room, event)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        self.report.done[f"{kind} {'killed' if os.WIFSIGNALED(status) else 'ended'}"] += 1
        place = folder.home(self.root, self.store.backups.store_id())
        for one in folder.shelf(place).packages:  # it may have come through
            self.kept.setdefault(one.head.id, self.see())
        for lock in place.glob("*.lock"):
            os.utime(lock, (0, 0))  # an hour later
        if faults := folder.shelf(place).faults:
            self.report.wrong.append(f"half a package counts after {kind} {room} {event}: {faults}")

    def _broken_backup(self, kind: str, room: int, event: int) -> None:
        store = opened(self.address)
        if kind == "event":
            seen = iter(range(event))

            def hook(name: str, said: object) -> None:
                if name in TOUCHING and next(seen, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(hook)
        else:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL if kind == "kill" else signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        making.make(store, self.by(), self.root)

    # restoring

    def shelf(self, root: Path) -> folder.Shelf:
        (place,) = folder.stores(root)
        return folder.shelf(place)

    def restore(self, root: Path, moment: str) -> str:
        """Restore from ``root`` and compare: "" where it is the source, else the sentence that says why not."""
        place, address = choosing.only(root), str(self.where / "restored.db")
        wish = restoring.Wish(place, moment)
        try:
            if self.server and self.chance.random() < 0.5:
                address = self.server()
                done = restoring.restore(wish, Opener(), self.where, "server", lambda built: built.to_server(address, NOBODY))
            else:
                done = restoring.to_file(wish, Opener(), Path(address))
        except XlcrmError as error:
            if left := [*self.where.glob(".restor*"), *self.where.glob(".server*"), *self.where.glob("restored.db*")]:
                self.report.wrong.append(f"left behind: {left}")
            assert error.sentence("zh") and error.hint("en")
            return str(error)
        self.compare(address, done, moment)
        for path in self.where.glob("restored.db*"):
            path.unlink()
        newest = self.shelf(root).packages[-1].path
        if not moment and done.chain[-1].path != newest and not done.passed:
            self.report.wrong.append(f"{done.chain[-1].path.name} was restored, silent about {newest.name}")
        return ""

    def compare(self, address: str, done: restoring.Restored, moment: str) -> None:
        """Note how a restored store differs from the source at that point."""
        raw = Path(address).read_bytes() if not address.startswith("postgresql:") else b""
        erased = scratch.erased_in([one.path for one in self.shelf(self.root).packages], Opener())
        store = opened(address)
        found = picture(store)
        number = max(row[0] for row in found["operation"])
        expected = self.pictures[number] if moment else self.kept[done.chain[-1].head.id]
        wrong = differences(without(expected, erased), without(found, erased), self.submitted, lax=bool(moment))
        if moments(found) != done.at:
            wrong.append(f"it says {done.at}, and ends {moments(found)}")
        if lost := unfound(store):
            wrong.append(f"not found by what they say: {lost}")
        if faults := store.verify().faults:
            wrong.append(f"the log is not sound: {faults}")
        store.close()
        if told := [word for word in self.said if word.encode() in raw]:
            wrong.append(f"erased, and still told: {told[:3]}")
        what = f"at {moment}" if moment else done.chain[-1].path.name
        self.report.wrong += [f"{what}: {one}" for one in wrong]
        self.report.done["restored to a server" if address.startswith("postgresql:") else "restored to a file"] += 1

    def restore_at(self) -> None:
        """As it was at some moment that a package reaches: the last thing seen until then."""
        reached = self.shelf(self.root).packages[-1].head.until.operations
        done = {row[0]: row[6] for row in self.pictures[max(self.pictures)]["operation"]}
        fit = [done[number] for number in self.pictures if number <= reached and done.get(number + 1, "9") > done[number]]
        if fit and (said := self.restore(self.root, self.chance.choice(fit))):
            self.report.wrong.append(f"not restored to a moment: {said}")

    def forgotten(self) -> None:
        """After a backup nothing of an erased customer is in any package."""
        now = str(self.see())
        for rid in self.life.erased:
            self.said |= {word for word in self.life.words.get(rid, ()) if word not in now}
        self.make()
        for one in self.shelf(self.root).packages:
            with package.opened(one.path, Opener()) as opened:
                opened.erased()
                raw = b"".join(block for _, content in opened.sections() for block in content)
            if told := [word for word in self.said if word.encode() in raw]:
                self.report.wrong.append(f"{one.path.name} still tells of who was erased: {told[:3]}")

    # harm

    def harm(self) -> None:
        """Something happens to a copy of the folder; what a restore, or a drill, says of it is true."""
        copy, kind = self.where / "harmed", self.chance.choice(HARMS)
        shutil.copytree(self.root, copy)
        before = {path.name: path.read_bytes() for path in copy.glob("*/*")}
        self._harm(kind, [one.path for one in self.shelf(copy).packages])
        after = {path.name: path.read_bytes() for path in copy.glob("*/*")}
        harmed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        if self.chance.random() < 0.3:
            drill = verifying.verify(choosing.only(copy), Opener(), self.where, self.by())
            said = " ".join(map(str, filter(None, (drill.trouble, *drill.others))))
            self.report.done[f"{kind}: {'told' if said else 'well'} in a drill"] += 1
            if not said and kind in ("flip", "cut", "swap", "lose piece", "graft", "head") and harmed:
                self.report.wrong.append(f"a drill says nothing of the {kind} of {harmed}")
        else:
            said = self.restore(copy, "")
            self.report.done[f"{kind}: {'told' if said else 'restored'}"] += 1
        followers = {one.path.name for one in self.shelf(copy).packages if not self.shelf(copy).chain(one)}
        if said and not any(name in said for name in harmed | followers):
            self.report.wrong.append(f"{kind} of {harmed}, and it says {said}")
        shutil.rmtree(copy)

    def _harm(self, kind: str, paths: list[Path]) -> None:
        """Do it to one of the packages."""
        one, other = self.chance.choice(paths), self.chance.choice(paths)
        content = one.read_bytes()
        end = content.index(b"\n") + 1
        pieces = list(_pieces(content[end:]))
        if kind == "flip":
            place = self.chance.randrange(len(content))
            one.write_bytes(content[:place] + bytes([content[place] ^ 1 << self.chance.randrange(8)]) + content[place + 1 :])
        elif kind == "cut":
            one.write_bytes(content[: self.chance.randrange(len(content))])
        elif kind == "swap":
            self.chance.shuffle(pieces)
            one.write_bytes(content[:end] + b"".join(pieces))
        elif kind == "lose piece":
            pieces.pop(self.chance.randrange(len(pieces)))
            one.write_bytes(content[:end] + b"".join(pieces))
        elif kind == "drop":
            one.unlink()
        elif kind == "exchange":
            one.write_bytes(other.read_bytes())
            other.write_bytes(content)
        elif kind == "graft":
            theirs = other.read_bytes()
            one.write_bytes(content[:end] + theirs[theirs.index(b"\n") + 1 :])
        elif kind == "head":
            digit = self.chance.choice([place for place in range(end) if content[place : place + 1].isdigit()])
            one.write_bytes(content[:digit] + bytes([(content[digit] - 47) % 10 + 48]) + content[digit + 1 :])
        elif kind == "foreign":
            self._foreign(one)
        else:
            one.with_name("000099-full-20300101T000000-00000000.xlcrmbak").write_bytes(self.chance.randbytes(300))

    def _foreign(self, path: Path) -> None:
        """Another store's package in the place of one of ours, under its name and, as far as can be read, its id."""
        with environment(XLCRM_KEY=keys.new_key()):
            store = sqlite.open(self.where / "foreign.db")
            life = Life.begin(store, random.Random(1))
            (self.where / "theirs").mkdir()
            made = making.make(store, life.by(), self.where / "theirs")
            store.close()
        content = made.kept.path.read_bytes()
        path.write_bytes(content.replace(made.kept.head.store.encode(), path.parent.name.encode()) if self.chance.random() < 0.5 else content)
        shutil.rmtree(self.where / "theirs")
        for left in self.where.glob("foreign.db*"):
            left.unlink()


def moments(one: Picture) -> str:
    """When the last thing of a picture was done."""
    return str(max(one["operation"])[6])


def without(one: Picture, rids: set[str]) -> Picture:
    """A picture without what is told of some records."""
    if not rids:
        return one
    shown = {row[0] for row in one["access"] if rids & {*row}}
    return {name: {row for row in rows if not (rids | shown) & {*row}} for name, rows in one.items()}


def _pieces(sealed: bytes) -> Iterator[bytes]:
    while sealed:
        size = _SIZE + int.from_bytes(sealed[:_SIZE])
        yield sealed[:size]
        sealed = sealed[size:]

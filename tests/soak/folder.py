"""Forty people and a shared folder: the steward's machine is killed at any moment and off for a night, the share misbehaves.

The people's part runs in this process, turn by turn; the steward's watch is a process of its own, as ``xlcrm watch`` is.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.jobs.conftest import ALL, NOW, cells, customer, put
from tests.jobs.folder.conftest import Machine
from tests.store.conftest import CIPHER
from xlcrm.jobs.folder import plain
from xlcrm.jobs.folder import steward as stewarding
from xlcrm.jobs.folder.share import Share
from xlcrm.jobs.folder.steward import Steward
from xlcrm.jobs.folder.watch import Watch
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.rows import Cell
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store import sqlite
from xlcrm.store.base import Store
from xlcrm.store.deliveries import Deliveries
from xlcrm.store.sql import SqlStore

PEOPLE, TURNS = 40, 2
QUIET = 3  # looks without anything new, after which the watch has nothing more to do
# A child forked from this process would wait for ever for threads of polars that it has not. The server of forks has read
# everything that a watch needs, and started nothing.
if sys.platform == "win32":
    SPAWN = multiprocessing.get_context("spawn")
else:
    SPAWN = multiprocessing.get_context("forkserver")
    SPAWN.set_forkserver_preload(["tests.soak.folder", "xlcrm.match.engine", "xlcrm.jobs.submit"])
_PATIENCE = 300.0  # seconds; who has not answered by then never will


@dataclass
class Report:
    """What happened how often, and what was wrong in the end."""

    seed: int
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def run(seed: int, people: int = PEOPLE, turns: int = TURNS, again: float = 1.0) -> Report:
    """One firm's days, all made from ``seed`` but for the moments at which the watch dies.

    Everybody does something in the first turn, and in a later one with the chance ``again``.
    """
    with tempfile.TemporaryDirectory(prefix="xlcrm-folder-") as name:
        firm = _Firm(Path(name), random.Random(seed), Report(seed), people)
        try:
            firm.work(turns, again)
            firm.check()
        finally:
            firm.stop()
            for one in firm.opened:
                one.close()
        return firm.report


class _Firm:
    """The share, its people, and the steward's machine."""

    def __init__(self, folder: Path, chance: random.Random, report: Report, people: int) -> None:
        self.root, self.opened, self.now = folder / "share", list[Store](), NOW
        self._path, self._chance, self.report = folder / "store.db", chance, report
        self._running: tuple[BaseProcess, Connection] | None = None
        self._old: dict[str, bytes] = {}
        self._acted: list[tuple[int, int]] = []  # who, in which turn
        self.root.mkdir()
        store = sqlite.open(self._path, CIPHER)
        chief = store.ensure_person("chief", "专员", ALL, NOW)
        context = Context(chief, lambda: NOW)
        ledger = Deliveries(store)
        self.share = stewarding.make(ledger, [chief], self.root)
        self.machines: list[Machine] = []
        for number in range(people):
            person = store.add_person(Person(new_rid(), f"p{number}", f"同事{number}", "", frozenset({"entry"})), context)
            stewarding.add(ledger, self.share, person)
            self.machines.append(Machine(self, person, folder / f"home{number}"))
        store.close()
        self.books = [MemoryBook(settings={"uid": f"book{number}"}) for number in range(people)]

    def work(self, turns: int, again: float) -> None:
        """Everybody joins, then submits in every turn; one of the turns is a night, in which the steward's machine is off."""
        for machine in self.machines:
            machine.join()
        self._settle()
        night = self._chance.randrange(turns)
        for turn in range(turns):
            if turn != night:
                self._start()
            for number in self._chance.sample(range(len(self.machines)), len(self.machines)):
                if turn and self._chance.random() >= again:
                    continue
                self._act(number, turn)
                self._spoil(number)
                if turn != night and self._chance.random() < 0.15:
                    self._kill()
            self.now += timedelta(hours=12)
            self._settle()
            for machine, book in zip(self.machines, self.books, strict=True):
                if self._chance.random() < 0.7:  # some look tomorrow only
                    machine.refresh(book)

    def _act(self, number: int, turn: int) -> None:
        """One person's turn: new rows, an edit of an older one, and 提交; or a plain workbook in the folder."""
        machine, book = self.machines[number], self.books[number]
        self._acted.append((number, turn))
        if number % 10 == 9:
            rows = [row(number, turn, place) for place in range(2)]
            columns = {key: [one[key] for one in rows] for key in rows[0]}
            template.build(machine.inbox / f"表{turn}.xlsx", "zh", {"customer": columns})
            self.report.done["workbooks"] += 1
            return
        customers = book.read(next(table for table in book.tables() if table.key == "customer"))
        book.append(customers.table, [row(number, turn, place) for place in range(1 + number % 2)])
        if len(customers) and cells(book, "number")[0]:
            put(book, 0, remark=f"改{turn}")
        machine.submit(book)
        self.report.done["submissions"] += 1
        if self._chance.random() < 0.2:
            machine.submit(book)  # pressed twice

    def _spoil(self, number: int) -> None:
        """What sync programs, and people, do to files."""
        inbox = self.machines[number].inbox
        packages = sorted(inbox.glob("*.xlcrm"))
        what = self._chance.choice(("nothing", "copy", "again", "cut", "lost", "other", "junk", "workbook"))
        with suppress(FileNotFoundError):  # the watch was faster
            if what == "copy" and packages:
                shutil.copy(packages[0], inbox / f"{packages[0].stem} (冲突副本){packages[0].suffix}")
            elif what == "again" and self._old:
                name, content = self._chance.choice(sorted(self._old.items()))
                (inbox / name).write_bytes(content)
            elif what == "cut" and packages:
                content = packages[0].read_bytes()
                (inbox / "teil.xlcrm").write_bytes(content[: len(content) // 2])
            elif what == "lost" and packages:
                packages[0].unlink()
            elif what == "other" and packages:
                neighbour = self.machines[(number + 1) % len(self.machines)]
                shutil.copy(packages[0], neighbour.inbox / f"verirrt-{packages[0].name}")
            elif what == "junk":
                (inbox / "bild.png").write_bytes(b"\x89PNG")
                (inbox / "~$表.xlsx").write_bytes(b"lock")
            elif what == "workbook":
                for path in sorted(inbox.glob("表*.xlsx"))[:1]:
                    shutil.copy(path, inbox / f"{path.stem}-DESKTOP-7.xlsx")
            self.report.done[what] += 1
            for path in sorted(inbox.glob("*.xlcrm"))[:1]:
                self._old.setdefault(f"alt-{path.name}", path.read_bytes())

    def _settle(self) -> None:
        """The watch runs, dying now and then, until it has dealt with everything; members put in again what got lost."""
        for machine in self.machines:
            with suppress(Exception):  # who has no copy yet has nothing to send
                machine.deliver()
        deaths = self._chance.randint(1, 3)
        self._start(quiet=True)
        while self._running is not None:
            process, events = self._running
            if not wait([process.sentinel, events], timeout=_PATIENCE):
                raise TimeoutError("the watch does not come to an end")
            if _heard(events):
                if deaths and self._chance.random() < 0.2:
                    deaths -= 1
                    self._kill(quiet=True)
                continue
            process.join()
            if process.exitcode:
                raise RuntimeError(f"the watch ended with {process.exitcode}")
            self._running = None

    def _start(self, quiet: bool = False) -> None:
        self.stop()
        mine, its = SPAWN.Pipe()
        process = SPAWN.Process(target=_watch, args=(self._path, self.share, self.now, its, quiet), daemon=True)
        process.start()
        its.close()
        self._running = process, mine

    def _kill(self, quiet: bool = False) -> None:
        """End the watch wherever it is at this moment, after a random number of things that it did, and start it again."""
        if self._running is not None:
            for _ in range(self._chance.randrange(4)):
                if wait([self._running[1]], timeout=self._chance.uniform(0, 0.3)) and not _heard(self._running[1]):
                    break
            self.report.done["killed"] += 1
            self._start(quiet)

    def stop(self) -> None:
        """The steward's machine goes off, as when its plug is pulled."""
        if self._running is not None:
            process, events = self._running
            process.kill()
            process.join()
            events.close()
            self._running = None

    def check(self) -> None:
        """Whether every row is there once, under the number its sheet shows, and nobody sees anybody else's."""
        wrong = self.report.wrong
        for machine, book in zip(self.machines, self.books, strict=True):
            machine.refresh(book)
        store = sqlite.open(self._path, CIPHER)
        try:
            found = list(store.scan("customer"))
            self._stored(store)
            owners = {str(one.values["name"]): one.values["owner"] for one in found}
            numbers = {str(one.values["name"]): one.number for one in found}
        finally:
            store.close()
        for machine, book in zip(self.machines, self.books, strict=True):
            mine = {name for name, owner in owners.items() if owner == machine.person.rid}
            if set(machine.customers()) != mine:
                wrong.append(f"{machine.person.name} sees {sorted(set(machine.customers()) ^ mine)[:3]}")
            shown = dict(zip(map(str, cells(book, "name")), cells(book, "number"), strict=True))
            if shown != {name: numbers[name] for name in shown}:
                wrong.append(f"{machine.person.name}: the sheet shows {shown}")
            if list(machine.outbox.waiting()):
                wrong.append(f"{machine.person.name}: something still waits")
        for number, turn in self._acted:
            if number % 10 == 9:
                path = self.machines[number].inbox / plain.result_name(f"表{turn}.xlsx")
                shown = dict(zip(map(str, cells(open_book(path), "name")), cells(open_book(path), "number"), strict=True))
                if shown != {name: numbers.get(name) for name in shown}:
                    wrong.append(f"{path.name}: {shown}")
        words = [word.encode() for name in owners for word in (name, name[:4])]
        for path in self.root.rglob("*"):
            if path.is_file() and path.suffix not in plain.READ and any(word in path.read_bytes() for word in words):
                wrong.append(f"{path.name} can be read")

    def _stored(self, store: SqlStore) -> None:
        wrong, found = self.report.wrong, list(store.scan("customer"))
        names = Counter(str(one.values["name"]) for one in found)
        wanted: dict[str, str] = {}
        for number, turn in self._acted:
            count = 2 if number % 10 == 9 else 1 + number % 2
            wanted |= {str(row(number, turn, place)["name"]): self.machines[number].person.rid for place in range(count)}
        if twice := [name for name, count in names.items() if count > 1]:
            wrong.append(f"stored twice: {twice[:3]}")
        if lost := sorted(wanted.keys() - names.keys()):
            wrong.append(f"{len(lost)} rows lost: {lost[:3]}")
        if strange := [one for one in found if wanted.get(str(one.values["name"])) != one.values["owner"]]:
            wrong.append(f"{len(strange)} rows of somebody else: {strange[0].values['name']}")
        given = [one.number for one in found]
        if len(set(given)) != len(given) or None in given:
            wrong.append("numbers given twice")
        if faults := store.verify().faults:
            wrong.append(f"the log is not sound: {faults[:2]}")
        self.report.done["rows"] += len(found)


TRADES = ("机械", "食品", "物流", "软件", "纺织", "化工", "建材")


def row(number: int, turn: int, place: int) -> dict[str, Cell]:
    """A new customer of somebody's that resembles no other one."""
    which = (number * TURNS + turn) * 2 + place
    syllables = "东南西北天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"
    word = "".join(syllables[(which // 26**power) % 26] for power in range(2)) + syllables[(which * 7) % 26]
    name = f"{word}{'甲乙丙丁戊己庚辛'[which % 8]}{TRADES[which % 7]}有限公司"
    return customer(
        f"{name}",
        contact=f"{syllables[which % 26]}{syllables[which // 26 % 26]}{word[0]}",
        phone=f"139{20000000 + which * 7919:08d}",
    )


def _heard(events: Connection) -> bool:
    """Whether the watch told something; not where it is no more."""
    try:
        return bool(events.poll() and events.recv_bytes())
    except (EOFError, OSError):
        return False


def _watch(path: Path, share: Share, moment: datetime, parent: Connection, quiet: bool) -> None:
    """The steward's process: looks until it is killed, or, being ``quiet``, until nothing is left to do."""
    store = sqlite.open(path, CIPHER)
    ledger = Deliveries(store)
    looks, still = 0, 0

    def clock() -> datetime:
        return moment + timedelta(seconds=10 * looks)

    def told(_: object) -> None:
        nonlocal still
        still = 0
        parent.send_bytes(b"verdict")

    watch = Watch(Steward(store, ledger, share, stewarding.found(ledger, share), clock), told)
    while not quiet or still < QUIET:
        still += 1
        if watch.look():
            still = 0
        looks += 1
        parent.send_bytes(b"look")
        if not quiet:
            parent.poll(0.05)  # its break between two looks

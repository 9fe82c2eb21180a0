"""One run of the soak: eight people submit while things break; then everything is looked at."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.soak.client import FIELDS, HOT, PATTERNS, Client, read, said
from tests.soak.places import File, Server
from tests.soak.plan import CLIENTS, Fault, Plan
from tests.store.conftest import open_at

FORK = multiprocessing.get_context("fork")
BLAMING = ("login.", "store.login", "store.not_member", "crypto.")  # errors that blame the person: nobody here did anything wrong
FULL = 0.15  # seconds that a disk stays full


@dataclass
class Report:
    """What a run did (``done``: how often each thing happened) and what was wrong afterwards; nothing, if all is well."""

    plan: Plan
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def run(plan: Plan, server: Server | None = None) -> Report:
    """Carry ``plan`` out; ``server`` is where the store of a run on PostgreSQL lies."""
    with tempfile.TemporaryDirectory(prefix="xlcrm-soak-") as name:
        folder = Path(name)
        if server is not None:
            server.fresh()
        place = server or File(folder)
        report = Report(plan)
        _Crowd(plan, place, folder, report).work()
        _check(plan, place, folder, report)
        return report


class _Crowd:
    """The clients of one run, and what happens to them."""

    def __init__(self, plan: Plan, place: File | Server, folder: Path, report: Report) -> None:
        self._plan, self._place, self._folder, self._report = plan, place, folder, report
        self._events, self._tell = os.pipe()
        self._running: dict[int, BaseProcess] = {}
        self._killed: set[int] = set()

    def work(self) -> None:
        """Until every client has finished, the killed ones started again, and every fault has happened."""
        for number in range(CLIENTS):
            self._start(number)
        events, due, healing = 0, list(self._plan.faults), 0.0
        while self._running:
            sentinels = {process.sentinel: number for number, process in self._running.items()}
            ready = wait([self._events, *sentinels], timeout=FULL)
            if self._events in ready:
                events += len(os.read(self._events, 1 << 16))
            while due and due[0].events <= events:
                fault = due.pop(0)
                if wait([self._events], timeout=fault.delay):
                    events += len(os.read(self._events, 1 << 16))
                self._happen(fault)
                healing = time.monotonic() + FULL
            if time.monotonic() > healing:
                self._place.heal()  # also a server that gave up only later, its disk being full
            for ended in ready:
                if isinstance(ended, int) and ended in sentinels:
                    self._ended(sentinels[ended])
        self._place.heal()
        os.close(self._events)
        os.close(self._tell)

    def _happen(self, fault: Fault) -> None:
        if fault.kind != "client":
            self._place.harm(fault)
            if fault.kind != "lost" and self._plan.engine != "sqlite":
                self._report.done[fault.kind] += 1
            return
        whom = fault.whom if fault.whom in self._running else next(iter(self._running), None)
        if whom is not None and (pid := self._running[whom].pid):
            with suppress(ProcessLookupError):  # it ended by itself just now
                os.kill(pid, signal.SIGKILL)
                self._killed.add(whom)

    def _ended(self, number: int) -> None:
        process = self._running.pop(number)
        process.join()
        if process.exitcode == -signal.SIGKILL:
            self._report.done["client"] += number in self._killed
            self._start(number)
        elif process.exitcode:
            self._report.wrong.append(f"client {number} ended with {process.exitcode}")
        self._killed.discard(number)

    def _start(self, number: int) -> None:
        client = Client(
            self._place.address(number), number, self._plan, self._place.people[number], self._folder / f"ledger{number}",
            lambda said: os.write(self._tell, said),
        )  # fmt: skip
        self._running[number] = FORK.Process(target=client.work, daemon=True)
        self._running[number].start()


def _check(plan: Plan, place: File | Server, folder: Path, report: Report) -> None:
    """Whether everything that anybody was told holds, and the store is whole."""
    told: dict[str, str] = {}
    reserved: list[str] = []
    heads: list[str] = []
    for number in range(CLIENTS):
        lines = read(folder / f"ledger{number}")
        report.wrong += [f"client {number}: {line['wrong']}" for line in lines if "wrong" in line]
        for kind in ("lost", "full"):
            report.done[kind] += sum(kind in line for line in lines)
        errors = [str(line["error"]) for line in lines if "error" in line]
        report.done.update(errors)
        report.wrong += [f"client {number} was told {one}" for one in errors if one.startswith(BLAMING)]
        for line in lines:
            reserved += line.get("reserved", ())
            if "told" in line:
                told |= line["rows"]
                heads.append(str(line["head"]))
                report.done["submissions"] += 1
                report.done["repeated"] += bool(line["again"])
    report.done["rows"] += len(told)
    clients = [Client("", number, plan, place.people[number], folder / "none", len) for number in range(CLIENTS)]
    turns = [client.names(turn).values() for client in clients for turn in range(plan.turns)]
    wanted = {name for turn in turns for names in turn for name in names}
    wrong = report.wrong
    store = open_at(place.direct())
    try:
        hot = store.records([HOT])[HOT]
        records = [record for table in PATTERNS for record in store.scan(table) if record.rid != HOT]
        found = {str(record.values["name"]): record.number for record in records}
        if found != told:
            wrong.append(f"rows told and not as told: {sorted(name for name in told if found.get(name) != told[name])[:5]}")
        if set(found) != wanted or len(records) != len(wanted):
            wrong.append(f"{len(wanted - set(found))} rows lost, {len(records)} where {len(wanted)} belong")
        homeless = {record.values["customer"] for record in records if record.table == "contact"} - {one.rid for one in records}
        if homeless:
            wrong.append(f"contacts without their customer: {sorted(map(str, homeless))[:3]}")
        for what, numbers in (("stored", [record.number for record in records]), ("given", reserved)):
            twice = [number for number, count in Counter(numbers).items() if count > 1]
            if twice or None in numbers:
                wrong.append(f"numbers {what} twice: {twice[:5]}")
        if [hot.values[name] for name in FIELDS] != [said(number, plan.turns - 1) for number in range(CLIENTS)]:
            wrong.append(f"edits of the common customer lost: {hot.values}")
        if len(store.history(HOT)) != 1 + CLIENTS * plan.turns:
            wrong.append("edits of the common customer made twice or lost")
        if faults := store.verify(heads).faults:
            wrong.append(f"the log is not sound, or not the one of the receipts: {faults[:3]}")
        with store._reading() as connection:
            if isinstance(place, File) and (state := connection.exec_driver_sql("PRAGMA integrity_check").scalar()) != "ok":
                wrong.append(str(state))
    finally:
        store.close()

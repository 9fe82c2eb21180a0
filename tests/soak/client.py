"""Somebody's program: submits until every submission is acknowledged, whatever happens. Its ledger outlives it.

The ledger is what the person was told, line by line in JSON. A program that was killed is started again with the same rows,
as the same workbook would be submitted again; whether the store then holds all of a submission or nothing is looked at first.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.soak.plan import Fault, Plan
from tests.store.conftest import open_at
from xlcrm.errors import XlcrmError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.store.sql import SqlStore

MOMENT = "2025-03-05 14:30:00"
HOT = "f" * 32
"""A customer that everybody edits all the time, each a field of his own."""
FIELDS = ("contact_title", "short_name", "address", "product", "focus", "evidence", "need", "remark")
PATTERNS = {"customer": "CX{yyyy}{mm}{n:04}", "contact": "LX{yyyy}{mm}{n:04}"}
PATIENCE = 60.0  # seconds; who is not through by then never will be


@dataclass
class Client:
    """``number`` of the person at ``address``; ``tell`` is called with what just happened."""

    address: str
    number: int
    plan: Plan
    person: Person
    ledger: Path
    tell: Callable[[bytes], object]

    def work(self) -> None:
        """Submit what the ledger does not know as acknowledged."""
        os.environ["XLCRM_NOW"] = MOMENT
        chance = random.Random(f"{self.plan.seed} {self.number} {os.getpid()}")
        told = {line["told"] for line in read(self.ledger) if "told" in line}
        end, store = time.monotonic() + PATIENCE, None
        for turn in (turn for turn in range(self.plan.turns) if turn not in told):
            while True:
                try:
                    store = store or open_at(self.address)
                    self._submit(store, turn)
                    break
                except XlcrmError as error:
                    self._note(error=error.key)
                    if time.monotonic() > end:
                        self._note(wrong=f"never got through: {error!r}")
                        raise
                    if store:
                        store.close()
                    store = None
                    time.sleep(chance.uniform(0.01, 0.1))
        if store:
            store.close()

    def _submit(self, store: SqlStore, turn: int) -> None:
        changes = self._changes(turn)
        fresh, tokens = changes[:-1], [change.token or "" for change in changes[:-1]]
        there = len(store.submitted(self._workbook, tokens))
        if there not in (0, len(fresh)):
            self._note(wrong=f"turn {turn}: {there} of {len(fresh)} rows")
        for table, pattern in PATTERNS.items():
            rows = [change for change in fresh if change.table == table]
            given = store.numbers(pattern, len(rows), MOMENT)
            self._note(reserved=given)
            for change, number in zip(rows, given, strict=True):
                change.number = number
        seen = [str(rid) for line in read(self.ledger) for rid in line.get("rids", ())]  # their answers have arrived
        operation = Operation("submit", changes, workbook=self._workbook, source="客户.xlsx", seen=seen)
        self.tell(b"s")
        with self._little_room(turn):
            receipt = store.apply(operation, self._context)
        if self._once("lost", turn):
            os.kill(os.getpid(), signal.SIGKILL)
        outcomes = receipt.outcomes[:-1]
        results = {outcome.result for outcome in outcomes}
        # Nothing there, and yet UNCHANGED: a server still committed what a killed program had asked for.
        whole = results == {Result.UNCHANGED} or (results == {Result.STORED} and not there)
        if not whole or receipt.outcomes[-1].result not in (Result.UPDATED, Result.UNCHANGED):
            self._note(wrong=f"turn {turn}: {there} rows were there; {[outcome.result.value for outcome in receipt.outcomes]}")
        numbers = {change.values["name"]: outcome.number for change, outcome in zip(fresh, outcomes, strict=True)}
        again, rids = results == {Result.UNCHANGED}, [outcome.rid for outcome in outcomes]
        self._note(told=turn, again=again, head=receipt.head, rows=numbers, rids=rids)
        self.tell(b"a")

    def names(self, turn: int) -> dict[str, list[str]]:
        """The names that a submission makes, by table."""
        rows = {"customer": range(self.plan.rows), "contact": range(0, self.plan.rows, 2)}
        return {table: [f"{table}{self.number}-{turn}-{row}" for row in of] for table, of in rows.items()}

    def _changes(self, turn: int) -> list[Change]:
        """The rows of a submission: the same every time under identities of their own, as a sheet that is submitted again.

        The last one edits the field of the customer that all edit.
        """
        made: list[Change] = []
        names = self.names(turn)
        rids = [new_rid() for _ in names["customer"]]
        for row, (rid, name) in enumerate(zip(rids, names["customer"], strict=True)):
            phone = f"+86139{self.number:02d}{turn:02d}{row:04d}"
            keys = (f"p:{phone}", f"n:公司{self.number}", "d:公司")
            made.append(Change("customer", rid, rid, {"name": name, "phone": phone, "grade": "A"}, keys=keys, token=name))
        for rid, name in zip(rids[::2], names["contact"], strict=True):
            made.append(Change("contact", new_rid(), rid, {"customer": rid, "name": name, "phone": "+8613800138000"}, token=name))
        field, before = FIELDS[self.number], said(self.number, turn - 1) if turn else None
        made.append(Change("customer", HOT, HOT, {field: said(self.number, turn)}, base=1, expected={field: before}))
        return made

    @property
    def _workbook(self) -> str:
        return f"book{self.number}"

    @property
    def _context(self) -> Context:
        return Context(self.person, lambda: datetime.fromisoformat(MOMENT))

    def _little_room(self, turn: int) -> _Room:
        """On SQLite the disk is full for this process alone: files grow no further."""
        full = self._once("full", turn) if self.plan.engine == "sqlite" else None
        return _Room(Path(self.address + "-wal").stat().st_size + full.room if full else None)

    def _once(self, kind: str, turn: int) -> Fault | None:
        """What the plan has in store for this client in this turn, unless it happened already."""
        mine = (one for one in self.plan.faults if (one.kind, one.whom, one.events % self.plan.turns) == (kind, self.number, turn))
        found = next(mine, None)
        if found is None or any(line.get(kind) == turn for line in read(self.ledger)):
            return None
        self._note(**{kind: turn})
        return found

    def _note(self, **what: object) -> None:
        with self.ledger.open("ab", buffering=0) as file:
            file.write(json.dumps(what).encode() + b"\n")


@dataclass
class _Room:
    """Within it no file of this process grows beyond ``most`` bytes."""

    most: int | None

    def __enter__(self) -> None:
        if self.most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.most, resource.RLIM_INFINITY))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def said(number: int, turn: int) -> str:
    """What a client writes into its field of the customer that all edit."""
    return f"{number}-{turn}"


def read(ledger: Path) -> list[dict[str, Any]]:
    """The lines of a ledger; the last one may be cut off."""
    if not ledger.exists():
        return []
    return [json.loads(line) for line in ledger.read_bytes().split(b"\n")[:-1]]

"""A quarter of a firm: twenty people, their customers, thousands of update requests, with every fault people make.

The jobs are called as the ribbon calls them, each person through the store as that person may see it, with a clock that is passed
in. What must hold is checked at the end from the log alone, against rules written down here a second time.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from xlcrm.jobs import likeness, merge
from xlcrm.jobs.notify.sending import Sender
from xlcrm.jobs.requests.acting import act
from xlcrm.jobs.submit import submit
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Values
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.wish import Answer, Wish
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.telling import staff
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store.base import Entry, Store
from xlcrm.store.guard import seen

START, END = datetime(2025, 1, 2, 8, 30), datetime(2025, 3, 31, 18, 0)
CREW = {"entry": 12, "manager": 2, "steward": 2, "reviewer": 1, "finance": 1, "marketing": 1}  # and an administrator
TEAMS = ("销售一部", "销售二部")
EDGES = {
    ("", "open"), ("open", "verifying"), ("verifying", "verifying"), ("open", "failed"), ("verifying", "failed"), ("failed", "open"),
    ("verifying", "updated"), ("updated", "confirmed"), ("updated", "open"), ("confirmed", "open"), ("confirmed", "closed"),
    ("open", "withdrawn"), ("verifying", "withdrawn"), ("failed", "withdrawn"),
}  # fmt: skip
BY_TWO = frozenset({"status", "grade", "contract_amount", "contract_end", "payment"})
CORE = BY_TWO | {"name", "contact", "phone"}
CHOICES: dict[str, Sequence[Cell]] = {
    "status": ("意向客户", "流失客户"),
    "grade": ("A", "B", "C", "D"),
    "payment": ("未付", "部分付款", "已付清"),
    "contact": ("李芳", "陈静", "张伟", "刘洋", "周敏"),
    "phone": tuple(f"138{number:08d}" for number in range(20260000, 20260400, 7)),
}
NEXT = {
    "open": ("take", "pass", "pass", "fail", "withdraw"), "verifying": ("pass", "apply", "apply", "fail"), "failed": ("again",),
    "updated": ("confirm", "confirm", "confirm_close", "reopen"), "confirmed": ("close",),
}  # fmt: skip
ANY = ("take", "pass", "fail", "again", "apply", "confirm", "reopen", "close", "withdraw", "told", "pass_apply")
MINE = ("failed", "updated", "confirmed")
"""The states in which a request waits for its initiator."""
LIKES = {"finance": "pass", "reviewer": "pass", "manager": "pass", "steward": "apply"}
BATCH = 100


@dataclass
class Report:
    """What was done, and in which way it is wrong."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Quarter:
    """One firm on an empty store."""

    def __init__(self, store: Store, drafts: Path, seed: int, customers: int, requests: int) -> None:
        self.drafts = drafts
        self.store, self.dice, self.wanted = store, random.Random(seed), requests
        self.now = START
        self.report = Report()
        boss = store.ensure_person("boss", "管理员", ["admin"], START)
        self.people = [boss]
        for role, count in CREW.items():
            for number in range(count):
                person = Person("", f"{role}{number}", f"{role}{number}", TEAMS[number % 2], frozenset({role}))
                self.people.append(store.add_person(person, self._context(boss)))
        self.owners = [one for one in self.people if "entry" in one.roles]
        self.busy = (
            self.owners * 2 + [one for one in self.people if one.roles & {"manager", "steward", "reviewer", "finance"}] * 6
        )
        self._deputies(boss)
        store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), self._context(boss))
        self._customers(customers)

    def play(self) -> Report:
        """The quarter: people raise, verify, carry out, confirm - and try what they may not."""
        made, step = 0, (END - START) / max(self.wanted // 3, 1)
        while made < self.wanted and self.now < END:
            self.now += step * self.dice.random()
            made += self._raise()
            for _ in range(6):
                self._act()
            if self.dice.random() < 0.2:
                self._merge()
            if self.dice.random() < 0.1:
                self._post(self.dice.choice(self.people))  # one's own, whoever it is
        while self.now < END:
            self.now += timedelta(hours=self.dice.randint(8, 40))
            self._act()
        self._post(self.people[0])
        self._look_back()
        return self.report

    def _context(self, person: Person) -> Context:
        moment = self.now
        return Context(person, lambda: moment, "zh", "季度")

    def _rulebook(self) -> Rulebook:
        people = self.store.people()
        return Rulebook(
            self.now,
            people={name: one.rid for one in people for name in (one.name, one.account)},
            names={one.rid: one.name for one in people},
            settings=self.store.settings(),
        )

    def _deputies(self, boss: Person) -> None:
        """Somebody who raises requests stands in for a manager, a colleague's deputy is the reviewer."""
        manager, reviewer = (next(one for one in self.people if role in one.roles) for role in ("manager", "reviewer"))
        for absent, deputy in ((manager, self.owners[0]), (self.owners[1], reviewer), (self.owners[2], self.owners[0])):
            self.store.change_person(replace(absent, deputy=deputy.rid, deputy_until="2025-02-28"), self._context(boss))

    def _customers(self, count: int) -> None:
        changes = []
        numbers = self.store.numbers(CUSTOMER.number, count, self._context(self.people[0]).now())
        for number, called in enumerate(numbers):
            rid, owner = new_rid(), self.owners[number % len(self.owners)]
            values: Values = {
                "name": f"第{number}号{''.join(self.dice.choices('海河青禾东港锦程蓝湾光谷', k=4))}有限公司", "contact": "王小明",
                "phone": f"+86139{number:08d}", "status": "lead", "owner": owner.rid, "kind": "company",
            }  # fmt: skip
            changes.append(Change(CUSTOMER.key, rid, rid, values, number=called))
        likeness.give(changes, {}, self.store, {})
        steward = next(one for one in self.people if "steward" in one.roles)
        self.store.apply(Operation("import", changes), self._context(steward))

    def _raise(self) -> int:
        """Somebody edits core fields in a sheet and presses 提交; now and then of a colleague's customer. How many requests."""
        person = self.dice.choice(self.owners)
        whose = person if self.dice.random() < 0.95 else self.dice.choice(self.owners)
        customers = list(self.store.scan(CUSTOMER.key, [("owner", "=", whose.rid)]))
        rows = [self._edit(record) for record in self.dice.sample(customers, min(len(customers), self.dice.randint(1, 12)))]
        before = self._count("request")
        context, rulebook = self._context(person), self._rulebook()
        done = submit(MemoryBook({"customer": rows}), seen(self.store, context), context, rulebook)
        if sum(done.total.values()) != done.rows:
            self.report.wrong.append("the counts of a submission do not add up")
        return self._count("request") - before

    def _post(self, person: Person) -> None:
        """What waits is sent: as drafts, there is no mail server."""
        context = self._context(person)
        everybody = staff(self.store.people(), self.store.settings(), context.now()[:10])
        store = seen(self.store, context)
        sent = Sender(store, context, self._rulebook(), everybody, self.drafts).run()
        self.report.done["drafts"] += sent.drafts
        self.report.done["dropped"] += sent.dropped

    def _merge(self) -> None:
        """A steward merges two customers of one owner: their requests go along."""
        steward, owner = next(one for one in self.people if "steward" in one.roles), self.dice.choice(self.owners)
        customers = list(self.store.scan(CUSTOMER.key, [("owner", "=", owner.rid)]))
        context = self._context(steward)
        merge.carry_out(seen(self.store, context), context, self.dice.sample(customers, 2), merge.Wishes(), self.store.settings())
        self.report.done["merges"] += 1

    def _edit(self, record: Record) -> dict[str, Cell]:
        row: dict[str, Cell] = {"number": record.number, "version": record.version}
        for key in self.dice.sample(sorted(CHOICES), self.dice.choice((1, 1, 2))):
            row[key] = self.dice.choice(CHOICES[key])
        return row

    def _act(self) -> None:
        """Somebody carries out steps of many requests: mostly what waits for such a person, also what nobody may."""
        person = self.dice.choice(self.people) if self.dice.random() < 0.3 else self.dice.choice(self.busy)
        found = [one for one in self.store.scan("request") if one.values["state"] not in ("closed", "withdrawn")]
        if self.dice.random() < 0.8:  # what such a person would look at
            mine = "entry" in person.roles
            found = [
                one for one in found if mine == (one.values["state"] in MINE) and mine == (one.values["initiator"] == person.rid)
            ]
        chosen = self.dice.sample(found, min(len(found), self.dice.randint(1, BATCH)))
        wishes = [self._wish(one, person) for one in chosen]
        if not wishes:
            return
        context, before = self._context(person), self.store.position()
        answers = act(seen(self.store, context), context, self._rulebook(), wishes)
        self._count_answers(answers)
        if not any(answer.done for answer in answers) and self.store.position() != before:
            self.report.wrong.append("something was written although nothing was done")

    def _wish(self, request: Record, person: Person) -> Wish:
        state = request.values["state"] or ""
        step = self.dice.choice(NEXT.get(state, ANY) if self.dice.random() < 0.85 else ANY)
        liked = next((LIKES[role] for role in person.roles if role in LIKES), step)
        if state == "verifying" and self.dice.random() < 0.7:
            step = liked
        said: Values = {
            "verify_way": "customer",
            "verify_note": "已致电客户",
            "verify_reason": "客户未接听",
            "remark": "与客户所说不符",
        }
        if self.dice.random() < 0.1:
            said = {}
        version = None if self.dice.random() < 0.7 else request.version - self.dice.choice((0, 0, 0, 1))
        return Wish(request.rid, step, said, version)

    def _count_answers(self, answers: Sequence[Answer]) -> None:
        self.report.done["steps"] += sum(answer.done for answer in answers)
        self.report.done["refused"] += sum(not answer.done for answer in answers)

    def _count(self, table: str) -> int:
        return sum(1 for _ in self.store.scan(table))

    def _look_back(self) -> None:
        """Everything that must hold, from the log."""
        entries = _entries(self.store)
        wrong = self.report.wrong
        wrong += [f"the log: {key} {said}" for key, said in self.store.verify().faults]
        requests: dict[str, list[Entry]] = defaultdict(list)
        words: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.table == "request":
                requests[entry.rid].append(entry)
            elif entry.table == "approval":
                words[entry.after["proposal"] or ""].append(entry)
        roles = {one.rid: one.roles for one in self.people}
        for rid, lives in requests.items():
            wrong += _life(lives, words[rid], roles)
        wrong += _unasked(entries, requests)
        wrong += _messages(entries, requests)
        self.report.done["requests"] = len(requests)
        for lives in requests.values():
            self.report.done[f"ended {_standing(lives)['state']}"] += 1


def _entries(store: Store) -> list[Entry]:
    found: list[Entry] = []
    cursor = ""
    while True:
        page = store.log(cursor, 2000)
        found += page.entries
        if page.cursor == cursor:
            return found
        cursor = page.cursor


def _standing(lives: Sequence[Entry]) -> Values:
    values: Values = {}
    for entry in lives:
        values |= entry.after
    return values


def _life(lives: Sequence[Entry], words: Sequence[Entry], roles: dict[str, frozenset[str]]) -> list[str]:
    """What is wrong with the life of one request."""
    first, values, wrong = lives[0], Values(), []
    apart = {first.actor, first.after.get("initiator")}
    for entry in lives:
        before, values = values, {**values, **entry.after}
        edge = (before.get("state") or "", values["state"] or "")
        if edge not in EDGES and edge[0] != edge[1]:
            wrong.append(f"{first.number} went {edge[0]} -> {edge[1]}")
        verified = edge[1] in ("verifying", "failed", "updated") and edge[0] in ("open", "verifying")
        if verified and entry.actor in apart:
            wrong.append(f"{first.number} was {edge[1]} by who wants it")
        if edge[1] == "updated" and edge[0] != "updated":
            said = [one for one in words if one.seq < entry.seq and one.after.get("round") == values.get("round")]
            yes = {one.actor: one.after.get("seat") for one in said if one.after.get("verdict") == "yes"}
            enough = {"manager", "finance"} <= set(yes.values()) and len(yes) > 1 if values["field"] in BY_TWO else bool(yes)
            if not enough or set(yes) & apart or any(one.after.get("verdict") == "no" for one in said):
                wrong.append(f"{first.number} was carried out unverified")
    if any(one.after.get("seat") == "finance" and "finance" not in roles[one.actor] for one in words):
        wrong.append(f"{first.number} was confirmed for finance by somebody else")
    return wrong


def _messages(entries: Sequence[Entry], requests: dict[str, list[Entry]]) -> list[str]:
    """What is wrong with the messages: one a step and reader, none to who took the step, none without a step, each sent once."""
    steps = {(entry.operation, rid) for rid, lives in requests.items() for entry in lives}
    told: Counter[tuple[str, str, str]] = Counter()
    sent: Counter[str] = Counter()
    wrong = []
    for entry in entries:
        if entry.table != "notice":
            continue
        sent[entry.rid] += entry.after.get("state") in ("draft", "sent", "dropped")
        if entry.version > 1:
            continue
        about, person = entry.after["about"] or "", entry.after.get("person") or ""
        told[entry.operation, about, person] += 1
        if person == entry.actor:
            wrong.append(f"{person} was told of an own step")
        if about in requests and (entry.operation, about) not in steps:
            wrong.append(f"a message about {about} without a step")
    wrong += [f"{count} messages of one step to {person or 'the customer'}" for (_, _, person), count in told.items() if count > 1]
    return wrong + [f"a message was sent {count} times" for count in sent.values() if count != 1]


def _unasked(entries: Sequence[Entry], requests: dict[str, list[Entry]]) -> list[str]:
    """The changes of core fields that no verified request made, or another value than it says."""
    executed: dict[tuple[str, str, str], Values] = {}
    for lives in requests.values():
        values: Values = {}
        for entry in lives:
            values |= entry.after
            if entry.after.get("state") == "updated":
                executed[entry.operation, values["customer"] or "", values["field"] or ""] = dict(values)
    wrong = []
    for entry in entries:
        if entry.table != "customer" or entry.version == 1 or entry.kind == "merge":
            continue
        for key in CORE & entry.after.keys():
            request = executed.get((entry.operation, entry.rid, key))
            if request is None or request["after"] != entry.after[key]:
                wrong.append(f"{key} of {entry.number} changed without its request")
    return wrong


def run(seed: int, folder: Path, customers: int = 2000, requests: int = 3000) -> Report:
    """Play one quarter on SQLite in ``folder``."""
    from tests.store.conftest import CIPHER
    from xlcrm.store import sqlite

    store = sqlite.open(folder / "store.db", CIPHER)
    try:
        return Quarter(store, folder / "drafts", seed, customers, requests).play()
    finally:
        store.close()

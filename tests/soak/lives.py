"""Random lives of a store: everything that its tables can hold comes and goes, in no order.

Unlike histories.py there is no model beside the store: a life is lived so that a copy of the store can be held against it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from tests.store.conftest import agree_to_erase, begun, void
from xlcrm.errors import UsageError
from xlcrm.jobs import keys, likeness, merge, undo
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Imported, Kept, Operation, Record, Result, Values
from xlcrm.rules.rights import MATRIX
from xlcrm.store.sql import SqlStore

START = datetime(2025, 3, 5, 9, 0)
CHILDREN = {"contact": ("name", "phone"), "interaction": ("topic", "summary"), "opportunity": ("title", "strategy"), "tag": ("type", "name")}
ODD = ("\t", "\\N", "\n", "\r\n", "\\", '"', "\u2028", "\x0b", "🐉", "", " ")


@dataclass
class Life:
    """One store and those who work on it. Every word that is given stands once, with the customer it was given of."""

    store: SqlStore
    chance: random.Random
    boss: Person
    others: list[Person] = field(default_factory=list)
    clock: datetime = START
    count: int = 0
    words: dict[str, list[str]] = field(default_factory=dict)  # by customer (rid), what was said of it
    erased: set[str] = field(default_factory=set)  # customers

    @classmethod
    def begin(cls, store: SqlStore, chance: random.Random) -> Life:
        """With the first people of a store."""
        boss = store.people()[0] if store.people() else store.ensure_person("boss", "管理员", ["admin"], START)
        life = cls(store, chance, boss)
        store.change_person(replace(boss, roles=frozenset(MATRIX)), life.by())
        life.boss = store.people()[0]
        life.others = [
            store.add_person(Person("", f"chief{number}", f"主管{number}", roles=frozenset(MATRIX)), life.by()) for number in range(2)
        ]
        return life

    def live(self, steps: int) -> None:
        """Do ``steps`` random things."""
        moves: list[tuple[int, Callable[[], object]]] = [
            (3, self.submit), (5, self.edit), (2, self.child), (2, self.merge), (2, self.undo), (1, self.person), (1, self.setting),
            (1, self.decide), (1, self.ask), (1, self.reveal), (1, self.take_in), (1, self.void), (1, self.search), (1, self.seen), (1, self.erase),
        ]  # fmt: skip
        for _ in range(steps):
            self.clock += timedelta(minutes=1)
            (move,) = self.chance.choices([one for _, one in moves], [weight for weight, _ in moves])
            move()

    def by(self, person: Person | None = None) -> Context:
        """Somebody who acts now."""
        moment = self.clock
        return Context(person or self.boss, lambda: moment, source="客户.xlsx")

    # what people do

    def submit(self) -> None:
        """New customers, with records of their own."""
        changes: list[Change] = []
        for number in self.store.numbers("CX{yyyy}{mm}{n:04}", self.chance.randint(1, 3), self.by().now()):
            rid = new_rid()
            values: Values = {key: self.word(rid, key) for key in ("name", "phone", "contact", "need", "foreign_number", "email", "address") if key == "name" or self.chance.random() < 0.6}
            kept = (Kept("need", self.word(rid, "need"), "旧表"), Kept("phone", self.word(rid, "phone"), "旧表")) if self.chance.random() < 0.2 else ()
            changes.append(Change("customer", rid, rid, values, number=number, token=f"{rid}:1", origin="旧表.xlsx", place="3", kept=kept))
            changes += [self.born(rid) for _ in range(self.chance.randint(0, 2))]
        likeness.give(changes, {}, self.store, {})
        self.apply("submit", changes)

    def child(self) -> None:
        """A further record of a stored customer."""
        if goal := self.customer():
            self.apply("submit", [self.born(goal.rid)])

    def edit(self) -> None:
        """Some fields of some records."""
        found = [*self.all("customer"), *self.all(self.chance.choice(sorted(CHILDREN)))]
        changes = []
        for record in self.chance.sample(found, min(len(found), self.chance.choice((1, 1, 1, 3)))):
            owner = record.values.get("customer") or record.rid
            keys = CHILDREN.get(record.table, ("remark", "need", "phone", "contact", "address", "grade", "foreign_number"))
            key = self.chance.choice(keys)
            changes.append(Change(record.table, record.rid, owner, {key: self.word(owner, key)}, record.version, reason=self.word(owner, "reason")))
        likeness.give(changes, self.store.records(one.rid for one in changes), self.store, {})
        self.apply("edit", changes)

    def merge(self) -> None:
        """Two customers become one."""
        found = self.all("customer")
        if len(found) > 2:
            pair = self.chance.sample(found, 2)
            merge.carry_out(self.store, self.by(), pair, merge.Wishes(), {})
            for word in self.words.get(pair[1].rid, ()):
                self.words.setdefault(pair[0].rid, []).append(word)

    def undo(self) -> None:
        """One of the last operations."""
        done = [one for one in self.store.operations(limit=6) if one.kind in ("submit", "edit", "merge", "undo", "void")]
        if done:
            with suppress(UsageError):  # undone already, changed since, of an erased customer
                undo.undo(self.store, self.by(), undo.find(self.store, self.by(), str(self.chance.choice(done).number)))

    def person(self) -> None:
        """A colleague comes, or changes."""
        if len(self.others) > 3 or self.chance.random() < 0.5:
            one = self.chance.choice(self.others)
            self.store.change_person(replace(one, department=f"部门{self.chance.randrange(9)}"), self.by())
        else:
            self.store.add_person(Person("", f"clerk{new_rid()[-8:]}", "录入员", roles=frozenset({"entry"})), self.by())
        self.others = [one for one in self.store.people() if one.account.startswith("chief")]

    def setting(self) -> None:
        """Something for the whole team."""
        self.apply("settings", [Change("setting", "x.y", "", {"value": self.word("", "value")})])

    def decide(self) -> None:
        """What somebody says about a pair."""
        pair = self.store.digest(self.word("", "pair"))
        self.store.apply(Operation("decisions", decisions=[Decision(pair, "different", self.word("", "reason"))]), self.by())

    def ask(self) -> None:
        """An update request."""
        if goal := self.customer():
            values = begun({"customer": goal.rid, "field": "remark", "after": self.word(goal.rid, "remark"), "reason": self.word(goal.rid, "reason")}, self.boss.rid)
            self.apply("request", [Change("request", new_rid(), goal.rid, values)])

    def reveal(self) -> None:
        """A value in plain, logged."""
        if (goal := self.customer()) and goal.values.get("phone"):
            self.store.reveal(goal.rid, "phone", self.word(goal.rid, "reason"), self.by(self.chance.choice(self.others)))

    def take_in(self) -> None:
        """A row of a delivered file goes into a customer, or is delivered again."""
        if goal := self.customer():
            token = self.store.digest(f"row {self.chance.randrange(4)}")
            row = Imported(token, self.store.digest("file"), goal.rid, self.by().now(), goal.version)
            changes = [] if self.chance.random() < 0.5 else [Change("customer", goal.rid, goal.rid, {"remark": self.word(goal.rid, "remark")}, goal.version)]
            self.store.apply(Operation("import", changes, imported=[row]), self.by())

    def void(self) -> None:
        """A customer becomes void, as colleagues agree."""
        if goal := self.customer():
            void(self.store, goal.rid, goal.version, self.word(goal.rid, "reason"))

    def search(self) -> None:
        """Somebody looks for a name in pinyin: from then on it is known."""
        self.store.search("hai")

    def seen(self) -> None:
        """An answer has reached its sheet: the row's token goes."""
        if goal := self.customer():
            self.store.apply(Operation("submit", workbook="w", seen=[goal.rid]), self.by())

    def erase(self) -> None:
        """A person demands to be forgotten."""
        goal = self.customer()
        if goal is None or self.chance.random() < 0.5:
            return
        agree_to_erase(self.store, goal.rid, self.by(), [self.by(one) for one in self.others[:2]])
        self.store.erase(goal.rid, "本人要求", self.by())
        self.erased |= {goal.rid, *self.store.joined([goal.rid]).get(goal.rid, ())}

    def join(self) -> None:
        """The administrator's machine (XLCRM_IDENTITY) is admitted, and a recovery passphrase is printed."""
        keys.join(self.store, self.by(), "台式机", str)
        self.store.keyroom.print_recovery(self.by())

    def rotate(self) -> None:
        """New keys begin; they take over at once, in part, or not yet."""
        keys.change(self.store, self.by(), index=self.chance.random() < 0.5)
        for steps in (keys.rewrap(self.store, self.by()), keys.fold(self.store, self.by())):
            for _ in islice(steps, self.chance.choice((0, 1, None))):
                pass

    # with what

    def all(self, table: str) -> list[Record]:
        """The living records of a table whose customer lives, in an order that depends on what was done only."""
        found = list(self.store.scan(table))
        living = {one.rid for one in self.store.scan("customer")} if table != "customer" else set()
        return sorted((one for one in found if table == "customer" or one.values.get("customer") in living), key=lambda one: (one.created_at or "", one.number or "", one.rid))

    def customer(self) -> Record | None:
        """Any living one."""
        found = self.all("customer")
        return self.chance.choice(found) if found else None

    def born(self, customer: str) -> Change:
        """A new record of a customer."""
        table = self.chance.choice(sorted(CHILDREN))
        return Change(table, new_rid(), customer, {"customer": customer, **{key: self.word(customer, key) for key in CHILDREN[table]}})

    def word(self, customer: str, key: str) -> str:
        """A value that stands once, now and then with letters that files and servers take for their own."""
        self.count += 1
        if key == "phone":
            said = f"+86139{self.count:04}{self.chance.randrange(10_000):04}"
        elif key == "email":
            said = f"w{self.count}x@haihe.example"
        elif key == "name":
            said = "".join(chr(self.chance.randint(0x4E00, 0x9FA5)) for _ in range(5))
        else:
            said = f"{key}-{self.count}-{self.chance.randrange(1 << 40):010x}"
        if customer:
            self.words.setdefault(customer, []).append(said)
        return said + self.chance.choice(ODD) if key in ("remark", "need", "summary", "strategy") else said

    def apply(self, kind: str, changes: list[Change]) -> None:
        """Store it; nothing of it is refused."""
        if changes:
            done = self.store.apply(Operation(kind, changes, workbook="w"), self.by())
            assert {one.result for one in done.outcomes} <= {Result.STORED, Result.UPDATED, Result.UNCHANGED}, done.outcomes

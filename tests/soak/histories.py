"""Random histories of submissions, edits, merges and undos by several people, compared with a model in memory.

The model knows nothing of the store's log: it keeps a picture of everything before each operation, and what each operation
touched. ``play`` ends with every value that was ever given found again: in a record, among the kept values, or in the log.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from xlcrm.errors import UsageError
from xlcrm.jobs import merge, undo
from xlcrm.match import block
from xlcrm.match.normalise import normalise
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result, Values
from xlcrm.rules.merge import CONTACT_FIELDS
from xlcrm.store.base import Sought, Store

FIELDS = ("remark", "need", "phone", "contact", "product", "grade")
CHILDREN = {"contact": ("name", "phone"), "interaction": ("topic", "summary"), "opportunity": ("title", "strategy"), "tag": ("type", "name")}
START = datetime(2025, 3, 5, 9, 0)
STEPS = 12


def crowd(store: Store) -> list[Person]:
    """Three stewards who work on one store."""
    now = Context(Person("", "", ""), lambda: START)
    boss = store.people()[0] if store.people() else store.ensure_person("boss", "管理员", ["admin", "steward"], START)
    stewards = (Person("", f"steward{number}", f"专员{number}", roles=frozenset({"steward"})) for number in range(3))
    return [store.add_person(one, replace(now, actor=boss)) for one in stewards]


@dataclass
class Thing:
    """A record as the model has it."""

    table: str
    values: Values
    state: str = "live"
    into: str | None = None


Picture = dict[str, Thing]
_KNOWN: dict[str | None, tuple[str, ...]] = {}  # names and their blocking keys


@dataclass
class Deed:
    """An operation: its number in the log, and each record it touched, before (None: it made it) and after."""

    number: int
    kind: str
    before: dict[str, Thing | None]
    after: dict[str, Thing]
    undone: bool = False

    def made(self, rid: str) -> bool:
        """Whether it made the record, or brought it back."""
        if rid not in self.before:
            return False
        before = self.before[rid]
        return before is None or (before.state, self.after[rid].state) == ("void", "live")


@dataclass
class History:
    """One run: the model grows with the store."""

    store: Store
    people: Sequence[Person]
    chance: random.Random
    now: Picture = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    given: set[tuple[str, str, str]] = field(default_factory=set)  # (rid, field, value)
    clock: datetime = START
    count: int = 10  # of words that stand once; those below may stand anywhere
    _others: set[str] = field(default_factory=set)  # what earlier histories left in this store

    def play(self, steps: int) -> None:
        """Do ``steps`` random things, each followed by a comparison; then look for everything."""
        moves = (self.submit, self.edit, self.edit, self.move_in, self.merge, self.merge, self.undo, self.undo)
        self._others = {one.rid for table in ("customer", *CHILDREN) for one in self.store.scan(table)}
        self.submit()
        for _ in range(steps):
            self.chance.choice(moves)()
            self.compare()
        self.nothing_lost()

    # what people do

    def submit(self) -> None:
        """New customers with records of their own."""
        changes: list[Change] = []
        for number in self.store.numbers("CX{yyyy}{mm}{n:04}", self.chance.randint(1, 3), "2025-03-05"):
            rid = new_rid()
            name = "".join(chr(self.chance.randint(0x4E00, 0x9FA5)) for _ in range(4))
            values: Values = {"name": name, **{key: self._word(key) for key in FIELDS if self.chance.random() < 0.5}}
            changes.append(Change("customer", rid, rid, values, number=number))
            changes += [self._child(rid) for _ in range(self.chance.randint(0, 2))]
        customers = [change for change in changes if change.table == "customer"]
        for change, found in zip(customers, spelt([change.values["name"] for change in customers]), strict=True):
            change.keys = found
        self._apply("submit", changes)

    def move_in(self) -> None:
        """A further record of a stored customer."""
        if goal := self._living():
            self._apply("submit", [self._child(goal)])

    def edit(self) -> None:
        """Some fields of a customer, or of a record of one."""
        rid = self._living("customer", *CHILDREN)
        if rid is None:
            return
        keys = FIELDS if self.now[rid].table == "customer" else CHILDREN[self.now[rid].table]
        values: Values = {key: self._word(key) for key in keys if self.chance.random() < 0.4} or {keys[0]: self._word(keys[0])}
        record = self.store.records([rid])[rid]
        self._apply("edit", [Change(record.table, rid, record.values.get("customer") or rid, values, record.version)])

    def merge(self) -> None:
        """Two or three customers become one; what stays is the job's to decide, and looked at afterwards."""
        living = sorted(rid for rid, one in self.now.items() if one.table == "customer" and one.state == "live")
        if len(living) < 3:
            return
        rids = self.chance.sample(living, self.chance.randint(2, 3))
        records = self.store.records(rids)
        before = deepcopy(self.now)
        done = merge.carry_out(self.store, self._context(), [records[rid] for rid in rids], merge.Wishes(), {})
        assert done.receipt is not None
        survivor, others = rids[0], set(rids[1:])
        said = self.store.records(self.now)
        for rid, one in self.now.items():
            if rid in others:
                one.state, one.into = "merged", survivor
            elif one.state == "live" and one.values.get("customer") in others:
                if said[rid].state == "merged":  # what both had is there once
                    twin = said[rid].merged_into
                    keys = merge.TWINS[one.table]
                    assert twin and all(said[twin].values.get(key) == one.values.get(key) for key in keys)
                    one.state, one.into = "merged", twin
                else:
                    one.values["customer"] = survivor
        sides = [before[rid].values for rid in rids]
        for key, value in said[survivor].values.items():
            assert value in [None, *(side.get(key) for side in sides)] and (value or not any(side.get(key) for side in sides) or key in CONTACT_FIELDS)
            if value != self.now[survivor].values.get(key):
                self.now[survivor].values[key] = value
        for entry in self.store.log("", 10_000, _of(self.store)).entries:
            if entry.table == "contact" and entry.version == 1:
                assert entry.after["name"] in {side.get("contact") for side in sides}
                self.now[entry.rid] = Thing("contact", self.store.records([entry.rid])[entry.rid].values)
        self._remember("merge", before)

    def undo(self) -> None:
        """One of the operations so far, the last ones more likely."""
        open_ = [deed for deed in self.deeds if not deed.undone]
        if not open_:
            return
        deed = open_[max(0, len(open_) - 1 - int(self.chance.expovariate(0.7)))]
        context = self._context()
        expected, left = self._taken_back(deed)
        goal = undo.find(self.store, context, str(deed.number))
        if expected == self.now:
            try:
                undo.undo(self.store, context, goal)
            except UsageError as error:
                assert error.key == "undo.all_changed"
                return
            raise AssertionError(f"there was nothing to take back of {deed}")
        found = undo.undo(self.store, context, goal)
        assert {(one.rid, one.field) for one in found.plan.left} == left, (deed.kind, found.plan.left, left)
        before, self.now = self.now, expected
        deed.undone = True
        self._remember("undo", before)

    # what must be

    def compare(self) -> None:
        """The store says of every record what the model says."""
        stored = self.store.records(self.now)
        for rid, one in self.now.items():
            record = stored[rid]
            assert (record.table, record.state, record.merged_into) == (one.table, one.state, one.into), (rid, record, one)
            assert {key: value for key, value in record.values.items() if value} == {key: value for key, value in one.values.items() if value}
        for table in ("customer", *CHILDREN):
            living = {rid for rid, one in self.now.items() if one.table == table and one.state == "live"}
            assert {one.rid for one in self.store.scan(table)} - self._others == living
        numbers = {str(stored[rid].number): rid for rid, one in self.now.items() if one.table == "customer"}
        assert self.store.find(numbers) == {number: self._end(rid) for number, rid in numbers.items()}
        named = {rid: str(one.values["name"]) for rid, one in self.now.items() if one.table == "customer" and one.state in ("live", "merged")}
        ends = {rid: self._end(rid) for rid in named}
        found = [(place, rid) for place, rid in self.store.candidates(spelt([*named.values()])).pairs if rid in self.now]
        assert {(place, end) for place, end in enumerate(ends.values())} <= set(found), "everybody is found by the name, merged or not"
        kept = self.store.kept(named)
        for place, rid in found:  # and by no other's, unless that was merged into it
            under = [one for one in named if ends[one] == rid]
            said = {*(named[one] for one in under), *(lost.value for one in under for lost in kept.get(one, ()) if lost.field == "name")}
            assert [*named.values()][place] in said, ([*named.values()][place], rid)

    def nothing_lost(self) -> None:
        """Every value ever given is in its record, kept, or in the log; and the log is sound."""
        told: set[tuple[str, str, str]] = set()
        cursor = ""
        while True:
            page = self.store.log(cursor, 5_000)
            told |= {(one.rid, key, value) for one in page.entries for key, value in one.after.items() if value}
            if page.cursor == cursor:
                break
            cursor = page.cursor
        lost = self.given - told
        assert not lost, sorted(lost)[:5]
        assert not self.store.verify().faults

    def _taken_back(self, deed: Deed) -> tuple[Picture, set[tuple[str, str]]]:
        """What the model is like without ``deed``, and (rid, field) of what stays."""
        then, left = deepcopy(self.now), set()
        for rid, before in deed.before.items():
            one, after = then[rid], deed.after[rid]
            if deed.made(rid):
                if one.state == "void":
                    continue
                children = [kid for kid, other in self.now.items() if other.values.get("customer") == rid and other.state == "live" and not deed.made(kid)]
                merged = [kid for kid, other in self.now.items() if other.into == rid and other.state == "merged"]
                if one.state != after.state or children or merged:
                    left.add((rid, ""))
                elif changed := {key for key in {*one.values, *after.values} if (one.values.get(key) or None) != (after.values.get(key) or None)}:
                    left |= {(rid, key) for key in changed}
                else:
                    one.state = "void"
                continue
            assert before is not None
            alive = one.state
            if (before.state, before.into) != (after.state, after.into):
                if (one.state, one.into) == (after.state, after.into):
                    one.state, one.into, alive = before.state, before.into, "live"
                elif (one.state, one.into) != (before.state, before.into):
                    left.add((rid, ""))
                    continue
            changed = {key for key in {*before.values, *after.values} if before.values.get(key) != after.values.get(key)}
            if alive != "live":
                if changed or (before.state, before.into) != (after.state, after.into):
                    left.add((rid, ""))
                continue
            back = {key for key in changed if one.values.get(key) != before.values.get(key)}
            stay = {key for key in back if not self._same(key, one.values.get(key), after.values.get(key))}
            if one.table == "customer" and stay & CONTACT_FIELDS:
                stay |= back & CONTACT_FIELDS
            left |= {(rid, key) for key in stay}
            for key in back - stay:
                one.values[key] = before.values.get(key)
        astray = True
        while astray:  # nothing goes to a customer that does not live then
            astray = False
            for rid, one in then.items():
                into, goal = self.now[rid].into, one.values.get("customer")
                if one.into and one.into != into and then[one.into].state != "live":
                    then[rid], astray = deepcopy(self.now[rid]), True
                    left.add((rid, ""))
                elif goal and goal != self.now[rid].values["customer"] and then[goal].state != "live":
                    one.values["customer"], astray = self.now[rid].values["customer"], True
                    left.add((rid, "customer"))
        for rid, one in then.items():  # what was added to a customer since goes along when it is merged again
            if one.table == "customer" and one.into and one.into != self.now[rid].into:
                for other in then.values():
                    if other.values.get("customer") == rid and other.state == "live":
                        other.values["customer"] = one.into
        return then, left

    def _same(self, key: str, now: str | None, then: str | None) -> bool:
        return now == then or (not now and not then) or (key == "customer" and then is not None and self._end(then) == now)

    def _end(self, rid: str) -> str:
        seen = {rid}
        while self.now[rid].state == "merged" and self.now[rid].into and self.now[rid].into not in seen:
            rid = str(self.now[rid].into)
            seen.add(rid)
        return rid

    def _apply(self, kind: str, changes: list[Change]) -> None:
        before = deepcopy(self.now)
        receipt = self.store.apply(Operation(kind, changes), self._context())
        assert {one.result for one in receipt.outcomes} <= {Result.STORED, Result.UPDATED}
        for change in changes:
            if change.base is None:
                self.now[change.rid] = Thing(change.table, dict(change.values))
            else:
                self.now[change.rid].values.update(change.values)
            self.given |= {(change.rid, key, value) for key, value in change.values.items() if value}
        self._remember(kind, before)

    def _remember(self, kind: str, before: Picture) -> None:
        touched = [rid for rid, one in self.now.items() if before.get(rid) != one]
        done = self.store.operations(limit=1)[0]
        self.deeds.append(Deed(
            done.number, kind, {rid: before.get(rid) for rid in touched}, {rid: deepcopy(self.now[rid]) for rid in touched}
        ))  # fmt: skip

    def _child(self, customer: str) -> Change:
        table = self.chance.choice(sorted(CHILDREN))
        values: Values = {"customer": customer, **{key: self._word(key, 3 if table in merge.TWINS else 0) for key in CHILDREN[table]}}
        return Change(table, new_rid(), customer, values)

    def _living(self, *tables: str) -> str | None:
        living = sorted(rid for rid, one in self.now.items() if one.table in (tables or ("customer",)) and one.state == "live")
        living = [rid for rid in living if self.now[rid].table == "customer" or self.now[str(self.now[rid].values["customer"])].state == "live"]
        return self.chance.choice(living) if living else None

    def _word(self, key: str, of: int = 0) -> str:
        number = self.chance.randint(1, of) if of else self._next()
        return f"+86139{number:08}" if key == "phone" else f"{key}{number}"

    def _next(self) -> int:
        self.count += 1
        return self.count

    def _context(self) -> Context:
        self.clock += timedelta(minutes=1)
        person, moment = self.chance.choice(self.people), self.clock
        return Context(replace(person), lambda: moment, source="历史.xlsx")


def keys(name: str | None) -> tuple[str, ...]:
    """The blocking keys of a name as it is written."""
    return spelt([name])[0]


def spelt(names: Sequence[str | None]) -> list[tuple[str, ...]]:
    """The blocking keys of names, worked out at once: each on its own would take as long as all of them."""
    fresh = [name for name in dict.fromkeys(names) if name not in _KNOWN]
    if fresh:
        found = block.keys(normalise({"name": fresh}))
        _KNOWN.update((name, tuple(key for key in of if key.startswith("n:"))) for name, of in zip(fresh, found, strict=True))
    return [_KNOWN[name] for name in names]


def _of(store: Store) -> Sought:
    """The entries of the last operation."""
    return Sought(operation=store.operations(limit=1)[0].id)

"""A firm with a person of each role, and what each cell of the declared matrix says about them, read without the code under test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field

from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation, Record, Result, Values
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.approvals import SEATS
from xlcrm.rules.masking import masked
from xlcrm.rules.rights import BY_FIELD, FIELDS, MATRIX, STORE_WIDE, Action, Group, Scope
from xlcrm.store import sqlite
from xlcrm.store.guard import Guard, seen
from xlcrm.store.postgres import opening
from xlcrm.store.schema import OWNED
from xlcrm.store.sql import SqlStore

Matrix = Mapping[str, Mapping[Action, Mapping[Group, Scope]]]
Cell = tuple[Action, Group, str]
"""An action on a class of fields of a customer in this relation to the person."""

DECLARED: Matrix = deepcopy(MATRIX)
RELATIONS = {"own": Scope.OWN, "nobody": Scope.OWN, "department": Scope.DEPARTMENT, "other": Scope.ALL}
ASKED = {  # one field of each class
    Group.NAME: "short_name", Group.CORE: "grade", Group.CONTACT: "contact", Group.SENSITIVE: "email", Group.MARKET: "source",
    Group.ORDINARY: "need", Group.OWNER: "owner", Group.SYSTEM: "origin",
}  # fmt: skip
PASSWORD = "geheim"
AGREEING = [Person(digit * 32, f"chief{digit}", "主管", "", frozenset({"manager", "admin", "steward"})) for digit in "56"]
NEVER = {(Action.REVEAL, Group.SYSTEM), (Action.CHANGE, Group.SYSTEM), (Action.APPROVE, Group.SYSTEM)}
"""What cannot be granted: no field that people fill in is of this class."""


def cells(*actions: Action) -> list[Cell]:
    """Every cell of ``actions`` that can be tried."""
    return [
        (action, group, relation)
        for action in actions
        for group in (FIELDS if action in BY_FIELD else (Group.RECORD,))
        for relation in (("other",) if action in STORE_WIDE else RELATIONS)
        if (action, group) not in NEVER
    ]


def allowed(role: str, action: Action, relation: str, group: Group = Group.RECORD, matrix: Matrix = DECLARED) -> bool:
    return matrix[role].get(action, {}).get(group, Scope.NONE) >= RELATIONS[relation]


@dataclass
class Firm:
    """A store with a person of each role (the login is the role) and two customers of each of them, of a colleague in their
    department, of one elsewhere, and of nobody.
    """

    whole: SqlStore
    address: str
    cluster: Cluster | None
    people: dict[str, Person] = field(default_factory=dict)
    customers: dict[str | None, list[str]] = field(default_factory=dict)
    known: dict[str, Record] = field(default_factory=dict)  # as they are until a try changes them
    agreed: dict[tuple[str, str], str] = field(default_factory=dict)  # by customer and kind, what colleagues agreed to
    others: dict[str, str] = field(default_factory=dict)  # by customer, what a colleague did that is not taken back

    @contextmanager
    def as_(self, role: str) -> Iterator[tuple[Guard, Context]]:
        """The store as somebody sees it."""
        person = context(self.people[role])
        store = opening.open(self.login(role), CIPHER) if self.cluster else sqlite.open(self.address, CIPHER)
        try:
            guarded = seen(store, person)
            assert isinstance(guarded, Guard)
            yield guarded, person
        finally:
            store.close()

    def login(self, role: str) -> str:
        assert self.cluster is not None
        return self.cluster.url(self.address, role, PASSWORD)

    def owner(self, role: str, relation: str) -> str | None:
        whose = {"own": role, "department": "near", "other": "far"}.get(relation)
        return self.people[whose].rid if whose else None

    def of(self, role: str, relation: str, which: int = 0) -> Record:
        """One of the two customers that are so to somebody with ``role``, as it is now."""
        rid = self.customers[self.owner(role, relation)][which]
        return self.known.get(rid) or self.now(rid)

    def now(self, rid: str) -> Record:
        self.known[rid] = self.whole.records([rid])[rid]
        return self.known[rid]

    def relation(self, role: str, record: Record) -> str:
        """What a customer is to somebody with ``role``."""
        owner = record.values["owner"]
        return next((one for one in RELATIONS if self.owner(role, one) == owner), "department")

    def expected(self, role: str, cell: Cell, matrix: Matrix = DECLARED) -> bool:
        """Whether ``matrix`` lets somebody with ``role`` do what a cell says."""
        action, group, relation = cell
        may = allowed(role, action, relation, group, matrix)
        plain = allowed(role, Action.READ, relation, group, matrix)
        named = allowed(role, Action.READ, relation, Group.NAME, matrix)
        if action is Action.READ:
            return may and named and not (group is Group.OWNER and relation == "nobody")
        if action is Action.MASKED:
            shown = masked(VALUES.get(ASKED[group]) or "", CUSTOMER[ASKED[group]].kind) if ASKED[group] in VALUES else None
            return may and named and not plain and shown is not None
        if action is Action.UNDO:  # what is taken back is a need
            return may and allowed(role, Action.CHANGE, relation, Group.ORDINARY, matrix)
        if action is Action.MERGE:  # what belongs to the customer moves along
            added = allowed(role, Action.CREATE, relation, matrix=matrix)
            return may and added and allowed(role, Action.CHANGE, relation, Group.NAME, matrix)
        return may or (action is Action.REVEAL and plain)

    def proposal(self, rid: str, kind: str = "void") -> str:
        """The proposal about a customer to which everybody it needs has agreed."""
        if (rid, kind) not in self.agreed:
            self.agreed[rid, kind] = made = new_rid()
            wanted: Values = {"kind": kind, "customer": rid, "about": "{}", "reason": "重复", "outcome": "open"}
            self.whole.apply(Operation("proposal", [Change("proposal", made, "", wanted)]), context())
            for person, seat in zip(AGREEING, SEATS[kind], strict=False):
                yes: Values = {"proposal": made, "seat": seat, "verdict": "yes"}
                done = self.whole.apply(Operation("approval", [Change("approval", new_rid(), "", yes)]), context(person))
                assert done.outcomes[0].result is Result.STORED, (kind, seat, done)
        return self.agreed[rid, kind]

    def taken(self, one: Record, group: Group, person: str) -> Change:
        """The step by which ``person`` begins to verify a request about a field of ``group``; a fresh request for each try."""
        rid, key = new_rid(), ASKED[group]
        asked: Values = {
            "customer": one.rid, "field": key, "after": "x", "state": "open", "round": "1", "initiator": self.people["near"].rid,
        }  # fmt: skip
        made = self.whole.apply(Operation("request", [Change("request", rid, one.rid, asked)]), context())
        assert made.outcomes[0].result is Result.STORED
        values: Values = {"state": "verifying", "verifier": person}
        return Change("request", rid, one.rid, values, 1, {"state": "open", "verifier": None})

    def done(self, rid: str) -> str:
        """The operation by which a colleague changed what a customer needs."""
        if rid not in self.others:
            change = Change("customer", rid, rid, {"need": "改过"}, self.now(rid).version)
            self.others[rid] = self.whole.apply(Operation("submit", [change]), context()).operation
            self.now(rid)
        return self.others[rid]

    def belonging(self, rid: str) -> list[Record]:
        """What belongs to a customer."""
        return [one for table in sorted(OWNED) for one in self.whole.children(table, [rid])[rid]]

    def replace(self, one: Record) -> None:
        """Another customer in the place of one that is no longer what it was."""
        rids = self.customers[one.values["owner"]]
        rids[rids.index(one.rid)] = self.made([one.values["owner"]])[0]

    def made(self, owners: list[str | None]) -> list[str]:
        """The rids of new customers of these people."""
        changes = []
        for owner in owners:
            rid = new_rid()
            values = dict.fromkeys((one.key for one in CUSTOMER.data), None) | VALUES | {
                "name": f"{rid}公司", "phone": f"+86139{int(rid[-7:], 16) % 10**8:08}", "owner": owner,
            }  # fmt: skip
            keys = (f"n:{values['name']}", f"p:{values['phone']}", f"k:{values['name']}")
            kept = (Kept("phone", "+8613700000000", "旧表"), Kept("need", "旧", "旧表"))
            number = f"CX{rid[-12:]}"
            changes.append(Change("customer", rid, rid, values, number=number, keys=keys, looks=(number,), kept=kept, origin="旧表"))
        contacts = [
            Change("contact", new_rid(), one.rid, {"customer": one.rid, "name": "赵小刚", "title": "经理", "phone": "+8613811112222"})
            for one in changes
        ]
        receipt = self.whole.apply(Operation("submit", changes + contacts, workbook="w"), context())
        assert {one.result for one in receipt.outcomes} == {Result.STORED}
        return [one.rid for one in changes]


VALUES: Values = {
    "short_name": "简称", "grade": "A", "contact": "王小明", "email": "wang@haihe.example", "source": "fair", "need": "要快",
    "address": "深南大道8号",
}  # fmt: skip


def build(whole: SqlStore, address: str, cluster: Cluster | None) -> Firm:
    made = Firm(whole, address, cluster)
    boss = whole.people()[0] if whole.people() else whole.ensure_person("boss", "管理员", ["admin", "steward"], context().clock())
    by = context(boss)
    for account, department, roles in (("near", "华东", {"entry"}), ("far", "华南", {"entry"}), *((role, "华东", {role}) for role in MATRIX)):
        made.people[account] = whole.add_person(Person("", account, f"{account}甲", department, frozenset(roles)), by)
    owners = [None, *(person.rid for person in made.people.values())] * 2
    for owner, rid in zip(owners, made.made(owners), strict=True):
        made.customers.setdefault(owner, []).append(rid)
    whole.search("gongsi")  # from here on the names' pinyin is known
    if cluster:
        cluster.run(*(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'" for role in MATRIX))
    return made

"""Every cell of the declared matrix on both engines: through xlcrm as each person, and on PostgreSQL with another client as each login.

What there is to try is enumerated from the declaration (firm.cells), how it is tried stands in two tables by action: an action
without an entry, or a cell that the engine answers otherwise than the declaration, fails. The flips show that these tests see it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from tests.store.byhand import Client
from tests.store.firm import ASKED, DECLARED, NEVER, RELATIONS, Cell, Firm, Matrix, cells
from xlcrm.errors import UsageError
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Receipt, Record, Result, Values
from xlcrm.model.tables import CONTACT, CUSTOMER
from xlcrm.rules.masking import MASK, masked
from xlcrm.rules.rights import FIELDS, MATRIX, STORE_WIDE, Action, Group, Scope, group_of
from xlcrm.store.guard import Guard
from xlcrm.store.log import encode
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres import catalog, roles
from xlcrm.store.postgres.store import PostgresStore


@dataclass
class Seat:
    """Somebody at xlcrm, on either engine."""

    firm: Firm
    role: str
    store: Guard
    by: Context
    seen: dict[str, Record] = field(default_factory=dict)

    def _done(self, *changes: Change, reverses: str | None = None) -> bool:
        try:
            done: Receipt = self.store.apply(Operation("submit", list(changes), workbook="w", reverses=reverses), self.by)
        except UsageError:
            return False
        return bool(done.outcomes[0].result in (Result.STORED, Result.UPDATED))

    def read(self, group: Group, relation: str) -> bool:
        one = self.firm.of(self.role, relation)
        value, shown = _value(one, group), self._shown(one)
        return value is not None and shown is not None and _value(shown, group) == value

    def masked(self, group: Group, relation: str) -> bool:
        one = self.firm.of(self.role, relation)
        shown, value, declared = self._shown(one), _value(one, group), CUSTOMER[ASKED[group]]
        mask = MASK if self.firm.cluster and declared.sensitive else masked(value or "", declared.kind)
        return shown is not None and mask is not None and _value(shown, group) == mask

    def _shown(self, one: Record) -> Record | None:
        if not self.seen:
            self.seen |= self.store.records([self.firm.of(self.role, relation).rid for relation in RELATIONS])
        found = self.seen.get(one.rid)
        return None if found is None or "name" in found.hidden else found  # of a hidden one only whose it is, to refuse a row

    def reveal(self, group: Group, relation: str) -> bool:
        one = self.firm.of(self.role, relation)
        try:
            return bool(self.store.reveal(one.rid, ASKED[group], "回访", self.by) == _value(one, group))
        except UsageError:
            return False

    def create(self, _: Group, relation: str) -> bool:
        one, talk, new = self.firm.of(self.role, relation), new_rid(), new_rid()
        made = self._done(Change("customer", new, new, {"name": "新公司", "owner": one.values["owner"]}))
        assert made == self._done(Change("interaction", talk, one.rid, {"customer": one.rid, "topic": "x"}))
        return made

    def change(self, group: Group, relation: str) -> bool:
        one, key = self.firm.of(self.role, relation), ASKED[group]
        value = self.firm.people["far" if relation != "other" else "near"].rid if group is Group.OWNER else new_rid()[-4:]
        done = self._done(Change("customer", one.rid, one.rid, {key: value}, one.version))
        if done:  # if it were not told but done, the next try would meet another version
            assert self.firm.now(one.rid).values[key] == value
        if done and group is Group.OWNER:
            self.firm.replace(one)
        return done

    def merge(self, _: Group, relation: str) -> bool:
        one, into = self.firm.of(self.role, relation), self.firm.of(self.role, relation, 1)
        done = self._done(Change("customer", one.rid, one.rid, {}, one.version, state="merged", merged_into=into.rid))
        if done:
            self.firm.replace(one)
        return done

    def void(self, _: Group, relation: str) -> bool:
        one = self.firm.of(self.role, relation)
        agreed = Change("proposal", self.firm.proposal(one.rid), "", {"outcome": "done"}, 1, {"outcome": "open"})
        done = self._done(Change("customer", one.rid, one.rid, {}, one.version, state="void", reason="重复"), agreed)
        if done:
            self.firm.replace(one)
        return done

    def undo(self, _: Group, relation: str) -> bool:
        reverses = self.firm.done(self.firm.of(self.role, relation).rid)
        one = self.firm.of(self.role, relation)
        back = Change("customer", one.rid, one.rid, {"need": new_rid()[-4:]}, one.version)
        done = self._done(back, reverses=reverses)
        if done:
            del self.firm.others[one.rid]
            self.firm.now(one.rid)
        return done

    def erase(self, _: Group, relation: str) -> bool:
        one = self.firm.of(self.role, relation, 1)
        self.firm.proposal(one.rid, "erase")
        try:
            self.store.erase(one.rid, "本人要求", self.by)
        except UsageError:
            return False
        self.firm.replace(one)
        return self.firm.now(one.rid).state == "erased"

    def log(self, _: Group, relation: str) -> bool:
        try:
            return bool(self.store.history(self.firm.of(self.role, relation).rid))
        except UsageError:
            return False

    def people(self, _: Group, __: str) -> bool:
        login = f"new{new_rid()[-6:]}"
        return self._done(Change("person", new_rid(), "", {"account": login, "name": login, "roles": "admin"}))

    def settings(self, _: Group, __: str) -> bool:
        return self._done(Change("setting", "due_days", "", {"value": new_rid()[-4:]}))

    def keys(self, _: Group, __: str) -> bool:
        other = {"kind": "person", "person": self.firm.people["near"].rid, "public": new_rid()}
        return self._done(Change("keyholder", new_rid(), "", dict(other)))

    def approve(self, group: Group, relation: str) -> bool:
        return self._done(self.firm.taken(self.firm.of(self.role, relation), group, self.by.actor.rid))

    def export(self, _: Group, relation: str) -> bool:
        one = self.firm.of(self.role, relation)
        done = self._done(Change("proposal", self.firm.proposal(one.rid, "export"), "", {"outcome": "done"}, 1, {"outcome": "open"}))
        if done:
            del self.firm.agreed[one.rid, "export"]
        return done


@dataclass
class Hand(Client):
    """Somebody at another client, on PostgreSQL."""

    firm: Firm
    role: str

    def _one(self, said: str, relation: str) -> list[tuple[object, ...]]:
        return self.rows(f"SELECT {said} FROM customer WHERE rid = %s", self.firm.of(self.role, relation).rid)

    def read(self, group: Group, relation: str) -> bool:
        value = _value(self.firm.of(self.role, relation), group)
        found = self._one(ASKED[group], relation)
        sealed = group is Group.SENSITIVE and bool(found) and str(found[0][0]).startswith("v1:")
        return value is not None and (sealed or found == [(value,)])

    def masked(self, group: Group, relation: str) -> bool:
        value, declared = _value(self.firm.of(self.role, relation), group), CUSTOMER[ASKED[group]]
        mask = MASK if declared.sensitive else masked(value or "", declared.kind)
        return mask is not None and self._one(ASKED[group], relation) == [(mask,)]

    def reveal(self, group: Group, relation: str) -> bool:
        asked = (LATEST, new_rid(), self.firm.of(self.role, relation).rid, ASKED[group])
        done = self.state("SELECT xlcrm.reveal(%s, %s, %s, %s, 'x')", *asked)
        assert self.state("SELECT xlcrm.reveal(%s, %s, %s, %s, ' ')", *asked) in ("XL009", done), "no reason"
        return self._may(done, "XL009")

    def create(self, _: Group, relation: str) -> bool:
        one = self.firm.of(self.role, relation)
        new = {"table": "customer", "rid": new_rid(), "after": {"name": "新", "owner": one.values["owner"], "life": "live"}}
        done = self._may(self.forged(new))
        for table in ("interaction", "tag", "contact"):
            child = {"table": table, "rid": new_rid(), "after": {"customer": one.rid, "life": "live"}}
            assert self._may(self.forged(child)) == done, table
        return done

    def change(self, group: Group, relation: str) -> bool:
        one, key = self.firm.of(self.role, relation), ASKED[group]
        before = "{}" if group is Group.SENSITIVE else encode([(key, _value(one, group))])
        value = "v1:x" if group is Group.SENSITIVE else new_rid()[-4:]
        return self._may(self.forged(self._of(one, before, {key: value})))

    def merge(self, _: Group, relation: str) -> bool:
        one, into = self.firm.of(self.role, relation), self.firm.of(self.role, relation, 1)
        kept = {"table": "kept_value", "rid": one.rid, "after": {"field": "need", "value": "x", "origin": "x"}}
        moves = [
            {
                "table": child.table, "rid": child.rid, "version": child.version, "before": encode([("customer", one.rid)]),
                "after": {"customer": into.rid},
            }
            for child in self.firm.belonging(one.rid)
        ]
        done = self._may(self.forged(self._of(one, '{"life":"live"}', {"life": "merged", "merged_into": into.rid}), *moves))
        assert self._may(self.forged(kept)) == done
        return done

    def void(self, _: Group, relation: str) -> bool:
        one = self.firm.of(self.role, relation)
        void, agreed = self._of(one, '{"life":"live"}', {"life": "void"}), self.firm.proposal(one.rid)
        assert self.forged(void) == "XL007", "nobody agreed to it in this operation"
        done = {"table": "proposal", "rid": agreed, "version": 1, "before": '{"outcome":"open"}', "after": {"outcome": "done"}}
        return self._may(self.forged(void, done))

    def undo(self, _: Group, relation: str) -> bool:
        reverses = self.firm.done(self.firm.of(self.role, relation).rid)
        one = self.firm.of(self.role, relation)
        return self._may(self.forged(self._of(one, encode([("need", one.values["need"])]), {"need": "x"}), reverses=reverses))

    def erase(self, _: Group, relation: str) -> bool:
        call, one = "SELECT xlcrm.erase(%s, %s, %s, %s, '', '本人要求')", self.firm.of(self.role, relation)
        unasked = self.firm.of(self.role, relation, 1).rid
        if (unasked, "erase") not in self.firm.agreed:
            assert self.state(call, LATEST, new_rid(), unasked, self.rid) in ("XL011", "XL013"), "nobody agreed to it"
        self.firm.proposal(one.rid, "erase")
        return self._may(self.state(call, LATEST, new_rid(), one.rid, self.rid), "XL011")

    def log(self, _: Group, relation: str) -> bool:
        return bool(self.rows("SELECT FROM entry WHERE rid = %s", self.firm.of(self.role, relation).rid))

    def people(self, _: Group, __: str) -> bool:
        person = {"account": f"raw{new_rid()[-6:]}", "name": "x", "roles": "admin", "life": "live"}
        return self._may(self.forged({"table": "person", "rid": new_rid(), "after": person}))

    def settings(self, _: Group, __: str) -> bool:
        return self._may(self.forged({"table": "setting", "rid": new_rid(), "after": {"value": "x", "life": "live"}}))

    def keys(self, _: Group, __: str) -> bool:
        return self._may(self.state("SELECT xlcrm.shut_out(%s, '{}')", LATEST), "XL012")

    def approve(self, group: Group, relation: str) -> bool:
        taken = self.firm.taken(self.firm.of(self.role, relation), group, self.rid)
        said = {"table": "request", "rid": taken.rid, "version": 1, "before": encode(taken.expected.items()), "after": taken.values}
        return self._may(self.forged(said))

    def export(self, _: Group, relation: str) -> bool:
        agreed = self.firm.proposal(self.firm.of(self.role, relation, 1).rid, "export")
        done = {"table": "proposal", "rid": agreed, "version": 1, "before": '{"outcome":"open"}', "after": {"outcome": "done"}}
        return self._may(self.forged(done))

    def _of(self, one: Record, before: str, after: Values) -> dict[str, object]:
        return {"table": "customer", "rid": one.rid, "version": one.version, "before": before, "after": after}

    def _may(self, state: str, refused: str = "XL007") -> bool:
        assert state in ("", refused), state
        return not state


def _value(record: Record, group: Group) -> str | None:
    return record.origin if group is Group.SYSTEM else record.values.get(ASKED[group])


Try = Callable[["Seat | Hand", Group, str], bool]
TRIES: Mapping[Action, Try] = {
    Action.READ: lambda who, group, relation: who.read(group, relation),
    Action.MASKED: lambda who, group, relation: who.masked(group, relation),
    Action.REVEAL: lambda who, group, relation: who.reveal(group, relation),
    Action.CREATE: lambda who, group, relation: who.create(group, relation),
    Action.CHANGE: lambda who, group, relation: who.change(group, relation),
    Action.MERGE: lambda who, group, relation: who.merge(group, relation),
    Action.UNDO: lambda who, group, relation: who.undo(group, relation),
    Action.VOID: lambda who, group, relation: who.void(group, relation),
    Action.ERASE: lambda who, group, relation: who.erase(group, relation),
    Action.LOG: lambda who, group, relation: who.log(group, relation),
    Action.PEOPLE: lambda who, group, relation: who.people(group, relation),
    Action.SETTINGS: lambda who, group, relation: who.settings(group, relation),
    Action.KEYS: lambda who, group, relation: who.keys(group, relation),
    Action.APPROVE: lambda who, group, relation: who.approve(group, relation),
    Action.EXPORT: lambda who, group, relation: who.export(group, relation),
}
DOORS = ("file", "server", "by hand")


@contextmanager
def enter(request: pytest.FixtureRequest, door: str, role: str) -> Iterator[Seat | Hand]:
    """Somebody with ``role`` at a door."""
    firm: Firm = request.getfixturevalue("filed" if door == "file" else "served")
    if door == "by hand":
        with psycopg.connect(firm.login(role), options="-c search_path=xlcrm_seen,xlcrm") as raw:
            yield Hand(raw, firm.people[role].rid, firm, role)
    else:
        with firm.as_(role) as (store, by):
            yield Seat(firm, role, store, by)


def wrong(who: Seat | Hand, tried: list[Cell]) -> list[Cell]:
    """The cells that the engine answers otherwise than the declaration."""
    return [cell for cell in tried if TRIES[cell[0]](who, *cell[1:]) != who.firm.expected(who.role, cell)]


@pytest.mark.parametrize("role", MATRIX)
@pytest.mark.parametrize("door", DOORS)
def test_every_cell(request: pytest.FixtureRequest, door: str, role: str) -> None:
    with enter(request, door, role) as who:
        assert wrong(who, cells(*Action)) == []


def flips(seed: str, action: Action) -> Iterator[tuple[str, Group, Scope]]:
    """A role, a class, and another scope than declared for ``action``, in an order that the seed decides."""
    found = [
        (role, group, scope)
        for role in MATRIX
        for group in dict.fromkeys(group for _, group, _ in cells(action))
        for scope in ((Scope.NONE, Scope.ALL) if action in STORE_WIDE else Scope)
        if scope is not DECLARED[role].get(action, {}).get(group, Scope.NONE)
        # Nobody writes what they cannot see: the store would compare with what they were shown. Whose a customer is they must
        # see as well where it decides.
        and (scope in (Scope.NONE, Scope.ALL) or _read(role, Group.OWNER) >= scope)
        and (action is not Action.APPROVE or _read(role, Group.CORE) >= scope)  # what a request is about
        and (action in (Action.READ, *STORE_WIDE) or scope <= _read(role, group if action is Action.CHANGE else Group.NAME))
    ]
    yield from random.Random(seed).sample(found, len(found))


def _read(role: str, group: Group) -> Scope:
    return DECLARED[role].get(Action.READ, {}).get(group, Scope.NONE)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("doors", [("file",), ("server", "by hand")])
def test_a_flipped_cell_is_seen(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, doors: tuple[str, ...], action: Action
) -> None:
    """With one cell of the declaration changed the engine follows it, so that the test above fails in exactly that cell."""
    firm: Firm = request.getfixturevalue("filed" if "file" in doors else "served")
    for role, group, scope in flips(f"{doors} {action}", action):
        flipped: Matrix = {**DECLARED, role: {**DECLARED[role], action: {**DECLARED[role].get(action, {}), group: scope}}}
        tried = [cell for cell in cells(action) if cell[1] is group]
        seen = [cell for cell in tried if firm.expected(role, cell, flipped) != firm.expected(role, cell)]
        if not seen:
            continue  # whoever sees a value in plain is shown no mask
        for kind in {Action.VOID: ("void", "erase"), Action.ERASE: ("erase",), Action.EXPORT: ("export",)}.get(action, ()):
            for relation in RELATIONS:  # whoever agrees to it has the right to it, too
                for which in (0, 1):
                    firm.proposal(firm.of(role, relation, which).rid, kind)
        try:
            with monkeypatch.context() as patch:
                patch.setitem(MATRIX[role], action, flipped[role][action])
                _make_anew(firm)
                for door in doors:
                    with enter(request, door, role) as who:
                        assert wrong(who, tried) == seen, (door, role, group, scope)
        finally:
            _make_anew(firm)
        return
    raise AssertionError("no flip makes a difference")


def _make_anew(firm: Firm) -> None:
    """The guards of a server, from the matrix as it is now."""
    if isinstance(firm.whole, PostgresStore):
        with firm.whole._writing() as connection:
            roles.become_owner(connection)
            catalog.create(connection)


def test_every_class_is_tried() -> None:
    assert set(TRIES) == set(Action), "an action that nothing tries"
    assert set(ASKED) == set(FIELDS)
    assert all(group_of(CUSTOMER, CUSTOMER[key]) is group for group, key in ASKED.items())
    assert group_of(CONTACT, CONTACT["name"]) is Group.CONTACT
    assert all(not grants.get(group) for role in MATRIX.values() for action, group in NEVER for grants in [role.get(action, {})])
    declared = {(action, group) for role in MATRIX.values() for action, grants in role.items() for group in grants}
    assert declared <= {(action, group) for action, group, _ in cells(*Action)}

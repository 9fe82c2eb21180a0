"""Merging, taking back, proposing and voiding as logins of a server, which enforces all of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.errors import UsageError
from xlcrm.jobs import merge, proposals, undo
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Kept, Operation, Record, Result
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store
from xlcrm.store.guard import seen
from xlcrm.store.postgres import opening
from xlcrm.store.sql import SqlStore

PASSWORD = "geheim"
ROLES = {"lin": ("entry",), "wang": ("entry",), "sun": ("steward",), "mei": ("manager", "admin"), "ada": ("admin",)}


@dataclass
class Server:
    whole: SqlStore
    cluster: Cluster
    database: str
    people: dict[str, Person]

    @contextmanager
    def as_(self, login: str) -> Iterator[tuple[Store, Context]]:
        by = context(self.people[login])
        store = opening.open(self.cluster.url(self.database, login, PASSWORD), CIPHER)
        try:
            yield seen(store, by), by
        finally:
            store.close()

    def customer(self, login: str, name: str, **more: str) -> Record:
        rid = new_rid()
        with self.as_(login) as (store, by):
            (number,) = store.numbers("CX{yyyy}{mm}{n:04}", 1, "2025-03-05")
            values = {"name": name, "contact": f"{name}联系人", "phone": f"+86139{int(number[-4:]):08}", "owner": by.actor.rid, **more}
            contact = {"customer": rid, "name": f"{name}另一人", "phone": "+8613800138000"}
            changes = [Change("customer", rid, rid, {**values}, number=number), Change("contact", new_rid(), rid, {**contact})]
            done = store.apply(Operation("submit", changes, source="客户.xlsx"), by)
            assert {one.result for one in done.outcomes} == {Result.STORED}
            return store.records([rid])[rid]


@pytest.fixture
def server(cluster: Cluster) -> Iterator[Server]:
    database = cluster.database()
    whole = opening.create(cluster.url(database), "管理员", ["admin", "steward"], context().clock(), CIPHER)
    boss = context(whole.people()[0])
    people = {name: whole.add_person(Person("", name, name, "", frozenset(roles)), boss) for name, roles in ROLES.items()}
    for name in ROLES:
        cluster.run(f"ALTER ROLE {name} PASSWORD '{PASSWORD}'")
    yield Server(whole, cluster, database, people)
    assert not whole.verify().faults
    whole.close()


RULES = Rulebook(context().clock())


def test_an_entry_user_merges_and_takes_back_their_own(server: Server) -> None:
    one, two = server.customer("lin", "甲公司", remark="甲"), server.customer("lin", "乙公司", grade="A")
    with server.as_("lin") as (store, by):
        before = {rid: record.values for rid, record in store.records([one.rid, two.rid]).items()}
        done = merge.carry_out(store, by, [one, two], merge.Wishes(), {})
        assert done.receipt is not None and store.find([str(two.number)]) == {two.number: one.rid}
        assert len(store.children("contact", [one.rid])[one.rid]) == 3
        last = undo.find(store, by)
        back = undo.undo(store, by, last)
        assert not back.plan.left and not back.hidden
        assert {rid: record.values for rid, record in store.records([one.rid, two.rid]).items()} == before
        assert [len(of) for of in store.children("contact", [one.rid, two.rid]).values()] == [1, 1] and not store.kept([one.rid])
        with pytest.raises(UsageError) as caught:
            undo.undo(store, by, last)
        assert caught.value.key in ("undo.twice", "undo.all_changed")
        first = undo.find(store, by)
        assert first.kind == "submit" and undo.undo(store, by, first).counts["void"] == 2, "the customer and its contact"
        assert store.records([two.rid])[two.rid].state == "void"
    with server.as_("wang") as (store, by), pytest.raises(UsageError):
        undo.find(store, by, str(first.number))
    with server.as_("sun") as (store, by):
        again = undo.find(store, by, str(store.operations(limit=1)[0].number))
        assert undo.undo(store, by, again).counts["back"] == 2
        assert store.records([two.rid])[two.rid].state == "live"


def test_a_colleagues_customer_is_proposed_and_the_steward_decides(server: Server) -> None:
    mine, theirs = server.customer("lin", "甲公司"), server.customer("wang", "乙公司")
    with server.as_("lin") as (store, by):
        records = [Record("customer", theirs.rid, 1, {"owner": server.people["wang"].rid}, theirs.number), mine]
        assert merge.preview(store, by, records, merge.Wishes(), {}).proposed
        proposals.propose_merge(store, by, records, merge.Wishes(), "同一家")
        assert len(store.proposals("merge")) == 1
    with server.as_("wang") as (store, by):
        proposal = proposals.about(store, "merge", str(theirs.number))
        assert proposals.approve(store, by, proposal, RULES).outcome == "open", "noted, and carried out by the steward"
        with pytest.raises(UsageError) as caught:
            proposals.approve(store, by, proposals.about(store, "merge", str(theirs.number)), RULES)
        assert caught.value.key == "merge.said_before"
    with server.as_("sun") as (store, by):
        done = proposals.approve(store, by, proposals.about(store, "merge", str(theirs.number)), RULES)
        assert done.outcome == "done" and store.records([mine.rid])[mine.rid].merged_into == theirs.rid
        assert not undo.undo(store, by, undo.find(store, by)).plan.left


def test_voiding_takes_two_others(server: Server) -> None:
    one = server.customer("lin", "甲公司")
    gone = Change("customer", one.rid, one.rid, {}, 1, state="void")
    with server.as_("sun") as (store, by):
        proposals.propose_void(store, by, one, "倒闭")
    with server.as_("mei") as (store, by):
        assert store.apply(Operation("void", [gone]), by).outcomes[0].result is Result.REFUSED
        assert proposals.approve(store, by, proposals.about(store, "void", str(one.number)), RULES).seats == ("admin",)
    with server.as_("ada") as (store, by):
        assert proposals.approve(store, by, proposals.about(store, "void", str(one.number)), RULES).outcome == "done"
        assert server.whole.records([one.rid])[one.rid].state == "void"
        assert not undo.undo(store, by, undo.find(store, by)).plan.left
    assert server.whole.records([one.rid])[one.rid].state == "live"


def test_kept_values_say_of_which_operation(server: Server) -> None:
    one = server.customer("lin", "甲公司")
    with server.as_("lin") as (store, by):
        store.apply(Operation("submit", [Change("customer", one.rid, one.rid, {}, 1, kept=(Kept("need", "旧", "表"),))]), by)
        (kept,) = store.kept([one.rid])[one.rid]
        assert kept == Kept("need", "旧", "表") and kept.operation == store.operations(limit=1)[0].id


def test_ones_own_decisions_are_taken_back(server: Server) -> None:
    with server.as_("lin") as (store, by):
        store.apply(Operation("submit", decisions=[Decision("a" * 20, "distinct"), Decision("b" * 20, "proposed", "merge")], source="客户.xlsx"), by)
        made = undo.find(store, by)
        done = undo.undo(store, by, made)
        assert (done.counts["decisions"], done.hidden) == (2, 0) and not store.decisions(["a" * 20, "b" * 20])
    with server.as_("wang") as (store, by):
        assert not store.log("", 100).entries and not store.operations(), "a colleague's choices are not in one's log"
        store.apply(Operation("submit", decisions=[Decision("b" * 20, "distinct")]), by)
    with server.as_("sun") as (store, by):
        again = undo.undo(store, by, undo.find(store, by, str(store.operations(kinds=["undo"])[0].number)))
        assert (again.counts["decisions"], [left.why for left in again.plan.left]) == (1, ["decided"])
        assert store.decisions(["a" * 20, "b" * 20]) == {"a" * 20: Decision("a" * 20, "distinct"), "b" * 20: Decision("b" * 20, "distinct")}

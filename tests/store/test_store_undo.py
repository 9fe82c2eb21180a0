"""Merging, taking back and agreeing, as every store does it: whole or not at all, and only by whom it may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.store.conftest import ADMIN, BOSS, LI, context, void
from tests.store.test_store_contract import customer, put
from xlcrm.errors import Overtaken, UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation, Result, Values
from xlcrm.store.sql import SqlStore


def family(store: SqlStore) -> tuple[Change, Change, Change]:
    first, second = customer("甲公司"), customer("乙公司")
    contact = Change("contact", new_rid(), second.rid, {"customer": second.rid, "name": "李芳", "phone": "+8613800138000"})
    put(store, first, second, contact)
    return first, second, contact


def away(gone: Change, into: str, version: int = 1) -> Change:
    return Change("customer", gone.rid, gone.rid, {}, version, state="merged", merged_into=into)


def last(store: SqlStore) -> str:
    return store.operations(limit=1)[0].id


def test_what_belongs_to_a_merged_customer_moves_in_the_same_operation(store: SqlStore) -> None:
    first, second, contact = family(store)
    kept = (Kept("phone", "+8613912345678", "乙"),)
    survivor = Change("customer", first.rid, first.rid, {"remark": "x"}, 1, {"remark": None}, kept=kept)
    receipt = store.apply(Operation("merge", [survivor, away(second, first.rid)], whole=True), context())
    assert [one.result for one in receipt.outcomes] == [Result.UPDATED] * 2, "one outcome for each change that was asked for"
    assert [one.rid for one in store.children("contact", [first.rid])[first.rid]] == [contact.rid]
    assert [one.rid for one in store.search("13800138000")] == [first.rid]
    assert store.joined([first.rid, second.rid]) == {first.rid: [second.rid]}
    done = store.operations(limit=1)[0]
    assert (done.kind, done.entries, done.reversed_by) == ("merge", 4, None) and store.kept([first.rid]) == {first.rid: list(kept)}
    moved = store.records([contact.rid])[contact.rid]
    back = [
        Change("customer", second.rid, second.rid, {}, 2, state="live"),
        Change("contact", contact.rid, second.rid, {"customer": second.rid, "phone": "+8613700137000"}, moved.version, {"customer": first.rid, "phone": "+8613800138000"}),
    ]
    store.apply(Operation("undo", back, reverses=done.id, whole=True), context())
    assert [one.rid for one in store.search("13700137000")] == [second.rid] and not store.kept([first.rid])
    assert store.operations(ids=[done.id])[0].reversed_by == store.operations(limit=1)[0].number
    with pytest.raises(UsageError) as caught:
        store.apply(Operation("undo", [Change("customer", first.rid, first.rid, {"remark": None}, 2)], reverses=done.id), context())
    assert caught.value.key == "undo.twice"
    assert not store.verify().faults


def test_a_record_that_moved_back_is_not_erased_with_the_other(store: SqlStore) -> None:
    first, second, contact = family(store)
    put(store, away(second, first.rid))
    put(store, Change("contact", contact.rid, first.rid, {"phone": "+8613700137000"}, 2), Change("tag", new_rid(), second.rid, {"type": "need", "name": "x"}))
    back = Change("contact", contact.rid, second.rid, {"customer": second.rid}, 3, {"customer": first.rid})
    put(store, Change("customer", second.rid, second.rid, {}, 2, state="live"), back)
    admin = store.people()[0] if store.people() else store.ensure_person("boss", "管理员", ["admin"], context().clock())
    store.erase(first.rid, "本人要求", Context(admin, context().clock))
    assert store.records([contact.rid])[contact.rid].values["phone"] == "+8613700137000"


def test_nobody_is_merged_into_themselves_or_who_is_not_there(store: SqlStore) -> None:
    first, second, contact = family(store)
    third = customer("丙公司")
    put(store, third)
    assert void(store, third.rid) is Result.UPDATED
    for into in (second.rid, third.rid, new_rid()):
        assert put(store, away(second, into)) == [Result.GONE]
    assert put(store, away(first, second.rid), away(second, first.rid)) == [Result.GONE] * 2, "nor in a ring"
    assert [one.rid for one in store.children("contact", [second.rid])[second.rid]] == [contact.rid]


def test_a_whole_operation_is_over_what_it_was_planned_with(store: SqlStore) -> None:
    first, second, contact = family(store)
    put(store, Change("customer", second.rid, second.rid, {"grade": "A"}, 1))
    before = store.verify()
    with pytest.raises(Overtaken):
        store.apply(Operation("merge", [away(second, first.rid)], whole=True), context())
    assert store.verify() == before and store.records([contact.rid])[contact.rid].values["customer"] == second.rid


def test_a_submitted_row_that_became_void_may_be_submitted_again(store: SqlStore) -> None:
    change = customer()
    change.token = "t:1"
    put(store, change, workbook="w")
    store.apply(Operation("undo", [Change("customer", change.rid, change.rid, {}, 1, state="void")], reverses=last(store)), context())
    again = customer()
    again.token = "t:1"
    assert store.submitted("w", ["t:1"]) == {}
    assert put(store, again, workbook="w") == [Result.STORED]


def test_two_others_agree_before_a_customer_becomes_void(store: SqlStore) -> None:
    if not store.people():
        store.ensure_person("boss", "管理员", ["admin"], context().clock())
    change = customer()
    put(store, change)
    rid, proposal = change.rid, new_rid()
    values: Values = {"kind": "void", "customer": rid, "about": "{}", "reason": "倒闭", "outcome": "open"}

    def done(who: Person, *changes: Change) -> list[Result]:
        return [one.result for one in store.apply(Operation("void", list(changes)), context(who)).outcomes]

    def yes(seat: str) -> Change:
        return Change("approval", new_rid(), "", {"proposal": proposal, "seat": seat, "verdict": "yes"})

    gone = Change("customer", rid, rid, {}, 1, state="void")
    end = Change("proposal", proposal, "", {"outcome": "done"}, 1, {"outcome": "open"})
    assert done(LI, Change("proposal", proposal, "", values)) == [Result.STORED]
    both = Person("5" * 32, "both", "两职", "销售部", frozenset({"manager", "admin"}))
    assert done(ADMIN, gone) == [Result.REFUSED] == done(both, gone)
    assert done(LI, yes("manager")) == [Result.REFUSED] == done(replace(LI, roles=both.roles), yes("manager")), "nobody agrees to their own"
    assert done(BOSS, yes("admin")) == [Result.REFUSED], "nor in a role that is not theirs"
    assert done(both, yes("manager")) == [Result.STORED]
    assert done(both, yes("admin")) == [Result.REFUSED], "nor twice"
    assert done(ADMIN, gone) == [Result.REFUSED], "nor without the proposal"
    assert done(ADMIN, yes("admin"), end, gone) == [Result.STORED, Result.UPDATED, Result.UPDATED]
    assert store.records([rid])[rid].state == "void" and not store.proposals("void")
    assert not store.verify().faults

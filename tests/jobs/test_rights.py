"""What an entry user learns about a colleague's customer, and what is written down about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.jobs.conftest import NOW, Office, cells, customer, other, put
from xlcrm.errors import StoreError, UsageError
from xlcrm.jobs import find, people, refresh, reveal
from xlcrm.jobs.submit import Count, Submission
from xlcrm.model.context import Person
from xlcrm.model.operation import Change, Operation
from xlcrm.model.rows import Cell
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store.base import Store
from xlcrm.store.guard import seen

PHONE = "13901230456"
LATER = NOW + timedelta(days=40)


@pytest.fixture
def lin(office: Office) -> Person:
    """A salesman who owns nothing; 赵敏 owns the customer of the store."""
    office.submit(office.book(customer(phone=PHONE)))
    return office.person("林涛", "entry")


def as_(office: Office, actor: Person, moment: datetime = NOW) -> Store:
    return seen(office.store, office.context(actor, moment))


def submit(office: Office, actor: Person, book: MemoryBook, moment: datetime = NOW) -> Submission:
    return Office(as_(office, actor, moment), actor).submit(book, moment=moment)


def accesses(office: Office, kind: str) -> int:
    rid = next(office.store.scan("customer")).rid
    return sum(entry.kind == kind for entry in office.store.history(rid))


@pytest.mark.parametrize(
    "said",
    [
        customer(contact="别人", phone="13700000000"),
        customer("广州云帆科技有限公司", contact="别人", phone=PHONE),
    ],
)
def test_an_exact_repetition_is_told_and_nothing_else(office: Office, lin: Person, said: Mapping[str, Cell]) -> None:
    book = office.book(said)
    done = submit(office, lin, book)
    assert done.total[Count.WAITING] == 1
    assert "赵敏" in str(cells(book, "problem")[0])
    line = {key: cells(book, key, "duplicate")[0] for key in ("other", "other_name", "other_contact", "other_phone", "other_owner")}
    assert line == {"other": None, "other_name": None, "other_contact": None, "other_phone": None, "other_owner": "赵敏"}
    assert accesses(office, "ask") == 1
    submit(office, lin, book)
    assert accesses(office, "ask") == 1, "the same question within an hour is one"
    assert len(office.customers()) == 1


def test_resemblance_is_not_told(office: Office, lin: Person) -> None:
    book = office.book(customer(name="深圳海河电子公司", phone="13700000000"))
    assert submit(office, lin, book).total[Count.NEW] == 1
    assert not accesses(office, "ask")
    assert office.submit(office.book(customer(name="深圳海河电子公司", contact="王小明", phone="13712345678"))).total[Count.WAITING]


def test_what_is_decided_about_a_taken_customer(office: Office, lin: Person) -> None:
    book = office.book(customer(phone="13700000000"))
    submit(office, lin, book)
    put(book, 0, table="duplicate", decision="合并到已有客户")
    assert submit(office, lin, book).total[Count.WAITING] == 1, "a merge is proposed to the owner"
    assert cells(book, "submit_status") == ["待审核"]
    put(book, 0, table="duplicate", decision="不是同一客户")
    assert submit(office, lin, book).total[Count.NEW] == 1


def test_after_too_many_questions_nobody_is_named(office: Office, lin: Person) -> None:
    office.submit(office.book(*(other(which) for which in range(4))))
    office.store.apply(settings({"asks_per_hour": "2"}), office.context())
    book = office.book(*(other(which, contact="别人", phone=f"1370000111{which}") for which in range(4)))
    assert submit(office, lin, book).total[Count.WAITING] == 4
    named = ["赵敏" in str(problem) for problem in cells(book, "problem")]
    assert named == [True, True, False, False]
    submit(office, lin, book, NOW + timedelta(hours=2))
    assert ["赵敏" in str(problem) for problem in cells(book, "problem")].count(True) == 2


def test_finding_tells_only_who(office: Office, lin: Person) -> None:
    store = as_(office, lin)
    for words in ("深圳市海河电子有限公司", PHONE):
        lines = find.find(store, office.context(lin), office.rulebook(), words).lines
        assert lines == [{"name": "已有同事负责，请联系赵敏", "owner": "赵敏"}]
    for words in ("海河", "0456", "szshhdz", "CX2025030001"):
        assert find.find(store, office.context(lin), office.rulebook(), words).lines == []


def test_a_filter_does_not_tell_what_is_hidden(office: Office, lin: Person) -> None:
    marketing = office.person("美琪", "marketing")
    store = as_(office, marketing)
    assert [one.values["phone"] for one in store.scan("customer")] == [None]
    assert list(store.scan("customer", [("source", "=", "fair")]))
    assert not list(store.scan("customer", [("contact", "=", "王小明")]))
    assert not store.search("0456"), "whose telephone it is"
    assert not list(as_(office, lin).scan("customer"))


def test_a_customer_handed_over_is_no_longer_ones_own(office: Office, lin: Person) -> None:
    book = office.book(other(0))
    submit(office, lin, book)
    boss = office.person("周总", "manager", "steward")
    record = next(one for one in office.store.scan("customer") if one.values["owner"] == lin.rid)
    office.store.apply(change(record.rid, {"owner": boss.rid}, record.version), office.context(boss))
    put(book, 0, need="我要改")
    done = submit(office, lin, book)
    assert (done.total[Count.REFUSED], cells(book, "submit_status")) == (1, ["已退回"])
    assert "同事负责" in str(cells(book, "problem")[0])
    store = as_(office, lin)
    got = refresh.refresh(book, store, office.context(lin), office.rulebook())
    assert (got.updated, got.added, cells(book, "need")) == (0, 0, ["我要改"])


def test_a_reveal_is_logged_with_its_reason(office: Office, lin: Person) -> None:
    reviewer = office.person("审核", "reviewer")
    store, context = as_(office, reviewer), office.context(reviewer)
    assert store.search("海河")[0].values["phone"] == "139****0456"
    with pytest.raises(UsageError, match="reason"):
        reveal.reveal(store, context, office.rulebook(), "海河", "联系方式", " ")
    assert accesses(office, "reveal") == 0
    assert reveal.reveal(store, context, office.rulebook(), "海河", "联系方式", "回访") == PHONE
    entry = next(one for one in office.store.history(next(office.store.scan("customer")).rid) if one.kind == "reveal")
    assert (entry.actor, entry.reason, entry.after["field"]) == (reviewer.rid, "回访", "phone")
    assert not office.store.verify().faults


def test_a_deputy_works_for_the_absent_until_the_day(office: Office, lin: Person) -> None:
    people.change(office.store, office.context(), "赵敏", deputy="林涛", until="2025-03-31")
    assert [one.values["phone"] for one in as_(office, lin).scan("customer")] == [f"+86{PHONE}"]
    assert not list(as_(office, lin, LATER).scan("customer"))
    record = next(office.store.scan("customer"))
    wanted = change(record.rid, {"need": "要快"}, record.version)
    assert office.store.apply(wanted, office.context(lin, LATER)).outcomes[0].result == "refused"
    assert office.store.apply(wanted, office.context(lin)).outcomes[0].result == "updated"


def test_somebody_disabled_is_out_and_keeps_the_customers(office: Office, lin: Person) -> None:
    book = office.book(other(1))
    submit(office, lin, book)
    gone = people.change(office.store, office.context(), "林涛", disabled=True)
    assert gone.rid == lin.rid
    with pytest.raises(StoreError, match="林涛"):
        office.store.ensure_person("林涛", "林涛", [], NOW)
    his = next(one for one in office.store.scan("customer") if one.values["owner"] == lin.rid)
    assert office.store.apply(change(his.rid, {"need": "x"}, 1), office.context(lin)).outcomes[0].result == "refused"
    assert lin.rid in {one.values["owner"] for one in office.store.scan("customer")}
    assert not people.change(office.store, office.context(), "林涛", disabled=False).disabled


def test_people_stay_manageable(office: Office, lin: Person) -> None:
    for broken in ({"roles": "entry"}, {"disabled": True}):
        with pytest.raises(UsageError, match="last administrator"):
            people.change(office.store, office.context(), "赵敏", **broken)
    with pytest.raises(UsageError, match="administrator"):
        people.change(office.store, office.context(lin), "林涛", roles="admin")
    for day in ("2025-03-11", "明天"):
        with pytest.raises(UsageError):
            people.change(office.store, office.context(), "林涛", deputy="赵敏", until=day)
    with pytest.raises(UsageError):
        people.change(office.store, office.context(), "林涛", deputy="林涛")
    changed = people.change(office.store, office.context(), "林涛", roles="数据管理专员，审核员", department="华东")
    assert changed == replace(lin, roles=frozenset({"steward", "reviewer"}), department="华东")
    assert changed in office.store.people()


def test_a_stranger_does_not_get_in(office: Office) -> None:
    with pytest.raises(StoreError, match="not among the people"):
        office.store.ensure_person("stranger", "某人", ["admin"], NOW)


def settings(values: Mapping[str, str]) -> Operation:
    return Operation("settings", [Change("setting", key, "", {"value": value}) for key, value in values.items()])


def change(rid: str, values: Mapping[str, str | None], base: int) -> Operation:
    return Operation("submit", [Change("customer", rid, rid, dict(values), base)])


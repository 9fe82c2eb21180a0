"""A salesman's day on a team's store, with a login of his own: the database shows him no more than xlcrm does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jobs.conftest import ALL, NOW, Office, cells, customer, other, put
from tests.store.cluster import Cluster
from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import UsageError
from xlcrm.jobs import find, refresh, reveal
from xlcrm.jobs.submit import Count
from xlcrm.model.context import Context, Person
from xlcrm.model.operation import Change, Operation
from xlcrm.store.guard import seen
from xlcrm.store.postgres import opening

PHONE = "13901230456"
CIPHER = Cipher(keys.parse(keys.new_key()))


@pytest.fixture
def database(cluster: Cluster) -> str:
    return cluster.database()


@pytest.fixture
def chief(cluster: Cluster, database: str) -> Iterator[Office]:
    store = opening.create(cluster.url(database), "赵敏", ALL, NOW, CIPHER)
    yield Office(store, store.people()[0])
    store.close()


@pytest.fixture
def lin(cluster: Cluster, database: str, chief: Office) -> Iterator[Office]:
    """A salesman who owns nothing yet; 赵敏 owns the customer of the store."""
    chief.submit(chief.book(customer(phone=PHONE)))
    yield from login(cluster, database, chief, "lintao", "entry")


def login(cluster: Cluster, database: str, chief: Office, account: str, *roles: str) -> Iterator[Office]:
    person = chief.store.add_person(Person("", account, "林涛", "", frozenset(roles)), chief.context())
    cluster.run(f"ALTER ROLE {account} PASSWORD 'geheim'")
    store = opening.open(cluster.url(database, account, "geheim"), CIPHER)
    yield Office(seen(store, Context(person, lambda: NOW)), person)
    store.close()


def test_a_day(chief: Office, lin: Office) -> None:
    book = lin.book(customer(contact="别人", phone="13700000000"), other(0), other(1))
    done = lin.submit(book)
    assert (done.total[Count.NEW], done.total[Count.WAITING]) == (2, 1)
    assert "赵敏" in str(cells(book, "problem")[0]) and cells(book, "other_owner", "duplicate") == ["赵敏"]
    put(book, 1, need="要快")
    done = lin.submit(book)
    assert (done.total[Count.UPDATED], done.total[Count.UNCHANGED], done.total[Count.WAITING]) == (1, 1, 1)
    assert len(list(lin.store.scan("customer"))) == 2 and len(chief.customers()) == 3
    for words in ("深圳市海河电子有限公司", PHONE):
        assert find.find(lin.store, lin.context(), lin.rulebook(), words).lines == [{"name": "已有同事负责，请联系赵敏", "owner": "赵敏"}]
    assert find.find(lin.store, lin.context(), lin.rulebook(), "海河").lines == []
    assert len(find.find(lin.store, lin.context(), lin.rulebook(), "njqh").lines) == 1
    record = next(lin.store.scan("customer"))
    assert [entry.actor for entry in lin.store.history(record.rid)] == [lin.actor.rid] * len(lin.store.history(record.rid))
    with pytest.raises(UsageError):
        lin.store.verify()
    hidden = next(one for one in chief.store.scan("customer") if one.values["owner"] == chief.actor.rid)
    with pytest.raises(UsageError):
        reveal.reveal(lin.store, lin.context(), lin.rulebook(), "海河", "联系方式", "回访")
    assert sum(entry.kind == "ask" for entry in chief.store.history(hidden.rid)) == 1
    assert not chief.store.verify().faults


def test_a_customer_handed_over(chief: Office, lin: Office) -> None:
    """It is a colleague's from then on: he learns that, since he worked on it, and nothing else."""
    book = lin.book(other(0))
    lin.submit(book)
    record = next(lin.store.scan("customer"))
    away = Change("customer", record.rid, record.rid, {"owner": chief.actor.rid, "need": "新需求"}, record.version)
    chief.store.apply(Operation("handover", [away]), chief.context())
    put(book, 0, need="我要改")
    done = lin.submit(book)
    assert (done.total[Count.REFUSED], cells(book, "submit_status")) == (1, ["已退回"])
    assert "同事负责" in str(cells(book, "problem")[0])
    got = refresh.refresh(book, lin.store, lin.context(), lin.rulebook())
    assert (got.updated, got.added, cells(book, "need")) == (0, 0, ["我要改"])
    assert chief.store.records([record.rid])[record.rid].values["need"] == "新需求"


def test_a_customer_in_a_colleagues_name_is_not_added(chief: Office, lin: Office) -> None:
    book = lin.book(other(0, owner="赵敏"), other(1))
    done = lin.submit(book)
    assert (done.total[Count.NEW], done.total[Count.REFUSED]) == (1, 1)
    assert cells(book, "submit_status") == ["已退回", "已提交"]
    assert len(chief.customers()) == 2


def test_a_reviewer_sees_that_there_is_a_value(cluster: Cluster, database: str, chief: Office) -> None:
    chief.submit(chief.book(customer(phone=PHONE)))
    for reviewer in login(cluster, database, chief, "shenhe", "reviewer"):
        (line,) = find.find(reviewer.store, reviewer.context(), reviewer.rulebook(), "海河").lines
        assert "***" in str(line["phone"]) and "0456" not in str(line)
        assert reveal.reveal(reviewer.store, reviewer.context(), reviewer.rulebook(), "海河", "联系方式", "回访") == PHONE
        rid = next(chief.store.scan("customer")).rid
        entry = next(one for one in chief.store.history(rid) if one.kind == "reveal")
        assert (entry.actor, entry.reason, entry.after["field"]) == (reviewer.actor.rid, "回访", "phone")
    assert not chief.store.verify().faults

"""Update requests as logins of a server: the same sentences and steps, what is hidden stays hidden, the server has the last word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.catalogue import text
from xlcrm.jobs.queues import answers, items, sheets
from xlcrm.jobs.requests import raising
from xlcrm.jobs.requests.acting import act
from xlcrm.jobs.submit import Count, submit
from xlcrm.model.context import Context, Person
from xlcrm.model.operation import Change, Operation, Record
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.model.wish import Answer, Wish
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store.base import Store
from xlcrm.store.guard import seen
from xlcrm.store.postgres import opening
from xlcrm.store.sql import SqlStore

from .conftest import cells, customer, put

PASSWORD = "geheim"
ROLES = {"lin": "entry", "rui": "reviewer", "sun": "steward", "mei": "manager", "fei": "finance"}
CALL = {"verify_way": "customer", "verify_note": "致电本人确认"}


@dataclass
class Server:
    """A server whose core fields change by request, with a person for each role, all of one department."""

    whole: SqlStore
    cluster: Cluster
    database: str
    people: dict[str, Person]

    @contextmanager
    def as_(self, login: str) -> Iterator[tuple[Store, Context, Rulebook]]:
        by = context(self.people[login])
        store = opening.open(self.cluster.url(self.database, login, PASSWORD), CIPHER)
        try:
            everybody = store.people()
            names = {one.rid: one.name for one in everybody}
            book = Rulebook(by.clock(), people={one.name: one.rid for one in everybody}, names=names, settings=store.settings())
            yield seen(store, by), by, book
        finally:
            store.close()

    def submit(self, login: str, book: MemoryBook) -> dict[Count, int]:
        with self.as_(login) as (store, by, rulebook):
            return {count: number for count, number in submit(book, store, by, rulebook).total.items() if number}

    def does(self, login: str, step: str, request: str, **values: str) -> Answer:
        with self.as_(login) as (store, by, rulebook):
            return act(store, by, rulebook, [Wish(request, step, dict(values))])[0]

    def waits(self, login: str) -> list[str]:
        """The sheets on which something waits for somebody."""
        with self.as_(login) as (store, by, rulebook):
            return sorted(one.sheet.key for one in items.waiting(store, by, rulebook))

    def request(self) -> Record:
        (found,) = self.whole.scan(REQUEST.key)
        return found


@pytest.fixture
def server(cluster: Cluster) -> Iterator[Server]:
    database = cluster.database()
    whole = opening.create(cluster.url(database), "管理员", ["admin", "steward"], context().clock(), CIPHER)
    boss = context(whole.people()[0])
    people = {}
    for login, role in ROLES.items():
        people[login] = whole.add_person(Person("", login, login.upper(), "销售", frozenset({role})), boss)
        cluster.run(f"ALTER ROLE {login} PASSWORD '{PASSWORD}'")
    whole.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), boss)
    yield Server(whole, cluster, database, people)
    assert not whole.verify().faults
    whole.close()


def test_the_life_of_a_request_and_what_the_server_refuses(server: Server) -> None:
    book = MemoryBook({"customer": [customer(first_contact="2025-03-04")]})
    assert server.submit("lin", book) == {Count.NEW: 1}
    put(book, 0, phone="13800001111")
    assert server.submit("lin", book) == {Count.WAITING: 1}
    request = server.request()
    assert request.values["after"] == "+8613800001111"

    own = server.does("lin", "pass", request.rid, **CALL)
    assert (own.done, own.key) == (False, "requests.own")
    assert server.does("rui", "pass", request.rid, **CALL).state == "verifying"
    assert server.does("sun", "apply", request.rid).state == "updated"
    stored = next(server.whole.scan(CUSTOMER.key))
    assert (stored.values["phone"], stored.values["phone_check"]) == ("+8613800001111", "phone")
    assert server.whole.history(stored.rid)[-1].reason == f"更新申请{request.number}：发起人LIN，核验人RUI，更新人SUN"
    assert server.does("lin", "confirm_close", request.rid).state == "closed"
    assert server.submit("lin", book) == {Count.UNCHANGED: 1}


def test_business_state_by_manager_and_finance_and_a_row_of_the_request_sheet(server: Server) -> None:
    server.submit("lin", MemoryBook({"customer": [customer(first_contact="2025-03-04")]}))
    row = {"customer": next(server.whole.scan(CUSTOMER.key)).number, "field": "合同金额(万元)", "after": 35.5, "reason": "续签"}
    sheet = MemoryBook({"request": [row]})
    assert server.submit("rui", sheet) == {Count.REFUSED: 1}
    assert server.submit("lin", sheet) == {Count.NEW: 1}
    rid = server.request().rid
    assert server.does("rui", "pass", rid, **CALL).key == "requests.no_seat"
    first = server.does("fei", "pass", rid, verify_way="data", verify_note="已到账")
    assert (first.key, first.said["seats"]) == ("requests.done_pass_more", "部门负责人")
    assert server.does("fei", "pass", rid, verify_way="data", verify_note="再说一次").key == "requests.said_before"
    assert server.does("mei", "pass_apply", rid, verify_way="internal", verify_note="合同已签").state == "updated"
    assert next(server.whole.scan(CUSTOMER.key)).values["contract_amount"] == "35.50"


def test_a_request_that_nobody_else_may_see_is_no_request(server: Server) -> None:
    server.submit("lin", MemoryBook({"customer": [customer(first_contact="2025-03-04")]}))
    record = next(server.whole.scan(CUSTOMER.key))
    with server.as_("lin") as (store, by, _):
        change = raising.new_request(by, record, "phone", "+8613800001111")
        (change.number,) = store.numbers(REQUEST.number, 1, by.now())
        store.apply(Operation("request", [change]), by)
    stranger = Person("", "wu", "WU", "别处", frozenset({"entry"}))
    server.people["wu"] = server.whole.add_person(stranger, context(server.whole.people()[0]))
    server.cluster.run(f"ALTER ROLE wu PASSWORD '{PASSWORD}'")
    answer = server.does("wu", "pass", change.rid, **CALL)
    assert not answer.done
    assert "您看不到它" in text(answer.key, "zh", **answer.said)


def test_each_login_finds_what_waits_for_it(server: Server) -> None:
    """The sheets of what waits (jobs/queues), filled and answered over what the server lets each role see."""
    book = MemoryBook({"customer": [customer(first_contact="2025-03-04")]})
    server.submit("lin", book)
    put(book, 0, contact="李芳", status="成交客户")
    assert server.submit("lin", book) == {Count.WAITING: 1}
    assert {login: server.waits(login) for login in ROLES} == {
        "lin": [],
        "rui": ["to_verify"],
        "sun": ["to_verify"],
        "mei": ["to_approve", "to_verify"],
        "fei": ["to_approve"],
    }
    theirs = MemoryBook()
    with server.as_("fei") as (store, by, rulebook):
        sheets.show(theirs, store, by, rulebook)
        assert cells(theirs, "after", "to_approve") == ["成交客户"], "who confirms it reads it"
        put(theirs, 0, "to_approve", action="通过", way="内部交叉验证", note="合同已归档")
        assert answers.carry_out(theirs, store, by, rulebook).done == 1
    assert server.waits("fei") == []

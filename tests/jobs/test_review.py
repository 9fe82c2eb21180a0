"""双人审核: a second person looks at new customers of entry users; what is sent back says why."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import Office, cells, customer, other, put
from xlcrm.jobs.dedupe import dedupe
from xlcrm.jobs.refresh import refresh
from xlcrm.jobs.requests.acting import act
from xlcrm.jobs.submit import Count
from xlcrm.model.context import Person
from xlcrm.model.operation import Change, Operation
from xlcrm.model.resultsheets import DUPLICATES
from xlcrm.model.wish import Answer, Wish
from xlcrm.sheets.memory import MemoryBook

DOUBLE = {"review": "double"}


@pytest.fixture
def entry(office: Office) -> Person:
    """An entry user of a team that wants double review."""
    office.store.apply(Operation("settings", [Change("setting", "review", "", {"value": "double"})]), office.context())
    return office.person("李雷", "entry")


def answer(office: Office, person: Person, step: str, reason: str = "") -> Answer:
    (proposal,) = office.store.proposals("review")
    (told,) = act(office.store, office.context(person), office.rulebook(DOUBLE), [Wish(proposal.rid, step, {"reason": reason})])
    return told


def submitted(office: Office, entry: Person) -> MemoryBook:
    book = office.book(customer())
    done = office.submit(book, actor=entry, settings=DOUBLE)
    assert done.total[Count.NEW] == 1
    return book


def test_a_new_customer_of_an_entry_user_waits_and_is_there_meanwhile(office: Office, entry: Person) -> None:
    book = submitted(office, entry)
    assert (cells(book, "submit_status"), cells(book, "number"), cells(book, "version")) == (["待审核"], ["CX2025030001"], [1.0])
    assert cells(book, "owner") == ["李雷"]
    assert office.submit(book, actor=entry, settings=DOUBLE).total[Count.UNCHANGED] == 1
    assert cells(book, "submit_status") == ["待审核"]
    twin = office.book(customer())
    dedupe(twin, office.store, office.context(), office.rulebook(DOUBLE))
    assert len(twin.read(DUPLICATES)) == 1


def test_reviewers_are_told_once_a_press_however_many_customers_wait(office: Office, entry: Person) -> None:
    reviewer = office.person("王芳", "reviewer")
    office.submit(office.book(customer(), other(0), other(1)), actor=entry, settings=DOUBLE)
    assert len(office.store.proposals("review")) == 3
    told = [(one.values["kind"], one.values["person"]) for one in office.store.notices()]
    assert sorted(told) == sorted([("proposed", office.actor.rid), ("proposed", reviewer.rid)])


def test_a_second_person_agrees_and_the_row_is_submitted(office: Office, entry: Person) -> None:
    book = submitted(office, entry)
    assert answer(office, office.person("王芳", "reviewer"), "agree").done
    refresh(book, office.store, office.context(entry), office.rulebook(DOUBLE))
    assert cells(book, "submit_status") == ["已提交"]
    office.submit(book, actor=entry, settings=DOUBLE)
    assert cells(book, "submit_status") == ["已提交"]
    assert office.store.proposals("review") == []


def test_a_declined_one_becomes_void_and_its_row_says_by_whom_and_why(office: Office, entry: Person) -> None:
    refreshed, pressed = submitted(office, entry), MemoryBook()
    reviewer = office.person("王芳", "reviewer")
    told = answer(office, reviewer, "decline")
    assert (told.done, told.key) == (False, "reviewing.no_reason")
    assert answer(office, reviewer, "decline", "电话打不通").done
    refresh(refreshed, office.store, office.context(entry), office.rulebook(DOUBLE))
    assert cells(refreshed, "submit_status") == ["已退回"]
    assert "王芳" in str(cells(refreshed, "problem")[0]) and "电话打不通" in str(cells(refreshed, "problem")[0])
    rows = refreshed.read(refreshed.tables()[0])
    pressed = office.book({key: rows.cell(0, key) for key in rows.columns})
    assert office.submit(pressed, actor=entry, settings=DOUBLE).total[Count.REFUSED] == 1
    assert "电话打不通" in str(cells(pressed, "problem")[0])
    assert office.customers() == {}
    put(pressed, 0, number=None, version=None, phone="13912345670", created_by=None, created_at=None, updated_by=None, updated_at=None, origin=None)
    assert office.submit(pressed, actor=entry, settings=DOUBLE).total[Count.NEW] == 1
    assert cells(pressed, "number") == ["CX2025030002"]


def test_whoever_entered_it_neither_agrees_nor_takes_it_back(office: Office, entry: Person) -> None:
    submitted(office, entry)
    for step in ("agree", "withdraw", "decline"):
        told = answer(office, entry, step, "我自己")
        assert not told.done
    assert len(office.store.proposals("review")) == 1
    assert len(office.customers()) == 1


def test_who_may_approve_needs_no_second_person(office: Office, entry: Person) -> None:
    book = office.book(customer(), other(0))
    office.submit(book, settings=DOUBLE)
    assert cells(book, "submit_status") == ["已提交", "已提交"]
    assert office.store.proposals("review") == []


def test_the_store_takes_no_new_customer_without_its_review(office: Office, entry: Person) -> None:
    book = office.book(customer())
    done = office.submit(book, actor=entry, settings={})  # a client that knows nothing of the setting
    assert done.total[Count.REFUSED] == 1
    assert office.customers() == {}


def test_a_customer_of_a_team_without_review_is_submitted_at_once(office: Office) -> None:
    book = office.book(customer())
    office.submit(book, actor=office.person("李雷", "entry"))
    assert cells(book, "submit_status") == ["已提交"]

"""Double review, new tags and feedback as logins of a server: the database holds to the same rules."""

from __future__ import annotations

from xlcrm.jobs.dictionary import own_options
from xlcrm.jobs.requests.acting import act
from xlcrm.jobs.submit import Count, Submission, submit
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation
from xlcrm.model.wish import Wish
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store.base import Store

from .conftest import cells, customer, other
from .test_merge_on_a_server import Server, server

__all__ = ["server"]


def press(book: MemoryBook, store: Store, by: Context) -> Submission:
    people = store.people()
    known, names = {one.name: one.rid for one in people}, {one.rid: one.name for one in people}
    settings = store.settings()
    rulebook = Rulebook(by.clock(), people=known, names=names, options=own_options(book, "zh", settings), settings=settings)
    return submit(book, store, by, rulebook)


def answered(store: Store, by: Context, kind: str, step: str, reason: str = "") -> list[bool]:
    wishes = [Wish(one.rid, step, {"reason": reason}) for one in store.proposals(kind)]
    return [told.done for told in act(store, by, Rulebook(by.clock(), settings=store.settings()), wishes)]


def test_what_an_entry_user_enters_waits_for_a_second_person(server: Server) -> None:
    name = "深圳市海河电子有限公司"
    tags = [{"customer": name, "type": "需求", "name": "碳中和"}, {"customer": name, "type": "价值", "name": "高价值"}]
    feed = [{"customer": name, "type": "投诉", "content": "发货晚了", "raised_on": "2025-03-05", "assigned_to": "wang"}]
    fair = [{"type": "市场活动", "title": "春季展会", "on": "2025-03-05"}]
    mine = [row | {"first_contact": "2025-03-05"} for row in (customer(name), other(0))]
    book = MemoryBook({"customer": mine, "tag": tags, "feedback": feed, "activity": fair})
    with server.as_("sun") as (store, by):
        store.apply(Operation("settings", [Change("setting", "review", "", {"value": "double"})]), by)
    with server.as_("lin") as (store, by):
        done = press(book, store, by)
        assert (done.total[Count.NEW], done.total[Count.WAITING], done.total[Count.REFUSED]) == (5, 1, 0)
        assert cells(book, "submit_status") == ["待审核", "待审核"]
        assert cells(book, "submit_status", "tag") == ["待审核", "已提交"]
        assert answered(store, by, "review", "agree") == [False, False]
        assert answered(store, by, "tag", "agree") == [False]
    with server.as_("wang") as (store, _):
        assert [list(store.scan(key)) for key in ("customer", "feedback", "tag")] == [[], [], []]
        assert [one.values["title"] for one in store.scan("activity")] == ["春季展会"], "what is about no customer is everybody's"
    with server.as_("sun") as (store, by):
        assert answered(store, by, "review", "decline", "同名太多") == [True, True]
        assert answered(store, by, "tag", "agree") == [True]
        assert "tag.碳中和" in store.settings()
    with server.as_("lin") as (store, by):
        again = press(book, store, by)
        assert again.counts["customer"][Count.REFUSED] == 2
        assert "同名太多" in str(cells(book, "problem")[0])
        assert list(store.scan("customer")) == []
    told = {(one.values["kind"], server.whole.people()[0].rid != one.values["person"]) for one in server.whole.notices()}
    assert ("assigned", True) in told and ("proposed", True) in told

"""Feedback is dispatched to whoever deals with it, tracked, and what many customers say alike is found and told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.jobs.conftest import NOW, Office, customer, other, put
from xlcrm.jobs import feedback
from xlcrm.match.texts import groups
from xlcrm.model.operation import Values
from xlcrm.model.rows import Cell
from xlcrm.rules.feedback import state
from xlcrm.rules.telling import staff
from xlcrm.sheets.memory import MemoryBook

NAMES = ("深圳市海河电子有限公司", "南京青禾食品有限公司", "宁波东港机械制造有限公司", "成都锦程物流有限公司")
LATE = ("发货晚了三天，客户很不满", "发货晚了五天，客户不满意", "发货又晚了三天", "物流发货太晚")


def piece(which: int, content: str, **more: Cell) -> dict[str, Cell]:
    row: dict[str, Cell] = {"customer": NAMES[which], "type": "投诉", "content": content, "raised_on": datetime(2025, 3, 11)}
    return row | more


def filled(office: Office, *pieces: dict[str, Cell]) -> MemoryBook:
    return office.book(customer(), other(0), other(1), other(2), feedback=pieces)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "open"),
        ({"due": "2025-03-12"}, "open"),
        ({"due": "2025-03-11", "progress": "已联系"}, "overdue"),
        ({"progress": "已联系"}, "progress"),
        ({"due": "2025-03-11", "closed_on": "2025-03-12", "result": "已补偿"}, "done"),
    ],
)
def test_its_state_follows_from_what_it_says(values: Values, expected: str) -> None:
    assert state(values, "2025-03-12") == expected


def test_whoever_is_to_deal_with_it_is_told_once(office: Office) -> None:
    lily = office.person("李丽", "entry")
    book = filled(office, piece(0, LATE[0], assigned_to="李丽"), piece(1, LATE[1]))
    office.submit(book)
    told = office.store.notices()
    assert [(one.values["kind"], one.values["person"], one.values["state"]) for one in told] == [("assigned", lily.rid, "pending")]
    office.submit(book)
    put(book, 0, "feedback", progress="已联系")
    office.submit(book)
    assert len(office.store.notices()) == 1
    put(book, 1, "feedback", assigned_to="李丽")
    office.submit(book)
    assert len(office.store.notices()) == 2


def test_whoever_a_next_step_names_is_told_of_it(office: Office) -> None:
    lily = office.person("李丽", "entry")
    talk: dict[str, Cell] = {"customer": NAMES[0], "at": NOW, "way": "电话", "topic": "催货", "summary": "客户问何时发货。", "next_due": datetime(2025, 3, 20)}
    steps = [talk | {"next_step": "发送报价单", "next_by": "李丽"}, talk | {"next_by": "李丽", "topic": "闲聊"}, talk | {"next_step": "寄样品", "next_by": "赵敏"}]
    office.submit(office.book(customer(), interaction=steps))
    assert [(one.values["kind"], one.values["person"]) for one in office.store.notices()] == [("next_step", lily.rid)]


def test_the_list_is_the_most_urgent_first(office: Office) -> None:
    book = filled(
        office,
        piece(0, "甲", result="已补偿", closed_on=datetime(2025, 3, 12)),
        piece(1, "乙", progress="已联系"),
        piece(2, "丙", due=datetime(2025, 3, 20)),
        piece(3, "丁", due=datetime(2025, 3, 11)),
    )
    office.submit(book)
    found = feedback.pieces(office.store, office.rulebook())
    assert [(one.state, one.record.values["content"]) for one in found] == [("overdue", "丁"), ("open", "丙"), ("progress", "乙"), ("done", "甲")]
    assert feedback.name(found[0]) == "CX2025030004 成都锦程物流有限公司"


def test_texts_that_say_alike_are_grouped_and_others_are_not() -> None:
    texts = [*LATE, "开票抬头错误，要求重开发票", "发票抬头开错了", "售后没人回复", "好", "", "123"]
    assert groups(texts) == [[0, 1, 2, 3], [4, 5]]
    assert groups([]) == groups(["。", "客户投诉"]) == []
    assert groups(["一样的话", "别的内容", "一样的话"]) == [[0, 2]]


def test_what_several_customers_complain_of_is_told_to_managers_and_stewards_once(office: Office) -> None:
    office.person("李丽", "entry")
    manager, steward = office.person("周强", "manager"), office.person("钱多", "steward")
    book = filled(office, *(piece(which, said) for which, said in enumerate(LATE)), piece(3, "开票抬头错误"))
    office.submit(book)
    rulebook = office.rulebook()
    assert feedback.groups(office.store, rulebook) == [], "five customers at least, unless somebody says otherwise"
    (group,) = feedback.groups(office.store, rulebook, least=4)
    assert (group.type, group.customers, len(group.pieces)) == ("complaint", 4, 4)
    assert feedback.groups(office.store, replace(rulebook, settings={"feedback_least": "4"})) == [group]
    everybody = staff(office.store.people(), {}, "2025-03-12")
    fresh = feedback.escalate(office.store, office.context(), [group], everybody)
    assert {one.values["person"] for one in fresh} == {office.actor.rid, manager.rid, steward.rid}
    assert feedback.escalate(office.store, office.context(), [group], everybody) == []
    later = office.rulebook(moment=NOW + timedelta(days=31))
    assert feedback.groups(office.store, later, least=4) == [], "what is old is no news"


def test_one_customer_that_says_the_same_again_and_again_is_one(office: Office) -> None:
    office.submit(filled(office, *(piece(0, said) for said in LATE)))
    assert feedback.groups(office.store, office.rulebook(), least=2) == []

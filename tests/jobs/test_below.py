"""Feedback, opportunities and activities live as customers do: submitted, numbered, logged, compared, merged, taken back."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tests.jobs.conftest import NOW, Office, cells, customer, other, put
from xlcrm.jobs import make, merge, readback, undo
from xlcrm.jobs.consolidate import consolidate
from xlcrm.jobs.submit import Count
from xlcrm.model.context import Person
from xlcrm.model.resultsheets import CONFLICTS
from xlcrm.model.rows import Cell
from xlcrm.model.tables import ACTIVITY, BY_KEY, FEEDBACK, OPPORTUNITY
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store import guard

FEED: dict[str, Cell] = {"customer": "深圳市海河电子有限公司", "type": "投诉", "content": "发货晚了三天。", "raised_on": datetime(2025, 3, 11)}
CHANCE: dict[str, Cell] = {"customer": "深圳市海河电子有限公司", "title": "仓储二期", "stage": "方案报价", "amount": 30.0, "expected_on": datetime(2025, 6, 30)}
FAIR: dict[str, Cell] = {"type": "市场活动", "title": "春季展会", "on": datetime(2025, 3, 10)}
VISIT: dict[str, Cell] = {"customer": "深圳市海河电子有限公司", "type": "拜访计划", "title": "回访", "on": datetime(2025, 3, 20)}
TABLES = (FEEDBACK.key, OPPORTUNITY.key, ACTIVITY.key)


def filled(office: Office) -> MemoryBook:
    return office.book(customer(), feedback=[FEED], opportunity=[CHANCE], activity=[FAIR, VISIT])


def test_they_are_numbered_stamped_and_stored_with_their_customer(office: Office) -> None:
    book = filled(office)
    done = office.submit(book)
    assert done.total[Count.NEW] == 5
    assert [cells(book, "number", key) for key in TABLES] == [["FK2025030001"], ["JH2025030001"], ["HY2025030001", "HY2025030002"]]
    assert {word for key in TABLES for word in cells(book, "submit_status", key)} == {"已提交"}
    (rid,) = office.store.find(["CX2025030001"]).values()
    (feedback,) = office.store.children(FEEDBACK.key, [rid])[rid]
    assert (feedback.values["type"], feedback.values["assigned_to"], feedback.created_by) == ("complaint", office.actor.rid, office.actor.rid)
    assert cells(book, "assigned_to", FEEDBACK.key) == ["赵敏"]
    assert [one.values["customer"] for one in office.store.scan(ACTIVITY.key)] == [None, rid]


def test_pressing_again_and_a_lost_answer_add_nothing(office: Office) -> None:
    book = filled(office)
    book.set_setting("uid", "a" * 32)
    lost = copy.deepcopy(book)
    office.submit(book)
    assert office.submit(book).total[Count.UNCHANGED] == 5
    again = office.submit(lost)
    assert again.total[Count.UNCHANGED] == 5
    assert [cells(lost, "number", key) for key in TABLES] == [cells(book, "number", key) for key in TABLES]
    assert [len(list(office.store.scan(key))) for key in TABLES] == [1, 1, 2]


def test_an_edit_is_one_version_and_a_line_of_the_log(office: Office) -> None:
    book = filled(office)
    office.submit(book)
    put(book, 0, FEEDBACK.key, result="已补偿运费", closed_on=datetime(2025, 3, 12))
    put(book, 0, ACTIVITY.key, execution="来了40人")
    done = office.submit(book)
    assert (done.total[Count.UPDATED], done.total[Count.UNCHANGED]) == (2, 3)
    (feedback,) = office.store.scan(FEEDBACK.key)
    last = office.store.history(feedback.rid)[-1]
    assert last.after == {"result": "已补偿运费", "closed_on": "2025-03-12"}
    assert (last.version, cells(book, "version", ACTIVITY.key)) == (2, [2.0, 1.0])


def test_two_people_change_one_field(office: Office) -> None:
    book = filled(office)
    office.submit(book)
    mine, theirs = copy.deepcopy(book), copy.deepcopy(book)
    put(theirs, 0, OPPORTUNITY.key, amount=50.0, strategy="先演示")
    office.submit(theirs)
    put(mine, 0, OPPORTUNITY.key, amount=40.0)
    done = office.submit(mine)
    assert done.counts[OPPORTUNITY.key][Count.WAITING] == 1
    assert cells(mine, "theirs", CONFLICTS.key) == [50.0]
    mine.write(mine.read(CONFLICTS), {"choice": ["用本表的"]})
    office.submit(mine)
    (chance,) = office.store.scan(OPPORTUNITY.key)
    assert (chance.values["amount"], chance.values["strategy"]) == ("40.00", "先演示")


def test_unknown_customers_and_a_colleagues_are_refused_with_one_sentence(office: Office) -> None:
    office.submit(office.book(customer()))
    entry = office.person("李雷", "entry")
    book = office.book(other(0), feedback=[FEED, FEED | {"customer": "没有这家"}], activity=[FAIR])
    done = office.submit(book, actor=entry)
    assert (done.counts[FEEDBACK.key][Count.REFUSED], done.counts[ACTIVITY.key][Count.NEW]) == (2, 1)
    assert "由同事负责" in str(cells(book, "problem", FEEDBACK.key)[0])
    assert "没有这家" in str(cells(book, "problem", FEEDBACK.key)[1])


def test_somebody_without_the_right_adds_no_activity(office: Office) -> None:
    reader = office.person("财务", "finance")
    done = office.submit(office.book(activity=[FAIR]), actor=reader)
    assert done.counts[ACTIVITY.key][Count.REFUSED] == 1
    assert list(office.store.scan(ACTIVITY.key)) == []


def test_merging_carries_them_and_undo_brings_them_back(office: Office) -> None:
    office.submit(filled(office))
    office.submit(office.book(other(0)))
    first, second = (next(iter(office.store.find([number]).values())) for number in ("CX2025030001", "CX2025030002"))
    records = [office.store.records([rid])[rid] for rid in (second, first)]
    done = merge.carry_out(office.store, office.context(), records, merge.Wishes(), {})
    assert {key: done.moved[key] for key in TABLES} == {"feedback": 1, "opportunity": 1, "activity": 1}
    assert [len(office.store.children(key, [second])[second]) for key in TABLES] == [1, 1, 1]
    undo.undo(office.store, office.context(), undo.find(office.store, office.context()))
    assert [len(office.store.children(key, [first])[first]) for key in TABLES] == [1, 1, 1]


def test_an_undone_submission_takes_them_back(office: Office) -> None:
    office.submit(filled(office))
    undo.undo(office.store, office.context(), undo.find(office.store, office.context()))
    assert [list(office.store.scan(key)) for key in TABLES] == [[], [], []]


def test_an_export_holds_them_and_can_be_submitted_again(office: Office, tmp_path: Path) -> None:
    office.submit(filled(office))
    path = tmp_path / "out.xlsx"
    make.export(path, office.store, office.context(), office.rulebook())
    book = open_book(path)
    assert [len(book.read(BY_KEY[key])) for key in TABLES] == [1, 1, 2]
    assert office.submit(book).total[Count.UNCHANGED] == 5


def test_the_family_of_a_customer_shows_them(office: Office) -> None:
    office.submit(filled(office))
    family = readback.family(office.store, list(office.store.scan("customer")))
    assert [len(family[key]) for key in TABLES] == [1, 1, 1]


def test_a_colleagues_feedback_is_hidden_and_a_team_activity_is_not(office: Office) -> None:
    office.submit(filled(office))
    entry: Person = office.person("李雷", "entry")
    seen = guard.seen(office.store, office.context(entry))
    assert [list(seen.scan(key)) for key in (FEEDBACK.key, OPPORTUNITY.key)] == [[], []]
    assert [one.values["title"] for one in seen.scan(ACTIVITY.key)] == ["春季展会"]


def test_late_conversations_are_marked_after_a_day(office: Office) -> None:
    talk: dict[str, Cell] = {"customer": "深圳市海河电子有限公司", "way": "电话", "topic": "催货", "summary": "客户问何时发货，我方答周五。", "feedback": "有兴趣"}
    book = office.book(customer(), interaction=[talk | {"at": datetime(2025, 3, 11, 14)}, talk | {"at": datetime(2025, 3, 11, 15)}])
    office.submit(book, moment=NOW)
    assert ["24" in str(problem or "") for problem in cells(book, "problem", "interaction")] == [True, False]


def test_everybodys_sheets_of_them_are_consolidated(office: Office, tmp_path: Path) -> None:
    files = []
    for number, name in enumerate(("王芳", "李强")):
        book = tmp_path / f"{name}.xlsx"
        theirs = {**FEED, "customer": other(number)["name"]}
        rows = {"customer": [other(number)], "feedback": [theirs, theirs], "activity": [FAIR]}
        template.build(book, "zh", {key: {name: [row.get(name) for row in of] for name in of[0]} for key, of in rows.items()})
        files.append(book)
    out = tmp_path / "合并.xlsx"
    rulebook = replace(office.rulebook(), old=True)
    consolidate(files, office.store, office.context(), rulebook, lambda *_: None).write(out, "zh", {})
    done = office.submit(open_book(out))
    assert {key: of[Count.NEW] for key, of in done.counts.items() if of[Count.NEW]} == {"customer": 2, "feedback": 2, "activity": 1}
    again = consolidate(files, office.store, office.context(), rulebook, lambda *_: None)
    assert [key for key in TABLES if key in again.columns] == []

"""标签库: only the library's tags, new ones with the steward's consent, no two that exclude each other; and changing it."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.jobs.conftest import NOW, Office, cells, customer, other, put
from xlcrm.errors import UsageError
from xlcrm.jobs import tagging, taglibrary, tagsheet
from xlcrm.jobs.dictionary import own_options, share
from xlcrm.jobs.requests.acting import act
from xlcrm.jobs.submit import Count, Submission
from xlcrm.jobs.submit import submit as job
from xlcrm.model.context import Person
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY
from xlcrm.model.wish import Wish
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.taglibrary import Tag, library
from xlcrm.sheets.memory import MemoryBook

NAME = "深圳市海河电子有限公司"


@pytest.fixture
def entry(office: Office) -> Person:
    return office.person("李雷", "entry")


def tag(type_: str, name: str, **more: Cell) -> dict[str, Cell]:
    return {"customer": NAME, "type": type_, "name": name} | more


def rulebook(office: Office, book: MemoryBook) -> Rulebook:
    """As the desk makes it."""
    settings = office.store.settings()
    plain = office.rulebook(settings)
    return Rulebook(plain.moment, people=plain.people, names=plain.names, settings=settings, options=own_options(book, "zh", settings))


def submit(office: Office, book: MemoryBook, actor: Person | None = None, moment: datetime = NOW) -> Submission:
    return job(book, office.store, office.context(actor, moment), rulebook(office, book))


def tags_of(office: Office) -> list[str]:
    return sorted(record.values["name"] or "" for record in office.store.scan("tag"))


def the_one(office: Office, name: str) -> Tag:
    return taglibrary.the_one(library(office.store.settings()), name)


def test_a_tag_that_nobody_knows_is_proposed_and_goes_in_once_the_steward_agrees(office: Office, entry: Person) -> None:
    book = office.book(customer(), tag=[tag("需求", "碳中和", note="客户要出碳报告"), tag("需求", "碳中和", customer=NAME)])
    done = submit(office, book, entry)
    assert done.counts["tag"][Count.WAITING] == 2
    assert cells(book, "submit_status", "tag") == ["待审核", "待审核"]
    assert "碳中和" in str(cells(book, "problem", "tag")[0])
    (proposal,) = office.store.proposals("tag")
    assert (proposal.about["type"], proposal.about["label"], proposal.reason) == ("need", "碳中和", "客户要出碳报告")
    submit(office, book, entry)
    assert len(office.store.proposals("tag")) == 1
    (told,) = act(office.store, office.context(), office.rulebook(), [Wish(proposal.rid, "agree")])
    assert (told.done, told.state) == (True, "done")
    one = office.book(tag=[tag("需求", "碳中和")])
    assert submit(office, one, entry).counts["tag"][Count.NEW] == 1
    assert tags_of(office) == ["碳中和"]
    assert library(office.store.settings())["碳中和"].by == entry.rid


def test_a_declined_tag_is_refused_with_the_reason(office: Office, entry: Person) -> None:
    book = office.book(customer(), tag=[tag("需求", "碳中和")])
    submit(office, book, entry)
    (proposal,) = office.store.proposals("tag")
    act(office.store, office.context(), office.rulebook(), [Wish(proposal.rid, "decline", {"reason": "用合规性需求"})])
    assert submit(office, book, entry).counts["tag"][Count.REFUSED] == 1
    assert "用合规性需求" in str(cells(book, "problem", "tag")[0])
    assert office.store.proposals("tag") == []


def test_the_steward_adds_a_tag_with_the_row_itself(office: Office) -> None:
    book = office.book(customer(), tag=[tag("需求", "碳中和")])
    assert submit(office, book).counts["tag"][Count.NEW] == 1
    assert cells(book, "tags") == ["碳中和"]
    assert library(office.store.settings())["碳中和"].option.parent == "need"


@pytest.mark.parametrize("keeps", [True, False])
def test_a_new_word_is_a_tag_of_one_type(office: Office, entry: Person, keeps: bool) -> None:
    book = office.book(customer(), tag=[tag("风险", "爱讲价"), tag("渠道", "爱讲价")])
    counts = submit(office, book, None if keeps else entry).counts["tag"]
    assert (counts[Count.NEW if keeps else Count.WAITING], counts[Count.REFUSED]) == (1, 1)
    assert "属于风险" in str(cells(book, "problem", "tag")[1])
    again = submit(office, book, None if keeps else entry).counts["tag"]
    assert (again[Count.UNCHANGED if keeps else Count.WAITING], again[Count.REFUSED]) == (1, 1), "pressed again it is the same"


def test_a_near_miss_stays_a_question(office: Office, entry: Person) -> None:
    book = office.book(customer(), tag=[tag("需求", "降低成夲")])
    assert submit(office, book, entry).counts["tag"][Count.REFUSED] == 1
    assert "降低成本" in str(cells(book, "problem", "tag")[0])
    assert office.store.proposals("tag") == []


def test_a_tag_cannot_stand_beside_one_that_the_store_has_but_can_take_its_place(office: Office) -> None:
    book = office.book(customer(), tag=[tag("价值", "高价值"), tag("渠道", "直客")])
    submit(office, book)
    second = office.book(tag=[tag("价值", "低价值"), tag("价值", "复购客户")])
    done = submit(office, second, moment=datetime(2025, 3, 13, 9))
    assert (done.counts["tag"][Count.REFUSED], done.counts["tag"][Count.NEW]) == (1, 1)
    assert "高价值" in str(cells(second, "problem", "tag")[0])
    put(book, 0, "tag", name="中价值")
    assert submit(office, book).counts["tag"][Count.UPDATED] == 1
    assert tags_of(office) == ["chan-direct", "value-mid", "value-repeat"]
    (changed,) = (one for one in office.store.scan("tag") if one.values["name"] == "value-mid")
    assert changed.version == 2


def test_the_library_reaches_the_dropdowns_and_what_is_retired_leaves_them(office: Office, entry: Person) -> None:
    taglibrary.new(office.store, office.context(), "value", "样板客户", ["标杆"])
    taglibrary.retire(office.store, office.context(), the_one(office, "直客"))
    book = office.book(customer(), tag=[tag("价值", "标杆"), tag("渠道", "直客")], dictionary=[{"list": "标签库", "label": "直客", "parent": "渠道"}])
    submit(office, book, entry)
    rows = book.read(BY_KEY["dictionary"])
    assert [[rows.cell(row, key) for key in ("list", "label", "parent")] for row in range(2)] == [
        ["标签库（已停用）", "直客", "渠道"], ["标签库", "样板客户", "价值"],
    ]  # fmt: skip
    assert tags_of(office) == ["样板客户"]
    assert "停用" in str(cells(book, "problem", "tag")[1])
    before = len(book.read(BY_KEY["dictionary"]))
    share(book, office.store.settings())
    assert len(book.read(BY_KEY["dictionary"])) == before
    taglibrary.retire(office.store, office.context(), the_one(office, "直客"), back=True)
    share(book, office.store.settings())
    assert book.read(BY_KEY["dictionary"]).cell(0, "list") == "标签库"


def test_a_stored_row_with_a_retired_tag_stays_as_it_is(office: Office) -> None:
    book = office.book(customer(), tag=[tag("渠道", "直客")])
    submit(office, book)
    taglibrary.retire(office.store, office.context(), the_one(office, "直客"))
    assert submit(office, book).counts["tag"][Count.UNCHANGED] == 1


def test_merging_two_tags_changes_every_customer_and_what_the_words_mean(office: Office) -> None:
    taglibrary.new(office.store, office.context(), "need", "降费用")
    book = office.book(customer(), other(0), tag=[tag("需求", "降费用"), tag("需求", "降低成本"), tag("需求", "降费用", customer="南京青禾食品有限公司")])
    submit(office, book)
    assert taglibrary.merge(office.store, office.context(), the_one(office, "降费用"), the_one(office, "降低成本")) == 2
    assert tags_of(office) == ["need-cost", "need-cost"]
    assert the_one(office, "降费用").option.code == "need-cost"
    third = office.book(tag=[tag("需求", "降费用", customer=NAME)])
    assert submit(office, third).counts["tag"][Count.UNCHANGED] == 1


def test_the_team_says_which_tags_exclude_each_other(office: Office) -> None:
    taglibrary.exclude(office.store, office.context(), the_one(office, "制造业"), the_one(office, "金融业"))
    book = office.book(customer(), tag=[tag("行业", "制造业"), tag("行业", "金融业")])
    assert submit(office, book).counts["tag"][Count.REFUSED] == 1
    taglibrary.exclude(office.store, office.context(), the_one(office, "制造业"), the_one(office, "金融业"), back=True)
    assert submit(office, book).counts["tag"][Count.NEW] == 1


def test_who_does_not_keep_the_library_only_proposes(office: Office, entry: Person) -> None:
    assert not taglibrary.new(office.store, office.context(entry), "need", "碳中和")
    with pytest.raises(UsageError, match="proposed"):
        taglibrary.new(office.store, office.context(entry), "need", "碳中和")
    with pytest.raises(UsageError, match="steward"):
        taglibrary.retire(office.store, office.context(entry), the_one(office, "直客"))


@pytest.mark.parametrize(("type_", "name"), [("need", ""), ("need", "长" * 21), ("nothing", "新标签"), ("need", "降低成本"), ("need", "甲/乙")])
def test_what_cannot_be_a_new_tag_is_said(office: Office, type_: str, name: str) -> None:
    with pytest.raises(UsageError):
        taglibrary.new(office.store, office.context(), type_, name)


def test_computed_tags_are_listed_then_set_and_follow_the_data(office: Office) -> None:
    book = office.book(customer(province="广东省", budget=150.0), other(0, budget=5.0), tag=[tag("价值", "重点客户", customer="南京青禾食品有限公司")])
    submit(office, book)
    found = tagging.compute(office.store, office.context(), rulebook(office, book))
    assert sorted((one.customer.number, one.option.code) for one in found.steps) == [
        ("CX2025030001", "ind-manu"), ("CX2025030001", "reg-south"), ("CX2025030001", "value-high"), ("CX2025030002", "ind-manu"),
    ]  # fmt: skip
    assert tags_of(office) == ["value-key"]
    assert tagging.apply(office.store, office.context(), found) == 4
    assert tagging.compute(office.store, office.context(), rulebook(office, book)).steps == []
    put(book, 0, budget=30.0)
    submit(office, book)
    again = tagging.compute(office.store, office.context(), rulebook(office, book))
    assert [(one.option.code, one.record is not None) for one in again.steps] == [("value-mid", True)]
    tagging.apply(office.store, office.context(), again)
    assert tags_of(office) == ["ind-manu", "ind-manu", "reg-south", "value-key", "value-mid"]
    assert "高价值" not in "".join(tagging.told(again, "zh"))


def test_the_sheet_shows_the_library_and_does_what_was_chosen(office: Office) -> None:
    book = office.book(customer(), tag=[tag("渠道", "直客")])
    submit(office, book)
    tagsheet.show(book, office.store, office.context(), office.rulebook())
    names = cells(book, "name", "tag_library")
    at = names.index("直客")
    assert (cells(book, "uses", "tag_library")[at], cells(book, "level", "tag_library")[at]) == (1.0, "行为特征")
    put(book, at, "tag_library", action="停用")
    put(book, names.index("制造业"), "tag_library", action="与对方标签互斥", other="金融业")
    put(book, names.index("建筑业"), "tag_library", action="合并到对方标签", other="没有这个")
    book.append(BY_KEY["tag_library"], [{"action": "新增", "type": "价值", "name": "样板客户", "synonyms": "标杆、示范"}])
    done, left = tagsheet.carry_out(book, office.store, office.context())
    assert (len(done), len(left)) == (3, 1)
    tagsheet.show(book, office.store, office.context(), office.rulebook(), left)
    assert (cells(book, "name", "tag_library")[0], "没有这个" in str(cells(book, "outcome", "tag_library")[0])) == ("建筑业", True)
    shown = dict(zip(cells(book, "name", "tag_library"), cells(book, "state", "tag_library"), strict=True))
    assert (shown["直客"], shown["样板客户"]) == ("已停用", "使用中")
    made = library(office.store.settings())["样板客户"]
    assert (made.option.synonyms, made.by) == (("标杆", "示范"), office.actor.rid)

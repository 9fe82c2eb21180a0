"""Filters as people write them, and views: filters with a name."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.jobs.conftest import NOW, Office, cells, customer, other, put
from xlcrm.errors import UsageError
from xlcrm.jobs import dictionary, views
from xlcrm.jobs.filters import conditions
from xlcrm.jobs.refresh import refresh
from xlcrm.model.operation import Change, Operation
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER, DICTIONARY
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store.guard import seen

RULES = Rulebook(NOW, people={"赵敏": "rid-zhao"})


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", []),
        ("状态=意向客户，年预算>10万", [("status", "=", "prospect"), ("budget", ">", "10.00")]),
        ("Status = Prospect; 年预算(万元)≤10万元、", [("status", "=", "prospect"), ("budget", "<=", "10.00")]),
        ("行业=制造业", [("industry", ">=", "C"), ("industry", "<", "C~")]),
        ("行业=信息传输、软件和信息技术服务业、状态≠潜在客户", [("industry", ">=", "I"), ("industry", "<", "I~"), ("status", "!=", "lead")]),
        ("Industry=Information transmission, software and IT services", [("industry", ">=", "I"), ("industry", "<", "I~")]),
        ("行业<>食品制造业", [("industry", "!=", "C14")]),
        ("标签=高价值，标签≠价值/低价值，标签=", [("tags", "=", "value-high"), ("tags", "!=", "value-low"), ("tags", "=", "")]),
        ("客户规模=小型企业(<100人)", [("size", "=", "small")]),
        ("负责人=赵敏，合同到期日=", [("owner", "=", "rid-zhao"), ("contract_end", "=", "")]),
    ],
)  # fmt: skip
def test_what_a_filter_means(said: str, meant: list[tuple[str, str, str]]) -> None:
    assert conditions(said, RULES) == meant


@pytest.mark.parametrize(
    ("said", "key", "told"),
    [
        ("意向客户", "no_sign", "第1个条件“意向客户”"),
        ("状态=意向客户，脾气=好", "no_field", "第2个条件“脾气=好”：客户表里没有“脾气”"),
        ("校验结果=通过", "not_stored", "校验结果"),
        ("标签=没有的标签", "no_value", "没有的标签"),
        ("标签>高价值", "no_order", "“标签”不分大小"),
        ("联系方式=139", "sensitive", "联系方式"),
        ("状态>意向客户", "no_order", "“客户状态”不分大小"),
        ("年预算>多", "no_value", "“多”不是“年预算(万元)”"),
        ("行业=制造业，状态意向客户", "no_value", "制造业，状态意向客户"),
        ("简称=甲，乙", "no_value", "甲，乙"),
        ("负责人=没有的人", "no_value", "没有的人"),
        ("行业≠制造业", "divided", "制造业"),
    ],
)
def test_a_filter_that_is_not_understood_says_where_and_why(said: str, key: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        conditions(said, RULES)
    assert error.value.key == f"filters.{key}" and told in error.value.sentence()


def test_a_trade_of_several_finds_them_all(office: Office) -> None:
    trades = ("制造业", "食品制造业", "专用设备制造业", "零售业", None)
    office.submit(office.book(*(other(place, industry=trade) for place, trade in enumerate(trades))))
    found = office.store.scan(CUSTOMER.key, conditions("行业=制造业", office.rulebook()))
    assert sorted(one.values["industry"] or "" for one in found) == ["C", "C14", "C35"]


def test_customers_are_found_by_their_tags(office: Office) -> None:
    tags: list[dict[str, Cell]] = [
        {"customer": other(0)["name"], "type": "价值", "name": "高价值"},
        {"customer": other(0)["name"], "type": "需求", "name": "降低成本"},
        {"customer": other(1)["name"], "type": "价值", "name": "低价值"},
    ]
    office.submit(office.book(*map(other, range(4)), tag=tags))
    (record,) = office.store.scan("tag", [("name", "=", "value-low")])
    found = {}
    for said in ("标签=高价值", "标签≠高价值", "标签=", "标签≠", "标签=高价值，标签=降低成本", "标签=高价值，标签=低价值"):
        asked = conditions(said, office.rulebook())
        found[said] = sorted(str(one.values["name"]) for one in seen(office.store, office.context()).scan("customer", asked))
    names = [str(other(place)["name"]) for place in range(4)]
    assert found["标签=高价值"] == found["标签=高价值，标签=降低成本"] == [names[0]] and not found["标签=高价值，标签=低价值"]
    assert (
        found["标签≠高价值"] == sorted(names[1:]) and found["标签="] == sorted(names[2:]) and found["标签≠"] == sorted(names[:2])
    )
    gone = Change("tag", record.rid, record.values["customer"] or "", {}, record.version, state="void")
    office.store.apply(Operation("tags", [gone]), office.context())
    assert views.count(office.store, conditions("标签=低价值", office.rulebook())) == 0, "a tag that was taken away is none"


def kept(office: Office, **filters: str) -> Rulebook:
    """The team keeps these views."""
    for name, said in filters.items():
        views.keep(office.store, office.context(), office.rulebook(), name, said)
    return office.rulebook(office.store.settings())


def test_a_view_is_kept_replaced_and_taken_away(office: Office) -> None:
    rules = kept(office, 重点="年预算>10", 意向="状态=意向客户")
    assert views.where(rules, "重点", "状态=意向客户") == (
        "年预算>10，状态=意向客户",
        [("budget", ">", "10.00"), ("status", "=", "prospect")],
    )
    assert views.keep(office.store, office.context(), rules, " 重 点 ", "年预算>20") == "重点"
    assert views.views(office.store.settings()) == {"意向": "状态=意向客户", "重点": "年预算>20"}
    assert views.remove(office.store, office.context(), "重点") == "重点"
    assert views.views(office.store.settings()) == {"意向": "状态=意向客户"}
    with pytest.raises(UsageError) as unknown:
        views.remove(office.store, office.context(), "重点")
    assert unknown.value.key == "views.unknown" and "意向" in unknown.value.hint()


@pytest.mark.parametrize(
    ("name", "said", "key"),
    [
        ("", "状态=意向客户", "views.bad_name"),
        ("长" * 31, "状态=意向客户", "views.bad_name"),
        ("空", " ", "views.no_filter"),
        ("错", "状态意向", "filters.no_sign"),
        ("长", "，".join(["状态=意向客户"] * 30), "views.too_long"),
    ],
)
def test_what_is_no_view_is_refused_when_it_is_saved(office: Office, name: str, said: str, key: str) -> None:
    with pytest.raises(UsageError) as error:
        views.keep(office.store, office.context(), office.rulebook(), name, said)
    assert error.value.key == key and not views.views(office.store.settings())


def test_only_who_may_change_settings_keeps_views(office: Office) -> None:
    entry = office.person("王芳", "entry")
    with pytest.raises(UsageError) as error:
        views.keep(office.store, office.context(entry), office.rulebook(), "我的", "状态=意向客户")
    assert error.value.key == "rights.no_settings" and not views.views(office.store.settings())


def test_a_view_that_names_an_option_since_gone_says_so(office: Office) -> None:
    settings = {"view.旧": "状态=早就没有的状态"}
    with pytest.raises(UsageError) as error:
        views.where(office.rulebook(settings), "旧")
    assert "筛选视图“旧”现在用不了" in error.value.sentence() and "早就没有的状态" in error.value.sentence()


def lines(book: MemoryBook) -> list[tuple[Cell, ...]]:
    rows = book.read(DICTIONARY)
    return [tuple(rows.cell(index, key) for key in ("list", "label", "parent", "note")) for index in range(len(rows))]


def test_the_dictionary_shows_the_teams_views_and_keeps_ones_own(office: Office) -> None:
    book = MemoryBook({"dictionary": [{"list": "筛选视图", "label": "我的", "note": "年预算>5"}]})
    dictionary.share(book, {"late_hours": "24"})
    assert len(lines(book)) == 1, "nothing of the team, nothing new"
    dictionary.share(book, {"view.重点": "年预算>10", "view.意向": "状态=意向客户"})
    shown = lines(book)
    assert shown[:3] == [
        ("筛选视图", "我的", None, "年预算>5"),
        ("筛选视图", "意向", "团队", "状态=意向客户"),
        ("筛选视图", "重点", "团队", "年预算>10"),
    ]
    assert shown[3][:2] == ("当前视图", None)
    dictionary.share(book, {"late_hours": "24"})
    assert lines(book) == shown, "who could not ask the store takes nothing away"
    dictionary.share(book, {"view.重点": "年预算>20", "view.意向": ""})
    dictionary.share(book, {"view.重点": "年预算>20", "view.意向": ""})
    assert lines(book)[:3] == [
        ("筛选视图", "我的", None, "年预算>5"),
        ("筛选视图（已删除）", "意向", "团队", "状态=意向客户"),
        ("筛选视图", "重点", "团队", "年预算>20"),
    ]
    assert dictionary.own_views(book) == ({"我的": "年预算>5"}, "") and len(lines(book)) == 4
    assert not any(dictionary.own_options(book, "zh").values()), "a view is no option of a dropdown"


@pytest.mark.parametrize(
    ("view", "said", "names"),
    [
        ("", "", [0, 1]),
        ("重点", "", [1]),
        ("", "重点", [1]),
        ("", "我的", [0]),
        ("别人的", "我的", [2]),
    ],
)
def test_a_refresh_adds_only_the_customers_of_the_view(office: Office, view: str, said: str, names: list[int]) -> None:
    colleague = office.person("王芳", "entry")
    office.submit(office.book(other(0, budget=5.0), other(1, budget=50.0)))
    office.submit(office.book(other(2, budget=50.0)), actor=colleague)
    rules = kept(office, 重点="年预算>10", 别人的="负责人=王芳")
    own: list[dict[str, Cell]] = [
        {"list": "筛选视图", "label": "我的", "note": "年预算<10"},
        {"list": "当前视图", "label": said or None},
    ]
    book = MemoryBook({"dictionary": own})
    done = refresh(book, office.store, office.context(), rules, view)
    assert cells(book, "name") == [other(which)["name"] for which in names]
    assert (done.added, done.view) == (len(names), view or said)
    assert (view or said) in "".join(done.said("zh"))


def test_rows_outside_the_view_stay_and_so_do_unsent_edits(office: Office) -> None:
    mine = office.book(other(0, budget=5.0), other(1, budget=50.0))
    office.submit(mine)
    rules = kept(office, 重点="年预算>10")
    put(mine, 0, remark="还没提交")
    done = refresh(mine, office.store, office.context(), rules, "重点")
    assert (done.rows, done.kept, done.added) == (2, 1, 0)
    assert cells(mine, "remark")[0] == "还没提交"


def test_a_view_that_cannot_be_used_stops_the_refresh_before_anything_is_written(office: Office) -> None:
    office.submit(office.book(customer()))
    book = MemoryBook({"dictionary": [{"list": "当前视图", "label": "没有的"}]})
    with pytest.raises(UsageError):
        refresh(book, office.store, office.context(), office.rulebook())
    assert not book.saves and not len(book.read(CUSTOMER))


def test_a_day_in_a_filter_is_a_day(office: Office) -> None:
    office.submit(office.book(other(0, first_contact=datetime(2025, 3, 11)), other(1, first_contact=datetime(2025, 3, 12))))
    assert views.count(office.store, conditions("首次接触时间≥2025-03-12", office.rulebook())) == 1


def test_an_english_workbook_has_the_views_in_english(office: Office) -> None:
    book = MemoryBook(language="en")
    dictionary.share(book, {"view.Key": "Status=Prospect"})
    assert lines(book)[0] == ("Saved view", "Key", "Team", "Status=Prospect") and lines(book)[1][0] == "View in use"
    dictionary.share(book, {"view.Key": ""})
    assert lines(book)[0][0] == "Saved view (gone)" and dictionary.own_views(book) == ({}, "")

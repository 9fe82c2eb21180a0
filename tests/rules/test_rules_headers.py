"""Matching headers: labelled headers and whole lists, and the mechanisms one by one."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules import labelled
from tests.rules.labelled import Labelled, place
from xlcrm.model.headerwords import DOUBLE, NOWHERE, PATTERNS, UNSURE, WORDS
from xlcrm.model.learned import Learned, header_key, layout
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.rules.headers import Match, fields
from xlcrm.rules.headers.units import scaled
from xlcrm.rules.rulebook import Rulebook

PHONES = ["13901234561", "13712345672", "15812345683"]
COMPANIES = ["杭州云川科技有限公司", "苏州立新机械厂", "北京海纳百川商贸有限公司"]
PERSONS = ["王丽", "陈建国", "赵敏"]
EVERY = [one for lists in (labelled.single("headers.csv"), labelled.single("headers_later.csv"), labelled.layouts("layouts.json")) for columns in lists for one in columns]


def one(header: str, *values: object) -> Match:
    return fields([header], [values], Learned())[0]


def several(**columns: list[str]) -> dict[str, Match]:
    found = fields(list(columns), list(columns.values()), Learned())
    return dict(zip(columns, found, strict=True))


@pytest.mark.parametrize(
    ("lists", "least", "most"),
    [
        (labelled.single("headers.csv"), 0.97, 0.32),
        (labelled.single("headers_later.csv"), 0.95, 0.60),
        (labelled.single("headers_hard.csv"), 0.95, 0.76),
        (labelled.single("headers_unseen.csv"), 0.97, 0.67),
        (labelled.layouts("layouts.json"), 0.97, 0.29),
        (labelled.layouts("layouts_later.json"), 0.96, 0.52),
        (labelled.layouts("layouts_unseen.json"), 0.96, 0.54),
        (labelled.layouts("layouts_ordinary.json"), 0.97, 0.30),
    ],
    ids=["headers", "later", "hard", "unseen", "layouts", "layouts later", "layouts unseen", "layouts ordinary"],
)
def test_labelled_headers_are_right_and_never_surely_wrong(lists: list[list[Labelled]], least: float, most: float) -> None:
    found = labelled.figures(lists)
    assert found.wrong == ()
    assert found.right >= least * found.count
    assert found.asked <= most * found.count


@pytest.mark.parametrize("item", [item for item in CUSTOMER.data if item.zh != "客户类别"], ids=lambda item: item.key)
def test_our_own_titles_are_known_in_both_languages(item: object) -> None:
    for title in (item.zh, item.en, f"*{item.zh}", f"1、{item.zh}（必填）", item.zh + "："):  # type: ignore[attr-defined]
        match = one(title)
        if title not in ("企业类型", "*企业类型", "企业类型：", "1、企业类型（必填）"):  # other systems mean the legal form
            assert (match.field, match.certainty) == (item.key, "sure"), title  # type: ignore[attr-defined]


@given(st.lists(st.sampled_from(EVERY), min_size=2, max_size=14, unique_by=lambda one: one.header), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_columns_does_not_matter_and_no_field_is_surely_two(columns: list[Labelled], random: object) -> None:
    before = {one.header: (place(match), match.certainty) for one, match in labelled.answers([columns])}
    shuffled = list(columns)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    after = {one.header: (place(match), match.certainty) for one, match in labelled.answers([shuffled])}
    assert after == before
    sure = [said for said, certainty in before.values() if certainty == "sure" and said != "-"]
    assert len(sure) == len(set(sure))


def test_words_have_one_meaning_and_patterns_name_what_is_declared() -> None:
    words = [word for said in WORDS.values() for word in said.split()]
    assert sorted(words) == sorted(set(words))
    places = {*PATTERNS, *(f"{'' if '.' in one else 'customer.'}{one}" for said in UNSURE.values() for one in said.split() if one != "-")}
    places |= {one for said in DOUBLE.values() for one in said if one}
    for said in places:
        table, _, name = said.partition(".")
        assert name in BY_KEY[table].by_key, said
    meanings = {word for row in (*UNSURE, *NOWHERE, *(row for rows in PATTERNS.values() for row in rows)) for word in re.findall("[a-z_]+", row)}
    assert meanings <= WORDS.keys()


# -- values -------------------------------------------------------------------------------------------------------


def test_values_decide_what_a_header_leaves_open() -> None:
    assert place(one("客户类型", "意向客户", "潜在客户", "成交客户")) == "customer.status"
    assert place(one("客户类型", "企业", "个人", "企业")) == "customer.kind"
    assert one("客户类型", "意向客户", "潜在客户", "成交客户").certainty == "sure"
    assert one("客户类型").certainty == "doubtful"
    assert (one("名称", *COMPANIES).certainty, place(one("名称", *COMPANIES))) == ("sure", "customer.name")


def test_values_against_the_header_are_asked_about() -> None:
    match = one("联系方式", "a@haihe.example", "b@lixin.example", "c@haina.example")
    assert (match.certainty, place(match), match.reason) == ("doubtful", "customer.email", "headers.contradicted")
    assert one("客户编号", "1", "2", "3", "4").certainty == "doubtful"


def test_what_the_values_say_goes_before_a_header_that_says_little() -> None:
    assert place(one("客户情况", "意向", "潜在", "已成交", "跟进中")) == "customer.status"
    match = one("补充内容", "官网", "展会", "转介绍")
    assert (match.certainty, place(match), match.alternatives[0]) == ("doubtful", "customer.source", "customer.remark")
    assert place(one("报备客户", *COMPANIES)) == "customer.name"
    assert place(one("预计何时采购", "2024-06", "2024-09", "2024-12")) == "customer.decision_date"


@pytest.mark.parametrize(
    ("header", "values", "expected"),
    [
        ("所在地区", ["江苏省/无锡市/江阴市", "江苏省/无锡市/惠山区"], "customer.district"),  # more than the last of them
        ("规模(人)", ["120", "3500"], "customer.employees"),
        ("公司名称", PERSONS, "customer.name"),
    ],
)
def test_thin_evidence_is_asked_about(header: str, values: list[str], expected: str) -> None:
    assert (one(header, *values).certainty, place(one(header, *values))) == ("doubtful", expected)


def test_a_person_in_charge_is_whom_to_call_where_the_list_has_no_contact() -> None:
    columns = {"单位": COMPANIES, "负责人": PERSONS, "电话": PHONES}
    found = several(**columns)["负责人"]
    assert (place(found), found.certainty, found.alternatives) == ("customer.contact", "doubtful", ("customer.owner",))
    own = Rulebook(datetime(2025, 3, 1), people={"王丽": "P1"})
    assert place(fields(list(columns), list(columns.values()), Learned(), own)[1]) == "customer.owner"
    assert several(**columns, 联系人=["钱五", "孙六", "李四"])["负责人"].certainty == "sure"


@pytest.mark.parametrize("name", ["齐科长", "老周", "符小梅", "佟立新", "华志刚", "欧阳明", "王**"])
def test_names_as_people_write_them_are_persons(name: str) -> None:
    assert one("联系人", name, "王小丽").reason == "headers.both"


@pytest.mark.parametrize("header", ["列1", "Unnamed: 3", "", "字段A"])
def test_a_column_of_mobiles_is_a_phone_column_but_asked_about_without_a_header(header: str) -> None:
    match = one(header, *PHONES)
    assert (match.certainty, place(match)) == ("doubtful", "customer.phone")


def test_no_header_is_too_long_or_too_odd() -> None:
    for header in ("天地玄黄" * 5000, "(" * 3000, "\ud800", "1" * 400, " / " * 50, "a1b2" * 900, "第" * 200 + "联系人"):
        assert one(header, "x").certainty in ("doubtful", "ignored")


def test_a_blank_column_is_not_asked_about() -> None:
    found = several(客户名称=COMPANIES, 意向度=["", "", ""])
    assert found["意向度"].certainty == "ignored"


# -- several columns ----------------------------------------------------------------------------------------------


def test_the_better_of_two_columns_gets_the_field() -> None:
    found = several(客户名称=COMPANIES, 电话=["0571-88012345", "0512-66012345", "010-62345678"], 手机=PHONES)
    assert (found["手机"].certainty, place(found["手机"])) == ("sure", "customer.phone")
    assert (found["电话"].certainty, found["电话"].reason) == ("doubtful", "headers.twice")
    assert "contact.phone#2" in found["电话"].alternatives


def test_what_may_be_nothing_is_nothing_once_another_column_has_the_field() -> None:
    found = several(客户名称=COMPANIES, 手机=PHONES, 法人电话=["13901234591", "13901234592", "13901234593"])
    assert (place(found["法人电话"]), found["法人电话"].alternatives[0]) == ("-", "customer.phone")
    assert place(several(客户名称=COMPANIES, 法人电话=PHONES)["法人电话"]) == "customer.phone"


def test_further_contacts_have_their_own_columns() -> None:
    found = several(客户名称=COMPANIES, 联系人=PERSONS, 手机=PHONES, 联系人2=["李四", "钱五", "孙六"], 联系人2电话=["13901234590", "13901234591", "13901234592"], 第三联系人=["周七", "吴八", "郑九"])
    assert {header: (place(match), match.certainty) for header, match in found.items()} == {
        "客户名称": ("customer.name", "sure"),
        "联系人": ("customer.contact", "sure"),
        "手机": ("customer.phone", "sure"),
        "联系人2": ("contact.name#2", "sure"),
        "联系人2电话": ("contact.phone#2", "sure"),
        "第三联系人": ("contact.name#3", "sure"),
    }


def test_a_list_of_persons_asks_whether_they_are_the_customers() -> None:
    found = several(姓名=PERSONS, 手机=PHONES)
    assert (place(found["姓名"]), found["姓名"].certainty) == ("customer.name", "doubtful")
    assert place(several(公司=COMPANIES, 姓名=PERSONS)["姓名"]) == "customer.contact"


def test_a_list_of_visits_is_no_list_of_customers() -> None:
    found = several(客户名称=COMPANIES, 跟进时间=["2024-03-01", "2024-03-02", "2024-03-08"], 跟进方式=["电话", "拜访", "微信"], 跟进内容=["询价", "看样", "交期"], 行业=["食品", "食品", "食品"])
    assert [place(found[header]) for header in ("客户名称", "跟进时间", "跟进方式", "跟进内容")] == [
        "interaction.customer", "interaction.at", "interaction.way", "interaction.summary",
    ]  # fmt: skip
    assert (found["行业"].certainty, found["行业"].alternatives) == ("doubtful", ("customer.industry",))


# -- dress, units, languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("（三）联系电话*", "customer.phone"), ("【必填】手机号", "customer.phone"), ("客户\n名称", "customer.name"), ("聯絡電話", "customer.phone"),
        ("Contact Phone", "customer.phone"), ("customer_name", "customer.name"), ("联系信息 / 手机", "customer.phone"), ("合同信息 / 金额", "customer.contract_amount"),
    ],
)  # fmt: skip
def test_dress_does_not_matter(header: str, expected: str) -> None:
    assert (place(one(header)), one(header).certainty) == (expected, "sure")


@pytest.mark.parametrize("header", ["kehumingcheng", "khmc", "客户名秤"])
def test_pinyin_and_slips_of_the_pen_are_asked_about(header: str) -> None:
    assert (place(one(header)), one(header).certainty) == ("customer.name", "doubtful")


@pytest.mark.parametrize(
    ("header", "unit", "certainty"),
    [
        ("合同金额（元）", Decimal("0.0001"), "sure"), ("合同金额(万元)", None, "sure"), ("年产值(亿元)", Decimal(10000), "sure"), ("年营收/千元", Decimal("0.1"), "sure"),
        ("合同金额(USD)", None, "doubtful"),
    ],
)  # fmt: skip
def test_units(header: str, unit: Decimal | None, certainty: str) -> None:
    assert (one(header).unit, one(header).certainty) == (unit, certainty)


def test_figures_too_large_for_the_unit_are_asked_about() -> None:
    match = one("合同金额", "120000", "3500000", "88000")
    assert (match.unit, match.certainty, match.alternatives[0]) == (Decimal("0.0001"), "doubtful", "customer.contract_amount")
    assert one("合同金额", "120", "35", "8").certainty == "sure"


def test_numbers_are_converted_and_texts_with_a_unit_are_not() -> None:
    assert [scaled(cell, Decimal("0.0001")) for cell in (12000.0, "12,000", "¥5000", "50万", None, True)] == [1.2, 1.2, 0.5, "50万", None, True]
    assert scaled(12000.0, None) == 12000.0


# -- answers ------------------------------------------------------------------------------------------------------


def test_an_answer_holds_in_its_layout_and_elsewhere_unless_the_values_are_against_it() -> None:
    header = ["客户名称", "类型"]
    here = Learned({header_key("类型", layout(header)): "customer.status"})
    assert [match.certainty for match in fields(header, [COMPANIES, ["甲", "乙"]], here)] == ["sure", "sure"]
    assert fields(["类型"], [["甲", "乙"]], here)[0].certainty == "doubtful"
    anywhere = Learned({header_key("类型"): "customer.payment"})
    assert fields(["类型"], [["已付清", "未付"]], anywhere)[0].certainty == "sure"
    assert fields(["类型"], [["杭州", "苏州"]], anywhere)[0].reason == "headers.told_elsewhere"
    assert fields(["备用字段"], [["x"]], Learned({header_key("备用字段"): "-"}))[0].certainty == "ignored"


def test_a_second_telephone_that_somebody_wants_leaves_the_first_alone() -> None:
    told = Learned({header_key("座机"): "customer.phone"})
    matches = fields(["手机", "座机"], [PHONES, ["0571-88012345"]], told)
    assert [(place(match), match.certainty) for match in matches] == [("customer.phone", "sure")] * 2


def test_an_answer_in_words_comes_back_as_it_was() -> None:
    from xlcrm.model.choices import targets
    from xlcrm.model.learned import target

    for option in targets():
        found = target(option.code)
        assert option.code in ("-", "=") or str(found) == option.code

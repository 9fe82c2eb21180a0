"""Words of other people's dropdown columns as options."""

from __future__ import annotations

import pytest

from xlcrm.model.learned import Learned, value_key
from xlcrm.model.vocabularies import Option
from xlcrm.rules.headers import READER
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.values import OptionMatch, options


def word(place: str, text: str, learned: Learned | None = None) -> OptionMatch:
    return options(place, [text], learned or Learned())[text]


@pytest.mark.parametrize(
    ("place", "text", "code"),
    [
        ("size", "50人左右", "small"), ("size", "100-499人", "medium"), ("size", "中型", "medium"), ("size", "1000+", "large"), ("size", "少于50人", "small"),
        ("size", "500-999人", "large"), ("size", "20～99 人", "small"), ("size", "约200人", "medium"), ("size", "500", "medium"), ("size", "501", "large"),
        ("source", "朋友介绍", "referral"), ("source", "百度搜索", "online"), ("source", "展会渠道", "fair"), ("source", "400热线", "call"),
        ("status", "意向型客户", "prospect"), ("status", "已成交", "won"), ("grade", "A类客户", "A"), ("grade", "B级", "B"),
        ("industry", "餐饮行业", "H62"), ("industry", "IT", "I"), ("industry", "跨境电商", "I64"), ("industry", "C36 汽车制造业", "C36"), ("industry", "制造业/汽车制造业", "C36"),
        ("industry", "服裝", "C18"), ("consent", "√", "yes"), ("consent", "否", "no"), ("payment", "部分回款", "part"), ("interaction.way", "微信聊天", "social"),
    ],
)  # fmt: skip
def test_words_that_are_certain(place: str, text: str, code: str) -> None:
    found = word(place, text)
    assert (found.code, found.certainty) == (code, "sure")


@pytest.mark.parametrize(
    ("place", "text", "code"),
    [("size", "50-150人", "small"), ("size", "中小型", "small"), ("size", "100人以上", "medium"), ("source", "老朋友给介绍的", "referral"), ("industry", "军工电子配套", "C39"), ("grade", "A+", "A")],
)  # fmt: skip
def test_words_that_are_only_likely(place: str, text: str, code: str) -> None:
    found = word(place, text)
    assert (found.code, found.certainty) == (code, "doubtful")


@pytest.mark.parametrize(("place", "text"), [("status", "跟进中"), ("source", "自主开发"), ("grade", "VIP"), ("ownership", "有限责任公司"), ("industry", "其他"), ("payment", "未结清")])
def test_words_that_nobody_may_guess(place: str, text: str) -> None:
    found = word(place, text)
    assert found.code is None
    assert found.certainty != "sure"


def test_vague_words_name_what_to_choose_from() -> None:
    assert word("status", "跟进中").alternatives == ("lead", "prospect")


def test_a_denied_word_is_not_the_word() -> None:
    assert word("payment", "未全款").code != "paid"


def test_blanks_and_placeholders_are_not_asked_about() -> None:
    assert options("source", ["", "无", "-", "展会"], Learned()).keys() == {"展会"}
    assert word("consent", "无").code == "unasked"


def test_an_answer_holds_for_every_list_with_that_vocabulary() -> None:
    learned = Learned({value_key("source", "自主开发"): "online", value_key("source", "其他"): "-"})
    assert (word("source", "自主开发", learned).code, word("source", "自 主开发", learned).certainty) == ("online", "sure")
    assert word("opportunity.source", "自主开发", learned).code == "online"
    assert (word("source", "其他", learned).code, word("source", "其他", learned).reason) == (None, "headers.told_none")


def test_a_teams_own_options_count() -> None:
    book = Rulebook(READER.moment, options={"source": (Option("地推", "地推", "地推", "", ("扫街",)),)})
    assert options("source", ["地推", "扫街客户"], Learned(), book)["扫街客户"].code == "地推"


@pytest.mark.parametrize("text", ["139 1234 8765", "13912348765", "0571-88273645", "2024-06", "99999999999人"])
def test_telephones_and_dates_are_no_sizes(text: str) -> None:
    assert word("size", text).code is None

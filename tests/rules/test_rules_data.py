"""The shipped vocabularies: complete, consistent, and knowing the words people use."""

from __future__ import annotations

from collections import Counter

import pytest

from xlcrm.model.tables import TABLES
from xlcrm.model.vocabularies import fold, names, vocabulary

PARENTS = {"city": "province", "district": "city", "tag": "tag_type", "industry": "industry", "import_option": "import_list", "queue_action": "queue_task"}


@pytest.mark.parametrize("name", names())
def test_codes_are_unique_and_what_options_refer_to_exists(name: str) -> None:
    words = vocabulary(name)
    assert len(words.by_code) == len(words.options)
    parents = vocabulary(PARENTS[name]).by_code if name in PARENTS else {}
    for option in words.options:
        assert option.zh and option.en
        assert not option.parent or option.parent in parents
        assert set(option.excludes) <= set(words.by_code) - {option.code}
    assert {code for codes in words.vague.values() for code in codes} <= set(words.by_code)


@pytest.mark.parametrize("name", ["industry", "province", "city", "district", "tag"])
def test_every_label_leads_to_its_own_option(name: str) -> None:
    words = vocabulary(name)
    parent = "" if name == "industry" else None
    for option in words.options:
        found = words.find(option.zh, option.parent if parent is None else parent)
        assert found is option
    within = Counter((option.parent, fold(word)) for option in words.options for word in {fold(option.zh), *map(fold, option.synonyms)})
    if name != "industry":
        assert max(within.values()) == 1


def test_every_vocabulary_that_a_field_names_is_shipped() -> None:
    assert {item.options for table in TABLES for item in table.fields if item.options} <= set(names())


def test_industries_are_the_standards_sections_and_divisions() -> None:
    options = vocabulary("industry").options
    sections = [option.code for option in options if not option.parent]
    assert "".join(sections) == "ABCDEFGHIJKLMNOPQRST"
    assert len(options) - len(sections) == 97 - 3  # 房地产业, 教育 and 国际组织 are section and division at once
    assert [option.code for option in options] == sorted(option.code for option in options)


@pytest.mark.parametrize(
    ("word", "code"),
    [("服务业", "O"), ("零售业", "F52"), ("IT", "I"), ("软件开发", "I65"), ("互联网", "I64"), ("建筑", "E"), ("金融", "J"), ("医药", "C27"), ("批发和零售", "F"), ("居民服务", "O80")],
)
def test_industries_by_the_words_people_use(word: str, code: str) -> None:
    found = vocabulary("industry").find(word)
    assert found is not None and found.code == code


def test_municipalities_cascade() -> None:
    city = vocabulary("city").find("北京", "11")
    assert city is not None
    district = vocabulary("district").find("海淀", city.code)
    assert district is not None and district.zh == "海淀区"
    assert vocabulary("district").find("朝阳区") is None  # there are several

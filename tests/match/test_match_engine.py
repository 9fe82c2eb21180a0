"""Blocking, scoring and grouping together: order, increments, caps, bad input, sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.catalogue import area
from xlcrm.match import block, score
from xlcrm.match.cluster import clusters
from xlcrm.match.engine import Pair, against, within
from xlcrm.match.explain import explain
from xlcrm.match.levels import FIELDS
from xlcrm.match.normalise import normalise
from xlcrm.model.vocabularies import vocabulary

KEYS = ("name", "contact", "phone", "email", "uscc", "address", "former_name", "kind")

NAMES = [
    "深圳市海河电子有限公司", "海河电子（深圳）有限公司", "海河电子", "深圳市海合电子有限公司", "北京海河电子有限公司", "深圳海河贸易有限公司",
    "海河电子有限公司武汉分公司", "深圳市海河电子有限公司（已注销）", "深圳市海河電子有限公司", "张伟", "王记面馆", "市第一医院", "市第二医院", "", "无", "😀",
]  # fmt: skip
ROWS = st.tuples(
    st.sampled_from(NAMES) | st.text(max_size=12),
    st.sampled_from(["王小明", "王经理", "王晓明", "李强", "", "前台"]),
    st.sampled_from(["+8613912348765", "+8613912348766", "+8613700012346", "+8613800138000", "", "+8613912348765 +862162345999"]),
    st.sampled_from(["a1@qq.com", "b2@haihe.com.cn", ""]),
    st.sampled_from(["91110000600037341L", "914403001922038216", "", ""]),
    st.sampled_from(["深圳市南山区科技路8号A座", "科技路8号A座", "武汉市东湖路1号", ""]),
    st.sampled_from(["", "", "江川电子有限公司"]),
    st.sampled_from(["company", "person", ""]),
)


def columns(rows: Sequence[tuple[str, ...]]) -> dict[str, list[str | None]]:
    return {key: [row[at] or None for row in rows] for at, key in enumerate(KEYS)}


def told(pairs: Sequence[Pair], order: Sequence[int]) -> set[tuple[frozenset[int], float, str]]:
    return {(frozenset((order[pair.left], order[pair.right])), pair.probability, pair.advice) for pair in pairs}


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, max_size=14), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, ...]], random: object) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    plain = within(normalise(columns(rows)))
    mixed = within(normalise(columns([rows[at] for at in order])))
    assert told(plain.pairs, range(len(rows))) == told(mixed.pairs, order)
    groups, others = plain.groups(len(rows)), mixed.groups(len(rows))
    for a, at in enumerate(order):
        for b, bt in enumerate(order):
            assert (groups[at] == groups[bt]) == (others[a] == others[b])


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8), st.lists(ROWS, min_size=1, max_size=8))
def test_new_rows_against_stored_ones_score_as_in_a_full_run(new: list[tuple[str, ...]], stored: list[tuple[str, ...]]) -> None:
    one, other = normalise(columns(new)), normalise(columns(stored))
    keys, old = block.keys(one), block.keys(other)
    candidates = [(a, b) for a in range(len(new)) for b in range(len(stored)) if not {*keys[a]}.isdisjoint(old[b])]
    full = within(normalise(columns(new + stored)))
    scored = against(one, other, candidates, full.capped)
    touching = {
        (pair.left, pair.right - len(new), pair.probability, pair.advice, pair.evidence)
        for pair in full.pairs
        if pair.left < len(new) <= pair.right
    }
    assert touching == {(pair.left, pair.right, pair.probability, pair.advice, pair.evidence) for pair in scored}


def test_candidates_share_a_key_and_come_once() -> None:
    left, right, capped = block.pairs([("a", "b"), ("b", "a"), ("c",), ("c", "a"), ()])
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 3), (1, 3), (2, 3)]
    assert capped == {}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("海河精密电子", "海合精密电子"),  # wrong
        ("海河精密电子", "海河精密子"),  # missing
        ("海河精密电子", "海河精精密电子"),  # added
        ("海河精密电子", "河海精密电子"),  # swapped
    ],
)
def test_one_wrong_character_in_the_core_still_shares_a_key(a: str, b: str) -> None:
    one, other = block.keys(normalise({"name": [a + "有限公司", b + "有限公司"]}))
    assert {*one} & {*other}


def test_a_key_of_too_many_rows_is_capped_and_named() -> None:
    count = 3000
    names = [f"{chr(0x4E00 + at % 977)}{chr(0x5000 + at // 7)}{chr(0x6000 + at % 13)}实业有限公司" for at in range(count)]
    found = within(normalise({"name": names, "phone": ["+8613912348765"] * count}))
    assert found.capped["p:+8613912348765"] == count
    left, _, _ = block.pairs(block.keys(normalise({"name": names, "phone": ["+8613912348765"] * count})))
    assert len(left) < count * 60


def test_a_phone_that_everybody_has_is_no_evidence() -> None:
    twins = [("澄泰科技有限公司", "", "+8613912348765", "", "", "", "", ""), ("澄泰信息技术有限公司", "", "+8613912348765", "", "", "", "", "")]
    assert len(within(normalise(columns(twins))).pairs) == 1
    crowd = [(f"{chr(0x4E00 + 7 * at)}{chr(0x5000 + 11 * at)}贸易有限公司", "", "+8613912348765", "", "", "", "", "") for at in range(60)]
    found = within(normalise(columns(twins + crowd)))
    assert "p:+8613912348765" in found.capped and found.pairs == []
    one, other = normalise(columns(twins[:1])), normalise(columns(twins[1:]))
    assert len(against(one, other, [(0, 0)])) == 1 and against(one, other, [(0, 0)], found.capped) == []


def test_rows_alike_in_everything_meet_in_spite_of_the_cap() -> None:
    rows = [("深圳市海河电子有限公司", "王小明", "+8613912348765", "", "", "", "", "")] * 20_000
    found = within(normalise(columns(rows)))
    assert found.capped and len(found.pairs) < 3 * len(rows)
    assert set(found.groups(len(rows))) == {0}


@pytest.mark.parametrize(
    "name", ["", "   ", "😀🎉", "王", "有限公司", "分公司", "（）", "a" * 10_000, "华" * 10_000, "(" * 10_000, "公司" * 5_000, "ﷺ" * 5_000, "\x00\ud800", "北京" * 3_000]
)
def test_bad_names_are_bounded(name: str) -> None:
    normal = normalise({"name": [name, name, "海河电子有限公司"], "contact": [name] * 3, "phone": [name] * 3, "email": [name] * 3, "address": [name] * 3, "uscc": [name] * 3})
    assert all(len(row) < 120 for row in block.keys(normal))
    assert all(0 <= pair.probability <= 1 for pair in within(normal).pairs)


def test_blank_rows_are_nobodys_duplicates() -> None:
    found = within(normalise({"name": [None] * 500, "contact": [None] * 500}))
    assert found.pairs == [] and found.groups(500) == list(range(500))


def test_placeholders_join_nobody() -> None:
    found = within(normalise({"name": ["海河电子有限公司", "远山物流有限公司"], "contact": ["前台"] * 2, "phone": ["+8613800138000"] * 2}))
    assert found.pairs == []


def test_a_weak_bridge_joins_no_strong_groups() -> None:
    strong = [(0, 1, 0.99), (1, 2, 0.99), (0, 2, 0.99), (3, 4, 0.99), (4, 5, 0.99), (3, 5, 0.99)]
    assert clusters(6, [*strong, (2, 3, 0.6)]) == [0, 0, 0, 3, 3, 3]
    assert clusters(6, [*strong, (2, 3, 0.95)]) == [0] * 6
    assert clusters(6, [*strong, (2, 3, 0.6), (1, 4, 0.6)]) == [0] * 6


def test_a_single_row_joins_the_group_it_is_tied_to_best() -> None:
    assert clusters(5, [(0, 1, 0.99), (2, 3, 0.99), (1, 4, 0.8), (3, 4, 0.6)]) == [0, 0, 2, 2, 0]
    assert clusters(3, [(0, 1, 0.4)]) == [0, 1, 2]


def test_one_group_for_two_spellings_and_a_short_form() -> None:
    rows = [
        ("深圳市海河电子有限公司", "王小明", "+8613912348765", "", "", "", "", ""),
        ("海河电子（深圳）有限公司", "王经理", "+8613912348765", "", "", "", "", ""),
        ("海河电子", "王小明", "", "", "", "", "", ""),
        ("远山物流有限公司", "王小明", "+8613912348765", "", "", "", "", ""),
    ]
    assert within(normalise(columns(rows))).groups(4) == [0, 0, 0, 3]


def sentence(a: tuple[str, ...], b: tuple[str, ...], language: str) -> str:
    pairs = against(normalise(columns([a])), normalise(columns([b])), [(0, 0)])
    return explain(pairs[0], language)


def test_sentences() -> None:
    a = ("澄泰科技有限公司", "周岚", "+8613912348765", "", "", "", "", "")
    b = ("澄泰科技(北京)有限公司", "周岚", "+8613912348765", "", "", "", "", "")
    assert sentence(a, b, "zh") == "联系人、电话相同；名称相近（只有一方写了地名）"
    assert sentence(a, b, "en") == "same contact, phone; names nearly the same (only one names the place)"
    a = ("北京华辰商贸有限公司", "周岚", "+8613912348765", "", "", "", "", "")
    b = ("上海华辰商贸有限公司", "周岚", "+8613912348765", "", "", "", "", "")
    assert sentence(a, b, "zh") == "联系人、电话相同；名称相近（地名不同）"
    a = ("杭州宏睿自动化有限公司", "王小明", "+8613912348765", "", "", "", "", "")
    b = ("杭州宏睿自动化有限公司", "王经理", "", "", "", "", "", "")
    assert sentence(a, b, "zh") == "名称相同；联系人同姓（一方只写了称呼）；电话至少一方未填"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_level_can_be_said(language: str) -> None:
    for field, levels in FIELDS.items():
        for level in levels:
            evidence = tuple((other, level if other == field else names[0]) for other, names in FIELDS.items())
            assert isinstance(explain(Pair(0, 1, 0.5, "ask", evidence), language), str)
    assert all(chinese and english for chinese, english in area("match").values())


def test_the_weights_name_existing_levels_and_advices() -> None:
    weights = score.shipped()
    for field, by_level in weights.level.items():
        assert set(by_level) <= set(FIELDS[field])
    for when in [when for when, _ in weights.joint] + [when for when, _, _ in weights.limits]:
        assert all(set(levels) <= set(FIELDS[field]) for field, levels in when.items())
    assert set(weights.advice) == set(vocabulary("advice").by_code)


def test_probability_is_bounded_for_every_level() -> None:
    rows = np.array([[min(at, len(levels) - 1) for levels in FIELDS.values()] for at in range(10)], np.uint8)
    found = score.probability(rows)
    assert ((found >= 0) & (found <= 1)).all()
    assert score.probability(np.zeros((0, len(FIELDS)), np.uint8)).tolist() == []

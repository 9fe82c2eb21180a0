"""Blocking, scoring and grouping together: order, increments, caps, bad input, sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.catalogue import area
from xlcrm.match import block, score
from xlcrm.match.block import Counts
from xlcrm.match.caps import CAPS
from xlcrm.match.cluster import clusters
from xlcrm.match.engine import Pair, against, within
from xlcrm.match.explain import explain
from xlcrm.match.kinds import KINDS, Prepared
from xlcrm.match.levels import FIELDS
from xlcrm.match.normalise import Normal, normalise
from xlcrm.match.sieve import plausible
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


@settings(max_examples=30, deadline=None)
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


def shared(new: Normal, stored: Normal) -> tuple[list[tuple[int, int]], Counts]:
    """What a store answers: pairs of a new and a stored row sharing a key that is not too common, and how common the keys are."""
    keys, old = block.keys(new), block.keys(stored)
    counts = Counter(key for row in [*keys, *old] for key in row)
    few = {key for key, count in counts.items() if count <= CAPS[key[0]]}
    pairs = [(a, b) for a in range(len(new)) for b in range(len(stored)) if few.intersection(keys[a]) & {*old[b]}]
    return pairs, Counts(len(new) + len(stored), counts)


def incremental(new: Sequence[tuple[str, ...]], stored: Sequence[tuple[str, ...]]) -> None:
    here, there, together = (normalise(columns(rows)) for rows in (new, stored, [*new, *stored]))
    candidates, counts = shared(here, there)
    full = within(together, score.shipped())
    scored = against(here, there, candidates, counts, score.shipped())
    count = len(new)
    touching = {
        (pair.left, pair.right - count, pair.probability, pair.advice, pair.evidence)
        for pair in full.pairs
        if pair.left < count <= pair.right
    }
    assert touching == {(pair.left, pair.right, pair.probability, pair.advice, pair.evidence) for pair in scored}
    sifted = plausible(
        Prepared(together.frame),
        np.array([a for a, _ in candidates], np.int64),
        np.array([b + count for _, b in candidates], np.int64),
    )
    compared = {(a, b - count) for a, b in zip(full.left.tolist(), full.right.tolist(), strict=True) if a < count <= b}
    assert compared == {pair for pair, kept in zip(candidates, sifted.tolist(), strict=True) if kept}


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8), st.lists(ROWS, min_size=1, max_size=8))
def test_new_rows_against_stored_ones_score_as_in_a_full_run(new: list[tuple[str, ...]], stored: list[tuple[str, ...]]) -> None:
    incremental(new, stored)


def test_new_rows_among_common_values_score_as_in_a_full_run() -> None:
    """Over the caps as well: a telephone that sixty rows have, a person and a name that twenty have."""
    crowd = [
        (f"{chr(0x4E00 + 7 * at)}{chr(0x5000 + 11 * at)}贸易有限公司", "", "+8613912348765", "", "", "", "", "")
        for at in range(60)
    ]
    crowd += [("海河电子", "王小明", f"+861370001{at:04d}", "", "", "", "", "") for at in range(70)]
    new = [
        ("澄泰科技有限公司", "王小明", "+8613912348765", "", "", "", "", ""),
        ("海河电子", "王小明", "+8613700010003", "", "", "", "", ""),
    ]
    incremental(new, crowd)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, max_size=12))
def test_whole_lists_and_stores_have_the_same_keys(rows: list[tuple[str, ...]]) -> None:
    """Numbers for lists, texts for stores: the same rows share a key of each kind."""
    normal = normalise(columns(rows))
    prepared, texts = Prepared(normal.frame), block.keys(normal)
    for kind, made in KINDS.items():
        sharing = set()
        for _, group in made.numbers(prepared).unique().group_by("key"):
            members = sorted(group["row"].to_list())
            sharing |= {(a, b) for at, a in enumerate(members) for b in members[at + 1 :]}
        said = [{key for key in row if key[0] == kind} for row in texts]
        assert sharing == {(a, b) for b in range(len(rows)) for a in range(b) if said[a] & said[b]}, kind


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
    told = {capped.key: capped.size for capped in found.capped}
    assert told["p:+8613912348765"] == count
    assert "13912348765" not in next(capped.masked for capped in found.capped if capped.kind == "p")
    assert len(found.left) < count * 60


def test_a_phone_that_everybody_has_is_no_evidence() -> None:
    twins = [
        ("澄泰科技有限公司", "", "+8613912348765", "", "", "", "", ""),
        ("澄泰信息技术有限公司", "", "+8613912348765", "", "", "", "", ""),
    ]
    assert len(within(normalise(columns(twins))).pairs) == 1
    crowd = [
        (f"{chr(0x4E00 + 7 * at)}{chr(0x5000 + 11 * at)}贸易有限公司", "", "+8613912348765", "", "", "", "", "")
        for at in range(60)
    ]
    found = within(normalise(columns(twins + crowd)))
    assert "p:+8613912348765" in {capped.key for capped in found.capped}
    assert all(dict(pair.evidence)["phone"] == "missing" and pair.advice != "merge" for pair in found.pairs)
    one, other = normalise(columns(twins[:1])), normalise(columns(twins[1:]))
    common = Counts(60, {"p:+8613912348765": 60})
    told = [against(one, other, [(0, 0)], counts)[:1] for counts in (None, common)]
    assert dict(told[0][0].evidence)["phone"] == "same"
    assert all(dict(pair.evidence)["phone"] == "missing" and pair.probability < told[0][0].probability for pair in told[1])


def test_rows_alike_in_everything_meet_in_spite_of_the_cap() -> None:
    rows = [("深圳市海河电子有限公司", "王小明", "+8613912348765", "", "", "", "", "")] * 20_000
    found = within(normalise(columns(rows)))
    assert found.capped and len(found.pairs) < 3 * len(rows)
    assert set(found.groups(len(rows))) == {0}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "😀🎉",
        "王",
        "有限公司",
        "分公司",
        "（）",
        "a" * 10_000,
        "华" * 10_000,
        "(" * 10_000,
        "公司" * 5_000,
        "ﷺ" * 5_000,
        "\x00\ud800",
        "北京" * 3_000,
    ],
)
def test_bad_names_are_bounded(name: str) -> None:
    normal = normalise(
        {
            "name": [name, name, "海河电子有限公司"],
            "contact": [name] * 3,
            "phone": [name] * 3,
            "email": [name] * 3,
            "address": [name] * 3,
            "uscc": [name] * 3,
        }
    )
    assert all(len(row) < 120 for row in block.keys(normal))
    assert all(0 <= pair.probability <= 1 for pair in within(normal).pairs)


def test_blank_rows_are_nobodys_duplicates() -> None:
    found = within(normalise({"name": [None] * 500, "contact": [None] * 500}))
    assert found.pairs == [] and found.groups(500) == list(range(500))


def test_placeholders_join_nobody() -> None:
    found = within(
        normalise({"name": ["海河电子有限公司", "远山物流有限公司"], "contact": ["前台"] * 2, "phone": ["+8613800138000"] * 2})
    )
    assert found.pairs == []


def grouped(count: int, pairs: Sequence[tuple[int, int, float]]) -> list[int]:
    left, right, probability = (np.array([pair[at] for pair in pairs]) for at in range(3))
    found: list[int] = clusters(count, left.astype(np.int64), right.astype(np.int64), probability.astype(np.float64)).tolist()
    return found


STRONG = [(0, 1, 0.99), (1, 2, 0.99), (0, 2, 0.99), (3, 4, 0.99), (4, 5, 0.99), (3, 5, 0.99)]


def test_a_weak_bridge_joins_no_strong_groups() -> None:
    assert grouped(6, [*STRONG, (2, 3, 0.6)]) == [0, 0, 0, 3, 3, 3]
    assert grouped(6, [*STRONG, (2, 3, 0.99)]) == [0] * 6
    assert grouped(6, [*STRONG, (2, 3, 0.8), (1, 4, 0.8), (0, 5, 0.8)]) == [0] * 6
    against_it = [(a, b, 0.02) for a in range(3) for b in range(3, 6) if (a, b) != (2, 3)]
    assert grouped(6, [*STRONG, (2, 3, 0.99), *against_it]) == [0, 0, 0, 3, 3, 3]


def test_what_contradicts_is_not_chained() -> None:
    assert grouped(3, [(0, 1, 0.99), (1, 2, 0.65), (0, 2, 0.01)]) == [0, 0, 2]
    assert grouped(3, [(0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.6)]) == [0, 0, 0]


def test_no_group_has_two_codes() -> None:
    """0 and 2 are two legal entities that were never compared; 1 says no code and joins the likelier one."""
    left, right, probability = np.array([0, 1]), np.array([1, 2]), np.array([0.99, 0.98])
    codes = np.array([7, 0, 8], np.uint64)
    assert clusters(3, left, right, probability, [codes]).tolist() == [0, 0, 2]
    assert clusters(3, left, right, probability, [np.array([7, 0, 7], np.uint64)]).tolist() == [0, 0, 0]
    # Compared, and one by all the rest: one of the codes is misspelt.
    assert clusters(3, left, right, probability, [np.array([7, 8, 0], np.uint64)]).tolist() == [0, 0, 0]


def test_a_single_row_joins_the_group_it_is_tied_to_best() -> None:
    assert grouped(5, [(0, 1, 0.99), (2, 3, 0.99), (1, 4, 0.8), (3, 4, 0.6)]) == [0, 0, 2, 2, 0]
    assert grouped(3, [(0, 1, 0.4)]) == [0, 1, 2]
    assert grouped(0, []) == []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_groups_depend_on_no_order(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 9))
    all_pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    some = data.draw(st.lists(st.sampled_from(all_pairs), unique=True, max_size=20))
    pairs = [(a, b, data.draw(st.sampled_from([0.01, 0.3, 0.5, 0.6, 0.9, 0.99]))) for a, b in some]
    names = data.draw(st.permutations(range(count)))
    mixed = data.draw(st.permutations([(min(names[a], names[b]), max(names[a], names[b]), p) for a, b, p in pairs]))
    plain, other = grouped(count, pairs), grouped(count, mixed)
    assert {(a, b) for a, b in all_pairs if plain[a] == plain[b]} == {
        (a, b) for a, b in all_pairs if other[names[a]] == other[names[b]]
    }


def test_a_long_chain_is_no_trouble() -> None:
    count = 20_000
    assert set(grouped(count, [(at, at + 1, 0.99) for at in range(count - 1)])) != set()


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
    for when, _, _ in weights.limits:
        assert all(set(levels) <= set(FIELDS[field]) for field, levels in when.items())
    assert set(weights.advice) == set(vocabulary("advice").by_code)


def test_probability_is_bounded_for_every_level() -> None:
    rows = np.array([[min(at, len(levels) - 1) for levels in FIELDS.values()] for at in range(10)], np.uint8)
    rarity = np.zeros_like(rows, np.int32)
    found = score.probability(rows, rarity, score.shipped())
    assert ((found >= 0) & (found <= 1)).all()
    assert score.probability(rows[:0], rarity[:0], score.shipped()).tolist() == []

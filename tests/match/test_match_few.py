"""A few rows are looked at one by one, many by columns: with the same result. What a store keeps of a row is the row."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.match import face, places, text, trades
from xlcrm.match.normalise import normalise
from xlcrm.match.words import NOUNS, TRADES

_WORDS = st.sampled_from([*sorted(places._table().codes)[::7], "深圳市", "南山区", "吉林", "朝阳区", "朝阳", "大", "海河", "市", "区", "第"])
_TRADES = st.sampled_from([*sorted(TRADES)[::5], *sorted(NOUNS)[::2], "海河", "电", "商贸", "机电设备", "a", "\n"])


def texts(words: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.tuples(st.lists(words, max_size=6), st.integers(0, 2), st.integers(0, 2)).map(_cut), min_size=1, max_size=30)


def _cut(made: tuple[list[str], int, int]) -> str:
    whole = "".join(made[0])
    return whole[made[1] : len(whole) - made[2]]


@settings(max_examples=60, deadline=None)
@given(texts(_WORDS), st.integers(0, 3))
def test_places_of_few_and_of_many(some: list[str], leave: int) -> None:
    column = pl.Series(some, dtype=pl.String)
    with pytest.MonkeyPatch.context() as patch:
        few = places.leading(column, leave), places.trailing(column, leave), places.whole(column)
        patch.setattr(places, "FEW", 0)
        many = places.leading(column, leave), places.trailing(column, leave), places.whole(column)
    assert all(one.equals(other) for one, other in zip(few, many, strict=True))


@settings(max_examples=60, deadline=None)
@given(texts(_TRADES))
def test_trades_of_few_and_of_many(some: list[str]) -> None:
    column = pl.Series(some, dtype=pl.String)
    with pytest.MonkeyPatch.context() as patch:
        few = trades.without(column), trades.ahead(column)
        patch.setattr(trades, "FEW", 0)
        many = trades.without(column), trades.ahead(column)
    assert all(one.equals(other) for one, other in zip(few, many, strict=True))


def test_traditional_characters_are_simplified_wherever_they_stand() -> None:
    some = ["蘇州匯豐達機電設備", "", "苏州", "後", "乾坤", "x華", "\n華\n"]
    assert text.plain(pl.Series(some)).to_list() == ["苏州汇丰达机电设备", "", "苏州", "后", "乾坤", "x华", "\n华\n"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["", "13912348765 / 0755-88881234"]))))
def test_a_row_is_read_as_it_was_written(rows: Sequence[tuple[str, str, str]]) -> None:
    name, contact, phone = ([row[at] for row in rows] for at in range(3))
    normal = normalise({"name": name, "contact": contact, "phone": phone, "email": [f"{at}@qq.com" for at in range(len(rows))]})
    written = face.written(normal)
    assert not any("\n" in one for one in written)
    assert face.read(written).frame.equals(normal.frame)

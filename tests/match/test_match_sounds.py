"""How names sound: the table is pypinyin's, and names that sound alike become equal."""

from __future__ import annotations

from importlib.resources import files

import polars as pl

from tests.match.sounds import table
from xlcrm.match.sounds import heard, stand_in


def test_the_table_is_what_pypinyin_says() -> None:
    assert (files("xlcrm.match") / "data" / "sounds.txt").read_text("utf-8") == table()


def test_what_sounds_alike_becomes_equal() -> None:
    one, other, else_ = stand_in(pl.Series(["京峰abc", "精锋abc", "海河abc"])).to_list()
    assert one == other != else_ and one.endswith("abc")
    assert stand_in(pl.Series([], dtype=pl.String)).to_list() == []
    assert stand_in(pl.Series(["", "诗", "思"])).to_list()[1:] == stand_in(pl.Series(["师", "四"])).to_list()


def test_pinyin_is_read_as_the_characters_it_spells() -> None:
    assert heard("yongli") == stand_in(pl.Series(["永利"]))[0]
    assert heard("zhangwei") == stand_in(pl.Series(["张伟"]))[0]
    assert heard("trading") == "" and heard("") == ""

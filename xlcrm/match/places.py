"""Place names at the edges of company names and addresses, from the vocabularies of provinces, cities and districts.

A place is its administrative code: two digits for a province, four for a city, six for a district; so one place lies in
another when its code begins with the other's. Several codes of one text are separated by commas.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl

from xlcrm.match.text import FEW, amended
from xlcrm.model.vocabularies import vocabulary

# Cities whose bare name is more often a brand (the full name, 大同市, still counts).
_BRANDS = frozenset(("安康", "大同", "长治", "兴安", "海东", "海北", "黄南", "和田", "吉安", "东方", "天门"))

_LONG = 4
"""Most place names are no longer; the others are searched only where one begins."""

_LONGEST = 15

_EDGE = {"run": pl.String, "room": pl.UInt32, "place": pl.String, "short": pl.String, "taken": pl.UInt32}


class _Names(NamedTuple):
    by_length: dict[int, pl.Series]
    long_ends: pl.Series  # the first (or last) characters of the names longer than _LONG


class _Table(NamedTuple):
    codes: dict[str, tuple[str, ...]]  # name -> codes, several for a name used twice
    shorts: dict[str, str]
    loose: dict[str, str]  # districts without 区, 县 -> their code where there is only one
    within: dict[str, str]  # code of a city with the first characters of a district in it -> the district's code
    lengths: dict[str, tuple[int, ...]]  # first two characters -> lengths of names, longest first
    heads: _Names
    tails: _Names


@cache
def _table() -> _Table:
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    shorts: dict[str, str] = {}
    loose: dict[str, str] = {}
    within: dict[str, str] = {}
    for level in ("province", "city", "district"):
        for option in vocabulary(level).options:
            short = next((word for word in option.synonyms if word != "市辖区"), option.zh)
            names = [option.zh]
            if len(short) >= 2 and short not in _BRANDS and level != "district":
                names.append(short)
            if option.zh.endswith("回族区"):
                names.append(option.zh.removesuffix("回族区") + "区")  # as people write 管城回族区
            if len(short) >= 2 and short not in _BRANDS and level == "district":
                loose[short] = "" if short in loose else option.code
                within[option.code[:4] + short] = option.code
            for name in names:
                if any(len(code) == 2 for code in codes.get(name, ())):
                    continue  # 北京市 is a province and a city, 海南 a province and a prefecture: the widest
                codes[name][option.code] = None
                shorts[name] = short
    by_length = {length: _set(name for name in codes if len(name) == length) for length in range(2, _LONGEST + 1)}
    longer = [name for name in codes if len(name) > _LONG]
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in codes:
        lengths[name[:2]].add(len(name))
    return _Table(
        {name: tuple(found) for name, found in codes.items()},
        shorts,
        loose,
        within,
        {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()},
        _Names(by_length, _set(name[:_LONG] for name in longer)),
        _Names(by_length, _set(name[-_LONG:] for name in longer)),
    )


def _set(words: Iterable[str]) -> pl.Series:
    return pl.Series(sorted(set(words)), dtype=pl.String).implode()


def leading(texts: pl.Series, leave: int = 2) -> pl.DataFrame:
    """The places ``texts`` begin with (at most four), leaving ``leave`` characters: 湖南长沙市大华 -> 4301 | 长沙 | 大华.

    Columns ``place`` (codes), ``short`` (their short names joined), ``rest``.
    """
    if len(texts) <= FEW:
        return _one_by_one(texts, _led.__wrapped__, leave, lambda text, taken: text[taken:])
    run = pl.col("text").str.head(_run(texts, 4, behind=False))
    return _edges(texts, run, _led, leave).select("place", "short", rest=pl.col("text").str.slice(pl.col("taken")))


def trailing(texts: pl.Series, leave: int = 3) -> pl.DataFrame:
    """The places ``texts`` end with (at most two), leaving at least ``leave`` characters: 腾达科技深圳 -> 4403 | 腾达科技."""
    if len(texts) <= FEW:
        return _one_by_one(texts, _trailed.__wrapped__, leave, lambda text, taken: text[: len(text) - taken])
    run = pl.col("text").str.tail(_run(texts, 2, behind=True))
    left = pl.col("text").str.head(pl.col("text").str.len_chars() - pl.col("taken"))
    return _edges(texts, run, _trailed, leave).select("place", "short", rest=left)


def _one_by_one(
    texts: pl.Series, read: Callable[[str, int], tuple[str, str, int]], leave: int, beside: Callable[[str, int], str]
) -> pl.DataFrame:
    """What ``_edges`` finds, without looking for the runs first: sooner done where the texts are few."""
    said = texts.to_list()
    found = [read(text, leave) for text in said]
    rest = [beside(text, edge[2]) for text, edge in zip(said, found, strict=True)]
    columns = {"place": [edge[0] for edge in found], "short": [edge[1] for edge in found], "rest": rest}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _run(texts: pl.Series, most: int, behind: bool) -> pl.Series:
    """How many characters at the start of ``texts`` (at the end if ``behind``) are place names, at most ``most`` of them."""
    length = pl.zeros(len(texts), dtype=pl.UInt32, eager=True)
    rest = pl.DataFrame({"text": texts}).with_row_index("at")
    text = pl.col("text")
    for _ in range(most):
        rest = rest.with_columns(step=_step(rest["text"], behind)).filter(pl.col("step") > 0)
        if not rest.height:
            break
        length = length.scatter(rest["at"], length.gather(rest["at"]) + rest["step"])
        rest = rest.with_columns(
            text.str.head(text.str.len_chars() - pl.col("step")) if behind else text.str.slice(pl.col("step"))
        )
    return length


def _step(texts: pl.Series, behind: bool) -> pl.Series:
    """The length of the longest place name at one end of ``texts``. By equality: a pattern of 3,500 names is slower."""
    names = _table().tails if behind else _table().heads
    text = pl.col("text")

    def end(length: int) -> pl.Expr:
        return text.str.tail(length) if behind else text.str.head(length)

    def longest(lengths: Iterable[int]) -> pl.Expr:
        found = [pl.when(end(length).is_in(names.by_length[length])).then(length) for length in lengths]
        return pl.coalesce(*found, 0).cast(pl.UInt32)

    frame = pl.DataFrame({"text": texts}).with_row_index("at")
    steps = frame.select(longest(range(_LONG, 1, -1))).to_series()
    some = frame.filter(end(_LONG).is_in(names.long_ends))
    if not some.height:
        return steps
    some = some.select("at", step=longest(range(_LONGEST, _LONG, -1))).filter(pl.col("step") > 0)
    return steps.scatter(some["at"], some["step"])


def whole(texts: pl.Series) -> pl.DataFrame:
    """Whether ``texts`` consist of places (``all``; 莲池 for 莲池区 counts), and which (``place``, "" for a doubtful one)."""
    frame, loose = leading(texts, leave=0), _table().loose
    there = [loose.get(rest) for rest in frame["rest"].to_list()]
    known = pl.Series(there, dtype=pl.String)
    every = (texts != "") & ((frame["rest"] == "") | known.is_not_null())
    return pl.DataFrame({"all": every, "place": joined(frame["place"], known.fill_null(""))})


def district(texts: pl.Series, codes: pl.Series) -> pl.DataFrame:
    """Districts without 区 at the start of ``texts`` that lie in the city named before (``codes``): ``rest`` and ``place``."""
    within = _table().within
    frame = pl.DataFrame({"rest": texts, "place": codes}).with_row_index("at")
    some = frame.filter((pl.col("place").str.len_chars() == 4) & pl.col("rest").str.contains("^..[^路街巷道桥].{3}"))
    if not some.height:
        return frame
    found = [within.get(place + rest[:2]) for place, rest in zip(some["place"].to_list(), some["rest"].to_list(), strict=True)]
    code = pl.Series(found, dtype=pl.String)
    some = some.select("at", place=code, rest=pl.col("rest").str.slice(2).str.replace("^[区县市旗]", "")).drop_nulls()
    return amended(frame, some)


def _edges(texts: pl.Series, run: pl.Expr, read: Callable[[str, int], tuple[str, str, int]], leave: int) -> pl.DataFrame:
    """Runs of place names are few: each is read once, with the number of characters beside it (at most ``leave``)."""
    frame = pl.DataFrame({"text": texts}).with_columns(run=run)
    frame = frame.with_columns(room=(pl.col("text").str.len_chars() - pl.col("run").str.len_chars()).clip(upper_bound=leave))
    runs = frame.filter(pl.col("run") != "").select("run", "room").unique()
    found = [(run, room, *read(run, leave - room)) for run, room in runs.iter_rows()]
    edges = pl.DataFrame(found, schema=_EDGE, orient="row")
    return frame.join(edges, on=["run", "room"], how="left", maintain_order="left").with_columns(
        pl.col("place", "short").fill_null(""), pl.col("taken").fill_null(0)
    )


@lru_cache(1 << 16)
def _led(run: str, leave: int) -> tuple[str, str, int]:
    table = _table()
    found: tuple[str, ...] = ()
    short, at, end = "", 0, len(run) - leave
    for _ in range(4):
        lengths = table.lengths.get(run[at : at + 2], ())
        name = next((run[at : at + size] for size in lengths if at + size <= end and run[at : at + size] in table.codes), "")
        if not name or (found and not _within(table.codes[name], found)):
            break  # 萍乡中山商贸: the second place is a brand
        found = _narrowed(found, table.codes[name])
        short += table.shorts[name]
        at += len(name)
    return ",".join(found), short, at


@lru_cache(1 << 16)
def _trailed(run: str, leave: int) -> tuple[str, str, int]:
    table = _table()
    names: list[str] = []
    end = len(run)
    for _ in range(2):
        name = next((run[at:end] for at in range(max(leave, end - _LONGEST, 0), end - 1) if run[at:end] in table.codes), "")
        if not name:
            break
        names.insert(0, name)
        end -= len(name)
    found: tuple[str, ...] = ()
    for name in names:
        found = _narrowed(found, table.codes[name])
    return ",".join(found), "".join(table.shorts[name] for name in names), len(run) - end


def merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """The places of two parts of one name: a wider one gives way to the narrower one in it."""
    found = dict.fromkeys(first + second)
    return tuple(code for code in found if not any(other != code and other.startswith(code) for other in found))[:3]


def joined(first: pl.Series, second: pl.Series) -> pl.Series:
    """``merged`` of two columns of codes."""
    rows = np.flatnonzero(((first != "") & (second != "")).to_numpy())
    found = first + second
    if not len(rows):
        return found
    pairs = zip(first.gather(rows).to_list(), second.gather(rows).to_list(), strict=True)
    return found.scatter(rows, pl.Series([_joined(*pair) for pair in pairs], dtype=pl.String))


@lru_cache(1 << 16)
def _joined(first: str, second: str) -> str:
    return ",".join(merged(tuple(first.split(",")), tuple(second.split(","))))


def _within(codes: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return any(code.startswith(before) for code in codes for before in known)


@lru_cache(1 << 16)
def _narrowed(known: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    """``found`` codes of one name, chosen by the places known before it; an ambiguous name alone says nothing."""
    fitting = tuple(code for code in found if any(code.startswith(before) for before in known))
    if len(fitting) == 1:
        return merged(known, fitting)
    return merged(known, found) if len(found) == 1 else known

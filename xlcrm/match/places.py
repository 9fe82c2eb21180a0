"""Place names at the edges of company names and addresses, from the vocabularies of provinces, cities and districts.

A place is its administrative code: two digits for a province, four for a city, six for a district; so one place lies in
another when its code begins with the other's.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache, lru_cache
from typing import NamedTuple

from xlcrm.model.vocabularies import vocabulary

# Cities whose bare name is more often a brand (the full name, 大同市, still counts).
_BRANDS = frozenset(("安康", "大同", "长治", "兴安", "海东", "海北", "黄南", "和田", "吉安", "东方", "天门"))


class Edge(NamedTuple):
    """Places found at the start or the end of a text: their codes, their short names joined, and the rest."""

    codes: tuple[str, ...]
    short: str
    rest: str


class _Table(NamedTuple):
    codes: dict[str, tuple[str, ...]]  # name -> codes, several for a name used twice
    shorts: dict[str, str]
    heads: dict[str, tuple[int, ...]]  # first two characters -> lengths of names, longest first
    tails: dict[str, tuple[int, ...]]


@cache
def _table() -> _Table:
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    shorts: dict[str, str] = {}
    for level in ("province", "city", "district"):
        for option in vocabulary(level).options:
            short = next((word for word in option.synonyms if word != "市辖区"), option.zh)
            names = [option.zh]
            if len(short) >= 2 and short not in _BRANDS and level != "district":
                names.append(short)
            for name in names:
                if any(len(code) == 2 for code in codes.get(name, ())):
                    continue  # 北京市 is a province and a city, 海南 a province and a prefecture: the widest
                codes[name][option.code] = None
                shorts[name] = short
    heads: dict[str, set[int]] = defaultdict(set)
    tails: dict[str, set[int]] = defaultdict(set)
    for name in codes:
        heads[name[:2]].add(len(name))
        tails[name[-2:]].add(len(name))
    return _Table(
        {name: tuple(found) for name, found in codes.items()},
        shorts,
        {key: tuple(sorted(found, reverse=True)) for key, found in heads.items()},
        {key: tuple(sorted(found, reverse=True)) for key, found in tails.items()},
    )


def leading(text: str, leave: int = 2) -> Edge:
    """The places ``text`` begins with (at most four), leaving ``leave`` characters: 湖南长沙市大华 -> 4301 | 大华."""
    table = _table()
    found: tuple[str, ...] = ()
    short = ""
    for _ in range(4):
        for length in table.heads.get(text[:2], ()):
            name = text[:length]
            if name in table.codes and len(text) - length >= leave:
                if found and not _within(table.codes[name], found):
                    return Edge(found, short, text)  # 萍乡中山商贸: the second place is a brand
                found = _narrowed(found, table.codes[name])
                short += table.shorts[name]
                text = text[length:]
                break
        else:
            break
    return Edge(found, short, text)


def trailing(text: str, leave: int = 3) -> Edge:
    """The places ``text`` ends with (at most two), leaving at least ``leave`` characters: 腾达科技深圳 -> 4403 | 腾达科技."""
    table = _table()
    names: list[str] = []
    for _ in range(2):
        for length in table.tails.get(text[-2:], ()):
            if text[-length:] in table.codes and len(text) - length >= leave:
                names.insert(0, text[-length:])
                text = text[:-length]
                break
        else:
            break
    found: tuple[str, ...] = ()
    for name in names:
        found = _narrowed(found, table.codes[name])
    return Edge(found, "".join(table.shorts[name] for name in names), text)


def whole(text: str) -> Edge | None:
    """The places that ``text`` consists of entirely; None when it is something else."""
    edge = leading(text, leave=0)
    return edge if edge.short and not edge.rest else None


@lru_cache(1 << 16)
def merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """The places of two parts of one name: a wider one gives way to the narrower one in it."""
    found = dict.fromkeys(first + second)
    return tuple(code for code in found if not any(other != code and other.startswith(code) for other in found))[:3]


def near(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether two names lie in one place, or one within the other."""
    return any(a.startswith(b) or b.startswith(a) for a in left for b in right)


def _within(codes: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return any(code.startswith(before) for code in codes for before in known)


@lru_cache(1 << 16)
def _narrowed(known: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    """``found`` codes of one name, chosen by the places known before it; an ambiguous name alone says nothing."""
    fitting = tuple(code for code in found if any(code.startswith(before) for before in known))
    if len(fitting) == 1:
        return merged(known, fitting)
    return merged(known, found) if len(found) == 1 else known

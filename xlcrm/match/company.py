"""A company's name taken apart: place · brand · trade · legal form · branch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from xlcrm.match import contact, places, text
from xlcrm.match.words import (
    ANCHORS,
    BRANCHES,
    DEPARTMENTS,
    FORMER,
    GROUPS,
    INSTITUTIONS,
    LEGAL,
    NOTHING,
    REMARKS,
    SAME_TRADE,
    SHOPS,
    TRADES,
)


class Shape(StrEnum):
    """What sort of name it is: they carry different weight as evidence."""

    COMPANY = "company"
    INSTITUTION = "institution"
    SHOP = "shop"
    PERSON = "person"
    NONE = "none"


class Company(NamedTuple):
    """The parts of one name.

    ``place`` administrative codes; ``short`` the places as spoken; ``core`` brand + trade; ``spoken`` short + core, for
    names whose place is part of the brand; ``trade`` the words after the brand; ``branch`` what makes it a part of a
    bigger one (places without 市, 县 ...); ``digits`` numbers that tell sisters apart (一局 from 二局);
    ``former`` other names given in the cell.
    """

    place: tuple[str, ...] = ()
    short: str = ""
    core: str = ""
    spoken: str = ""
    brand: str = ""
    trade: str = ""
    legal: str = ""
    branch: str = ""
    digits: str = ""
    shape: Shape = Shape.NONE
    group: bool = False
    former: tuple[str, ...] = ()


NOBODY = Company()


def _choice(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_BRACKET = re.compile(r"\(([^()]*)\)")
_FORMER = re.compile(rf"^(?:{_choice(FORMER)})(.*)$")
_REMARK = re.compile(rf"(?:{_choice(word for word in REMARKS if len(word) >= 2)})+$")
_REMARKS = frozenset(REMARKS)
_ANCHOR = re.compile(rf"^(.*(?:{_choice(ANCHORS)}))(.+)$")
_BRANCH = re.compile(rf"^(.*?)({_choice(BRANCHES)})$")
_STORE = re.compile(r"^(.{4,})(\w{2}(?:[路街道巷桥站门村镇城]|大街|大道|广场|商场|小区|大厦))分?店$")
_DEPARTMENT = re.compile(rf"(?:{_choice(DEPARTMENTS)})$")
_TRADES = text.Endings(TRADES)
_FORMS = text.Endings(LEGAL)
_NUMBERS = re.compile(r"\d+|[一二三四五六七八九十]+(?=[建局院中分公航冶店厂小医幼化])|第[一二三四五六七八九十百]+")
# Without a company's name before them these end the names of customers of their own.
_WHOLES = frozenset({"店", "子公司", "门店", "经营部", "门市部", "服务站", "加油站", "信用社", "销售部"})
_COMPANY_BRANCHES = tuple(word for word in BRANCHES if word.endswith("公司"))
_TRADE_GROUP: dict[str, str] = {word: min(group) for group in SAME_TRADE for word in group}


@lru_cache(1 << 15)  # a submission asks for the same names twice: to compare them and to store their keys
def parse(name: str, kind: str = "") -> Company:
    """The parts of ``name``; ``kind`` "person" when the customer is known to be one. ``NOBODY`` when nothing is named."""
    folded = text.fold(name)
    # One character is a surname at most.
    if len(folded) < 2 or folded in NOTHING or not text.lettered(folded):
        return NOBODY
    if kind == "person":
        plain = contact.parse(name).name  # 王先生 names nobody
        return Company(core=plain, spoken=plain, brand=plain, shape=Shape.PERSON) if plain else NOBODY
    place: tuple[str, ...] = ()
    former: list[str] = []
    legal = ""
    group = False
    rest = folded
    if "(" in rest or ")" in rest:
        pieces = []
        end = 0
        for bracket in _BRACKET.finditer(rest):
            pieces.append(rest[end : bracket.start()])
            end = bracket.end()
            inner = bracket[1]
            if other := _FORMER.match(inner):
                if len(other[1]) >= 4:
                    former.append(other[1])
            elif (edge := places.whole(inner)) is not None:
                place = places.merged(place, edge.codes)
            elif inner in LEGAL:
                legal = LEGAL[inner]
            elif inner in GROUPS:
                group = True
            elif inner not in _REMARKS and inner not in ("中国", "china") and not _REMARK.fullmatch(inner):
                pieces.append(inner)
        pieces.append(rest[end:])
        rest = "".join(pieces).replace("(", "").replace(")", "")
    if not rest.endswith("公司"):
        rest = _REMARK.sub("", rest) or rest
    rest, branch = _split_branch(rest)
    head = rest
    if form := _FORMS.longest(rest):
        rest, legal = rest.removesuffix(form), legal or LEGAL[form]
    for word in GROUPS:
        if rest.endswith(word) and len(rest) > len(word) + 1:
            rest, group = rest.removesuffix(word), True
            break
    edge = places.leading(rest)
    core = edge.rest
    brand, trade = _split_trade(core)
    if not brand and edge.short:  # 临汾市机电设备: the place is all the brand there is
        core = brand = edge.short + core
    else:
        place = places.merged(edge.codes, place)
    tail = places.trailing(core)
    if tail.short and _split_trade(tail.rest)[0]:
        core, place = tail.rest, places.merged(place, tail.codes)
        for word in GROUPS:
            core, group = (core.removesuffix(word), True) if core.endswith(word) and len(core) > len(word) + 1 else (core, group)
        brand, trade = _split_trade(core)
    core = core or head or folded
    return Company(
        place,
        edge.short,
        core,
        core if core.startswith(edge.short) else edge.short + core,
        brand or core,
        trade,
        legal,
        branch,
        ",".join(_NUMBERS.findall(core)),
        _shape(head, core, legal, trade),
        group,
        tuple(former),
    )


def trade_group(trade: str) -> str:
    """A name for trades that mean the same: 贸易, 商贸 and 经贸 are one."""
    return _TRADE_GROUP.get(trade, trade)


def _split_branch(name: str) -> tuple[str, str]:
    """The name of the whole, and what names the part of it ("" for the whole itself)."""
    if name.endswith("公司") and not name.endswith(_COMPANY_BRANCHES):
        return name, ""  # nine of ten names
    anchored = _ANCHOR.match(name)
    if anchored:
        tail = anchored[2]
        if (match := _BRANCH.match(tail)) is not None:
            return anchored[1], _bare(match[1]) + _sort(match[2])
        if _DEPARTMENT.search(tail):
            return anchored[1], tail
        if anchored[1].endswith("公司"):
            return anchored[1], ""  # a remark glued to the name
        return name, ""
    if store := _STORE.match(name):  # one of a chain
        return store[1], store[2] + "店"
    match = _BRANCH.match(name)
    if match is None or match[2] in _WHOLES or len(match[1]) < 4:
        return name, ""
    edge = places.trailing(match[1])
    return edge.rest, edge.short + _sort(match[2])


def _bare(place: str) -> str:
    """The place of a branch as people say it: 青岛市 and 青岛 are one."""
    edge = places.leading(place, leave=0)
    rest = edge.rest
    if len(rest) > 2 and rest[-1] in "省市区县":
        rest = rest[:-1]
    return edge.short + rest


def _sort(kind: str) -> str:
    return "" if kind.endswith(("分公司", "支公司")) else kind


def _split_trade(core: str) -> tuple[str, str]:
    """Brand and trade; the brand is empty when ``core`` is made of trade words only."""
    brand = core
    # One character is no brand: then the word stays with its neighbour.
    while word := _TRADES.longest(brand, leave=1):
        brand = brand.removesuffix(word)
    return brand, core[len(brand) :]


def _shape(head: str, core: str, legal: str, trade: str) -> Shape:
    if legal and legal != "shop":
        return Shape.COMPANY
    if head.endswith(INSTITUTIONS):
        return Shape.INSTITUTION
    if legal == "shop" or core.endswith(SHOPS):
        return Shape.SHOP
    if 2 <= len(core) <= 3 and not trade and head == core and not core.isascii():
        return Shape.PERSON
    return Shape.COMPANY

"""Addresses against the region table: which province an address names, and whether it can be found at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from xlcrm.model.vocabularies import vocabulary

# A road with or without a number, a building, a village: without any of them nobody finds the door (document 004 2.2).
_ROAD = re.compile("[路街巷弄村镇乡庄屯]")
_FINDABLE = re.compile(
    r"大道|道[0-9]|胡同|[0-9一二三四五六七八九十百]+\s?[号栋幢座楼层室#-]|[0-9A-Za-z]+座"
    r"|工业园|科技园|产业园|开发区|大厦|大楼|广场|[Rr]oad|[Ss]treet|[Aa]venue"
)


def vague(addresses: Sequence[str | None]) -> list[int]:
    """The rows whose address names neither road nor number, village or building."""
    road, findable = _ROAD.search, _FINDABLE.search  # nearly all have a road, and that is quick to see
    return [row for row, text in enumerate(addresses) if text is not None and not road(text) and not findable(text)]


def province_of(address: str) -> str | None:
    """The code of the province that an address begins with (or whose city it begins with); None when it names none."""
    match = _beginning().match(address)
    if match is None:
        return None
    return _named()[match[0]]


@cache
def _named() -> dict[str, str]:
    named = {option.zh: option.parent for option in vocabulary("city").options if option.parent}
    for option in vocabulary("province").options:
        named[option.zh] = option.code
        named.update({f"{word}省": option.code for word in option.synonyms if len(word) == 2 and not word.endswith("省")})
    return named


@cache
def _beginning() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name) for name in sorted(_named(), key=len, reverse=True)))

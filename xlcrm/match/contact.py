"""A contact's name taken apart: surname, full name, or a title only (王经理)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from xlcrm.match import text
from xlcrm.match.words import COMPOUND_SURNAMES, NOTHING, TITLES


class Contact(NamedTuple):
    """``name`` the full name, "" when only the surname is known (王经理, 老王, 王*); both empty when nobody is named."""

    surname: str = ""
    name: str = ""


NOBODY = Contact()

_BRACKET = re.compile(r"\([^()]*\)?")
_TITLE = re.compile(rf"(?:{'|'.join(sorted((re.escape(word) for word in TITLES), key=len, reverse=True))})+$")
_LETTERS = re.compile(r"[a-z]+")
_SPOKEN = ("小", "老", "阿", "大")
_MASKS = re.compile(r"[*＊×✱○●某]+")


@lru_cache(1 << 15)
def parse(value: str) -> Contact:
    """Who is meant by ``value``: 王小明 and 王小明经理 give the full name, 王经理, 小王 and 王** the surname."""
    value = value[: text.LONGEST]
    masked = _MASKS.search(value) is not None
    if masked:
        value = _MASKS.split(value, maxsplit=1)[0]
    folded = _BRACKET.sub("", text.fold(value))
    if not folded or folded in NOTHING or folded[0].isdigit():
        return NOBODY
    if folded.isascii():
        return Contact(folded[:1], folded)
    if masked:
        return Contact(_surname(folded), "")
    name = folded
    if match := _TITLE.search(name):
        left = name[: match.start()]
        if not left:
            return NOBODY
        # 王总 is a title, 周文总 may be a name: a one-letter title counts after a surname only.
        if len(match[0]) > 1 or len(left) == 1 or left in COMPOUND_SURNAMES:
            name = left
    if len(name) == 2 and name[0] in _SPOKEN:
        return Contact(name[1], "")
    if len(name) == 1 or name in COMPOUND_SURNAMES:
        return Contact(name, "")
    return Contact(_surname(name), name)


def _surname(name: str) -> str:
    return name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]

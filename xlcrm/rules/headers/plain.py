"""A header as people decorate it, without the decoration: numbering, stars, brackets, units, the number of a contact."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from xlcrm.rules.clean.text import line

_CIRCLED = re.compile("^[\u2460-\u2473\u2776-\u277f\u2780-\u2793]")
_NUMBERED = re.compile(
    r"^(?:[0-9]{1,2}\s*[.、):,]\s*(?![0-9])|\([0-9一二三四五六七八九十]{1,2}\)|[一二三四五六七八九十]{1,2}\s*[、.:])"
)
_BRACKETS = re.compile(r"[(\[【{<《「]([^()\[\]【】{}<>《》「」]*)[)\]】}>》」]")
_UNIT = re.compile(r"(?:单位|unit)?\s*[:：]?\s*(亿|百万|万|千|元|人|名)?(人民币|rmb|cny|元|美元|usd|港币|hkd|欧元|eur)?", re.I)
_TAIL = re.compile(r"(?:[/_|-]|单位[:：]?|(?<=[额入收值算价]))\s*((?:亿|百万|万|千)?元|亿|万)$")
_FORMAT = re.compile(r"格式|例如|示例|如[:：]|请|yyyy|[0-9]{4}|必填|选填|可选|多选|单选|下拉|required|optional", re.I)
_ORDINAL = re.compile(r"第([一二三四五1-5])(?=联系|对接|决策)")
_NTH = re.compile(r"(?<![0-9])([1-9])(?![0-9级])|(?<=人)[ _-]?([一二三四五])(?!级)|(?<=[话机箱])[ _-]?([一二三四五])$")
_COUNTS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_FOREIGN = ("美元", "usd", "港币", "hkd", "欧元", "eur")


@dataclass(frozen=True, slots=True)
class Heading:
    """A header: ``text`` without decoration, ``notes`` what stood in brackets, ``unit`` as written ("" for none).

    ``slot`` is the number of the contact (or remark) it carries, 0 for none.
    """

    whole: str
    text: str
    notes: tuple[str, ...] = ()
    unit: str = ""
    slot: int = 0

    @property
    def foreign(self) -> bool:
        """Whether it counts in another currency."""
        return self.unit.lower().endswith(_FOREIGN)


@lru_cache(20_000)
def heading(header: str) -> Heading:
    """Take a header apart; never raises."""
    text = line(unicodedata.normalize("NFKC", _CIRCLED.sub("", header.strip())))
    text = text.strip("*:.。,，、;_- ★※'\"“”")
    whole = text
    text = _NUMBERED.sub("", text).strip(" *")
    notes, unit = [], ""
    for inside in _BRACKETS.findall(text):
        inside = inside.strip(" *:")
        match = _UNIT.fullmatch(inside)
        if match and (match[1] or match[2]):
            unit = inside.removeprefix("单位").strip(":： ")
        elif inside and not _FORMAT.search(inside):
            notes.append(inside)
    bare = _BRACKETS.sub(" ", text).strip(" *:-_/")
    if not bare and notes:
        bare, notes = notes[0], notes[1:]
    if not unit and (tail := _TAIL.search(bare)):
        unit, bare = tail[1], bare[: tail.start()].rstrip("/_|- ")
    slot = 0
    if ordinal := _ORDINAL.search(bare):
        slot, bare = _nth(ordinal[1]), bare[: ordinal.start()] + bare[ordinal.end() :]
    elif len(found := list(_NTH.finditer(bare))) == 1 and bare != found[0][0]:
        said = found[0][1] or found[0][2] or found[0][3]
        slot, bare = _nth(said), (bare[: found[0].start()] + " " + bare[found[0].end() :]).strip(" _-.")
    elif len(notes) == 1 and re.fullmatch("[1-5一二三四五]", notes[0]):
        slot, notes = _nth(notes[0]), []
    return Heading(whole, bare, tuple(notes), unit, slot)


def _nth(said: str) -> int:
    return _COUNTS.get(said) or int(said)

"""Customer names and names of people outside."""

from __future__ import annotations

import re

from xlcrm.model.fields import Field, Kind
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import BETWEEN_HAN, LOST, PHONE_INSIDE, line, written
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

_TITLES = "总|总监|经理|主任|主管|老师|先生|女士|小姐|老板|工程师|工|科长|处长|局长|部长|董事长|董|店长|厂长|院长|校长|医生|教授"
_NO_NAME = re.compile(r"[\W\d_]+")
_CALLED = re.compile(rf"[\u4e00-\u9fff](?:{_TITLES})")
# Names that need no second look: the column reader lets them pass as they are. Long ones are looked at.
PLAIN = {
    Kind.CUSTOMER: re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff()（）]{1,39}"),
    Kind.PERSON: re.compile(rf"(?!.(?:{_TITLES})$)[\u4e00-\u9fff]{{2,5}}"),
}
# What a Chinese organisation's full name ends with; a short name without any is an abbreviation (mission T1).
LEGAL = re.compile(
    r"(?:公司|集团|企业|厂|店|行|社|院|所|馆|部|校|学|局|委|办|会|站|场|园|中心|银行|工作室|合伙|分公司|办事处|事务所|基金|商行|经营部|合作社|"
    r"(?i:ltd\.?|inc\.?|llc|gmbh|co\.?|corp\.?|limited|company|group))[)）]?$"
)


def read(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """A name: no line breaks, no blanks between Chinese characters; digits alone are none."""
    raw = written(cell)
    text = line(BETWEEN_HAN.sub("", line(raw)))
    if not text:
        return Reading()
    if len(text) > field.longest:
        return Reading(text, "TOO_LONG", {"count": len(text), "longest": field.longest})
    if _NO_NAME.fullmatch(text):
        return Reading(None, "NAME_ODD")
    if LOST in text:
        return Reading(text, "TEXT_GARBLED")
    if PHONE_INSIDE.search(text):
        return Reading(text, "PHONE_IN_TEXT")
    if field.kind is Kind.PERSON and _CALLED.fullmatch(text):
        return Reading(text, "PERSON_TITLE")
    if isinstance(cell, str) and text != cell:
        return Reading(text, "TEXT_FORM", {"proposal": text}, text, True)
    return Reading(text)


def abbreviated(name: str) -> bool:
    """Whether a company's name is at most four characters long and has no legal form."""
    return len(name) <= 4 and not LEGAL.search(name)

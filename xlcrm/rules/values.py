"""The words of other people's dropdown columns as options: once for each distinct word (值对照).

What the readers of a sheet understand is certain; so is the same word without what people hang on it (意向型客户, 展会渠道),
and a number of people that lies within one size. Everything else is a guess, or nothing, and a person says once what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from xlcrm.model.fields import Field, Kind
from xlcrm.model.learned import NOT_IMPORTED, Learned
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.model.vocabularies import Option, Vocabulary, fold
from xlcrm.rules.clean import options as reader
from xlcrm.rules.clean.text import line, squeeze
from xlcrm.rules.clean.words import PLACEHOLDERS
from xlcrm.rules.rulebook import Rulebook

_READER = Rulebook(datetime(2099, 12, 31))
_MOST = 5
"""Alternatives that are named."""

SEVERAL = re.compile(r"[、,，;；|\n]+")
_LEVELS = re.compile(r"\s*(?:/|>|＞|→|—|-|\\|·)\s*")
_CODED = re.compile(r"^[A-Z]?[0-9]{0,4}[.、\s:：-]*(?=[\u4e00-\u9fff])|^[0-9]{1,2}[.、:：-]\s*")
_HUNG = re.compile(
    r"^(?:客户)?(.{1,20}?)(?:类客户|型客户|级客户|的客户|客户|行业|类企业|类|型|级|渠道|获客|方式|来源|企业|单位|公司|业务|中)$"
)
_NOT = "无未不非没"
_DENIED = re.compile(f"[{_NOT}]$")
_NOTE = re.compile(r"[(（\[【].*?[)）\]】]")
_PEOPLE = "(0|[1-9][0-9,]{0,7})"  # neither 0571-88012345 nor 2024-06
_RANGE = re.compile(rf"{_PEOPLE}\s*(?:人|名)?\s*(?:-|~|至|到|—|–)\s*{_PEOPLE}\s*(?:人|名)?")
_ONE = re.compile(
    r"(约|近|大概|不到|少于|小于|低于|<|≤|>|≥|大于|超过|多于)?([0-9,]+)(\+)?(?:多|余)?(?:人|名|个)?(?:员工)?"
    r"(左右|上下|以上|以下|以内|及以上|及以下|\+)?"
)
_MOST_PEOPLE = 10_000_000
_SIZES = (("small", 0, 99), ("medium", 100, 500), ("large", 501, _MOST_PEOPLE))


@dataclass(frozen=True, slots=True)
class OptionMatch:
    """What one word means: the option's ``code``, None where nothing can be guessed.

    ``certainty`` is "sure", "doubtful" (a person is asked, ``code`` is the guess) or "none" (nothing like it; or somebody said
    that it means nothing). ``alternatives`` are codes, likeliest first, without the guess.
    """

    code: str | None
    certainty: Literal["sure", "doubtful", "none"]
    reason: str
    alternatives: tuple[str, ...] = ()


def field_of(place: str) -> Field:
    """The field that ``place`` names: "interaction.way", or "source" for one of the customer's."""
    table, _, name = place.rpartition(".")
    return BY_KEY[table or CUSTOMER.key][name]


def vocabulary_of(field: Field) -> str:
    """The vocabulary behind a field; tags are a text in the customer's sheet, made of options of their own sheet."""
    return field.options if field.kind is Kind.OPTION else "tag"


def options(place: str, values: Iterable[str], learned: Learned, book: Rulebook = _READER) -> dict[str, OptionMatch]:
    """What each distinct word of a dropdown column (``place``, see ``field_of``) means. Blanks and placeholders are left out."""
    field = field_of(place)
    words = book.vocabulary(vocabulary_of(field))
    found = {}
    for value in dict.fromkeys(values):
        text = line(value)
        if text and (text not in PLACEHOLDERS or words.find(text) is not None):
            found[value] = _match(text, words, learned)
    return found


def known(text: str, words: Vocabulary) -> bool:
    """Whether a word is one of the vocabulary's, if only a vague one, or several of them. Mere numbers are no sizes."""
    if words.called(text) or fold(text) in words.vague or _plainly(text, words) is not None:
        return True
    if words.name == "size" and not text.isdecimal() and _size(text):
        return True
    parts = [part for part in SEVERAL.split(text) if part.strip()]
    return len(parts) > 1 and all(words.called(part) for part in parts)


def _match(text: str, words: Vocabulary, learned: Learned) -> OptionMatch:
    said = learned.value(words.name, text)
    if said is not None:
        known = said != NOT_IMPORTED and said in words.by_code
        return OptionMatch(said, "sure", "headers.told") if known else OptionMatch(None, "none", "headers.told_none")
    option = words.find(text) or _plainly(text, words)
    if option is not None:
        return OptionMatch(option.code, "sure", "headers.word")
    if words.name == "size" and (match := _size(text)):
        return match
    codes = words.vague.get(fold(text))
    if codes is not None:
        return OptionMatch(None, "doubtful" if codes else "none", "headers.vague_word", codes)
    parts = [part for part in SEVERAL.split(text) if part.strip()]
    if len(parts) > 1:
        each = [one.code for part in parts if (one := words.find(part) or _plainly(line(part), words))]
        if each:
            return _guess(each, "headers.several_words")
    same = words.called(text)
    if same:  # a town of that name in several provinces
        return _guess([one.code for one in same], "headers.several_words")
    inside = _inside(text, words)
    if inside:
        return _guess(inside, "headers.alike")
    near = _near(text, words)
    if near and near[0][0] >= 0.6:
        return _guess([code for _, code in near], "headers.alike")
    return OptionMatch(None, "none", "headers.unlike", tuple(code for _, code in near))


def _guess(codes: list[str], reason: str) -> OptionMatch:
    first, *more = dict.fromkeys(codes)
    return OptionMatch(first, "doubtful", reason, tuple(more[:_MOST]))


def _plainly(text: str, words: Vocabulary) -> Option | None:
    """The option meant by a word with something hung on it: a note, a code in front, the levels above it, 客户, 行业 behind."""
    plain = _NOTE.sub("", text).strip() or text
    simple = reader.simplified(plain) if not plain.isascii() else plain
    for word in dict.fromkeys((plain, simple, _CODED.sub("", simple), _LEVELS.split(simple)[-1])):
        while word:
            option = words.find(word)
            if option is not None:
                return option
            match = _HUNG.match(word)
            word = match[1] if match and (len(match[1]) > 1 or match[1].isascii()) else ""
    return None


def _inside(text: str, words: Vocabulary) -> list[str]:
    """Options of which a label or synonym is part of the word, the longest first."""
    wanted = fold(text)
    found: dict[str, int] = {}
    for option in words.options:
        for said in (option.zh, *option.synonyms):
            word = fold(said)
            if len(word) > 1 and word in wanted and not _DENIED.search(wanted[: wanted.index(word)]):
                found[option.code] = max(found.get(option.code, 0), len(word))
    return sorted(found, key=lambda code: -found[code])


def _near(text: str, words: Vocabulary) -> list[tuple[float, str]]:
    """The options written most like the word, with how much."""
    wanted = SequenceMatcher(None, "", fold(text)[:60], autojunk=False)
    best: dict[str, float] = {}
    for option in words.options if len(words.options) < 500 else ():
        for said in (option.zh, *option.synonyms):
            if (said[0] in _NOT) != (text[0] in _NOT):
                continue
            wanted.set_seq1(fold(said)[:60])
            if wanted.real_quick_ratio() > 0.3 and wanted.quick_ratio() > 0.3:
                best[option.code] = max(best.get(option.code, 0.0), wanted.ratio())
    return sorted(((share, code) for code, share in best.items() if share > 0.3), key=lambda pair: -pair[0])[:_MOST]


def _size(text: str) -> OptionMatch | None:
    """A number of people, or from so many to so many: below 100, up to 500, above."""
    said = squeeze(text).replace(" ", "")
    if match := _RANGE.fullmatch(said):
        low, high = sorted(int(part.replace(",", "") or 0) for part in (match[1], match[2]))
    elif (match := _ONE.fullmatch(said)) and match[2].strip(","):
        number = int(match[2].replace(",", ""))
        before, after = match[1] or "", match[4] or match[3] or ""
        low, high = number, number
        if before in ("不到", "少于", "小于", "低于", "<", "≤") or after in ("以下", "以内", "及以下"):
            low, high = 0, number if before == "≤" or after in ("及以下", "以内") else number - 1
        elif before in (">", "≥", "大于", "超过", "多于") or after in ("以上", "及以上", "+"):
            low, high = number, _MOST_PEOPLE
    else:
        return None
    fits = [code for code, least, most in _SIZES if low <= most and high >= least]
    if not fits:  # a telephone
        return None
    if "medium" in fits and low == 500 < high:
        fits.remove("medium")
    if "medium" in fits and high == 100 > low:
        fits.remove("medium")
    return OptionMatch(fits[0], "sure", "headers.people") if len(fits) == 1 else _guess(fits, "headers.people")

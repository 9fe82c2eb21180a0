"""Which fields a header may mean by its words alone: declared names, words put together, slips of the pen, pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, lru_cache

from xlcrm.model.choices import importable
from xlcrm.model.headerwords import DOUBLE, NOWHERE, OWN, PATTERNS, UNSURE, WORDS
from xlcrm.model.tables import CUSTOMER, STORED
from xlcrm.model.vocabularies import fold
from xlcrm.rules.clean.options import simplified
from xlcrm.rules.headers.plain import Heading, heading

TITLE, WORD, LIKELY, SPELLED, WEAK = 5, 4, 3, 2, 1
"""How much a candidate's name says: the declared title; a synonym or plain words; words that mean several things; pinyin; a
part of the words, or something written like it."""

SECOND = {"contact": "name", "phone": "phone", "contact_title": "title", "email": "email"}
"""Fields of the main contact -> those of another contact."""

_PREFIX = re.compile(r"(?:[cdifbn]|F)(?=[A-Z][a-z]+)")
_ASCII_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that a header may mean; ``table`` "" for none at all."""

    table: str
    field: str
    rank: int
    slot: int = 1

    @property
    def place(self) -> str:
        """Table and field as one word."""
        return f"{self.table}.{self.field}" if self.table else ""


NONE = ("", "")
LONGEST = 80
"""Characters of a header that are looked at; longer ones are notes."""

JOINED = " / "
"""Between the lines of a header of several lines."""

_NEUTRAL = frozenset({"cust", "firm", "person", "touch", "tel", "info", "main", "coop", "other", "seller", "operate"})
"""Whose a group of columns may be without the columns meaning anything else for it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a header says: the candidates, likeliest first, and whether it says nothing at all (列1, Unnamed: 3)."""

    heading: Heading
    candidates: tuple[Candidate, ...]
    silent: bool = False


@lru_cache(20_000)
def read(header: str) -> Reading:
    """The candidates for a header; of one of several lines (联系信息 / 手机) the last line, and what the others add to it."""
    above, _, last = header[-LONGEST:].rpartition(JOINED)
    if not above:
        return _read(last)
    together = _read(above.replace(JOINED, "") + last)
    if any(one.rank >= LIKELY for one in together.candidates):
        return together
    group = _meanings(heading(above.replace(JOINED, "")).text)
    joined = _fitting([word for word in group if word != "info"] + _meanings(heading(last).text)) if group else []
    below = _read(last)
    if joined:
        return Reading(below.heading, tuple(joined))
    if group and set(group) <= _NEUTRAL:
        return below
    return Reading(below.heading, tuple(replace(one, rank=min(one.rank, LIKELY)) for one in below.candidates), below.silent)


def _read(header: str) -> Reading:
    found = heading(header)
    if not re.search(r"[^\W\d_]", found.whole):
        return Reading(found, (Candidate(*NONE, WORD),) if found.whole != "#" else (Candidate(*NONE, TITLE),), found.whole != "#")
    meanings = _meanings(found.text)
    if set(_meanings(re.sub("[0-9]+", "", found.whole))) == {"blank"}:
        return Reading(found, (Candidate(*NONE, WORD),), True)
    candidates = _best([*_declared(found), *_spoken(found)]) or _weak(found)
    return Reading(found, tuple(_slotted(candidates, found, meanings or [])))


def _declared(found: Heading) -> list[Candidate]:
    """By a title or synonym of some table, exactly."""
    for text in dict.fromkeys((found.whole, found.text + "".join(found.notes), found.text if not found.notes else found.whole)):
        key = fold(text)
        if key in _double():
            return [_candidate(place, LIKELY) for place in _double()[key]]
        if candidates := _names().get(key) or _names().get(fold(f"{text}({found.unit})") if found.unit else key):
            return [*candidates]
    return []


def _spoken(found: Heading) -> list[Candidate]:
    """By the words it is made of."""
    together = _meanings(found.text + "".join(found.notes)) if found.notes else None
    candidates = _fitting(together) if together else []
    if candidates:
        return candidates
    meanings = _meanings(found.text)
    candidates = _fitting(meanings) if meanings else []
    if found.notes and candidates:  # what the brackets add is not understood
        return [Candidate(one.table, one.field, min(one.rank, LIKELY)) for one in candidates]
    return candidates


def _weak(found: Heading) -> list[Candidate]:
    """By pinyin; by the words that are understood; by a name that is written much like it."""
    if found.text.isascii():
        if prefixed := _PREFIX.match(found.text):  # cCusName, FNumber: the program's own letter for the kind of column
            return [replace(one, rank=SPELLED) for one in _spoken(replace(found, text=found.text[prefixed.end() :]))]
        meanings, exact = _cut(_squeezed(found.text), _pinyin(), None)
        if exact:
            return [Candidate(one.table, one.field, SPELLED) for one in _fitting(meanings)]
        if short := _initials().get(_squeezed(found.text)):
            return list(short)
    simple = simplified(found.text) if not found.text.isascii() else found.text
    text = _squeezed(simple)
    bounds = _bounds(simple) if text.isascii() else None
    for start in range(1, len(text) - 1):  # what it is stands at the end; whose it is may be a word we do not know
        if text[start:].isascii() and start not in (bounds or ()):
            continue
        meanings, exact = _cut(text[start:], _lexicon(), {bound - start for bound in bounds} if bounds else None)
        if exact and (candidates := _fitting(meanings)):
            # 状态 or 类型 of something unknown is most often nothing of ours.
            plain = not bounds and any(one.rank >= WORD for one in candidates)
            likely = [Candidate(one.table, one.field, WEAK) for one in candidates]
            return likely if plain else [Candidate(*NONE, WEAK), *(one for one in likely if one.table)]
    near = get_close_matches(fold(simple)[:40], _names(), n=1, cutoff=0.86 if simple.isascii() else 0.74)
    return [Candidate(one.table, one.field, WEAK) for one in _names()[near[0]]] if near else []


def _candidate(place: str, rank: int) -> Candidate:
    table, _, name = place.partition(".")
    return Candidate(table, name, rank)


def _slotted(candidates: Iterable[Candidate], found: Heading, meanings: Sequence[str]) -> list[Candidate]:
    """Candidates of the second, third ... contact where the header names one."""
    slot = found.slot or (2 if {"backup", "urgent", "other"} & set(meanings) else 0)
    if slot < 2:
        return list(candidates)
    rank_most = TITLE if found.slot > 1 or "backup" in meanings else LIKELY
    moved = []
    for one in candidates:
        if one.table == "contact":
            moved.append(Candidate("contact", one.field, one.rank, slot))
        elif one.table == "customer" and one.field in SECOND:
            named = "person" in meanings
            moved.append(Candidate("contact", SECOND[one.field], min(one.rank if named else LIKELY, rank_most), slot))
            if not named:
                moved.append(Candidate("customer", one.field, LIKELY))
        else:
            moved.append(one)
    return list(dict.fromkeys(moved))


# -- the declaration, prepared ------------------------------------------------------------------------------------


@cache
def _names() -> dict[str, tuple[Candidate, ...]]:
    """Folded title or synonym -> the fields that have it; what only xlcrm writes is no field for another system's column."""
    found: dict[str, list[Candidate]] = {}
    for table in STORED:
        for item in table.fields:
            for rank, words in ((TITLE, (item.zh, item.en)), (WORD, item.synonyms)):
                for word in words:
                    candidate = Candidate(table.key, item.key, rank) if importable(item) else Candidate(*NONE, rank)
                    found.setdefault(fold(word), []).append(candidate)
    return {word: tuple(_best(candidates)) for word, candidates in found.items()}


def _best(candidates: Iterable[Candidate]) -> list[Candidate]:
    kept: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: -one.rank):
        kept.setdefault(one.place, one)
    return list(kept.values())


@cache
def _double() -> dict[str, tuple[str, ...]]:
    return {fold(header): places for header, places in DOUBLE.items()}


@cache
def _lexicon() -> dict[str, str]:
    return {word: meaning for meaning, words in WORDS.items() for word in words.split()}


@cache
def _pinyin() -> dict[str, str]:
    """Pinyin in full -> meaning; asked for only where nothing else explains a header in Latin letters."""
    from pypinyin import lazy_pinyin

    found: dict[str, str] = {}
    for word, meaning in _lexicon().items():
        if not word.isascii() and len(word) > 1:
            found.setdefault("".join(lazy_pinyin(word)), meaning)
    return found


@cache
def _initials() -> dict[str, tuple[Candidate, ...]]:
    """The first letters of the customer's titles and synonyms in pinyin (khmc, lxr, dh) -> fields."""
    from pypinyin import Style, lazy_pinyin

    found: dict[str, list[Candidate]] = {}
    for item in CUSTOMER.fields:
        if importable(item):
            for word in (item.zh, *item.synonyms):
                if not word.isascii():
                    letters = "".join(part for part in lazy_pinyin(word, style=Style.FIRST_LETTER) if part.isalpha())
                    found.setdefault(letters, []).append(Candidate(CUSTOMER.key, item.key, WEAK))
    return {letters: tuple(dict.fromkeys(candidates)) for letters, candidates in found.items() if len(letters) > 1}


# -- words --------------------------------------------------------------------------------------------------------


def _meanings(text: str) -> list[str]:
    """What the words of a header mean, in order; empty where a part of it is not understood."""
    for written in dict.fromkeys((text, simplified(text) if not text.isascii() else text)):
        for bounds in (_bounds(written), None):
            meanings, exact = _cut(_squeezed(written), _lexicon(), bounds)
            if exact:
                return meanings
    return []


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _bounds(text: str) -> set[int] | None:
    """Where words of Latin letters may begin or end in the squeezed text; None where nothing tells."""
    bounds, at = set[int](), 0
    for part in re.findall(r"[^\W_]+", text):
        for run in re.findall(r"[A-Za-z0-9]+|[^A-Za-z0-9]", part):
            for word in _ASCII_WORD.findall(run) if run.isascii() else [run]:
                bounds |= {at, at + len(word)}
                at += len(word)
    return bounds


def _cut(text: str, lexicon: dict[str, str], bounds: set[int] | None) -> tuple[list[str], bool]:
    """The meanings of ``text`` cut into as few words of ``lexicon`` as possible, and whether they cover it all.

    What is not understood is left out. ``bounds`` limits where a word may begin and end.
    """
    longest = 24
    best: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]
    for end in range(1, len(text) + 1):
        lost, count, words = best[end - 1]
        choice = (lost + 1, count, words)
        for start in range(max(0, end - longest), end):
            meaning = lexicon.get(text[start:end])
            if meaning is not None and (bounds is None or (start in bounds and end in bounds)):
                lost, count, words = best[start]
                choice = min(choice, (lost, count + 1, (*words, meaning)), key=lambda one: one[:2])
        best.append(choice)
    lost, _, words = best[-1]
    return [word for word in words if word != "fill"], not lost and bool(words)


@cache
def _patterns() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    """(place, rank, pattern); no field's place is ""."""
    found = [(place, WORD, row) for place, rows in PATTERNS.items() for row in rows]
    found += [("", WORD, row) for row in NOWHERE]
    found += [(place, LIKELY, row) for row, places in UNSURE.items() for place in map(_place, places.split())]
    return tuple((place, rank, _compiled(row)) for place, rank, row in found)


def _place(word: str) -> str:
    """A place of ``UNSURE``: a field of the customer unless a table is named, "" for "-"."""
    return "" if word == "-" else word if "." in word else f"{CUSTOMER.key}.{word}"


def _compiled(row: str) -> re.Pattern[str]:
    return re.compile(re.sub("[a-z_]+", lambda match: f"(?:{match[0]};)", row.replace("OWN", OWN)).replace(" ", ""))


def _fitting(meanings: Sequence[str]) -> list[Candidate]:
    """The fields whose patterns a row of meanings fits, the plainest first, then the likeliest."""
    said = "".join(f"{meaning};" for meaning in meanings)
    found: dict[str, Candidate] = {}
    for place, rank, pattern in _patterns():
        if place not in found and pattern.fullmatch(said):
            found[place] = _candidate(place, rank)
    return list(found.values())

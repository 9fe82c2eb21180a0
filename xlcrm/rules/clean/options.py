"""Options of a dropdown: labels and synonyms in both languages, vague words, near misses."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from xlcrm.model.fields import Field
from xlcrm.model.rows import Cell
from xlcrm.model.vocabularies import Option, Vocabulary, fold
from xlcrm.rules.clean.text import line, written
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

_SEVERAL = re.compile(r"[、,，;；/|]|和|及")


def read(cell: Cell, field: Field, book: Rulebook, parent: str = "") -> Reading:
    """The code of the option meant. ``parent`` is the code in the field that narrows the choice, "" if unknown."""
    text = line(written(cell))
    if not text:
        return Reading()
    words = book.vocabulary(field.options)
    option = words.find(text, parent) or _loosely(text, words, parent)
    if option and (not parent or option.parent in ("", parent)):
        label = option.label(book.language)
        if cell == label:
            return Reading(option.code)
        return Reading(option.code, "OPTION_SYNONYM", {"proposal": label}, label, True)
    return _refused(text, words, parent, field, book)


def _loosely(text: str, words: Vocabulary, parent: str) -> Option | None:
    """An option written in traditional characters, or with its last character doubled (制造业业)."""
    shorter = text[:-1] if len(text) > 2 and text[-1] == text[-2] else ""
    simple = simplified(text)
    for other in (shorter, simple if simple != text else ""):
        if other and (option := words.find(other, parent)):
            return option
    return None


def _refused(text: str, words: Vocabulary, parent: str, field: Field, book: Rulebook) -> Reading:
    language = book.language
    if (codes := words.vague.get(fold(text))) is not None:
        proposal = "/".join(words.label(code, language) for code in codes)
        return Reading(None, "OPTION_VAGUE" if proposal else "OPTION_TOO_BROAD", {"proposal": proposal} if proposal else {})
    elsewhere = [option for option in words.options if fold(text) in _texts(option)]
    if elsewhere:
        if not parent:
            return Reading(None, "OPTION_AMBIGUOUS", {"count": len(elsewhere)})
        above = _parent_vocabulary(field, book)
        place = "/".join(dict.fromkeys(above.label(option.parent, language) for option in elsewhere)) if above else ""
        chosen = above.label(parent, language) if above else parent
        return Reading(None, "TAG_TYPE" if field.options == "tag" else "REGION_MISMATCH", {"parent": chosen, "proposal": place})
    parts = [part for part in _SEVERAL.split(text) if part.strip()]
    if len(parts) > 1 and all(words.find(part, parent) for part in parts):
        return Reading(None, "OPTION_SEVERAL", {"count": len(parts)})
    near = _nearest(text, words, parent)
    if near is None:
        return Reading(None, "OPTION_UNKNOWN")
    label = near.label(language)
    return Reading(None, "OPTION_NEAR", {"proposal": label}, label)


def _parent_vocabulary(field: Field, book: Rulebook) -> Vocabulary | None:
    above = {"city": "province", "district": "city", "tag": "tag_type"}.get(field.options)
    return book.vocabulary(above) if above else None


def _texts(option: Option) -> set[str]:
    return {fold(word) for word in (option.zh, option.en, *option.synonyms)}


def _nearest(text: str, words: Vocabulary, parent: str) -> Option | None:
    """The option whose label or synonym looks most like ``text``."""
    wanted = fold(text)
    labels: dict[str, Option] = {}
    for option in words.options:
        if not parent or option.parent in ("", parent):
            for word in (option.zh, option.en, *option.synonyms):
                labels.setdefault(fold(word), option)
    if len(wanted) > 1:
        starting = [word for word in labels if len(word) > 1 and (word.startswith(wanted) or wanted.startswith(word))]
        if starting:
            return labels[max(starting, key=lambda word: (min(len(word), len(wanted)), -abs(len(word) - len(wanted))))]
    found = get_close_matches(wanted[:60], labels, n=1, cutoff=0.6)
    return labels[found[0]] if found else None


def simplified(text: str) -> str:
    """Traditional characters made simple: to recognise a dropdown's label, never to store a name."""
    converter = _converter()
    return str(converter.convert(text))  # type: ignore[attr-defined]


@cache
def _converter() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")

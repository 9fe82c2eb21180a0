"""Text as compared: NFKC, lower case, simplified characters, without spaces and punctuation. For keys only, never for storage."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache

LONGEST = 120
"""Characters of a text that are looked at: a cell may hold thousands, a name never does."""

_BRACKETS = str.maketrans(dict.fromkeys("[{〔【「『《〈<〖", "(") | dict.fromkeys("]}〕】」』》〉>〗", ")"))
_PLAIN = re.compile(r"[0-9a-z一-龥]*")
_OTHER_BRACKET = re.compile(r"[^\w\s()]")
_SILENT = re.compile(r"[^\w()]+|_+")
_LETTERS = re.compile(r"[^\W\d_]")


def fold(text: str) -> str:
    """``text`` ready for comparing; round brackets are the only punctuation left. At most ``LONGEST`` characters."""
    if _PLAIN.fullmatch(text) and len(text) <= LONGEST:
        return simplified(text)
    # A cut before NFKC as well: one character may become eighteen.
    text = unicodedata.normalize("NFKC", text[: LONGEST * 2]).lower()
    if _OTHER_BRACKET.search(text):
        text = text.translate(_BRACKETS)
    return simplified(_SILENT.sub("", text))[:LONGEST]


def simplified(text: str) -> str:
    """Traditional characters replaced one by one. GB 2312 holds only simplified ones, so most texts are left at once."""
    if text.isascii():
        return text
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return "".join([letter if letter.isascii() else _simple(letter) for letter in text])
    return text


def lettered(text: str) -> bool:
    """Whether there is a letter or Chinese character in ``text`` at all."""
    return _LETTERS.search(text) is not None


@cache
def _converter() -> Callable[[str], str]:
    import opencc  # 0.1 s: paid only by lists that hold such characters

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@cache
def _simple(letter: str) -> str:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        try:
            return _converter()(letter)
        except UnicodeEncodeError:  # a lone surrogate
            return ""
    return letter


class Endings:
    """Words that texts end with, found by their last two characters."""

    def __init__(self, words: Iterable[str]) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        for word in words:
            found[word[-2:]].add(word)
        self._words = {end: tuple(sorted(group, key=len, reverse=True)) for end, group in found.items()}

    def longest(self, text: str, leave: int = 0) -> str:
        """The longest word that ``text`` ends with, "" when there is none; never one that would leave ``leave`` characters."""
        for end in (text[-2:], text[-1:]):
            for word in self._words.get(end, ()):
                if text.endswith(word) and (not leave or len(text) - len(word) != leave):
                    return word
        return ""

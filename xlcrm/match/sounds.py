"""Characters that sound alike: whoever types by pinyin picks the wrong one of them (鑫, 新, 欣)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import polars as pl

_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"))
"""Half of China does not tell these apart, nor do the input methods it uses."""


@cache
def readings() -> dict[str, str]:
    """The commonest toneless pinyin of every character of GB 2312 (data/sounds.txt)."""
    found: dict[str, str] = {}
    for line in (files("xlcrm.match") / "data" / "sounds.txt").read_text("utf-8").splitlines():
        sound, characters = line.split()
        found.update(dict.fromkeys(characters, sound))
    return found


def sound(texts: pl.Series) -> pl.Series:
    """``texts`` as pinyin, syllables run together; Latin letters and digits stay, unknown characters too."""
    table = readings()
    known: dict[str, str] = {}
    for text in texts.unique().to_list():
        known[text] = "".join([table.get(letter, letter) for letter in text])
    return texts.replace_strict(pl.Series(list(known), dtype=pl.String), pl.Series(list(known.values()), dtype=pl.String))


def stand_in(texts: pl.Series) -> pl.Series:
    """``texts`` with each character replaced by one that stands for all of its sound; others stay. Equally long."""
    if not len(texts):
        return texts
    letters = np.frombuffer("\n".join(texts.to_list()).encode("utf-32-le", "surrogatepass"), np.uint32)
    heard = stand_ins()[letters].tobytes().decode("utf-32-le", "surrogatepass")
    return pl.Series(texts.name, heard.split("\n"), pl.String)


@cache
def stand_ins() -> npt.NDArray[np.uint32]:
    """For each code point the first one of its sound."""
    found = np.arange(0x110000, dtype=np.uint32)
    first: dict[str, int] = {}
    for letter, syllable in readings().items():
        for strict, lax in _ALIKE:
            if syllable.startswith(strict):
                syllable = lax + syllable.removeprefix(strict)
            if syllable.endswith(strict):
                syllable = syllable.removesuffix(strict) + lax
        found[ord(letter)] = first.setdefault(syllable, ord(letter))
    return found


@cache
def _syllables() -> dict[str, str]:
    """The character that stands for each way to spell a sound."""
    table = stand_ins()
    return {syllable: chr(int(table[ord(letter)])) for letter, syllable in readings().items()}


def heard(word: str) -> str:
    """A word of pinyin as ``stand_in`` would leave the characters it spells (yongli, 永利); "" if it is none."""
    table = _syllables()
    ends = {0: ""}  # what the word is up to each place, longer syllables first
    for place in range(1, len(word) + 1):
        for start in range(max(0, place - 6), place):
            if start in ends and word[start:place] in table:
                ends[place] = ends[start] + table[word[start:place]]
                break
    return ends.get(len(word), "")

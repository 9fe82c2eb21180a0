"""Builds xlcrm/match/data/sounds.txt from pypinyin: ``python -m tests.match.sounds``. Importing pypinyin takes half a second, reading the table does not."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from pathlib import Path


def table() -> str:
    """One line a syllable: its spelling and the characters of GB 2312 read so, in the order of Unicode."""
    from pypinyin import lazy_pinyin

    found: dict[str, list[str]] = defaultdict(list)
    for number in range(0x4E00, 0x9FA6):
        letter = chr(number)
        if letter.encode("gb2312", "ignore"):
            found[lazy_pinyin(letter)[0]].append(letter)
    return "".join(f"{syllable} {''.join(letters)}\n" for syllable, letters in sorted(found.items()))


if __name__ == "__main__":
    Path(str(files("xlcrm.match") / "data" / "sounds.txt")).write_text(table(), "utf-8")

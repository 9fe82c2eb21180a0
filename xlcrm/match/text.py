"""Columns of text as compared: NFKC, lower case, simplified characters, no punctuation. For keys only, never for storage.

Western words stay words, with one blank between them; Chinese needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

LONGEST = 120
"""Characters of a text that are looked at: a cell may hold thousands, a name never does."""

_OPEN, _CLOSE = r"[\[{〔【「『《〈<〖]", r"[\]}〕】」』》〉>〗]"
FEW = 2000
"""Texts up to which columns and large patterns cost more than they save."""

ODD = r"[^0-9a-z一-龥]"
"""What width, case or punctuation may change."""

HAN = "[㐀-鿿]"
"""Chinese characters; cheaper than \\p{Han}."""


def series(values: Sequence[str | None] | pl.Series) -> pl.Series:
    """``values`` as a column. Lone surrogates, which are no text, are dropped."""
    if isinstance(values, pl.Series):
        return values
    try:
        return pl.Series(values, dtype=pl.String)
    except UnicodeEncodeError:
        return pl.Series([value and value.encode("utf-8", "ignore").decode() for value in values], dtype=pl.String)


def at_once(texts: pl.Series, steps: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """``texts`` after several steps: each on its own would cost as much as some hundred texts do."""
    return texts.to_frame("text").select(steps(pl.col("text"))).to_series().alias(texts.name)


def fold(texts: pl.Series) -> pl.Series:
    """``texts`` ready for comparing; round brackets are the only punctuation left. At most ``LONGEST`` characters."""
    return where(plain(texts), ODD, lambda odd: words(odd, "()")).str.slice(0, LONGEST)


def plain(texts: pl.Series) -> pl.Series:
    """NFKC, lower case, simplified, all brackets round; other punctuation as it was."""
    # A cut before NFKC: one character may become eighteen.
    texts = where(texts.str.slice(0, 2 * LONGEST), ODD, _plainer)
    return where(texts, _old(texts), _simplified)


def _plainer(texts: pl.Series) -> pl.Series:
    return at_once(
        texts, lambda text: text.str.normalize("NFKC").str.to_lowercase().str.replace_all(_OPEN, "(").str.replace_all(_CLOSE, ")")
    )


def words(texts: pl.Series, keep: str = "") -> pl.Series:
    """``texts`` without punctuation but the characters in ``keep``; blanks only between western words."""
    bare = rf"[^\p{{L}}\p{{N}}{keep}]+"
    texts = at_once(texts, lambda text: text.str.replace_all(r"['’`]", "").str.replace_all(bare, " ").str.strip_chars(" "))
    return tight(texts, keep)


def ordered(texts: pl.Series) -> pl.Series:
    """The words of each text in the order of the alphabet. Polars sorts lists of texts thirty times slower than Python."""
    return pl.Series(texts.name, [" ".join(sorted(one.split(" "))) if " " in one else one for one in texts.to_list()], pl.String)


def tight(texts: pl.Series, beside: str = "") -> pl.Series:
    """``texts`` with blanks only between western words, not ``beside`` these characters."""
    near = rf"[^\x00-\x7f]|[{beside}]" if beside else r"[^\x00-\x7f]"
    ahead, behind = rf" +({near})", rf"({near}) +"
    return where(
        texts, " ", lambda odd: at_once(odd, lambda text: text.str.replace_all(ahead, "$1").str.replace_all(behind, "$1"))
    )


def where(texts: pl.Series, which: str | pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """``texts`` with some of them changed, those that hold a pattern or are true in a mask: the rest costs nothing more."""
    rows = np.flatnonzero((texts.str.contains(which) if isinstance(which, str) else which).to_numpy())
    if not len(rows):
        return texts
    return texts.clone().scatter(rows, change(texts.gather(rows)))


def amended(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with the columns of ``rows`` in place of its own at the positions ``rows["at"]``."""
    if not rows.height:
        return frame
    lists = [column for column, sort in rows.schema.items() if sort == pl.List]  # they cannot be scattered
    texts = [column for column in rows.columns if column not in lists and column != "at"]
    frame = frame.with_columns(frame[column].scatter(rows["at"], rows[column]) for column in texts)
    return frame.update(rows.select("at", *lists), on="at") if lists else frame


def choice(words: Iterable[str]) -> str:
    """A regular expression for any of ``words``, the longest first."""
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def _simplified(texts: pl.Series) -> pl.Series:
    return pl.Series([text.translate(_simpler()) for text in texts.to_list()], dtype=pl.String)


def _old(texts: pl.Series) -> pl.Series:
    """Which of ``texts`` have traditional characters."""
    said = texts.to_list()
    points = np.frombuffer("".join(said).encode("utf-32-le"), np.uint32)
    old = np.concatenate((np.zeros(1, np.int64), np.cumsum(_traditional()[points])))
    ends = np.cumsum(np.fromiter(map(len, said), np.int64, len(said)))
    return pl.Series(np.diff(old[ends], prepend=0) > 0)


@cache
def _traditional() -> npt.NDArray[np.bool_]:
    """Whether each code point is a traditional character."""
    found = np.zeros(0x110000, bool)
    found[list(_simpler())] = True
    return found


@cache
def _simpler() -> dict[int, str]:
    """The simplified characters in the place of traditional ones."""
    import opencc

    # GB 2312 holds hardly any but simplified ones; 乾 (乾县, 乾坤) is one of its own.
    old = [
        letter for letter in map(chr, (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))) if letter == "後" or not _common(letter)
    ]
    pairs = zip(old, opencc.OpenCC("t2s").convert("\n".join(old)).split("\n"), strict=True)
    return {ord(before): after for before, after in pairs if before != after}


def _common(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True

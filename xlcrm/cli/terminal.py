"""How the terminal shows things: a bar for long work, questions, and tables that line up with Chinese text."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence

PATIENCE = 1.0  # seconds of silence before a bar appears
WIDTH = 24


class Bar:
    """Progress on standard error, from the first second on, only where a person looks."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._shown = False

    def __call__(self, sentence: str, done: int, total: int) -> None:
        if not sys.stderr or not sys.stderr.isatty() or time.monotonic() - self._start < PATIENCE:
            return
        filled = WIDTH * done // max(total, 1)
        ended = done >= total
        sys.stderr.write(f"\r\x1b[K{'' if ended else '█' * filled + '░' * (WIDTH - filled) + ' ' + sentence}")
        sys.stderr.flush()
        self._shown = not ended


def tell(sentences: Sequence[str]) -> None:
    """Say on standard error what a job had to tell beside its result."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)


def ask(sentence: str) -> bool:
    """A yes-or-no question; no where nobody can answer."""
    if not sys.stdin or not sys.stdin.isatty():  # a program without a console has none
        return False
    return input(f"{sentence} [y/N] ").strip().lower() in {"y", "yes", "是", "好"}


def width(words: str) -> int:
    """How many columns a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)


def table(rows: Iterable[Sequence[str]], indent: str = "  ") -> str:
    """Lines of cells, padded so that the columns line up."""
    found = [list(row) for row in rows]
    widths = [max((width(row[n]) for row in found if n < len(row)), default=0) for n in range(max(map(len, found), default=0))]
    return "\n".join(
        (indent + "  ".join(cell + " " * (widths[n] - width(cell)) for n, cell in enumerate(row))).rstrip() for row in found
    )


def head(whole: str) -> str:
    """The head of a log as people can note it down: 32 of its 64 digits, enough to hold the log against."""
    seq, _, digits = whole.partition(":")
    return f"{seq}:{digits[:32]}"


def dump(value: object) -> None:
    """Print a result as JSON, Chinese readable."""
    print(json.dumps(value, ensure_ascii=False, indent=1))

"""How far long work is: told to whoever watches."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told a sentence, and how many of how many steps are done; all of them take the display away (``Book.progress``)."""


def silent(sentence: str, done: int, total: int) -> None:
    """Nobody watches."""

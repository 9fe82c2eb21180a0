"""One page about one thing, for reading and printing: what stands on it, as texts in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GRID = 24
"""A page is so many columns wide."""

Tone = Literal["good", "check", "must", "due", "quiet", ""]


@dataclass(frozen=True, slots=True)
class Card:
    """A fact at the top of the page."""

    label: str
    value: str
    tone: Tone = ""
    width: int = GRID // 4


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values under a title, two side by side; a long one takes the whole width."""

    title: str
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Lines:
    """A list under a title: its headers, how many columns of the page each takes (``GRID`` together), its lines; ``note`` stands
    below, or in place of them.
    """

    title: str
    heads: Sequence[str]
    widths: Sequence[int]
    lines: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """``title`` and ``subtitle`` in the banner, ``cards`` and ``warnings`` below, then the ``parts``; ``foot`` is printed on
    every page.
    """

    sheet: str
    title: str
    subtitle: str
    cards: Sequence[Card]
    warnings: Sequence[str]
    parts: Sequence[Facts | Lines]
    foot: str

"""How common the blocking keys of each kind may be, and which kinds are made of what nobody else should read (``kinds.py``).

Apart from the definition of the keys, because every command that opens a store needs this and nothing more.
"""

from __future__ import annotations

VERSION = 4
"""Of the definition of the keys and of the comparable parts: a store that keeps those of another one makes them anew."""

CAPS = {
    **dict.fromkeys("peuindx", 50),
    **dict.fromkeys("czay", 30),
    "q": 20,
    "m": 20,
    **dict.fromkeys("hvgtfjA", 10),
    **dict.fromkeys("kwsrbol", 0),
}
"""Rows that may share a key of this kind; beyond, it says little and pairs nobody. 0: only counted."""

RARE = frozenset("mdhvgtfjA")
"""Kinds of which only rare keys are meant to pair rows: the others are not worth a word."""

SECRET = frozenset("pqemizyxb")
"""Kinds made of what identifies or reaches a person."""

RARITY = frozenset("kwfspeuirbol")
"""Kinds whose keys are values that are evidence: how many rows have one tells how much it says, beyond the cap too."""

ALIKE = "x"
"""The kind of rows that are alike in everything: beyond its cap one such row stands for all."""

MOST_COUNTED = 2000
"""Rows with one key that are counted: how much more common a value is says nothing new."""

"""How far two customers agree, field by field: the vocabulary that scoring, weights and explanations share.

The position of a level in its tuple is its number in ``Levels`` arrays; 0 is "nothing to compare": both are blank, or,
where there is no level "one", at least one is.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Levels: TypeAlias = npt.NDArray[np.uint8]
"""Pairs by fields, in the order of ``FIELDS``."""

Rarity: TypeAlias = npt.NDArray[np.int32]
"""Pairs by fields: how many rows have the value that both rows have; 0 where no whole value is shared."""

Mask: TypeAlias = npt.NDArray[np.bool_]

FIELDS: dict[str, tuple[str, ...]] = {
    "uscc": ("missing", "same", "near", "differ"),
    # A number that belongs to one person
    "identity": ("missing", "same", "near", "differ"),
    # former: one's former or short name is the other's name; sound: other characters, spoken alike; swapped: the same
    # words in another order; initial: j smith, john smith; close: short brands that differ in one character (怡安,
    # 祥安); part: one is a short form of the other; kin: same brand, trades of one sort (五金店, 五金商行); trade: same brand,
    # other trade; number: 一局 and 二局; family: people who share the surname only
    "name": (
        "missing", "same", "former", "sound", "near", "swapped", "initial", "close", "part", "kin", "trade", "number", "family",
        "similar", "differ",
    ),
    "place": ("missing", "same", "one", "differ"),
    "branch": ("missing", "same", "near", "one", "differ"),
    "legal": ("missing", "same", "one", "differ"),
    # title: same surname, one of them known by it only (王经理); surname: same surname, other given name; given: the
    # other way round
    "contact": ("missing", "same", "sound", "near", "swapped", "initial", "title", "surname", "given", "differ"),
    # service: only a 400 or 800 number is shared
    "phone": ("missing", "same", "service", "near", "differ"),
    "mail": ("missing", "same", "near", "domain", "differ"),
    # house: the same building, or another room of it
    "address": ("missing", "same", "near", "house", "differ"),
    # near: one digit wrong, or day and month swapped
    "born": ("missing", "same", "near", "differ"),
    "postcode": ("missing", "same", "near", "differ"),
    "locality": ("missing", "same", "near", "differ"),
    # What sort of name it is: a person's and a bare short word are shared by many
    "shape": ("company", "person", "bare", "shop", "institution"),
}  # fmt: skip
POSITION = {field: position for position, field in enumerate(FIELDS)}


def number(field: str, level: str) -> int:
    """The number of a level; ValueError or KeyError for an unknown name."""
    return FIELDS[field].index(level)

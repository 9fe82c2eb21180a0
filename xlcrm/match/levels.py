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

Mask: TypeAlias = npt.NDArray[np.bool_]

FIELDS: dict[str, tuple[str, ...]] = {
    "uscc": ("missing", "same", "differ"),
    # former: one's former or short name is the other's name; close: short brands that differ in one character (怡安,
    # 祥安); part: one is a short form of the other; trade: same brand, other trade; number: 一局 and 二局
    "name": ("missing", "same", "former", "near", "close", "part", "trade", "number", "similar", "differ"),
    "place": ("missing", "same", "one", "differ"),
    "branch": ("missing", "same", "near", "one", "differ"),
    "legal": ("missing", "same", "one", "differ"),
    # title: same surname, one of them known by it only (王经理); surname: same surname, other given name of one character
    "contact": ("missing", "same", "near", "title", "surname", "differ"),
    # service: only a 400 or 800 number is shared
    "phone": ("missing", "same", "service", "near", "differ"),
    "mail": ("missing", "same", "domain", "differ"),
    "address": ("missing", "same", "near", "differ"),
    # What sort of name it is: a person's and a bare short word are shared by many
    "shape": ("company", "person", "bare", "shop", "institution"),
}
POSITION = {field: position for position, field in enumerate(FIELDS)}


def number(field: str, level: str) -> int:
    """The number of a level; ValueError or KeyError for an unknown name."""
    return FIELDS[field].index(level)

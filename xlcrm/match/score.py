"""The third step, second half: how probable it is that the two rows of a pair are one customer.

The weights of the levels of agreement (data/weights.json) are added to log-odds; limits then bound pairs whose names
forbid them to be one. A pair scores the same in a sheet, against the store, or on another machine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from xlcrm.match.levels import FIELDS, POSITION, Levels, Mask, number


@dataclass(frozen=True)
class Weights:
    """Log-odds: ``base`` plus one weight a level; ``joint`` adds where several levels meet, ``limits`` bound the probability.

    ``advice`` holds the least probability of each advice.
    """

    base: float
    level: dict[str, dict[str, float]]
    joint: tuple[tuple[dict[str, tuple[str, ...]], float], ...]
    limits: tuple[tuple[dict[str, tuple[str, ...]], float, float], ...]
    advice: dict[str, float]


@cache
def shipped() -> Weights:
    """The weights in data/weights.json."""
    found: dict[str, Any] = json.loads((files("xlcrm.match") / "data" / "weights.json").read_text("utf-8"))
    return Weights(
        found["base"],
        found["level"],
        tuple((_when(row["when"]), row["add"]) for row in found["joint"]),
        tuple((_when(row["when"]), row.get("least", 0.0), row.get("most", 1.0)) for row in found["limits"]),
        found["advice"],
    )


def _when(row: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {field: tuple(levels.split()) for field, levels in row.items()}


def probability(levels: Levels, weights: Weights | None = None) -> npt.NDArray[np.float64]:
    """The probability that a pair is one customer, from its ``levels``; in 0..1, later ``limits`` win over earlier ones."""
    weights = weights or shipped()
    odds = np.full(len(levels), weights.base)
    for field, by_level in weights.level.items():
        table = np.array([by_level.get(level, 0.0) for level in FIELDS[field]])
        odds += table[levels[:, POSITION[field]]]
    for when, add in weights.joint:
        odds[_where(levels, when)] += add
    found: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-odds))
    for when, least, most in weights.limits:
        mask = _where(levels, when)
        found[mask] = np.clip(found[mask], least, most)
    return found


def _where(levels: Levels, when: dict[str, tuple[str, ...]]) -> Mask:
    found: Mask = np.ones(len(levels), bool)
    for field, names in when.items():
        found &= np.isin(levels[:, POSITION[field]], [number(field, name) for name in names])
    return found

"""The third step, second half: how probable it is that the two rows of a pair are one customer.

Weights of the levels of agreement (data/weights.json) add up to log-odds. They say how much an agreement means and hold for
any list; how many of its candidate pairs are one customer is told by the list itself (``estimate``). Limits then bound
pairs whose names forbid them to be one. The same weights give the same score in a sheet, against the store, or on another
machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from xlcrm.errors import UsageError
from xlcrm.match.levels import FIELDS, POSITION, Levels, Mask, Rarity, number

_When = dict[str, tuple[str, ...]]

_SAMPLE = 50_000
"""Pairs from which a list's share of duplicates is estimated."""

_DOUBT = 50.0
"""Pairs that the share known beforehand counts as: with few pairs it wins."""

_ROUNDS = 100


@dataclass(frozen=True)
class Weights:
    """Log-odds of a pair: those of ``share`` (of the candidate pairs that are one customer), ``base``, one of ``level`` for
    each field, and one of ``rare`` for each doubling of the rows that have the value both have; then ``limits``
    (when, least, most) bound the probability.

    ``advice`` holds the least probability of each advice, ``expected`` the precision and recall there on labelled lists.
    """

    share: float
    base: float
    level: dict[str, dict[str, float]]
    rare: dict[str, float]
    limits: tuple[tuple[_When, float, float], ...]
    advice: dict[str, float]
    expected: dict[str, dict[str, float]]


@cache
def shipped() -> Weights:
    """The weights in data/weights.json: no estimation, rules only."""
    return _read(json.loads((files("xlcrm.match") / "data" / "weights.json").read_text("utf-8")))


def loads(text: str) -> Weights:
    """Weights that ``dumps`` wrote; UsageError when the text is something else."""
    try:
        return _read(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("match.no_weights") from error


def dumps(weights: Weights) -> str:
    """``weights`` as JSON: plain numbers under the names of fields and levels."""
    found = asdict(weights)
    found["limits"] = [
        {"when": {field: " ".join(levels) for field, levels in when.items()}, "least": least, "most": most}
        for when, least, most in weights.limits
    ]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _read(found: Mapping[str, Any]) -> Weights:
    level = {field: {name: float(value) for name, value in by_level.items()} for field, by_level in found["level"].items()}
    limits = []
    for row in found["limits"]:
        when = {field: tuple(levels.split()) for field, levels in row["when"].items()}
        limits.append((when, float(row.get("least", 0.0)), float(row.get("most", 1.0))))
    for field, names in [*level.items(), *(pair for when, _, _ in limits for pair in when.items())]:
        for name in names:
            number(field, name)
    return Weights(
        float(found["share"]),
        float(found["base"]),
        level,
        {field: float(value) for field, value in found["rare"].items()},
        tuple(limits),
        {code: float(value) for code, value in found["advice"].items()},
        {code: dict(figures) for code, figures in found["expected"].items()},
    )


def probability(levels: Levels, rarity: Rarity, weights: Weights) -> npt.NDArray[np.float64]:
    """The probability that a pair is one customer, in 0..1; later ``limits`` win over earlier ones."""
    return bounded(levels, evidence(levels, rarity, weights), weights)


def bounded(levels: Levels, odds: npt.NDArray[np.float64], weights: Weights) -> npt.NDArray[np.float64]:
    """``probability`` of pairs whose ``evidence`` is known already."""
    found = _sigmoid(odds + _logit(weights.share))
    for when, least, most in weights.limits:
        mask = where(levels, when)
        found[mask] = np.clip(found[mask], least, most)
    return found


def evidence(levels: Levels, rarity: Rarity, weights: Weights) -> npt.NDArray[np.float64]:
    """Log-odds of the pairs without those of the share."""
    odds = np.full(len(levels), weights.base)
    for field, by_level in weights.level.items():
        table = np.array([by_level.get(level, 0.0) for level in FIELDS[field]])
        odds += table[levels[:, POSITION[field]]]
    for field, value in weights.rare.items():
        odds += value * doublings(rarity[:, POSITION[field]])
    return odds


def doublings(counts: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """How often the two rows that share a value would have to double to make all that have it."""
    return np.asarray(np.log2(np.maximum(counts, 2)) - 1)


def estimate(odds: npt.NDArray[np.float64], weights: Weights) -> Weights:
    """``weights`` with the share of a list's own pairs that are one customer, from the ``evidence`` of all its pairs.

    Expectation and maximisation of the share alone: how many pairs a list has to be sifted for one duplicate depends on the
    list, what an agreement means does not. Depends neither on the order of the rows nor on that of the pairs.
    """
    odds = np.sort(odds)  # sums of numbers in another order differ in the last digit
    odds = odds[:: 1 + len(odds) // _SAMPLE]
    share = weights.share
    for _ in range(_ROUNDS):
        found = (_sigmoid(odds + _logit(share)).sum() + _DOUBT * weights.share) / (len(odds) + _DOUBT)
        done = abs(found - share) < 1e-5
        share = float(np.clip(found, 0.005, 0.95))
        if done:
            break
    return replace(weights, share=round(share, 4))


def where(levels: Levels, when: _When) -> Mask:
    """The pairs whose levels are all among those of ``when``."""
    found: Mask = np.ones(len(levels), bool)
    for field, names in when.items():
        found &= np.isin(levels[:, POSITION[field]], [number(field, name) for name in names])
    return found


def _sigmoid(odds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -40, 40))))


def _logit(share: float) -> float:
    return float(np.log(share / (1.0 - share)))

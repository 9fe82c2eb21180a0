"""Weights from decisions: the answers people gave about pairs shift the weights they began with.

Ridge-penalised logistic regression by Newton's steps: a weight moves from where it was only as far as the decisions carry
it. Pure: no file, no clock, no random numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from xlcrm.match.levels import FIELDS, POSITION, Levels, Mask, Rarity
from xlcrm.match.score import Weights, doublings, evidence

LEAST = 60
"""Decisions without which nothing is learned."""

LEAST_OF_EACH = 15
"""Of these at least so many must be "one customer", and as many "two customers"."""

_PULL = 10.0
"""How many decisions it takes to move a weight half-way, roughly."""

_FOLDS = 5

_Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of one list as ``compare`` gives them, and which of them are one customer."""

    levels: Levels
    rarity: Rarity
    same: Mask


@dataclass(frozen=True, slots=True)
class Lesson:
    """What training found: ``weights`` where it won, the mean loss in bits on held-back decisions before and after, and
    a catalogue key when nothing was learned ("" otherwise).
    """

    weights: Weights | None
    before: float
    after: float
    refused: str = ""


def train(pairs: Pairs, weights: Weights) -> Lesson:
    """``weights`` adapted to decisions about ``pairs``; refused with too few of them, or where held-back ones are not foretold
    better than before.
    """
    yes = int(pairs.same.sum())
    if len(pairs.same) < LEAST or min(yes, len(pairs.same) - yes) < LEAST_OF_EACH:
        return Lesson(None, 0.0, 0.0, "match.train.few")
    fold = np.zeros(len(pairs.same), np.int64)
    for group in (pairs.same, ~pairs.same):  # each fold holds its part of both answers
        rows = np.flatnonzero(group)
        order = np.lexsort((*pairs.rarity[rows].T, *pairs.levels[rows].T))  # whatever order the decisions came in
        fold[rows[order]] = np.arange(len(rows)) % _FOLDS
    before = after = 0.0
    for at in range(_FOLDS):
        kept, held = _part(pairs, fold != at), _part(pairs, fold == at)
        learned = fit([kept], weights, _PULL)
        before += _loss(held, weights)
        after += _loss(held, learned)
    before, after = before / len(fold), after / len(fold)
    if after >= before:
        return Lesson(None, before, after, "match.train.no_better")
    return Lesson(fit([pairs], weights, _PULL), before, after)


def fit(lists: Sequence[Pairs], prior: Weights, pull: float, each: float | None = None) -> Weights:
    """``prior`` moved towards what the labels of ``lists`` say, against a ``pull`` back.

    Every list weighs as ``each`` pairs (as many as it has when None) and has a share of duplicates of its own.
    """
    fields = [(field, level) for field, levels in FIELDS.items() for level in levels[1:]]
    moved = [prior.level.get(field, {}).get(level, 0.0) for field, level in fields] + list(prior.rare.values())
    start = np.array([*[prior.base] * len(lists), *moved])
    inputs, answers, masses = [], [], []
    for at, one in enumerate(lists):
        share = one.same.mean()
        own = np.zeros((len(one.same), len(lists)))
        own[:, at] = 1.0
        inputs.append(np.column_stack((own, _features(one, fields, prior))))
        answers.append(one.same.astype(float))
        masses.append(np.full(len(one.same), 1.0 if each is None else each / len(one.same)))
        start[at] += np.log(share / (1.0 - share))
    found = _newton(np.concatenate(inputs), np.concatenate(answers), np.concatenate(masses), start, pull)
    shares = [one.same.mean() for one in lists]
    base = np.mean([found[at] - np.log(share / (1.0 - share)) for at, share in enumerate(shares)])
    values = [round(float(value), 3) for value in found[len(lists) :]]
    level: dict[str, dict[str, float]] = {field: {} for field in FIELDS}
    for (field, name), value in zip(fields, values[: len(fields)], strict=True):
        if value:
            level[field][name] = value
    return replace(prior, base=round(float(base), 3), level=level, rare=dict(zip(prior.rare, values[len(fields) :], strict=True)))


def _features(pairs: Pairs, fields: Sequence[tuple[str, str]], prior: Weights) -> _Numbers:
    levels = [pairs.levels[:, POSITION[field]] == FIELDS[field].index(level) for field, level in fields]
    return np.column_stack([*levels, *(doublings(pairs.rarity[:, POSITION[field]]) for field in prior.rare)]).astype(float)


def _newton(inputs: _Numbers, answers: _Numbers, masses: _Numbers, start: _Numbers, pull: float) -> _Numbers:
    found = start.copy()
    ridge = np.full(len(start), pull)
    for _ in range(60):
        chance = 1.0 / (1.0 + np.exp(-np.clip(inputs @ found, -30, 30)))
        slope = inputs.T @ (masses * (answers - chance)) - ridge * (found - start)
        bend = (inputs * (masses * chance * (1.0 - chance) + 1e-9)[:, None]).T @ inputs + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        size = float(np.abs(step).max())
        found += step * min(1.0, 3.0 / max(size, 1e-9))
        if size < 1e-4:
            break
    return found


def _part(pairs: Pairs, which: Mask) -> Pairs:
    return Pairs(pairs.levels[which], pairs.rarity[which], pairs.same[which])


def _loss(pairs: Pairs, weights: Weights) -> float:
    """Bits of surprise at the decisions. Their share of yes is what people were shown, so it is left out of the account."""
    share = np.clip(pairs.same.mean(), 0.05, 0.95)
    odds = evidence(pairs.levels, pairs.rarity, weights) + np.log(share / (1.0 - share))
    signed = np.where(pairs.same, odds, -odds)
    return float(np.logaddexp(0.0, -signed).sum() / np.log(2.0))

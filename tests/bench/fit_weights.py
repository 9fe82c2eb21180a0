"""Fit the weights that are shipped (xlcrm/match/data/weights.json) over labelled lists of several kinds.

``python -m tests.bench.fit_weights LIST...`` where LIST is CSV:TRUTH (as the development lists), or CSV:label-column for a
list of people. Those named with a leading "=" are measured only. Prints F1 by pairs, the reliability curve and the advice
thresholds; ``--write`` replaces the shipped weights.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.bench.bench_match import HEADERS
from xlcrm.match import block, compare, engine, score
from xlcrm.match.letters import Rows
from xlcrm.match.levels import Mask
from xlcrm.match.normalise import normalise
from xlcrm.match.score import Weights
from xlcrm.match.train import Pairs, fit

PRIOR = Path(__file__).with_name("prior_weights.json")
SHIPPED = Path(score.__file__).with_name("data") / "weights.json"
PEOPLE = {
    "given_name": "given_name", "family_name": "surname", "house_number": "street_number", "street": "address_1", "district": "suburb",
    "postcode": "postcode", "birth_date": "date_of_birth", "identity": "soc_sec_id",
}  # fmt: skip
PULL, EACH = 60.0, 10_000.0
CERTAIN = 0.995


@dataclass(frozen=True)
class Labelled:
    """A list's candidate pairs, how many pairs are one customer in all, and its share as estimated."""

    name: str
    pairs: Pairs
    wanted: int
    table: compare.Table
    left: Rows
    right: Rows
    learned: bool

    def probability(self, weights: Weights) -> npt.NDArray[np.float64]:
        """Of each pair, as a full run would give it."""
        odds = score.evidence(self.pairs.levels, self.pairs.rarity, weights)
        return score.bounded(self.pairs.levels, odds, score.estimate(odds, weights))


def read(what: str) -> Labelled:
    """The candidate pairs of a list with their labels."""
    path, _, truth = what.lstrip("=").partition(":")
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if Path(truth).exists():
        with Path(truth).open(encoding="utf-8-sig", newline="") as file:
            labels = [row["cluster_id"] for row in csv.DictReader(file)]
        headers = HEADERS
    else:
        labels, headers = [row[truth] for row in rows], PEOPLE
    normal = normalise({key: [row.get(header) or None for row in rows] for key, header in headers.items()})
    found = block.pairs(normal)
    table = compare.encode(block.without(normal, {capped.key for capped in found.capped}))
    codes = np.unique(np.array(labels), return_inverse=True)[1]
    pairs = Pairs(*compare.compare(table, found.left, found.right), codes[found.left] == codes[found.right])
    wanted = sum(count * (count - 1) // 2 for count in Counter(labels).values())
    return Labelled(Path(path).stem, pairs, wanted, table, found.left, found.right, not what.startswith("="))


def figures(one: Labelled, chosen: Mask) -> tuple[float, float]:
    """Precision and recall of the pairs ``chosen``."""
    right = int((chosen & one.pairs.same).sum())
    return right / max(1, int(chosen.sum())), right / one.wanted


def merge(lists: list[Labelled], chances: list[npt.NDArray[np.float64]]) -> float:
    """The least probability from which advised merges are certain on every list."""
    for least in np.arange(0.90, 0.9999, 0.001):
        if all(
            figures(one, (chance >= least) & engine._sure(one.pairs.levels))[0] >= CERTAIN
            for one, chance in zip(lists, chances, strict=True)
        ):
            return round(float(least), 4)
    return 0.9999


def stretched(weights: Weights, by: float) -> Weights:
    """``weights`` with all log-odds ``by`` times as large: the pull back to the prior left them too careful."""
    level = {field: {name: round(value * by, 3) for name, value in names.items()} for field, names in weights.level.items()}
    return replace(
        weights,
        base=round(weights.base * by, 3),
        level=level,
        rare={field: round(value * by, 3) for field, value in weights.rare.items()},
    )


def loss(lists: list[Labelled], weights: Weights) -> float:
    """Mean surprise at the labels, every list weighing the same."""
    found = []
    for one in lists:
        chance = np.clip(one.probability(weights), 1e-4, 1 - 1e-4)
        found.append(-np.log(np.where(one.pairs.same, chance, 1 - chance)).mean())
    return float(np.mean(found))


def main(words: list[str]) -> None:
    """Fit, report, write."""
    lists = [read(word) for word in words if word != "--write"]
    prior = score.loads(PRIOR.read_text("utf-8"))
    weights = fit([one.pairs for one in lists if one.learned], prior, PULL, EACH)
    learned = [one for one in lists if one.learned]
    by = min((1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6), key=lambda by: loss(learned, stretched(weights, by)))
    weights = stretched(weights, by)
    print(f"stretched by {by}")
    chances = [one.probability(weights) for one in lists]
    weights = replace(weights, advice={**weights.advice, "merge": merge(lists, chances)})
    expected: dict[str, dict[str, float]] = {}
    for advice in ("merge", "ask"):
        found = []
        for one, chance in zip(lists, chances, strict=True):
            chosen = chance >= weights.advice[advice]
            if advice == "merge":
                chosen &= engine._sure(one.pairs.levels)
            found.append(figures(one, chosen))
            print(f"{one.name}: {advice} from {weights.advice[advice]}: precision {found[-1][0]:.4f}, recall {found[-1][1]:.4f}")
        expected[advice] = {
            "precision": round(min(precision for precision, _ in found), 4),
            "recall": round(min(recall for _, recall in found), 4),
        }
    weights = replace(weights, expected=expected)
    for one, chance in zip(lists, chances, strict=True):
        precision, recall = figures(one, chance >= weights.advice["ask"])
        print(f"{one.name}: F1 by pairs {2 * precision * recall / (precision + recall):.4f}")
    edges = np.array([0.0, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 0.99, 1.01])
    for low, high in pairwise(edges):
        inside = [(chance >= low) & (chance < high) for chance in chances]
        said = np.mean([chance[some].mean() for chance, some in zip(chances, inside, strict=True) if some.sum() >= 20])
        true = np.mean([one.pairs.same[some].mean() for one, some in zip(lists, inside, strict=True) if some.sum() >= 20])
        print(f"| {low:.2f} to {min(high, 1):.2f} | {sum(int(some.sum()) for some in inside):,} | {said:.3f} | {true:.3f} |")
    if "--write" in words:
        about = (
            "Log-odds by level of agreement (levels.py), fitted by tests/bench/fit_weights.py over labelled lists of several kinds, "
            "each weighing the same, from tests/bench/prior_weights.json. The limits are knowledge and not fitted."
        )
        SHIPPED.write_text(
            json.dumps({"about": about, **json.loads(score.dumps(weights))}, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )


if __name__ == "__main__":
    main(sys.argv[1:])

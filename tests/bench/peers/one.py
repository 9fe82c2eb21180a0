"""One peer on one list, once: ``python one.py TOOL COLUMNS.csv`` prints JSON with seconds, peak megabytes, and the best F1.

COLUMNS.csv has the columns of ``tools.py`` and "label", which only judging (and dedupe's training) sees.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from tools import TOOLS, Pairs


def main() -> None:
    """Run, judge at the best threshold in hindsight, print."""
    tool, path = sys.argv[1:3]
    frame = pd.read_csv(path, dtype=str, keep_default_na=True)
    labels = frame.pop("label").tolist()
    start = time.perf_counter()
    pairs = TOOLS[tool](frame, labels) if tool == "dedupe" else TOOLS[tool](frame)
    spent = time.perf_counter() - start
    found, cut = best(pairs, labels)
    start = time.perf_counter()
    grouped(pairs, cut, len(labels))
    seconds = spent + time.perf_counter() - start
    # Not ru_maxrss: that begins with what the parent held when it forked.
    peak = int(Path("/proc/self/status").read_text("ascii").partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"tool": tool, "seconds": seconds, "megabytes": peak, "f1": found, "threshold": cut}))


def best(pairs: Pairs, labels: list[str]) -> tuple[float, float]:
    """The best pair F1 after merging groups, over a scale of thresholds, with its threshold."""
    scores = [score for _, _, score in pairs]
    cuts = sorted({float(np.quantile(scores, q)) for q in np.linspace(0, 1, 41)} | {0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) if scores else [0.5]
    return max((f1(grouped(pairs, cut, len(labels)), labels), cut) for cut in cuts)


def grouped(pairs: Pairs, cut: float, count: int) -> list[int]:
    """Connected groups of the pairs at or above ``cut``."""
    parents = list(range(count))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for left, right, score in pairs:
        if score >= cut:
            one, other = root(left), root(right)
            parents[max(one, other)] = min(one, other)
    return [root(row) for row in range(count)]


def f1(groups: list[int], labels: list[str]) -> float:
    """Pair F1 of groups against labels."""

    def count(values: object) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(values).values())  # type: ignore[call-overload]

    both = count(zip(groups, labels, strict=True))
    total = count(groups) + count(labels)
    return 2 * both / total if total else 1.0


if __name__ == "__main__":
    main()

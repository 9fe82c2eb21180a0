"""Duplicates in the labelled development lists: how well and how fast. They lie beside the repository, never in it.

``python -m tests.bench.bench_match`` prints the quality figures as well.
"""

from __future__ import annotations

import csv
import gzip
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from tests.bench.timing import TIMES, Row, seconds

DATA = Path(__file__).parents[3] / "shared" / "data"
LISTS = {"standard_10k": None, "hard_10k": None, "standard_100k": 4.0}
"""The lists and the seconds within which they should be done."""

HEADERS = {"name": "客户名称", "contact": "联系人", "phone": "手机/固话", "email": "邮箱", "address": "地址"}


@dataclass(frozen=True)
class Quality:
    """Shares of pairs: after grouping, as candidates, and by advice (precision with the number of pairs)."""

    precision: float
    recall: float
    candidates: float
    advices: dict[str, tuple[float, int]]

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def measure() -> list[Row]:
    """From clean columns to groups, for each list that is there."""
    rows = []
    for name, aim in LISTS.items():
        if not (DATA / f"customers_{name}.truth.csv").exists() and not (DATA / f"customers_{name}.truth.csv.gz").exists():
            print(f"  {name}: skipped, there is no development data in {DATA.parent.name}/{DATA.name} beside the repository")
            continue
        columns = cleaned(name)
        quality = judged(columns, truth(name))
        times = sorted(seconds(lambda columns=columns: run(columns)) for _ in range(TIMES))  # type: ignore[misc]
        note = f"pair F1 {quality.f1:.4f}, candidate recall {quality.candidates:.4f}, precision of 建议合并 {quality.advices['merge'][0]:.4f}"
        rows.append(Row(f"duplicates in {name}, {len(columns['name']):,} rows", times[len(times) // 2], aim, note=note))
    return rows


def run(columns: dict[str, list[str | None]]) -> list[int]:
    """What is timed: everything but reading and cleaning the list."""
    from xlcrm.match.engine import within
    from xlcrm.match.normalise import normalise

    return within(normalise(columns)).groups(len(columns["name"]))


def judged(columns: dict[str, list[str | None]], labels: list[str]) -> Quality:
    """The engine's pairs and groups held against the labels."""
    from xlcrm.match import block
    from xlcrm.match.engine import within
    from xlcrm.match.normalise import normalise

    normal = normalise(columns)
    found = within(normal)
    groups = found.groups(len(labels))
    wanted, grouped, both = _pairs(labels), _pairs(groups), _pairs(zip(groups, labels, strict=True))
    left, right, _ = block.pairs(block.keys(normal))
    met = sum(labels[a] == labels[b] for a, b in zip(left.tolist(), right.tolist(), strict=True))
    advices = {}
    for advice in ("merge", "ask", "contact"):
        right_ones = [labels[pair.left] == labels[pair.right] for pair in found.pairs if pair.advice == advice]
        advices[advice] = (sum(right_ones) / max(1, len(right_ones)), len(right_ones))
    return Quality(both / grouped, both / wanted, met / wanted, advices)


def _pairs(labels: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def cleaned(name: str) -> dict[str, list[str | None]]:
    """The list's columns in canonical text form, as a sheet's checking would leave them."""
    from xlcrm.model.tables import CUSTOMER
    from xlcrm.rules.clean import read
    from xlcrm.rules.rulebook import Rulebook

    book = Rulebook(datetime(2025, 11, 1, 9))
    with _open(f"customers_{name}.csv") as file:
        rows = list(csv.DictReader(file))
    return {key: [read(row[header] or None, CUSTOMER[key], book).value for row in rows] for key, header in HEADERS.items()}


def truth(name: str) -> list[str]:
    """The label of each row: equal ones are one customer."""
    with _open(f"customers_{name}.truth.csv") as file:
        return [row["cluster_id"] for row in csv.DictReader(file)]


def _open(name: str) -> TextIO:
    plain = DATA / name
    if plain.exists():
        return plain.open(encoding="utf-8-sig", newline="")
    return gzip.open(DATA / f"{name}.gz", "rt", encoding="utf-8-sig", newline="")


def report() -> None:
    """Quality and the time of every step, for whoever works on the matcher."""
    from xlcrm.match import block, engine
    from xlcrm.match.normalise import normalise

    for name in LISTS:
        if not list(DATA.glob(f"customers_{name}.csv*")):
            print(f"{name}: skipped, there is no development data beside the repository")
            continue
        columns = cleaned(name)
        quality = judged(columns, truth(name))
        marks = [time.perf_counter()]
        normal = normalise(columns)
        marks.append(time.perf_counter())
        keys = block.keys(normal)
        marks.append(time.perf_counter())
        block.pairs(keys)
        marks.append(time.perf_counter())
        found = engine.within(normal)
        found.groups(len(normal))
        marks.append(time.perf_counter())
        steps = [later - earlier for earlier, later in pairwise(marks)]
        print(f"{name}: F1 {quality.f1:.4f} (precision {quality.precision:.4f}, recall {quality.recall:.4f}), candidates {quality.candidates:.4f}")
        print("  " + ", ".join(f"{advice} {count} at {precision:.4f}" for advice, (precision, count) in quality.advices.items()))
        print(f"  normalise {steps[0]:.2f} s, keys {steps[1]:.2f} s, pairs {steps[2]:.2f} s, score and group {steps[3] - steps[1] - steps[2]:.2f} s")


if __name__ == "__main__":
    report()

"""Duplicates in the labelled development lists: how well and how fast. They lie beside the repository, never in it.

``python -m tests.bench.bench_match [LIST ...]`` prints quality, candidates and the time of every step; lists are the names
in ``LISTS``, "million", or the path of any CSV with a .truth.csv beside it. ``hostile`` runs the bad inputs.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, TextIO

from tests.bench.timing import TIMES, Row, peak

Columns = dict[str, list[str | None]]

DATA = Path(__file__).parents[3] / "shared" / "data"
LISTS = {"standard_10k": None, "hard_10k": None, "standard_100k": 1.5}
"""The lists and the seconds within which they should be done."""

MILLION = 12.0
HEADERS = {"name": "客户名称", "contact": "联系人", "phone": "手机/固话", "email": "邮箱", "address": "地址"}


def measure() -> list[Row]:
    """From raw columns in memory to groups, each list in a process of its own."""
    rows = []
    for name, aim in (*LISTS.items(), ("million", MILLION)):
        if not there("standard_100k" if name == "million" else name):
            print(f"  {name}: skipped, there is no development data in {DATA.parent.name}/{DATA.name} beside the repository")
            continue
        runs = [told(name) for _ in range(TIMES)]
        first = runs[0]
        note = (
            f"pair F1 {first['f1']:.4f}, candidate recall {first['candidates']:.4f} with {first['pairs_per_row']:.1f} pairs a row, "
            f"precision of 建议合并 {first['merge'][1]:.4f}, {median(run['megabytes'] for run in runs):.0f} MB"
        )
        rows.append(Row(f"duplicates in {name}, {first['rows']:,} rows", median(run["seconds"] for run in runs), aim, note=note))
    return rows


def told(name: str) -> dict[str, Any]:
    """The figures of one list, measured in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.bench_match", "--json", name], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(columns: Columns) -> list[int]:
    """What is timed: everything but reading the list."""
    from xlcrm.match.engine import within
    from xlcrm.match.normalise import normalise

    return within(normalise(columns)).groups(len(columns["name"] if "name" in columns else next(iter(columns.values()))))


def f1(groups: Sequence[int], labels: Sequence[str]) -> float:
    """The F1 of pairs in one group against pairs with one label."""
    wanted, grouped, both = _pairs(labels), _pairs(groups), _pairs(zip(groups, labels, strict=True))
    return 2 * both / (wanted + grouped)


def _pairs(labels: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def there(name: str) -> bool:
    return bool(list(DATA.glob(f"customers_{name}.truth.csv*")))


def raw(name: str) -> Columns:
    """The columns of a list as they stand in its file."""
    with _open(f"customers_{name}.csv") as file:
        rows = list(csv.DictReader(file))
    return {key: [row[header] or None for row in rows] for key, header in HEADERS.items()}


def truth(name: str) -> list[str]:
    """The label of each row: equal ones are one customer."""
    with _open(f"customers_{name}.truth.csv") as file:
        return [row["cluster_id"] for row in csv.DictReader(file)]


def _open(name: str) -> TextIO:
    plain = DATA / name
    if plain.exists():
        return plain.open(encoding="utf-8-sig", newline="")
    return gzip.open(DATA / f"{name}.gz", "rt", encoding="utf-8-sig", newline="")


def loaded(name: str) -> tuple[Columns, list[str]]:
    """The raw columns and labels of a list."""
    if name == "million":
        from tests.bench.million import enlarged

        return enlarged(raw("standard_100k"), truth("standard_100k"), 10)
    if not name.endswith(".csv"):
        return raw(name), truth(name)
    path = Path(name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.with_suffix(".truth.csv").open(encoding="utf-8-sig", newline="") as file:
        labels = [row["cluster_id"] for row in csv.DictReader(file)]
    return {key: [row[header] or None for row in rows] for key, header in HEADERS.items()}, labels


def figures(name: str) -> dict[str, Any]:
    """Time by step, peak memory and quality of one list."""
    import numpy as np
    import polars as pl

    from xlcrm.match import block, engine, score
    from xlcrm.match.normalise import normalise

    columns, labels = loaded(name)
    before = peak()
    steps: dict[str, float] = {}
    watched = [(block, "pairs"), (engine, "encode"), (score, "estimate"), (engine, "compare"), (score, "probability"), (engine, "clusters")]
    with ExitStack() as watches:
        for owner, step in watched:
            watches.enter_context(_Watch(owner, step, steps))
        start, processor = time.perf_counter(), time.process_time()
        normal = normalise(columns)
        steps["normalise"] = time.perf_counter() - start
        matches = engine.within(normal)
        groups = matches.groups(len(labels))
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
    most = peak()
    codes = pl.Series(labels).rank("dense").to_numpy()
    true = codes[matches.left] == codes[matches.right]
    wanted = _pairs(labels)
    found: dict[str, Any] = {
        "list": name, "rows": len(labels), "seconds": seconds, "processor": processor, "steps": steps, "megabytes": most, "columns_megabytes": before,
        "f1": f1(groups, labels), "precision": _pairs(zip(groups, labels, strict=True)) / max(1, _pairs(groups)),
        "recall": _pairs(zip(groups, labels, strict=True)) / wanted,
        "candidates": float(true.sum() / wanted), "pairs_per_row": len(true) / len(labels), "capped": len(matches.capped),
    }  # fmt: skip
    for number, advice in enumerate(engine.ADVICE):
        those = true[matches.kept[matches.advice == number]]
        found[advice] = [len(those), float(np.mean(those)) if len(those) else 1.0]
    return found


class _Watch:
    """Adds up the seconds that calls of a function take."""

    def __init__(self, owner: Any, name: str, steps: dict[str, float]) -> None:
        self._owner, self._name, self._steps = owner, name, steps
        self._plain = getattr(owner, name)

    def __enter__(self) -> None:
        def timed(*args: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return self._plain(*args, **named)
            finally:
                self._steps[self._name] = self._steps.get(self._name, 0.0) + time.perf_counter() - start

        setattr(self._owner, self._name, timed)

    def __exit__(self, *_: object) -> None:
        setattr(self._owner, self._name, self._plain)


def hostile() -> Iterator[tuple[str, Columns]]:
    """Lists that nobody should send, large."""
    million = 1_000_000
    names: list[str | None] = [f"{chr(0x4E00 + at % 977)}{chr(0x5000 + at // 7 % 9000)}{chr(0x6000 + at % 1301)}实业有限公司" for at in range(100_000)]
    yield "a million identical names", {"name": ["深圳市海河电子有限公司"] * million}
    yield "one phone on 100,000 rows", {"name": names, "phone": ["13912348765"] * len(names)}
    yield "a million blank rows", {"name": [None] * million, "phone": [None] * million}
    yield "1,000 names of 10,000 characters", {"name": [chr(0x4E00 + at) * 10_000 for at in range(1000)], "address": ["路" * 10_000] * 1000}
    yield "100,000 rows of emoji", {"name": ["😀🎉"] * 100_000, "contact": ["👍"] * 100_000}
    yield "100,000 surnames", {"name": ["王李张刘陈"[at % 5] for at in range(100_000)], "contact": ["王总"] * 100_000}
    yield "100,000 common persons", {"name": [f"{'王李张刘陈'[at % 5]}{'伟芳娜敏静'[at // 5 % 5]}" for at in range(100_000)]}
    yield "no columns that are known", {"remark": ["x"] * 1000}


def main(words: list[str]) -> None:
    """Print the figures of the lists named, of the small ones without names."""
    if words[:1] == ["--json"]:
        print(json.dumps(figures(words[1])))
        return
    if words[:1] == ["hostile"]:
        for what, columns in hostile():
            start = time.perf_counter()
            groups = run(columns)
            print(f"{what}: {time.perf_counter() - start:.2f} s, {len(set(groups)):,} groups, peak {peak():.0f} MB", flush=True)
        return
    for name in words or [name for name in LISTS if there(name)]:
        found = told(name)
        print(
            f"{name}: F1 {found['f1']:.4f} (precision {found['precision']:.4f}, recall {found['recall']:.4f}), candidates "
            f"{found['candidates']:.4f} at {found['pairs_per_row']:.2f} pairs a row, {found['capped']} keys capped"
        )
        print("  " + ", ".join(f"{advice} {found[advice][0]} at {found[advice][1]:.4f}" for advice in ("merge", "ask", "contact")))
        steps = ", ".join(f"{step} {seconds:.2f}" for step, seconds in found["steps"].items())
        print(f"  {found['seconds']:.2f} s, {found['processor']:.2f} of processor ({steps}), peak {found['megabytes']:.0f} MB, {found['columns_megabytes']:.0f} before", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

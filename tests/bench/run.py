"""``make bench``: measure everything and write docs/bench.md.

Each piece is a module of this package with ``measure() -> list[Row]``. One that fails is named in the report and in
the exit code; the others still run. XLCRM_BENCH_SCALE=0.01 makes a quick test of the bench, which writes nothing.
"""

from __future__ import annotations

import gc
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from tests.bench.timing import TIMES, Row

PIECES = (
    "bench_start", "bench_click", "bench_read", "bench_sources", "bench_check", "bench_headers", "bench_book", "bench_store", "bench_postgres", "bench_backup", "bench_match", "bench_candidates", "bench_consolidate", "bench_report", "bench_peers",
)  # fmt: skip
REPORT = Path(__file__).parents[2] / "docs" / "bench.md"


def main(wanted: list[str]) -> int:
    """Run the pieces named (all without names); 0 when every one could be measured."""
    gc.set_threshold(100_000, 50, 50)  # as the program itself does (xlcrm/cli)
    rows: list[Row] = []
    broken: dict[str, str] = {}
    for name in wanted or PIECES:
        print(f"{name} ...", flush=True)
        try:
            measure: Callable[[], list[Row]] = import_module(f"tests.bench.{name}").measure
            found = measure()
        except Exception as error:  # one broken piece must not hide the figures of the others
            broken[name] = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"  {broken[name]}", flush=True)
            continue
        rows += found
        for row in found:
            print(f"  {row.what}: {_seconds(row.ours)}, {_ratio(row)}, aim {_aim(row)}, {_met(row)}", flush=True)
    report = "\n".join(_report(rows, broken))
    if wanted or os.environ.get("XLCRM_BENCH_SCALE"):
        print(report)
    else:
        REPORT.write_text(report, "utf-8")
        print(f"written: {REPORT}")
    return 1 if broken else 0


def _report(rows: list[Row], broken: dict[str, str]) -> Iterator[str]:
    yield "# Speed"
    yield ""
    yield f"Written by `make bench`. Medians of {TIMES} runs, ours and the floor alternately in the same run: read the ratios, not the seconds."
    yield ""
    yield f"Machine: {os.cpu_count()} cores, Python {platform.python_version()}."
    yield ""
    yield "| what | ours | held against | its time | ratio | aim | met |"
    yield "|---|---:|---|---:|---:|---:|---|"
    for row in rows:
        floor = _seconds(row.floor) if row.floor is not None else ""
        yield f"| {row.what} | {_seconds(row.ours)} | {row.against} | {floor} | {_ratio(row)} | {_aim(row)} | {_met(row)} |"
    notes = [f"- {row.what}: {row.note}" for row in rows if row.note]
    if notes:
        yield from ("", "What was measured:", "", *notes)
    if broken:
        yield from ("", "Not measured:", "", *(f"- {name}: {why}" for name, why in broken.items()))
    yield ""


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _ratio(row: Row) -> str:
    return "" if row.ratio is None else f"{row.ratio:.2f}"


def _aim(row: Row) -> str:
    if row.aim is None:
        return ""
    return f"≤ {row.aim:g}" if row.ratio is not None else f"≤ {row.aim:g} s"


def _met(row: Row) -> str:
    return {True: "yes", False: "**no**", None: ""}[row.met]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

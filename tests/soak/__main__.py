"""``make soak``: many runs, each from a seed; the figures for docs/reliability.md."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter

from tests.soak.places import opened
from tests.soak.plan import plan
from tests.soak.run import run


def main() -> int:
    """0 when every run was well; the seeds of the others are printed with what was wrong."""
    parser = argparse.ArgumentParser("tests.soak", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; the others follow")
    parser.add_argument("--engine", choices=("sqlite", "postgres", "disk"), default="", help="one engine only")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who ends it wants servers and disks gone, too
    plans = [plan(seed, options.engine) for seed in range(options.seed, options.seed + options.runs)]
    total: dict[str, Counter[str]] = {}
    bad: list[int] = []
    started = time.monotonic()
    with opened({one.engine for one in plans}) as servers:
        for one in plans:
            report = run(one, servers.get(one.engine))
            total.setdefault(one.engine, Counter())
            total[one.engine] += report.done + Counter(runs=1)
            if report.wrong:
                bad.append(one.seed)
                print(f"seed {one.seed} ({one.engine}): " + "; ".join(report.wrong), flush=True)
            elif one.seed % 10 == 0:
                print(f"seed {one.seed}: well, {time.monotonic() - started:.0f} s", flush=True)
    for engine, done in sorted(total.items()):
        print(engine, ", ".join(f"{what} {count}" for what, count in sorted(done.items())))
    print(f"{len(plans) - len(bad)} runs well, {len(bad)} not, {time.monotonic() - started:.0f} s")
    if bad:
        print("again: python -m tests.soak --runs 1 --seed " + " | ".join(map(str, bad)))
    return 1 if bad else 0


sys.exit(main())

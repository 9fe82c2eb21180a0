"""How the bench measures: several runs side by side in one process, so that a busy machine slows both alike."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

TIMES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One line of docs/bench.md: our median seconds, and what they are held against.

    ``against`` names the floor or peer measured beside it with its median seconds ``floor``; ``aim`` is then the
    largest ratio. Without a floor ``aim`` is the largest number of seconds. ``note`` says what was measured.
    """

    what: str
    ours: float
    aim: float | None = None
    against: str = ""
    floor: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        return (self.ours if self.ratio is None else self.ratio) <= self.aim


def peak() -> float:
    """The most memory this process held, in MB. Not ru_maxrss: that begins with what the parent held when it forked."""
    held = Path("/proc/self/status").read_text("ascii").partition("VmHWM:")[2]
    return int(held.split()[0]) / 1024


def scaled(count: int) -> int:
    """``count`` rows, fewer with XLCRM_BENCH_SCALE (0.01 for a smoke test of the bench itself)."""
    return max(50, round(count * float(os.environ.get("XLCRM_BENCH_SCALE", "1"))))


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes by the wall clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def side_by_side(*works: Callable[[], object], times: int = TIMES) -> tuple[float, ...]:
    """The median seconds of each of ``works``, run alternately ``times`` times."""
    found = [[seconds(work) for work in works] for _ in range(times)]
    return tuple(median(column) for column in zip(*found, strict=True))


def process(*command: str, allowed: tuple[int, ...] = (0,), environment: dict[str, str] | None = None) -> None:
    """Run a whole process silently; RuntimeError with its output when it broke or its exit code is not an allowed one."""
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | (environment or {}), check=False)
    if done.returncode not in allowed or "Traceback" in done.stderr:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")

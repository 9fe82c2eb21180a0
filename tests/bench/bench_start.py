"""What a click costs before anything happens: ``xlcrm --help`` as a whole process."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.timing import Row, process, side_by_side


def measure() -> list[Row]:
    """Against the interpreter alone."""
    command = str(Path(sys.executable).with_name("xlcrm"))
    ours, floor = side_by_side(lambda: process(command, "--help"), lambda: process(sys.executable, "-c", "pass"), times=11)
    return [Row("xlcrm --help", ours, 3.0, "python -c pass", floor, "whole processes, medians of 11")]

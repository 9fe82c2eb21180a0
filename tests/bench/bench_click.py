"""What the button 校验 costs in LibreOffice: a real click on the toolbar, 1,000 rows, until the finished marks are reported.

Each run has a LibreOffice of its own on a screen of its own (Xvfb). ``python -m tests.bench.bench_click`` measures this alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from shutil import copy
from statistics import median
from time import perf_counter, sleep

from macros.libreoffice.build import build
from tests.bench.timing import TIMES, Row, scaled, seconds
from tests.bench.workbooks import DAY, THIRTY, folder, write
from tests.desk.office import missing
from tests.desk.screen import Screen, screen
from xlcrm.addin import libreoffice
from xlcrm.jobs.settings import Settings, save
from xlcrm.sheets import template

COUNT = 1_000
LINE = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)")
SHOWN = 12  # packages named in the breakdown


def measure() -> list[Row]:
    """The first click after the start of LibreOffice, the second one, and how much of it is Python's start and imports."""
    if lacking := missing():
        raise RuntimeError(f"not on this machine: {', '.join(lacking)}")
    count = scaled(COUNT)
    first, later, imports = [], [], list[Counter[str]]()
    with folder() as place:
        written = write(place / "book.xlsx", count, THIRTY)
        environment = _surroundings(place)
        _warm(place, environment)
        for number in range(TIMES):
            path = Path(copy(written, place / f"book{number}.xlsx"))  # a LibreOffice that was killed leaves its lock behind
            with screen(place / str(number), build(place / "xlcrm.oxt"), path, environment) as desk:
                first.append(_click(desk))
                later.append(_click(desk))
                imports.append(_imports(desk, path, environment))
        bare = [sys.executable, "-c", "pass"]
        start = median(seconds(lambda: subprocess.run(bare, env=environment, check=True)) for _ in range(TIMES))
    middle = sorted(imports, key=lambda one: one.total())[TIMES // 2]
    shares = ", ".join(f"{name} {spent / 1000:.0f}" for name, spent in middle.most_common(SHOWN))
    what = f"validating {count:,} rows x 30 in LibreOffice"
    return [
        Row(f"{what}: first click", median(first), 3.0, note="from the mouse click to the message after the finished marks; LibreOffice has just started and loads its own Python"),
        Row(f"{what}: later clicks", median(later), 3.0, note="the same workbook again"),
        Row(
            f"{what}: Python's start and imports", start + middle.total() / 1e6, 0.5,
            note=f"part of both; the interpreter alone {start * 1000:.0f} ms, then in ms by package: {shares} (python -X importtime)",
        ),
    ]  # fmt: skip


def _surroundings(place: Path) -> dict[str, str]:
    """A person who was here before; byte code is kept as on a colleague's machine, whatever this one is set to."""
    home = place / "home"
    save(home / "settings.json", Settings("张三", "销售部"))
    libreoffice.tell(home, sys.executable)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONDONTWRITEBYTECODE", "XLCRM_STORE", "XLCRM_PERSON")
    }
    own = {"XLCRM_HOME": home, "XLCRM_NOW": f"{DAY} 09:00:00", "XLCRM_KEY": "ab" * 64, "PYTHONPYCACHEPREFIX": place / "cache"}
    return kept | {name: str(value) for name, value in own.items()}


def _warm(place: Path, environment: dict[str, str]) -> None:
    """The byte code of everything a press imports: an installed program has it."""
    template.build(place / "small.xlsx")
    with screen(place / "warm", build(place / "xlcrm.oxt"), place / "small.xlsx", environment) as desk:
        _click(desk)


def _click(desk: Screen) -> float:
    """Seconds from the click on 校验 until the message is there, which comes after the marks."""
    button = desk.button("validate")
    windows = desk.office.service("awt.Toolkit")
    before = windows.getTopWindowCount()
    started = perf_counter()
    desk.click(button)
    while windows.getTopWindowCount() <= before:
        sleep(0.01)
        if perf_counter() - started > 60:
            raise RuntimeError("no message after a minute")
    taken = perf_counter() - started
    _answer(desk)
    return taken


def _answer(desk: Screen) -> None:
    message = desk.dialog()
    if "校验完成" not in message.text:
        raise RuntimeError(message.text)
    desk.answer(message, "OK")


def _imports(desk: Screen, path: Path, environment: dict[str, str]) -> Counter[str]:
    """Microseconds that a press spends in importing beyond the bare interpreter, by package; started as the toolbar does."""
    timed = [sys.executable, "-X", "importtime"]
    command = [*timed, "-m", "xlcrm.ribbon", "validate", "--pipe", desk.program.pipe, f"--book={path}"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        _answer(desk)
        written = process.communicate(timeout=60)[1]
    bare = subprocess.run([*timed, "-c", "pass"], env=environment, stderr=subprocess.PIPE, text=True, check=True)
    return _spent(written) - _spent(bare.stderr)


def _spent(written: str) -> Counter[str]:
    spent: Counter[str] = Counter()
    for line in written.splitlines():
        if found := LINE.match(line):
            spent[_package(found[2])] += int(found[1])
    return spent


def _package(module: str) -> str:
    """The outermost package of a module; the standard library is one."""
    top = module.partition(".")[0]
    return "standard library" if top in sys.stdlib_module_names else top


if __name__ == "__main__":
    for row in measure():
        print(f"{row.what}: {row.ours:.2f} s\n  {row.note}")

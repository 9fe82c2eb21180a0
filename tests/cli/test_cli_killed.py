"""Submissions that are killed, stopped, or made by many at once: nothing is lost and nothing is stored twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import xlcrm
from tests.cli.conftest import Run
from tests.cli.workbooks import column, make
from xlcrm import app
from xlcrm.jobs.submit import Count
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets.files import open_book

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals as on Unix")


def started(*words: object) -> subprocess.Popen[str]:
    """A command in a process of its own, in the environment that ``run`` made."""
    command = [sys.executable, "-m", "xlcrm", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sound(run: Run) -> int:
    """How many customers the store holds, after looking whether log and records agree."""
    path = app.home() / "store.db"
    verified = run("audit", "verify").code
    if not path.exists() or verified == 2:
        return 0  # killed before the store was made
    assert verified == 0
    with sqlite3.connect(path) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(store.execute("SELECT count(*) FROM customer").fetchone()[0])


def numbers(path: Path) -> Sequence[object]:
    """The numbers that the sheet shows, one for each customer in it."""
    rows = open_book(path).read(CUSTOMER)
    return rows.columns["number"]


def stored_numbers(run: Run) -> list[object]:
    """The numbers of all stored customers."""
    assert run("export", "all.xlsx", "--force").code == 0
    return column(Path("all.xlsx"), "客户编号")


def complete(run: Run, path: Path, rows: int) -> None:
    """Pressing again completes: every row is stored exactly once, and the sheet shows its number."""
    last = run("submit", path, "--json")
    assert (last.code, sum(last.data["total"].values())) == (0, rows), last
    again = run("submit", path, "--json").data["total"]
    assert again[Count.UNCHANGED] == rows
    shown = numbers(path)
    assert None not in shown
    assert len(set(shown)) == rows


def test_killed_at_random_points(run: Run, tmp_path: Path) -> None:
    """Each round another workbook: killed somewhere, looked at, completed by the next run."""
    chance = random.Random(20250312)
    whole = 0.0
    total = 0
    for turn in range(8):
        path = make(tmp_path / f"客户{turn}.xlsx", 60, seed=turn)
        begun = time.monotonic()
        process = started("submit", path)
        if turn:
            try:
                process.wait(timeout=chance.uniform(0.15, 1.0) * whole)
            except subprocess.TimeoutExpired:
                process.kill()
        process.communicate()
        whole = whole or time.monotonic() - begun  # the first one runs to its end: what there is to interrupt
        assert sound(run) - total in (0, 60), "all rows or none"
        assert len(open_book(path).read(CUSTOMER)) == 60, "the workbook is whole"
        complete(run, path, 60)
        total += 60
    assert sound(run) == total
    assert len(set(stored_numbers(run))) == total


def test_killed_between_the_stores_yes_and_the_sheet(run: Run, tmp_path: Path) -> None:
    """The moment that matters: the rows are in, the answer is not yet in the workbook."""
    run("people")
    path = make(tmp_path / "客户.xlsx", 150, seed=77)
    run("validate", path)
    before = path.read_bytes()
    process = started("submit", path)
    watch = sqlite3.connect(app.home() / "store.db", isolation_level=None)
    while process.poll() is None:
        if watch.execute("SELECT EXISTS (SELECT 1 FROM customer)").fetchone() == (1,):
            process.kill()
    process.communicate()
    watch.close()
    lost = path.read_bytes() == before
    assert sound(run) == 150
    first = run("submit", path, "--json").data["total"]
    assert first[Count.UNCHANGED] == 150, f"answer lost: {lost}"
    assert sorted(map(str, numbers(path))) == sorted(map(str, stored_numbers(run)))


def test_stopped_by_the_keyboard(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    for turn in range(3):
        monkeypatch.setenv("XLCRM_HOME", str(tmp_path / f"home{turn}"))
        path = make(tmp_path / f"客户{turn}.xlsx", 150, seed=turn)
        process = started("submit", path)
        while not (app.home() / "store.db").exists() and process.poll() is None:
            time.sleep(0.01)  # the process is still starting
        try:
            process.wait(timeout=chance.uniform(0.0, 0.8))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in err
        assert "提交完成" in out or (process.returncode == 2 and ("已停止" in err or "已存入客户库" in err)), (process.returncode, err)
        complete(run, path, 150)
        assert sound(run) == 150


def test_stopped_while_python_evaluates_a_text(tmp_path: Path) -> None:
    """As making a dataclass does during an import: Python notes the interrupt, and ``-m`` would end by the signal all the same."""
    (tmp_path / "pressed.py").write_text(
        "import sys\nfrom xlcrm import cli\ncli._run = lambda *_: exec('raise KeyboardInterrupt')\nsys.exit(cli.main(['--version']))\n", "utf-8"
    )
    paths = os.pathsep.join([str(tmp_path), str(Path(xlcrm.__file__).parents[1])])
    done = subprocess.run([sys.executable, "-m", "pressed"], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "已停止" in done.stderr


def test_eight_people_at_once(run: Run, tmp_path: Path) -> None:
    """Into a store that is not there yet."""
    books = [make(tmp_path / f"同事{who}.xlsx", 20, seed=100 + who) for who in range(8)]
    processes = [started("submit", path) for path in books]
    ended = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, ended
    assert sound(run) == 160
    shown = [number for path in books for number in numbers(path)]
    assert sorted(map(str, shown)) == sorted(map(str, stored_numbers(run)))
    assert len(set(shown)) == 160
    complete(run, books[0], 20)


def test_one_workbook_submitted_twice_at_once(run: Run, tmp_path: Path) -> None:
    run("people")
    path = make(tmp_path / "客户.xlsx", 120, seed=9)
    run("validate", path)
    processes = [started("submit", path) for _ in range(3)]
    ended = [process.communicate(timeout=120) for process in processes]
    codes = [process.returncode for process in processes]
    assert 0 in codes
    for code, (_, err) in zip(codes, ended, strict=True):
        assert code == 0 or (code == 2 and "被改动过" in err and len(err.strip().split("\n")) == 2), err
    assert sound(run) == 120
    complete(run, path, 120)
    assert sound(run) == 120


def test_files_of_killed_runs_are_swept(run: Run, tmp_path: Path) -> None:
    path = make(tmp_path / "客户.xlsx")
    old, fresh = tmp_path / ".xlcrm-old.tmp", tmp_path / ".xlcrm-new.tmp"
    old.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(old, (1, 1))
    run("validate", path)
    assert not old.exists()
    assert fresh.exists(), "another run may be writing it"

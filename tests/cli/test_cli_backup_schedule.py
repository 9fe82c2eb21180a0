"""xlcrm backup schedule: what it writes runs, and holds no secret."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from tests.cli.conftest import Run


def test_the_written_command_makes_a_backup(run: Run, tmp_path: Path) -> None:
    folder, units = tmp_path / "备份 1", tmp_path / "计划"
    folder.mkdir()
    assert run("store", "init", f"sqlite:///{tmp_path / 'my store.db'}").code == 0
    store = f"sqlite:///{tmp_path / 'my store.db'}"
    assert run("backup", folder, "--store", store).code == 0
    said = run("backup", "schedule", "--store", store, "--write", units)
    assert said.code == 0 and str(folder) in said.out and "systemctl" in said.out
    for service, made in (("backup", 2), ("verify", 2)):
        (unit,) = units.glob(f"xlcrm-{service}-*.service")
        (line,) = re.findall("(?m)^ExecStart=(.*)$", unit.read_text("utf-8"))
        done = subprocess.run(shlex.split(line), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert len([*folder.glob("*/*.xlcrmbak")]) == made


def test_without_a_folder_it_only_shows(run: Run, tmp_path: Path) -> None:
    said = run("backup", "schedule", tmp_path, "--lang", "en")
    assert said.code == 0 and "ExecStart=" in said.out and "With --write FOLDER" in said.out
    assert [*tmp_path.iterdir()] == []
    assert run("backup", "schedule").code == 2, "no folder is known"


def test_a_password_in_the_address_stands_nowhere(run: Run, tmp_path: Path) -> None:
    said = run("backup", "schedule", tmp_path, "--store", "postgresql://zhang:geheim@crm.example/crm", "--write", tmp_path / "x")
    assert said.code == 0 and "geheim" not in said.out + said.err and "密码" in said.out
    assert not any(b"geheim" in path.read_bytes() for path in (tmp_path / "x").iterdir())


def test_where_it_cannot_write_it_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = run("backup", "schedule", tmp_path, "--write", tmp_path / "file" / "x")
    assert said.code == 2 and "file" in said.err

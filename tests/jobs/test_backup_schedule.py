"""The files that let systemd, Windows and macOS make backups by themselves say exactly the command, however odd its words are."""

from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from shlex import split
from subprocess import list2cmdline
from xml.etree import ElementTree

import pytest

from xlcrm.jobs.backup import schedule
from xlcrm.jobs.backup.schedule import MACOS, MAKE, VERIFY, WINDOWS, Plan

LINUX = Plan("Linux", sys.executable, "sqlite:////srv/客户 库/100%.db", '/mnt/备份 "a" $HOME 50%\\x', language="en")
PC = replace(
    LINUX, system=WINDOWS, python=r"C:\Users\张三\venv\Scripts\python.exe", store="postgresql://zhang@crm.example/crm?sslmode=verify-full&x=1",
    folder="\\\\server\\备份 <1>\\", user=r"FIRM\张三", language="zh",
)  # fmt: skip
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def words(line: str) -> list[str]:
    """The words of a command line in a unit file, as systemd.syntax says that it is read."""
    meant = {"\\\\": "\\", '\\"': '"', "$$": "$", "%%": "%"}
    assert not re.search(r"(?<!%)(%%)*%(?!%)", line) and not re.search(r"(?<!\$)(\$\$)*\$(?!\$)", line)
    return [re.sub(r'\\\\|\\"|\$\$|%%', lambda one: meant[one[0]], word) for word in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]


def texts(plan: Plan) -> dict[str, str]:
    return {name: content.decode() for name, content in schedule.files(plan).items()}


def test_systemd_runs_the_backup_daily_and_the_proof_weekly() -> None:
    made = texts(LINUX)
    assert sorted(name.partition(LINUX.mark)[0] + name.partition(LINUX.mark)[2] for name in made) == [
        "xlcrm-backup-.service", "xlcrm-backup-.timer", "xlcrm-verify-.service", "xlcrm-verify-.timer",
    ]  # fmt: skip
    for job, calendar in ((MAKE, "*-*-* 12:30:00"), (VERIFY, "Sun *-*-* 13:30:00")):
        service, timer = (made[f"xlcrm-{job}-{LINUX.mark}.{kind}"] for kind in ("service", "timer"))
        (line,) = re.findall("(?m)^ExecStart=(.*)$", service)
        assert words(line) == LINUX.command(job)
        assert f"OnCalendar={calendar}\n" in timer and "Persistent=true" in timer


@pytest.mark.parametrize(("whole", "sealed"), [(False, False), (True, False), (True, True)])
def test_systemd_takes_the_files(tmp_path: Path, whole: bool, sealed: bool) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze, "systemd-analyze is part of what .ci/install system brings"
    for name, content in schedule.files(replace(LINUX, whole=whole, sealed=sealed)).items():
        (tmp_path / name).write_bytes(content)
    paths = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run([analyze, "verify", "--man=no", *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_windows_runs_the_backup_daily_and_the_proof_weekly() -> None:
    made = schedule.files(PC)
    assert [*made] == [f"xlcrm-{job}-{PC.mark}.xml" for job in (MAKE, VERIFY)]
    for job, content in zip((MAKE, VERIFY), made.values(), strict=True):
        assert content.startswith(b"\xff\xfe"), "schtasks wants UTF-16 with its mark"
        task = ElementTree.fromstring(content)
        assert [one.tag for one in task] == [TASK + name for name in ("RegistrationInfo", "Triggers", "Principals", "Settings", "Actions")]
        (trigger,) = task.findall(f"{TASK}Triggers/{TASK}CalendarTrigger")
        # The schema lists what a trigger says in this order.
        assert [one.tag for one in trigger] == [f"{TASK}StartBoundary", f"{TASK}ScheduleBy{'Day' if job == MAKE else 'Week'}"]
        assert trigger.findtext(f"{TASK}StartBoundary") == f"2025-01-05T{12 if job == MAKE else 13}:30:00"
        (principal,) = task.findall(f"{TASK}Principals/{TASK}Principal")
        actions = task.find(f"{TASK}Actions")
        assert actions is not None and actions.get("Context") == principal.get("id")
        assert principal.findtext(f"{TASK}UserId") == r"FIRM\张三"
        assert task.findtext(f"{TASK}Settings/{TASK}StartWhenAvailable") == "true"
        assert actions.findtext(f"{TASK}Exec/{TASK}Command") == r"C:\Users\张三\venv\Scripts\pythonw.exe"
        assert actions.findtext(f"{TASK}Exec/{TASK}Arguments") == list2cmdline(PC.command(job)[1:])
    assert b"UserId" not in b"".join(schedule.files(replace(PC, user="")).values()).replace(b"\0", b"")


def test_macos_runs_the_backup_daily_and_the_proof_weekly() -> None:
    plan = replace(LINUX, system=MACOS)
    for job, (name, content) in zip((MAKE, VERIFY), schedule.files(plan).items(), strict=True):
        said = plistlib.loads(content)
        assert name == f"{said['Label']}.plist" and said["ProgramArguments"] == plan.command(job)
        assert said["StartCalendarInterval"] == ({"Hour": 12, "Minute": 30} if job == MAKE else {"Weekday": 0, "Hour": 13, "Minute": 30})


def test_what_is_typed_then_names_the_files_where_they_lie() -> None:
    folder = "/tmp/a b"
    for plan in (LINUX, replace(LINUX, whole=True), replace(LINUX, system=MACOS)):
        (copying,) = (one for one in schedule.commands(plan, folder) if one.startswith("cp "))
        assert split(copying)[1:-1] == [f"{folder}/{name}" for name in schedule.files(plan)]
    assert "systemctl --user enable --now" in schedule.commands(LINUX, folder)[-2]
    assert not any("--user" in one for one in schedule.commands(replace(LINUX, whole=True), folder))
    for job, typed in zip((MAKE, VERIFY), schedule.commands(PC, "C:\\a b"), strict=True):
        assert typed == f'schtasks /Create /F /TN xlcrm\\xlcrm-{job}-{PC.mark} /XML "C:\\a b\\xlcrm-{job}-{PC.mark}.xml"'


def test_two_stores_on_a_machine_stand_in_nobodys_way() -> None:
    assert not {*schedule.files(LINUX)} & {*schedule.files(replace(LINUX, store="sqlite:////srv/other.db"))}

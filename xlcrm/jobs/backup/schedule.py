"""What lets a machine make the daily backup and prove it every week by itself: files for systemd, Windows and macOS.

Nothing in them is secret: keys and passwords come from where any command finds them.
"""

from __future__ import annotations

import plistlib
from codecs import BOM_UTF16_LE
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import PurePosixPath, PureWindowsPath
from shlex import quote
from subprocess import list2cmdline
from xml.sax.saxutils import escape

from xlcrm.catalogue import text
from xlcrm.crypto.keys import CREDENTIAL

WINDOWS, MACOS = "Windows", "Darwin"
JOBS = MAKE, VERIFY = "backup", "verify"
HOUR, MINUTE = 12, 30  # when the machines of an office are on; what was missed is made up for
_LIMIT = "PT4H"  # after which Windows ends a run
_SEALED = f"/etc/credstore.encrypted/{CREDENTIAL}"
_SUNDAY = "2025-01-05"  # Windows counts from a day in the past


@dataclass(frozen=True, slots=True)
class Plan:
    """Which ``store`` (an address without a password) is backed up into ``folder``, and by what.

    ``system`` is platform.system()'s word, ``python`` the interpreter that has xlcrm, ``whole``: for the machine (root) and not
    for one user of it, ``sealed``: systemd keeps an identity for it, ``user`` whose tasks they are on Windows (DOMAIN\\name,
    "" for whoever registers them).
    """

    system: str
    python: str
    store: str
    folder: str
    whole: bool = False
    sealed: bool = False
    user: str = ""
    language: str = "zh"

    @property
    def mark(self) -> str:
        """Tells the files of one store from those of another on the same machine."""
        return blake2b(self.store.encode(), digest_size=4).hexdigest()

    def command(self, job: str) -> list[str]:
        """What runs."""
        more = ["verify"] if job == VERIFY else []
        return [self.python, "-m", "xlcrm", "backup", *more, self.folder, "--store", self.store, "--lang", self.language]

    def about(self, job: str) -> str:
        """The sentence that says so, for whoever finds it on the machine."""
        return text(f"backup.task_{job}", self.language, store=self.store)


def files(plan: Plan) -> dict[str, bytes]:
    """The content of each file by its name."""
    made: dict[str, bytes] = {}
    for job in JOBS:
        if plan.system == WINDOWS:
            made[f"{_name(plan, job)}.xml"] = _windows(plan, job)
        elif plan.system == MACOS:
            made[f"{_label(plan, job)}.plist"] = _macos(plan, job)
        else:
            made[f"{_name(plan, job)}.service"] = _service(plan, job).encode()
            made[f"{_name(plan, job)}.timer"] = _timer(plan, job).encode()
    return made


def commands(plan: Plan, folder: str) -> list[str]:
    """What a person types so that the files, which lie in ``folder``, take effect."""
    here = PureWindowsPath(folder) if plan.system == WINDOWS else PurePosixPath(folder)
    names = [*files(plan)]
    if plan.system == WINDOWS:
        tasks = [(f"xlcrm\\{_name(plan, job)}", str(here / f"{_name(plan, job)}.xml")) for job in JOBS]
        return [list2cmdline(["schtasks", "/Create", "/F", "/TN", task, "/XML", path]) for task, path in tasks]
    listed = " ".join(quote(str(here / name)) for name in names)
    if plan.system == MACOS:
        agents = "~/Library/LaunchAgents"
        loaded = [f"launchctl bootstrap gui/$(id -u) {agents}/{name}" for name in names]
        return [f"mkdir -p {agents}", f"cp {listed} {agents}/", *loaded]
    timers = " ".join(name for name in names if name.endswith(".timer"))
    if plan.whole:
        return [f"cp {listed} /etc/systemd/system/", "systemctl daemon-reload", f"systemctl enable --now {timers}"]
    units = "~/.config/systemd/user"
    start = ["systemctl --user daemon-reload", f"systemctl --user enable --now {timers}"]
    return [f"mkdir -p {units}", f"cp {listed} {units}/", *start, "loginctl enable-linger"]


def sealing() -> str:
    """What a person types to let systemd keep an identity encrypted: it reads the line from the terminal."""
    return f"systemd-creds encrypt --name={CREDENTIAL} - {_SEALED}"


def _hour(job: str) -> int:
    return HOUR + (job == VERIFY)


def _name(plan: Plan, job: str) -> str:
    return f"xlcrm-{job}-{plan.mark}"


def _label(plan: Plan, job: str) -> str:
    return f"org.xlcrm.{job}.{plan.mark}"


def _service(plan: Plan, job: str) -> str:
    handed = f"LoadCredentialEncrypted={CREDENTIAL}:{_SEALED}\n" if plan.sealed else ""
    return f"""[Unit]
Description={_unit(plan.about(job))}

[Service]
Type=oneshot
ExecStart={" ".join(map(_word, plan.command(job)))}
Nice=10
IOSchedulingClass=idle
{handed}"""


def _timer(plan: Plan, job: str) -> str:
    day = "Sun *-*-*" if job == VERIFY else "*-*-*"
    return f"""[Unit]
Description={_unit(plan.about(job))}

[Timer]
OnCalendar={day} {_hour(job):02}:{MINUTE:02}:00
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
"""


def _unit(said: str) -> str:
    """Text as a unit file takes it: % begins a word of its own there."""
    return said.replace("%", "%%")


def _word(said: str) -> str:
    """One word of a command line in a unit file."""
    bare = said.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{_unit(bare)}"'


def _windows(plan: Plan, job: str) -> bytes:
    """A task as schtasks /XML takes it."""
    program, *words = plan.command(job)
    if program.lower().endswith("python.exe"):
        program = str(PureWindowsPath(program).with_name("pythonw.exe"))  # no window flashes up
    user = f"<UserId>{escape(plan.user)}</UserId>" if plan.user else ""
    when = "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>"
    if job == VERIFY:
        when = "<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><Sunday /></DaysOfWeek></ScheduleByWeek>"
    said = f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{escape(plan.about(job))}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{_SUNDAY}T{_hour(job):02}:{MINUTE:02}:00</StartBoundary>
      {when}
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">{user}<LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>{_LIMIT}</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(list2cmdline(words))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
    return BOM_UTF16_LE + said.encode("utf-16-le")


def _macos(plan: Plan, job: str) -> bytes:
    at = {"Hour": _hour(job), "Minute": MINUTE} | ({"Weekday": 0} if job == VERIFY else {})
    said = {
        "Label": _label(plan, job),
        "ProgramArguments": plan.command(job),
        "StartCalendarInterval": at,
        "ProcessType": "Background",
    }
    return plistlib.dumps(said)

"""A display of its own with LibreOffice on it: started, killed, and the processes that its buttons started."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from xlcrm.calc.bridge import OfficeMissing, uno

NEEDED = ("Xvfb", "openbox", "xdotool", "import", "soffice")


def missing() -> list[str]:
    """What this machine lacks: programs, or LibreOffice's bridge to Python."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    try:
        uno()
    except OfficeMissing:
        lacking.append("python3-uno")
    return lacking


class Program:
    """A LibreOffice with a window and the extension of ``folder``, showing ``book``, listening on ``pipe``."""

    def __init__(self, folder: Path, environment: Mapping[str, str], book: Path) -> None:
        self.pipe = f"desk-{uuid.uuid4().hex}"
        words = [
            "soffice", "--calc", "--norestore", "--nologo", "--nofirststartwizard", f"--accept=pipe,name={self.pipe};urp;",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            f"-env:BUNDLED_EXTENSIONS={(folder / 'extensions').as_uri()}", str(book),
        ]  # fmt: skip
        self.process = started(words, environment)

    def members(self) -> dict[int, str]:
        """Its living processes and those it started: number -> command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()  # state, parent, group, ...
                if int(fields[2]) == self.process.pid and fields[0] != "Z":
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        return found

    def buttons(self) -> list[int]:
        """The processes of pressed buttons."""
        return [number for number, words in self.members().items() if "xlcrm.ribbon" in words]

    def working(self, file: Path) -> list[int]:
        """The pressed buttons that have ``file`` open."""
        found = []
        for number in self.buttons():
            with suppress(OSError):
                if any(link.readlink() == file for link in Path(f"/proc/{number}/fd").iterdir()):
                    found.append(number)
        return found

    def kill(self) -> None:
        """End it at once, as a crash does: what it started goes on."""
        spared = set(self.buttons())
        for number in self.members().keys() - spared:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Leave nothing behind."""
        stop(self.process)


def unpack(extension: Path, folder: Path) -> None:
    """Put the extension where every LibreOffice of ``folder`` finds it."""
    with zipfile.ZipFile(extension) as package:
        package.extractall(folder / "extensions" / "xlcrm")


@contextmanager
def display(width: int) -> Iterator[str]:
    """A screen that nobody sees, so many pixels wide, with a window manager; its name."""
    read, write = os.pipe()
    quiet = subprocess.DEVNULL
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(words, pass_fds=[write], stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        os.close(write)
        with os.fdopen(read) as told:
            name = f":{told.readline().strip()}"
        manager = started(["openbox"], {**os.environ, "DISPLAY": name})
        try:
            yield name
        finally:
            stop(manager)
    finally:
        stop(server)


def started(words: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A process with a group of its own."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(words, env=environment, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and all of its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

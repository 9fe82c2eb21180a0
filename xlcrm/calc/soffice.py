"""A running LibreOffice: one we started with a profile of its own, or one that already listens on a pipe."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from xlcrm.calc.bridge import OfficeMissing, soffice, struct, uno

PROFILE = "xlcrm-office-"  # how the folders of our profiles begin
START = 90.0  # seconds a cold LibreOffice may take to listen
STOP = 15.0  # seconds it may take to end when asked


class Office:
    """A LibreOffice and the pipe to it. ``context`` is its UNO component context."""

    def __init__(
        self, context: Any, pipe: str, process: subprocess.Popen[bytes] | None = None, profile: Path | None = None
    ) -> None:
        self.context = context
        self.pipe = pipe
        self.process = process
        self.profile = profile

    @property
    def pid(self) -> int:
        """Its process id; 0 for one we did not start."""
        return self.process.pid if self.process else 0

    @property
    def alive(self) -> bool:
        """Whether it still answers."""
        if self.process is not None and self.process.poll() is not None:
            return False
        try:
            return self.context.ServiceManager is not None
        except Exception:  # whatever the bridge raises: nobody is there
            return False

    def service(self, name: str) -> Any:
        """A new instance of a UNO service, as ``service("frame.Desktop")``."""
        return self.context.ServiceManager.createInstanceWithContext(f"com.sun.star.{name}", self.context)

    def end(self, wait: float = STOP) -> None:
        """Wait until the process we started has ended, kill it after ``wait`` seconds, and remove its profile."""
        if self.process is None:
            return
        try:
            self.process.wait(wait)
        except subprocess.TimeoutExpired:
            _kill(self.process)
        if self.profile is not None:
            shutil.rmtree(self.profile, ignore_errors=True)
        atexit.unregister(self.end)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)  # soffice is a starter with the real program as its child
        else:
            process.kill()
    process.wait()


def has_screen() -> bool:
    """Whether a window could be shown."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def start(visible: bool = False) -> Office:
    """Start a LibreOffice with a profile of its own, so that it never meets the person's own one.

    An invisible one ends with this Python; a visible one may hold somebody's work and stays. OfficeMissing when
    LibreOffice is not installed or does not come up.
    """
    uno()
    program = soffice()
    profile = Path(tempfile.mkdtemp(prefix=PROFILE))
    pipe = f"xlcrm-{uuid.uuid4().hex}"
    command = [str(program), f"-env:UserInstallation={profile.as_uri()}", f"--accept=pipe,name={pipe};urp;"]
    command += ["--norestore", "--nologo", "--nodefault", "--nofirststartwizard", "--nolockcheck"]
    if not visible:
        command.append("--headless")
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        office = Office(_context(pipe, START, process), pipe, process, profile)
    except BaseException:  # Ctrl+C while waiting, too
        _kill(process)
        shutil.rmtree(profile, ignore_errors=True)
        raise
    if not visible:
        atexit.register(office.end, 0)
    return office


def connect(pipe: str, wait: float = START) -> Office:
    """The LibreOffice that listens on ``pipe`` (``--accept="pipe,name=PIPE;urp;"``); OfficeMissing after ``wait`` seconds."""
    return Office(_context(pipe, wait, None), pipe)


def _context(pipe: str, wait: float, process: subprocess.Popen[bytes] | None) -> Any:
    local = uno().getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    end = time.monotonic() + wait
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception as error:  # NoConnectException is a UNO type: known only at run time
            if process is not None and process.poll() not in (None, 0, 81):  # 81: restarts itself after the first start
                raise OfficeMissing(f"LibreOffice ended at once (code {process.returncode}).") from error
            if time.monotonic() > end:
                raise OfficeMissing(f"LibreOffice does not answer on the pipe {pipe}. Is it running?") from error
            time.sleep(0.05)


def version(office: Office) -> str:
    """The version of LibreOffice, as "7.4.7.2"."""
    provider = office.service("configuration.ConfigurationProvider")
    node = struct("beans.PropertyValue", "nodepath", 0, "/org.openoffice.Setup/Product", 0)
    access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (node,))
    full, short = "ooSetupVersionAboutBox", "ooSetupVersion"
    return str(access.getByName(full if access.hasByName(full) else short))

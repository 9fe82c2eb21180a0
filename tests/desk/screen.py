"""A desk with a screen: Xvfb, a window manager and a LibreOffice of its own, pressed with a real mouse."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from xlcrm.calc.bridge import OfficeMissing, uno
from xlcrm.calc.soffice import Office, connect

NEEDED = ("Xvfb", "openbox", "xdotool", "soffice")
PATIENCE = 60.0  # seconds for anything to appear; a cold start on a busy machine takes a third of it
Found = TypeVar("Found")


def missing() -> list[str]:
    """What this machine lacks: programs, or LibreOffice's bridge to Python."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    try:
        uno()
    except OfficeMissing:
        lacking.append("python3-uno")
    return lacking


def until(look: Callable[[], Found | None], what: str, patience: float = PATIENCE) -> Found:
    """What ``look`` gives once it gives something; the windows change while they are read, so its troubles are ignored."""
    end = time.monotonic() + patience
    trouble: Exception | None = None
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except Exception as error:  # UNO's exceptions: the tree was changing
            trouble = error
        time.sleep(0.1)
    raise AssertionError(f"{what} did not appear in {patience:.0f} s") from trouble


@dataclass
class Dialog:
    """A message on the screen: what it says and its buttons by name."""

    text: str
    buttons: Mapping[str, Any]


@dataclass
class Screen:
    """One X display with LibreOffice on it."""

    environment: Mapping[str, str]
    office: Office
    pipe: str
    pictures: Path
    toolbar: str = "Customers"
    known: dict[str, Any] = field(default_factory=dict)

    def click(self, node: Any) -> None:
        """Press the left mouse button in the middle of something accessible."""
        place, size = node.getLocationOnScreen(), node.getSize()
        self._xdotool("mousemove", place.X + size.Width // 2, place.Y + size.Height // 2, "click", 1)

    def _xdotool(self, *words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, timeout=30)

    def type(self, document: Any, words: str) -> None:
        """Type into the selected cell of a document (of UNO) and press Enter."""
        document.CurrentController.Frame.ComponentWindow.setFocus()
        self._xdotool("type", "--delay", 30, words)
        self._xdotool("key", "Return")

    def picture(self, name: str) -> None:
        """Keep what the screen shows, where a program for that is at hand."""
        if shutil.which("import"):
            self.pictures.mkdir(parents=True, exist_ok=True)
            kept = self.pictures / f"{name}.png"
            subprocess.run(["import", "-window", "root", str(kept)], env=self.environment, check=True, timeout=30)

    def button(self, name: str) -> Any:
        """The button of that name on our toolbar, once it is there; looking for them takes seconds, so they are kept."""

        def look() -> Any:
            if name not in self.known:
                self.known.update({node.getAccessibleName(): node for node in walk(self._toolbar())})
            return self.known.get(name)

        return until(look, f"button {name}")

    def dialog(self) -> Dialog:
        """The message on the screen, once it is there whole."""
        seen: list[Dialog] = []

        def look() -> Dialog | None:
            found = self._dialogs()
            if found and found[0].text and found[0].buttons and seen and seen[-1].text == found[0].text:
                return found[0]
            seen.extend(found[:1])
            return None

        return until(look, "a message")

    def answer(self, dialog: Dialog, name: str) -> None:
        """Press a button of the message and wait until the message is gone.

        Not with the mouse: the window manager may still be moving the message while it is aimed at.
        """
        with suppress(Exception):  # the message may end before it has answered
            dialog.buttons[name].doAccessibleAction(0)
        until(lambda: all(one.text != dialog.text for one in self._dialogs()), "the end of the message")

    def _windows(self) -> Iterator[Any]:
        kit = self.office.service("awt.Toolkit")
        for number in range(kit.getTopWindowCount()):
            yield kit.getTopWindow(number).getAccessibleContext()

    def _toolbar(self) -> Any:
        """Our toolbar, found level by level without looking into the other ones."""
        waiting = list(self._windows())
        for node in waiting:
            if role(node) != "TOOL_BAR":
                waiting += children(node)
            elif node.getAccessibleName() == self.toolbar:
                return node
        return None

    def _dialogs(self) -> list[Dialog]:
        found = []
        for window in self._windows():
            if role(window) in ("ALERT", "DIALOG"):
                nodes = list(walk(window))[1:]
                said = [node.getAccessibleName() for node in nodes if role(node) != "PUSH_BUTTON" and node.getAccessibleName()]
                buttons = {node.getAccessibleName(): node for node in nodes if role(node) == "PUSH_BUTTON"}
                found.append(Dialog("\n".join(dict.fromkeys(said)), buttons))
        return found


def walk(node: Any, most: int = 150) -> Iterator[Any]:
    """Everything accessible under ``node``; a sheet has a thousand million cells, so big families are left out."""
    yield node
    for child in children(node, most):
        yield from walk(child, most)


def children(node: Any, most: int = 150) -> list[Any]:
    """What is right under ``node``."""
    count = node.getAccessibleChildCount()
    found = (node.getAccessibleChild(number) for number in range(count if count <= most else 0))
    return [child.getAccessibleContext() for child in found if child is not None]


def role(node: Any) -> str:
    """The role of something accessible, by name."""
    from com.sun.star.accessibility import AccessibleRole  # type: ignore[import-not-found]  # through uno's import hook

    number = node.getAccessibleRole()
    names = ("ALERT", "DIALOG", "PUSH_BUTTON", "TOOL_BAR")
    return next((name for name in names if getattr(AccessibleRole, name) == number), "")


@contextmanager
def screen(folder: Path, extension: Path, book: Path, environment: Mapping[str, str]) -> Iterator[Screen]:
    """Open ``book`` in a LibreOffice with the ``extension``, on a screen of its own; nothing of it is left afterwards."""
    processes: list[subprocess.Popen[bytes]] = []
    unpacked = folder / "extensions" / "xlcrm"
    with zipfile.ZipFile(extension) as package:
        package.extractall(unpacked)
    read, write = os.pipe()
    try:
        processes.append(
            subprocess.Popen(
                ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x900x24", "-nolisten", "tcp"],
                pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as told:
            display = told.readline().strip()
        own = {**environment, "DISPLAY": f":{display}", "SAL_USE_VCLPLUGIN": "gen", "LANG": "C.UTF-8"}
        pipe = f"desk-{uuid.uuid4().hex}"
        office = [
            "soffice", "--calc", "--norestore", "--nologo", "--nofirststartwizard", f"--accept=pipe,name={pipe};urp;",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            f"-env:BUNDLED_EXTENSIONS={(folder / 'extensions').as_uri()}", str(book),
        ]  # fmt: skip
        processes += [_started(["openbox"], own), _started(office, own)]
        yield Screen(own, connect(pipe), pipe, Path(environment.get("XLCRM_PICTURES") or folder / "pictures"))
    finally:
        for process in reversed(processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _started(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)


def interpreter() -> str:
    """The Python that runs the tests, and therefore holds xlcrm."""
    return sys.executable

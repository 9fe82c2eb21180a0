"""The toolbar's buttons, inside LibreOffice: each press starts xlcrm's own Python and lets it in by a private pipe.

This file runs in LibreOffice's Python and knows nothing of xlcrm but where its Python is: ``libreoffice.json`` in the
user's own folder says so, written by ``xlcrm addin install --libreoffice``. No document can choose the program.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import uuid
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
import unohelper  # type: ignore[import-not-found]
from com.sun.star.bridge import XInstanceProvider  # type: ignore[import-not-found]
from com.sun.star.task import XJobExecutor  # type: ignore[import-not-found]

NAME = "org.xlcrm.Press"
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "LD_LIBRARY_PATH")  # of LibreOffice's Python, not of ours
NOT_INSTALLED = (
    "找不到客户管理的程序。请在命令行运行一次 xlcrm addin install --libreoffice，再重新打开 LibreOffice。\n"
    "xlcrm was not found. Run xlcrm addin install --libreoffice once, then restart LibreOffice."
)
BUSY = "上一次操作还没有做完，请稍候。\nThe last action is still running, please wait."
LATE = "没有做成，请再按一次。\nThis could not be done; please press again."
PATIENCE = 3  # seconds that a press waits for the one before it

turn = threading.Lock()  # two at once would write into the same cells


class Provider(unohelper.Base, XInstanceProvider):  # type: ignore[misc]
    """What the process that we started may have: this LibreOffice."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def getInstance(self, name: str) -> Any:
        return self.context


class Press(unohelper.Base, XJobExecutor):  # type: ignore[misc]
    """``service:org.xlcrm.Press?validate`` presses the button validate."""

    def __init__(self, context: Any) -> None:
        self.context = context

    def trigger(self, button: str) -> None:
        threading.Thread(target=self.press, args=(button, self.book()), daemon=True).start()

    def press(self, button: str, book: str) -> None:
        """Run one button to its end, one after the other."""
        if not turn.acquire(timeout=PATIENCE):
            self.tell(BUSY)
            return
        try:
            said = self.run(button, book)
        except (OSError, ValueError, KeyError, TypeError):
            said = NOT_INSTALLED
        finally:
            turn.release()
        if said:
            self.tell(said)

    def run(self, button: str, book: str) -> str:
        """Start xlcrm's Python, let it in and wait for it; what it could not tell the person itself."""
        python = interpreter()
        pipe = "xlcrm-" + uuid.uuid4().hex
        acceptor = self.service("connection.Acceptor")
        threading.Thread(target=self.serve, args=(acceptor, pipe), daemon=True).start()
        process = subprocess.Popen(  # noqa: S603 - our own command; no part of it comes from a document but its name
            [python, "-m", "xlcrm.ribbon", button, "--pipe", pipe, "--book", book],
            env={**{key: value for key, value in os.environ.items() if key not in FOREIGN}, "PYTHONUTF8": "1"},
            cwd=str(Path.home()),  # never the document's folder: Python would look for modules there
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        _, written = process.communicate()
        acceptor.stopAccepting()
        lines = written.decode("utf-8", "replace").strip().splitlines()
        if process.returncode in (0, 1):  # 1 is also how Python ends when the module is not there
            return NOT_INSTALLED if any("No module named" in line for line in lines) else ""
        return LATE if not lines or lines[0].startswith("Traceback") else "\n".join(lines[:4])

    def book(self) -> str:
        """The document in front at the moment of the press: its path, or its title when it was never saved."""
        document = self.service("frame.Desktop").getCurrentComponent()
        url = document.getURL() if document is not None else ""
        if url.startswith("file:"):
            return str(uno.fileUrlToSystemPath(url))
        return str(document.getTitle()) if document is not None else ""

    def serve(self, acceptor: Any, pipe: str) -> None:
        """Let one visitor in; the bridge lives as long as the connection."""
        try:
            connection = acceptor.accept("pipe,name=" + pipe)
            if connection is not None:
                factory = self.service("bridge.BridgeFactory")
                self.bridge = factory.createBridge("", "urp", connection, Provider(self.context))
        except Exception:  # nobody came: the process ended first, and run() says why
            return

    def service(self, name: str) -> Any:
        return self.context.ServiceManager.createInstanceWithContext("com.sun.star." + name, self.context)

    def tell(self, sentence: str) -> None:
        desktop = self.service("frame.Desktop")
        frame = desktop.getCurrentFrame()
        window = frame.getContainerWindow() if frame is not None else None
        kind = uno.Enum("com.sun.star.awt.MessageBoxType", "INFOBOX")
        box = self.service("awt.Toolkit").createMessageBox(window, kind, 1, "客户管理", sentence)
        box.execute()
        box.dispose()


def interpreter() -> str:
    """The Python that holds xlcrm. OSError, ValueError or KeyError when it was never installed."""
    home = Path(os.environ.get("XLCRM_HOME") or Path.home() / ".xlcrm")
    python = str(json.loads((home / "libreoffice.json").read_text("utf-8"))["python"])
    if not Path(python).is_file():
        raise FileNotFoundError(python)
    return python


g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Press, NAME, ("com.sun.star.task.Job",))

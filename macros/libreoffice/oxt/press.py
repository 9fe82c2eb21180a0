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
from com.sun.star.frame import XDispatch, XDispatchProvider  # type: ignore[import-not-found]
from com.sun.star.lang import XInitialization, XServiceInfo  # type: ignore[import-not-found]

NAME, SERVICE = "org.xlcrm.Press", "com.sun.star.frame.ProtocolHandler"
SCHEME = "org.xlcrm:"  # of the buttons' commands
WHO = "who"  # the label on the toolbar: person, role, store; pressed it opens the settings
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


class Press(unohelper.Base, XServiceInfo, XInitialization, XDispatchProvider):  # type: ignore[misc]
    """The commands ``org.xlcrm:validate`` and so on of one window."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.frame: Any = None

    def initialize(self, given: tuple[Any, ...]) -> None:
        self.frame = given[0] if given else None

    def queryDispatch(self, url: Any, target: str, flags: int) -> Any:
        return Command(self, url.Path) if url.Complete.startswith(SCHEME) else None

    def queryDispatches(self, wanted: Any) -> Any:
        return tuple(self.queryDispatch(one.FeatureURL, one.FrameName, one.SearchFlags) for one in wanted)

    def getImplementationName(self) -> str:
        return NAME

    def supportsService(self, name: str) -> bool:
        return name == SERVICE

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return (SERVICE,)

    def start(self, button: str) -> None:
        """Press a button: what was typed goes into its cell first, as if the person had left it."""
        if self.frame is not None:
            helper = self.service("frame.DispatchHelper")
            helper.executeDispatch(self.frame, ".uno:AcceptFormula", "", 0, ())
        threading.Thread(target=self.press, args=("settings" if button == WHO else button, self.book()), daemon=True).start()

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
            refresh()
        if said:
            self.tell(said)

    def run(self, button: str, book: str) -> str:
        """Start xlcrm's Python, let it in and wait for it; what it could not tell the person itself."""
        python = interpreter()
        pipe = "xlcrm-" + uuid.uuid4().hex
        acceptor = self.service("connection.Acceptor")
        threading.Thread(target=self.serve, args=(acceptor, pipe), daemon=True).start()
        process = subprocess.Popen(  # noqa: S603 - our own command; no part of it comes from a document but its name
            [python, "-m", "xlcrm.ribbon", button, "--pipe", pipe, "--book=" + book],
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
        """The document in this window: its path, or its title when it was never saved."""
        controller = self.frame.getController() if self.frame is not None else None
        document = controller.getModel() if controller is not None else None
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


class Command(unohelper.Base, XDispatch):  # type: ignore[misc]
    """One button's command: pressed, and asked what it looks like."""

    def __init__(self, press: Press, button: str) -> None:
        self.press, self.button = press, button

    def dispatch(self, url: Any, arguments: Any) -> None:
        self.press.start(self.button)

    def addStatusListener(self, listener: Any, url: Any) -> None:
        watchers.append((self, listener, url))
        self.show(listener, url, screen())

    def removeStatusListener(self, listener: Any, url: Any) -> None:
        watchers[:] = [one for one in watchers if one[1] != listener or one[2].Complete != url.Complete]

    def show(self, listener: Any, url: Any, shown: dict[str, str]) -> None:
        """Tell the toolbar or menu what xlcrm wrote down: who works here, and which buttons are of use to them."""
        event = uno.createUnoStruct("com.sun.star.frame.FeatureStateEvent")
        event.Source, event.FeatureURL, event.IsEnabled = self, url, True
        if self.button == WHO and shown.get("label"):
            event.State = shown["label"]
        elif shown.get("visible"):
            event.State = uno.createUnoStruct("com.sun.star.frame.status.Visibility", self.button in shown["visible"].split())
        listener.statusChanged(event)


watchers: list[tuple[Command, Any, Any]] = []


def refresh() -> None:
    """Let every toolbar and menu show what is true now."""
    shown = screen()
    for command, listener, url in watchers[:]:
        try:
            command.show(listener, url, shown)
        except Exception:  # its window was closed meanwhile
            command.removeStatusListener(listener, url)


def home() -> Path:
    """xlcrm's folder of this user."""
    return Path(os.environ.get("XLCRM_HOME") or Path.home() / ".xlcrm")


def screen() -> dict[str, str]:
    """Who works here ("label") and the buttons of use to them ("visible"); empty before xlcrm wrote it down."""
    try:
        found = json.loads((home() / "libreoffice-screen.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def interpreter() -> str:
    """The Python that holds xlcrm. OSError, ValueError or KeyError when it was never installed."""
    python = str(json.loads((home() / "libreoffice.json").read_text("utf-8"))["python"])
    if not Path(python).is_file():
        raise FileNotFoundError(python)
    return python


g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Press, NAME, (SERVICE,))

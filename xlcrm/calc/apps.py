"""Running LibreOffices, the most recently used first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc import alerts, soffice
from xlcrm.calc.books import Books

if TYPE_CHECKING:
    from xlcrm.calc.cells import Range
    from xlcrm.calc.engine import Engine

CALCULATION = {True: "automatic", False: "manual"}


class Apps(base_classes.Apps):
    """The LibreOffices this Python started or is connected to; nobody else's."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._apps: list[App] = []

    def keys(self) -> list[int]:
        return [app.pid for app in self]

    def add(self, spec: str | None = None, add_book: bool | None = None, xl: Any = None, visible: bool | None = None) -> App:
        """Start a LibreOffice, with a first book unless ``add_book`` is False.

        It has a window unless ``visible`` is False or there is no screen.
        """
        shown = visible is not False and soffice.has_screen()
        app = App(self, soffice.start(shown), shown)
        self._apps.insert(0, app)
        if add_book is not False:
            app.books.add()
        return app

    def attach(self, pipe: str) -> App:
        """The app that listens on ``pipe``, made the active one."""
        known = next((app for app in self if app.office.pipe == pipe), None)
        app = known or App(self, soffice.connect(pipe), True)
        self.front(app)
        return app

    def front(self, app: App) -> None:
        """Make ``app`` the active one."""
        if not self._apps or self._apps[0] is not app:
            self._apps = [app, *(other for other in self._apps if other is not app)]

    def forget(self, app: App) -> None:
        """``app`` has ended."""
        self._apps = [other for other in self._apps if other is not app]

    @staticmethod
    def cleanup() -> None:
        """Nothing is left behind: an app that ends removes its own files."""

    def __iter__(self) -> Iterator[App]:
        self._apps = [app for app in self._apps if app.office.alive]
        return iter(list(self._apps))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getitem__(self, pid: int) -> App:
        for app in self:
            if app.pid == pid:
                return app
        raise KeyError(pid)


class App(base_classes.App):
    """One running LibreOffice."""

    _attached = count(1)  # LibreOffice does not tell its process id: those we did not start are numbered
    pid = 0
    display_alerts = True  # these three are remembered only: nothing in LibreOffice corresponds to them
    enable_events = True
    interactive = True

    def __init__(self, apps: Apps, office: soffice.Office, visible: bool) -> None:
        self.apps = apps
        self.office = office
        self.pid = office.pid or next(self._attached)
        self.desktop = office.service("frame.Desktop")
        self.status = alerts.StatusBar()
        self.clipboard: Range | None = None
        self._visible = visible
        self._locked: list[Any] = []
        self._semiautomatic = False

    @property
    def engine(self) -> Engine:
        return self.apps.engine

    @property
    def api(self) -> Any:
        return self.desktop

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def version(self) -> str:
        return soffice.version(self.office)

    @property
    def path(self) -> str:
        return str(self.office.service("util.PathSubstitution").substituteVariables("$(prog)", True))

    @property
    def startup_path(self) -> str:
        return ""

    @property
    def hwnd(self) -> int:
        return self.pid

    @property
    def visible(self) -> bool:
        return self._visible

    @visible.setter
    def visible(self, visible: bool) -> None:
        for book in self.books:
            book.window.setVisible(bool(visible))
        self._visible = bool(visible)

    def activate(self, steal_focus: bool = False) -> None:
        self.apps.front(self)
        document = self.books.current
        if document is not None:
            document.CurrentController.Frame.ContainerWindow.toFront()

    def quit(self) -> None:
        """End it without saving anything."""
        for book in list(self.books):
            book.close()
        with suppress(Exception):  # the pipe breaks while the answer is on its way
            self.desktop.terminate()
        self.apps.forget(self)
        self.office.end()

    def kill(self) -> None:
        """End the process at once; one that we did not start is asked to quit."""
        if self.office.process is None:
            self.quit()
        self.apps.forget(self)
        self.office.end(0)

    @property
    def screen_updating(self) -> bool:
        return not self._locked

    @screen_updating.setter
    def screen_updating(self, on: bool) -> None:
        while on and self._locked:
            with suppress(Exception):  # the document was closed meanwhile
                self._locked.pop().unlockControllers()
        if not on and not self._locked:
            self._locked = [book.document for book in self.books]
            for document in self._locked:
                document.lockControllers()

    @property
    def calculation(self) -> str:
        document = self.books.current
        automatic = document is None or document.isAutomaticCalculationEnabled()
        return "semiautomatic" if automatic and self._semiautomatic else CALCULATION[automatic]

    @calculation.setter
    def calculation(self, mode: str) -> None:
        self._semiautomatic = mode == "semiautomatic"  # Calc has no data tables: the same as automatic
        for book in self.books:
            book.document.enableAutomaticCalculation(mode != "manual")

    def calculate(self) -> None:
        for book in self.books:
            book.document.calculateAll()

    @property
    def selection(self) -> Range | None:
        document = self.books.current
        return self.books.of(document).selection if document is not None else None

    @property
    def status_bar(self) -> str | bool:
        return False if self.status.text is None else self.status.text

    @status_bar.setter
    def status_bar(self, text: str | bool | None) -> None:
        shown = None if text is None or isinstance(text, bool) else str(text)
        self.status.show(self.books.current, shown)

    @property
    def cut_copy_mode(self) -> bool:
        return self.clipboard is not None

    @cut_copy_mode.setter
    def cut_copy_mode(self, mode: bool | str | None) -> None:
        if not mode:
            self.clipboard = None

    def alert(
        self, prompt: Any, title: str | None, buttons: str | None, mode: str | None, callback: Callable[..., Any] | None
    ) -> str:
        document = self.books.current
        window = document.CurrentController.Frame.ContainerWindow if document is not None else None
        return alerts.ask(self.office, window, "" if prompt is None else str(prompt), title or "", buttons, mode)

    def choose_folder(self, title: str, start: str) -> str:
        """The folder that the person chooses, "" for none."""
        return alerts.choose_folder(self.office, title, start)

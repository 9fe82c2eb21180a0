"""The person at the desk: sees the windows of LibreOffice, presses the mouse and types."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from macros.libreoffice import build
from tests.desk.nodes import box, children, role, sheets, until, walk, within
from tests.desk.office import Program, display, unpack
from xlcrm import app
from xlcrm.calc.soffice import Office, connect
from xlcrm.catalogue import text
from xlcrm.ribbon.buttons import BY_NAME
from xlcrm.sheets.live import LiveBook, attach

TOOLBARS = tuple(text(title, "en") for title in build.TOOLBARS)
WIDTH = 1600  # pixels: our buttons must fit
PICTURES = Path(__file__).parents[2] / "artefacts" / "desk"


@dataclass(repr=False)
class Dialog:
    """A message on the screen: what it says and its buttons by name."""

    text: str
    buttons: Mapping[str, Any]


@dataclass(repr=False)  # to print what is gone ends the test run
class Screen:
    """One X display with a LibreOffice on it; ``folder`` holds its profile and extension."""

    folder: Path
    environment: Mapping[str, str]
    pictures: Path
    program: Program = field(init=False)
    office: Office = field(init=False)
    known: dict[str, Any] = field(init=False, default_factory=dict)

    def open(self, book: Path) -> None:
        """Start LibreOffice with a workbook, and work in it from now on."""
        self.program = Program(self.folder, self.environment, book)
        self.office = connect(self.program.pipe)
        self.known = {}
        app.attach(self.program.pipe)
        self.button("validate")  # the window is there whole

    # -- the workbook -------------------------------------------------------------------------------------------------

    @property
    def book(self) -> LiveBook:
        """The open workbook as it is now."""
        return attach(keep=False)

    @property
    def document(self) -> Any:
        """The same as a document of UNO."""
        return self.office.service("frame.Desktop").getCurrentComponent()

    def cells(self, sheet: str, place: str) -> Any:
        """Some of its cells, as UNO has them."""
        return self.document.Sheets.getByName(sheet).getCellRangeByName(place)

    def choices(self, sheet: str, place: str) -> list[Any]:
        """Open the dropdown of a cell with the keyboard: its entries."""
        self.stand(sheet, place)
        self.keys("alt+Down")
        return children(until(self._list, f"the dropdown of {place}"), 5000)

    def choose(self, sheet: str, place: str, wanted: str) -> list[str]:
        """Choose from the dropdown of a cell, with the mouse where the entry is in sight; all that was offered."""
        entries = self.choices(sheet, place)
        offered = [entry.getAccessibleName() for entry in entries]
        entry, shown = entries[offered.index(wanted)], self._list()
        if within(box(entry), box(shown)):
            self.click(entry)
        else:
            self.keys("Home", *["Down"] * offered.index(wanted), "Return")
        until(lambda: self._list() is None, "the end of the dropdown")
        return offered

    def colours(self, sheet: str, *places: str) -> list[str]:
        """What most of each cell is painted with (RRGGBB); they must fit on the screen together."""
        self.stand(sheet, places[-1])
        wanted = [self.cells(sheet, place).getRangeAddress() for place in places]
        controller = self.document.CurrentController
        controller.select(self.cells(sheet, f"A{wanted[-1].StartRow + 1}"))  # the cursor out of the way
        controller.setFirstVisibleRow(min(cell.StartRow for cell in wanted))
        panes = [(pane, box(pane)) for pane in sheets(controller.Frame.ComponentWindow.getAccessibleContext())]

        def spot(cell: Any) -> tuple[int, int, int, int] | None:
            for pane, around in panes:
                place = box(pane.getAccessibleCellAt(cell.StartRow, cell.StartColumn).getAccessibleContext())
                if within(place, around):
                    return place
            return None

        until(lambda: all(spot(cell) for cell in wanted), f"the cells {places}")
        return [self._painted(*found) for cell in wanted if (found := spot(cell)) is not None]

    def _painted(self, left: int, top: int, width: int, height: int) -> str:
        crop = f"{width - 4}x{height - 4}+{left + 2}+{top + 2}"
        words = ["import", "-window", "root", "-crop", crop, "-depth", "8", "rgb:-"]
        pixels = subprocess.run(words, env=self.environment, check=True, timeout=30, capture_output=True).stdout
        return Counter(pixels[at : at + 3] for at in range(0, len(pixels), 3)).most_common(1)[0][0].hex().upper()

    # -- mouse and keyboard -------------------------------------------------------------------------------------------

    def click(self, node: Any) -> None:
        """Press the left mouse button in the middle of something."""
        left, top, width, height = box(node)
        self._xdotool("mousemove", left + width // 2, top + height // 2, "click", 1)

    def keys(self, *names: str) -> None:
        """Press keys."""
        self._xdotool("key", *names)

    def stand(self, sheet: str, place: str) -> None:
        """Select a cell and let the keyboard go there."""
        controller = self.document.CurrentController
        controller.setActiveSheet(self.document.Sheets.getByName(sheet))
        controller.select(self.cells(sheet, place))
        controller.Frame.ComponentWindow.setFocus()

    def type(self, sheet: str, place: str, words: str, finished: bool = True) -> None:
        """Type into a cell; unless ``finished`` the cell is left without Enter."""
        self.stand(sheet, place)
        self._xdotool("type", "--delay", 30, words)
        if finished:
            self.keys("Return")

    def _xdotool(self, *words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, timeout=30)

    def picture(self, name: str) -> None:
        """Keep what the screen shows."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        words = ["import", "-window", "root", str(self.pictures / f"{name}.png")]
        subprocess.run(words, env=self.environment, check=True, timeout=30)

    # -- our toolbars and their messages ---------------------------------------------------------------------------------

    def press(self, name: str, *answers: str, picture: str = "") -> str:
        """Click a button of the toolbar and answer its messages; what the last one said."""
        self.click(self.button(name))
        said = ""
        for answer in answers:
            message = self.dialog()
            if picture:
                self.picture(picture)
            said = message.text
            self.answer(message, answer)
        return said

    def button(self, name: str) -> Any:
        """The button of that function on our toolbar, once it is there; looking for them takes long, so they are kept."""
        label = BY_NAME[name].label("en")

        def look() -> Any:
            if label not in self.known:
                self.known.update({node.getAccessibleName(): node for bar in self._toolbars() for node in walk(bar)})
            return self.known.get(label)

        return until(look, f"button {label}")

    def labels(self) -> list[str]:
        """What stands on the toolbars now, from left to right."""
        return [node.getAccessibleName() for bar in self._toolbars() for node in children(bar) if node.getAccessibleName()]

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

    def choose_folder(self, title: str, folder: Path) -> None:
        """Put the path of a folder into LibreOffice's own dialog of that title, and select it."""

        def part(kind: str, name: str) -> Any:
            shown = [one for one in self._windows() if role(one) == "DIALOG" and one.getAccessibleName() == title]
            return self._named(kind, name, shown)

        until(lambda: part("PUSH_BUTTON", "Select"), title)
        assert part("TEXT", "Path:").setText(str(folder))
        with suppress(Exception):  # the dialog may end before it has answered
            part("PUSH_BUTTON", "Select").doAccessibleAction(0)
        until(lambda: part("PUSH_BUTTON", "Select") is None, f"the end of {title}")

    def _windows(self) -> Iterator[Any]:
        kit = self.office.service("awt.Toolkit")
        for number in range(kit.getTopWindowCount()):
            yield kit.getTopWindow(number).getAccessibleContext()

    def _first(self, fits: Callable[[Any], bool], roots: list[Any]) -> Any:
        """The first node that fits, level by level, without looking into toolbars and menus: they take long."""
        for node in roots:
            if fits(node):
                return node
            if role(node) not in ("TOOL_BAR", "MENU_BAR"):
                roots += children(node, 40)
        return None

    def _toolbars(self) -> list[Any]:
        return [bar for name in TOOLBARS if (bar := self._named("TOOL_BAR", name, list(self._windows()))) is not None]

    def _named(self, kind: str, name: str, roots: list[Any]) -> Any:
        return self._first(lambda node: role(node) == kind and node.getAccessibleName() == name, roots)

    def _list(self) -> Any:
        """The list of an open dropdown; it is a window of its own."""
        small = [window for window in self._windows() if window.getAccessibleChildCount() == 1]
        return self._first(lambda node: role(node) == "LIST", small)

    def _dialogs(self) -> list[Dialog]:
        found = []
        for window in self._windows():
            if role(window) in ("ALERT", "DIALOG"):
                nodes = list(walk(window))[1:]
                said = [node.getAccessibleName() for node in nodes if role(node) != "PUSH_BUTTON" and node.getAccessibleName()]
                buttons = {node.getAccessibleName(): node for node in nodes if role(node) == "PUSH_BUTTON"}
                found.append(Dialog("\n".join(dict.fromkeys(said)), buttons))
        return found


@contextmanager
def screen(
    folder: Path, extension: Path, book: Path, environment: Mapping[str, str], width: int = WIDTH
) -> Iterator[Screen]:
    """Open ``book`` in a LibreOffice with the ``extension``, on a screen of its own; nothing of it is left afterwards."""
    unpack(extension, folder)
    with display(width) as name:
        own = {**environment, "DISPLAY": name, "SAL_USE_VCLPLUGIN": "gen", "LANG": "C.UTF-8"}
        shown = Screen(folder, own, Path(environment.get("XLCRM_PICTURES") or PICTURES))
        try:
            shown.open(book)
            yield shown
        finally:
            if hasattr(shown, "program"):
                shown.program.end()

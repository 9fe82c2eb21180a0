"""Message boxes, the choice of a folder, and the status bar."""

from __future__ import annotations

from typing import Any

from xlcrm.calc.bridge import enum, file_path, file_url
from xlcrm.calc.soffice import Office

BUTTONS = {None: 1, "ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}  # com.sun.star.awt.MessageBoxButtons
CHOSEN = 1  # com.sun.star.ui.dialogs.ExecutableDialogResults.OK
ANSWERS = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}


def ask(office: Office, window: Any, prompt: str, title: str, buttons: str | None, mode: str | None) -> str:
    """Show a message over ``window`` and wait: "ok", "cancel", "yes" or "no". Without a screen the first answer at once."""
    kind = "WARNINGBOX" if mode == "critical" else "QUERYBOX" if BUTTONS[buttons] > 1 else "INFOBOX"
    toolkit = office.service("awt.Toolkit")
    box = toolkit.createMessageBox(window, enum("awt.MessageBoxType", kind), BUTTONS[buttons], title, prompt)
    try:
        return ANSWERS[box.execute()]
    finally:
        box.dispose()


def choose_folder(office: Office, title: str, start: str) -> str:
    """Let the person choose a folder in LibreOffice's own dialog, which begins in ``start``; "" for none."""
    picker = office.service("ui.dialogs.FolderPicker")
    picker.setTitle(title)
    picker.setDisplayDirectory(file_url(start))
    return file_path(picker.getDirectory()) if picker.execute() == CHOSEN else ""


class StatusBar:
    """The text at the foot of a document's window, kept here because LibreOffice does not give it back."""

    def __init__(self) -> None:
        self.text: str | None = None

    def show(self, document: Any, text: str | None) -> None:
        """Show ``text``; None takes it away."""
        self.text = text
        controller = document.CurrentController if document is not None else None
        indicator = controller.StatusIndicator if controller is not None else None
        if indicator is None:  # a document without a window
            return
        indicator.end()
        if text is not None:
            indicator.start(text, 100)

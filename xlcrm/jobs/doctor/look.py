"""Describes the machine we run on. Everything here is read only, and what cannot be read counts as in order."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec
from locale import getencoding
from pathlib import Path
from typing import Any

from xlcrm.addin import install, places
from xlcrm.crypto.keys import safe_keyring
from xlcrm.jobs.doctor.machine import Machine

SECURITY = r"Office\16.0\Excel\Security"
OPENS_XLSX = r"Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.xlsx\UserChoice"
EXCEL = r"Software\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"


def look(book: str = "", store: str = "", **tried: Any) -> Machine:
    """This machine, with the workbook and the store in question.

    ``tried`` is what the caller found by trying, as fields of Machine: troubles of store, mail, workbook and their cures, care.
    """
    system, home = platform.system(), Path.home()
    described: dict[str, Any] = {}
    where = places.find(system, home, os.environ)
    if where is not None:
        state = install.state(where, install.User(home, os.environ, getencoding(), sys.executable))
        described = {
            "web_mark": Path(f"{where.addin}:Zone.Identifier").exists() if system == places.WINDOWS else False,
            "addin_installed": state.installed,
            "addin_current": state.current,
            "addin_known": state.known,
            "copies": tuple(map(str, state.copies)),
            "interpreter": state.interpreter,
            "interpreter_exists": bool(state.interpreter) and Path(state.interpreter).exists(),
            "mac_script": state.script,
        }
    else:
        described = {"addin_installed": False, "addin_known": False, "interpreter_exists": False}
    if system == places.WINDOWS:
        described |= _windows()
    if system == places.MACOS:
        described |= {"mac_log": _read(home / places.CONTAINER / "xlwings.log"), "excel": (home / places.CONTAINER).exists()}
    return Machine(
        system=system,
        python=sys.executable,
        xlwings=_version("xlwings"),
        xlwings_wanted=places.XLWINGS,
        keyring=safe_keyring() is not None,
        passphrase=any(os.environ.get(name) for name in ("XLCRM_PASSPHRASE", "XLCRM_IDENTITY", "XLCRM_KEY")),
        book=book,
        store=store,
        **described,
        **tried,
    )


def _windows() -> dict[str, Any]:
    """What the registry says about Excel and WPS."""
    macros = _setting(rf"Software\Policies\Microsoft\{SECURITY}", "VBAWarnings")
    if macros is None:
        macros = _setting(rf"Software\Microsoft\{SECURITY}", "VBAWarnings")
    opens = str(_setting(OPENS_XLSX, "ProgId") or "").upper()
    return {
        "macros": macros if isinstance(macros, int) else None,
        "addins_off": _setting(rf"Software\Microsoft\{SECURITY}", "DisableAllAddins") == 1,
        "pywin32": find_spec("win32com") is not None and find_spec("pywintypes") is not None,
        "excel": _setting(EXCEL, "") is not None,
        "wps_opens": opens.startswith(("ET.", "WPS.", "KET.")),
    }


def _setting(key: str, name: str) -> object:
    """A value of the registry, the user's before the machine's; None where it is not set."""
    import winreg  # on Windows only

    registry: Any = winreg  # its names are known to type checkers on Windows alone
    for root in (registry.HKEY_CURRENT_USER, registry.HKEY_LOCAL_MACHINE):
        with suppress(OSError), registry.OpenKey(root, key) as opened:
            found: object = registry.QueryValueEx(opened, name)[0]
            return found
    return None


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")[-4000:]
    except OSError:
        return ""

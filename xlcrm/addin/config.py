"""xlcrm.conf: the file in the user's own profile that names the interpreter. xlwings' format: "NAME","value" lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from xlcrm.addin.places import WINDOWS
from xlcrm.errors import UsageError

KEYS = {WINDOWS: "INTERPRETER_WIN"}
MAC_KEY = "INTERPRETER_MAC"
# The longest first: %APPDATA% lies inside %USERPROFILE%.
VARIABLES = ("APPDATA", "LOCALAPPDATA", "USERPROFILE")


def key(system: str) -> str:
    """The setting that names the interpreter on ``system``."""
    return KEYS.get(system, MAC_KEY)


def portable(system: str, interpreter: str, home: Path, environ: Mapping[str, str]) -> str:
    """``interpreter`` with the user's folder as a variable.

    Excel reads the file in the system's code page: %APPDATA% spells a user's name that the code page cannot.
    """
    if system != WINDOWS:
        inside = f"{home}/"
        return f"$HOME/{interpreter.removeprefix(inside)}" if interpreter.startswith(inside) else interpreter
    path = interpreter.replace("/", "\\")
    folders = {name: environ[name].replace("/", "\\").rstrip("\\") + "\\" for name in VARIABLES if environ.get(name)}
    for name, folder in folders.items():
        if path.lower().startswith(folder.lower()):
            return f"%{name}%\\{path[len(folder) :]}"
    return path


def expanded(system: str, named: str, home: Path, environ: Mapping[str, str]) -> str:
    """The path behind what ``portable`` wrote."""
    if system != WINDOWS:
        return named.replace("$HOME", str(home), 1) if named.startswith("$HOME/") else named
    for name in VARIABLES:
        if named.lower().startswith(f"%{name}%\\".lower()) and environ.get(name):
            return environ[name].rstrip("\\/") + named[len(name) + 2 :]
    return named


def read(path: Path, encoding: str) -> dict[str, str]:
    """The settings in the file; empty where there is none or nobody can read it."""
    try:
        text = path.read_bytes().decode(encoding, "replace")
    except OSError:
        return {}
    return {row[0].upper(): row[1] for row in csv.reader(io.StringIO(text)) if len(row) == 2}


def render(settings: Mapping[str, str], encoding: str, interpreter: str) -> bytes:
    """The file's content; UsageError where the code page cannot write it (``interpreter`` is named in the sentence)."""
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(settings.items())
    try:
        return file.getvalue().encode(encoding)
    except UnicodeEncodeError as error:
        raise UsageError("addin.unreadable_path", path=interpreter) from error

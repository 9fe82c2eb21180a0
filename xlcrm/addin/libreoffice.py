"""The toolbar in LibreOffice: put there by LibreOffice's own ``unopkg``, told which Python holds xlcrm."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path

from xlcrm.errors import UsageError

NAME = "xlcrm.oxt"
IDENTIFIER = "org.xlcrm"
CONFIG = "libreoffice.json"  # in the user's own folder; macros/libreoffice/oxt/press.py reads it
SCREEN = "libreoffice-screen.json"  # beside it
PATIENCE = 180  # seconds; the first call makes LibreOffice's profile


def unopkg(folders: Iterable[Path]) -> Path:
    """LibreOffice's program for extensions, in one of ``folders`` or on the search path; UsageError without LibreOffice."""
    for folder in folders:
        for name in ("unopkg.com", "unopkg.exe", "unopkg"):
            if (folder / name).is_file():
                return folder / name
    found = shutil.which("unopkg")
    if found is None:
        raise UsageError("addin.no_office")
    return Path(found)


def install(program: Path, home: Path, interpreter: str) -> None:
    """Add the extension for this user, replacing an older one; ``interpreter`` is the Python that the buttons start.

    ``program`` is ``unopkg``, ``home`` xlcrm's folder of this user. UsageError when LibreOffice refuses.
    """
    tell(home, interpreter)
    with as_file(files("xlcrm.addin").joinpath(NAME)) as extension:
        _run(program, "add", "--force", "--suppress-license", str(extension))


def tell(home: Path, interpreter: str) -> None:
    """Write down which Python the buttons start. UsageError when the folder cannot be written."""
    path = home / CONFIG
    fresh = path.with_suffix(".new")
    try:
        home.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps({"python": interpreter}, ensure_ascii=False), "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise UsageError("addin.unwritable", path=path) from error


def show(home: Path, label: str, buttons: Iterable[str]) -> None:
    """Let the toolbar show ``label`` and these buttons. Silent where it is not installed or that fails: it stays as it is."""
    path = home / SCREEN
    content = json.dumps({"label": label, "visible": " ".join(buttons)}, ensure_ascii=False)
    with suppress(OSError, ValueError):
        if (home / CONFIG).exists() and not (path.exists() and path.read_text("utf-8") == content):
            fresh = path.with_suffix(".new")
            fresh.write_text(content, "utf-8")
            fresh.replace(path)


def uninstall(program: Path, home: Path) -> bool:
    """Remove the extension; whether it was there. UsageError when LibreOffice refuses."""
    known = (home / CONFIG).exists()
    if known:
        _run(program, "remove", IDENTIFIER)
        (home / CONFIG).unlink()
        (home / SCREEN).unlink(missing_ok=True)
    return known


def interpreter(home: Path) -> str:
    """The Python that the buttons start; "" when the extension was never installed."""
    try:
        found = json.loads((home / CONFIG).read_text("utf-8"))["python"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""


def _run(program: Path, *words: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - LibreOffice's own program with our own words
            [str(program), *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError("addin.office_refused", reason=type(error).__name__) from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        raise UsageError("addin.office_refused", reason=said[-1][:200] if said else str(done.returncode))

"""Where the add-in's files belong: Excel's own start folders, which need no administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NAME = "xlcrm.xlam"
XLWINGS = "0.37.8"  # the version whose VBA the add-in holds; on the Mac its script is called by this name
WINDOWS, MACOS = "Windows", "Darwin"
OFFICE = "Library/Group Containers/UBF8T346G9.Office/User Content.localized"
CONTAINER = "Library/Containers/com.microsoft.Excel/Data"
SCRIPTS = "Library/Application Scripts/com.microsoft.Excel"


@dataclass(frozen=True, slots=True)
class Places:
    """The paths on one machine.

    ``addin`` is opened by Excel at its start; ``config`` names the interpreter; ``screen`` tells the ribbon who works
    here; ``script`` (Mac only) lets Excel start programs; ``others`` are folders where a second copy may lie.
    """

    system: str
    addin: Path
    config: Path
    screen: Path
    script: Path | None
    others: tuple[Path, ...]


def find(system: str, home: Path, environ: Mapping[str, str]) -> Places | None:
    """The places on ``system`` ("Windows", "Darwin", ...; see platform.system) for the user at ``home``.

    None where there is no Excel. ``environ`` is asked for APPDATA and ProgramFiles.
    """
    if system == WINDOWS:
        office = Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "Microsoft"
        mine = home / ".xlcrm"  # where the add-in's VBA looks: %USERPROFILE%\.xlcrm
        programs = [Path(environ[name]) for name in ("ProgramFiles", "ProgramFiles(x86)") if environ.get(name)]
        shared = tuple(folder / "Microsoft Office/root/Office16/XLSTART" for folder in programs)
        start = office / "Excel" / "XLSTART"
        return Places(system, start / NAME, mine / "xlcrm.conf", mine / "xlcrm-ribbon.txt", None, (office / "AddIns", *shared))
    if system == MACOS:
        data = home / CONTAINER
        script = home / SCRIPTS / f"xlwings-{XLWINGS}.applescript"
        start = home / OFFICE / "Startup.localized" / "Excel"
        others = (home / OFFICE / "Add-Ins.localized",)
        return Places(system, start / NAME, data / "xlcrm.conf", data / "xlcrm-ribbon.txt", script, others)
    return None

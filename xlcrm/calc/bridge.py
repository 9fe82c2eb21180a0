"""UNO, LibreOffice's bridge to other programs: found where LibreOffice was installed, imported when first needed.

``uno`` belongs to LibreOffice and is in no package index. A virtual environment therefore does not see it; its folder
is put on the search path for the moment of the import only, so nothing else is taken from there.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ENVIRONMENT = "XLCRM_OFFICE"  # the program folder of a LibreOffice that lies elsewhere


class OfficeMissing(RuntimeError):
    """LibreOffice, or its bridge to Python, is not there or cannot be used; the message says what to do."""


def program_folders() -> Iterator[Path]:
    """Where LibreOffice's own programs may lie on this platform, the likeliest first; not all of them exist."""
    if named := os.environ.get(ENVIRONMENT):
        yield Path(named)
    if sys.platform == "win32":
        for variable in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)", "LOCALAPPDATA"):
            if root := os.environ.get(variable):
                yield Path(root) / "LibreOffice" / "program"
                yield Path(root) / "Programs" / "LibreOffice" / "program"
    elif sys.platform == "darwin":
        for root in (Path("/Applications"), Path.home() / "Applications"):
            yield root / "LibreOffice.app" / "Contents" / "MacOS"
            yield root / "LibreOffice.app" / "Contents" / "Resources"
    else:
        yield from (Path("/usr/lib/libreoffice/program"), Path("/usr/lib64/libreoffice/program"))
        yield from sorted(Path("/opt").glob("libreoffice*/program"), reverse=True)


def uno_folders() -> Iterator[Path]:
    """Where ``uno.py`` may lie: beside the programs, or among the packages of the distribution's own Python."""
    yield from program_folders()
    if sys.platform not in ("win32", "darwin"):
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        yield Path("/usr/lib/python3/dist-packages")
        for library in (Path("/usr/lib64"), Path("/usr/lib")):
            yield library / version / "site-packages"


def soffice() -> Path:
    """The program that starts LibreOffice; OfficeMissing if there is none."""
    for folder in program_folders():
        for name in ("soffice.exe", "soffice"):
            if (folder / name).is_file():
                return folder / name
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return Path(found)
    raise OfficeMissing(f"LibreOffice is not installed. Install LibreOffice Calc, or name its program folder in {ENVIRONMENT}.")


def uno() -> Any:
    """The module ``uno``; OfficeMissing when LibreOffice's Python bridge is absent or was built for another Python."""
    if "uno" in sys.modules:
        return sys.modules["uno"]
    refused = ""
    for folder in (None, *uno_folders()):
        if folder is not None and not (folder / "uno.py").is_file():
            continue
        try:
            return _import_from(folder)
        except ImportError as error:
            refused = refused or (f" ({folder}: {error})" if folder else "")
    raise OfficeMissing(
        f"LibreOffice's Python bridge (uno) cannot be used by Python {sys.version_info.major}.{sys.version_info.minor}{refused}. "
        f"Install python3-uno for this version of Python, or name LibreOffice's program folder in {ENVIRONMENT}."
    )


def _import_from(folder: Path | None) -> Any:
    if folder is None:
        return importlib.import_module("uno")
    sys.path.append(str(folder))
    try:
        return importlib.import_module("uno")
    finally:
        sys.path.remove(str(folder))


def struct(name: str, *values: object) -> Any:
    """A UNO structure, as ``struct("table.CellAddress", 0, 1, 2)``."""
    return uno().createUnoStruct(f"com.sun.star.{name}", *values)


def enum(name: str, value: str) -> Any:
    """A value of a UNO enumeration, as ``enum("sheet.CellDeleteMode", "UP")``."""
    return uno().Enum(f"com.sun.star.{name}", value)


def options(**values: object) -> tuple[Any, ...]:
    """Named arguments as UNO takes them."""
    return tuple(struct("beans.PropertyValue", name, 0, value, 0) for name, value in values.items())


def file_url(path: str | os.PathLike[str]) -> str:
    """The URL of a file."""
    return str(uno().systemPathToFileUrl(os.path.abspath(path)))  # noqa: PTH100 - resolve() would follow links


def file_path(url: str) -> str:
    """The path that a file's URL names; other URLs as they are."""
    return str(uno().fileUrlToSystemPath(url)) if url.startswith("file:") else url

"""What failed, for whoever has to repair it: the kind of error and the place in our code, never a person's data."""

from __future__ import annotations

import platform
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import xlcrm
from xlcrm.errors import XlcrmError

HOME = Path(xlcrm.__file__).parent
LARGEST = 500_000  # bytes; then the file gives way to a new one, the last one is kept


def write(folder: Path, moment: datetime, name: str, error: BaseException) -> Path | None:
    """Add a line about ``error`` in button ``name`` to the log in ``folder``; None when that is not possible.

    The line holds the moment, the button, type and catalogue key of the error and of what caused it, and the places
    in xlcrm's own code; no message and no value, since both may hold customers' data.
    """
    path = folder / "ribbon.log"
    where = f"xlcrm {xlcrm.__version__} {platform.system()} {platform.python_version()}"
    line = f"{moment:%Y-%m-%d %H:%M:%S} {name} {chain(error)} | {where}\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError:
        return None
    return path


def chain(error: BaseException) -> str:
    """An error and its causes: "BookError(sheets.changed) at sheets/files/package.py:88 < OSError at ..."."""
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(parts) < 5:
        key = f"({seen.key})" if isinstance(seen, XlcrmError) else ""
        parts.append(f"{type(seen).__name__}{key} at {_place(seen)}")
        seen = seen.__cause__ or seen.__context__
    return " < ".join(parts)


def _place(error: BaseException) -> str:
    """The innermost place in our own code."""
    found = "-"
    for frame in traceback.extract_tb(error.__traceback__):
        with suppress(ValueError):
            found = f"{Path(frame.filename).relative_to(HOME).as_posix()}:{frame.lineno}"
    return found

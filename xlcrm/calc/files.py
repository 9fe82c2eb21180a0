"""Workbooks on disk: which LibreOffice filter belongs to which kind of file."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

from xlcrm.calc.bridge import file_path, file_url, options
from xlcrm.calc.soffice import PROFILE

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xltx": "Calc MS Excel 2007 XML Template",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".csv": "Text - txt - csv (StarCalc)",
}
NEVER = 0  # com.sun.star.document.MacroExecMode.NEVER_EXECUTE, and UpdateDocMode.NO_UPDATE


def new(desktop: Any, visible: bool) -> Any:
    """A new, empty document."""
    return desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, options(Hidden=not visible))


def open_document(desktop: Any, path: Path, read_only: bool, password: str | None, visible: bool) -> Any:
    """The document in a file. No macro runs and no link is followed.

    FileNotFoundError; PermissionError when it is open elsewhere (LibreOffice would wait for an answer); OSError.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    if not read_only and (lock := path.with_name(f".~lock.{path.name}#")).exists() and not _left_behind(lock):
        raise PermissionError(errno.EACCES, "The workbook is open in another LibreOffice", str(path))
    wanted: dict[str, object] = {
        "ReadOnly": read_only,
        "Hidden": not visible,  # LibreOffice 7.4 is not steady with windows that no screen shows
        "MacroExecutionMode": NEVER,
        "UpdateDocMode": NEVER,
    }
    if password:
        wanted["Password"] = password
    document = desktop.loadComponentFromURL(file_url(path), "_blank", 0, options(**wanted))
    if document is None:
        raise OSError(f"LibreOffice cannot open {path}: damaged, encrypted with another password, or of an unknown kind.")
    return document


def _left_behind(lock: Path) -> bool:
    """Whether the lock belongs to a LibreOffice of ours that was killed; it is removed then. Its last part names the profile."""
    found = re.search(rf"(file:///[^,;]*/{PROFILE}[^,;/]*)", lock.read_text(encoding="utf-8", errors="replace"))
    if found is None or Path(file_path(found[1])).exists():
        return False
    lock.unlink(missing_ok=True)
    return True


def save(document: Any, path: Path, password: str | None) -> None:
    """Store ``document`` under ``path``, in the kind of file its name says.

    ValueError for a kind Calc cannot write; OSError.
    """
    kind = FILTERS.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"LibreOffice cannot save {path.suffix or 'a file without extension'}; it can {', '.join(FILTERS)}.")
    wanted: dict[str, object] = {"FilterName": kind, "Overwrite": True}
    if password:
        wanted["Password"] = password
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such folder", str(path.parent))
    try:
        document.storeAsURL(file_url(path), options(**wanted))
    except Exception as error:  # LibreOffice tells only a number
        raise OSError(errno.EIO, "LibreOffice could not save: read-only, full or open elsewhere", str(path)) from error


def export_pdf(document: Any, path: Path) -> None:
    """Print ``document`` into a PDF file."""
    document.storeToURL(file_url(path), options(FilterName="calc_pdf_Export"))

"""Files that a command is given, and those that it writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlcrm.errors import UsageError

WORKBOOKS = frozenset({".xlsx", ".xlsm"})


def existing(path: Path) -> Path:
    """``path`` itself; UsageError when there is no such file."""
    if path.is_dir():
        raise UsageError("cli.is_folder", path=path)
    if not path.is_file():
        raise UsageError("cli.missing", path=path)
    return path


def writable(path: Path, force: bool, suffix: str = ".xlsx") -> None:
    """UsageError when ``path`` does not end in ``suffix``, exists and may not be replaced, or its folder is not there."""
    if path.suffix.lower() != suffix:
        raise UsageError(f"cli.not_{suffix.lstrip('.')}", path=path)
    if not path.parent.is_dir():
        raise UsageError("cli.no_folder", path=path.parent)
    if path.exists() and not force:
        raise UsageError("cli.exists", path=path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says while ``path`` is written into one sentence."""
    try:
        yield
    except OSError as error:
        raise UsageError("cli.unwritable", path=path) from error

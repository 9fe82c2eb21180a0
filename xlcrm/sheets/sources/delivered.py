"""A delivered file as bytes: read once, and not while somebody is still writing it."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from xlcrm.errors import BookError
from xlcrm.sheets.files.package import LARGEST_FILE

_LOCKS = ("~$", ".~lock.", ".~")  # Excel and WPS, LibreOffice, WPS on Linux: who has the file open
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Delivered:
    """``data`` are the bytes of ``path``, ``name`` its name as it can be shown, ``digest`` the SHA-256 of ``data``."""

    path: Path
    name: str
    data: bytes
    digest: str
    size: int
    modified: int  # nanoseconds

    def settle(self) -> None:
        """BookError when the file is no longer what was read."""
        try:
            now = self.path.stat()
            same = (now.st_size, now.st_mtime_ns) == (self.size, self.modified)
            if same:
                with self.path.open("rb") as file:
                    same = hashlib.file_digest(file, "sha256").hexdigest() == self.digest
        except OSError as error:
            raise BookError("sources.changing", path=self.name) from error
        if not same:
            raise BookError("sources.changing", path=self.name)


def fetch(path: Path, root: Path | None = None) -> Delivered:
    """Read a file; BookError for what is none (folder, pipe, lock, link out of ``root``), is empty, too large or changing."""
    name = shown(path.name)
    if path.name.startswith(_LOCKS):
        raise BookError("sources.lock_file", path=name)
    try:
        if root is not None and not path.resolve(strict=True).is_relative_to(root.resolve()):
            raise BookError("sources.outside", path=name)
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            raise BookError("sources.no_file", path=name)
        if before.st_size == 0:
            raise BookError("sources.zero_bytes", path=name)
        if before.st_size > LARGEST_FILE:
            raise BookError("sheets.too_large", path=name)
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise BookError("sheets.not_found", path=name) from error
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle are a RuntimeError, a NUL in a name a ValueError
        raise BookError("sheets.unreadable", path=name) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise BookError("sources.changing", path=name)
    return Delivered(path, name, data, hashlib.sha256(data).hexdigest(), after.st_size, after.st_mtime_ns)


def shown(name: str) -> str:
    """A file's name for a sentence: what cannot be shown becomes U+FFFD, a very long one is shortened in its middle."""
    plain = "".join("\ufffd" if unicodedata.category(letter)[0] == "C" else letter for letter in name)
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 20]}…{plain[-19:]}"

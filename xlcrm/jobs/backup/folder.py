"""The folder of a store's backups, on a share or a sync drive: what lies there, one writer at a time, whole files only.

Each store has a folder of its own in it, named by the store's id. Packages find each other by their ids, not by their numbers:
two administrators whose folders are synchronised later fork the chain, and each fork is sound.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from xlcrm.errors import StoreError, UsageError
from xlcrm.model.identity import new_rid
from xlcrm.store.backup.package import Head, read_head
from xlcrm.store.backup.source import FULL

SUFFIX = ".xlcrmbak"
STALE = timedelta(hours=3)
"""A lock that is older was left behind by a machine that broke down."""

_LOCK = "backup.lock"
_PART = ".part"
_WRITING = 60  # seconds that nobody needs to write a lock
_ABANDONED = 24 * 3600  # seconds
_STORE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A package that lies in the folder, of ``size`` bytes."""

    path: Path
    head: Head
    size: int

    @property
    def at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.head.at)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What lies in a store's folder: packages, the oldest first, and what ends like one and cannot be read, with why."""

    packages: Sequence[Kept]
    faults: Sequence[StoreError]

    def chain(self, last: Kept) -> list[Kept]:
        """The full backup that ``last`` builds upon, and what leads from there to it; empty where one of them is missing."""
        by_id = {one.head.id: one for one in self.packages}
        found = [last]
        while found[-1].head.kind != FULL:
            parent = by_id.get(found[-1].head.parent)
            if parent is None or parent in found:
                return []
            found.append(parent)
        return found[::-1]

    def newest(self) -> list[Kept]:
        """The chain of the package that was made last; empty where none is whole."""
        for one in reversed(self.packages):
            if chain := self.chain(one):
                return chain
        return []


def stores(root: Path) -> list[Path]:
    """The folders of stores in ``root``, which may be such a folder itself. UsageError where it is not reached."""
    with reaching(root):
        if _STORE.fullmatch(root.name) or any(root.glob(f"*{SUFFIX}")):
            return [root]
        return sorted(one for one in root.iterdir() if _STORE.fullmatch(one.name) and one.is_dir())


def home(root: Path, store: str) -> Path:
    """The folder for the backups of ``store`` (its id) in ``root``, made where it is not there yet; ``root`` has to be.

    UsageError where it is missing (a share that is not connected), a file, or not to be written.
    """
    if not root.exists():
        raise UsageError("backup.folder_missing", path=root)
    if not root.is_dir():
        raise UsageError("backup.folder_is_file", path=root)
    folder = root if root.name == store else root / store
    with reaching(folder):
        folder.mkdir(exist_ok=True)
    return folder


def shelf(folder: Path) -> Shelf:
    """What lies in a store's folder. A package that is there twice, as sync drives leave copies, counts once; another store's
    is a fault.
    """
    found: dict[str, Kept] = {}
    faults = []
    with reaching(folder):
        paths = sorted(path for path in folder.iterdir() if path.suffix == SUFFIX and not path.name.startswith("."))
    for path in paths:
        try:
            head = read_head(path)
            if _STORE.fullmatch(folder.name) and head.store != folder.name:
                raise StoreError("backup.another_store", path=path)
        except StoreError as error:
            faults.append(error)
            continue
        with reaching(folder):
            kept = Kept(path, head, path.stat().st_size)
        if head.id not in found or path.name == name(head):
            found[head.id] = kept
    return Shelf(sorted(found.values(), key=lambda one: (one.head.at, one.head.number, one.head.id)), faults)


def name(head: Head) -> str:
    """The file name of a package: it sorts, and tells kind and moment."""
    return f"{head.number:06d}-{head.kind}-{datetime.fromisoformat(head.at):%Y%m%dT%H%M%S}-{head.id[-8:]}{SUFFIX}"


@contextmanager
def locked(folder: Path, who: str, now: datetime) -> Iterator[None]:
    """Keep every other writer out of the folder. UsageError names who is at it; a lock that was left behind is taken over."""
    path, mine = folder / _LOCK, new_rid()
    said = {"id": mine, "who": who, "machine": platform.node(), "process": os.getpid(), "at": now.isoformat(sep=" ")}
    with reaching(folder):
        for attempt in range(2):
            try:
                with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o666), "w", encoding="utf-8") as file:
                    json.dump(said, file, ensure_ascii=False)
                break
            except FileExistsError:
                other = _holder(path)
                if attempt or not _left_behind(other, path, now):
                    who, machine, at = (other.get(key, "?") for key in ("who", "machine", "at"))
                    raise UsageError("backup.locked", who=who, machine=machine, at=at, path=path) from None
                path.unlink(missing_ok=True)
        _tidy(folder)
    try:
        yield
    finally:
        if _holder(path).get("id") == mine:
            with suppress(OSError):
                path.unlink()


def _holder(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def _left_behind(holder: dict[str, str], path: Path, now: datetime) -> bool:
    """Whether nobody holds the lock any more: its process on this machine is gone, or it is too old."""
    try:
        if now - datetime.fromisoformat(holder["at"]) > STALE:
            return True
        return os.name == "posix" and holder["machine"] == platform.node() and not _runs(int(holder["process"]))
    except (KeyError, ValueError, TypeError, OverflowError):  # somebody is just writing it, or broke down meanwhile
        return time.time() - path.stat().st_mtime > _WRITING


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _tidy(folder: Path) -> None:
    """Remove what writers left that broke down, but not what a sync drive may just be bringing."""
    for path in folder.glob(f".*{_PART}"):
        if time.time() - path.stat().st_mtime > _ABANDONED:
            path.unlink(missing_ok=True)


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """A path to write a package to, in the folder, that counts for nothing yet; gone afterwards, if ``keep`` did not take it."""
    path = folder / f".{new_rid()}{_PART}"
    with reaching(folder):
        try:
            yield path
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def keep(part: Path, head: Head) -> Path:
    """Let a package that was written whole count: from now on it stands under its name, also after a power cut."""
    path = part.with_name(name(head))
    part.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            with suppress(OSError):  # some shares know no such thing
                os.fsync(folder)
        finally:
            os.close(folder)
    return path


@contextmanager
def reaching(folder: Path) -> Iterator[None]:
    """What the system says of the folder, as a sentence."""
    try:
        yield
    except OSError as error:
        raise UsageError(_SAID.get(error.errno or 0, "backup.folder_away"), path=folder, what=error.strerror or "") from error


_SAID = {
    errno.ENOSPC: "backup.folder_full",
    errno.EFBIG: "backup.folder_full",
    getattr(errno, "EDQUOT", errno.ENOSPC): "backup.folder_full",
    errno.EROFS: "backup.folder_readonly",
    errno.EACCES: "backup.folder_readonly",
    errno.EPERM: "backup.folder_readonly",
    errno.ENOTDIR: "backup.folder_is_file",
    errno.EEXIST: "backup.folder_is_file",
    errno.ENOENT: "backup.folder_missing",
}

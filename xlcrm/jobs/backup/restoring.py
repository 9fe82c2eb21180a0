"""Bringing a store back from its backups: built and proven in a file of its own, and only then laid where it is wanted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.crypto.chest import Opener
from xlcrm.errors import StoreError, XlcrmError
from xlcrm.jobs.backup.choosing import Rebuilt, knows, rebuilt
from xlcrm.jobs.backup.folder import Kept
from xlcrm.jobs.progress import Progress, silent
from xlcrm.model.identity import new_rid
from xlcrm.store.backup import scratch
from xlcrm.store.backup.proving import Proof, prove
from xlcrm.store.backup.scratch import Built
from xlcrm.store.share import on_share

_SUFFIX = ".restoring"
_LEFT_BEHIND = 3600  # seconds after which nobody can still be at it

Deliver = Callable[[Built], Sequence[str]]
"""Takes a proven scratch store where it is wanted; logins that were made on the way."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: the packages it came from, the moment of its last operation, and what was found when it was proven.

    ``wiped`` records were taken out of it that were erased later; ``passed``: what was wrong with packages it was done without;
    ``logins`` of people on a server that have no password yet.
    """

    chain: Sequence[Kept]
    at: str
    proof: Proof
    wiped: int
    passed: Sequence[XlcrmError]
    logins: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be restored: the store whose packages lie in the folder ``place``, as of ``moment`` ("": of the last backup).

    ``anyway``: also one that was not sound any more when it was backed up.
    """

    place: Path
    moment: str = ""
    anyway: bool = False


def to_file(wish: Wish, opener: Opener, target: Path, language: str = "zh", progress: Progress = silent) -> Restored:
    """Restore into the fresh SQLite file ``target``. StoreError where something is there, or it is on a share; as ``restore``.

    Nothing is left where it fails.
    """
    if on_share(target):
        raise StoreError("store.share", path=target)
    if target.exists():
        raise StoreError("backup.target_taken", path=target)

    def deliver(built: Built) -> Sequence[str]:
        built.store.close()
        _lay(Path(built.store.path), target)
        return ()

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return restore(wish, opener, target.parent, target.name, deliver, language, progress)
    except OSError as error:
        raise StoreError("backup.no_room", path=target, what=error.strerror or "") from error


def restore(
    wish: Wish, opener: Opener, room: Path, name: str, deliver: Deliver, language: str = "zh", progress: Progress = silent
) -> Restored:
    """Restore to wherever ``deliver`` brings it; the scratch store ``name`` lies in the folder ``room`` meanwhile.

    Broken, KeysError, UsageError as choosing.rebuilt; StoreError where the store was not sound.
    """
    with fresh(room, name) as path, rebuilt(wish.place, opener, path, wish.moment, language, progress) as found:
        proof = proven(found, language, progress)
        if not proof.sound and not wish.anyway:
            raise Unsound(proof)
        logins = deliver(found.built)
        return Restored(found.chain, found.built.at, proof, found.built.wiped, found.passed, logins)


def proven(found: Rebuilt, language: str, progress: Progress) -> Proof:
    """Look at all of a store that was built anew."""
    end = found.built.store.status().operations
    heads = [head for head in knows(found.chain) if int(head.partition(":")[0]) <= end]
    proof = prove(found.built.store, heads, lambda done, total: progress(text("backup.proving", language), done, total))
    progress("", 1, 1)
    return proof


class Unsound(StoreError):
    """A store was not sound when it was backed up: how many faults, and the first of them."""

    def __init__(self, proof: Proof) -> None:
        super().__init__("backup.unsound", count=len(proof.log.faults) + len(proof.shut))
        tampered: list[tuple[str, dict[str, object]]] = [("store.tampered", {"place": one, "path": ""}) for one in proof.shut]
        self._first = [*proof.log.faults, *tampered][0]

    def sentence(self, language: str = "zh") -> str:
        key, values = self._first
        return text(self.key, language, **self.values, first=text(key, language, **values))


@contextmanager
def fresh(room: Path, name: str) -> Iterator[Path]:
    """A path in ``room`` for a scratch store, which holds names in plain; those of restores that were cut off are removed."""
    for left in room.glob(f".{name}.*{_SUFFIX}*"):
        if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
            left.unlink(missing_ok=True)
    path = room / f".{name}.{new_rid()}{_SUFFIX}"
    try:
        yield path
    finally:
        scratch.remove(path)


def _lay(path: Path, target: Path) -> None:
    """Let the file ``path`` stand at ``target``, where nothing stands. StoreError where something does meanwhile."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        if os.name == "posix":  # a rename would take the place of what is there
            os.link(path, target)
        else:
            path.rename(target)
    except FileExistsError as error:
        raise StoreError("backup.target_taken", path=target) from error
    except OSError:  # some disks know no links
        if target.exists():
            raise
        path.rename(target)

"""Making a backup: full or what came since, written, read back, and what is not needed any more removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import gettempdir

from xlcrm.catalogue import text
from xlcrm.crypto.chest import Opener
from xlcrm.errors import UsageError, XlcrmError
from xlcrm.jobs.backup import drills, folder
from xlcrm.jobs.backup.drills import Drill
from xlcrm.jobs.backup.folder import Kept, Shelf
from xlcrm.jobs.backup.keeping import Policy, gone
from xlcrm.jobs.backup.purging import Purged, purge
from xlcrm.jobs.progress import Progress, silent
from xlcrm.model.context import Context
from xlcrm.store.backup.full import Watch
from xlcrm.store.backup.source import Apart, Reason, Source, Written
from xlcrm.store.base import Store

WEEK = timedelta(days=7)
"""A full backup that is older is followed by a new one, not by another increment."""
_TICK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: its package, and why it is a full one, None for an increment.

    ``removed`` are the packages that were not needed any more; ``purged`` how many were written anew without what erased
    customers said, ``unpurged`` the files of those that nobody here opens; ``faults`` what cannot be read; ``seconds`` it took.
    """

    kept: Kept
    written: Written
    why: Reason | None
    removed: Sequence[Kept]
    purged: int
    unpurged: Sequence[Path]
    faults: Sequence[XlcrmError]
    seconds: float


def make(
    store: Store,
    context: Context,
    root: Path,
    full: bool = False,
    policy: Policy | None = None,
    progress: Progress = silent,
    opener: Opener | None = None,
    room: Path | None = None,
) -> Made:
    """Back the store up into ``root``; a full backup where ``full`` asks for it or no increment can follow.

    Then older packages lose what customers said that were erased since: ``opener`` opens them (else what this machine has
    without asking), in a scratch store in ``room`` (else where the system keeps temporary files).

    UsageError without the right, where the folder is gone, full, read-only or a file, or somebody else is at it; StoreError where
    the store cannot be read.
    """
    begun, source, now = time.monotonic(), store.backups, context.clock()
    place = folder.home(root, source.store_id())

    def watch(done: int, total: int) -> None:
        progress(text("backup.making", context.language, done=f"{100 * done // max(total, 1)} %"), done, total)

    def rewriting(done: int, total: int) -> None:
        progress(text("backup.rewriting", context.language, done=done + 1, total=total), done, total)

    with folder.locked(place, context.actor.name, now), _ended(progress):
        shelf = folder.shelf(place)
        kept, written, why = _write(source, place, shelf, now, _why(shelf, now, full, drills.noted(place)), watch)
        faults: list[XlcrmError] = [*shelf.faults]
        removed, purged = list[Kept](), Purged(0, ())
        try:  # what was made is made, whatever becomes of the others
            removed = _remove(place, gone(Shelf([*shelf.packages, kept], ()), policy or Policy(), now, drills.proven(place)))
            left = Shelf([one for one in shelf.packages if one not in removed], ())
            purged = purge(place, left, opener or Opener(), written.erased, room or Path(gettempdir()), rewriting)
        except UsageError as error:
            faults.append(error)
    return Made(kept, written, why, removed, purged.count, purged.left, faults, time.monotonic() - begun)


@contextmanager
def _ended(progress: Progress) -> Iterator[None]:
    """Take the display of how far it is away, whatever happens."""
    try:
        yield
    finally:
        progress("", 1, 1)


def _write(
    source: Source, place: Path, shelf: Shelf, now: datetime, why: Reason | None, watch: Watch
) -> tuple[Kept, Written, Reason | None]:
    """Write a full backup where there is a reason ``why``, or one turns up; else an increment: with the reason."""
    number = max((one.head.number for one in shelf.packages), default=0) + 1
    # What was made last bears the latest time, whatever the clock of whoever made the one before said.
    at = f"{max([now, *(one.at + _TICK for one in shelf.packages)]):%Y-%m-%d %H:%M:%S}"
    if why is None:
        try:
            return *_keep(place, lambda path: source.increment(path, shelf.newest()[-1].head, number, at, watch)), None
        except Apart as error:
            why = error.reason
    return *_keep(place, lambda path: source.full(path, number, at, watch)), why


def _remove(place: Path, packages: list[Kept]) -> list[Kept]:
    with folder.reaching(place):
        for one in packages:
            one.path.unlink(missing_ok=True)
    return packages


def _why(shelf: Shelf, now: datetime, full: bool, drilled: Sequence[Drill]) -> Reason | None:
    """Why a full backup is to be made; None for an increment."""
    chain = shelf.newest()
    if full:
        return Reason("backup.full_asked")
    if not chain:
        return Reason("backup.full_first")
    if any(not one.ok and one.package in [kept.head.id for kept in chain] for one in drilled[-1:]):
        return Reason("backup.full_unproven")
    return Reason("backup.full_weekly") if now - chain[0].at >= WEEK else None


def _keep(place: Path, write: Callable[[Path], Written]) -> tuple[Kept, Written]:
    with folder.fresh(place) as part:
        written = write(part)
        path = folder.keep(part, written.head)
    return Kept(path, written.head, written.size), written


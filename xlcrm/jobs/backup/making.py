"""Making a backup: full or what came since, written, read back, and what is not needed any more removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.errors import XlcrmError
from xlcrm.jobs.backup import drills, folder
from xlcrm.jobs.backup.folder import Kept, Shelf
from xlcrm.jobs.backup.keeping import Policy, gone
from xlcrm.jobs.progress import Progress, silent
from xlcrm.model.context import Context
from xlcrm.store.backup.source import Apart, Written
from xlcrm.store.base import Store

WEEK = timedelta(days=7)
"""A full backup that is older is followed by a new one, not by another increment."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: its package, and why it is a full one (an error whose sentence says it), None for an increment.

    ``removed`` are the packages that were not needed any more; ``faults`` those that cannot be read; ``seconds`` it took.
    """

    kept: Kept
    written: Written
    why: XlcrmError | None
    removed: Sequence[Kept]
    faults: Sequence[XlcrmError]
    seconds: float


def make(
    store: Store,
    context: Context,
    root: Path,
    full: bool = False,
    policy: Policy | None = None,
    progress: Progress = silent,
) -> Made:
    """Back the store up into ``root``; a full backup where ``full`` asks for it or no increment can follow.

    UsageError without the right, where the
    folder is gone, full, read-only or a file, or somebody else is at it; StoreError where the store cannot be read.
    """
    begun, source, now = time.monotonic(), store.backups, context.clock()
    place = folder.home(root, source.store_id())

    def watch(done: int, total: int) -> None:
        progress(text("backup.making", context.language, done=f"{100 * done // max(total, 1)} %"), done, total)

    with folder.locked(place, context.actor.name, now):
        shelf = folder.shelf(place)
        number = max((one.head.number for one in shelf.packages), default=0) + 1
        why, at = _why(shelf, now, full), f"{now:%Y-%m-%d %H:%M:%S}"
        kept = None
        if why is None:
            try:
                kept, written = _keep(place, lambda path: source.increment(path, shelf.newest()[-1].head, number, at))
            except Apart as error:
                why = error
        if kept is None:
            kept, written = _keep(place, lambda path: source.full(path, number, at, watch))
        progress("", 1, 1)
        removed = gone(Shelf([*shelf.packages, kept], ()), policy or Policy(), now, drills.proven(place))
        with folder.reaching(place):
            for one in removed:
                one.path.unlink(missing_ok=True)
    return Made(kept, written, why, removed, shelf.faults, time.monotonic() - begun)


def _why(shelf: Shelf, now: datetime, full: bool) -> XlcrmError | None:
    """Why a full backup is to be made; None for an increment."""
    chain = shelf.newest()
    if full:
        return Apart("backup.full_asked")
    if not chain:
        return Apart("backup.full_first")
    return Apart("backup.full_weekly") if now - chain[0].at >= WEEK else None


def _keep(place: Path, write: Callable[[Path], Written]) -> tuple[Kept, Written]:
    with folder.fresh(place) as part:
        written = write(part)
        path = folder.keep(part, written.head)
    return Kept(path, written.head, written.size), written


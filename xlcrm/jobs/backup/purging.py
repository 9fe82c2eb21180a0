"""Older packages of a folder written anew once customers were erased: a backup keeps nothing that the store has to forget."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from xlcrm.crypto.chest import Opener
from xlcrm.errors import KeysError, StoreError
from xlcrm.jobs.backup import folder
from xlcrm.jobs.backup.folder import Shelf
from xlcrm.jobs.backup.restoring import fresh
from xlcrm.store.backup.purging import rewrite

Watch = Callable[[int, int], None]


def unwatched(done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many packages were written anew, and the files of those that could not be opened here: they still hold everything."""

    count: int
    left: tuple[Path, ...]


def purge(place: Path, there: Shelf, opener: Opener, erased: Collection[str], room: Path, watch: Watch = unwatched) -> Purged:
    """Take out of the packages of the folder ``place`` what the records ``erased`` (rids) said, where they do not know of it yet.

    The caller keeps other writers out of the folder. A scratch store lies in ``room`` meanwhile. ``watch`` is told how many of
    how many packages are done. UsageError of the folder.
    """
    count, left = 0, list[Path]()
    ignorant = [one for one in there.packages if one.head.erased < len(erased)]
    for number, one in enumerate(ignorant):
        watch(number, len(ignorant))
        try:
            with folder.fresh(place) as part, fresh(room, "purge") as path:
                done = folder.keep(part, rewrite(one.path, part, path, opener, erased))
        except (StoreError, KeysError):
            left.append(one.path)
            continue
        if done != one.path:  # it had another name, as sync drives give to copies
            with folder.reaching(place):
                one.path.unlink(missing_ok=True)
        count += 1
    return Purged(count, tuple(left))

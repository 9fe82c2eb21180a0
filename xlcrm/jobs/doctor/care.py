"""How a store's data is kept, as far as the asking person has to see to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

BACKUP_AGE = timedelta(hours=36)
"""A daily backup that is older was missed."""
PROOF_AGE = timedelta(days=8)
"""A weekly drill that is older was missed."""
VERIFY_AGE = timedelta(days=31)
"""The log is to be verified as a whole once a month."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What this machine knows of a store's backups: where they go ("" = nowhere), whether the place is there, when the last one
    was made, how many files there cannot be read, and the last restore that was tried: when, and why it failed ("" = it did not).
    """

    folder: str = ""
    reached: bool = True
    last: datetime | None = None
    tried: datetime | None = None
    failed: str = ""
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """Free bytes at a place that needs some: ``what`` is home, store or backup."""

    what: str
    place: Path
    free: int
    needed: int


@dataclass(frozen=True, slots=True)
class Care:
    """The defaults describe a store in good order, or one that is no business of the person's.

    ``backup`` and ``begun`` (when the oldest customer was stored) are None for who has not to see to backups, or to the log.
    """

    now: datetime = datetime.min
    backup: Backup | None = None
    sealed: bool = True  # the log ends as it was left
    begun: datetime | None = None
    verified: datetime | None = None  # when the whole log was verified last
    unreviewed: int = 0  # own customers, a manager's department's, that last month's review passed over
    rooms: tuple[Room, ...] = ()
    schema: int = 0

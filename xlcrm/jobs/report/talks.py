"""The interactions, read once: who followed each up, when it was recorded, and whether that was late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from xlcrm.store.base import Columns


@dataclass(frozen=True, slots=True)
class Talks:
    """``found`` holds the columns of the interactions; ``places`` are their customers, ``late`` says of each whether it was
    recorded late, ``by`` who followed it up (else the customer's owner).
    """

    found: Columns
    places: Sequence[int]
    late: list[bool]
    by: list[str | None]

    def within(self, since: str, until: str) -> list[int]:
        """Those recorded from one moment on, before the other."""
        return [one for one, made in enumerate(self.found["created_at"]) if made and since <= made < until]


def read(found: Columns, places: Sequence[int], owner: Sequence[str | None], limit: timedelta) -> Talks:
    """The interactions ``found`` with the customers at ``places``; ``owner`` is the customers' column."""
    late = [
        at is not None and made is not None and at[:10] != made[:10] and is_late(at, made, limit)
        for at, made in zip(found["at"], found["created_at"], strict=True)
    ]
    by = [who or owner[place] for who, place in zip(found["follower"], places, strict=True)]
    return Talks(found, places, late, by)


def is_late(at: str, made: str, limit: timedelta) -> bool:
    """Whether what happened at one moment was recorded more than ``limit`` (a day, or longer) later."""
    return datetime.fromisoformat(made) - datetime.fromisoformat(at) > limit

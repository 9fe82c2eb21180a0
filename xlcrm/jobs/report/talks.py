"""The interactions, read once: who followed each up, when it was recorded, and whether that was late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from xlcrm.store.base import Columns

_ONE_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Talks:
    """``found`` holds the columns of the interactions; ``late`` says of each whether it was recorded late, ``by`` who followed it
    up (else the customer's owner).
    """

    found: Columns
    late: list[bool]
    by: list[str | None]

    def within(self, since: str, until: str) -> list[int]:
        """Those recorded from one moment on, before the other."""
        return [one for one, made in enumerate(self.found["created_at"]) if made and since <= made < until]


def read(found: Columns, owners: dict[str | None, str | None], limit: timedelta) -> Talks:
    """The interactions ``found``; ``owners`` are those of the customers, by rid."""
    late = [is_late(at, made, limit) for at, made in zip(found["at"], found["created_at"], strict=True)]
    by = [who or owners[of] for who, of in zip(found["follower"], found["customer"], strict=True)]
    return Talks(found, late, by)


def is_late(at: str | None, made: str | None, limit: timedelta) -> bool:
    """Whether what happened at one moment was recorded more than ``limit`` later; what says neither was not."""
    if not at or not made or (at[:10] == made[:10] and limit >= _ONE_DAY):
        return False
    return datetime.fromisoformat(made) - datetime.fromisoformat(at) > limit

"""Which packages stay: all of the last weeks, then a full one a week, then a full one a month."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from xlcrm.errors import UsageError
from xlcrm.jobs.backup.folder import Kept, Shelf
from xlcrm.store.backup.source import FULL

_FORM = re.compile(r"(\d{1,4})([dwm])")
_MONTH = 31  # days


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything for ``days`` days, then one full backup a week for ``weeks`` weeks, then one a month for ``months`` months."""

    days: int = 35
    weeks: int = 8
    months: int = 12

    def __str__(self) -> str:
        return f"{self.days}d,{self.weeks}w,{self.months}m"


def policy(said: str) -> Policy:
    """What ``--keep`` says, such as "35d,8w,12m"; what it leaves out is 0. UsageError for anything else, and for no days."""
    parts = [_FORM.fullmatch(part.strip()) for part in said.lower().split(",")]
    found = {part[2]: int(part[1]) for part in parts if part}
    if len(found) != len(parts) or not found.get("d"):
        raise UsageError("backup.bad_policy", said=said)
    return Policy(found["d"], found.get("w", 0), found.get("m", 0))


def gone(shelf: Shelf, policy: Policy, now: datetime, proven: Collection[str] = ()) -> list[Kept]:
    """The packages that are not needed any more, each before the one it builds upon.

    ``proven``: the ids of packages from which a restore was proven; the last of them stays with all it builds upon, as do the
    newest chain and the one before it: a clock that is wrong by years takes away no more than what is between.
    """
    all_until = now - timedelta(days=policy.days)
    weekly = all_until - timedelta(weeks=policy.weeks)
    monthly = weekly - timedelta(days=_MONTH * policy.months)
    wanted = [one for one in shelf.packages if one.at >= all_until]
    older = [one for one in shelf.packages if one.head.kind == FULL and one.at < all_until]
    wanted += _last(one for one in older if one.at >= weekly)
    wanted += _last((one for one in older if monthly <= one.at < weekly), by_month=True)
    newest = shelf.newest()
    wanted += newest[-1:] + Shelf([one for one in shelf.packages if one not in newest], ()).newest()[-1:]
    wanted += [one for one in shelf.packages if one.head.id in proven][-1:]
    staying = {kept.head.id for one in wanted for kept in shelf.chain(one) or [one]}
    return [one for one in reversed(shelf.packages) if one.head.id not in staying]


def _last(packages: Iterable[Kept], by_month: bool = False) -> list[Kept]:
    """The last one of each week, or month."""
    return list({(one.at.year, one.at.month) if by_month else one.at.isocalendar()[:2]: one for one in packages}.values())

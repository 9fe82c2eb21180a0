"""Working days in China: public holidays and make-up days, as the State Council publishes them each year.

For a year whose make-up days are not published yet the calendar is an estimate, and says so (design.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day, and whether it is estimated (暂估)."""

    day: date
    estimated: bool


def working_day(day: date, own: Mapping[date, bool] | None = None) -> bool:
    """Whether people work on ``day``; ``own`` overrides single days (True: work, False: free)."""
    if own and day in own:
        return own[day]
    return bool(_china(day.year).is_working_day(day))


def deadline(start: date, days: int, own: Mapping[date, bool] | None = None) -> Deadline:
    """The ``days``-th working day after ``start`` (which does not count itself)."""
    day = start
    estimated = False
    while days > 0:
        day += timedelta(days=1)
        estimated = estimated or not (published(day.year, own) or bool(own and day in own))
        if working_day(day, own):
            days -= 1
    return Deadline(day, estimated)


def published(year: int, own: Mapping[date, bool] | None = None) -> bool:
    """Whether the make-up days of ``year`` are known: to the calendar, or to the team, who entered some of its own."""
    entered = any(works and day.year == year and day.weekday() >= _SATURDAY for day, works in (own or {}).items())
    return entered or any(day.year == year for day in _china(year).weekend_workdays)


@cache
def _china(year: int) -> Any:
    return _calendar()(years=year)


@cache
def _calendar() -> Any:
    """The class of China's calendar; from its file, as importing its package loads 250 other countries (0.15 s)."""
    import holidays

    path = Path(holidays.__file__).with_name("countries") / "china.py"
    spec = spec_from_file_location("holidays.countries.china", path)
    assert spec is not None and spec.loader is not None, "a file of Python has a loader"
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.China

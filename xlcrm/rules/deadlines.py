"""By when each step is due (mission section 7; documents 000, 001, 004).

Requests run on clock hours, nights and holidays included; what people confirm, answer or tell runs on China's working days.
A day's deadline is its last second. Every number is a setting of the store (``HOURS``, ``DAYS``), and so are the team's own
days: "holidays" and "workdays", days separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType

from xlcrm.model.operation import Values
from xlcrm.model.vocabularies import Option
from xlcrm.rules.calendar import deadline

HOURS: Mapping[str, int] = {"request_hours": 24, "urgent_hours": 2}
"""Settings in clock hours from 待处理 on: a request, an urgent one. "late_hours" of entries is the rulebook's."""
DAYS: Mapping[str, int] = {"confirm_days": 2, "tell_days": 1, "answer_days": 2, "due_days": 3, "escalate_days": 1}
"""Settings in working days: the initiator confirms, the customer is told, a proposal is answered, 待补全 is filled in, and
after how many more somebody's superior is told of what is overdue."""
HOLIDAYS, WORKDAYS = "holidays", "workdays"
"""The settings with days off, and days worked, that the published calendar does not have (or not yet)."""

_UNDER_WAY = frozenset({"open", "verifying", "failed"})
_DONE = frozenset({"updated", "confirmed"})
_LAST = time(23, 59, 59)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")


@dataclass(frozen=True, slots=True)
class Due:
    """The moment by which something is to be done, and whether it is an estimate (暂估): a year without published days."""

    moment: datetime
    estimated: bool = False

    def passed(self, moment: datetime) -> bool:
        """Whether it is too late at ``moment``."""
        return moment > self.moment


def own_days(settings: Mapping[str, str]) -> Mapping[date, bool]:
    """The team's own days by the settings of its store: True is worked, False is off. What is no day is left out."""
    return _own_days(settings.get(HOLIDAYS, ""), settings.get(WORKDAYS, ""))


def with_own(settings: Mapping[str, str], options: Mapping[str, Iterable[Option]]) -> Mapping[str, str]:
    """``settings`` with the days that a workbook's 数据字典 adds in its lists "holiday" and "workday" (``options``)."""
    more = {name: ",".join(option.label("zh") for option in options.get(name[:-1], ())) for name in (HOLIDAYS, WORKDAYS)}
    return {**settings, **{name: f"{settings.get(name, '')},{days}" for name, days in more.items() if days}}


def count(settings: Mapping[str, str], name: str) -> int:
    """A setting of ``DAYS`` or ``HOURS``; its default where it is unset or is no number."""
    said = settings.get(name, "").strip()
    return int(said) if said.isdecimal() and len(said) < 5 else {**HOURS, **DAYS}[name]


def request_due(request: Values, settings: Mapping[str, str]) -> Due | None:
    """By when the next step of a request is due: its update, then the initiator's confirmation. None once nothing is."""
    state = request.get("state") or ""
    if state in _UNDER_WAY and request.get("opened_at"):
        hours = count(settings, "urgent_hours" if request.get("urgency") == "urgent" else "request_hours")
        return Due(datetime.fromisoformat(request["opened_at"] or "") + timedelta(hours=hours))
    if state == "updated" and request.get("done_on"):
        return working_due(request["done_on"] or "", "confirm_days", settings)
    return None


def telling_due(request: Values, settings: Mapping[str, str]) -> Due | None:
    """By when the customer who asked for the change is to be told that it was made; None where nobody is, or was told."""
    asked = request.get("raised_through") == "customer" and request.get("state") in _DONE and not request.get("told_on")
    return working_due(request["done_on"] or "", "tell_days", settings) if asked and request.get("done_on") else None


def proposal_due(made_at: str, settings: Mapping[str, str]) -> Due:
    """By when a proposal that was made at this moment (ISO) is to be answered."""
    return working_due(made_at, "answer_days", settings)


def completing_due(made_at: str, settings: Mapping[str, str]) -> Due:
    """By when what was 待补全 at this moment (ISO) is to be filled in."""
    return working_due(made_at, "due_days", settings)


def escalation_due(due: Due, settings: Mapping[str, str]) -> Due:
    """From when on what was ``due`` is told to a superior: the same time of day, so many working days later."""
    later = deadline(due.moment.date(), count(settings, "escalate_days"), own_days(settings))
    return Due(datetime.combine(later.day, due.moment.time()), due.estimated or later.estimated)


def working_due(start: str, name: str, settings: Mapping[str, str]) -> Due:
    """The end of the working day as many after the day of ``start`` (an ISO day or moment) as the setting ``name`` says."""
    found = deadline(date.fromisoformat(start[:10]), count(settings, name), own_days(settings))
    return Due(datetime.combine(found.day, _LAST), found.estimated)


def end_of(day: str) -> Due:
    """The end of a day (ISO) that people named themselves."""
    return Due(datetime.combine(date.fromisoformat(day[:10]), _LAST))


@cache
def _own_days(holidays: str, workdays: str) -> Mapping[date, bool]:
    return MappingProxyType(dict.fromkeys(_days(holidays), False) | dict.fromkeys(_days(workdays), True))


def _days(said: str) -> list[date]:
    found = []
    for year, month, day in _DAY.findall(said):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:  # somebody wrote it by hand; the rest still counts
            continue
    return found

"""Keeping data alive: when a customer is reviewed again, when it sleeps, whether it can be reached (002 2.2, 003 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from xlcrm.model.fields import Need
from xlcrm.model.operation import Values
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.checks.needs import INSTEAD

DORMANT_DAYS = 365
"""Days without business after which a customer sleeps (休眠客户): setting "dormant_days"."""
OPEN_STAGES = frozenset({"first", "need", "offer", "negotiation"})


class Period(StrEnum):
    """How often something is reviewed."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"  # half a year

    def begins(self, day: date) -> date:
        """The first day of the period that ``day`` is in."""
        months = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF: 6}[self]
        return date(day.year, (day.month - 1) // months * months + 1, 1)


@dataclass(frozen=True, slots=True)
class Pulse:
    """How alive a customer is: the last day of business with it, and the next day that something is planned for."""

    last: date | None
    planned: date | None

    def dormant_since(self, day: date, after: int = DORMANT_DAYS) -> date | None:
        """The day from which the customer counts as sleeping; None where it does not, or nothing is known of it."""
        if self.last is None or (self.planned is not None and self.planned >= day):
            return None
        since = self.last + timedelta(days=after)
        return since if since <= day else None


def pulse(
    customer: Values, created: str | None, talks: Iterable[Values], chances: Iterable[Values], plans: Sequence[Values]
) -> Pulse:
    """The pulse of a customer with its interactions, opportunities and activities.

    Business is a conversation, or what was held on a day that is past; a plan is a next step with a day, an opportunity that
    is open, an activity to come, a contract that runs.
    """
    past = [_day(customer.get("first_contact")), _day(created)]
    ahead = [_day(customer.get("contract_end")), _day(customer.get("decision_date"))]
    for talk in talks:
        past.append(_day(talk.get("at")))
        ahead.append(_day(talk.get("next_due")))
    ahead += [_day(chance.get("expected_on")) for chance in chances if chance.get("stage") in OPEN_STAGES]
    ahead += [_day(plan.get("on")) for plan in plans]
    past += [_day(plan.get("on")) for plan in plans if plan.get("execution")]
    return Pulse(max((day for day in past if day), default=None), max((day for day in ahead if day), default=None))


def contact_failed(customer: Values, contacts: Iterable[Values]) -> bool:
    """Whether the customer can be reached no longer: its telephone failed, and no other contact is valid."""
    if customer.get("phone_check") != "invalid":
        return False
    return not any(one.get("valid") != "gone" and (one.get("phone") or one.get("email")) for one in contacts)


def due(reviewed: str | None, period: Period, day: date) -> bool:
    """Whether a customer last reviewed at ``reviewed`` (a moment or day, None = never) is to be reviewed in this period."""
    last = _day(reviewed)
    return last is None or last < period.begins(day)


def overdue_before(day: date) -> str:
    """The first day of last month: a customer neither stored nor reviewed since was passed over by last month's review."""
    return Period.MONTH.begins(Period.MONTH.begins(day) - timedelta(days=1)).isoformat()


def wanting(customer: Values) -> list[str]:
    """The fields that a customer should have by now and has not (待补全); either of two may stand for 客户规模 (001 三)."""
    kind = customer.get("kind") or CUSTOMER["kind"].default
    blank = [field for field in CUSTOMER.data if field.need is Need.DUE and not customer.get(field.key)]
    return [
        field.key
        for field in blank
        if (not field.applies or field.applies == kind) and not any(customer.get(one) for one in INSTEAD.get(field.key, ()))
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None

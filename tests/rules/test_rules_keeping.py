"""When a customer is reviewed again, when it sleeps, what it lacks."""

from __future__ import annotations

from datetime import date

import pytest

from xlcrm.model.operation import Values
from xlcrm.rules import keeping
from xlcrm.rules.keeping import Period, Pulse

TODAY = date(2025, 8, 20)


@pytest.mark.parametrize(
    ("period", "day", "begins"),
    [
        (Period.MONTH, date(2025, 8, 31), date(2025, 8, 1)),
        (Period.QUARTER, date(2025, 8, 20), date(2025, 7, 1)),
        (Period.QUARTER, date(2025, 3, 31), date(2025, 1, 1)),
        (Period.HALF, date(2025, 6, 30), date(2025, 1, 1)),
        (Period.HALF, date(2025, 7, 1), date(2025, 7, 1)),
    ],
)
def test_a_period_begins_on_the_first_of_its_first_month(period: Period, day: date, begins: date) -> None:
    assert period.begins(day) == begins


@pytest.mark.parametrize(
    ("day", "since"), [(TODAY, "2025-07-01"), (date(2026, 1, 31), "2025-12-01"), (date(2025, 3, 1), "2025-02-01")]
)
def test_a_review_is_overdue_once_its_month_is_over(day: date, since: str) -> None:
    assert keeping.overdue_before(day) == since


def test_a_customer_is_due_once_a_period() -> None:
    assert keeping.due(None, Period.MONTH, TODAY)
    assert keeping.due("2025-07-31 18:00:00", Period.MONTH, TODAY)
    assert not keeping.due("2025-08-01 09:00:00", Period.MONTH, TODAY)
    assert not keeping.due("2025-07-01", Period.QUARTER, TODAY)


def test_a_customer_sleeps_after_a_year_without_business_and_without_plan() -> None:
    last = date(2024, 8, 20)
    assert Pulse(last, None).dormant_since(TODAY) == TODAY
    assert Pulse(date(2024, 8, 21), None).dormant_since(TODAY) is None, "a day short of a year"
    assert Pulse(last, TODAY).dormant_since(TODAY) is None, "something is planned for today"
    assert Pulse(last, date(2025, 8, 19)).dormant_since(TODAY) == TODAY, "what was planned is past"
    assert Pulse(None, None).dormant_since(TODAY) is None, "nothing is known"
    assert Pulse(date(2025, 6, 1), None).dormant_since(TODAY, 30) == date(2025, 7, 1), "the team counts other days"


def test_business_and_plans_come_from_all_that_belongs_to_a_customer() -> None:
    customer: Values = {"first_contact": "2023-05-01", "contract_end": "2024-01-31"}
    found = keeping.pulse(customer, "2023-06-01 10:00:00", [], [], [])
    assert found == Pulse(date(2023, 6, 1), date(2024, 1, 31))
    talks: list[Values] = [
        {"at": "2025-01-05 10:00:00", "next_due": "2025-02-01"},
        {"at": "2024-12-05 10:00:00", "next_due": None},
    ]
    chances: list[Values] = [{"stage": "offer", "expected_on": "2025-09-30"}, {"stage": "lost", "expected_on": "2026-09-30"}]
    plans: list[Values] = [{"on": "2025-03-03", "execution": "已举办"}, {"on": "2025-10-10", "execution": None}]
    assert keeping.pulse(customer, None, talks, chances, plans) == Pulse(date(2025, 3, 3), date(2025, 10, 10))


def test_a_customer_cannot_be_reached_when_its_telephone_failed_and_nobody_else_is_left() -> None:
    assert not keeping.contact_failed({"phone_check": "phone"}, [])
    assert keeping.contact_failed({"phone_check": "invalid"}, [])
    assert keeping.contact_failed({"phone_check": "invalid"}, [{"valid": "gone", "phone": "+8613912345678"}])
    assert not keeping.contact_failed({"phone_check": "invalid"}, [{"valid": "valid", "email": "li@haihe.example"}])


def test_what_is_wanting_are_the_fields_that_may_only_wait() -> None:
    whole: Values = dict.fromkeys(("industry", "size", "contact_title", "source", "first_contact", "status"), "x")
    assert keeping.wanting(whole) == []
    assert keeping.wanting(whole | {"size": None}) == ["size"]
    assert keeping.wanting(whole | {"size": None, "employees": "30"}) == [], "either of two suffices"
    assert keeping.wanting(whole | {"size": None, "kind": "person"}) == [], "a person has no size"

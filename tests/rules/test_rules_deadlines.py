"""Deadlines by hand: sixty days of 2024 to 2026 as the State Council's notices have them, none of them computed.

- 2024: 国办发明电〔2023〕7号. Off: 1-1; 2-10 to 2-17; 4-4 to 4-6; 5-1 to 5-5; 6-10; 9-15 to 9-17; 10-1 to 10-7.
  Worked: 2-4, 2-18, 4-7, 4-28, 5-11, 9-14, 9-29, 10-12.
- 2025: 国办发明电〔2024〕12号. Off: 1-1; 1-28 to 2-4; 4-4 to 4-6; 5-1 to 5-5; 5-31 to 6-2; 10-1 to 10-8.
  Worked: 1-26, 2-8, 4-27, 9-28, 10-11.
- 2026: 国办发明电〔2025〕7号. Off: 1-1 to 1-3; 2-15 to 2-23; 4-4 to 4-6; 5-1 to 5-5; 6-19 to 6-21; 9-25 to 9-27; 10-1 to 10-7.
  Worked: 1-4, 2-14, 2-28, 5-9, 9-20, 10-10.
"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from xlcrm.model.operation import Values
from xlcrm.model.vocabularies import Option
from xlcrm.rules.deadlines import (
    Due,
    completing_due,
    escalation_due,
    own_days,
    proposal_due,
    request_due,
    telling_due,
    with_own,
)

TELL, CONFIRM, ANSWER, COMPLETE = "tell", "confirm", "answer", "complete"  # within 1, 2, 2 and 3 working days
DAYS = [
    (TELL, "2023-12-29", "2024-01-02"),  # over New Year's Day, a Monday
    (CONFIRM, "2023-12-29", "2024-01-03"),
    (TELL, "2024-01-05", "2024-01-08"),  # a plain weekend
    (CONFIRM, "2024-02-02", "2024-02-05"),  # Sunday the 4th is worked
    (TELL, "2024-02-03", "2024-02-04"),
    (TELL, "2024-02-08", "2024-02-09"),  # New Year's Eve was no holiday in 2024
    (CONFIRM, "2024-02-08", "2024-02-18"),  # over the Spring Festival, to a Sunday that is worked
    (COMPLETE, "2024-02-08", "2024-02-19"),
    (TELL, "2024-02-09", "2024-02-18"),
    (CONFIRM, "2024-02-28", "2024-03-01"),  # a leap day is a day
    (TELL, "2024-02-28", "2024-02-29"),
    (COMPLETE, "2024-02-27", "2024-03-01"),
    (TELL, "2024-04-03", "2024-04-07"),  # Qingming, and a Sunday that is worked
    (CONFIRM, "2024-04-03", "2024-04-08"),
    (TELL, "2024-04-26", "2024-04-28"),
    (CONFIRM, "2024-04-29", "2024-05-06"),  # Labour Day
    (COMPLETE, "2024-05-08", "2024-05-11"),  # a Saturday that is worked
    (TELL, "2024-05-10", "2024-05-11"),
    (TELL, "2024-06-07", "2024-06-11"),  # Dragon Boat
    (ANSWER, "2024-09-12", "2024-09-14"),
    (TELL, "2024-09-14", "2024-09-18"),  # Mid-Autumn
    (CONFIRM, "2024-09-27", "2024-09-30"),  # Sunday the 29th is worked
    (TELL, "2024-09-30", "2024-10-08"),  # National Day
    (COMPLETE, "2024-10-10", "2024-10-14"),  # Saturday the 12th is worked, the Sunday is not
    (TELL, "2024-12-31", "2025-01-02"),  # New Year's Day, a Wednesday
    (CONFIRM, "2024-12-30", "2025-01-02"),
    (TELL, "2025-01-24", "2025-01-26"),  # a Sunday that is worked
    (CONFIRM, "2025-01-24", "2025-01-27"),
    (COMPLETE, "2025-01-24", "2025-02-05"),  # over the Spring Festival
    (TELL, "2025-01-27", "2025-02-05"),
    (COMPLETE, "2025-02-05", "2025-02-08"),  # a Saturday that is worked
    (TELL, "2025-02-07", "2025-02-08"),
    (TELL, "2025-02-08", "2025-02-10"),
    (TELL, "2025-02-28", "2025-03-03"),  # no leap year
    (TELL, "2025-04-03", "2025-04-07"),  # Qingming, nothing to make up for
    (TELL, "2025-04-25", "2025-04-27"),
    (CONFIRM, "2025-04-29", "2025-05-06"),
    (CONFIRM, "2025-05-30", "2025-06-04"),  # Dragon Boat
    (TELL, "2025-09-26", "2025-09-28"),
    (COMPLETE, "2025-09-28", "2025-10-09"),  # National Day and Mid-Autumn, eight days
    (TELL, "2025-09-30", "2025-10-09"),
    (CONFIRM, "2025-10-09", "2025-10-11"),
    (TELL, "2025-10-11", "2025-10-13"),
    (CONFIRM, "2025-12-31", "2026-01-05"),  # New Year, and a Sunday that is worked
    (TELL, "2025-12-31", "2026-01-04"),
    (TELL, "2026-02-13", "2026-02-14"),
    (CONFIRM, "2026-02-13", "2026-02-24"),  # the Spring Festival, nine days
    (TELL, "2026-02-14", "2026-02-24"),
    (COMPLETE, "2026-02-25", "2026-02-28"),
    (TELL, "2026-02-28", "2026-03-02"),
    (TELL, "2026-04-03", "2026-04-07"),
    (CONFIRM, "2026-04-30", "2026-05-07"),
    (COMPLETE, "2026-05-06", "2026-05-09"),
    (TELL, "2026-06-18", "2026-06-22"),
    (TELL, "2026-09-18", "2026-09-20"),
    (CONFIRM, "2026-09-23", "2026-09-28"),  # Mid-Autumn
    (TELL, "2026-09-30", "2026-10-08"),
    (ANSWER, "2026-10-08", "2026-10-10"),
    (TELL, "2026-10-10", "2026-10-12"),
    (TELL, "2026-12-30", "2026-12-31"),
]
HOURS = [
    ("normal", "2024-12-31 18:00:00", "2025-01-01 18:00:00"),  # nobody's holiday stops the clock
    ("urgent", "2024-12-31 23:30:00", "2025-01-01 01:30:00"),
    ("normal", "2024-02-28 09:15:00", "2024-02-29 09:15:00"),
    ("normal", "2024-02-29 10:00:00", "2024-03-01 10:00:00"),
    ("normal", "2025-02-28 10:00:00", "2025-03-01 10:00:00"),
    ("urgent", "2024-02-28 23:00:00", "2024-02-29 01:00:00"),
    ("normal", "2025-01-28 20:00:00", "2025-01-29 20:00:00"),  # New Year's Eve
    ("urgent", "2025-03-30 01:30:00", "2025-03-30 03:30:00"),  # the night in which Europe loses an hour, and China none
    ("normal", "2025-10-25 02:30:00", "2025-10-26 02:30:00"),  # and the one that has 25 hours there
    ("normal", "2026-02-14 17:59:59", "2026-02-15 17:59:59"),
]


def due(kind: str, start: str, settings: dict[str, str] | None = None) -> Due | None:
    said = settings or {}
    if kind == ANSWER:
        return proposal_due(f"{start} 09:00:00", said)
    if kind == COMPLETE:
        return completing_due(f"{start} 23:59:00", said)
    request: Values = {"state": "updated", "done_on": start, "raised_through": "customer"}
    return telling_due(request, said) if kind == TELL else request_due(request, said)


def test_the_table_has_sixty_days() -> None:
    assert len(set(DAYS)) == len(DAYS) == 60
    assert {day[:4] for _, _, day in DAYS} == {"2024", "2025", "2026"}


@pytest.mark.parametrize(("kind", "start", "until"), DAYS)
def test_working_days(kind: str, start: str, until: str) -> None:
    assert due(kind, start) == Due(datetime.fromisoformat(f"{until} 23:59:59"), estimated=False)


@pytest.mark.parametrize("state", ["open", "verifying", "failed"])
@pytest.mark.parametrize(("urgency", "opened", "until"), HOURS)
def test_clock_hours(urgency: str, opened: str, until: str, state: str) -> None:
    request: Values = {"state": state, "urgency": urgency, "opened_at": opened}
    assert request_due(request, {}) == Due(datetime.fromisoformat(until))


def test_a_deadline_passes_with_its_last_second() -> None:
    found = due(TELL, "2025-03-03")
    assert found is not None
    assert not found.passed(datetime(2025, 3, 4, 23, 59, 59))
    assert found.passed(datetime(2025, 3, 5))


@pytest.mark.parametrize(
    "request_",
    [
        {"state": "confirmed", "done_on": "2025-03-03"},
        {"state": "closed", "done_on": "2025-03-03", "raised_through": "customer"},
        {"state": "withdrawn", "opened_at": "2025-03-03 10:00:00"},
        {"state": "open"},
        {},
    ],
)
def test_what_waits_for_nobody_is_never_due(request_: Values) -> None:
    assert request_due(request_, {}) is None
    assert telling_due({**request_, "state": "closed"}, {}) is None


def test_only_a_customer_who_asked_is_told_and_only_once() -> None:
    asked: Values = {"state": "confirmed", "done_on": "2025-03-03", "raised_through": "customer"}
    assert telling_due(asked, {}) == Due(datetime(2025, 3, 4, 23, 59, 59))
    assert telling_due({**asked, "raised_through": "staff"}, {}) is None
    assert telling_due({**asked, "told_on": "2025-03-03"}, {}) is None


def test_every_number_is_a_setting() -> None:
    settings = {
        "request_hours": "48",
        "urgent_hours": "4",
        "confirm_days": "3",
        "tell_days": "2",
        "answer_days": "1",
        "due_days": "5",
    }
    opened: Values = {"state": "open", "opened_at": "2025-03-03 10:00:00"}
    assert request_due(opened, settings) == Due(datetime(2025, 3, 5, 10))
    assert request_due({**opened, "urgency": "urgent"}, settings) == Due(datetime(2025, 3, 3, 14))
    assert [due(kind, "2025-03-03", settings) for kind in (CONFIRM, TELL, ANSWER, COMPLETE)] == [
        Due(datetime(2025, 3, day, 23, 59, 59)) for day in (6, 5, 4, 10)
    ]
    assert due(TELL, "2025-03-03", {"tell_days": "soon"}) == due(TELL, "2025-03-03")


def test_superiors_hear_of_it_a_working_day_later() -> None:
    late = Due(datetime(2025, 1, 27, 15))  # the last day before the Spring Festival
    assert escalation_due(late, {}) == Due(datetime(2025, 2, 5, 15))
    assert escalation_due(late, {"escalate_days": "2"}) == Due(datetime(2025, 2, 6, 15))


def test_a_year_without_published_days_is_an_estimate_until_the_team_enters_them() -> None:
    assert due(TELL, "2026-12-31") == Due(datetime(2027, 1, 4, 23, 59, 59), estimated=True)
    entered = {"holidays": "2027-01-01,2027-01-04", "workdays": "2027-01-09"}
    assert due(TELL, "2026-12-31", entered) == Due(datetime(2027, 1, 5, 23, 59, 59), estimated=False)


def test_the_teams_own_days_of_store_and_workbook_count_together() -> None:
    settings = {"holidays": "2025-03-04, 2025-03-99, x", "workdays": ""}
    options = {
        "holiday": (Option("a", "2025/3/5", "2025/3/5"),),
        "workday": (Option("b", "2025-03-08 00:00:00", "2025-03-08 00:00:00"), Option("c", "下周", "下周")),
    }
    both = with_own(settings, options)
    assert own_days(both) == {date(2025, 3, 4): False, date(2025, 3, 5): False, date(2025, 3, 8): True}
    assert due(COMPLETE, "2025-03-03", dict(both)) == Due(datetime(2025, 3, 8, 23, 59, 59))  # the 6th, the 7th, that Saturday
    assert with_own(settings, {}) == settings

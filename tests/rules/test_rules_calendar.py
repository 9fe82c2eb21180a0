"""Working days in China, by hand from the published calendars of 2024 to 2026."""

from __future__ import annotations

from datetime import date

import pytest

from xlcrm.rules.calendar import Deadline, deadline, published, working_day

CASES = [
    ("2024-01-01", False),  # New Year
    ("2024-02-04", True),  # Sunday, make-up day
    ("2024-02-09", True),  # New Year's Eve was no public holiday in 2024
    ("2024-02-12", False),  # Spring Festival, Monday
    ("2024-02-18", True),  # Sunday, make-up day
    ("2024-09-14", True),  # Saturday, make-up day
    ("2024-09-17", False),  # Mid-autumn
    ("2024-10-12", True),  # Saturday, make-up day
    ("2025-01-26", True),  # Sunday, make-up day
    ("2025-01-28", False),  # New Year's Eve
    ("2025-02-04", False),  # Spring Festival
    ("2025-02-08", True),  # Saturday, make-up day
    ("2025-03-12", True),  # a plain Wednesday
    ("2025-03-15", False),  # a plain Saturday
    ("2025-04-04", False),  # Qingming
    ("2025-04-27", True),  # Sunday, make-up day
    ("2025-05-05", False),  # Labour Day, Monday
    ("2025-09-28", True),  # Sunday, make-up day
    ("2025-10-08", False),  # National Day and Mid-autumn
    ("2025-10-11", True),  # Saturday, make-up day
    ("2026-01-04", True),  # Sunday, make-up day
    ("2026-02-14", True),  # Saturday, make-up day
]


@pytest.mark.parametrize(("day", "works"), CASES)
def test_working_days(day: str, works: bool) -> None:
    assert working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "days", "until"),
    [
        ("2025-03-12", 3, "2025-03-17"),  # over a weekend
        ("2025-03-14", 3, "2025-03-19"),  # from a Friday
        ("2025-09-26", 3, "2025-09-30"),  # the Sunday is a make-up day
        ("2025-01-24", 3, "2025-02-05"),  # over the Spring Festival
        ("2025-04-30", 1, "2025-05-06"),
        ("2025-03-12", 0, "2025-03-12"),
    ],
)
def test_deadlines(start: str, days: int, until: str) -> None:
    assert deadline(date.fromisoformat(start), days) == Deadline(date.fromisoformat(until), estimated=False)


def test_a_year_without_published_make_up_days_is_an_estimate() -> None:
    assert published(2025)
    assert not published(2090)
    assert deadline(date(2090, 6, 1), 3).estimated
    assert not deadline(date(2025, 6, 9), 3).estimated


def test_own_days_override() -> None:
    free = {date(2025, 3, 13): False, date(2025, 3, 15): True}
    assert not working_day(date(2025, 3, 13), free)
    assert deadline(date(2025, 3, 12), 2, free) == Deadline(date(2025, 3, 15), estimated=False)

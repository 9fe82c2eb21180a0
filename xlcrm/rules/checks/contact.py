"""Contacts: a verification says when and by whom."""

from __future__ import annotations

from xlcrm.rules.checks.case import Case
from xlcrm.rules.checks.customer import missing


def check(case: Case) -> None:
    """The rules between the fields of one contact."""
    missing(case, "check", "check_date", "check_by")

"""What a team can set for everybody, and what it may be set to: the settings of the store that people change by name.

Others (the tags of the library, the duplicate engine's weights, the team's holidays) have commands of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.rules.approvals import DOUBLE
from xlcrm.rules.approvals import SETTING as REVIEW
from xlcrm.rules.changes import BY_REQUEST
from xlcrm.rules.changes import SETTING as CHANGES
from xlcrm.rules.checks.case import LATE
from xlcrm.rules.deadlines import DAYS, HOURS
from xlcrm.rules.feedback import DAYS as FEEDBACK_DAYS
from xlcrm.rules.feedback import LEAST as FEEDBACK_LEAST
from xlcrm.rules.keeping import DORMANT_DAYS
from xlcrm.rules.tagging import SETTINGS as TAGGING
from xlcrm.rules.workflow import BUSINESS_SEATS, SEATS_SETTING

CHOICES: Mapping[str, tuple[str, ...]] = {
    CHANGES: ("direct", *BY_REQUEST),
    REVIEW: ("single", DOUBLE),
    SEATS_SETTING: (",".join(BUSINESS_SEATS), *BUSINESS_SEATS),
}
"""The words that a setting may have; the first is its default."""
NUMBERS: Mapping[str, int] = {
    "late_hours": LATE,
    **HOURS,
    **DAYS,
    "dormant_days": DORMANT_DAYS,
    "feedback_days": FEEDBACK_DAYS,
    "feedback_least": FEEDBACK_LEAST,
    **TAGGING,
}
"""The whole numbers, from 1 to ``MOST``, with their defaults."""
MOST = 9_999
NAMES = (*CHOICES, *NUMBERS)


def default(name: str) -> str:
    """What holds where a team set nothing."""
    return CHOICES[name][0] if name in CHOICES else str(NUMBERS[name])


def allowed(name: str, value: str) -> bool:
    """Whether a setting may have this value; blank goes back to the default."""
    if value == "":
        return True
    if name in CHOICES:
        return value in CHOICES[name]
    return value.isdecimal() and value.isascii() and 1 <= int(value) <= MOST

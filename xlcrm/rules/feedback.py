"""What the state of a piece of feedback follows from (document 002 3.2)."""

from __future__ import annotations

from xlcrm.model.operation import Values

DAYS, LEAST = 30, 5
"""So many customers that say alike within so many days are told to managers and stewards: settings "feedback_days",
"feedback_least".
"""
STATES = ("overdue", "open", "progress", "done")
"""The states, the most urgent first."""


def state(values: Values, day: str) -> str:
    """Done once it has a day of completion; before, overdue when its day has passed (``day`` is today, ISO), else in progress
    as soon as somebody wrote what is being done.
    """
    if values.get("closed_on"):
        return "done"
    if (due := values.get("due")) and due < day:
        return "overdue"
    return "progress" if values.get("progress") or values.get("result") else "open"

"""Opportunities: what was lost says why, what is won goes into the contract, what is open looks ahead (document 002 3.3)."""

from __future__ import annotations

from xlcrm.rules.checks.case import Case

ENDED = frozenset({"won", "lost"})


def check(case: Case) -> None:
    """All rules between the fields of one opportunity."""
    for rule in (lost, won, expected):
        rule(case)


def lost(case: Case) -> None:
    """A lost one says why, and only a lost one does."""
    stages, reasons, whole = case.standing("stage"), case.standing("lost_reason"), case.whole()
    rows = [row for row, stage in enumerate(stages) if stage == "lost" and reasons[row] is None and whole[row]]
    case.wanting("LOST_REASON", "lost_reason", rows)
    for row, reason in enumerate(reasons):
        if reason is not None and stages[row] not in (None, "lost"):
            case.add("LOST_REASON_ODD", row, case.present("lost_reason", "stage"))


def won(case: Case) -> None:
    """One that becomes won: the contract is to be filled in at the customer."""
    numbers = case.column("number")
    for row, stage in enumerate(case.column("stage")):
        before = (case.known or {}).get(numbers[row] or "", {}).get("stage")
        if stage == "won" and before != "won" and (numbers[row] is None or before is not None):
            case.add("WON_CONTRACT", row, "stage")


def expected(case: Case) -> None:
    """An open one is not expected in the past."""
    if case.book.old or not case.has("expected_on"):
        return
    today, stages = case.book.day.isoformat(), case.standing("stage")
    for row, day in enumerate(case.standing("expected_on")):
        if day is not None and day < today and stages[row] is not None and stages[row] not in ENDED:
            case.add("EXPECTED_PAST", row, case.present("expected_on", "stage"), {"since": day})

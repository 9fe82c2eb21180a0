"""Needs, suggestions, complaints and problems: dealt with in order, and in time (document 002 3.2)."""

from __future__ import annotations

from xlcrm.rules.checks.case import Case, blank


def check(case: Case) -> None:
    """All rules between the fields of one piece of feedback."""
    for rule in (order, ending, overdue):
        rule(case)


def order(case: Case) -> None:
    """Nothing is finished, or to be finished, before it was raised."""
    if not case.has("raised_on"):
        return
    raised, dues, ends = (case.standing(key) for key in ("raised_on", "due", "closed_on"))
    for row, (start, due, end) in enumerate(zip(raised, dues, ends, strict=True)):
        if start is not None and end is not None and end < start:
            case.add("FEEDBACK_CLOSED_EARLY", row, case.present("closed_on", "raised_on"), {"since": start})
        if start is not None and due is not None and due < start:
            case.add("FEEDBACK_DUE_EARLY", row, case.present("due", "raised_on"), {"since": start})


def ending(case: Case) -> None:
    """What is finished says how and when: result and day belong together."""
    whole = case.whole()
    results, ends = case.standing("result"), case.standing("closed_on")
    for key, there, wanting in (("result", ends, results), ("closed_on", results, ends)):
        if not blank(there):
            rows = [row for row, value in enumerate(there) if value is not None and wanting[row] is None and whole[row]]
            case.wanting("FEEDBACK_ENDING", key, rows)


def overdue(case: Case) -> None:
    """Open after the day by which it was to be done."""
    if case.book.old or blank(case.standing("due")):
        return
    today, whole, ends = case.book.day.isoformat(), case.whole(), case.standing("closed_on")
    for row, due in enumerate(case.standing("due")):
        if due is not None and due < today and ends[row] is None and whole[row]:
            case.add("FEEDBACK_OVERDUE", row, case.present("due", "closed_on"), {"since": due})

"""Interactions: recorded within 24 hours, with a next step that says what, who and when (document 003 3.2)."""

from __future__ import annotations

import re
from datetime import timedelta

from xlcrm.rules.checks.case import LATE, Case, blank

_VAGUE = re.compile(
    r"(?:后续|后期|继续|持续|保持|定期|再|及时|进一步|下次|择期|随时|尽快|密切|等待|等)*"
    r"(?:跟进|联系|沟通|跟踪|维护|回访|关注|观察|对接|看看|再说|通知|回复|推进|处理)?(?:一下|即可|中|客户)?[。.!！]?"
)


def check(case: Case) -> None:
    """All rules between the fields of one interaction."""
    for rule in (late, steps):
        rule(case)


def late(case: Case) -> None:
    """Recorded within 24 hours, else marked late."""
    if case.book.old or "at" not in case.values or blank(case.values["at"]):
        return
    moment = case.book.moment
    hours = case.book.count("late_hours", LATE)
    limit = (moment - timedelta(hours=hours)).isoformat(" ", "seconds")
    day_limit = (moment - timedelta(hours=24 + hours)).isoformat(" ", "seconds")
    for row, (at, number) in enumerate(zip(case.values["at"], case.column("number"), strict=True)):
        # midnight means that only the day was written
        if at is not None and number is None and at < (day_limit if at.endswith("00:00:00") else limit):
            case.add("LATE", row, "at", {"since": at.removesuffix(":00")})


def steps(case: Case) -> None:
    """A next step is concrete, has somebody responsible and a day that lies after the conversation."""
    if "next_step" not in case.values or blank(case.values["next_step"]):
        return
    whole = case.whole()
    steps = [(row, step) for row, step in enumerate(case.values["next_step"]) if step is not None]
    for row, step in steps:
        if vague(step):
            case.add("STEP_VAGUE", row, "next_step")
    for key in ("next_by", "next_due"):
        column = case.standing(key)
        case.wanting("STEP_NEEDED", key, (row for row, _ in steps if column[row] is None and whole[row]))
    days, moments = case.standing("next_due"), case.standing("at")
    for row, _ in steps:
        day, at = days[row], moments[row]
        if day is not None and at is not None and day < at[:10]:
            case.add("STEP_PAST", row, "next_due", {"since": at[:10]})


def vague(step: str) -> bool:
    """Whether a next step says nothing that could be done, such as 后续跟进."""
    return len(step) <= 14 and _VAGUE.fullmatch(step) is not None

"""Activities: a visit goes to somebody, and what is evaluated took place (document 002 3.3)."""

from __future__ import annotations

from xlcrm.rules.checks.case import Case


def check(case: Case) -> None:
    """All rules between the fields of one activity."""
    for rule in (visit, course):
        rule(case)


def visit(case: Case) -> None:
    """A planned visit names its customer."""
    customers, whole = case.standing("customer"), case.whole()
    for row, kind in enumerate(case.standing("type")):
        if kind == "visit" and customers[row] is None and whole[row]:
            case.add("VISIT_WHOM", row, case.present("customer", "type"))


def course(case: Case) -> None:
    """Plan, execution and evaluation come one after another."""
    today, whole, days = case.book.day.isoformat(), case.whole(), case.standing("on")
    done, judged = case.standing("execution"), case.standing("evaluation")
    for row in range(len(case.rows)):
        if judged[row] is not None and done[row] is None and whole[row]:
            case.add("EVALUATION_EARLY", row, case.present("evaluation", "execution"))
        day = days[row]
        if done[row] is not None and day is not None and day > today:
            case.add("EXECUTION_EARLY", row, case.present("execution", "on"), {"since": day})

"""数据例会: how the data of each department and owner stands, for the monthly meeting (003 4.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from xlcrm.jobs.keeping.sheet import SCOPES, line
from xlcrm.jobs.keeping.states import State, states
from xlcrm.model.context import Context, Person
from xlcrm.model.reviewsheets import MEETING_SHEET
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import FEEDBACK, REQUEST
from xlcrm.rules import keeping
from xlcrm.rules.deadlines import request_due
from xlcrm.rules.keeping import Period
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.workflow import ENDED
from xlcrm.sheets import template
from xlcrm.store.base import Store

Line = dict[str, Cell | Link]


def write(path: Path, store: Store, context: Context, rulebook: Rulebook, period: Period = Period.MONTH) -> int:
    """Write the workbook for the meeting: figures by owner, and the customers behind them. How many customers it is about.

    Those customers that the acting person may change. Raises StoreError, OSError.
    """
    found = states(store, context, rulebook)
    table, people = SCOPES["month"], {one.rid: one for one in store.people()}
    behind = [one for one in found if one.wanting or one.failed or one.dormant or _unreviewed(one, period, rulebook)]
    listed = [line(one, "month", rulebook) for one in behind]
    lines = {MEETING_SHEET.key: figures(found, store, rulebook, people, period), table.key: listed}
    rows = {key: {name: [one.get(name) for one in of] for name in of[0]} for key, of in lines.items() if of}
    template.build(path, context.language, rows, {"person": context.actor.name})
    return len(found)


def figures(found: list[State], store: Store, rulebook: Rulebook, people: Mapping[str, Person], period: Period) -> list[Line]:
    """One line for each owner, by department."""
    owner_of = {one.record.rid: one.record.values.get("owner") or "" for one in found}
    counts: dict[str, Counter[str]] = {owner: Counter() for owner in owner_of.values()}
    for one in found:
        mine = counts[owner_of[one.record.rid]]
        mine["customers"] += 1
        mine["reviewed"] += not _unreviewed(one, period, rulebook)
        mine["wanting"] += bool(one.wanting)
        mine["failed"] += one.failed
        mine["dormant"] += one.dormant is not None
    for rid, requests in store.children(REQUEST.key, owner_of).items():
        for request in requests:
            if request.values.get("state") not in ENDED:
                counts[owner_of[rid]]["requests"] += 1
                due = request_due(request.values, rulebook.settings)
                counts[owner_of[rid]]["overdue"] += due is not None and due.passed(rulebook.moment)
    for rid, said in store.children(FEEDBACK.key, owner_of).items():
        counts[owner_of[rid]]["feedback"] += sum(not one.values.get("closed_on") for one in said)
    lines = []
    for owner, mine in counts.items():
        who = people.get(owner)
        line: Line = {"department": who.department if who else None, "owner": who.name if who else None}
        line |= {item.key: mine[item.key] for item in MEETING_SHEET.fields if item.key not in ("department", "owner", "share")}
        line["share"] = f"{mine['reviewed'] / mine['customers']:.0%}"
        lines.append(line)
    return sorted(lines, key=lambda one: (str(one["department"] or "~"), str(one["owner"] or "~")))


def _unreviewed(state: State, period: Period, rulebook: Rulebook) -> bool:
    return keeping.due(state.reviewed.get("month"), period, rulebook.day)

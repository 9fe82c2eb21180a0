"""我的 and 变更: what waits for the person at the desk, and asking for a change of the selected customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.ribbon.press import button

if TYPE_CHECKING:
    from xlcrm.model.fields import Table


@button(store=True)
def my_tasks(desk: app.Desk) -> str:
    """我的待办: fill the sheets of what waits and go to the person's own tasks."""
    from xlcrm.model.queuesheets import MY_TASKS

    return _listed(desk, MY_TASKS)


@button(store=True)
def to_verify(desk: app.Desk) -> str:
    """待我核验: fill the sheets of what waits and go to what colleagues want verified."""
    from xlcrm.model.queuesheets import TO_VERIFY

    return _listed(desk, TO_VERIFY)


@button(store=True)
def to_approve(desk: app.Desk) -> str:
    """待我审批: fill the sheets of what waits and go to what needs the person's consent."""
    from xlcrm.model.queuesheets import TO_APPROVE

    return _listed(desk, TO_APPROVE)


@button(store=True)
def request_change(desk: app.Desk) -> str:
    """申请更新: begin a row in 信息更新申请表 about the selected customer and field, and go to the new value."""
    from xlcrm.jobs.queues import asking

    desk.book.go(*asking.begin(desk.book, desk.store, desk.context, desk.rulebook))
    return text("ribbon.request_begun", desk.language)


def _listed(desk: app.Desk, first: Table) -> str:
    """Fill all four sheets; stand on ``first``, or on the first that has something."""
    from xlcrm.jobs.queues import sheets
    from xlcrm.model.queuesheets import QUEUES

    sent = app.deliver(desk)
    items = sheets.show(desk.book, desk.store, desk.context, desk.rulebook, app.told(desk))
    found = sheets.counts(items, desk.rulebook)
    there = desk.book.tables()
    for table in (first, *QUEUES):
        if found[table.key] and table in there:
            rows = desk.book.read(table)
            desk.book.go(rows.sheet, f"A{rows.lines[0]}")
            break
    if not any(found.values()):
        return "\n".join((*sent, text("queues.nothing", desk.language)))
    how = [text("queues.how", desk.language)] if sum(found.values()) > found["overdue"] else []
    return "\n".join((*sent, text("queues.listed", desk.language, **found), *how))

"""月度核对 and 客户交接: fill the sheet, or propose what it says."""

from __future__ import annotations

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.ribbon.press import button


@button(store=True, keep=True)
def monthly_review(desk: app.Desk) -> str:
    """月度核对: the person's customers that were not reviewed this month, to be answered line by line."""
    from xlcrm.jobs.keeping import review
    from xlcrm.model.reviewsheets import REVIEW_SHEET

    count = review.show(desk.book, desk.store, desk.context, desk.rulebook)
    if not count:
        return text("keeping.button_none", desk.language)
    if REVIEW_SHEET in desk.book.tables():
        rows = desk.book.read(REVIEW_SHEET)
        desk.book.go(rows.sheet, rows.place(0, "answer"))
    return text("keeping.button_shown", desk.language, count=count)


@button(store=True, keep=True)
def handover(desk: app.Desk) -> str:
    """客户交接: the first press prepares a line from the selected rows, the next one proposes what it says."""
    from xlcrm.jobs.keeping import handoversheet
    from xlcrm.model.reviewsheets import HANDOVER_SHEET

    proposed = handoversheet.propose(desk.book, desk.store, desk.context, desk.rulebook)
    if proposed:
        return "\n".join(proposed)
    handoversheet.prepare(desk.book, desk.store, desk.context, desk.rulebook)
    rows = desk.book.read(HANDOVER_SHEET)
    desk.book.go(rows.sheet, rows.place(0, "receiver"))
    return text("keeping.handover_fill", desk.language)

"""合并客户: the first press shows the selected customers side by side, the next one merges them as chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.ribbon.press import button

if TYPE_CHECKING:
    from xlcrm.jobs.merge import Merging


@button(store=True, keep=True)
def merge_customers(desk: app.Desk) -> str:
    """合并客户: preview on a sheet of its own, with a choice for each field; pressed again there it is carried out."""
    from xlcrm.jobs import merge, mergesheet
    from xlcrm.model.resultsheets import MERGING

    book, language, settings = desk.book, desk.language, desk.rulebook.settings
    standing = book.selected()
    there = MERGING in book.tables()
    ready = mergesheet.wanted(book, desk.store, desk.context) if there else None
    if ready is not None and standing is not None and standing.sheet == book.read(MERGING).sheet:
        records, wishes = ready
        found = merge.preview(desk.store, desk.context, records, wishes, settings)
        return _carry_out(desk, found, wishes)
    records = merge.best_first(desk.store, mergesheet.chosen(book, desk.store))
    found = merge.preview(desk.store, desk.context, records, merge.Wishes(), settings)
    if not found.lines or not there:
        return _carry_out(desk, found, merge.Wishes())
    mergesheet.show(book, found, language, desk.rulebook.names)
    rows = book.read(MERGING)
    book.go(rows.sheet, rows.place(0, "choice"))
    return text("ribbon.merge_choose", language, count=len(records))


def _carry_out(desk: app.Desk, found: Merging, wishes: object) -> str:
    from xlcrm.jobs import merge, mergesheet, proposals

    assert isinstance(wishes, merge.Wishes)
    language, join = desk.language, text("match.and", desk.language).join
    numbers = [one.number or one.rid for one in found.customers]
    question = [text("merge.preview", language, number=numbers[0], others=join(numbers[1:]))]
    question.append(text("merge.ask_propose" if found.proposed else "merge.ask", language))
    if not desk.book.ask("\n".join(question)):
        return text("merge.not_done", language)
    if found.proposed:
        proposals.propose_merge(desk.store, desk.context, found.customers, wishes, "")
        mergesheet.put_away(desk.book, language)
        desk.book.save()
        return text("merge.proposed", language)
    done = merge.carry_out(
        desk.store, desk.context, found.customers, wishes, desk.rulebook.settings,
        source=desk.book.name, progress=desk.book.progress,
    )  # fmt: skip
    assert done.receipt is not None  # otherwise it was proposed
    mergesheet.written(desk.book, desk.store, desk.context, desk.rulebook, done)
    operation = done.receipt.head.partition(":")[0]
    return text("merge.done", language, number=numbers[0], others=join(numbers[1:]), operation=operation)

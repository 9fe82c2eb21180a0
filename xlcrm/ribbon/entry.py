"""录入: find a customer, begin a row, take over an old list."""

from __future__ import annotations

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.ribbon.press import button

TOLD = ("number", "name", "contact", "phone", "owner")
FIRST = 5  # customers named in the dialog; the sheet holds them all


@button(store=True)
def find_customer(desk: app.Desk) -> str:
    """查找客户: look up what the selected cell holds, show what is found on 查找结果."""
    from xlcrm.jobs import find
    from xlcrm.model.resultsheets import FOUND
    from xlcrm.rules.clean.text import line, written

    standing, language = desk.book.selected(), desk.language
    wanted = standing.cell if standing is not None else None
    if not isinstance(wanted, str | float) or not (words := line(written(wanted))):
        raise UsageError("ribbon.nothing_to_find")
    found = find.find(desk.store, desk.context, desk.rulebook, words)
    if not found.lines:
        return text("jobs.none_found", language, text=words)
    if desk.book.ours and FOUND in desk.book.tables():
        find.fill_sheet(desk.book, found, language)
        rows = desk.book.read(FOUND)
        desk.book.go(rows.sheet, rows.place(0, "name"))
    told = [text("ribbon.found_line", language, **{key: one.get(key) or "-" for key in TOLD}) for one in found.lines[:FIRST]]
    return "\n".join((text("ribbon.found", language, text=words, count=len(found.lines)), *told))


@button()
def new_customer(desk: app.Desk) -> str:
    """新增客户: begin a row in 客户基础信息表 and go there."""
    from xlcrm.jobs import prefill

    desk.book.go(*prefill.new_customer(desk.book, desk.context))
    return ""


@button()
def log_interaction(desk: app.Desk) -> str:
    """记互动: begin a row in 客户互动记录表 about the selected customer and go there."""
    from xlcrm.jobs import prefill

    _, sheet, place = prefill.interaction(desk.book, desk.context)
    desk.book.go(sheet, place)
    return ""


@button()
def import_list(desk: app.Desk) -> str:
    """导入旧表: turn the old list in front, as it was last saved, into a workbook in the standard template beside it."""
    from xlcrm.jobs import make

    book, language = desk.book, desk.language
    if book.ours:
        raise UsageError("ribbon.import_ours", name=book.name)
    if book.path is None or not book.path.exists():
        raise UsageError("ribbon.not_saved", name=book.name)
    copy = book.path.with_name(f"{book.path.stem}.{text('cli.checked_name', language)}.xlsx")
    if copy.exists():
        raise UsageError("cli.checked_before", path=book.path.name, copy=copy)
    with app.writing(copy), app.matching(language, desk.url, desk.notices) as matcher:
        made = make.new(copy, language, book.path, matcher)
    return "\n".join([text("ribbon.imported", language, rows=made.rows, path=copy), *made.said(language)])

"""数据管理: many people's workbooks become one, and what two people said differently is decided."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.ribbon.press import button


@button(store=True, keep=True)
def consolidate(desk: app.Desk) -> str:
    """汇总多表: fill the new workbook in front from the folder that the selected cell names, else from its own."""
    from xlcrm.jobs.consolidate import consolidate as job
    from xlcrm.jobs.consolidate import earlier, fill, say
    from xlcrm.jobs.submit import receipts

    book, language = desk.book, desk.language
    fill.check(book)
    folder = _folder(desk)
    own = [book.path, receipts.folder(book.path, language)] if book.path else []
    files = sum(1 for path in folder.rglob("*") if path.is_file() and path not in own)
    if not book.ask(text("consolidate.ask", language, folder=folder, files=files)):
        return text("consolidate.not_done", language)
    rulebook = replace(desk.rulebook, old=True)
    before = earlier.read(book, rulebook, language)
    done = job([folder], desk.store, desk.context, rulebook, book.progress, skip=own, before=before)
    fill.fill(book, done)
    if (first := fill.first(book)) is not None:
        book.go(*first)
    return "\n".join((*say.sentences(done, language), text("consolidate.filled", language)))


def _folder(desk: app.Desk) -> Path:
    """The folder that the selected cell names, else the one in which the workbook lies."""
    standing = desk.book.selected()
    said = standing.cell.strip().strip('"') if standing is not None and isinstance(standing.cell, str) else ""
    if said and Path(said).is_dir():
        return Path(said)
    if desk.book.path is None or not desk.book.path.exists():
        raise UsageError("consolidate.no_folder", name=desk.book.name)
    return desk.book.path.parent


@button(keep=True)
def resolve_conflicts(desk: app.Desk) -> str:
    """冲突处理: carry out the choices that were made about a consolidated workbook, and go to the first conflict without one."""
    from xlcrm.jobs.submit import origins
    from xlcrm.model.tables import CONFLICTS

    book, language = desk.book, desk.language
    if CONFLICTS not in book.tables():
        raise UsageError("consolidate.no_sheet", sheet=CONFLICTS.title(language))
    done = origins.resolve(book, language)
    rows = book.read(CONFLICTS)
    open_ = [index for index in range(len(rows)) if rows.cell(index, "choice") is None]
    if open_:
        book.go(rows.sheet, rows.place(open_[0], "choice"))
    if not len(rows) and not done:
        return text("consolidate.none", language)
    return text("consolidate.resolved", language, done=done, left=len(open_), chosen=len(rows) - len(open_))

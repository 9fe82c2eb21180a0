"""数据管理: many people's workbooks become one, and what two people said differently is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.ribbon.press import button


@button(store=True, keep=True)
def consolidate(desk: app.Desk) -> str:
    """汇总多表: fill the new workbook in front from the folder that the selected cell names, else from one to be chosen."""
    from xlcrm.jobs.consolidate import fill

    fill.check(desk.book)
    folder = _folder(desk)
    return (filled(desk, folder) if folder is not None else "") or text("consolidate.not_done", desk.language)


def filled(desk: app.Desk, folder: Path, before: Sequence[str] = ()) -> str:
    """Fill the workbook in front from ``folder``, and go where something is to be decided; what came of it.

    The person is asked first, after being told ``before``; "" where they do not want it.
    """
    from xlcrm.jobs.consolidate import consolidate as job
    from xlcrm.jobs.consolidate import earlier, fill, say
    from xlcrm.jobs.submit import receipts

    book, language = desk.book, desk.language
    own = [book.path, receipts.folder(book.path, language)] if book.path else []
    files = sum(1 for path in folder.rglob("*") if path.is_file() and path not in own)
    question = [*before, text("consolidate.ask", language, folder=folder, files=files)]
    question += [text("consolidate.ask_again", language)] if book.setting("consolidated") else []
    if not book.ask("\n".join(question)):
        return ""
    rulebook = replace(desk.rulebook, old=True)
    chosen = earlier.read(book, rulebook, language)
    done = job([folder], desk.store, desk.context, rulebook, book.progress, skip=own, before=chosen)
    book.set_setting("folder", str(folder))
    fill.fill(book, done)
    if (first := fill.first(book)) is not None:
        book.go(*first)
    return "\n".join((*say.sentences(done, language), text("consolidate.filled", language)))


def last_folder(desk: app.Desk) -> Path | None:
    """The folder that the workbook was filled from, if it still is there."""
    said = desk.book.setting("folder")
    return Path(said) if said and Path(said).is_dir() else None


def _folder(desk: app.Desk) -> Path | None:
    """The folder that the selected cell names, else the one that the person chooses; None for none."""
    standing = desk.book.selected()
    said = standing.cell.strip().strip('"') if standing is not None and isinstance(standing.cell, str) else ""
    if said and Path(said).is_dir():
        return Path(said)
    here = desk.book.path.parent if desk.book.path is not None and desk.book.path.exists() else Path.home()
    return desk.book.choose_folder(text("consolidate.choose", desk.language), last_folder(desk) or here)


@button(keep=True)
def resolve_conflicts(desk: app.Desk) -> str:
    """冲突处理: carry out the choices that were made about a consolidated workbook, and go to the first conflict without one."""
    from xlcrm.jobs.submit import origins
    from xlcrm.model.resultsheets import CONFLICTS

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

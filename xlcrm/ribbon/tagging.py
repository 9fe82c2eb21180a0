"""标签库: the team's tags on a sheet; pressed again, what was chosen there is done."""

from __future__ import annotations

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.ribbon.press import button


@button(store=True)
def tag_library(desk: app.Desk) -> str:
    """标签库: carry out what was chosen on the sheet, and show it as it is now."""
    from xlcrm.errors import UsageError
    from xlcrm.jobs import tagsheet
    from xlcrm.model.resultsheets import TAG_LIBRARY

    book, language = desk.book, desk.language
    if TAG_LIBRARY not in book.tables():
        raise UsageError("tags.no_sheet", sheet=TAG_LIBRARY.title(language))
    done, left = tagsheet.carry_out(book, desk.store, desk.context)
    tagsheet.show(book, desk.store, desk.context, desk.rulebook, left)
    rows = book.read(TAG_LIBRARY)
    book.go(rows.sheet, rows.place(0, "action"))
    if left:
        done.append(text("tags.left", language, count=len(left)))
    return "\n".join(done) or text("tags.shown", language, count=len(rows))

"""数据管理: the columns of other people's lists."""

from __future__ import annotations

from xlcrm import app
from xlcrm.errors import UsageError
from xlcrm.ribbon import collecting
from xlcrm.ribbon.press import button


@button(store=True, keep=True)
def match_fields(desk: app.Desk) -> str:
    """字段匹配: remember the choices made in 字段匹配 and 值对照, and go to the first line without one.

    A consolidated workbook is made anew with them, where the person wants that.
    """
    from xlcrm.jobs.fieldmatch import remember
    from xlcrm.model.resultsheets import FIELD_MATCHES, VALUE_MATCHES

    if not desk.book.ours:
        raise UsageError("headers.not_ours", path=desk.book.name)
    choices = remember.remember(desk.book, desk.store, desk.context, desk.rulebook)
    for table in (FIELD_MATCHES, VALUE_MATCHES):
        if choices.left.get(table.key):
            rows = desk.book.read(table)
            desk.book.go(rows.sheet, rows.place(0, "choice"))
            break
    said = remember.told(choices, desk.language)
    folder = collecting.last_folder(desk) if choices.decisions else None
    return (collecting.filled(desk, folder, said) if folder is not None else "") or "\n".join(said)

"""数据管理: the columns of other people's lists."""

from __future__ import annotations

from xlcrm import app
from xlcrm.errors import UsageError
from xlcrm.ribbon.press import button


@button(store=True)
def match_fields(desk: app.Desk) -> str:
    """字段匹配: remember the choices made in 字段匹配 and 值对照, and go to the first line without one."""
    from xlcrm.jobs.fieldmatch import remember
    from xlcrm.model.tables import FIELD_MATCHES, VALUE_MATCHES

    if not desk.book.ours:
        raise UsageError("headers.not_ours", path=desk.book.name)
    choices = remember.remember(desk.book, desk.store, desk.context, desk.rulebook)
    for table in (FIELD_MATCHES, VALUE_MATCHES):
        if choices.left.get(table.key):
            rows = desk.book.read(table)
            desk.book.go(rows.sheet, rows.place(0, "choice"))
            break
    return "\n".join(remember.told(choices, desk.language))

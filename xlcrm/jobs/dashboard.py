"""数据看板: the report as a workbook."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from xlcrm.errors import UsageError
from xlcrm.jobs.make import Made
from xlcrm.jobs.progress import Progress, silent
from xlcrm.jobs.report import report
from xlcrm.model.context import Context
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.report import write
from xlcrm.store import asking
from xlcrm.store.base import Store

ELSEWHERE = "folder.elsewhere"
"""A member's copy has no log to note it in: what it holds was given out by the store."""


def make(
    path: Path,
    store: Store,
    context: Context,
    rulebook: Rulebook,
    kinds: Collection[str] = (),
    where: Sequence[tuple[str, str, str]] = (),
    asked: str = "",
    progress: Progress = silent,
) -> Made:
    """Write the report of ``kinds`` (model/figures.KINDS; none means all) about the customers that fit ``where`` to ``path``.

    The log says who took how many customers out of the store, and with which filter (``asked``). Raises StoreError, UsageError,
    or OSError.
    """
    told = report(store, context, rulebook, kinds, where, asked, progress)
    if not told.sections:
        raise UsageError("dashboard.nothing", why=" ".join(told.left_out))
    listed = {number for section in told.sections for one in section.lists for number in one.values[one.jump] if number}
    try:
        asking.note_export(store, context, len(listed), asked, "report")
    except UsageError as error:
        if error.key != ELSEWHERE:
            raise
    write(path, told, context.language)
    return Made(path, len(listed))

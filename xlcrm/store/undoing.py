"""Operations as people know them, by their number in the log; and which of them were taken back."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, select

from xlcrm.errors import UsageError
from xlcrm.store.base import Done
from xlcrm.store.schema import OPERATION

_DEPTH = 6  # an undo, its undo, and so on: nobody goes further


def taken_back(operation: ColumnElement[str], depth: int = _DEPTH) -> ColumnElement[bool]:
    """Whether the operation with this id was taken back, and that was not taken back in turn."""
    undo = OPERATION.alias()
    asked = select(undo.c.seq).where(undo.c.reverses == operation)
    if depth > 1:
        asked = asked.where(~taken_back(undo.c.id, depth - 1))
    return asked.exists()


def operations(
    connection: Connection, actor: str, source: str, kinds: Iterable[str], numbers: Iterable[int], ids: Iterable[str], limit: int
) -> list[Done]:
    """The latest operations that fit, the last one first (see ``Store.operations``)."""
    undo = OPERATION.alias()
    by = select(undo.c.seq).where(undo.c.reverses == OPERATION.c.id).scalar_subquery()
    asked = select(OPERATION, by.label("by")).order_by(OPERATION.c.seq.desc()).limit(limit)
    if actor:
        asked = asked.where(OPERATION.c.actor == actor)
    if source:
        asked = asked.where(OPERATION.c.source == source)
    for column, wanted in ((OPERATION.c.kind, [*kinds]), (OPERATION.c.seq, [*numbers]), (OPERATION.c.id, [*ids])):
        if wanted:
            asked = asked.where(column.in_(wanted))
    return [
        Done(row.seq, row.id, row.kind, row.actor, row.at, row.source, row.reason, row.reverses, row.by, row.entries)
        for row in connection.execute(asked)
    ]


def check(connection: Connection, operation: str) -> None:
    """UsageError where there is no operation with this id to take back, or it was taken back before."""
    found = connection.execute(select(OPERATION.c.seq).where(OPERATION.c.id == operation)).scalar()
    if found is None:
        raise UsageError("undo.unknown", operation=operation)
    if connection.execute(select(OPERATION.c.seq).where(OPERATION.c.reverses == operation)).scalar() is not None:
        raise UsageError("undo.twice", operation=found)

"""The messages of steps: stored with the step itself, sent afterwards, each once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from xlcrm.model.operation import Record
from xlcrm.store.chunks import among, chunks
from xlcrm.store.reading import record
from xlcrm.store.schema import LOGGED, SQL

NEW = frozenset({"pending", "draft", "dropped"})
"""What a message may be when it is written."""
SENDING = frozenset({"state", "attempts", "tried_at", "trouble"})
"""What changes of it while it is sent."""


def notices(connection: Connection, states: Sequence[str], rids: Sequence[str] | None) -> list[Record]:
    """The messages in one of ``states`` (none = any), oldest first; with ``rids`` only those of them that there are."""
    table = SQL["notice"]
    asked = select(table).where(table.c.life == "live")
    if states:
        asked = asked.where(table.c.state.in_(states))
    if rids is None:
        rows = [*connection.execute(asked)]
    else:
        rows = [row for chunk in chunks(rids) for row in connection.execute(asked.where(among(connection, table.c.rid, chunk)))]
    rows.sort(key=lambda row: (row.created_at, row.rid))
    return [record(LOGGED["notice"], dict(row._mapping)) for row in rows]

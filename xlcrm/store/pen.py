"""What an operation writes with. The same logic works out its rows on every engine; a pen brings them into the database.

SQLite lets one process write at a time, so that rows go to their tables at once. On PostgreSQL people have no right to write
tables: what they want is staged, and a function of the database checks and writes it (postgres/staged.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection, Table, delete, func, select, update

from xlcrm.model.context import Context
from xlcrm.model.fields import Table as Declared
from xlcrm.store.chunks import chunks
from xlcrm.store.digests import FOLDING
from xlcrm.store.log import Journal, head, last, operation_head, position, witness
from xlcrm.store.schema import (
    BLOCKING_KEY,
    FACE,
    IMPORTED,
    META,
    NUMBER,
    OPERATION,
    PHONE_TAIL,
    SUBMISSION,
    columns,
    insert,
    quoted,
)

Rows = Sequence[tuple[object, ...]]


class Pen(Protocol):
    """Writes the rows of one operation within one transaction. ``connection`` reads what was stored before it."""

    connection: Connection

    def moment(self, context: Context) -> str:
        """The time that the store stamps on everything in this transaction, ``YYYY-MM-DD HH:MM:SS``."""
        ...

    def first(self) -> int:
        """The number to give the operation's first log entry."""
        ...

    def insert(self, table: Table, rows: Rows) -> None:
        """New rows, in the order of the table's columns; a face has no number yet, and its keys, which follow, name its rid."""
        ...

    def compare(self, keys: Sequence[tuple[int, str]]) -> None:
        """Blocking keys of new faces as they were stored before the index key that is taking over: what they may meet."""
        ...

    def update(self, table: Declared, rows: Rows) -> None:
        """Changed records of a logged table as they are now, in the order of its columns."""
        ...

    def forget(self, table: Table, rids: Sequence[str]) -> None:
        """Drop the rows by which records are found in ``table``; with a face its keys."""
        ...

    def move(self, rid: str, customer: str) -> None:
        """The record ``rid`` is found under another customer from now on."""
        ...

    def seen(self, workbook: str, rids: Sequence[str]) -> None:
        """Forget submissions of ``workbook`` whose answer arrived."""
        ...

    def close(self, journal: Journal) -> str:
        """Write the operation and its head, if it has entries; the log's head (log.head)."""
        ...


class Direct:
    """Writes each row where it belongs; the caller's transaction keeps everybody else from writing."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._faces: dict[object, int] = {}

    def moment(self, context: Context) -> str:
        return context.now()

    def first(self) -> int:
        return position(self.connection) + 1

    def insert(self, table: Table, rows: Rows) -> None:
        # A former number may be there already (a field changed to and fro); a number of our own twice is an error.
        again = " ON CONFLICT (number, kind, rid) DO NOTHING" if table is NUMBER else ""
        if table is IMPORTED:  # the row is delivered again, in a later copy
            again = (
                " ON CONFLICT (token, file, rid) DO UPDATE SET"
                " saved = max(saved, excluded.saved), version = excluded.version, operation = excluded.operation"
            )
        if table is FACE:
            # Not the number of a face that is gone, while numbers tell which index key made the keys (folding.py).
            folding = self.connection.execute(select(META.c.value).where(META.c.name == FOLDING)).scalar()
            first = max(self.connection.execute(select(func.max(FACE.c.id))).scalar() or 0, int(folding or 0)) + 1
            self._faces = {row[0]: number for number, row in enumerate(rows, first)}
            rows = [(number, *row) for number, row in enumerate(rows, first)]
        elif table is BLOCKING_KEY:
            rows = [(key, self._faces[rid]) for key, rid in rows]
        if rows:
            self.connection.exec_driver_sql(insert(table) + again, list(rows))

    def compare(self, keys: Sequence[tuple[int, str]]) -> None:
        pass  # keys.overtaken has done it: nobody writes meanwhile

    def update(self, table: Declared, rows: Rows) -> None:
        names = ", ".join(f"{quoted(name)} = ?" for name in columns(table)[1:])
        turned = [(*row[1:], row[0]) for row in rows]
        self.connection.exec_driver_sql(f"UPDATE {quoted(table.key)} SET {names} WHERE rid = ?", turned)  # noqa: S608 - names are ours

    def forget(self, table: Table, rids: Sequence[str]) -> None:
        for chunk in chunks(rids):
            if table is FACE:
                gone = select(FACE.c.id).where(FACE.c.rid.in_(chunk))
                self.connection.execute(delete(BLOCKING_KEY).where(BLOCKING_KEY.c.face.in_(gone)))
            self.connection.execute(delete(table).where(table.c.rid.in_(chunk)))

    def move(self, rid: str, customer: str) -> None:
        self.connection.execute(update(PHONE_TAIL).where(PHONE_TAIL.c.rid == rid).values(customer=customer))

    def seen(self, workbook: str, rids: Sequence[str]) -> None:
        for chunk in chunks(rids):
            arrived = delete(SUBMISSION).where(SUBMISSION.c.workbook == workbook, SUBMISSION.c.rid.in_(chunk))
            self.connection.execute(arrived)

    def close(self, journal: Journal) -> str:
        if not journal.count:
            return head(self.connection)
        before, previous = last(self.connection)
        about = (
            before + 1, journal.id, journal.kind, journal.actor, journal.roles, journal.session_user, journal.at, journal.source,
            journal.reason, journal.reverses, journal.start, journal.count,
        )  # fmt: skip
        now = operation_head(previous, about, journal.hash)
        self.connection.execute(update(META).where(META.c.name == "head").values(value=now))
        self.connection.exec_driver_sql(insert(OPERATION), (*about, previous, now))
        return witness(before + 1, now)

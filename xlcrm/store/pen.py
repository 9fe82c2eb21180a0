"""What an operation writes with. The same logic works out its rows on every engine; a pen brings them into the database.

SQLite lets one process write at a time, so that rows go to their tables at once. On PostgreSQL people have no right to write
tables: what they want is staged, and a function of the database checks and writes it (postgres/staged.py).
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count, repeat
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
Face = tuple[str, str | None, Collection[int]]
"""The rid of a customer, what it looks like (sealed), and its blocking keys."""

_MANY = 200_000  # keys written at once


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
        """New rows, in the order of the table's columns."""
        ...

    def faces(self, faces: Sequence[Face]) -> None:
        """What customers are recognised by."""
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
        if rows:
            self.connection.exec_driver_sql(insert(table) + again, list(rows))

    def faces(self, faces: Sequence[Face]) -> None:
        # Not the number of a face that is gone, while numbers tell which index key made the keys (folding.py).
        folding = self.connection.execute(select(META.c.value).where(META.c.name == FOLDING)).scalar()
        first = max(self.connection.execute(select(func.max(FACE.c.id))).scalar() or 0, int(folding or 0)) + 1
        rows = [(number, rid, looks) for number, (rid, looks, _) in enumerate(faces, first)]
        self.connection.exec_driver_sql(insert(FACE), rows)
        keys = array("q", chain.from_iterable(own for _, _, own in faces))
        numbers = array("q", chain.from_iterable(map(repeat, count(first), (len(own) for _, _, own in faces))))
        for some in in_order(keys, numbers):
            self.connection.exec_driver_sql(insert(BLOCKING_KEY), some)

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


def in_order(keys: array[int], faces: array[int]) -> Iterator[list[tuple[int, int]]]:
    """The keys with their faces, in the order of their table: the tree grows at one side."""
    import numpy as np

    both = np.frombuffer(keys, np.int64), np.frombuffer(faces, np.int64)
    order = np.lexsort((both[1], both[0]))
    for start in range(0, len(order), _MANY):
        some = order[start : start + _MANY]
        yield list(zip(both[0][some].tolist(), both[1][some].tolist(), strict=True))

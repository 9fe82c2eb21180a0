"""The log of a scratch store moved on by an increment, or back to an earlier moment; its records follow (following.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, delete, func, select

from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import StoreError
from xlcrm.store import log, triggers
from xlcrm.store.backup.following import Touched, follow, undone
from xlcrm.store.backup.increment import Block, Sides
from xlcrm.store.backup.package import Place
from xlcrm.store.batch import Row
from xlcrm.store.chunks import chunks
from xlcrm.store.erasing import forget
from xlcrm.store.pen import Direct
from xlcrm.store.schema import (
    DATA_KEY,
    ENTRY,
    IMPORTED,
    KEY_COPY,
    LOGGED,
    META,
    NUMBER,
    OPERATION,
    SQL,
    SUBMISSION,
)

_VOID = '"life":"void"'
_TELLING = ("table", "rid", "version_from", "after", "salt")
_TABLE, _RID, _FROM, _AFTER, _SALT = (ENTRY.c.keys().index(name) for name in _TELLING)


def place(connection: Connection) -> Place:
    """How far the log has got."""
    number, head = log.last(connection)
    return Place(number, log.position(connection), head)


def replay(connection: Connection, cipher: Cipher, content: Iterable[Block | Sides]) -> None:
    """Bring what an increment holds into the SQLite store that ends where it begins, inside the caller's write transaction."""
    pen, touched, sides = Direct(connection), Touched(), dict[str, list[Row]]()
    erasures: list[tuple[int, list[str]]] = []
    said, void, reverses = list[str](), list[str](), list[str]()
    for part in content:
        if isinstance(part, Sides):
            sides.setdefault(part.table, []).extend(part.rows)
            continue
        pen.insert(ENTRY, part.entries)
        for entry in part.entries:
            touched.note(entry[_TABLE], entry[_RID], entry[_FROM], entry[_AFTER], bool(entry[_SALT]))
            if _VOID in entry[_AFTER]:
                void.append(entry[_RID])
        said += [entry[_RID] for entry in part.entries]
        if part.operation is not None:
            done = dict(zip(OPERATION.c.keys(), part.operation, strict=True))
            pen.insert(OPERATION, [part.operation])
            if done["kind"] == "erase":
                erasures.append((done["first"], said))
            if done["reverses"]:
                reverses.append(done["reverses"])
            said = []
    pen.forget(SUBMISSION, void)  # such rows may be submitted anew; those that were in this increment stand beside it
    for table in (DATA_KEY, IMPORTED, SUBMISSION):
        _put(connection, table, sides.get(table.name, ()))
    touched.faces |= undone(connection, reverses)
    follow(connection, cipher, touched, {key: rows for key, rows in sides.items() if key in LOGGED})
    for first, rids in erasures:
        forget(pen, rids, rids, first)
    _end(connection)


def stand(connection: Connection, standing: Mapping[str, Sequence[Row]]) -> None:
    """Put rows of META and KEY_COPY into the place of those that are there; the log's head stays."""
    connection.execute(delete(META).where(META.c.name != "head"))
    connection.execute(delete(KEY_COPY))
    for table in (META, KEY_COPY):
        _put(connection, table, standing[table.name])


def _put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(table.insert().prefix_with("OR REPLACE"), list(rows))


def rewind(connection: Connection, cipher: Cipher, moment: str) -> bool:
    """Take the log back to its last operation at ``moment`` (YYYY-MM-DD HH:MM:SS) or before; False where it ends there anyhow.

    Inside the caller's write transaction of an SQLite store. StoreError where the log begins later.
    """
    before = select(OPERATION).where(OPERATION.c.at <= moment).order_by(OPERATION.c.seq.desc()).limit(1)
    end = connection.execute(before).first()
    if end is None:
        first = connection.execute(select(func.min(OPERATION.c.at))).scalar()
        raise StoreError("backup.before_log", at=moment, first=first or "-")
    later = list(connection.execute(select(OPERATION).where(OPERATION.c.seq > end.seq).order_by(OPERATION.c.seq)))
    if not later:
        return False
    touched = Touched()
    here = ENTRY.c.table, ENTRY.c.rid, ENTRY.c.version_from, ENTRY.c.after, ENTRY.c.salt != ""
    for row in connection.execution_options(yield_per=2_000).execute(select(*here).where(ENTRY.c.seq >= later[0].first)):
        touched.note(*row)
    ids = [one.id for one in later]
    touched.faces |= undone(connection, [one.reverses for one in later if one.reverses])
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the end of the transaction
    for name in triggers.SQLITE:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    connection.execute(delete(ENTRY).where(ENTRY.c.seq >= later[0].first))
    connection.execute(delete(OPERATION).where(OPERATION.c.seq > end.seq))
    for chunk in chunks(ids):
        for table in (SUBMISSION, IMPORTED):
            connection.execute(delete(table).where(table.c.operation.in_(chunk)))
    astray = IMPORTED.c.operation > end.id, IMPORTED.c.operation.not_in(select(OPERATION.c.id))
    connection.execute(delete(IMPORTED).where(*astray))  # delivered again unchanged: that stands in no log
    for chunk in chunks([rid for key in touched.rids if key in SQL for rid in touched.rids[key]]):
        connection.execute(delete(NUMBER).where(NUMBER.c.rid.in_(chunk)))
    follow(connection, cipher, touched, {})
    customers = SQL["customer"].c
    connection.execute(delete(DATA_KEY).where(DATA_KEY.c.customer.not_in(select(customers.rid))))
    triggers.create(connection)
    _end(connection)
    return True


def _end(connection: Connection) -> None:
    """Note the log's head where the chain ends."""
    connection.execute(META.update().where(META.c.name == "head").values(value=log.last(connection)[1]))

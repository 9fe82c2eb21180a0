"""Taking out of a store what customers said that were erased elsewhere: in a backup of an earlier day they still live."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from xlcrm.store.batch import read
from xlcrm.store.erasing import BLANK, blanked, forget
from xlcrm.store.log import position
from xlcrm.store.pen import Direct
from xlcrm.store.schema import LOGGED, OWNED, columns


def wipe(connection: Connection, erased: Collection[str]) -> int:
    """Leave of the records ``erased`` (rids: customers, what belonged to them, what was said about them) what an erasure leaves,
    inside the caller's write transaction of an SQLite store; how many of them were not erased yet.

    No operation is added: the log ends where it ended, and holds. Afterwards store/erasing.py: ``scrub``.
    """
    pen, rids, fresh = Direct(connection), sorted(erased), list[str]()
    for key in ("customer", *sorted(OWNED), *BLANK):
        rows = [blanked(key, row) for row in read(connection, LOGGED[key], rids) if row["life"] != "erased"]
        if rows:
            pen.update(LOGGED[key], [tuple(row[name] for name in columns(LOGGED[key])) for row in rows])
        fresh += [row["rid"] for row in rows]
    forget(pen, rids, fresh, position(connection) + 1)
    return len(fresh)

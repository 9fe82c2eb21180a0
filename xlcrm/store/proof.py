"""Whether the log and every record are exactly as they were written: one pass over each, as fast as digests can be made.

Says only yes or no. Where it says no, chain.py looks again, more slowly, and names what was done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from json.encoder import encode_basestring as quote
from typing import Any

from sqlalchemy import Connection, Select, func, select

from xlcrm.model.fields import Table
from xlcrm.model.identity import new_rid
from xlcrm.store.log import GENESIS, operation_head
from xlcrm.store.schema import ENTRY, LOGGED, META, OPERATION, SQL, columns

_PAGE = 2_000

Said = dict[str, dict[str, int | None]]
"""For each logged table, what the log says of each record: the hash() of its only entry, None where it has several."""


Differing = Callable[[Connection, Table, Sequence[str]], bool]
"""Whether any of some records differs from what the log says of it, over several entries: slower."""

Watch = Callable[[int, int], None]
"""Is told how many of how many entries and records are done."""


def sound(connection: Connection, differing: Differing, watch: Watch | None = None) -> bool:
    """True if every digest, every link and every record is as it should be."""
    said: Said = {key: {} for key in LOGGED}
    step = _counted(connection, watch) if watch else None
    return linked(connection, said, step) and all(
        _records(connection, table, said[key], differing, step) for key, table in LOGGED.items()
    )


Step = Callable[[int], None]
"""Is told how many more rows are done."""


def _counted(connection: Connection, watch: Watch) -> Step:
    tables = (ENTRY, *SQL.values())
    total = sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
    done = 0

    def step(rows: int) -> None:
        nonlocal done
        done += rows
        watch(done, total)

    return step


def linked(connection: Connection, said: Said, step: Step | None = None) -> bool:
    """Whether the entries and the chain of operations hold; notes in ``said`` what records should be like."""
    noted = connection.execute(select(META.c.value).where(META.c.name == "head")).scalar()  # begins the snapshot
    entries = _rows(connection, select(ENTRY).order_by(ENTRY.c.seq), step)
    previous = GENESIS
    for number, done in enumerate(_rows(connection, select(OPERATION).order_by(OPERATION.c.seq)), 1):
        *about, before, head = done
        id, first, count = about[1], about[-2], about[-1]
        last = _operation(islice(entries, count), id, first, count, said)
        if about[0] != number or before != previous or last is None or head != operation_head(before, about, last):
            return False
        previous = head
    return noted in (previous, None) and next(entries, None) is None


def _operation(entries: Iterator[Any], id: str, first: int, count: int, said: Said) -> str | None:
    """The hash of the last of an operation's entries; None if one is missing, strange or says something else."""
    last, expected = GENESIS, first
    for seq, operation, table, rid, old, new, place, before, after, reason, salt, payload, hash in entries:
        if seq != expected or operation != id:
            return None
        if salt and sha256(f"{salt}{before}\0{after}\0{reason}".encode()).hexdigest() != payload:
            return None
        # As log.entry_hash, written out: this is done a million times.
        text = f"{last}\x1f{operation}\x1f{table}\x1f{rid}\x1f{old}\x1f{new}\x1f{place}\x1f{payload}"
        last = sha256(text.encode()).hexdigest()
        if last != hash:
            return None
        expected += 1
        if new and table in said:
            known = said[table]
            known[rid] = _digest(after) if new == 1 and salt and rid not in known else None
    return last if expected == first + count else None


def _records(
    connection: Connection, table: Table, said: dict[str, int | None], differing: Differing, step: Step | None
) -> bool:
    """Whether every record is what the log says, and none is missing; empties ``said``."""
    names = [f'"{name}":' for name in columns(table)[1:-5]]  # without who, when and version: those stand in the operation
    several: list[str] = []
    for row in _rows(connection, select(SQL[table.key]), step):
        rid = row[0]
        if rid not in said:
            return False
        expected = said.pop(rid)
        if expected is None or row[-1] != 1:
            several.append(rid)
            continue
        text = ",".join([name + quote(value) for name, value in zip(names, row[1:-5], strict=True) if value is not None])
        if _digest(f"{{{text}}}") != expected:
            several.append(rid)
        if len(several) >= _PAGE:
            if differing(connection, table, several):
                return False
            several.clear()
    return not said and not differing(connection, table, several)


def _digest(text: str) -> int:
    return hash(text)  # of this process only: short, and nobody can prepare two texts with the same one


def _rows(connection: Connection, asked: Select[Any], step: Step | None = None) -> Iterator[Any]:
    """The rows as the driver gives them, page by page: half the time of a million rows would go into anything around them."""
    raw: Any = connection.connection.dbapi_connection
    # A cursor with a name stays on the server of PostgreSQL; SQLite's knows no other kind.
    cursor = raw.cursor(name=f"rows_{new_rid()}") if connection.dialect.name == "postgresql" else raw.cursor()
    try:
        cursor.execute(str(asked.compile(connection)))
        while page := cursor.fetchmany(_PAGE):
            yield from page
            if step:
                step(len(page))
    finally:
        cursor.close()

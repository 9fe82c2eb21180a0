"""Whole columns of a table, and every change of some fields: what figures are added up from, without a record for each row.

Sensitive values are never opened here: of one there is only said that it is there (``MASK``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, case, literal, or_, select

from xlcrm.errors import UsageError
from xlcrm.model.fields import Table
from xlcrm.model.operation import Values
from xlcrm.rules.masking import MASK
from xlcrm.store.base import Columns, Turn
from xlcrm.store.schema import ENTRY, OPERATION, SQL
from xlcrm.store.schema import columns as known

_BLOCK = 10_000
_FEW = 4  # fields that the database looks for itself; more are looked for faster here


def columns(connection: Connection, table: Table, names: Collection[str]) -> Columns:
    """The columns ``names`` of the living records of ``table``, oldest first. UsageError for a column it has not."""
    sql, wanted = SQL[table.key].c, _known(table, names)
    sealed = {name: case((sql[name].is_not(None), literal(MASK))).label(name) for name in table.sensitive}
    asked = select(*(sealed.get(name, sql[name]) for name in wanted)).where(sql.life == "live").order_by(sql.rid)
    rows = _rows(connection.execute(asked)).fetchall()
    found = zip(*rows, strict=True) if rows else (() for _ in wanted)
    return dict(zip(wanted, found, strict=True))


def turns(connection: Connection, table: Table, names: Collection[str], since: str) -> Iterator[Turn]:
    """Every change of ``names`` in records of ``table`` from the moment ``since`` on, oldest first; not how they came in."""
    wanted, entry = set(_known(table, names)), ENTRY.c
    done = _rows(connection.execute(
        select(OPERATION.c.first, OPERATION.c.at).where(OPERATION.c.at >= since).order_by(OPERATION.c.seq)
    )).fetchall()  # fmt: skip
    if not done:
        return
    asked = select(entry.seq, entry.rid, entry.before, entry.after).where(
        entry.seq >= min(first for first, _ in done), entry.table == table.key, entry.version_from > 0
    )  # fmt: skip
    if len(wanted) <= _FEW:
        asked = asked.where(or_(*(entry.after.contains(f'"{name}":', autoescape=True) for name in sorted(wanted))))
    sealed = table.sensitive & wanted
    rows, moment = _rows(connection.execute(asked.order_by(entry.seq))), _moments(done)
    named = re.compile(f'"(?:{"|".join(map(re.escape, sorted(wanted)))})":').search
    while page := rows.fetchmany(_BLOCK):
        telling = [row for row in page if named(row[3])]  # before anything is decoded
        if not telling:
            continue
        seqs, rids, befores, afters = zip(*telling, strict=True)
        for seq, rid, before, after in zip(seqs, rids, _decoded(befores), _decoded(afters), strict=True):
            if not after.keys() <= wanted:
                before = {name: value for name, value in before.items() if name in wanted}
                after = {name: value for name, value in after.items() if name in wanted}
            if after and before:  # not where the log was redacted
                for name in sealed & after.keys():
                    before[name], after[name] = _mask(before[name]), _mask(after[name])
                yield rid, moment(seq), before, after


def _rows(result: CursorResult[Any]) -> Any:
    """The driver's own cursor: a row of SQLAlchemy's costs as much as reading it."""
    return result.cursor


def _known(table: Table, names: Collection[str]) -> list[str]:
    there = known(table)
    for name in names:
        if name not in there:
            raise UsageError("store.bad_filter", field=name, sign="")
    return list(dict.fromkeys(names))


def _mask(value: str | None) -> str | None:
    return None if value is None else MASK


def _decoded(texts: Sequence[str]) -> list[Values]:
    """What entries say: all of them in one call, which is several times as fast as one by one."""
    found: list[Values] = json.loads(f"[{','.join(text or '{}' for text in texts)}]")
    return found


def _moments(done: Sequence[tuple[int, str]]) -> Callable[[int], str]:
    """Gives the moment of each entry, asked in the order of the log; ``done`` are first entry and moment of the operations."""
    place, last = 0, len(done) - 1

    def moment(seq: int) -> str:
        nonlocal place
        while place < last and done[place + 1][0] <= seq:
            place += 1
        return done[place][1]

    return moment

"""Proposals and what was said about them, as stored."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from xlcrm.model.proposal import Proposal, Word
from xlcrm.store.chunks import chunks
from xlcrm.store.schema import SQL


def proposals(
    connection: Connection, kind: str = "", outcome: str = "open", rids: Sequence[str] | None = None, customer: str = ""
) -> list[Proposal]:
    """The proposals of a kind with an outcome about a customer, oldest first; "" asks for all. With ``rids`` only those."""
    table = SQL["proposal"]
    asked = select(table).where(table.c.life == "live").order_by(table.c.rid)
    for column, wanted in ((table.c.kind, kind), (table.c.outcome, outcome), (table.c.customer, customer)):
        if wanted:
            asked = asked.where(column == wanted)
    if rids is None:
        rows = [*connection.execute(asked)]
    else:
        rows = [row for chunk in chunks(sorted(rids)) for row in connection.execute(asked.where(table.c.rid.in_(chunk)))]
    said = words(connection, [row.rid for row in rows])
    return [
        Proposal(
            row.rid, row.kind, row.customer or "", json.loads(row.about or "{}"), row.reason or "", row.outcome, row.created_by,
            row.created_at, row.version, tuple(said.get(row.rid, ())),
        )
        for row in rows
    ]  # fmt: skip


def words(connection: Connection, rids: Sequence[str]) -> dict[str, list[Word]]:
    """What was said about proposals and update requests, oldest first; those of which nothing was said are left out."""
    said = SQL["approval"].c
    found: dict[str, list[Word]] = {}
    for chunk in chunks(rids):
        asked = select(SQL["approval"]).where(said.proposal.in_(chunk), said.life == "live").order_by(said.rid)
        for row in connection.execute(asked):
            word = Word(row.created_by, row.seat or "", row.verdict or "", row.reason or "", row.created_at, int(row.round or 0))
            found.setdefault(row.proposal, []).append(word)
    return found

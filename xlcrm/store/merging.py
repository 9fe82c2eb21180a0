"""What merging a customer away means for the store: all that belongs to it moves along, in the same operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from xlcrm.model.operation import Change
from xlcrm.store.chunks import chunks
from xlcrm.store.schema import OWNED, SQL


def merged_away(changes: Sequence[Change]) -> dict[str, str]:
    """The customers that ``changes`` merge away, with their survivors."""
    return {
        change.rid: change.merged_into
        for change in changes
        if change.table == "customer" and change.state == "merged" and change.merged_into
    }


def without_goal(connection: Connection, merged: Mapping[str, str]) -> set[str]:
    """Those that cannot be merged: into themselves, or into one that is merged away here, not there, or not living."""
    customer = SQL["customer"].c
    living: set[str] = set()
    for chunk in chunks(sorted(set(merged.values()))):
        alive = select(customer.rid).where(customer.rid.in_(chunk), customer.life == "live")
        living.update(connection.execute(alive).scalars())
    return {rid for rid, into in merged.items() if into not in living or into in merged}


def carried(connection: Connection, merged: Mapping[str, str], changes: Sequence[Change]) -> list[Change]:
    """The moves of all living records of ``merged`` customers to their survivors, but for those that ``changes`` are about."""
    if not merged:
        return []
    named = {change.rid for change in changes}
    moves = []
    for key in sorted(OWNED):
        table = SQL[key].c
        for chunk in chunks(sorted(merged)):
            asked = select(table.rid, table.customer, table.version).where(table.customer.in_(chunk), table.life == "live")
            moves += [
                Change(key, rid, merged[customer], {"customer": merged[customer]}, version, {"customer": customer})
                for rid, customer, version in connection.execute(asked.order_by(table.rid))
                if rid not in named
            ]
    return moves


def joined(connection: Connection, rids: Sequence[str], table: str = "customer") -> dict[str, list[str]]:
    """For each record of ``table`` those that live on under it, at whatever remove; those without any are left out."""
    record = SQL[table].c
    found: dict[str, list[str]] = {}
    open_ends = {rid: rid for rid in rids}
    while open_ends:
        step: dict[str, str] = {}
        for chunk in chunks(list(open_ends)):
            asked = select(record.rid, record.merged_into).where(record.merged_into.in_(chunk), record.life == "merged")
            for rid, into in connection.execute(asked.order_by(record.rid)):
                under = open_ends[into]
                if rid not in found.setdefault(under, []) and rid != under:  # a ring must not hang the search
                    found[under].append(rid)
                    step[rid] = under
        open_ends = step
    return {rid: of for rid, of in found.items() if of}

"""Rows that certainly are one customer become one: across the files, and with the customers of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xlcrm.jobs.duplicates import Match
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.tokens import likenesses, pair_key
from xlcrm.match.engine import Evidence
from xlcrm.store.base import Store

_NAMES = frozenset({"same", "former", "sound", "near", "swapped", "close", "part"})


def unite(sheet: Sheet, matches: Sequence[Match], rids: Mapping[int, str]) -> list[tuple[list[int], str]]:
    """The groups of rows that are one customer each, in the order of the rows, with the rid of the stored one ("" for none).

    No group has two credit codes, or two stored customers; ``rids`` are the rows whose customer the store knows.
    """
    count = len(sheet.rows)
    head = list(range(count))
    codes = sheet.checked.values.get("uscc") or [None] * count
    code = {row: value for row, value in enumerate(codes) if value}
    stored = dict(rids)

    def top(row: int) -> int:
        while head[row] != row:
            head[row] = head[head[row]]
            row = head[row]
        return row

    def join(one: int, other: int) -> None:
        first, second = sorted((top(one), top(other)))
        if first == second or _differ(code, first, second) or _differ(stored, first, second):
            return
        head[second] = first
        for said in (code, stored):
            if second in said:
                said[first] = said[second]

    by_rid: dict[str, int] = {}
    for row, rid in rids.items():
        join(by_rid.setdefault(rid, row), row)
    for match in sorted(matches, key=lambda match: (-match.pair.probability, match.row)):
        if match.pair.advice != "merge" or not sure(match.pair.evidence):
            continue
        if match.other is not None:
            join(match.other, match.row)
        elif match.record is not None and match.owner is None:
            rid, mine = match.record.rid, top(match.row)
            if rid in by_rid:
                join(by_rid[rid], match.row)
            elif mine not in stored and not (mine in code and match.record.values.get("uscc") not in (None, code[mine])):
                stored[mine], by_rid[rid] = rid, mine
    groups: dict[int, list[int]] = {}
    for row in range(count):
        groups.setdefault(top(row), []).append(row)
    return [(rows, stored.get(first, "")) for first, rows in groups.items()]


def between(
    sheet: Sheet, matches: Sequence[Match], groups: Sequence[tuple[list[int], str]], store: Store
) -> list[Match]:
    """The pairs that are left to decide once rows were united: of two groups the likest pair of rows, by the rows of ``sheet``.

    Pairs that a person called different before are left out, as dedupe.find does.
    """
    of = {row: place for place, (rows, _) in enumerate(groups) for row in rows}
    stored = {place: rid for place, (_, rid) in enumerate(groups) if rid}
    said = likenesses(sheet)
    best: dict[tuple[int, int | str], Match] = {}
    for match in sorted(matches, key=lambda match: -match.pair.probability):
        row = of[match.row]
        if match.other is None:
            if row in stored or match.record is None:
                continue
            key = pair_key((match.record.rid, said[row]))
            best.setdefault((row, match.record.rid), replace(match, row=row, key=key))
            continue
        first, second = sorted((row, of[match.other]))
        if first == second or (first in stored and second in stored):
            continue
        if second in stored:
            first, second = second, first
        former = pair_key((said[first], said[second]))
        key = pair_key((stored[first], said[second])) if first in stored else former
        best.setdefault((second, first), replace(match, row=second, other=first, key=key, former=former))
    asked = {key for match in best.values() for key in (match.key, match.former) if key}
    distinct = {key for key, decision in store.decisions(asked).items() if decision.verdict == "distinct"}
    found = [match for match in best.values() if distinct.isdisjoint((match.key, match.former))]
    found.sort(key=lambda match: (match.row, -match.pair.probability))
    return found


def _differ(said: Mapping[int, str], one: int, other: int) -> bool:
    return one in said and other in said and said[one] != said[other]


def sure(evidence: Evidence) -> bool:
    """Whether two rows are one customer without anybody being asked: the name, the contact and how to reach them agree."""
    levels = dict(evidence)
    if levels.get("name") not in _NAMES or "differ" in (levels.get("uscc"), levels.get("identity")):
        return False
    return levels.get("uscc") == "same" or (levels.get("contact") == "same" and levels.get("phone") == "same")

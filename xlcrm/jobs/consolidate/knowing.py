"""What the store knows of delivered rows: which of them it took in before, and what their files said then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlcrm.jobs.consolidate.gathering import Heap
from xlcrm.jobs.reading import Sheet
from xlcrm.model.operation import Imported, Kept, Record, Values
from xlcrm.store.base import Store


@dataclass(slots=True)
class Known:
    """``tokens`` tell rows by what they say. ``rids`` are the stored records of rows, ``known`` the rows that say nothing new."""

    tokens: list[str]
    rids: dict[int, str] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)


def recognise(heap: Heap, sheet: Sheet, store: Store) -> Known:
    """Find the rows that the store took in as they are, and those that bear the number of a record."""
    found = Known(tokens(sheet, store))
    found.rids = {row: record.rid for row, record in _numbered(sheet).items()}
    before = store.imported(found.tokens)
    records = living(store, {one.rid for one in before})
    by_token: dict[str, list[Imported]] = {}
    for one in before:
        if one.rid in records:
            by_token.setdefault(one.token, []).append(one)
    latest = newest(store.imports({one.rid for one in before}))
    for row, token in enumerate(found.tokens):
        delivery = heap.of[row].delivery
        same = by_token.get(token, ())
        mine = next((one for one in same if one.file == delivery.family), next(iter(same), None))
        if mine is None:
            continue
        found.rids.setdefault(row, records[mine.rid].rid)
        last = latest.get((delivery.family, mine.rid))
        if last is None or any(_one(last, one) for one in same) or delivery.saved <= last.saved:
            found.known.add(row)  # otherwise the file says again what it said once
    return found


def tokens(sheet: Sheet, store: Store) -> list[str]:
    """A keyed digest of what each row says, whatever other columns its sheet has, and in which order."""
    parts: list[list[str]] = [[] for _ in range(len(sheet.rows))]
    for item in sorted(sheet.table.data, key=lambda item: item.key):
        for place, value in enumerate(sheet.checked.values.get(item.key, ())):
            if value is not None:
                parts[place].append(f"{item.key}={value}")
    return [store.digest(f"import\x1f{sheet.table.key}\x1f" + "\x1f".join(said)) for said in parts]


def _numbered(sheet: Sheet) -> dict[int, Record]:
    numbers = sheet.checked.values.get("number") or ()
    return {row: sheet.records[number] for row, number in enumerate(numbers) if number and number in sheet.records}


def living(store: Store, rids: Iterable[str]) -> dict[str, Record]:
    """The living record of each rid: of one that was merged its survivor; none where it was voided or erased."""
    records = store.records(set(rids))
    while into := {one.merged_into for one in records.values() if one.state == "merged" and one.merged_into} - records.keys():
        records |= store.records({rid for rid in into if rid})
    found = {}
    for rid in records:
        record = records[rid]
        while record.state == "merged" and record.merged_into in records:
            record = records[record.merged_into]
        if record.state == "live":
            found[rid] = record
    return found


def _one(one: Imported, other: Imported) -> bool:
    """Whether both are the same import: only those asked for by their token tell it as the jobs do (store/digests.py)."""
    return replace(one, token="") == replace(other, token="")


def newest(imports: Iterable[Imported]) -> dict[tuple[str, str], Imported]:
    """The last row that each file (its family) brought into each record."""
    found: dict[tuple[str, str], Imported] = {}
    for one in imports:  # in the order of their saving
        found[one.file, one.rid] = one
    return found


@dataclass(slots=True)
class Past:
    """What the store knows of the records that delivered rows belong to.

    ``last`` is the newest import of each file's family into each record, ``saved`` when the newest file that went into a record
    was saved, ``reached`` the record's version then; ``kept`` are the values that lost there. ``bases`` holds, for rows, the
    record as it was when their file was taken in the last time. ``followed`` is when the customers were last contacted.
    """

    last: dict[tuple[str, str], Imported] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    kept: dict[str, list[Kept]] = field(default_factory=dict)
    bases: dict[int, Values] = field(default_factory=dict)
    followed: dict[str, str] = field(default_factory=dict)


def recall(heap: Heap, sheet: Sheet, store: Store, of: Mapping[int, Record]) -> Past:
    """What is to be known before the rows of ``of`` (row -> its record) are compared with their records."""
    rids = {record.rid for record in of.values()}
    found = Past()
    if not rids:
        return found
    imports = store.imports(rids)
    found.last = newest(imports)
    for one in imports:
        found.saved[one.rid] = max(found.saved.get(one.rid, ""), one.saved)
        found.reached[one.rid] = max(found.reached.get(one.rid, 0), one.version)
    found.kept = store.kept(rids)
    found.followed = {
        rid: max((talk.values.get("at") or "" for talk in talks), default="")
        for rid, talks in store.children("interaction", rids).items()
    }
    versions = _versions(heap, sheet, found.last, of)
    values = store.as_of({(of[row].rid, version) for row, version in versions.items() if version < of[row].version})
    for row, version in versions.items():
        record = of[row]
        base = record.values if version >= record.version else values.get((record.rid, version))
        if base is not None:
            found.bases[row] = base
    return found


def _versions(
    heap: Heap, sheet: Sheet, last: Mapping[tuple[str, str], Imported], of: Mapping[int, Record]
) -> dict[int, int]:
    """The version of its record that each row's file has seen: as the row itself says, else as it was last taken in."""
    said: Sequence[str | None] = sheet.checked.values.get("version") or [None] * len(sheet.rows)
    found = {}
    for row, record in of.items():
        version = said[row]
        before = last.get((heap.of[row].delivery.family, record.rid))
        if version and version.isdigit() and sheet.value(row, "number") == record.number:
            found[row] = int(version)
        elif before is not None:
            found[row] = before.version
    return found



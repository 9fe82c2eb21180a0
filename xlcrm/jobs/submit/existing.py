"""Rows that have a record already: what the person changed since the version they saw, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.requests.raising import Wanted
from xlcrm.jobs.submit import byrequest
from xlcrm.jobs.submit.draft import Count, Draft, Fate
from xlcrm.jobs.tokens import pair_key
from xlcrm.model.finding import Severity
from xlcrm.model.operation import Change, Clash, Record, Values
from xlcrm.rules.changes import Way, way
from xlcrm.rules.rights import Action, Group


def plan(draft: Draft, sheet: Sheet, rows: Mapping[int, Record], choices: Mapping[str, str]) -> dict[int, Fate]:
    """The fates of the rows of ``sheet`` that belong to stored records (row index -> record).

    ``choices`` are the decisions of 冲突处理 (system key -> "mine" or "theirs"). A blank or masked cell means
    unchanged; the version in the row says what the person saw (mission sections 4 and 6).
    """
    seen = {row: version for row in rows if (version := _version(sheet, row)) is not None}
    bases = draft.store.as_of(
        {(record.rid, seen[row]) for row, record in rows.items() if seen.get(row, 0) < record.version and row in seen}
    )
    customers = {record.values["customer"] or "" for record in rows.values() if sheet.table.key != "customer"}
    owners = {rid: record.values.get("owner") for rid, record in draft.store.records(customers).items()} if customers else {}
    wants = byrequest.known(draft, [record.rid for record in rows.values()] if sheet.table.key == "customer" else [])
    fates = {}
    for row, record in rows.items():
        if record.state != "live":
            fates[row] = Fate(Count.UNCHANGED, "void" if record.state == "erased" else record.state, record.rid, None, record)
            continue
        if "name" in record.hidden and sheet.table.key == "customer":
            fates[row] = draft.refuse(sheet, row, "NOT_YOURS", "name")
            continue
        version = seen.get(row)
        base = record.values if version == record.version else bases.get((record.rid, version or -1))
        owner = record.values.get("owner") if sheet.table.key == "customer" else owners.get(record.values["customer"] or "")
        fates[row] = _fate(draft, sheet, row, record, base, choices, owner, wants)
        byrequest.done(draft, sheet, row, record.rid, wants)
    return fates


def _version(sheet: Sheet, row: int) -> int | None:
    text = sheet.value(row, "version")
    return int(text) if text and text.isdigit() else None


def _fate(
    draft: Draft,
    sheet: Sheet,
    row: int,
    record: Record,
    base: Values | None,
    choices: Mapping[str, str],
    owner: str | None,
    wants: Wanted,
) -> Fate:
    changed: Values = {}
    expected: Values = {}
    clashes: list[Clash] = []
    wished: Values = {}
    for key, value in edited(sheet, row, record, base).items():
        before, current = (base or {}).get(key), record.values.get(key)
        if current not in (value, before) or (base is None and current is not None):
            choice = choices.get(clash_key(record, key, value, current))
            if choice is None:
                clashes.append(Clash(key, value, current, record.updated_by, record.updated_at))
            if choice != "mine":
                continue
            before = current
        match way(sheet.table, sheet.table[key], draft.rights, owner, draft.rulebook.settings):
            case Way.REFUSE:
                return draft.refuse(sheet, row, *refusal(draft, owner, key))
            case Way.REQUEST:
                wished[key] = value
            case Way.WRITE:
                changed[key], expected[key] = value, before
    if clashes:
        for clash in clashes:
            draft.note(sheet, row, "CONFLICT", clash.field, Severity.CHECK)
        return Fate(Count.WAITING, "conflict", record.rid, None, record, tuple(clashes))
    requested = [key for key, value in wished.items() if byrequest.ask(draft, sheet, row, record, key, value, wants)]
    if changed:
        customer = record.rid if sheet.table.key == "customer" else record.values["customer"] or ""
        place = f"{sheet.rows.sheet}!{sheet.rows.place(row)}"
        change = draft.target(
            Change(
                sheet.table.key,
                record.rid,
                customer,
                changed,
                record.version,
                expected,
                origin=draft.operation.source,
                place=place,
            )
        )
        return Fate(Count.UPDATED, "stored", record.rid, change, record, requested=frozenset(requested))
    if requested:
        return Fate(Count.WAITING, "review", record.rid, None, record, requested=frozenset(requested))
    return Fate(Count.UNCHANGED, "stored", record.rid, None, record)


def refusal(draft: Draft, owner: str | None, key: str) -> tuple[str, str]:
    """The finding about a field that may not be changed: the record is somebody else's, or the field is for others to set."""
    if key == "owner" and draft.rights.may(Action.CHANGE, owner, Group.ORDINARY):
        return "OWNER_HANDOVER", key
    return ("NOT_YOURS" if owner and owner != draft.context.actor.rid else "NO_RIGHT"), key


def edited(sheet: Sheet, row: int, record: Record, base: Values | None) -> Values:
    """The fields whose value in the row differs from what the person saw and from what is stored."""
    found: Values = {}
    for field in sheet.table.data:
        column = sheet.checked.values.get(field.key)
        if column is None or field.key == "customer" or (row, field.key) in sheet.checked.masked:
            continue
        value = None if (row, field.key) in sheet.checked.cleared else column[row]
        if value is None and (row, field.key) not in sheet.checked.cleared:
            continue
        if value != record.values.get(field.key) and (base is None or value != base.get(field.key)):
            found[field.key] = value
    return found


def clash_key(record: Record, key: str, mine: str | None, theirs: str | None) -> str:
    """The system key of a conflict: a choice made for it stays valid while both values stand."""
    return pair_key((record.rid, f"field {key}", f"mine {mine}", f"theirs {theirs}"))

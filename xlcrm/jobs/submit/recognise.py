"""Rows that need no planning: dealt with before, refused by the checks, or stored although their answer was lost."""

from __future__ import annotations

from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.submit.draft import Count, Draft, Fate
from xlcrm.jobs.tokens import tokens
from xlcrm.rules.checks.numbers import SETTLED


def settled(sheet: Sheet) -> dict[int, Fate]:
    """The fates of rows that were merged or dropped before, and of those with something 必须修改."""
    fates = {}
    for row in range(len(sheet.rows)):
        status = sheet.value(row, "submit_status") or ""
        if status in SETTLED:
            record = sheet.records.get(sheet.value(row, "number") or "") if status == "merged" else None
            if record is not None and record.state == "live":  # what was merged lives on in its customer
                fates[row] = Fate(Count.UNCHANGED, status, record.rid, None, record)
            else:
                fates[row] = Fate(Count.UNCHANGED, status)
        elif row in sheet.checked.blocked:
            fates[row] = Fate(Count.REFUSED, "refused")
    return fates


def healed(draft: Draft, sheet: Sheet, fates: dict[int, Fate]) -> list[str]:
    """Add to ``fates`` the rows that the store has although their answer never arrived; every row's token comes back."""
    said = tokens(sheet, draft.store.digest)
    fresh = [row for row in range(len(sheet.rows)) if row not in fates]
    found = draft.store.submitted(draft.operation.workbook, [said[row] for row in fresh])
    # A record that another row stands for, even a broken one, is not this row's.
    present = {*(fate.rid for fate in fates.values()), *(record.rid for record in sheet.records.values())}
    records = draft.store.records({rid for rid in found.values() if rid not in present})
    for row in fresh:
        record = records.get(found.get(said[row], ""))
        if record is not None:
            fates[row] = Fate(Count.UNCHANGED, "stored", record.rid, None, record)
    return said

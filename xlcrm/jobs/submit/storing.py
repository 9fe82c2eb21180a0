"""Handing the planned operation to the store: numbers first, then everything in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlcrm.jobs import feedback, reviewing
from xlcrm.jobs.notify.proposed import proposed
from xlcrm.jobs.requests.raising import raised
from xlcrm.jobs.submit import customers, writeback
from xlcrm.jobs.submit.draft import Count, Draft
from xlcrm.jobs.tokens import contents
from xlcrm.model.operation import Change, Outcome, Receipt, Record
from xlcrm.model.tables import BY_KEY, CUSTOMER, INTERACTION, REQUEST, TAG


@dataclass(slots=True)
class Stored:
    """The store's answer: the receipt (None when nothing was sent), outcomes by rid, records that were there before.

    ``reviewed`` are the customers that wait for a second person. ``sent`` rows were handed on instead (Draft.send).
    """

    receipt: Receipt | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    reviewed: set[str] = field(default_factory=set)
    sent: int = 0


def store(draft: Draft) -> Stored:
    """Number and apply the draft's operation, settle the fates, and read back what the sheet has to show."""
    done = Stored()
    if draft.send is not None:
        done.sent = _hand_on(draft)
    else:
        _apply(draft, done)
    fresh = {change.rid for change in draft.operation.changes if change.base is None}
    done.records = draft.store.records(
        {fate.rid for fates in draft.fates.values() for fate in fates if fate.rid and fate.rid not in fresh}
    )
    if CUSTOMER.key in draft.sheets:
        done.reviewed = reviewing.waiting(draft.store, draft.rulebook.settings)
    tagged = {change.customer for change in draft.operation.changes if change.table == TAG.key}
    done.tags = writeback.tag_labels(draft.store.children(TAG.key, tagged), draft.context.language) if tagged else {}
    return done


def _apply(draft: Draft, done: Stored) -> None:
    _number(draft)
    customers.blocking_keys(draft)
    operation = draft.operation
    asked = [change for change in operation.changes if change.table == REQUEST.key and change.base is None]
    operation.changes += raised(draft.store, draft.context, draft.rulebook.settings, asked)
    operation.changes += feedback.assigned(draft.store, draft.context, draft.rulebook.settings, operation.changes)
    operation.changes += proposed(draft.store, draft.context, draft.rulebook.settings, operation.changes)
    if not draft.detached:
        # Only what the sheet shows: a row healed in this run has its number when the sheet is written, and that may fail too.
        shown = {record.rid for sheet in draft.sheets.values() for record in sheet.records.values()}
        operation.seen = sorted({fate.rid for fates in draft.fates.values() for fate in fates if fate.rid in shown and fate.rid})
    if operation.changes or operation.decisions or operation.imported:
        done.receipt = draft.store.apply(operation, draft.context)
        done.outcomes = {change.rid: outcome for change, outcome in zip(operation.changes, done.receipt.outcomes, strict=True)}
        writeback.settle(draft, done.outcomes)


def _hand_on(draft: Draft) -> int:
    """Send the rows that ask for something where the store is; they wait until its answer comes. How many."""
    asking = {
        key: {row for row, fate in enumerate(fates) if fate.change or fate.requested or fate.status in ("merged", "review")}
        for key, fates in draft.fates.items()
    }
    for key, rows in asking.items():
        rows -= {row for row in rows if draft.fates[key][row].count in (Count.UNCHANGED, Count.REFUSED)}
    if not any(asking.values()) or draft.send is None:
        return 0
    chosen = {}
    for key, rows in asking.items():
        said = contents(draft.sheets[key])  # equal rows are told apart by how often a row was said before
        same = {said[row] for row in rows}
        chosen[key] = {row for row, one in enumerate(said) if one in same}
    draft.send(chosen)
    for key, rows in asking.items():
        for row in rows:
            fate = draft.fates[key][row]
            fate.count, fate.status, fate.rid = Count.WAITING, "queued", None
    return sum(map(len, asking.values()))


def _number(draft: Draft) -> None:
    """Give every new record its number, a block for each table; interactions count within their customer."""
    moment = draft.context.now()
    fresh: dict[str, list[Change]] = {}
    for change in draft.operation.changes:
        if change.base is None:
            fresh.setdefault(change.table, []).append(change)
    for key, changes in fresh.items():
        pattern = BY_KEY[key].number if key in BY_KEY else ""
        if not pattern or key == INTERACTION.key:
            continue
        for change, number in zip(changes, draft.store.numbers(pattern, len(changes), moment), strict=True):
            change.number = number
    for change, finding in draft.asked:
        finding.values["number"] = change.number
    talks = fresh.get(INTERACTION.key, [])
    if not talks:
        return
    numbers = {change.rid: change.number for change in fresh.get(CUSTOMER.key, ())}
    stored = draft.store.records({change.customer for change in talks if change.customer not in numbers})
    numbers |= {rid: record.number for rid, record in stored.items()}
    owners = [numbers[change.customer] or "" for change in talks]
    for change, number in zip(talks, draft.store.numbers_within(INTERACTION.number, owners, moment), strict=True):
        change.number = number

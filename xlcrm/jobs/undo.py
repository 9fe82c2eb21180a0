"""撤销: take back what an operation did, as far as nobody changed it since; nothing is deleted, everything stays in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.errors import Overtaken, UsageError
from xlcrm.jobs import likeness
from xlcrm.jobs.progress import Progress, silent
from xlcrm.jobs.submit import TURNS
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Receipt, Record, Values
from xlcrm.model.tables import BY_KEY, CUSTOMER, STORED
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.undo import Plan, Said, Step, plan, steps, undecided
from xlcrm.store.base import Done, Sought, Store

KINDS = frozenset({"submit", "import", "consolidate", "edit", "merge", "void", "request", "update", "handover"})
"""What people take back one after the other; an undo itself, or choices about headers, only where somebody names it."""
_DECIDED = frozenset({"decision"})
_PAGE = 5_000
_MORE = 2  # steps after the last entry is read


@dataclass(slots=True)
class Undo:
    """What taking an operation back does: ``plan``, the records as they are now (by rid), and the store's answer."""

    done: Done
    plan: Plan
    records: Mapping[str, Record]
    receipt: Receipt | None = None
    hidden: int = 0  # entries of the operation that the acting person may not see: they stay

    @property
    def counts(self) -> dict[str, int]:
        """How many records become void, live again, move, or get former values back; how many decisions are taken back."""
        found = {"void": 0, "back": 0, "moved": 0, "fields": 0, "left": len(self.plan.left)}
        found["decisions"] = len(self.plan.decisions)
        for change in self.plan.changes:
            moved = "moved" if "customer" in change.values else "fields"
            found["void" if change.state == "void" else "back" if change.state else moved] += 1
        return found


def find(store: Store, context: Context, wanted: str = "", source: str = "") -> Done:
    """The operation with the number (or id) ``wanted``; without one the acting person's last, in the workbook ``source``.

    One that was brought back stands for the undo that did it. UsageError where there is none, or it was taken back.
    """
    if not wanted:
        limit = 20
        while True:
            found = store.operations(actor=context.actor.rid, source=source, kinds=sorted(KINDS), limit=limit)
            for done in found:
                if standing(store, done) is not None:
                    return done
            if len(found) < limit:
                raise UsageError("undo.nothing")
            limit *= 10
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 18 else 0
    found = store.operations(numbers=[number]) if number else store.operations(ids=[wanted])
    if not found:
        raise UsageError("undo.unknown", operation=wanted)
    goal = standing(store, found[0])
    if goal is None:
        raise UsageError("undo.twice", operation=found[0].number)
    return goal


def standing(store: Store, done: Done) -> Done | None:
    """What to take back where ``done`` is to be undone: itself, or the undo of its undo; None where it is taken back."""
    while done.reversed_by is not None:
        (undo,) = store.operations(numbers=[done.reversed_by]) or (None,)
        if undo is None or undo.reversed_by is None:
            return None
        (done,) = store.operations(numbers=[undo.reversed_by]) or (undo,)
        if done is undo:
            return None
    return done


def preview(store: Store, context: Context, done: Done, progress: Progress = silent) -> Undo:
    """What taking ``done`` back would do. UsageError where it cannot be, or the acting person has no right to it."""
    found = _planned(store, context, done, progress)
    progress("", 1, 1)
    return found


def _planned(store: Store, context: Context, done: Done, progress: Progress) -> Undo:
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    mine = done.actor in {person.rid for person in rights.persons}
    if not mine and not rights.ever(Action.UNDO):
        raise UsageError("undo.not_yours", operation=done.number)
    said = _read(store, done, context.language, progress)
    work, decided, hidden = steps(said), steps(said, _DECIDED), done.entries - len(said)
    if not work and not decided:
        theirs = hidden and done.kind in (*KINDS, "undo", "match")
        raise UsageError("undo.all_hidden" if theirs else "undo.no_records", operation=done.number)
    progress(text("undo.step_plan", context.language), done.entries, done.entries + _MORE)
    stood = store.as_of((step.rid, step.version) for step in work if step.revived)
    work = [step.whole(stood.get((step.rid, step.version), {})) if step.revived else step for step in work]
    rids = {step.rid for step in work}
    records = store.records(rids)
    hidden -= sum(one.operation == done.id for of in store.kept(rids).values() for one in of)
    customers = {customer for record in records.values() if (customer := _customer(record))}
    sides = [side for step in work for side in (step.before, step.after)]
    named = {value for side in sides for key in ("customer", "merged_into") if (value := side.get(key))}
    around = store.records((customers | named) - rids)
    owners = {rid: one.values.get("owner") for rid, one in (around | dict(records)).items()}
    if not mine:
        for record in records.values():
            if not rights.may(Action.UNDO, owners.get(_customer(record))):
                raise UsageError("undo.not_yours", operation=done.number)
    lives_on = _survivors(store, around | dict(records), named)
    made = {step.rid for step in work if step.made}
    found = Undo(done, plan(work, around | dict(records), lives_on, _used(store, work, made)), records, hidden=hidden)
    found.plan.decisions, left = undecided(decided, store.decisions(step.rid for step in decided))
    found.plan.left += left
    for change in found.plan.changes:
        owner = owners.get(_customer(records[change.rid]))
        if not any(rights.may(action, owner) for action in (Action.CREATE, Action.UNDO, Action.VOID)):
            raise UsageError("undo.handed_over", operation=done.number, number=records[change.rid].number or "")
    return found


def undo(store: Store, context: Context, done: Done, progress: Progress = silent) -> Undo:
    """Take ``done`` back in one operation. UsageError as ``preview``, or where nothing of it is left to be taken back."""
    for left in reversed(range(TURNS)):
        found = _planned(store, context, done, progress)
        if not found.plan.changes and not found.plan.decisions:
            raise UsageError("undo.all_changed", operation=done.number)
        goals = _goals(store, found)
        changes = [*found.plan.changes, *(Change(CUSTOMER.key, rid, rid, {}, one.version) for rid, one in goals.items())]
        operation = Operation("undo", changes, found.plan.decisions, source=done.source, reverses=done.id, whole=True)
        apart = {change.rid for change in changes if change.state == "live"}
        touched = [change.rid for change in found.plan.changes if change.table == CUSTOMER.key and change.state != "void"]
        standing = {rid: found.records[rid] for rid in touched} | goals
        found_by = [change for change in changes if change.state != "void"]  # what is void is found by nothing
        likeness.give(found_by, standing, store, _joining(store, changes, found.records), _ended(store, done), apart)
        progress(text("undo.step_store", context.language), done.entries + 1, done.entries + _MORE)
        try:
            found.receipt = store.apply(operation, context)
            progress("", 1, 1)
            return found
        except Overtaken:  # a colleague changed one of the records: look again what is left to be taken back
            if not left:
                raise
    raise AssertionError


def _read(store: Store, done: Done, language: str, progress: Progress) -> list[Said]:
    """What ``done`` did, page by page, as far as it is to be seen."""
    said: list[Said] = []
    cursor = ""
    while True:
        progress(text("undo.step_read", language), len(said), done.entries + _MORE)
        page = store.log(cursor, _PAGE, Sought(operation=done.id))
        said += [Said(entry.table, entry.rid, entry.version, entry.before, entry.after) for entry in page.entries]
        if page.cursor == cursor:
            return said
        cursor = page.cursor


def _customer(record: Record) -> str:
    return record.rid if record.table == CUSTOMER.key else record.values.get("customer") or ""


def _survivors(store: Store, records: Mapping[str, Record], named: set[str]) -> dict[str, str]:
    """The customers among ``named`` that were merged away, and under whom they live on."""
    gone = {rid: records[rid] for rid in named if rid in records and records[rid].state == "merged"}
    if not gone:
        return {}
    found = store.find([record.number for record in gone.values() if record.number])
    return {rid: found[record.number] for rid, record in gone.items() if record.number and record.number in found}


def _used(store: Store, work: list[Step], made: set[str]) -> set[str]:
    """The records made by ``work`` that something else belongs to by now: merged into them, or added to a customer since."""
    found: set[str] = set()
    for key in {step.table for step in work if step.made}:
        found |= store.joined([step.rid for step in work if step.made and step.table == key], key).keys()
    customers = [step.rid for step in work if step.made and step.table == CUSTOMER.key]
    for table in STORED if customers else ():
        if "customer" in BY_KEY[table.key].by_key and table.key != CUSTOMER.key:
            children = store.children(table.key, customers)
            found |= {rid for rid, of in children.items() if any(one.rid not in made for one in of)}
    return found


def _ended(store: Store, done: Done) -> set[str]:
    """The operations that are in effect no longer without ``done``: itself, and what it had brought back."""
    ended = {done.id}
    while done.reverses:
        (undo,) = store.operations(ids=[done.reverses]) or (None,)
        (done,) = (store.operations(ids=[undo.reverses]) if undo and undo.reverses else ()) or (done,)
        if done.id in ended:
            break
        ended.add(done.id)
    return ended


def _goals(store: Store, found: Undo) -> dict[str, Record]:
    """The living customers that others live on under, or no longer, of which nothing else changes: they are found otherwise."""
    rids = set()
    for change in found.plan.changes:
        if change.table == CUSTOMER.key and change.state in ("live", "merged"):
            rids.add(change.merged_into or found.records[change.rid].merged_into or "")
    rids |= set(store.find(one.number for one in store.records(rids).values() if one.number).values())
    rids -= {"", *(change.rid for change in found.plan.changes)}
    return {rid: one for rid, one in store.records(rids).items() if one.state == "live"}


def _joining(store: Store, changes: list[Change], records: Mapping[str, Record]) -> dict[str, list[Values]]:
    """What customers that are merged again bring along."""
    into = {change.rid: change.merged_into for change in changes if change.table == CUSTOMER.key and change.merged_into}
    found: dict[str, list[Values]] = {}
    for rid, values in likeness.faces({rid: records[rid] for rid in into}, store):
        found.setdefault(into[rid], []).append(values)
    return found

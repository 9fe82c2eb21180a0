"""Carrying out what the lines of 月度核对 and 次要信息核对 say: one operation for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.catalogue import text
from xlcrm.errors import Overtaken
from xlcrm.jobs import likeness
from xlcrm.jobs.keeping import sheet
from xlcrm.jobs.keeping.sheet import SCOPES, Answer
from xlcrm.jobs.marking import fill
from xlcrm.jobs.outbox.parcel import select
from xlcrm.jobs.requests.raising import WAITING, Wanted, new_request, raised, wanted
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Values
from xlcrm.model.rows import Rows
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.rules.changes import Way, way
from xlcrm.rules.rights import Rights, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

TURNS = 3


@dataclass(slots=True)
class Reviewed:
    """What became of the answered lines, in numbers: ``done`` reviewed, of which ``changed`` changed something and ``requested``
    asked for it; ``refused`` were not carried out, each says why. ``sent`` were handed on instead.
    """

    done: int = 0
    changed: int = 0
    requested: int = 0
    refused: int = 0
    sent: int = 0


Send = Callable[[Mapping[str, Rows]], None]
"""Hands answered lines (table key -> rows) on to where the store is; the store at hand is only somebody's copy of it."""


@dataclass(slots=True)
class _Plan:
    """One line: the changes it asks for, or the sentence that says why it is not carried out."""

    answer: Answer
    changes: list[Change] = field(default_factory=list)
    sentence: str = ""


def carry_out(book: Book, store: Store, context: Context, rulebook: Rulebook, send: Send | None = None) -> Reviewed:
    """Carry out the answered lines of both sheets; what is done leaves its sheet, the rest says why it stays. Saves.

    An answer is a record "review" of its customer; what is new is written, or becomes a request (rules/changes.py). ``send``
    takes the lines instead. Raises StoreError, BookError; then nothing is written.
    """
    done = Reviewed()
    handed: dict[str, Rows] = {}
    for scope in SCOPES:
        rows, said = sheet.answers(book, scope, rulebook)
        if not said:
            continue
        if send is not None:
            plans = [_Plan(one, sentence=_not_understood(one, rulebook.language)) for one in said]
            handed[rows.table.key] = select(rows, [plan.answer.line for plan in plans if not plan.sentence])
            _settle(book, scope, rows, plans, done, rulebook.language)
            continue
        for left in reversed(range(TURNS)):
            plans = _plans(scope, said, store, context, rulebook)
            try:
                _apply(plans, store, context, rulebook.settings, book.name)
                break
            except Overtaken:
                if not left:
                    raise
        _settle(book, scope, rows, plans, done, rulebook.language)
    if send is not None and done.done:
        book.ready()
        send({key: rows for key, rows in handed.items() if len(rows)})
        done.sent, done.done = done.done, 0
    if done.done or done.refused or done.sent:
        book.save()
    return done


def told(done: Reviewed, language: str) -> list[str]:
    """What became of the answers, in sentences; none where nobody answered."""
    said = []
    if done.sent:
        said.append(text("keeping.sent", language, count=done.sent))
    if done.done:
        said.append(text("keeping.submitted", language, done=done.done, changed=done.changed, requested=done.requested))
    if done.refused:
        said.append(text("keeping.submitted_refused", language, refused=done.refused))
    return said


def _plans(scope: str, said: Sequence[Answer], store: Store, context: Context, rulebook: Rulebook) -> list[_Plan]:
    records = store.records({one.rid for one in said})
    behind = {(one.rid, one.version) for one in said if one.rid in records and one.version < records[one.rid].version}
    bases = store.as_of(behind)
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    under_way = wanted(store, records)
    found = []
    for one in said:
        plan = _Plan(one)
        found.append(plan)
        record = records.get(one.rid)
        plan.sentence = _fault(one, record, rulebook.language)
        if record is None or plan.sentence:
            continue
        seen = bases.get((one.rid, one.version), record.values)
        values = _values(one, sheet.changed(one, seen, record.values), record, context)
        if one.answer == "changed" and not values:
            plan.sentence = text("keeping.nothing_new", rulebook.language)
            continue
        plan.sentence = _divide(plan, values, record, seen, rights, context, rulebook.settings, rulebook.language)
        if plan.sentence:
            plan.changes = []
            continue
        plan.changes = [one for one in plan.changes if one.table != REQUEST.key or not _asked(under_way, one)]
        review: Values = {"customer": one.rid, "scope": scope, "answer": one.answer or "changed", "note": one.note or None}
        plan.changes.append(Change("review", new_rid(), one.rid, review))
    return found


def _asked(under_way: Wanted, request: Change) -> bool:
    """Whether just this is asked for already."""
    values = request.values
    known = under_way.same(request.customer, values["field"] or "", values["after"])
    return known is not None and known.values.get("state") in WAITING


def _fault(one: Answer, record: Record | None, language: str) -> str:
    """Why a line cannot be carried out as it stands; "" where it can."""
    if record is None or record.state != "live":
        return text("keeping.gone", language)
    return _not_understood(one, language)


def _not_understood(one: Answer, language: str) -> str:
    if not one.wrong:
        return ""
    column, value = one.wrong[0]
    return text("keeping.not_understood", language, column=column, value=value)


def _values(one: Answer, values: Values, record: Record, context: Context) -> Values:
    """What the answer changes: with a checked telephone goes who checked it and when; who cannot be reached has none."""
    if one.answer == "lost":
        values = {**values, "phone_check": "invalid"}
    elif one.answer == "same":
        values = {key: value for key, value in values.items() if key == "phone_check"}
    if one.values.get("phone_check") or one.answer == "lost":
        values = {**values, "phone_check_date": context.now()[:10], "phone_check_by": context.actor.rid}
    return {key: value for key, value in values.items() if value != record.values.get(key)}


def _divide(
    plan: _Plan,
    values: Values,
    record: Record,
    seen: Values,
    rights: Rights,
    context: Context,
    settings: Mapping[str, str],
    language: str,
) -> str:
    """Write what may be written, ask for the rest; the sentence where something may not be changed at all."""
    write: Values = {}
    owner = record.values.get("owner")
    for key, value in values.items():
        if record.values.get(key) != seen.get(key):
            return text("keeping.conflict", language, field=CUSTOMER[key].title(language))
        match way(CUSTOMER, CUSTOMER[key], rights, owner, settings):
            case Way.REFUSE:
                return text("keeping.no_right", language, field=CUSTOMER[key].title(language))
            case Way.REQUEST:
                said = {"reason": plan.answer.note or text("keeping.reason", language)}
                plan.changes.append(new_request(context, record, key, value, said))
            case Way.WRITE:
                write[key] = value
    if write:
        expected = {key: record.values.get(key) for key in write}
        plan.changes.append(Change(CUSTOMER.key, record.rid, record.rid, write, record.version, expected))
    return ""


def _apply(plans: Sequence[_Plan], store: Store, context: Context, settings: Mapping[str, str], source: str) -> None:
    changes = [change for plan in plans for change in plan.changes]
    if not changes:
        return
    asked = [change for change in changes if change.table == REQUEST.key]
    for change, number in zip(asked, store.numbers(REQUEST.number, len(asked), context.now()) if asked else (), strict=True):
        change.number = number
    likeness.give(changes, store.records({one.rid for one in changes if one.table == CUSTOMER.key}), store, {})
    changes += raised(store, context, settings, asked)
    store.apply(Operation("review", changes, source=source, whole=True), context)


def _settle(book: Book, scope: str, rows: Rows, plans: Sequence[_Plan], done: Reviewed, language: str) -> None:
    """Count what became of the lines; those that are done leave the sheet."""
    kept = {plan.answer.line: plan.sentence for plan in plans if plan.sentence}
    gone = {plan.answer.line for plan in plans if not plan.sentence}
    done.refused += len(kept)
    done.done += len(gone)
    for plan in plans:
        tables = {one.table for one in plan.changes}
        done.requested += REQUEST.key in tables
        done.changed += CUSTOMER.key in tables
    lines = [
        {key: rows.cell(row, key) for key in rows.columns} | {"outcome": kept.get(row, rows.cell(row, "outcome"))}
        for row in range(len(rows))
        if row not in gone
    ]
    fill(book, SCOPES[scope], lines, language)

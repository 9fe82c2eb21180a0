"""Changes of fields that a submission may not make itself: each becomes an update request, or meets the one there is."""

from __future__ import annotations

from collections.abc import Iterable

from xlcrm.catalogue import text
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.requests.raising import WAITING, Wanted, by_request, new_request, waits_for, wanted
from xlcrm.jobs.submit.draft import Draft
from xlcrm.model.finding import Severity
from xlcrm.model.operation import Change, Record
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.wanted import shown


def known(draft: Draft, customers: Iterable[str]) -> Wanted:
    """What is wanted of customers (rids) already; nothing is read where no change needs a request."""
    return wanted(draft.store, customers) if by_request(draft.rulebook.settings) else Wanted()


def ask(draft: Draft, sheet: Sheet, row: int, record: Record, key: str, after: str | None, wants: Wanted) -> bool:
    """Ask that a field of a stored customer becomes ``after``, and say so in the row; whether the change waits now.

    What the person wanted before and took back is not asked for again by a sheet that still says so: the row gets the
    store's value back, and 申请更新 asks anew.
    """
    title = CUSTOMER[key].title(draft.context.language)
    same = wants.same(record.rid, key, after)
    state = same.values.get("state") if same is not None else ""
    mine = same is not None and same.values.get("initiator") == draft.context.actor.rid
    if same is not None and state in WAITING:
        say(draft, sheet, row, key, same, title)
        return True
    if same is not None and state == "withdrawn" and mine and same.values.get("before") == record.values.get(key):
        draft.note(sheet, row, "REQUEST_WITHDRAWN", key, Severity.CHECK, number=same.number)
        return False
    others = wants.others(record.rid, key, after)
    place = f"{sheet.rows.sheet}!{sheet.rows.place(row, key)}"
    remark = sheet.value(row, "remark")
    why = remark if remark and remark != record.values.get("remark") else text("requests.edited", draft.context.language)
    said = {"reason": why[: REQUEST["reason"].longest]}
    change = new_request(draft.context, record, key, after, said, origin=draft.operation.source, place=place)
    draft.operation.changes.append(change)
    wants.add(change)
    raised(draft, sheet, row, key, change, others, title)
    return True


def raised(
    draft: Draft, sheet: Sheet, row: int, key: str, change: Change, others: list[Record], title: str, alone: bool = True
) -> None:
    """Say in the row which request is made of it; ``alone``: even where no other one wants something else of the field."""
    if draft.send is not None and (others or alone):  # a member's machine makes none: the one that has the store does
        draft.note(sheet, row, "REQUEST_SENT", key, Severity.CHECK, field=title)
    elif others:
        number = others[-1].number or PENDING
        draft.note(sheet, row, "REQUEST_ALSO", key, Severity.CHECK, field=title, number=PENDING, other=number)
    elif alone:
        draft.note(sheet, row, "REQUEST_MADE", key, Severity.CHECK, field=title, number=PENDING)
    else:
        return
    draft.asked.append((change, sheet.checked.findings[-1]))


def say(draft: Draft, sheet: Sheet, row: int, key: str, request: Record, title: str) -> None:
    """Say in the row how the request stands that wants the same."""
    values, language = request.values, draft.context.language
    if values.get("state") == "failed":
        why = values.get("verify_reason") or ""
        draft.note(sheet, row, "REQUEST_FAILED", key, Severity.CHECK, field=title, number=request.number or PENDING, why=why)
        return
    state = vocabulary("request_state").label(values.get("state") or "", language)
    draft.note(sheet, row, "REQUEST_OPEN", key, Severity.CHECK, field=title, number=request.number or PENDING, state=state)


def done(draft: Draft, sheet: Sheet, row: int, customer: str, wants: Wanted) -> None:
    """Say in a customer's row which of the person's requests were carried out and wait to be confirmed."""
    for request in wants.of(customer):
        if waits_for(request, draft.context.actor.rid):
            key = request.values.get("field") or ""
            draft.note(sheet, row, "REQUEST_DONE", key, Severity.CHECK, number=request.number)


def stands(draft: Draft, customer: Record, key: str) -> str:
    """What the customer says in the field now, for a sentence."""
    cell = shown(CUSTOMER, customer.values, key, draft.context.language, draft.rulebook.names, draft.rulebook.options)
    return "" if cell is None else str(cell)


PENDING = "GX…"
"""Stands for the number of a request that has none before it is stored."""

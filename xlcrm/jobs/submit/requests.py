"""The sheet 信息更新申请表: each new row raises a request, rows of requests show how theirs stands."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.requests.raising import WAITING, Wanted, new_request, wanted
from xlcrm.jobs.submit import byrequest, recognise
from xlcrm.jobs.submit.children import customers_of
from xlcrm.jobs.submit.draft import Count, Draft, Fate
from xlcrm.model.fields import Field, Need
from xlcrm.model.operation import Change, Record
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.rules.clean import read
from xlcrm.rules.rights import Action, Group, group_of
from xlcrm.store.base import Store

_FILLED = tuple(item.key for item in REQUEST.data if item.need is not Need.SYSTEM and item.key != "customer")
"""The fields that people fill in; the others follow from the request's life."""


def plan(draft: Draft) -> None:
    """Give every row of the sheet its fate; a row whose customer waits, waits with it."""
    sheet = draft.sheets[REQUEST.key]
    fates = recognise.settled(sheet)
    _stored(draft, sheet, fates)
    said = recognise.healed(draft, sheet, fates)
    customers = customers_of(draft, sheet, fates)
    records = draft.store.records(set(customers.values()))
    wants = wanted(draft.store, records)
    for change in draft.operation.changes:
        if change.table == REQUEST.key:
            wants.add(change)  # what the customers' sheet asks for in this very press
    for row, rid in customers.items():
        fates[row] = _new(draft, sheet, row, records.get(rid), wants, said[row])
    draft.fates[REQUEST.key] = [fates[row] for row in range(len(sheet.rows))]


def _stored(draft: Draft, sheet: Sheet, fates: dict[int, Fate]) -> None:
    """The fates of rows with a number: such a request is not edited here any more."""
    known = {row: record for row, record in _numbered(sheet).items() if row not in fates}
    for row, (record, key) in _typed(sheet, known, draft.store).items():
        if key:
            fates[row] = draft.refuse(sheet, row, "REQUEST_EDITED", key)
            fates[row].record = record
        else:
            fates[row] = Fate(Count.UNCHANGED, "stored", record.rid, None, record)


def unedited(sheet: Sheet, store: Store) -> dict[int, Record]:
    """The rows of requests in which nobody typed something else, with their requests."""
    typed = _typed(sheet, _numbered(sheet), store)
    return {row: record for row, (record, key) in typed.items() if not key and sheet.value(row, "submit_status") not in SETTLED}


def _numbered(sheet: Sheet) -> dict[int, Record]:
    numbers = enumerate(sheet.checked.values.get("number") or ())
    return {row: sheet.records[number] for row, number in numbers if number and number in sheet.records}


def _typed(sheet: Sheet, known: Mapping[int, Record], store: Store) -> dict[int, tuple[Record, str]]:
    """For each row with a request this, and the first field that says something else; "" where there is none."""
    about = store.find({text for row in known if (text := sheet.value(row, "customer"))}) if known else {}
    return {row: (record, _edited(sheet, row, record, about)) for row, record in known.items()}


def _edited(sheet: Sheet, row: int, record: Record, about: Mapping[str, str]) -> str:
    """The first field in which somebody typed something else than the request says; "" where there is none."""
    customer = about.get(sheet.value(row, "customer") or "")
    if customer and customer != record.values.get("customer"):
        return "customer"
    for key in _FILLED:
        if (row, key) in sheet.checked.masked or key in record.hidden:
            continue
        value = sheet.value(row, key)
        cleared = (row, key) in sheet.checked.cleared
        if (value is not None or cleared) and value != record.values.get(key):
            return key
    return ""


def _new(draft: Draft, sheet: Sheet, row: int, customer: Record | None, wants: Wanted, token: str) -> Fate:
    """Raise the request of a new row, or say why not."""
    if customer is None:  # a row of the same workbook, not stored yet: it needs no request
        return draft.refuse(sheet, row, "CUSTOMER_UNKNOWN", "customer", value=sheet.value(row, "customer") or "")
    if customer.state != "live":
        return draft.refuse(sheet, row, "REQUEST_GONE", "customer", number=customer.number or "")
    item = CUSTOMER[sheet.value(row, "field") or ""]
    title = item.title(draft.context.language)
    owner = customer.values.get("owner")
    if not draft.rights.may(Action.CHANGE, owner, group_of(CUSTOMER, item)):
        other = not draft.rights.may(Action.CHANGE, owner, Group.ORDINARY)
        return draft.refuse(sheet, row, "REQUEST_NOT_YOURS" if other else "REQUEST_NO_RIGHT", "field", field=title)
    after, fault = _after(draft, sheet, row, item, customer)
    if fault:
        return fault
    before, stands = sheet.value(row, "before"), customer.values.get(item.key)
    now = byrequest.stands(draft, customer, item.key)
    if before is not None and (row, "before") not in sheet.checked.masked and before != stands:
        return draft.refuse(sheet, row, "REQUEST_STALE", "before", field=title, now=now)
    if after == stands:
        return draft.refuse(sheet, row, "REQUEST_NOTHING", "after", field=title, now=now)
    same = wants.same(customer.rid, item.key, after)
    if same is not None and same.values.get("state") in WAITING:
        byrequest.say(draft, sheet, row, "field", same, title)
        return Fate(Count.UNCHANGED, "merged", same.rid, None, same if same.version else None)
    return Fate(Count.NEW, "stored", *_raise(draft, sheet, row, customer, item, after, wants, token))


def _raise(
    draft: Draft, sheet: Sheet, row: int, customer: Record, item: Field, after: str | None, wants: Wanted, token: str
) -> tuple[str, Change]:
    others = wants.others(customer.rid, item.key, after)
    said = {key: sheet.value(row, key) for key in _FILLED}
    origin, place = draft.whence(sheet, row)
    change = new_request(draft.context, customer, item.key, after, said, origin=origin, place=place)
    change.token = token
    wants.add(change)
    title = item.title(draft.context.language)
    byrequest.raised(draft, sheet, row, "field", change, others, title, alone=False)
    return change.rid, draft.target(change)


def _after(draft: Draft, sheet: Sheet, row: int, item: Field, customer: Record) -> tuple[str | None, Fate | None]:
    """What is wanted; a city or district is read with the customer's province, or city, only now."""
    value = sheet.value(row, "after")
    if not item.parent or (row, "after") in sheet.checked.cleared:
        return value, None
    reading = read(sheet.rows.cell(row, "after"), item, draft.rulebook, customer.values.get(item.parent) or "")
    code = reading.code or ""
    if reading.value is not None or not code:
        return reading.value, None
    said = {**reading.values, "value": str(sheet.rows.cell(row, "after"))[:30], "field": item.title(draft.context.language)}
    return None, draft.refuse(sheet, row, code, "after", **said)

"""Contacts, interactions, tags, feedback and the like: rows that belong to a customer, in the store or in the same workbook."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.submit import existing, recognise, tags
from xlcrm.jobs.submit.customers import filled
from xlcrm.jobs.submit.draft import Count, Draft, Fate
from xlcrm.match import block
from xlcrm.match.normalise import normalise
from xlcrm.model.fields import Need, Table
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Record
from xlcrm.model.tables import CUSTOMER, FEEDBACK, INTERACTION, TAG
from xlcrm.rules.rights import Action


def plan(draft: Draft, table: Table, choices: Mapping[str, str]) -> None:
    """Give every row of ``table`` its fate; a row whose customer waits, waits with it."""
    sheet = draft.sheets[table.key]
    strange = tags.strange(draft, sheet) if table is TAG else {}
    fates = recognise.settled(sheet) | strange
    customers = customers_of(draft, sheet, fates)
    owners = _permitted(draft, sheet, customers, fates)
    known = tags.stored(draft, sheet, customers, fates) if table is TAG else _numbered(sheet, fates)
    fates |= existing.plan(draft, sheet, known, choices)
    said = recognise.healed(draft, sheet, fates)
    for row in [row for row in range(len(sheet.rows)) if row not in fates]:
        rid = new_rid()
        values = filled(draft, sheet, row) | {"customer": customers[row] or None}
        if table is INTERACTION and not values.get("follower"):
            values["follower"] = draft.context.actor.rid
        if table is FEEDBACK and not values.get("assigned_to"):
            values["assigned_to"] = owners.get(customers[row]) or draft.context.actor.rid
        origin, place = draft.whence(sheet, row)
        change = Change(table.key, rid, customers[row] or rid, values, token=said[row], origin=origin, place=place)
        fates[row] = Fate(Count.NEW, "stored", rid, draft.target(change))
    draft.fates[table.key] = [fates[row] for row in range(len(sheet.rows))]


def customers_of(draft: Draft, sheet: Sheet, fates: dict[int, Fate]) -> dict[int, str]:
    """The customer's rid for each row without a fate; the others get theirs here (unknown customer, waiting one).

    "" for a row of a table that can do without one, such as a market activity: it is the whole team's.
    """
    wanted: dict[int, str] = {}
    optional = sheet.table["customer"].need is not Need.BLOCKING
    without = []
    for row in range(len(sheet.rows)):
        text = sheet.value(row, "customer")
        if row not in fates and text:
            wanted[row] = text
        elif row not in fates and optional and (row, "customer") not in sheet.checked.masked:
            without.append(row)
        elif row not in fates and sheet.value(row, "number") not in sheet.records:
            fates[row] = draft.refuse(sheet, row, "CUSTOMER_UNKNOWN", "customer", value="")
    by_number = draft.store.find(set(wanted.values()))
    here = _names_here(draft)
    missing = {text for text in wanted.values() if text not in by_number and text not in here}
    by_name = _names_stored(draft, sorted(missing))
    customers = dict.fromkeys(without, "")
    for row, text in wanted.items():
        goal = here.get(text)
        if text in by_number:
            customers[row] = by_number[text]
        elif goal is not None and goal.rid is not None:
            customers[row] = goal.rid
        elif goal is not None:
            fates[row] = Fate(Count.WAITING, "unsent")
        elif len(by_name.get(text, ())) == 1:
            customers[row] = by_name[text][0]
        else:
            code = "CUSTOMER_SEVERAL" if text in by_name else "CUSTOMER_UNKNOWN"
            fates[row] = draft.refuse(sheet, row, code, "customer", value=text)
    return customers


def _permitted(draft: Draft, sheet: Sheet, customers: dict[int, str], fates: dict[int, Fate]) -> dict[str, str | None]:
    """Refuse the rows about customers to whom the acting person may add nothing; the customers' owners."""
    owners = {rid: record.values.get("owner") for rid, record in draft.store.records({*customers.values()} - {""}).items()}
    for row, rid in list(customers.items()):
        if not draft.rights.may(Action.CREATE, owners.get(rid)):
            code = "CUSTOMER_NOT_YOURS" if owners.get(rid) else "NO_RIGHT_ROW"
            fates[row] = draft.refuse(sheet, row, code, "customer")
            del customers[row]
    new = {change.rid: change.values.get("owner") for change in draft.operation.changes if change.table == CUSTOMER.key}
    return new | owners


def _names_here(draft: Draft) -> dict[str, Fate]:
    """The customers of the same workbook by full name; of several rows the one that is stored."""
    sheet = draft.sheets.get(CUSTOMER.key)
    if sheet is None:
        return {}
    found: dict[str, Fate] = {}
    for row, fate in enumerate(draft.fates[CUSTOMER.key]):
        name = sheet.value(row, "name")
        if name and (name not in found or found[name].rid is None):
            found[name] = fate
    return found


def _names_stored(draft: Draft, names: list[str]) -> dict[str, list[str]]:
    """The rids of stored customers with exactly these names."""
    if not names:
        return {}
    candidates = draft.store.candidates(block.keys(normalise({"name": names}))).pairs
    records = draft.store.records({rid for _, rid in candidates})
    found: dict[str, list[str]] = {}
    for index, rid in candidates:
        if rid in records and records[rid].values.get("name") == names[index]:
            found.setdefault(names[index], []).append(rid)
    return found


def _numbered(sheet: Sheet, fates: Mapping[int, Fate]) -> dict[int, Record]:
    numbers = {row: sheet.value(row, "number") or "" for row in range(len(sheet.rows)) if row not in fates}
    return {row: sheet.records[number] for row, number in numbers.items() if number in sheet.records}

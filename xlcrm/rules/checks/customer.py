"""Customers: fields against each other (mission T1, documents 001 三-四 and 003 2.2-3.1, 4.1)."""

from __future__ import annotations

import re
from datetime import timedelta

from xlcrm.rules.checks.case import LATE, Case, blank
from xlcrm.rules.clean import names, regions

_STAMPED = re.compile(r"20[0-9]{2}\s?[-/.年]\s?[01]?[0-9]")


SIZES = ("small", "medium", "large")


def size_of(employees: int) -> str:
    """The code of 客户规模 that so many people are."""
    return "small" if employees < 100 else "medium" if employees <= 500 else "large"


def check(case: Case) -> None:
    """All rules between the fields of one customer; each looks only at the columns it needs."""
    for rule in (short_name, person, size, contract, late, consent, verified, address, status_reason):
        rule(case)


def short_name(case: Case) -> None:
    """A company's name is the full name on its licence; up to four characters without a legal form are an abbreviation."""
    kinds = case.standing("kind")
    short = [(row, name) for row, name in enumerate(case.column("name")) if name is not None and len(name) <= 4]
    for row, name in short:
        if kinds[row] != "person" and names.abbreviated(name):
            case.add("NAME_SHORT", row, "name")


def person(case: Case) -> None:
    """客户规模, 企业类型 and 统一社会信用代码 don't apply to persons."""
    kinds = case.standing("kind")
    persons = [row for row, kind in enumerate(kinds) if kind == "person"]
    if not persons:
        return
    for item in case.rows.table.data:
        if item.applies and item.key in case.values:
            column = case.values[item.key]
            for row in persons:
                if column[row] is not None and item.applies != "person":
                    case.add("NOT_FOR_PERSON", row, item.key)


def size(case: Case) -> None:
    """客户规模 agrees with 员工人数: below 100, 100 to 500, above 500."""
    if not case.has("size", "employees"):
        return
    words = case.book.vocabulary("size")
    where = case.present("size", "employees")
    for row, (code, count) in enumerate(zip(case.standing("size"), case.standing("employees"), strict=True)):
        if code is None or count is None:
            continue
        people = int(count)
        right = size_of(people)
        if code != right and code in SIZES:
            label = words.label(right, case.book.language)
            case.add("SIZE_MISMATCH", row, where, {"count": people, "proposal": label}, label if where == "size" else None)


def contract(case: Case) -> None:
    """A won customer answers 合同金额 and 合同到期日 (document 001 四).

    An amount has an end, an end has an amount and is not before the first contact.
    """
    if not case.has("status", "contract_amount", "contract_end"):
        return
    statuses, amounts = case.standing("status"), case.standing("contract_amount")
    ends, firsts = case.standing("contract_end"), case.standing("first_contact")
    whole = case.whole()
    won = [row for row, status in enumerate(statuses) if status == "won" and whole[row]]
    case.wanting("CONTRACT_NEEDED", "contract_amount", (row for row in won if amounts[row] is None))
    case.wanting("CONTRACT_NEEDED", "contract_end", (row for row in won if ends[row] is None))
    # amounts are canonical: nothing but zero reads 0.00
    signed = [row for row, amount in enumerate(amounts) if amount is not None and amount != "0.00" and ends[row] is None]
    case.wanting("CONTRACT_END_NEEDED", "contract_end", (row for row in signed if whole[row] and statuses[row] != "won"))
    for row, end in enumerate(ends):
        if end is None:
            continue
        first = firsts[row]
        if first is not None and end < first:
            case.add("CONTRACT_BEFORE_CONTACT", row, case.present("contract_end", "first_contact"), {"first": first, "end": end})
        if amounts[row] == "0.00":
            case.add("CONTRACT_ZERO", row, case.present("contract_amount", "contract_end"), {"end": end})


def late(case: Case) -> None:
    """Entered within 24 hours of the first contact, else marked late (document 003 2.2). Days are all the sheet tells."""
    if case.book.old or "first_contact" not in case.values or blank(case.values["first_contact"]):
        return
    limit = (case.book.moment - timedelta(hours=24 + case.book.count("late_hours", LATE))).date().isoformat()
    column = case.values["first_contact"]
    overdue = {first for first in set(column) if first is not None and first <= limit}
    if not overdue:
        return
    for row, (first, number) in enumerate(zip(column, case.column("number"), strict=True)):
        if number is None and first in overdue:
            case.add("LATE", row, "first_contact", {"since": first})


def consent(case: Case) -> None:
    """A consent has a date and the purpose that was told (document 003 4.1)."""
    if "yes" not in case.column("consent"):
        return
    whole = case.whole()
    given = [row for row, consented in enumerate(case.column("consent")) if consented == "yes" and whole[row]]
    for key in ("consent_date", "purpose"):
        column = case.standing(key)
        case.wanting("CONSENT_NEEDED", key, (row for row in given if column[row] is None))


def verified(case: Case) -> None:
    """A verified phone or mail says when and by whom (document 001 四)."""
    missing(case, "phone_check", "phone_check_date", "phone_check_by")


def missing(case: Case, check_key: str, date_key: str, by_key: str) -> None:
    """What a verification lacks; shared with the contacts sheet."""
    done = case.column(check_key)
    if blank(done):
        return
    whole = case.whole()
    checked = [row for row, way in enumerate(done) if way in ("phone", "mail") and whole[row]]
    for key in (date_key, by_key):
        column = case.standing(key)
        case.wanting("VERIFIED_NEEDED", key, (row for row in checked if column[row] is None))


def address(case: Case) -> None:
    """An address names a road or number, and lies in the province that is given (document 004 2.2)."""
    if not case.has("address"):
        return
    places = case.column("address")
    for row in regions.vague(places):
        case.add("ADDRESS_VAGUE", row, "address")
    provinces = case.standing("province")
    if blank(provinces):
        return
    words = case.book.vocabulary("province")
    for row, (place, stated) in enumerate(zip(places, provinces, strict=True)):
        if place is not None and stated is not None:
            named = regions.province_of(place)
            if named is not None and named != stated:
                there, here = words.label(named, case.book.language), words.label(stated, case.book.language)
                case.add("ADDRESS_REGION", row, "address", {"proposal": there, "parent": here})


def status_reason(case: Case) -> None:
    """A change of status gives date and reason in the remark (document 003 3.1); only seen where the stored status is known."""
    if not case.known or "status" not in case.values:
        return
    remarks = case.column("remark")
    for row, (status, number) in enumerate(zip(case.values["status"], case.column("number"), strict=True)):
        before = case.known.get(number or "", {}).get("status")
        if status is not None and before is not None and status != before:
            old = case.known[number or ""].get("remark")
            if remarks[row] is None or remarks[row] == old or not _STAMPED.search(remarks[row] or ""):
                label = case.book.vocabulary("status").label(before, case.book.language)
                case.add("STATUS_REASON", row, "status", {"before": label})

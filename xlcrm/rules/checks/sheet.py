"""What is wrong with a sheet as a whole: the adapters note it, here it becomes findings."""

from __future__ import annotations

from xlcrm.model.fields import Kind, Need, Role
from xlcrm.model.finding import Finding
from xlcrm.model.rows import Flaw
from xlcrm.rules.checks.case import Case
from xlcrm.rules.codes import CODES


def check(case: Case) -> None:
    """Every flaw of the sheet; only a missing column that blocks, or the one for the number, is 必须修改."""
    table = case.rows.table
    for flaw in case.rows.flaws:
        said: dict[str, object] = {"place": flaw.place, "header": "", "count": 1, "sheet": case.rows.sheet}
        said.update(flaw.values)
        said["place"] = said["place"] or case.rows.sheet
        code = flaw.code
        if code not in CODES:
            continue
        if code == "SHEET_HEADER_MISSING" and not _blocks(case, flaw):
            code = "SHEET_COLUMN_ABSENT"
        said["field"] = said["header"]
        if _numbers(case, flaw):  # stored rows could never be recognised again
            code = "SHEET_HEADER_MISSING"
            for row in range(len(case.rows)):
                case.add(code, row, None, said)
        case.findings.append(Finding(code, CODES[code].severity, table.key, None, None, said))


def _numbers(case: Case, flaw: Flaw) -> bool:
    """Whether ``flaw`` says that the column for the records' own number is missing."""
    table = case.rows.table
    number = table.by_key.get("number")
    header = dict(flaw.values).get("header", "")
    return flaw.code == "SHEET_HEADER_MISSING" and bool(table.number) and number is not None and header in (number.zh, number.en)


def _blocks(case: Case, flaw: Flaw) -> bool:
    header = dict(flaw.values).get("header", "")
    for item in case.rows.table.fields:
        if header in (item.zh, item.en, item.key) and item.role is Role.DATA:
            return item.need is Need.BLOCKING and (not case.book.old or item.kind is Kind.CUSTOMER)
    return False

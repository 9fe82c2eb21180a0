"""The generator and the checks were written apart: each planted fault must be found, and nothing else may be refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime

from xlcrm.jobs.demo.book import demo_book
from xlcrm.jobs.demo.faults import BY_NAME, FAULTS
from xlcrm.model.finding import Severity
from xlcrm.model.rows import Rows, of
from xlcrm.model.tables import BY_KEY
from xlcrm.rules.checks import check
from xlcrm.rules.codes import CODES
from xlcrm.rules.rulebook import Rulebook

DAY = date(2026, 3, 16)
COLLEAGUES = ("张晓岚", "李昊然")
BOOK = demo_book(1500, 5, DAY, COLLEAGUES)
RULES = Rulebook(datetime(2026, 3, 16, 9), people={name: f"rid-{name}" for name in COLLEAGUES})


def rows_of(table: str) -> Rows:
    rows = of(BY_KEY[table], BOOK.records[table])
    rows.formulas = {(place, key) for where, place, key in BOOK.formulas if where == table}
    return rows


def found(table: str) -> dict[int, list[tuple[str, str | None, Severity]]]:
    by_row: dict[int, list[tuple[str, str | None, Severity]]] = defaultdict(list)
    for finding in check(rows_of(table), RULES).findings:
        if finding.row is not None:
            by_row[finding.row].append((finding.code, finding.field, finding.severity))
    return by_row


FOUND = {table: found(table) for table in BOOK.records}


def test_expected_codes_exist() -> None:
    assert not {code for fault in FAULTS for code in fault.codes} - CODES.keys()


def test_every_planted_fault_is_found() -> None:
    missed: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for table, truths in BOOK.truth.items():
        for place, truth in enumerate(truths):
            if truth.fault and (codes := BY_NAME[truth.fault].codes):
                seen = {code for code, _, _ in FOUND[table].get(place, [])}
                missed[(truth.fault, tuple(sorted(seen)))] += not seen & set(codes)
    assert not +missed


def test_silent_faults_block_nothing() -> None:
    for table, truths in BOOK.truth.items():
        for place, truth in enumerate(truths):
            if truth.fault and not BY_NAME[truth.fault].codes:
                assert not [one for one in FOUND[table].get(place, []) if one[2] is Severity.MUST], truth.fault


def test_clean_rows_are_not_refused() -> None:
    refused = Counter(
        (table, code, field)
        for table, truths in BOOK.truth.items()
        for place, truth in enumerate(truths)
        if not truth.fault
        for code, field, severity in FOUND[table].get(place, [])
        if severity is Severity.MUST
    )
    assert not refused


def test_most_clean_rows_pass_without_any_finding() -> None:
    for table, truths in BOOK.truth.items():
        clean = [place for place, truth in enumerate(truths) if not truth.fault and not truth.kind]
        odd = Counter((code, field) for place in clean for code, field, _ in FOUND[table].get(place, []))
        assert sum(place not in FOUND[table] for place in clean) >= 0.9 * len(clean), (table, odd)

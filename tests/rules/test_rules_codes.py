"""Every code has a good and a bad example, a sentence in both languages, and repairs that mend."""

from __future__ import annotations

import re

import pytest

from xlcrm.catalogue.findings import TEXTS
from xlcrm.model.finding import Finding, Severity
from xlcrm.model.rows import Rows, of
from xlcrm.model.tables import BY_KEY
from xlcrm.rules.checks import check
from xlcrm.rules.codes import CODES, SUBMIT
from xlcrm.rules.rulebook import Rulebook

from .examples import BASE, EXAMPLES, MOMENT, PEOPLE, Example

each = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)


def run(example: Example, good: bool) -> tuple[Rows, list[Finding]]:
    rows = example.rows(good)
    return rows, check(rows, example.book(), example.known).findings


def test_every_code_has_exactly_one_example() -> None:
    assert sorted(example.code for example in EXAMPLES) == sorted(CODES)


def test_every_code_has_texts_and_every_text_a_code() -> None:
    assert set(TEXTS) - {"ESTIMATED"} == {*CODES, *SUBMIT}


@pytest.mark.parametrize("table", sorted(BASE))
def test_complete_rows_have_no_findings(table: str) -> None:
    assert check(of(BY_KEY[table], [BASE[table]]), Rulebook(MOMENT, people=PEOPLE)).findings == []


@each
def test_bad_example_is_found(example: Example) -> None:
    _, findings = run(example, good=False)
    found = [finding for finding in findings if finding.code == example.code]
    assert [(finding.field, finding.severity) for finding in found][-1:] == [(example.field, Severity[example.severity.upper()])]
    assert CODES[example.code].severity is Severity[example.severity.upper()]


@each
def test_good_example_is_not(example: Example) -> None:
    _, findings = run(example, good=True)
    assert example.code not in [finding.code for finding in findings]


@each
def test_sentences_are_complete_in_both_languages(example: Example) -> None:
    _, findings = run(example, good=False)
    finding = next(finding for finding in findings if finding.code == example.code)
    chinese, english = finding.sentence("zh"), finding.sentence("en")
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert re.search(r"[a-z]{3}", english)
    assert "None" not in chinese + english
    assert "{" not in chinese + english
    if example.field is not None:
        assert finding.values["field"] == BY_KEY[example.table][example.field].zh


@each
def test_safe_repairs_remove_their_finding(example: Example) -> None:
    rows, findings = run(example, good=False)
    mine = [finding for finding in findings if finding.code == example.code]
    assert CODES[example.code].safe == any(finding.safe for finding in mine)
    for finding in mine:
        if finding.safe:
            assert finding.repair is not None
            assert finding.row is not None and finding.field is not None
            rows.columns[finding.field][finding.row] = finding.repair
    if CODES[example.code].safe:
        again = check(rows, example.book(), example.known).findings
        assert example.code not in [finding.code for finding in again]


@each
def test_a_row_with_a_red_finding_is_blocked(example: Example) -> None:
    rows = example.rows(good=False)
    checked = check(rows, example.book(), example.known)
    red = {finding.row for finding in checked.findings if finding.severity is Severity.MUST and finding.row is not None}
    assert checked.blocked == red

"""Checking whole sheets: what blank, cleared, masked and placeholder cells mean, old lists, stored values."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcrm.model.finding import Severity
from xlcrm.model.operation import Values
from xlcrm.model.rows import Cell, Flaw, Rows, of
from xlcrm.model.tables import CUSTOMER, INTERACTION, TABLES
from xlcrm.rules.checks import Checked, check
from xlcrm.rules.rulebook import Rulebook

from .examples import BASE, MOMENT, PEOPLE
from .test_rules_clean import CELLS

BOOK = Rulebook(MOMENT, people=PEOPLE)
OLD = replace(BOOK, old=True)
STORED = {"number": "CX2025030001"}


def customers(*records: dict[str, Cell]) -> Rows:
    return of(CUSTOMER, [BASE["customer"] | record for record in records])


def codes(checked: Checked) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.field) for finding in checked.findings]


def test_a_complete_row_has_its_canonical_values() -> None:
    checked = check(customers({"email": "wang@haihe.com", "budget": 12.5, "kind": None}), BOOK)
    assert {key: column[0] for key, column in checked.values.items()} == {
        "name": "深圳市海河电子有限公司",
        "contact": "王小明",
        "phone": "+8613912345678",
        "industry": "I65",
        "size": "medium",
        "contact_title": "采购总监",
        "source": "fair",
        "first_contact": "2025-03-11",
        "status": "prospect",
        "kind": "company",
        "owner": "rid-zhang",
        "email": "wang@haihe.com",
        "budget": "12.50",
    }
    assert checked.findings == []


def test_a_masked_value_means_unchanged_in_a_stored_row_and_is_due_in_a_new_one() -> None:
    checked = check(customers({**STORED, "phone": "138****5678"}, {"phone": "138****5678", "contact": "*经理"}), BOOK)
    assert checked.masked == {(0, "phone"), (1, "phone"), (1, "contact")}
    assert checked.values["phone"] == [None, None]
    assert [(f.code, f.severity, f.row) for f in checked.findings] == [("MASKED", Severity.DUE, 1)] * 2
    assert checked.blocked == set()


def test_a_masked_customer_name_of_a_new_row_still_blocks() -> None:
    assert ("MISSING", "name") in codes(check(customers({"name": "深圳**公司"}), BOOK))


def test_blank_means_unchanged_and_clearing_is_told_apart() -> None:
    checked = check(customers({**STORED, "industry": None, "phone": None, "email": "清空", "size": "<clear>"}), BOOK)
    assert checked.cleared == {(0, "email"), (0, "size")}
    assert checked.findings == []


def test_stored_values_stand_where_the_sheet_is_blank() -> None:
    known: dict[str, Values] = {"CX2025030001": {"industry": None, "status": "won", "contract_amount": "5.00", "contract_end": None, "size": "medium"}}
    checked = check(customers({**STORED, "industry": None, "status": None, "contract_end": None, "employees": 800.0}), BOOK, known)
    assert codes(checked) == [("MISSING_DUE", "industry"), ("SIZE_MISMATCH", "size"), ("CONTRACT_NEEDED", "contract_end")]


def test_placeholders_count_as_missing() -> None:
    checked = check(customers({"phone": "暂无", "contact": "无", "industry": "待定"}), BOOK)
    assert codes(checked) == [
        ("PLACEHOLDER", "contact"), ("PLACEHOLDER", "phone"), ("PLACEHOLDER", "industry"), ("MISSING", "contact"), ("MISSING", "phone"), ("MISSING_DUE", "industry"),
    ]  # fmt: skip
    assert checked.blocked == {0}


def test_in_an_old_list_only_the_name_blocks() -> None:
    checked = check(customers({"name": None}, {"contact": None, "phone": "139", "status": "跟进中"}), OLD)
    assert checked.blocked == {0}
    assert {finding.severity for finding in checked.findings if finding.row == 1} == {Severity.DUE}


def test_a_missing_column_blocks_new_rows_only() -> None:
    rows = customers({}, dict(STORED))
    del rows.columns["phone"]
    rows.flaws.append(Flaw("SHEET_HEADER_MISSING", "", (("header", "联系方式"),)))
    checked = check(rows, BOOK)
    assert codes(checked) == [("SHEET_HEADER_MISSING", None), ("MISSING", "phone")]
    assert checked.blocked == {0}
    assert codes(check(rows, OLD)) == [("SHEET_COLUMN_ABSENT", None)]


def test_findings_name_the_header_as_it_stands_in_the_sheet() -> None:
    rows = customers({"phone": "1391234567"})
    rows.headers["phone"] = "手机号码"
    assert check(rows, BOOK).findings[0].sentence() == "“手机号码”只有10位，手机号应为11位，请核对。"


def test_sensitive_values_do_not_get_into_sentences() -> None:
    checked = check(customers({"phone": "139123456789", "email": "wang#haihe.com", "identity": "11010519491231002"}), BOOK)
    told = "".join(finding.sentence() + str(finding.values) for finding in checked.findings)
    assert len(checked.findings) == 3
    assert not any(value in told for value in ("139123456789", "wang#", "11010519491231002"))


def test_formulas_get_no_repair() -> None:
    rows = customers({"industry": "IT"})
    rows.formulas.add((0, "industry"))
    checked = check(rows, BOOK)
    assert [(f.code, f.repair, f.safe) for f in checked.findings] == [("OPTION_SYNONYM", None, False), ("FORMULA", None, False)]


def test_due_days_and_late_hours_are_settings() -> None:
    book = replace(BOOK, settings={"due_days": "1", "late_hours": "48"})
    first = check(customers({"industry": None, "first_contact": datetime(2025, 3, 10)}), book)
    assert [(f.code, f.values.get("due")) for f in first.findings] == [("MISSING_DUE", "2025-03-13")]


def test_the_second_of_two_contradicting_rows_is_named() -> None:
    checked = check(customers(dict(STORED), dict(STORED)), BOOK)
    assert [finding.values["lines"] for finding in checked.findings] == ["2、3", "2、3"]


def test_an_interaction_of_a_whole_day_ago_is_late() -> None:
    late = [BASE["interaction"] | {"at": at} for at in ("2025-03-11 09:00", "2025-03-11 11:00", "2025-03-11")]
    found = [(finding.code, finding.row) for finding in check(of(INTERACTION, late), BOOK).findings]
    assert found == [("LATE", 0)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_checking_never_raises_and_every_finding_can_be_told(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(TABLES))
    keys = data.draw(st.lists(st.sampled_from([item.key for item in table.fields]), min_size=1, max_size=8, unique=True))
    rows = of(table, data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(keys, CELLS)), min_size=1, max_size=4)))
    known: dict[str, Values] = {"CX2025030012": {"status": "won", "version": "3", "created_by": "rid-li", "remark": "x"}}
    checked = check(rows, data.draw(st.sampled_from([BOOK, OLD])), data.draw(st.sampled_from([None, known])))
    for finding in checked.findings:
        assert finding.sentence("zh") and finding.sentence("en")
    assert all(len(column) == len(rows) for column in checked.values.values())
    assert checked.blocked == {f.row for f in checked.findings if f.severity is Severity.MUST and f.row is not None}


def test_the_time_to_fill_in_runs_from_the_day_a_record_was_stored() -> None:
    rows = customers(dict(STORED) | {"source": None})
    number = str(rows.columns["number"][0])
    for created, code, due in (("2025-03-11 09:00:00", "MISSING_DUE", "2025-03-14"), ("2025-03-03 09:00:00", "OVERDUE", "2025-03-06")):
        found = check(rows, BOOK, {number: {"created_at": created, "source": None}}).findings
        assert [(one.code, one.values["due"]) for one in found if one.field == "source"] == [(code, due)]

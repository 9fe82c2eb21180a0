"""What is wrong with a customer, and why customers left."""

from __future__ import annotations

import pytest

from xlcrm.model.operation import Values
from xlcrm.rules import churn
from xlcrm.rules.keeping import wanting
from xlcrm.rules.quality import BITS, EXPECTED, FAULTS, IS_PERSON, JUDGED, OF_ASPECT, VERIFIED, Aspect, Judge, applies, expected

JUDGE = Judge({"4403": "44", "1101": "11"})
GOOD: Values = {
    "name": "深圳市海河电子有限公司", "contact": "王小明", "phone": "***", "industry": "I65", "size": "medium", "contact_title": "经理",
    "source": "fair", "first_contact": "2025-03-01", "status": "won", "employees": "100", "contract_amount": "30.00",
    "contract_end": "2026-03-01", "cooperation": "signed", "province": "44", "city": "4403", "consent": "yes",
    "consent_date": "2025-03-01", "phone_check": "phone",
}  # fmt: skip


def verdict(**values: str | None) -> int:
    said = GOOD | values
    return JUDGE.verdict(*(said.get(name) for name in JUDGED))


def faults(**values: str | None) -> set[str]:
    found = verdict(**values)
    return {fault.key for fault in FAULTS if found & BITS[fault.key]}


def test_nothing_is_wrong_with_a_good_customer() -> None:
    assert verdict() == VERIFIED
    assert faults(phone_check="none", consent="no", consent_date=None, cooperation=None, city=None) == set()


@pytest.mark.parametrize("field", EXPECTED)
def test_what_is_missing_is_missed(field: str) -> None:
    more: Values = {"employees": None} if field == "size" else {}
    assert f"missing_{field}" in faults(**{field: None}, **more)
    assert (field in ("name", "contact", "phone")) or wanting(GOOD | {field: None} | more) == [field]


@pytest.mark.parametrize(("fault", "values"), [
    ("name_short", {"name": "海河电子"}),
    ("phone_invalid", {"phone_check": "invalid"}),
    ("size_differs", {"size": "small"}),
    ("size_differs", {"employees": "501"}),
    ("size_of_person", {"kind": "person"}),
    ("amount_wanting", {"contract_amount": None}),
    ("end_wanting", {"contract_end": None}),
    ("end_wanting", {"status": "prospect", "cooperation": None, "contract_end": None}),
    ("end_before", {"contract_end": "2025-02-28"}),
    ("end_before", {"contract_amount": "0.00"}),
    ("signed_not_won", {"status": "prospect"}),
    ("city_elsewhere", {"city": "1101"}),
    ("consent_undated", {"consent_date": None}),
])  # fmt: skip
def test_each_contradiction_is_told_by_itself(fault: str, values: Values) -> None:
    assert faults(**values) == {fault}


def test_less_is_expected_of_a_person() -> None:
    person = verdict(kind="person", size=None, name="王芳")
    assert person == IS_PERSON | VERIFIED and expected(person) == expected(0) - 1
    assert not applies("size", person) and applies("size", 0) and applies("source", person)


def test_revenue_or_employees_stand_for_the_size() -> None:
    assert faults(size=None) == set() and faults(size=None, employees=None, revenue="5.00") == set()


def test_every_fault_has_one_aspect_and_a_bit_of_its_own() -> None:
    assert sum(OF_ASPECT.values()) == sum(BITS.values()) == 2 ** len(FAULTS) - 1
    assert OF_ASPECT[Aspect.TIMELY] == 0


@pytest.mark.parametrize(("text", "reason"), [
    ("2025-05-01：价格太高，选了便宜的", "price"), ("被竞争对手抢走", "competitor"), ("公司已注销", "closed"), ("响应慢", "service"),
    ("一直联系不上", "unreachable"), ("项目取消", "need"), ("不清楚", churn.OTHER), ("", churn.UNSAID), (None, churn.UNSAID),
])  # fmt: skip
def test_a_reason_is_what_it_speaks_of(text: str | None, reason: str) -> None:
    assert churn.reason_of(text) == reason

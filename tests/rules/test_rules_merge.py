"""Which value survives: the documents' order, nothing lost, contacts stay together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.merge import CONTACT_FIELDS, Side, merge

SIGNED = {"name": "甲", "status": "won", "budget": "1.00"}
FULL = {"name": "乙", "status": "lead", "budget": "2.00", "short_name": "乙乙", "product": "系统"}


def test_the_signed_customer_wins_over_everything() -> None:
    found = merge(Side(FULL, "2025-03-01", "2025-03-01"), Side(SIGNED, "", "2020-01-01"))
    assert (found.values["name"], found.values["status"], found.values["budget"]) == ("甲", "won", "1.00")
    assert found.values["short_name"] == "乙乙", "what only the other side knows stays"


def test_then_recent_follow_up_then_completeness_then_the_newer_one() -> None:
    one, two = {"name": "甲", "budget": "1.00"}, {"name": "乙", "budget": "2.00", "product": "系统"}
    assert merge(Side(one, "2025-02-01"), Side(two, "2025-01-01")).values["name"] == "甲"
    assert merge(Side(one, "2025-01-01"), Side(two, "2025-01-01")).values["name"] == "乙"
    same = {"name": "丙", "budget": "3.00"}
    assert merge(Side(one, "", "2025-01-01"), Side(same, "", "2025-02-01")).values["name"] == "丙"
    assert merge(Side(one, "", "2025-01-01"), Side(same, "", "2025-01-01")).values["name"] == "甲", "the stored one on equal rank"


def test_a_contacts_phone_never_goes_to_somebody_else() -> None:
    found = merge(Side({"name": "甲", "contact": "王芳"}), Side({"name": "甲", "contact": "李强", "phone": "+8613912345678"}, "", "9"))
    assert found.values["contact"] == "李强"
    found = merge(Side({"name": "甲", "contact": "王芳", "product": "系统"}), Side({"name": "甲", "contact": "李强", "phone": "+8613912345678"}))
    assert (found.values["contact"], found.values["phone"]) == ("王芳", None)
    assert ("phone", "+8613912345678") in {(one.field, one.value) for one in found.kept}


VALUES = st.dictionaries(st.sampled_from([field.key for field in CUSTOMER.data]), st.sampled_from(["a", "b", "c"]), max_size=8)


@given(VALUES, VALUES)
def test_every_value_survives_or_is_kept(one: dict[str, str], two: dict[str, str]) -> None:
    found = merge(Side(one, "", "1", "左"), Side(two, "", "2", "右"))
    kept = {(loser.field, loser.value) for loser in found.kept}
    for values in (one, two):
        for key, value in values.items():
            assert found.values[key] == value or (key, value) in kept
    for key in CONTACT_FIELDS:
        assert found.values[key] in (one.get(key), two.get(key), None)


@given(VALUES)
def test_merging_a_record_with_itself_changes_nothing(values: dict[str, str]) -> None:
    found = merge(Side(values), Side(values))
    assert {key: value for key, value in found.values.items() if value} == values
    assert found.kept == ()

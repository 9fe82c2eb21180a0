"""Computed tags: what follows from a customer's data, and that people go first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from xlcrm.model.operation import Values
from xlcrm.model.vocabularies import Option, vocabulary
from xlcrm.rules.tagging import FAMILIES, SETTINGS, Facts, Step, computed, steps, thresholds

DAY = date(2025, 3, 12)
WORDS = vocabulary("tag")


def talk(days: int, way: str = "visit") -> Values:
    return {"at": f"{DAY - timedelta(days=days)} 10:00:00", "way": way}


def of(facts: Facts, settings: dict[str, str] | None = None) -> dict[str, str]:
    return computed(facts, DAY, thresholds(settings or {}))


@pytest.mark.parametrize(
    ("values", "family", "code"),
    [
        ({"province": "44"}, "region", "reg-south"),
        ({"province": "71"}, "region", "reg-hmt"),
        ({"industry": "C36"}, "trade", "ind-auto"),
        ({"industry": "C35"}, "trade", "ind-manu"),
        ({"industry": "B06"}, "trade", None),
        ({"channel": "mail"}, "channel", "chan-mail"),
        ({"budget": "100.00"}, "worth", "value-high"),
        ({"budget": "99.99"}, "worth", "value-mid"),
        ({"budget": "5.00", "contract_amount": "120.00"}, "worth", "value-high"),
        ({"budget": "0.00"}, "worth", None),
        ({"status": "won", "first_contact": "2022-03-12"}, "loyal", "value-loyal"),
        ({"status": "won", "first_contact": "2022-03-13"}, "loyal", None),
        ({"status": "lead", "first_contact": "2012-03-13"}, "loyal", None),
    ],
)
def test_what_the_customers_own_values_say(values: Values, family: str, code: str | None) -> None:
    assert of(Facts(values)).get(family) == code


def test_how_often_one_talks_is_counted_over_the_last_days() -> None:
    six = [talk(days) for days in (1, 10, 20, 40, 80, 90)]
    assert of(Facts({}, "2024-01-01 09:00:00", six))["frequency"] == "chan-often"
    assert "frequency" not in of(Facts({}, "2024-01-01 09:00:00", six[:5]))
    assert of(Facts({}, "2024-01-01 09:00:00", [talk(91)]))["frequency"] == "chan-rare"
    assert "frequency" not in of(Facts({}, "2025-03-01 09:00:00")), "nothing can be said of a new customer"
    assert of(Facts({}, "2024-01-01", six[:2]), {"tag_often": "2"})["frequency"] == "chan-often"


def test_the_channel_of_most_conversations_stands_for_a_preference_that_nobody_noted() -> None:
    assert of(Facts({}, talks=[talk(1), talk(2), talk(3, "phone")]))["channel"] == "chan-visit"
    assert "channel" not in of(Facts({}, talks=[talk(1), talk(2)]))
    assert "channel" not in of(Facts({}, talks=[talk(1), talk(2, "mail"), talk(3, "phone")]))


def test_repeat_buyers_and_complaints() -> None:
    found = of(Facts({}, chances=[{"stage": "won"}, {"stage": "won"}, {"stage": "lost"}], feedback=[{"type": "complaint"}]))
    assert (found["repeat"], found["complaint"]) == ("value-repeat", "risk-complaint")
    assert of(Facts({}, chances=[{"stage": "won"}], feedback=[{"type": "need"}])) == {}


def test_people_go_first_and_nothing_contradicts_them() -> None:
    wanted = {"worth": "value-low", "region": "reg-south"}
    assert steps(wanted, set(), set(), WORDS) == [Step("value-low"), Step("reg-south")]
    assert steps(wanted, {"value-high"}, set(), WORDS) == [Step("reg-south")]
    assert steps(wanted, {"value-key"}, set(), WORDS) == [Step("reg-south")]
    assert steps(wanted, set(), {"value-high", "reg-south"}, WORDS) == [Step("value-low", "value-high")]
    retired = WORDS.extended([Option("reg-south", "华南区域", "South China", "region", retired=True)])
    assert steps(wanted, {"value-low"}, set(), retired) == []


def test_families_and_thresholds_are_whole() -> None:
    assert all(code in WORDS.by_code for codes in FAMILIES.values() for code in codes)
    assert thresholds({"tag_high": "300", "tag_mid": "viel"}) == {**SETTINGS, "tag_high": 300}

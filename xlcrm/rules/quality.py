"""How good a customer's data is (002 4.1, 003 4.3): what is missing, what is known to be wrong, what contradicts itself.

Pure, and cheap enough to be asked for every state a customer was in: a verdict is a number with one bit for each fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xlcrm.model.fields import Need
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.checks.customer import SIZES, size_of
from xlcrm.rules.clean import names

TARGET = 0.95
"""The share that is to be reached (003 4.3)."""


class Aspect(StrEnum):
    """What can be wrong with stored data."""

    COMPLETE = "complete"  # what should be filled in is
    ACCURATE = "accurate"  # nothing filled in is known to be wrong
    CONSISTENT = "consistent"  # no two fields contradict each other
    TIMELY = "timely"  # what happened was recorded within 24 hours


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that may be wrong with a customer: ``field`` is where it is repaired."""

    key: str
    aspect: Aspect
    field: str


EXPECTED = tuple(field.key for field in CUSTOMER.data if field.need in (Need.BLOCKING, Need.DUE))
"""The fields that every customer should have."""
FAULTS = (
    *(Fault(f"missing_{key}", Aspect.COMPLETE, key) for key in EXPECTED),
    Fault("name_short", Aspect.ACCURATE, "name"),
    Fault("phone_invalid", Aspect.ACCURATE, "phone"),
    Fault("size_differs", Aspect.CONSISTENT, "size"),
    Fault("size_of_person", Aspect.CONSISTENT, "size"),
    Fault("amount_wanting", Aspect.CONSISTENT, "contract_amount"),
    Fault("end_wanting", Aspect.CONSISTENT, "contract_end"),
    Fault("end_before", Aspect.CONSISTENT, "contract_end"),
    Fault("signed_not_won", Aspect.CONSISTENT, "cooperation"),
    Fault("city_elsewhere", Aspect.CONSISTENT, "city"),
    Fault("consent_undated", Aspect.CONSISTENT, "consent_date"),
)
"""Every fault, in the order of the bits of a verdict."""
JUDGED = (
    *EXPECTED, "kind", "employees", "revenue", "phone_check", "contract_amount", "contract_end", "cooperation", "province",
    "city", "consent", "consent_date",
)  # fmt: skip
"""The fields that a verdict is made of, in the order in which ``Judge.verdict`` is given their values."""

BITS = {fault.key: 1 << place for place, fault in enumerate(FAULTS)}
IS_PERSON = 1 << len(FAULTS)
"""Set in the verdict on a person, of whom less is expected."""
VERIFIED = IS_PERSON << 1
"""Set where the contact was confirmed by telephone or mail."""
OF_ASPECT = {aspect: sum(BITS[fault.key] for fault in FAULTS if fault.aspect is aspect) for aspect in Aspect}
"""The bits of the faults of each aspect."""
_LONGEST_SHORT = 4  # characters of a name that may be an abbreviation
_NOT_PERSONS = sum(BITS[f"missing_{key}"] for key in EXPECTED if CUSTOMER[key].applies == "company")
_WANTED = len(EXPECTED)
_NO_SIZE = BITS["missing_size"]
(
    _NAME, _PHONE, _SIZE, _PERSON, _AMOUNT, _END, _ORDER, _SIGNED, _CITY, _CONSENT,
) = (BITS[fault.key] for fault in FAULTS[len(EXPECTED) :])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judge:
    """``cities`` maps the codes of cities to those of their provinces."""

    cities: Mapping[str, str]

    def verdict(self, *values: str | None) -> int:
        """What is wrong with a customer of which ``JUDGED`` says ``values`` (a sensitive one: anything where there is one)."""
        (
            name, _, _, _, size, _, _, first, status, kind, employees, revenue, check, amount, end, cooperation, province, city,
            consent, consented,
        ) = values  # fmt: skip
        found = 0
        if None in values[:_WANTED]:
            for place in range(_WANTED):
                if values[place] is None:
                    found |= 1 << place
        if kind == "person":
            found = found & ~_NOT_PERSONS | IS_PERSON
            if size is not None:
                found |= _PERSON
        elif size is None:  # either of two stands in for it (checks/needs.py: INSTEAD)
            if employees is not None or revenue is not None:
                found &= ~_NO_SIZE
        elif employees is not None and size in SIZES and size != size_of(int(employees)):
            found |= _SIZE
        if name is not None and len(name) <= _LONGEST_SHORT and kind != "person" and names.abbreviated(name):
            found |= _NAME
        if check is not None:
            found |= _PHONE if check == "invalid" else VERIFIED if check in ("phone", "mail") else 0
        if status == "won" and amount is None:
            found |= _AMOUNT
        if end is None:
            if status == "won" or (amount is not None and amount != "0.00"):
                found |= _END
        elif amount == "0.00" or (first is not None and end < first):
            found |= _ORDER
        if cooperation == "signed" and status is not None and status not in ("won", "lost"):
            found |= _SIGNED
        if city is not None and province is not None and self.cities.get(city, province) != province:
            found |= _CITY
        if consent == "yes" and consented is None:
            found |= _CONSENT
        return found


def expected(verdict: int) -> int:
    """How many of ``EXPECTED`` apply to a customer."""
    return len(EXPECTED) - (_NOT_PERSONS.bit_count() if verdict & IS_PERSON else 0)


def applies(key: str, verdict: int) -> bool:
    """Whether a field of ``EXPECTED`` applies to a customer."""
    return not (verdict & IS_PERSON and CUSTOMER[key].applies == "company")

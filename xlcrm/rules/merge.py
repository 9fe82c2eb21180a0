"""Which value survives when two records of one customer become one (documents 001 step 4, 002 2.4, 003 2.3).

The order of the documents: the signed customer, then the one followed up most recently, then the more complete one,
then the newer one. The better side wins field by field; a blank never overwrites a value; what loses is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlcrm.model.operation import Kept, Values
from xlcrm.model.tables import CUSTOMER

SIGNED = {("status", "won"), ("cooperation", "signed")}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records: its values, when the customer was last contacted and the record last changed.

    ``followed`` and ``updated`` are "YYYY-MM-DD HH:MM:SS" or "". ``origin`` says where the values come from.
    """

    values: Mapping[str, str | None]
    followed: str = ""
    updated: str = ""
    origin: str = ""

    def rank(self) -> tuple[bool, str, int, str]:
        """Greater is better."""
        signed = any(self.values.get(field) == code for field, code in SIGNED)
        filled = sum(1 for field in CUSTOMER.data if self.values.get(field.key))
        return signed, self.followed, filled, self.updated


@dataclass(frozen=True, slots=True)
class Merged:
    """The survivor's values, and the values that lost with their source."""

    values: Values
    kept: tuple[Kept, ...]


def merge(stored: Side, other: Side) -> Merged:
    """Join ``other`` into ``stored`` field by field; on equal rank the stored record wins.

    The values of a person's or company's contact travel together: name, title, phone and mail of the main contact
    come from one side unless that side has none, so that nobody gets a colleague's number.
    """
    winner, loser = (other, stored) if other.rank() > stored.rank() else (stored, other)
    contact_from_loser = not winner.values.get("contact") and bool(loser.values.get("contact"))
    values: Values = {}
    kept: list[Kept] = []
    for field in CUSTOMER.data:
        first, second = winner, loser
        if contact_from_loser and field.key in CONTACT_FIELDS:
            first, second = loser, winner
        mine, theirs = first.values.get(field.key), second.values.get(field.key)
        if field.key in CONTACT_FIELDS and field.key != "contact" and not mine and not _same_contact(first, second):
            theirs_kept, theirs = theirs, None
            if theirs_kept:
                kept.append(Kept(field.key, theirs_kept, second.origin))
        values[field.key] = mine or theirs
        if mine and theirs and mine != theirs:
            kept.append(Kept(field.key, theirs, second.origin))
    return Merged(values, tuple(kept))


CONTACT_FIELDS = frozenset({"contact", "contact_title", "phone", "email"})


def _same_contact(one: Side, two: Side) -> bool:
    names = one.values.get("contact"), two.values.get("contact")
    return None in names or "" in names or names[0] == names[1]

"""Which value survives when two records of one customer become one (documents 001 step 4, 002 2.4, 003 2.3).

The order of the documents: the signed customer, then the one followed up most recently, then the more complete one,
then the newer one. The better side wins field by field; a blank never overwrites a value; what loses is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.model.operation import Kept, Values
from xlcrm.model.tables import CUSTOMER

SIGNED = {("status", "won"), ("cooperation", "signed")}
CONTACT_FIELDS = frozenset({"contact", "contact_title", "phone", "email"})
_WHY = ("signed", "followed", "complete", "newer")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the records: its values, when the customer was last contacted and the record last changed.

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
    """The survivor's values, and the values that lost with their source.

    ``won`` names the side (its place) that each value comes from; fields without a value are left out.
    """

    values: Values
    kept: tuple[Kept, ...]
    won: Mapping[str, int]


def merge(stored: Side, *others: Side, chosen: Mapping[str, int] | None = None) -> Merged:
    """Join ``others`` into ``stored`` field by field; on equal rank the stored record wins, then the earlier one.

    The values of a person's or company's contact travel together: name, title, phone and mail of the main contact
    come from one side unless that side has none, so that nobody gets a colleague's number. ``chosen`` names the side for
    fields that a person decided, whatever its rank.
    """
    sides = (stored, *others)
    chosen = chosen or {}
    order = ranked(sides)
    named = [place for place in order if sides[place].values.get("contact")]
    leads = [chosen["contact"]] if "contact" in chosen else named[:1]
    contacts = [*leads, *(place for place in order if place not in leads)]
    values: Values = {}
    won: dict[str, int] = {}
    kept: list[Kept] = []
    for field in CUSTOMER.data:
        key = field.key
        places = contacts if key in CONTACT_FIELDS else order
        if key in chosen:
            places = [chosen[key], *(place for place in places if place != chosen[key])]
        able = [place for place in places if key not in CONTACT_FIELDS or _same_contact(sides[places[0]], sides[place])]
        if key == "contact" or key in chosen:
            able = places
        winner = next((place for place in able if sides[place].values.get(key)), None)
        values[key] = sides[winner].values[key] if winner is not None else None
        if winner is not None:
            won[key] = winner
        for place in places:
            lost = sides[place].values.get(key)
            if place != winner and lost and lost != values[key]:
                kept.append(Kept(key, lost, sides[place].origin))
    return Merged(values, tuple(dict.fromkeys(kept)), won)


def ranked(sides: Sequence[Side]) -> list[int]:
    """The places of ``sides``, the best first."""
    return sorted(range(len(sides)), key=lambda place: sides[place].rank(), reverse=True)


def why(winner: Side, loser: Side) -> str:
    """What the winner is better by: "signed", "followed", "complete" or "newer"; "first" where they are alike."""
    pairs = zip(_WHY, winner.rank(), loser.rank(), strict=True)
    return next((name for name, mine, theirs in pairs if mine != theirs), "first")


def _same_contact(one: Side, two: Side) -> bool:
    names = one.values.get("contact"), two.values.get("contact")
    return None in names or "" in names or names[0] == names[1]

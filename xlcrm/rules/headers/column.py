"""One column while its field is looked for, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as field_
from decimal import Decimal
from typing import Literal

from xlcrm.model.learned import Target
from xlcrm.model.tables import BY_KEY
from xlcrm.rules.headers.looks import Look
from xlcrm.rules.headers.names import Candidate, Reading

Certainty = Literal["sure", "doubtful", "ignored"]

YES, HALF, NO = 0.7, 0.5, 0.2
"""From which share of fitting values on they speak for a field, below which they leave doubts, up to which they contradict it."""


@dataclass(frozen=True, slots=True)
class Match:
    """What one column (from 0) is: ``field`` of ``table``, or None and "" for none.

    ``certainty``: "sure", "doubtful" (``field`` is the best guess, a person is asked) or "ignored" (nothing to import).
    ``reason`` is a key of the catalogue with its ``values``. ``alternatives`` are target words (model/learned.py), likeliest
    first, without the guess. ``slot`` is the contact the column speaks of, ``unit`` what its numbers are multiplied by.
    """

    column: int
    field: str | None
    table: str
    certainty: Certainty
    reason: str
    values: dict[str, object] = field_(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    unit: Decimal | None = None
    slot: int = 1

    @property
    def target(self) -> Target | None:
        """Where the column goes, as far as is known."""
        return Target(self.table, self.field, self.slot, self.unit) if self.field else None


@dataclass(slots=True)
class Column:
    """A column's header as read, its values as seen, and the candidates that are left."""

    number: int
    header: str
    reading: Reading
    look: Look
    candidates: list[Candidate]

    def fit(self, one: Candidate) -> float | None:
        """The share of the values that a candidate can hold; None where there is nothing to tell by."""
        return self.look.fit(BY_KEY[one.table][one.field]) if one.table else None

    def order(self, one: Candidate) -> tuple[int, float]:
        """How a candidate does: contradicted by the values or not, then the name, then how well they fit."""
        fit = self.fit(one)
        return (-1 if fit is not None and fit <= NO else 0), one.rank + (fit if fit is not None else 0.5)

    def match(self, one: Candidate | None, certainty: Certainty, reason: str, ranked: Sequence[Candidate] = ()) -> Match:
        """``one`` as the answer, the others of ``ranked`` as its alternatives."""
        others = dict.fromkeys(str(Target(other.table, other.field, other.slot)) for other in ranked)
        if one is None:
            return Match(self.number, None, "", certainty, reason, {}, tuple(others))
        others.pop(str(Target(one.table, one.field, one.slot)), None)
        return Match(self.number, one.field, one.table, certainty, reason, {}, tuple(others), None, one.slot)

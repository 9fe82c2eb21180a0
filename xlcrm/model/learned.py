"""What people answered about other people's columns and words: asked once, known for the whole team from then on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xlcrm.model.vocabularies import fold

NOT_IMPORTED = "-"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column goes: a field of a table; ``slot`` is the contact it speaks of (1 the main one, 2 the second ...).

    ``unit`` is what its numbers are multiplied by (0.0001 for 元 where the field counts 万元); None leaves them as they are.
    """

    table: str
    field: str
    slot: int = 1
    unit: Decimal | None = None

    def __str__(self) -> str:
        """The target as one word, such as "customer.phone", "contact.name#2", "customer.revenue@0.0001"."""
        slot = f"#{self.slot}" if self.slot > 1 else ""
        return f"{self.table}.{self.field}{slot}" + (f"@{self.unit}" if self.unit is not None else "")


def target(word: str) -> Target | None:
    """The target that ``word`` names; None for a column that is not to be imported."""
    if word in ("", NOT_IMPORTED):
        return None
    place, _, unit = word.partition("@")
    place, _, slot = place.partition("#")
    table, _, name = place.partition(".")
    return Target(table, name, int(slot or 1), Decimal(unit) if unit else None)


@dataclass(frozen=True, slots=True)
class Learned:
    """The answers by their keys: ``header_key`` -> target word, ``value_key`` -> option code or ``NOT_IMPORTED``."""

    answers: Mapping[str, str] = field(default_factory=dict)

    def header(self, layout: str, header: str) -> tuple[str, bool] | None:
        """The target word for a column, and whether it was said about this very layout, which goes before all others."""
        here, anywhere = self.answers.get(header_key(header, layout)), self.answers.get(header_key(header))
        return (here, True) if here else (anywhere, False) if anywhere else None

    def value(self, vocabulary: str, text: str) -> str | None:
        """The option code for a word of a dropdown column; ``NOT_IMPORTED`` where it means none."""
        return self.answers.get(value_key(vocabulary, text))


def layout(headers: Sequence[str]) -> str:
    """The digest of a set of headers, in whatever order they stand."""
    return _digest("layout", *sorted({fold(header) for header in headers}))


def header_key(header: str, layout: str = "") -> str:
    """The key of an answer about a header: in one layout, or everywhere."""
    return _digest("header", layout, fold(header))


def value_key(vocabulary: str, text: str) -> str:
    """The key of an answer about a word of a vocabulary's columns."""
    return _digest("value", vocabulary, fold(text))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()[:20]

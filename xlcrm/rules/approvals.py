"""Who has to agree to what: one person for each seat, none of them who wants it, nobody in two seats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from xlcrm.model.proposal import Proposal, Word

SEATS: Mapping[str, tuple[str, ...]] = {
    "void": ("manager", "admin"),
    "erase": ("manager", "admin"),  # at a person's demand: what is gone stays gone
    "handover": ("manager",),
    "export": ("manager",),
    "tag": ("steward",),  # a new tag of the library
    "review": ("reviewer",),  # a new customer, where the team wants double review
}
"""The seats whose agreement each kind of proposal needs. A merge is carried out by who has the right to do it."""

SITTING: Mapping[str, frozenset[str]] = {
    "reviewer": frozenset({"reviewer", "steward", "manager"}),
    "steward": frozenset({"steward", "manager"}),
}
"""The roles that may take a seat, where these are more than the role of its name."""


def roles_of(seat: str) -> frozenset[str]:
    """The roles that may take ``seat``."""
    return SITTING.get(seat, frozenset({seat}))


def open_seats(proposal: Proposal) -> tuple[str, ...]:
    """The seats from which nobody has agreed yet."""
    taken = {word.seat for word in _counting({proposal.initiator}, proposal.words)}
    return tuple(seat for seat in SEATS.get(proposal.kind, ()) if seat not in taken)


def agreed(seats: Collection[str], apart: Collection[str], words: Iterable[Word]) -> bool:
    """Whether a person for each of ``seats`` agreed, none of them one of ``apart``, and nobody objects."""
    words = list(words)
    counting = {word.seat: word.person for word in _counting(apart, words)}
    people = {counting[seat] for seat in seats if seat in counting}
    return bool(seats) and len(people) == len(seats) and all(word.verdict == "yes" for word in words)


def _counting(apart: Collection[str], words: Iterable[Word]) -> list[Word]:
    return [word for word in words if word.verdict == "yes" and word.person not in apart]

"""Who has to agree to what: one person for each seat, none of them who wants it, nobody in two seats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlcrm.model.proposal import Proposal, Word

SEATS: Mapping[str, tuple[str, ...]] = {"void": ("manager", "admin")}
"""The roles whose agreement each kind of proposal needs. Others are carried out by who has the right to do it."""


def open_seats(proposal: Proposal) -> tuple[str, ...]:
    """The seats from which nobody has agreed yet."""
    taken = {word.seat for word in _counting(proposal.initiator, proposal.words)}
    return tuple(seat for seat in SEATS.get(proposal.kind, ()) if seat not in taken)


def agreed(kind: str, initiator: str, words: Iterable[Word]) -> bool:
    """Whether a person for each seat agreed, and nobody objects."""
    words = list(words)
    counting = {word.seat: word.person for word in _counting(initiator, words)}
    seats = SEATS.get(kind, ())
    people = {counting[seat] for seat in seats if seat in counting}
    return bool(seats) and len(people) == len(seats) and all(word.verdict == "yes" for word in words)


def _counting(initiator: str, words: Iterable[Word]) -> list[Word]:
    return [word for word in words if word.verdict == "yes" and word.person != initiator]

"""Who has to agree to what: one person for each seat, none of them who wants it, nobody in two seats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from xlcrm.model.proposal import Proposal, Word
from xlcrm.rules.rights import Action, Group, Rights

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


SPEAKS: Mapping[str, tuple[Action, Group]] = {
    "void": (Action.VOID, Group.RECORD),
    "merge": (Action.MERGE, Group.RECORD),
    "erase": (Action.VOID, Group.RECORD),
    "handover": (Action.APPROVE, Group.OWNER),
    "export": (Action.EXPORT, Group.RECORD),
    "tag": (Action.SETTINGS, Group.RECORD),  # the library is a setting of the store
    "review": (Action.APPROVE, Group.NAME),
}
"""The right, over the customer of each kind of proposal, without which a seat does not help."""

CARRIES: Mapping[str, tuple[Action, Group]] = {
    **SPEAKS,
    "erase": (Action.ERASE, Group.RECORD),
    "handover": (Action.CHANGE, Group.OWNER),
}
"""The right that carries out what was agreed to; of a handover over anybody's customers."""

ABOUT_CUSTOMER = frozenset({"void", "merge", "erase", "review"})
"""The kinds that are always about one customer."""

HANDED: Mapping[str, str] = {"feedback": "assigned_to", "interaction": "next_by"}
"""What goes over with customers that are handed over: the fields that name who has to do something."""

SETTING = "review"
DOUBLE = "double"
"""The value of the setting with which a new customer of somebody who may not approve comes with a proposal to review it."""


def roles_of(seat: str) -> frozenset[str]:
    """The roles that may take ``seat``."""
    return SITTING.get(seat, frozenset({seat}))


def whose(kind: str, about: Mapping[str, object], owner: str | None) -> str | None:
    """Whose customers a proposal is about, ``owner`` being that of its customer: of a handover, whose they are."""
    giver = about.get("from") if kind == "handover" else owner
    return giver if isinstance(giver, str) else None


def sits(second: Rights, kind: str, seat: str, owner: str | None) -> bool:
    """Whether somebody may speak in ``seat`` about a proposal of ``kind`` about ``owner``'s customers.

    ``second`` are the rights of a second person (workflow.seconds). The owner's seat is that of a merge only.
    """
    if kind == "merge":
        return seat == "owner" and any(person.rid == owner for person in second.persons)
    if seat not in SEATS.get(kind, ()):
        return False
    held = (Rights((person,), second.departments) for person in second.persons if person.roles & roles_of(seat))
    return any(one.may(SPEAKS[kind][0], owner, SPEAKS[kind][1]) for one in held)


def declines(second: Rights, kind: str, owner: str | None) -> bool:
    """Whether somebody may put an end to a proposal: who could agree to it, or carry it out."""
    return any(sits(second, kind, seat, owner) for seat in SEATS.get(kind, ())) or carries(second, kind, owner)


def carries(rights: Rights, kind: str, owner: str | None) -> bool:
    """Whether somebody may carry out a proposal of ``kind`` about ``owner``'s customers, once it is agreed to."""
    return kind in CARRIES and rights.may(CARRIES[kind][0], None if kind == "handover" else owner, CARRIES[kind][1])


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

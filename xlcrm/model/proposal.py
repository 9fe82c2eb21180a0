"""What somebody wants that others have to agree to first: voiding a customer, merging into a colleague's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """What one person (a rid) said about a proposal: ``seat`` is the role in which, or "owner"; ``verdict`` yes or no."""

    person: str
    seat: str
    verdict: str
    reason: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal of ``kind`` (void, merge) about a customer (a rid), by ``initiator`` (a person's rid).

    ``about`` says what exactly: of a merge "others" (rids) and "chosen" (field -> rid). ``outcome``: open, done, declined,
    withdrawn.
    """

    rid: str
    kind: str
    customer: str
    about: Mapping[str, object]
    reason: str
    outcome: str
    initiator: str
    at: str
    version: int
    words: tuple[Word, ...] = ()

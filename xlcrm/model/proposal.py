"""What somebody wants that others have to agree to first: voiding a customer, merging into a colleague's, exporting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """What one person (a rid) said about a proposal or an update request.

    ``seat`` is the role in which, "verifier" or "owner"; ``verdict`` yes or no; ``round`` that of the request, 0 of a proposal.
    """

    person: str
    seat: str
    verdict: str
    reason: str = ""
    at: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal of ``kind`` (rules/approvals.py) about a customer (a rid, "" for none), by ``initiator`` (a person's rid).

    ``about`` says what exactly: of a merge "others" (rids) and "chosen" (field -> rid), of a handover "from" and "to" (persons)
    with "customers" (rids, None for all of them). ``outcome``: open, done, declined, withdrawn.
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

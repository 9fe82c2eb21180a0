"""What an operation may do beyond its actor's rights: because it takes another one back, or because others agreed to it.

permit.py asks it inside the transaction; postgres/consent.py asks the same of whatever client there is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from xlcrm.model.operation import Change
from xlcrm.model.proposal import Proposal, Word
from xlcrm.rules.approvals import ABOUT_CUSTOMER, HANDED, SEATS, SPEAKS, agreed, carries, declines, sits, whose
from xlcrm.rules.rights import Action, Group, Level, Rights
from xlcrm.rules.workflow import BACK, seconds
from xlcrm.store.batch import Batch, Row
from xlcrm.store.chunks import chunks
from xlcrm.store.log import decode
from xlcrm.store.proposals import proposals
from xlcrm.store.schema import ENTRY, OPERATION, SQL

RESTORES = (Action.CREATE, Action.UNDO, Action.VOID)
"""One of these rights suffices to give a record the state back that one's own operation, or one that may be undone, changed."""


def _about(change: Change) -> Mapping[str, object]:
    """What exactly a new proposal is about; nothing where that cannot be read."""
    try:
        found = json.loads(change.values.get("about") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _customers(change: Change) -> list[str]:
    """The customers that a new proposal is about."""
    others = _about(change).get("others")
    return [str(rid) for rid in (change.values.get("customer"), *(others if isinstance(others, list) else ())) if rid]


def _named(handover: Proposal) -> frozenset[str] | None:
    """The customers that are handed over; None for all of them."""
    named = handover.about.get("customers")
    return frozenset(map(str, named)) if isinstance(named, list) else None


class Sanction:
    """Asked about the changes of one operation by a person with ``rights``; ``made`` are the customers (rids) new in it."""

    def __init__(self, batch: Batch, rights: Rights, changes: Sequence[Change], made: Collection[str]) -> None:
        self._batch = batch
        self._rights = rights
        self._me = batch.actor
        self._new = made
        self._made: set[tuple[str, str]] = set()
        self._lives: dict[tuple[str, str], tuple[str | None, str | None]] = {}
        self._moved: set[str] = set()
        self._applied: set[str] = set()
        self._mine = True
        if batch.journal.reverses:
            self._read_reversed(batch.journal.reverses)
        said = [change for change in changes if change.table in ("proposal", "approval")]
        named = {change.rid if change.table == "proposal" else change.values.get("proposal") or "" for change in said}
        named |= {one.values.get("about") or "" for one in changes if one.table == "notice" and not one.values.get("customer")}
        found = proposals(batch.connection, outcome="", rids=sorted(named)) if named else []
        self._proposals = {one.rid: one for one in found}
        self._owners: dict[str, str | None] = {}
        self._living: set[str] = set()
        self._read_customers({one.customer for one in found} | {rid for change in said for rid in _customers(change)})
        self._told = Counter(change.values.get("proposal") for change in said if change.table == "approval")
        self._added: dict[str, list[Word]] = {}
        self._voided = {one.rid for one in changes if one.table == "customer" and one.state == "void"}
        for change in said:
            if change.table == "approval" and self.may_say(change, (change.table, change.rid) not in batch.rows):
                word = Word(self._me, change.values.get("seat") or "", change.values.get("verdict") or "")
                self._added.setdefault(change.values.get("proposal") or "", []).append(word)
        ended = [(one, change) for change in said if (one := self._proposals.get(change.rid)) and self.may_say(change, False)]
        done = [one for one, change in ended if change.values["outcome"] == "done"]
        declined = [one for one, change in ended if change.values["outcome"] == "declined"]
        self._voids = {one.customer for one in done if one.kind == "void"}
        self._handed = [(one.about.get("from"), one.about.get("to"), _named(one)) for one in done if one.kind == "handover"]
        self._rejected = {one.customer for one in declined if one.kind == "review"}
        new = [one for one in said if one.table == "proposal" and one.rid not in self._proposals and self._may_propose(one)]
        self._proposed = {change.rid for change in new}
        self.reviewed = {change.values.get("customer") for change in new if change.values.get("kind") == "review"}

    def reaches(self, owner: str | None) -> bool:
        """Whether records of ``owner``'s customers may be in this operation: one's own work, or what one may take back."""
        return self._mine or self._rights.may(Action.UNDO, owner)

    def undoes(self, change: Change, row: Row) -> bool:
        """Whether ``change`` gives the record the state back that it had before the operation that is taken back."""
        record = (change.table, change.rid)
        if record in self._made and change.state == "void":
            return True
        return self._lives.get(record) == (change.state, row["life"])

    def moved(self, rid: str) -> bool:
        """Whether the operation that is taken back moved the record to another customer."""
        return rid in self._moved

    def unapplies(self, request: str) -> bool:
        """Whether the operation that is taken back carried out the update request."""
        return request in self._applied

    def voids(self, customer: str) -> bool:
        """Whether the colleagues that it needs agreed that ``customer`` becomes void."""
        return customer in self._voids

    def rejects(self, customer: str) -> bool:
        """Whether the second person who reviewed ``customer`` declined it: it becomes void at once."""
        return customer in self._rejected

    def hands_over(self, row: Row, key: str, value: str | None, owner: str | None) -> bool:
        """Whether it was agreed that ``key`` of a record of ``owner``'s customer, which names one colleague, names another."""
        own = "customer" not in row
        if not (key == "owner" if own else key in HANDED.values() and row[key] == owner):
            return False
        customer = row["rid" if own else "customer"]
        return any(
            (owner, value) == (giver, taker) and (named is None or customer in named) for giver, taker, named in self._handed
        )

    def may_say(self, change: Change, fresh: bool) -> bool:
        """Whether the actor may make this proposal, end it so, or say that about it."""
        if change.table == "approval":
            proposal = self._proposals.get(change.values.get("proposal") or "")
            return fresh and proposal is not None and self._speaks(proposal, change)
        if fresh:
            return self._may_propose(change)
        proposal = self._proposals.get(change.rid)
        if proposal is None or proposal.outcome != "open" or set(change.values) != {"outcome"}:
            return False
        owner = self._whose(proposal)
        match change.values["outcome"]:
            case "withdrawn":  # a customer whose review is withdrawn would stand as if it had been reviewed
                gone = proposal.kind != "review" or not self._lives_on(proposal.customer)
                return proposal.initiator == self._me and gone
            case "declined":
                return declines(self._second(proposal), proposal.kind, owner)
            case "done":
                words = (*proposal.words, *self._added.get(proposal.rid, ()))
                needed = SEATS.get(proposal.kind, ())
                return carries(self._rights, proposal.kind, owner) and (
                    not needed or agreed(needed, {proposal.initiator}, words)
                )
        return False

    def knows(self, proposal: str) -> bool:
        """Whether there is such a proposal, in the store or new in the operation."""
        return proposal in self._proposals or proposal in self._proposed

    def _may_propose(self, change: Change) -> bool:
        kind, customer = change.values.get("kind") or "", change.values.get("customer")
        if kind not in SPEAKS or change.values.get("outcome") != "open" or (kind in ABOUT_CUSTOMER and not customer):
            return False
        if kind == "review":
            return customer in self._new
        if kind == "handover":
            giver = whose(kind, _about(change), None)
            return giver is not None and self._rights.level(giver, Group.NAME) is Level.PLAIN
        return not customer or any(map(self._concerns, _customers(change)))

    def _concerns(self, customer: str) -> bool:
        """Whether the actor knows the name of a stored customer, and so may propose something about it."""
        return customer in self._owners and self._rights.level(self._owners[customer], Group.NAME) is Level.PLAIN

    def _speaks(self, proposal: Proposal, change: Change) -> bool:
        """Whether the actor may say this: a second person who has the seat, once."""
        if proposal.outcome != "open" or self._me in {word.person for word in proposal.words} or self._told[proposal.rid] > 1:
            return False
        seat, verdict = change.values.get("seat") or "", change.values.get("verdict")
        return verdict in ("yes", "no") and sits(self._second(proposal), proposal.kind, seat, self._whose(proposal))

    def _second(self, proposal: Proposal) -> Rights:
        return seconds(self._rights, self._me, {proposal.initiator})

    def _whose(self, proposal: Proposal) -> str | None:
        return whose(proposal.kind, proposal.about, self._owners.get(proposal.customer))

    def _lives_on(self, customer: str) -> bool:
        return customer in self._living and customer not in self._voided

    def _read_customers(self, customers: Collection[str]) -> None:
        """The owners of those customers that are stored, and which of them live."""
        table = SQL["customer"].c
        for chunk in chunks(sorted(customers)):
            asked = select(table.rid, table.owner, table.life).where(table.rid.in_(chunk))
            for rid, owner, life in self._batch.connection.execute(asked):
                self._owners[rid] = owner
                if life == "live":
                    self._living.add(rid)

    def _read_reversed(self, operation: str) -> None:
        connection = self._batch.connection
        done = connection.execute(select(OPERATION).where(OPERATION.c.id == operation)).one()
        self._mine = done.actor in {person.rid for person in self._rights.persons}
        said = select(ENTRY.c.table, ENTRY.c.rid, ENTRY.c.version_to, ENTRY.c.before, ENTRY.c.after)
        for entry in connection.execute(said.where(ENTRY.c.seq >= done.first, ENTRY.c.seq < done.first + done.entries)):
            record, before, after = (entry.table, entry.rid), decode(entry.before), decode(entry.after)
            if entry.version_to == 1:
                self._made.add(record)
                continue
            if "life" in after:
                first = self._lives.get(record, (before.get("life"), None))
                self._lives[record] = (first[0], after["life"])
            if "customer" in after:
                self._moved.add(entry.rid)
            if entry.table == "request" and after.get("state") == "updated" and before.get("state") == BACK["state"]:
                self._applied.add(entry.rid)

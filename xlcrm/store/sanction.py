"""What an operation may do beyond its actor's rights: because it takes another one back, or because others agreed to it.

permit.py asks it inside the transaction; postgres/checks.py asks the same of whatever client there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from xlcrm.model.operation import Change
from xlcrm.model.proposal import Proposal, Word
from xlcrm.rules.approvals import SEATS, agreed
from xlcrm.rules.rights import Action, Group, Level, Rights
from xlcrm.store.batch import Batch, Row
from xlcrm.store.log import decode
from xlcrm.store.proposals import proposals
from xlcrm.store.schema import ENTRY, OPERATION, SQL

RESTORES = (Action.CREATE, Action.UNDO, Action.VOID)
"""One of these rights suffices to give a record the state back that one's own operation, or one that may be undone, changed."""
POWER = {"void": Action.VOID, "merge": Action.MERGE}
"""The right that carries out each kind of proposal."""


def _customers(change: Change) -> list[str]:
    """The customers that a new proposal is about."""
    others = json.loads(change.values.get("about") or "{}").get("others", ())
    return [rid for rid in (change.values.get("customer"), *others) if rid]


class Sanction:
    """Asked about the changes of one operation by a person with ``rights``."""

    def __init__(self, batch: Batch, rights: Rights, changes: Sequence[Change]) -> None:
        self._batch = batch
        self._rights = rights
        self._me = batch.actor
        self._made: set[tuple[str, str]] = set()
        self._lives: dict[tuple[str, str], tuple[str | None, str | None]] = {}
        self._mine = True
        if batch.journal.reverses:
            self._read_reversed(batch.journal.reverses)
        said = [change for change in changes if change.table in ("proposal", "approval")]
        named = {change.rid if change.table == "proposal" else change.values.get("proposal") or "" for change in said}
        found = proposals(batch.connection, outcome="", rids=sorted(named)) if said else []
        self._proposals = {one.rid: one for one in found}
        customer = SQL["customer"].c
        owned = {one.customer for one in found} | {rid for change in said for rid in _customers(change)}
        asked = select(customer.rid, customer.owner).where(customer.rid.in_(sorted(owned)))
        self._owners = {row.rid: row.owner for row in batch.connection.execute(asked)} if said else {}
        self._voids = set(self._agreed_voids(said))

    def reaches(self, owner: str | None) -> bool:
        """Whether records of ``owner``'s customers may be in this operation: one's own work, or what one may take back."""
        return self._mine or self._rights.may(Action.UNDO, owner)

    def undoes(self, change: Change, row: Row) -> bool:
        """Whether ``change`` gives the record the state back that it had before the operation that is taken back."""
        record = (change.table, change.rid)
        if record in self._made and change.state == "void":
            return True
        return self._lives.get(record) == (change.state, row["life"])

    def voids(self, customer: str) -> bool:
        """Whether the colleagues that it needs agreed that ``customer`` becomes void."""
        return customer in self._voids

    def may_say(self, change: Change, fresh: bool) -> bool:
        """Whether the actor may make this proposal, end it so, or say that about it."""
        if change.table == "approval":
            proposal = self._proposals.get(change.values.get("proposal") or "")
            return fresh and proposal is not None and self._sits(proposal, change.values.get("seat") or "")
        if fresh:
            known = change.values.get("kind") in POWER and change.values.get("outcome") == "open"
            return known and any(map(self._concerns, _customers(change)))
        proposal, outcome = self._proposals.get(change.rid), change.values.get("outcome")
        if proposal is None or proposal.outcome != "open" or set(change.values) != {"outcome"}:
            return False
        if outcome == "withdrawn":
            return proposal.initiator == self._me
        power = self._rights.may(POWER[proposal.kind], self._owners.get(proposal.customer))
        return power and outcome in ("done", "declined")

    def _concerns(self, customer: str) -> bool:
        """Whether the actor knows the name of a stored customer, and so may propose something about it."""
        return customer in self._owners and self._rights.level(self._owners[customer], Group.NAME) is Level.PLAIN

    def _sits(self, proposal: Proposal, seat: str) -> bool:
        """Whether the actor may speak in this seat: a second person who has it, once."""
        if proposal.outcome != "open" or self._me == proposal.initiator or self._me in {word.person for word in proposal.words}:
            return False
        owner = self._owners.get(proposal.customer)
        if seat == "owner":
            return any(person.rid == owner for person in self._rights.persons)
        holds = any(seat in person.roles for person in self._rights.persons)
        return seat in SEATS.get(proposal.kind, ()) and holds and self._rights.may(POWER[proposal.kind], owner)

    def _agreed_voids(self, said: Iterable[Change]) -> Iterable[str]:
        """The customers whose proposal to be voided this operation carries out, with the words it adds itself."""
        said = list(said)
        for change in said:
            proposal = self._proposals.get(change.rid)
            if proposal is None or change.values.get("outcome") != "done" or proposal.kind != "void":
                continue
            added = [
                Word(self._me, one.values.get("seat") or "", one.values.get("verdict") or "")
                for one in said
                if one.table == "approval" and one.values.get("proposal") == proposal.rid
            ]
            if agreed(SEATS["void"], {proposal.initiator}, (*proposal.words, *added)):
                yield proposal.customer

    def _read_reversed(self, operation: str) -> None:
        connection = self._batch.connection
        done = connection.execute(select(OPERATION).where(OPERATION.c.id == operation)).one()
        self._mine = done.actor in {person.rid for person in self._rights.persons}
        said = select(ENTRY.c.table, ENTRY.c.rid, ENTRY.c.version_to, ENTRY.c.before, ENTRY.c.after)
        for entry in connection.execute(said.where(ENTRY.c.seq >= done.first, ENTRY.c.seq < done.first + done.entries)):
            record, before, after = (entry.table, entry.rid), decode(entry.before), decode(entry.after)
            if entry.version_to == 1:
                self._made.add(record)
            elif "life" in after:
                first = self._lives.get(record, (before.get("life"), None))
                self._lives[record] = (first[0], after["life"])

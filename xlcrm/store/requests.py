"""The update requests of one operation: which steps it takes of them, and whether its actor may (rules/workflow.py).

permit.py asks it inside the transaction; postgres/steps.py asks the same of whatever client there is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from xlcrm.model.operation import Change, Values
from xlcrm.model.proposal import Word
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.rules import workflow
from xlcrm.rules.approvals import agreed
from xlcrm.rules.rights import Rights
from xlcrm.rules.workflow import STEPS
from xlcrm.store.batch import Batch, Row, read
from xlcrm.store.proposals import words
from xlcrm.store.sanction import Sanction


class Requests:
    """Asked about the changes of one operation by a person with ``rights``, in a store that is set to ``settings``.

    ``known`` are the changes of stored records among ``changes``.
    """

    def __init__(
        self,
        batch: Batch,
        rights: Rights,
        sanction: Sanction,
        changes: Sequence[Change],
        known: Sequence[Change],
        settings: Mapping[str, str],
    ) -> None:
        self._batch = batch
        self._rights = rights
        self._sanction = sanction
        self._settings = settings
        self._merged = {one.rid: one.merged_into for one in known if one.table == CUSTOMER.key and one.state == "merged"}
        self._rows: dict[str, Row] = {}
        self._changes: dict[str, list[Change]] = {}
        for change in known:
            row = batch.rows.get((REQUEST.key, change.rid)) if change.table == REQUEST.key else None
            if row is not None:
                self._rows[change.rid] = row
                self._changes.setdefault(change.rid, []).append(change)
        self._said: dict[str, list[Change]] = {}
        for change in changes:
            if change.table == "approval" and change.values.get("proposal") in self._rows:
                self._said.setdefault(change.values["proposal"] or "", []).append(change)
        self._set = {
            (one.rid, key): value or None for one in known if one.table == CUSTOMER.key for key, value in one.values.items()
        }
        customers = sorted({row["customer"] or "" for row in self._rows.values()})
        self._customers = {row["rid"]: row for row in read(batch.connection, CUSTOMER, customers)} if customers else {}
        self._spoken = words(batch.connection, sorted(self._rows))
        self._steps = {rid: self._taken(rid) for rid in self._rows}
        carried_out = [self._rows[rid] for rid, step in self._steps.items() if step is STEPS["apply"]]
        self.executed = frozenset((row["customer"], row["field"]) for row in carried_out)
        """(rid, field) of the customers whose new values were verified: this operation carries out the requests."""

    def may_change(self, change: Change) -> bool:
        """Whether a change of a stored request is a step that the actor may take."""
        return self._steps.get(change.rid) is not None

    def moves(self, change: Change) -> bool:
        """Whether a change does nothing but follow a customer that is merged, or no longer."""
        row = self._rows.get(change.rid)
        if row is None or set(change.values) != {"customer"}:
            return False
        return self._merged.get(row["customer"]) == change.values["customer"] or self._sanction.moved(change.rid)

    def about(self, change: Change) -> bool:
        """Whether an approval is about a request that this operation changes."""
        return change.values.get("proposal") in self._rows

    def may_say(self, change: Change) -> bool:
        """Whether the actor may say this about a request: with the step that it is the word of, from a seat of the actor's."""
        return self._steps.get(change.values.get("proposal") or "") is not None

    def _taken(self, rid: str) -> workflow.Step | None:
        """The step that the operation takes of a request; None where it is none, or not the actor's."""
        row, changes, said = self._rows[rid], self._changes[rid], self._said.get(rid, [])
        if len(changes) > 1 or len(said) > 1 or changes[0].state not in (None, row["life"]):
            return None
        before: Values = {key: row[key] for key in REQUEST.by_key if key in row}
        after: Values = {}
        for key, value in changes[0].values.items():
            # Ciphertexts of one value differ: what was expected is compared with what stands there when it is written.
            stands = changes[0].expected.get(key) if key in REQUEST.sensitive else row[key]
            if (value or None) != (stands or None):
                after[key] = value or None
        if self._sanction.unapplies(rid) and before["state"] == "updated" and after == workflow.BACK:
            return workflow.UNDONE
        step = workflow.taken(before, after)
        owner = self._owner(row)
        if step is None or not workflow.may(step, self._rights, self._batch.actor, before, row["created_by"], owner):
            return None
        apart = workflow.excluded(before, row["created_by"])
        spoken = [word for word in self._spoken.get(rid, ()) if word.round == workflow.round_of(before)]
        word = said[0] if said else None
        if word is not None:
            if not self._seated(word, before, apart, owner) or self._batch.actor in {one.person for one in spoken}:
                return None
            spoken.append(Word(self._batch.actor, word.values.get("seat") or "", word.values.get("verdict") or ""))
        whole = agreed(workflow.seats(before["field"] or "", self._settings), apart, spoken)
        verdict = word.values.get("verdict") if word else None
        if not workflow.fits(step, self._batch.actor, before, after, verdict, whole):
            return None
        return step if step is not STEPS["apply"] or self._carries(row) else None

    def _seated(self, word: Change, request: Values, apart: Collection[str], owner: str | None) -> bool:
        """Whether a word about a request is said from a seat that the actor has, in the round in which it is."""
        field, seat = request["field"] or "", word.values.get("seat") or ""
        second = workflow.seconds(self._rights, self._batch.actor, apart)
        fresh = (word.table, word.rid) not in self._batch.rows
        return (
            fresh
            and seat in workflow.seats(field, self._settings)
            and workflow.sits(second, seat, field, owner)
            and workflow.round_of(word.values) == workflow.round_of(request)
        )

    def _carries(self, row: Row) -> bool:
        """Whether the customer says what the request wants once all of the operation is written."""
        batch, key = self._batch, row["field"]
        after = batch.vault.open(REQUEST.key, "after", row["rid"], row["after"])
        said = (row["customer"], key)
        if said in self._set:
            return batch.whole and self._set[said] == (after or None)
        customer = self._customers.get(row["customer"])
        if customer is None:
            return False
        now = customer[key]
        if key in CUSTOMER.sensitive:
            now = batch.vault.open(CUSTOMER.key, key, customer["rid"], now)
        return bool((now or None) == (after or None))

    def _owner(self, row: Row) -> str | None:
        customer = self._customers.get(row["customer"])
        return customer["owner"] if customer else None

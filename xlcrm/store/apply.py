"""The one write: everything of an operation in one transaction, or nothing (design decision 4)."""

from __future__ import annotations

import getpass
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from sqlalchemy import Connection, select

from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import Overtaken, UsageError
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Outcome, Receipt, Result
from xlcrm.store import inserts, merging, permit, undoing, updates
from xlcrm.store.batch import Batch, outcome
from xlcrm.store.chunks import among, chunks
from xlcrm.store.digests import Digests
from xlcrm.store.keys import Index, overtaken, survivor
from xlcrm.store.log import Journal
from xlcrm.store.pen import Pen
from xlcrm.store.schema import IMPORTED, LOGGED, OWNED, SQL, SUBMISSION
from xlcrm.store.vault import Vault

_NOT_IN = (Result.CONFLICT, Result.REFUSED, Result.GONE)
_NOBODY = "-"  # the customer of a record that has none living


def apply(pen: Pen, cipher: Cipher, operation: Operation, context: Context) -> Receipt:
    """Do ``operation`` inside the caller's write transaction; outcomes in the order of its changes."""
    now = pen.moment(context)
    journaled = journal(pen, operation.kind, context, operation)
    journaled.at = now
    batch = Batch(pen, Vault(cipher, pen.connection), journaled, Index(pen, cipher), context.actor.rid, now, operation.whole)
    if operation.reverses:
        undoing.check(pen.connection, operation.reverses)
    merged = merging.merged_away(operation.changes)
    astray = merging.without_goal(pen.connection, merged)
    merged = {rid: into for rid, into in merged.items() if rid not in astray}
    changes = [*operation.changes, *merging.carried(pen.connection, merged, operation.changes)]
    outcomes = dict(_repeated(batch, operation))
    _current(batch, operation, outcomes)
    stored_as = {changes[place].rid: outcomes[place].rid for place in outcomes}
    for table in LOGGED.values():
        batch.fetch(table, [change.rid for change in changes if change.table == table.key])
    fresh: dict[str, list[int]] = {key: [] for key in LOGGED}
    known: list[int] = []
    taken: set[tuple[str, str]] = set(batch.rows)
    for place, change in enumerate(changes):
        if place in outcomes:
            continue
        if change.base is None and (change.table, change.rid) not in taken:
            taken.add((change.table, change.rid))
            fresh[change.table].append(place)
        else:
            known.append(place)
            if (change.table, change.rid) not in batch.rows:
                batch.awaited.add((change.table, change.rid))
    for place, owner in _owners(batch, changes, fresh, stored_as).items():
        changes[place] = replace(changes[place], customer=owner)
    if operation.whole:
        _untouched(batch, changes, known)
    made = {place for places in fresh.values() for place in places}
    outcomes |= permit.refusals(batch, changes, made, known, context)
    outcomes |= {place: Outcome(Result.GONE, changes[place].rid) for place in known if changes[place].rid in astray}
    staying = {changes[place].rid for place in outcomes if changes[place].rid in merged}
    outcomes |= {place: Outcome(Result.UNCHANGED, changes[place].rid) for place in _left(operation, changes, staying)}
    known = [place for place in known if place not in outcomes]
    for key, places in fresh.items():
        places = [place for place in places if place not in outcomes]
        homeless = {place for place in places if _homeless(changes[place])}
        outcomes |= {place: Outcome(Result.GONE, changes[place].rid) for place in homeless}
        places = [place for place in places if place not in homeless]
        outcomes |= dict(zip(places, inserts.store(batch, LOGGED[key], [changes[place] for place in places]), strict=True))
    if known:
        outcomes |= updates.change(batch, [(place, changes[place]) for place in known])
    _decide(batch, operation)
    batch.index.write()
    batch.write_kept()
    _remember(batch, operation, outcomes)
    _all_in(operation, outcomes, merged)
    return Receipt(batch.journal.id, [outcomes[place] for place in range(len(operation.changes))], batch.journal.close())


def journal(pen: Pen, kind: str, context: Context | None = None, operation: Operation | None = None) -> Journal:
    """The journal of an operation; without a context the store acts by itself (numbers)."""
    found = Journal(pen, kind, "", "", getpass.getuser(), "")
    if context:
        found.actor, found.source = context.actor.rid, context.source
        found.roles = ",".join(sorted(context.actor.roles))
    if operation:
        found.source, found.reason, found.reverses = operation.source or found.source, operation.reason, operation.reverses
    return found


def submitted(connection: Connection, digests: Digests, workbook: str, tokens: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(table, rid) for each token of ``workbook`` that was stored and whose answer was not yet seen in the sheet."""
    found: dict[str, tuple[str, str]] = {}
    forms = {form: token for token in tokens for form in digests.texts(token)}
    for chunk in chunks(list(forms)):
        asked = select(SUBMISSION).where(SUBMISSION.c.workbook == workbook, among(connection, SUBMISSION.c.token, chunk))
        found.update({forms[row.token]: (row.table, row.rid) for row in connection.execute(asked)})
    return found


def _repeated(batch: Batch, operation: Operation) -> dict[int, Outcome]:
    """The outcomes of changes that were stored before: the answer was lost, or another process was faster."""
    tokens = {place: change.token for place, change in enumerate(operation.changes) if change.token}
    known = submitted(batch.connection, batch.index.digests, operation.workbook, tokens.values())
    for key in {table for table, _ in known.values()}:
        batch.fetch(LOGGED[key], [rid for table, rid in known.values() if table == key])
    found = {}
    for place, token in tokens.items():
        if token in known:  # of one handed over since the reader may see no more than that it was stored
            row = batch.rows.get(known[token])
            found[place] = outcome(Result.UNCHANGED, row) if row else Outcome(Result.UNCHANGED, known[token][1])
    return found


def _current(batch: Batch, operation: Operation, outcomes: Mapping[int, Outcome]) -> None:
    """Overtaken where a new customer was not compared with one that was stored or changed since; this transaction sees all."""
    if operation.compared is None:
        return
    fresh = [change.keys or () for place, change in enumerate(operation.changes) if change.base is None and place not in outcomes]
    same = {outcome.rid for outcome in outcomes.values()}  # these rows themselves, stored by an earlier press
    if overtaken(batch.connection, batch.index.digests, chain.from_iterable(fresh), operation.compared, same):
        raise Overtaken("store.overtaken")


def _untouched(batch: Batch, changes: Sequence[Change], known: Iterable[int]) -> None:
    """Overtaken where a record is not as it was when the operation was planned."""
    for place in known:
        row = batch.rows.get((changes[place].table, changes[place].rid))
        if row is None or row["version"] != changes[place].base:
            raise Overtaken("store.changed_meanwhile")


def _left(operation: Operation, changes: Sequence[Change], staying: Collection[str]) -> list[int]:
    """The places of what does not move because its customer, one of ``staying``, is not merged away."""
    moves = range(len(operation.changes), len(changes))
    return [place for place in moves if changes[place].expected["customer"] in staying]


def _all_in(operation: Operation, outcomes: Mapping[int, Outcome], merged: Collection[str]) -> None:
    """End the transaction where something of a whole operation, or of a customer that is merged away, is not written."""
    for place, answer in outcomes.items():
        moves = place >= len(operation.changes) or (answer.result is Result.CONFLICT and operation.changes[place].rid in merged)
        if answer.result not in _NOT_IN or not (operation.whole or moves):
            continue
        if answer.result is Result.REFUSED:
            raise UsageError("rights.by_request" if answer.by_request else "rights.no_change")
        raise Overtaken("store.changed_meanwhile")


def _owners(batch: Batch, changes: list[Change], fresh: dict[str, list[int]], stored_as: dict[str, str]) -> dict[int, str]:
    """Where a new record's customer is not the one it names: stored before under another rid, merged, or not living."""
    children = [place for key in OWNED for place in fresh[key] if changes[place].customer not in ("", changes[place].rid)]
    here = {changes[place].rid for place in fresh["customer"]}
    named = {place: stored_as.get(changes[place].customer, changes[place].customer) for place in children}
    wanted = [customer for customer in dict.fromkeys(named.values()) if customer not in here]
    merged = survivor(batch.connection, wanted)
    customer = SQL["customer"].c
    living = set(here)
    for chunk in chunks([*{merged.get(rid, rid) for rid in wanted}]):
        alive = select(customer.rid).where(customer.rid.in_(chunk), customer.life == "live")
        living.update(batch.connection.execute(alive).scalars())
    owners = {place: merged.get(rid, rid) for place, rid in named.items()}
    owners = {place: rid if rid in living else _NOBODY for place, rid in owners.items()}
    return {place: rid for place, rid in owners.items() if rid != changes[place].customer}


def _homeless(change: Change) -> bool:
    """Whether a new record belongs to a customer that is not there, or to none where its values need a data key."""
    without = change.customer in ("", change.rid) and change.table in OWNED
    return change.customer == _NOBODY or (without and bool(LOGGED[change.table].sensitive))


def _decide(batch: Batch, operation: Operation) -> None:
    """Remember what people decided about pairs; the last word counts."""
    table = LOGGED["decision"]
    changes = [
        Change("decision", decision.pair, "", {"verdict": decision.verdict, "reason": decision.reason})
        for decision in {decision.pair: decision for decision in operation.decisions}.values()
    ]
    batch.fetch(table, [change.rid for change in changes])
    inserts.store(batch, table, [change for change in changes if ("decision", change.rid) not in batch.rows])
    updates.change(batch, [(0, change) for change in changes if ("decision", change.rid) in batch.rows])


def _remember(batch: Batch, operation: Operation, outcomes: dict[int, Outcome]) -> None:
    """Note which rows of the workbook are stored, and forget those whose answer has arrived there."""
    rows: dict[str, tuple[str, str, str, str, str]] = {}
    for place, change in enumerate(operation.changes):
        if change.token and outcomes[place].result in (Result.STORED, Result.UPDATED):
            token = batch.index.digests.text(change.token)
            rows[token] = (operation.workbook, token, outcomes[place].rid, change.table, batch.journal.id)
    batch.pen.seen(operation.workbook, operation.seen)
    batch.pen.insert(SUBMISSION, list(rows.values()))
    gone = {outcome.rid for outcome in outcomes.values() if outcome.result in _NOT_IN}
    delivered = {(one.token, one.file, one.rid): one for one in operation.imported if one.rid not in gone}
    text = batch.index.digests.text
    batch.pen.insert(
        IMPORTED, [(text(one.token), one.file, one.rid, one.saved, one.version, batch.journal.id) for one in delivered.values()]
    )

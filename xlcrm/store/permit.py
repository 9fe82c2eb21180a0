"""What of an operation its actor has no right to: asked inside the transaction, by what stands in the store now.

The store asks the declaration (rules/rights.py) whatever the jobs above have asked before: the rights of somebody whose
sheet is a week old are those of today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Outcome, Result
from xlcrm.rules.changes import Way, way
from xlcrm.rules.rights import NOBODYS, Action, Rights, rights_of
from xlcrm.store.batch import Batch
from xlcrm.store.chunks import chunks
from xlcrm.store.people import people
from xlcrm.store.schema import LOGGED, OWNED, SQL

_STORE_WIDE = {"person": Action.PEOPLE, "setting": Action.SETTINGS}


def refusals(
    batch: Batch, changes: Sequence[Change], fresh: Collection[int], known: Sequence[int], context: Context
) -> dict[int, Outcome]:
    """The outcomes of the changes that are refused, by place; ``fresh`` are new records, ``known`` changes of stored ones."""
    colleagues = people(batch.connection)
    if not colleagues:
        return {}  # the first person of a store comes from outside
    rights = rights_of(context.actor, colleagues, context.now()[:10])
    # Of a hundred thousand new rows none needs to be looked at where any may be stored.
    everywhere = {key for key in LOGGED if key not in (*_STORE_WIDE, "keyholder") and rights.may(Action.CREATE, NOBODYS)}
    asked = [*(place for place in sorted(fresh) if changes[place].table not in everywhere), *known]
    owners = _owners(batch, [changes[place] for place in asked])
    refused: dict[int, Outcome] = {}
    without: set[str] = set()  # new customers that are refused: what belongs to them is, too
    for place in asked:
        change = changes[place]
        field = _against(batch, rights, context.actor.rid, change, owners, place in fresh)
        if field is None and change.customer not in without:
            continue
        row = batch.rows.get((change.table, change.rid))
        refused[place] = Outcome(
            Result.REFUSED, change.rid, row["number"] if row else None, row["version"] if row else 0, field=field or ""
        )
        if place in fresh and change.table == "customer":
            without.add(change.rid)
    return refused


def _against(
    batch: Batch, rights: Rights, actor: str, change: Change, owners: dict[str, str | None], fresh: bool
) -> str | None:
    """The field that may not be set, "" for the record as a whole; None where nothing stands against ``change``."""
    if change.table in _STORE_WIDE:
        return None if rights.may(_STORE_WIDE[change.table], None) else ""
    if change.table == "keyholder" and not rights.may(Action.KEYS, None):
        whose = (batch.rows.get((change.table, change.rid)) or change.values).get("person")
        return None if whose == actor else ""
    if change.table != "customer" and change.table not in OWNED:
        return None
    if fresh:
        owner = change.values.get("owner") if change.table == "customer" else owners.get(change.customer)
        return None if rights.may(Action.CREATE, owner) else ""
    row = batch.rows.get((change.table, change.rid))
    if row is None:
        return None  # made by this operation, or gone
    table = LOGGED[change.table]
    owner = row["owner"] if change.table == "customer" else owners.get(row["customer"] or "")
    for key in change.values:
        if way(table, table[key], rights, owner, {}) is Way.REFUSE:
            return key
    if change.values.get("customer") and not rights.may(Action.CREATE, owners.get(change.values["customer"] or "")):
        return "customer"
    if change.kept and not rights.may(Action.MERGE, owner):
        return ""
    if change.state is None or change.state == row["life"]:
        return None
    action = Action.VOID if "void" in (change.state, row["life"]) else Action.MERGE
    into = owners.get(change.merged_into or "", owner)
    return None if rights.may(action, owner) and rights.may(action, into) else ""


def _owners(batch: Batch, changes: Iterable[Change]) -> dict[str, str | None]:
    """The owner of each stored customer that ``changes`` concern; one that the operation makes itself has none yet."""
    wanted: set[str] = set()
    for change in changes:
        wanted.update(rid for rid in (change.values.get("customer"), change.merged_into) if rid)
        if change.table in OWNED:
            row = batch.rows.get((change.table, change.rid))
            wanted.add((row["customer"] if row else None) or change.customer)
    customer = SQL["customer"].c
    found: dict[str, str | None] = {}
    for chunk in chunks(sorted(wanted)):
        rows = batch.connection.execute(select(customer.rid, customer.owner).where(customer.rid.in_(chunk)))
        found.update((rid, owner) for rid, owner in rows)
    return found

"""What of an operation its actor has no right to: asked inside the transaction, by what stands in the store now.

The store asks the declaration (rules/rights.py) whatever the jobs above have asked before: the rights of somebody whose
sheet is a week old are those of today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select

from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Outcome, Result
from xlcrm.rules.changes import BY_REQUEST, SETTING, Way, way
from xlcrm.rules.rights import NOBODYS, Action, Rights, rights_of
from xlcrm.store.batch import Batch
from xlcrm.store.chunks import chunks
from xlcrm.store.log import decode
from xlcrm.store.people import people, settings
from xlcrm.store.sanction import RESTORES, Sanction
from xlcrm.store.schema import ENTRY, LOGGED, OWNED, SQL

_STORE_WIDE = {"person": Action.PEOPLE, "setting": Action.SETTINGS}
_SAID = ("proposal", "approval")
_BY_ITSELF = frozenset({*_STORE_WIDE, "keyholder", *_SAID})


def refusals(
    batch: Batch, changes: Sequence[Change], fresh: Collection[int], known: Sequence[int], context: Context
) -> dict[int, Outcome]:
    """The outcomes of the changes that are refused, by place; ``fresh`` are new records, ``known`` changes of stored ones."""
    colleagues = people(batch.connection)
    if not colleagues:
        return {}  # the first person of a store comes from outside
    rights = rights_of(context.actor, colleagues, context.now()[:10])
    # Of a hundred thousand new rows none needs to be looked at where any may be stored.
    everywhere = {key for key in LOGGED if key not in _BY_ITSELF and rights.may(Action.CREATE, NOBODYS)}
    asked = [*(place for place in sorted(fresh) if changes[place].table not in everywhere), *known]
    owners = _owners(batch, [changes[place] for place in asked])
    standing = settings(batch.connection) if known else {}
    agreed = _agreed(batch, [changes[place] for place in known]) if standing.get(SETTING) in BY_REQUEST else set()
    sanction = Sanction(batch, rights, changes)
    refused: dict[int, Outcome] = {}
    without: set[str] = set()  # new customers that are refused: what belongs to them is, too
    for place in asked:
        change = changes[place]
        field = _against(batch, rights, sanction, change, owners, place in fresh)
        asked_for = _by_request(batch, rights, change, standing, agreed) if field is None and standing else None
        if field is None and asked_for is None and change.customer not in without:
            continue
        row = batch.rows.get((change.table, change.rid))
        number, version = (row["number"], row["version"]) if row else (None, 0)
        refused[place] = Outcome(Result.REFUSED, change.rid, number, version, field=field or asked_for or "")
        refused[place].by_request = field is None and asked_for is not None
        if place in fresh and change.table == "customer":
            without.add(change.rid)
    return refused


def _against(
    batch: Batch, rights: Rights, sanction: Sanction, change: Change, owners: dict[str, str | None], fresh: bool
) -> str | None:
    """The field that may not be set, "" for the record as a whole; None where nothing stands against ``change``."""
    if change.table in _STORE_WIDE:
        return None if rights.may(_STORE_WIDE[change.table], None) else ""
    if change.table == "keyholder" and not rights.may(Action.KEYS, None):
        whose = (batch.rows.get((change.table, change.rid)) or change.values).get("person")
        return None if whose == batch.actor else ""
    if change.table in _SAID:
        return None if sanction.may_say(change, fresh) else ""
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
    if not sanction.reaches(owner):
        return ""
    for key in change.values:
        if way(table, table[key], rights, owner, {}) is Way.REFUSE:
            return key
    if change.values.get("customer") and not rights.may(Action.CREATE, owners.get(change.values["customer"] or "")):
        return "customer"
    if change.kept and not rights.may(Action.MERGE, owner):
        return ""
    if change.state is None or change.state == row["life"]:
        return None
    if sanction.undoes(change, row):
        return None if any(rights.may(action, owner) for action in RESTORES) else ""
    if change.state == "void" and change.table == "customer" and not sanction.voids(change.rid):
        return ""
    action = Action.VOID if "void" in (change.state, row["life"]) else Action.MERGE
    into = owners.get(change.merged_into or "", owner)
    return None if rights.may(action, owner) and rights.may(action, into) else ""


def _by_request(
    batch: Batch,
    rights: Rights,
    change: Change,
    standing: Mapping[str, str],
    agreed: Collection[tuple[str, str]],
) -> str | None:
    """The field of a stored customer that ``change`` may set by request only; None where there is none."""
    row = batch.rows.get((change.table, change.rid))
    if change.table != "customer" or row is None:
        return None
    table = LOGGED[change.table]
    for key, value in change.values.items():
        before = change.expected.get(key) if key in table.sensitive else row[key]  # ciphertexts of one value differ
        if (value or None) == (before or None):
            continue
        if way(table, table[key], rights, row["owner"], standing, (change.rid, key) in agreed) is Way.REQUEST:
            return key
    return None


def _agreed(batch: Batch, changes: Sequence[Change]) -> set[tuple[str, str]]:
    """(rid, field) of the customers whose new values stood in the store before: merged into them, or being taken back."""
    into = {change.merged_into for change in changes if change.table == "customer" and change.state == "merged"}
    found = {(rid, key) for rid in into if rid for key in LOGGED["customer"].by_key}
    rids = sorted({change.rid for change in changes if change.table == "customer"} if batch.journal.reverses else ())
    for chunk in chunks(rids):
        said = select(ENTRY.c.rid, ENTRY.c.after).where(ENTRY.c.rid.in_(chunk), ENTRY.c.operation == batch.journal.reverses)
        found.update((rid, key) for rid, after in batch.connection.execute(said) for key in decode(after))
    return found


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

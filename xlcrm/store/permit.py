"""What of an operation its actor has no right to: asked inside the transaction, by what stands in the store now.

The store asks the declaration (rules/rights.py) whatever the jobs above have asked before: the rights of somebody whose
sheet is a week old are those of today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Outcome, Result
from xlcrm.rules import approvals, workflow
from xlcrm.rules.changes import BY_REQUEST, SETTING, Way, way
from xlcrm.rules.rights import NOBODYS, Action, Group, Level, Rights, rights_of
from xlcrm.store.batch import Batch, Row
from xlcrm.store.chunks import chunks
from xlcrm.store.log import decode
from xlcrm.store.notices import NEW, SENDING
from xlcrm.store.people import people, settings
from xlcrm.store.requests import Requests
from xlcrm.store.sanction import RESTORES, Sanction
from xlcrm.store.schema import ENTRY, LOGGED, OWNED, SQL

_STORE_WIDE = {"person": Action.PEOPLE, "setting": Action.SETTINGS}
_SAID = ("proposal", "approval", "notice")
_BY_ITSELF = frozenset({*_STORE_WIDE, "keyholder", *_SAID})


@dataclass(frozen=True, slots=True)
class _Asking:
    """What an operation is judged by: the rights of its actor, alone and with those stood in for, the store as it stands, and
    what others agreed to. ``owners`` are those of the stored customers concerned, ``made`` the customers new in the operation.
    """

    batch: Batch
    rights: Rights
    alone: Rights
    settings: Mapping[str, str]
    people: Collection[str]
    owners: Mapping[str, str | None]
    made: Collection[str]
    sanction: Sanction
    requests: Requests
    standing: Collection[tuple[str, str]]  # see _standing


def refusals(
    batch: Batch, changes: Sequence[Change], fresh: Collection[int], known: Sequence[int], context: Context
) -> dict[int, Outcome]:
    """The outcomes of the changes that are refused, by place; ``fresh`` are new records, ``known`` changes of stored ones."""
    colleagues = people(batch.connection)
    if not colleagues:
        return {}  # the first person of a store comes from outside
    rights, set_to = rights_of(context.actor, colleagues, context.now()[:10]), settings(batch.connection)
    alone = Rights(tuple(one for one in rights.persons if one.rid == batch.actor), rights.departments)
    reviewed = set_to.get(approvals.SETTING) == approvals.DOUBLE and not alone.may(Action.APPROVE, NOBODYS, Group.NAME)
    # Of a hundred thousand new rows none needs to be looked at where any may be stored.
    looked_at = {*_BY_ITSELF, "request", *(("customer",) if reviewed else ())}
    everywhere = {key for key in LOGGED if key not in looked_at and rights.may(Action.CREATE, NOBODYS)}
    asked = [*(place for place in sorted(fresh) if changes[place].table not in everywhere), *known]
    asked.sort(key=lambda place: changes[place].table in _SAID)  # what is said of a new customer goes where the customer goes
    stored = [changes[place] for place in known]
    made = {changes[place].rid for place in fresh if changes[place].table == "customer"}
    sanction = Sanction(batch, rights, changes, made)
    asking = _Asking(
        batch, rights, alone, set_to, {one.rid for one in colleagues}, _owners(batch, [changes[place] for place in asked]), made,
        sanction, Requests(batch, rights, sanction, changes, stored, set_to),
        _standing(batch, stored) if set_to.get(SETTING) in BY_REQUEST else (),
    )  # fmt: skip
    refused: dict[int, Outcome] = {}
    without: set[str | None] = set()  # new customers that are refused: what belongs to them is, too
    for place in asked:
        change = changes[place]
        field = _against(asking, change, place in fresh)
        asked_for = _by_request(asking, change) if field is None else None
        if field is None and asked_for is None and without.isdisjoint((change.customer, change.values.get("customer"))):
            continue
        row = batch.rows.get((change.table, change.rid))
        number, version = (row["number"], row["version"]) if row else (None, 0)
        refused[place] = Outcome(Result.REFUSED, change.rid, number, version, field=field or asked_for or "")
        refused[place].by_request = field is None and asked_for is not None
        if place in fresh and change.table == "customer":
            without.add(change.rid)
    return refused


def _against(ask: _Asking, change: Change, fresh: bool) -> str | None:
    """The field that may not be set, "" for the record as a whole; None where nothing stands against ``change``."""
    rights, row = ask.rights, ask.batch.rows.get((change.table, change.rid))
    if change.table in _STORE_WIDE:
        return None if rights.may(_STORE_WIDE[change.table], None) else ""
    if change.table == "keyholder" and not rights.may(Action.KEYS, None):
        return None if (row or change.values).get("person") == ask.batch.actor else ""
    if change.table == "notice":
        return None if _may_tell(ask, change, fresh) else ""
    if change.table == "approval" and ask.requests.about(change):
        return None if fresh and ask.requests.may_say(change) else ""
    if change.table in _SAID:
        return None if ask.sanction.may_say(change, fresh) else ""
    if change.table != "customer" and change.table not in OWNED:
        return None
    if fresh:
        return None if _may_make(ask, change) else ""
    if row is None:  # made by this operation, or gone
        return "" if change.table == "request" else None
    return _against_stored(ask, change, row)


def _against_stored(ask: _Asking, change: Change, row: Row) -> str | None:
    """As ``_against``, of a stored record of a customer."""
    rights, owners, sanction, table = ask.rights, ask.owners, ask.sanction, LOGGED[change.table]
    owner = row["owner"] if change.table == "customer" else owners.get(row["customer"] or "")
    if not sanction.reaches(owner):
        return ""
    if change.table == "request" and change.values and not ask.requests.moves(change):
        return None if ask.requests.may_change(change) else ""
    for key, value in change.values.items():
        if way(table, table[key], rights, owner, {}) is Way.REFUSE and not sanction.hands_over(row, key, value, owner):
            return key
    if change.values.get("customer") and not rights.may(Action.CREATE, owners.get(change.values["customer"] or "")):
        return "customer"
    if change.kept and not rights.may(Action.MERGE, owner):
        return ""
    if change.state is None or change.state == row["life"]:
        return None
    if sanction.undoes(change, row):
        return None if any(rights.may(action, owner) for action in RESTORES) else ""
    if change.table == "request":
        return ""  # it is withdrawn or closed
    if change.state == "void" and change.table == "customer":
        if sanction.rejects(change.rid) and not change.merged_into:
            return None
        if not sanction.voids(change.rid):
            return ""
    action = Action.VOID if "void" in (change.state, row["life"]) else Action.MERGE
    into = owners.get(change.merged_into or "", owner)
    return None if rights.may(action, owner) and rights.may(action, into) else ""


def _may_make(ask: _Asking, change: Change) -> bool:
    """Whether a new record of a customer may be made, and so."""
    owner = change.values.get("owner") if change.table == "customer" else ask.owners.get(change.customer)
    if not ask.rights.may(Action.CREATE, owner):
        return False
    if change.table == "request":
        return workflow.starts(change.values) and change.values.get("initiator") in ask.people
    if change.table == "customer" and ask.settings.get(approvals.SETTING) == approvals.DOUBLE:
        return change.rid in ask.sanction.reviewed or ask.alone.may(Action.APPROVE, owner, Group.NAME)
    return True


def _may_tell(ask: _Asking, change: Change, fresh: bool) -> bool:
    """Whether a message may be written, or go this far on its way; anybody who is here may send it."""
    row = ask.batch.rows.get((change.table, change.rid))
    if not ask.rights.persons:
        return False
    if row is not None:
        return row["state"] != "sent" and {key for key, value in change.values.items() if row[key] != value} <= SENDING
    if not fresh or change.values.get("state") not in NEW:
        return False
    customer = change.values.get("customer") or ""
    if not customer:
        return ask.sanction.knows(change.values.get("about") or "")
    named = customer in ask.owners and ask.rights.level(ask.owners[customer], Group.NAME) is Level.PLAIN
    return named or customer in ask.made


def _by_request(ask: _Asking, change: Change) -> str | None:
    """The field of a stored customer that ``change`` may set by request only; None where there is none."""
    row = ask.batch.rows.get((change.table, change.rid))
    if change.table != "customer" or row is None or ask.settings.get(SETTING) not in BY_REQUEST:
        return None
    table, executed = LOGGED[change.table], ask.requests.executed
    for key, value in change.values.items():
        before = change.expected.get(key) if key in table.sensitive else row[key]  # ciphertexts of one value differ
        said = (change.rid, key)
        if (value or None) == (before or None) or said in executed or ask.sanction.hands_over(row, key, value, row["owner"]):
            continue
        if way(table, table[key], ask.rights, row["owner"], ask.settings, said in ask.standing) is Way.REQUEST:
            return key
    return None


def _standing(batch: Batch, changes: Sequence[Change]) -> set[tuple[str, str]]:
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

"""What the system asks about by itself: contacts that failed, values that their own field does not take, what nobody confirmed.

Such a request has no new value until the customer's owner fills it in, and there is never a second one about the same field
while one is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.jobs.requests.raising import WAITING, Wanted, new_request, raised, wanted
from xlcrm.model.context import Context
from xlcrm.model.finding import Severity
from xlcrm.model.operation import Change, Operation, Record
from xlcrm.model.tables import CONTACT, CUSTOMER, REQUEST
from xlcrm.rules.changes import Way, way
from xlcrm.rules.clean import read, show
from xlcrm.rules.codes import CODES
from xlcrm.rules.rights import Action, Rights, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

BLOCK = 500
"""Customers looked at together."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A field of a customer that the owner should look at, and why (a sentence)."""

    customer: Record
    field: str
    reason: str


Watch = Callable[[int, int], None]


def notice(store: Store, context: Context, rulebook: Rulebook, watch: Watch | None = None) -> list[Change]:
    """Look through all customers and ask their owners about what failed or is malformed; the requests that were raised.

    Nothing where the team changes customers directly, or for somebody who may not write for everybody. ``watch`` is told how
    many of how many are done. Raises StoreError.
    """
    found: list[Change] = []
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if not _used(rulebook, rights):
        return found
    rids = [record.rid for record in store.scan(CUSTOMER.key)]
    for start in range(0, len(rids), BLOCK):
        if watch:
            watch(start, len(rids))
        block = list(store.records(rids[start : start + BLOCK]).values())
        contacts = store.children(CONTACT.key, [one.rid for one in block])
        doubts = [doubt for one in block for doubt in _doubts(one, contacts.get(one.rid, ()), rulebook)]
        found += ask(store, context, rulebook, doubts)
    return found


def ask(store: Store, context: Context, rulebook: Rulebook, doubts: Sequence[Doubt]) -> list[Change]:
    """Raise a request for each doubt about which none is under way; those that were raised come back. Raises StoreError."""
    known = wanted(store, {one.customer.rid for one in doubts}) if doubts else Wanted()
    fresh: list[Change] = []
    for doubt in doubts:
        owner = doubt.customer.values.get("owner")
        about = [one for one in known.of(doubt.customer.rid) if one.values.get("field") == doubt.field]
        if not owner or any(_settles(one, doubt.customer.values.get(doubt.field)) for one in about):
            continue
        said = {"reason": doubt.reason, "initiator": owner, "raised_through": "system"}
        change = new_request(context, doubt.customer, doubt.field, None, said)
        known.add(change)
        fresh.append(change)
    if not fresh:
        return []
    for change, number in zip(fresh, store.numbers(REQUEST.number, len(fresh), context.now()), strict=True):
        change.number = number
    messages = raised(store, context, rulebook.settings, fresh)
    store.apply(Operation("request", [*fresh, *messages], source=context.source), context)
    return fresh


def _settles(request: Record, stands: str | None) -> bool:
    """Whether a request about the same field makes another one needless: it is under way, its owner knew better and withdrew it,
    or what stands there is what it verified.
    """
    values = request.values
    if values.get("state") in WAITING:
        return True
    if values.get("state") == "withdrawn":
        return values.get("raised_through") == "system" and values.get("before") == stands
    return values.get("after") == stands


def _used(rulebook: Rulebook, rights: Rights) -> bool:
    """Whether telephones change by request here, and this person may write for everybody."""
    strangers = way(CUSTOMER, CUSTOMER["phone"], rights, "-", rulebook.settings) is Way.REQUEST
    return strangers and rights.may(Action.CREATE, "-")


def _doubts(customer: Record, contacts: Iterable[Record], rulebook: Rulebook) -> Iterable[Doubt]:
    language, values = rulebook.language, customer.values
    if values.get("phone_check") == "invalid":
        yield Doubt(customer, "phone", text("requests.noticed_phone", language))
    if any(one.values.get("valid") == "gone" and one.values.get("name") == values.get("contact") for one in contacts):
        yield Doubt(customer, "contact", text("requests.noticed_contact", language, name=values.get("contact")))
    for item in CUSTOMER.data:
        value = values.get(item.key)
        if value is None or item.key in customer.hidden or not (item.core or item.sensitive):
            continue
        reading = read(show(value, item, language, rulebook.names, rulebook.options), item, rulebook)
        if reading.code and CODES[reading.code].severity is Severity.MUST:
            told = {"field": item.title(language), "value": "***" if item.sensitive else value, **reading.values}
            yield Doubt(customer, item.key, text(f"findings.{reading.code}", language, **told))

"""Making update requests: the one place, whoever wants the change and however it was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.jobs.notify.making import notices
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Record, Values
from xlcrm.model.tables import REQUEST
from xlcrm.rules.changes import BY_REQUEST, SETTING
from xlcrm.rules.telling import Event, staff
from xlcrm.store.base import Store

WAITING = frozenset({"open", "verifying", "failed"})
"""The states in which a request still wants the change."""
_SAID = (
    "contact",
    "contact_title",
    "reason",
    "urgency",
    "raised_through",
    "initiator",
    "consent",
    "evidence",
    "remark",
)


def new_request(
    context: Context,
    customer: Record,
    field: str,
    after: str | None,
    said: Mapping[str, str | None] | None = None,
    *,
    origin: str = "",
    place: str = "",
) -> Change:
    """A new request, without its number, that the ``customer``'s ``field`` becomes ``after`` (canonical; None clears it).

    ``said`` is what else the person said of it (reason, urgency, initiator ...); what is blank takes its default: the acting
    person wants it, through a colleague, and the customer's main contact confirms it. What stands now is its ``before``.
    """
    more = {key: value for key in _SAID if (value := (said or {}).get(key))}
    values: Values = {item.key: None for item in REQUEST.data}
    values |= {
        "customer": customer.rid,
        "customer_name": customer.values.get("name"),
        "contact": customer.values.get("contact"),
        "contact_title": customer.values.get("contact_title"),
        "field": field,
        "before": customer.values.get(field),
        "after": after,
        "urgency": "normal",
        "raised_through": "staff",
        "initiator": context.actor.rid,
        "state": "open",
        "opened_at": context.now(),
        "round": "1",
        **more,
    }
    return Change(REQUEST.key, new_rid(), customer.rid, values, origin=origin, place=place)


@dataclass(slots=True)
class Wanted:
    """What is wanted of customers already: their requests, oldest first, by customer and field."""

    _customers: dict[str, dict[str, list[Record]]] = field(default_factory=dict)

    def same(self, customer: str, key: str, after: str | None) -> Record | None:
        """The last request of any state that wanted just this."""
        return next((one for one in reversed(self._of(customer, key)) if one.values.get("after") == after), None)

    def others(self, customer: str, key: str, after: str | None) -> list[Record]:
        """The requests that still want something else of the field."""
        return [one for one in self._of(customer, key) if _waits(one) and one.values.get("after") != after]

    def of(self, customer: str) -> list[Record]:
        """Every request about the customer."""
        return [one for requests in self._customers.get(customer, {}).values() for one in requests]

    def add(self, change: Change) -> None:
        """Remember a request that is about to be stored: the next wish meets it."""
        record = Record(REQUEST.key, change.rid, 0, change.values, change.number)
        self._of(change.customer, change.values.get("field") or "").append(record)

    def _of(self, customer: str, key: str) -> list[Record]:
        return self._customers.setdefault(customer, {}).setdefault(key, [])


def _waits(request: Record) -> bool:
    return request.values.get("state") in WAITING


def wanted(store: Store, customers: Iterable[str]) -> Wanted:
    """The requests about ``customers`` (rids)."""
    found = Wanted()
    for rid, requests in store.children(REQUEST.key, customers).items():
        for one in requests:
            found._of(rid, one.values.get("field") or "").append(one)
    return found


def raised(store: Store, context: Context, settings: Mapping[str, str], requests: Sequence[Change]) -> list[Change]:
    """The messages about new requests, to be stored with them."""
    if not requests:
        return []
    customers = store.records({one.customer for one in requests})
    owners = {rid: record.values.get("owner") for rid, record in customers.items()}
    me = context.actor.rid
    events = [
        Event(REQUEST.key, one.rid, "raise", 1, one.values, me, one.customer, owners.get(one.customer), me) for one in requests
    ]
    return notices(events, staff(store.people(), settings, context.now()[:10]))


def waits_for(request: Record, person: str) -> bool:
    """Whether a request that was carried out waits for ``person`` (a rid), who wanted it, to confirm it."""
    return request.values.get("state") == "updated" and request.values.get("initiator") == person


def by_request(settings: Mapping[str, str]) -> bool:
    """Whether any change of a customer needs a request in this team."""
    return settings.get(SETTING, "") in BY_REQUEST

"""查看明文: one masked value in plain, with a reason, logged (mission section 9)."""

from __future__ import annotations

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs.filters import field_named
from xlcrm.jobs.readback import said
from xlcrm.model.context import Context
from xlcrm.model.operation import Record
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store


def reveal(store: Store, context: Context, rulebook: Rulebook, customer: str, field: str, reason: str) -> str:
    """The value of ``field`` (header or synonym) of the one customer that ``customer`` means, as people write it.

    UsageError without a reason, without the right, or where customer or field are not clear.
    """
    if not reason.strip():
        raise UsageError("rights.no_reason")
    item = field_named(field)
    if item is None or item.key not in {one.key for one in CUSTOMER.data}:
        raise UsageError("rights.no_field", field=field)
    record = chosen(store, customer)
    value = store.reveal(record.rid, item.key, reason.strip(), context)
    return said(value, item, context.language, rulebook.names) if value else text("jobs.blank", context.language)


def chosen(store: Store, customer: str) -> Record:
    """The one customer that ``customer`` means; UsageError when there are several or none."""
    found = store.search(customer)
    exact = [one for one in found if customer in (one.number, one.values.get("name"))]
    found = exact or found
    if len(found) != 1:
        raise UsageError("rights.not_one", text=customer, count=len(found))
    return found[0]

"""What happens to one changed field of an existing customer: the one hook every submission asks (mission section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from xlcrm.model.fields import Field, Table
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.rights import Action, Rights, group_of

SETTING = "changes"
"""The setting of the store that says which fields of customers change by request only: a key of ``BY_REQUEST``, or "direct"."""

BY_REQUEST: Mapping[str, frozenset[str]] = {
    "core": frozenset(field.key for field in CUSTOMER.data if field.core),
    "strict": frozenset(field.key for field in CUSTOMER.data),  # 严格模式, document 000
}


class Way(StrEnum):
    """How a change goes on."""

    WRITE = "write"  # stored at once
    REQUEST = "request"  # becomes an update request, verified by a second person
    REFUSE = "refuse"


def way(
    table: Table, field: Field, rights: Rights, owner: str | None, settings: Mapping[str, str], agreed: bool = False
) -> Way:
    """How a change of ``field`` by somebody with ``rights``, in a record of ``owner``'s (a rid) customer, goes on.

    Setting "changes": "direct" (default of a one-person store) writes everything; "core" turns changes of core
    fields into requests; "strict" does so for every field. Requests are about customers only.

    A value that is ``agreed`` stood in the store before, and is taken over from a customer that is merged into this one, or
    taken back: those who could approve of it write it without a request.
    """
    group = group_of(table, field)
    if not rights.may(Action.CHANGE, owner, group):
        return Way.REFUSE
    if table.key != CUSTOMER.key or field.key not in BY_REQUEST.get(settings.get(SETTING, ""), ()):
        return Way.WRITE
    return Way.WRITE if agreed and rights.may(Action.APPROVE, owner, group) else Way.REQUEST

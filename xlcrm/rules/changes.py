"""What happens to one changed field of an existing customer: the one hook every submission asks (mission section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from xlcrm.model.fields import Field, Table
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.rights import Action, Rights, group_of


class Way(StrEnum):
    """How a change goes on."""

    WRITE = "write"  # stored at once
    REQUEST = "request"  # becomes an update request, verified by a second person
    REFUSE = "refuse"


def way(table: Table, field: Field, rights: Rights, owner: str | None, settings: Mapping[str, str]) -> Way:
    """How a change of ``field`` by somebody with ``rights``, in a record of ``owner``'s (a rid) customer, goes on.

    Setting "changes": "direct" (default of a one-person store) writes everything; "core" turns changes of core
    fields into requests; "strict" (严格模式, document 000) does so for every field. Requests are about customers only.
    """
    if not rights.may(Action.CHANGE, owner, group_of(table, field)):
        return Way.REFUSE
    mode = settings.get("changes", "direct")
    if table.key == CUSTOMER.key and (mode == "strict" or (mode == "core" and field.core)):
        return Way.REQUEST
    return Way.WRITE

"""What happens to one changed field of an existing customer: the one hook every submission asks (mission section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from xlcrm.model.context import Person
from xlcrm.model.fields import Field

EDITORS = frozenset({"steward", "manager"})  # document 000 section 4: who may change customer data


class Way(StrEnum):
    """How a change goes on."""

    WRITE = "write"  # stored at once
    REQUEST = "request"  # becomes an update request, verified by a second person
    REFUSE = "refuse"


def way(field: Field, actor: Person, owner: str | None, settings: Mapping[str, str]) -> Way:
    """How a change of ``field`` by ``actor`` to a customer of ``owner`` (a person's rid) goes on.

    Setting "changes": "direct" (default of a one-person store) writes everything; "core" turns changes of core
    fields into requests; "strict" (严格模式, document 000) does so for every field. Nobody but the owner and the
    editors may change a customer at all.
    """
    if owner and owner != actor.rid and not actor.roles & EDITORS:
        return Way.REFUSE
    mode = settings.get("changes", "direct")
    if mode == "strict" or (mode == "core" and field.core):
        return Way.REQUEST
    return Way.WRITE


def may_merge(actor: Person, owner: str | None) -> bool:
    """Whether ``actor`` may merge into a customer of ``owner``; otherwise it is a proposal (mission section 5)."""
    return not owner or owner == actor.rid or bool(actor.roles & EDITORS)

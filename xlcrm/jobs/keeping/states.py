"""How the customers of somebody, of a department or of all stand: last business, last review, what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xlcrm.model.context import Context, Person
from xlcrm.model.operation import Record
from xlcrm.model.tables import ACTIVITY, CONTACT, CUSTOMER, INTERACTION, OPPORTUNITY
from xlcrm.rules import keeping
from xlcrm.rules.deadlines import completing_due
from xlcrm.rules.keeping import DORMANT_DAYS, Pulse
from xlcrm.rules.rights import Action, Group, Rights, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

SOON = 30
"""Days before the end of a contract from which it is pointed out."""


@dataclass(frozen=True, slots=True)
class State:
    """One customer: its pulse, when it was reviewed last (scope -> moment), since when it sleeps, which fields are missing
    longer than they may, whether its contact failed, when its contract ends (if soon, or over).
    """

    record: Record
    pulse: Pulse
    reviewed: Mapping[str, str]
    dormant: date | None
    wanting: Sequence[str]
    failed: bool
    ending: date | None = None


def states(store: Store, context: Context, rulebook: Rulebook, owners: Collection[str] | None = None) -> list[State]:
    """The living customers of ``owners`` (rids; None: all) that the acting person may change, by owner and number."""
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    customers = _customers(store, rights, owners)
    rids = [one.rid for one in customers]
    of = {table: store.children(table, rids) for table in (INTERACTION.key, OPPORTUNITY.key, ACTIVITY.key, CONTACT.key, "review")}
    return [state(record, {table: found[record.rid] for table, found in of.items()}, rulebook) for record in customers]


def _customers(store: Store, rights: Rights, owners: Collection[str] | None) -> list[Record]:
    if owners is None:
        found = list(store.scan(CUSTOMER.key))
    else:
        found = [record for owner in sorted(owners) for record in store.scan(CUSTOMER.key, [("owner", "=", owner)])]
    mine = [one for one in found if rights.may(Action.CHANGE, one.values.get("owner"), Group.ORDINARY)]
    return sorted(mine, key=lambda one: (one.values.get("owner") or "", one.number or "", one.rid))


def state(record: Record, of: Mapping[str, Sequence[Record]], rulebook: Rulebook) -> State:
    """How one customer stands; ``of`` holds its interactions, opportunities, activities, contacts and reviews, by table key."""
    day, values = rulebook.day, record.values
    talks, chances, plans = ([one.values for one in of[table]] for table in (INTERACTION.key, OPPORTUNITY.key, ACTIVITY.key))
    pulse = keeping.pulse(values, record.created_at, talks, chances, plans)
    reviewed: dict[str, str] = {}
    for one in of["review"]:
        scope, at = one.values.get("scope") or "", one.created_at or ""
        reviewed[scope] = max(reviewed.get(scope, ""), at)
    failed = keeping.contact_failed(values, [one.values for one in of[CONTACT.key]])
    ends = values.get("contract_end")
    end = date.fromisoformat(ends) if ends else None
    return State(
        record,
        pulse,
        reviewed,
        pulse.dormant_since(day, rulebook.count("dormant_days", DORMANT_DAYS)),
        keeping.wanting(values) if _waited(record, rulebook) else (),
        failed,
        end if end is not None and (end - day).days <= SOON else None,
    )


def _waited(record: Record, rulebook: Rulebook) -> bool:
    """Whether what is missing has waited longer than it may: three working days from the day the customer was stored."""
    return bool(record.created_at) and completing_due(record.created_at or "", rulebook.settings).passed(rulebook.moment)


def department(people: Sequence[Person], name: str) -> list[str]:
    """The rids of the colleagues of a department, those who left included: their customers are still there."""
    return [person.rid for person in people if person.department == name]

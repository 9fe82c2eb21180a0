"""Who may do what: the one declared matrix of role, action and field class (mission section 8), and the answers from it.

Nothing else decides about rights. Pure data, so that other guards (the database's own policies), the documentation and the
tests are made from the same declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property

from xlcrm.model.context import Person
from xlcrm.model.fields import Field, Kind, Role, Table
from xlcrm.model.tables import CUSTOMER, REQUEST, TAG


class Scope(IntEnum):
    """Whose customers a right is about; a wider one holds the narrower. A customer without an owner is everybody's own."""

    NONE = 0
    OWN = 1
    DEPARTMENT = 2
    ALL = 3


class Level(IntEnum):
    """How much of a field somebody sees."""

    HIDDEN = 0
    MASKED = 1
    PLAIN = 2


class Group(StrEnum):
    """The class of a field; ``RECORD`` stands for the record as a whole."""

    RECORD = "record"
    NAME = "name"  # what the customer is called and numbered by authorities
    CORE = "core"  # business state: its changes are confirmed
    CONTACT = "contact"  # people and places at the customer
    SENSITIVE = "sensitive"  # encrypted columns
    MARKET = "market"  # source, trade, region, tags
    ORDINARY = "ordinary"
    OWNER = "owner"  # handing a customer over
    SYSTEM = "system"  # written by xlcrm only


class Action(StrEnum):
    """What somebody may want to do. The last three are about the store, not about a customer."""

    READ = "read"
    MASKED = "masked"  # see the masked form
    REVEAL = "reveal"  # one value of a field that is masked, with a reason, logged
    CREATE = "create"
    CHANGE = "change"
    MERGE = "merge"
    VOID = "void"
    UNDO = "undo"  # take back what a colleague did; everybody takes back their own
    ERASE = "erase"
    APPROVE = "approve"
    EXPORT = "export"
    LOG = "log"
    PEOPLE = "people"
    SETTINGS = "settings"
    KEYS = "keys"


FIELDS = tuple(group for group in Group if group is not Group.RECORD)
BY_FIELD = (Action.READ, Action.MASKED, Action.REVEAL, Action.CHANGE, Action.APPROVE)
"""The actions that are asked for a field class; the others are asked for the record."""
NOBODYS = "-"
"""An owner whom nobody knows: what is allowed on this one's customers is allowed on all."""
STORE_WIDE = (Action.PEOPLE, Action.SETTINGS, Action.KEYS)

Grants = Mapping[Group, Scope]
_OWN, _TEAM, _ALL = Scope.OWN, Scope.DEPARTMENT, Scope.ALL
_EDITED = tuple(group for group in FIELDS if group not in (Group.OWNER, Group.SYSTEM))


def _to(scope: Scope, *groups: Group) -> dict[Group, Scope]:
    return dict.fromkeys(groups or (Group.RECORD,), scope)


MATRIX: Mapping[str, Mapping[Action, Grants]] = {
    "entry": {
        Action.READ: _to(_OWN, *FIELDS),
        Action.CREATE: _to(_OWN),
        Action.CHANGE: _to(_OWN, *_EDITED),
        Action.MERGE: _to(_OWN),
        Action.LOG: _to(_OWN),
    },
    "reviewer": {
        Action.READ: _to(_ALL, Group.NAME, Group.CORE, Group.CONTACT, Group.MARKET, Group.ORDINARY, Group.OWNER, Group.SYSTEM),
        Action.MASKED: _to(_ALL, Group.SENSITIVE),
        Action.REVEAL: _to(_ALL, Group.SENSITIVE),
        Action.APPROVE: _to(_ALL, *_EDITED),
    },
    "steward": {
        Action.READ: _to(_ALL, *FIELDS),
        Action.CREATE: _to(_ALL),
        Action.CHANGE: _to(_ALL, *_EDITED, Group.OWNER),
        Action.MERGE: _to(_ALL),
        Action.UNDO: _to(_ALL),
        Action.APPROVE: _to(_ALL, *_EDITED),
        Action.EXPORT: _to(_ALL),
        Action.LOG: _to(_ALL),
        Action.SETTINGS: _to(_ALL),
    },
    "manager": {
        Action.READ: _to(_ALL, Group.NAME, Group.CORE, Group.MARKET, Group.OWNER, Group.SYSTEM)
        | _to(_TEAM, Group.CONTACT, Group.SENSITIVE, Group.ORDINARY),
        Action.MASKED: _to(_ALL, Group.CONTACT, Group.SENSITIVE),
        Action.REVEAL: _to(_ALL, Group.CONTACT, Group.SENSITIVE),
        Action.CREATE: _to(_TEAM),
        Action.CHANGE: _to(_TEAM, *_EDITED, Group.OWNER),
        Action.MERGE: _to(_TEAM),
        Action.VOID: _to(_TEAM),
        Action.UNDO: _to(_TEAM),
        Action.APPROVE: _to(_TEAM, *_EDITED, Group.OWNER),
        Action.EXPORT: _to(_TEAM),
        Action.LOG: _to(_TEAM),
    },
    "finance": {
        Action.READ: _to(_ALL, Group.NAME, Group.CORE, Group.OWNER, Group.SYSTEM),
        Action.MASKED: _to(_ALL, Group.CONTACT, Group.SENSITIVE),
        Action.REVEAL: _to(_ALL, Group.SENSITIVE),
        Action.APPROVE: _to(_ALL, Group.CORE),
    },
    "marketing": {Action.READ: _to(_ALL, Group.NAME, Group.MARKET, Group.SYSTEM)},
    "admin": {
        Action.READ: _to(_ALL, Group.NAME, Group.OWNER, Group.SYSTEM),
        Action.VOID: _to(_ALL),
        Action.ERASE: _to(_ALL),
        Action.LOG: _to(_ALL),
        Action.PEOPLE: _to(_ALL),
        Action.SETTINGS: _to(_ALL),
        Action.KEYS: _to(_ALL),
    },
}

_NAMES = frozenset({"name", "short_name", "former_name", "uscc", "foreign_number", "customer_name", "customer"})
_PLACES = frozenset({("contact", "role"), ("contact", "title"), ("request", "contact_title")})
_REACHED = frozenset({"contact_title", "address"})
_MARKET = frozenset({"kind", "source", "industry", "size", "province", "city", "district", "channel", "first_contact"})


def group_of(table: Table, field: Field) -> Group:
    """The class of a field."""
    if field.role is not Role.DATA:
        return Group.MARKET if field.role is Role.DERIVED else Group.SYSTEM
    if field.sensitive:
        return Group.SENSITIVE
    if table.key == TAG.key and field.key != "customer":
        return Group.MARKET
    if field.kind is Kind.PERSON:
        return Group.CONTACT
    if field.key in _NAMES:
        return Group.NAME
    if table.key == CUSTOMER.key:
        if field.key == "owner":
            return Group.OWNER
        if field.core or field.key == "cooperation":
            return Group.CORE
        if field.key in _MARKET:
            return Group.MARKET
        if field.key in _REACHED:
            return Group.CONTACT
    if (table.key, field.key) in _PLACES:
        return Group.CONTACT
    return Group.CORE if table.key == REQUEST.key else Group.ORDINARY  # who confirms business state reads what is asked for


@dataclass(frozen=True)
class Rights:
    """What one person may do: ``persons`` are the person and those absent whose deputy it is (nobody, once disabled).

    ``departments`` maps colleagues' rids to their departments.
    """

    persons: tuple[Person, ...]
    departments: Mapping[str, str]

    def may(self, action: Action, owner: str | None, group: Group = Group.RECORD) -> bool:
        """Whether ``action`` on a field of class ``group`` is allowed, in a record of ``owner``'s (a rid) customer."""
        found = self._asked.get((action, owner, group))
        if found is None:
            found = any(widest(person.roles, action, group) >= self._needed(person, owner) for person in self.persons)
            self._asked[action, owner, group] = found
        return found

    def column(self, action: Action, owners: Sequence[str | None], group: Group = Group.RECORD) -> list[bool]:
        """``may`` for each of ``owners``, asked once for each that differs."""
        known = {owner: self.may(action, owner, group) for owner in set(owners)}
        return [known[owner] for owner in owners]

    def ever(self, action: Action) -> bool:
        """Whether there is anything at all that ``action`` is allowed on."""
        return any(person.roles & holders(action) for person in self.persons)

    def level(self, owner: str | None, group: Group) -> Level:
        """How much the person sees of the fields of class ``group`` in a record of ``owner``'s customer."""
        return self.levels(owner)[group]

    def levels(self, owner: str | None) -> Mapping[Group, Level]:
        """``level`` for every class of fields."""
        found = self._levels.get(owner)
        if found is None:
            found = self._levels[owner] = {
                group: Level.PLAIN
                if self.may(Action.READ, owner, group)
                else Level.MASKED
                if self.may(Action.MASKED, owner, group)
                else Level.HIDDEN
                for group in FIELDS
            }
        return found

    def compares(self, owner: str | None) -> bool:
        """Whether a customer may be scored against new rows: the scores would tell what is in it."""
        return all(level is Level.PLAIN for level in self.levels(owner).values())

    @cached_property
    def sees_everything(self) -> bool:
        """Whether nothing of any customer is hidden from the person."""
        return all(any(widest(one.roles, Action.READ, group) is Scope.ALL for one in self.persons) for group in FIELDS)

    @cached_property
    def _asked(self) -> dict[tuple[Action, str | None, Group], bool]:
        return {}

    @cached_property
    def _levels(self) -> dict[str | None, Mapping[Group, Level]]:
        return {}

    def _needed(self, person: Person, owner: str | None) -> Scope:
        if not owner or owner == person.rid:
            return Scope.OWN
        return Scope.DEPARTMENT if person.department and self.departments.get(owner) == person.department else Scope.ALL


def widest(roles: Iterable[str], action: Action, group: Group = Group.RECORD) -> Scope:
    """The widest scope in which any of ``roles`` allows ``action`` on ``group``."""
    return max((MATRIX[role].get(action, {}).get(group, Scope.NONE) for role in roles if role in MATRIX), default=Scope.NONE)


def holders(action: Action) -> frozenset[str]:
    """The roles that allow ``action`` on anything at all."""
    return frozenset(role for role, actions in MATRIX.items() if action in actions)


def rights_of(actor: Person, people: Iterable[Person], day: str) -> Rights:
    """The rights of ``actor`` on ``day`` (ISO), by what ``people`` says now; somebody it does not know has the roles claimed."""
    known = {person.rid: person for person in people}
    me = known.get(actor.rid, actor)
    absent = (one for one in known.values() if one.deputy == me.rid and (not one.deputy_until or day <= one.deputy_until))
    persons = () if me.disabled else (me, *(one for one in absent if one.rid != me.rid and not one.disabled))
    return Rights(persons, {person.rid: person.department for person in known.values()})

"""What every kind of figure stands on: the customers that the reader may know, and the moments that are told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import compress

from xlcrm.catalogue import text
from xlcrm.jobs.report import talks
from xlcrm.jobs.report.past import Past, look_back
from xlcrm.jobs.report.talks import Talks
from xlcrm.model.context import Context, Person
from xlcrm.model.fields import Table
from xlcrm.model.tables import CUSTOMER, INTERACTION
from xlcrm.rules.checks.case import LATE
from xlcrm.rules.deadlines import working_due
from xlcrm.rules.quality import JUDGED, Judge
from xlcrm.rules.rights import NOBODYS, Action, Group, Level, Rights, Scope, rights_of, widest
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.tagging import thresholds, worth
from xlcrm.store.base import Columns, Store

MONTHS = 12
"""Whole months that are told of, besides the one that is not over."""
LATELY = timedelta(days=30)
"""What happens is told of the last thirty days, and of the thirty before."""
_ENOUGH_MASKED = frozenset({Group.SENSITIVE, Group.CONTACT})
"""Of these only whether something is there goes into figures."""
_READ = dict.fromkeys(("rid", *JUDGED, "number", "owner", "grade", "budget", "remark", "created_at"))


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything read once for all kinds. A customer is named by its place in ``customers``, which holds columns.

    ``where`` are the conditions (Store.scan) of the filter ``asked``, as it was written.
    """

    store: Store
    context: Context
    rulebook: Rulebook
    where: Sequence[tuple[str, str, str]] = ()
    asked: str = ""

    @cached_property
    def people(self) -> Mapping[str, Person]:
        return {person.rid: person for person in self.store.people()}

    @cached_property
    def rights(self) -> Rights:
        return rights_of(self.context.actor, self.people.values(), self.context.now()[:10])

    @cached_property
    def customers(self) -> Columns:
        """The customers that there are to the reader, and that fit the filter; what may not be read of one is None."""
        found = self.store.columns(CUSTOMER.key, [*_READ])
        if self.where:
            fitting: set[str | None] = {one.rid for one in self.store.scan(CUSTOMER.key, self.where)}
            chosen = [rid in fitting for rid in found["rid"]]
            found = {name: list(compress(column, chosen)) for name, column in found.items()}
        return found

    @cached_property
    def place(self) -> dict[str | None, int]:
        """The place of each customer by its rid."""
        return {rid: place for place, rid in enumerate(self.customers["rid"])}

    def owner(self, place: int) -> str | None:
        return self.customers["owner"][place]

    @cached_property
    def past(self) -> Past:
        """How the customers were."""
        words = self.rulebook.vocabulary("city")
        judge = Judge({city.code: city.parent for city in words.options})
        logged = self.rights.ever(Action.LOG)
        return look_back(
            self.store, self.customers, self.place, judge, [self.now, self.before, self.long_before, *self.starts], logged
        )

    @cached_property
    def talks(self) -> Talks:
        """The interactions with customers of whom they, and whose they are, may be read."""
        names = ["at", "way", "follower", "created_at"]
        found, places = self.owned(INTERACTION.key, names, Group.NAME, Group.ORDINARY, Group.OWNER)
        # Less than a day is never late: what happened and was written down on one day needs no closer look.
        limit = timedelta(hours=max(24, self.rulebook.count("late_hours", LATE)))
        return talks.read(found, places, self.customers["owner"], limit)

    @cached_property
    def worth(self) -> list[str | None]:
        """The tier of value of each customer (a tag), None for none; it means nothing where the reader may not read the value."""
        limits, known = thresholds(self.rulebook.settings), dict[tuple[str | None, str | None], str | None]()
        pairs = list(zip(self.customers["budget"], self.customers["contract_amount"], strict=True))
        for budget, contract in set(pairs):
            known[budget, contract] = worth({"budget": budget, "contract_amount": contract}, limits)
        return [known[pair] for pair in pairs]

    # moments

    @cached_property
    def now(self) -> str:
        """The first moment that is not told of."""
        return _written(self.rulebook.moment + timedelta(seconds=1))

    @cached_property
    def before(self) -> str:
        """A month ago."""
        return _written(self.rulebook.moment - LATELY)

    @cached_property
    def long_before(self) -> str:
        """Two months ago: what happened until a month ago is counted from here."""
        return _written(self.rulebook.moment - 2 * LATELY)

    @cached_property
    def starts(self) -> list[str]:
        """The moments at which the months told of begin, the earliest first; the last one is the month that is not over."""
        year, month = self.rulebook.moment.year, self.rulebook.moment.month
        counts = (year * 12 + month - 1 - back for back in range(MONTHS, -1, -1))
        return [f"{count // 12:04}-{count % 12 + 1:02}-01 00:00:00" for count in counts]

    @cached_property
    def months(self) -> list[str]:
        """The months told of (YYYY-MM), the earliest first."""
        return [start[:7] for start in self.starts]

    def ends(self) -> list[str]:
        """The moment at which each of ``months`` ended: now, of the one that is not over."""
        return [*self.starts[1:], self.now]

    def due(self, day: str, setting: str) -> str:
        """The end (a moment) of the working day as many days after ``day`` as the setting says (rules/deadlines.py)."""
        found = self._dues.get((day[:10], setting))
        if found is None:
            found = self._dues[day[:10], setting] = working_due(day, setting, self.rulebook.settings).moment.isoformat(" ")
        return found

    @cached_property
    def _dues(self) -> dict[tuple[str, str], str]:
        return {}

    # rights

    def sees(self, owner: str | None, groups: Iterable[Group], log: bool = False) -> bool:
        """Whether the reader may read these classes of fields of ``owner``'s customers (and the log of them)."""
        least = {group: Level.MASKED if group in _ENOUGH_MASKED else Level.PLAIN for group in groups}
        levels = self.rights.levels(owner)
        return all(levels[group] >= level for group, level in least.items()) and (not log or self.rights.may(Action.LOG, owner))

    def owners(self, *groups: Group, log: bool = False) -> set[str | None]:
        """The owners whose customers' fields of these classes may be read."""
        return {owner for owner in set(self.customers["owner"]) if self.sees(owner, groups, log)}

    def places(self, *groups: Group) -> Sequence[int]:
        """The customers of which these classes of fields may be read."""
        owners = self.owners(*groups)
        owner = self.customers["owner"]
        return range(len(owner)) if owners >= set(owner) else [place for place, one in enumerate(owner) if one in owners]

    def reach(self, *groups: Group, log: bool = False) -> Scope:
        """Whose customers figures made of these classes of fields are about."""
        roles = {role for person in self.rights.persons for role in person.roles}
        seen = [widest(roles, Action.READ, group) for group in groups]
        masked = [widest(roles, Action.MASKED, group) if group in _ENOUGH_MASKED else Scope.NONE for group in groups]
        return min([*map(max, seen, masked), *([widest(roles, Action.LOG)] if log else [])])

    def may(self, *groups: Group) -> bool:
        """Whether there is anybody whose customers' fields of these classes the reader may read."""
        return self.reach(*groups) > Scope.NONE

    def scope(self, *groups: Group, log: bool = False) -> str:
        """A sentence: whose customers these figures are about."""
        return self.whose(self.reach(*groups, log=log))

    def whose(self, reach: Scope) -> str:
        """``reach`` in words, with the filter."""
        persons = self.rights.persons
        if reach is Scope.ALL:
            said = self.text("scope_all")
        elif reach is Scope.DEPARTMENT:
            said = self.text(
                "scope_department", names="、".join(dict.fromkeys(one.department for one in persons if one.department))
            )
        else:
            said = self.text("scope_own", names="、".join(one.name for one in persons))
        return said + self.text("scope_where", filter=self.asked) if self.where else said

    # words

    @property
    def language(self) -> str:
        return self.context.language

    def text(self, name: str, **values: object) -> str:
        return text(f"report.{name}", self.language, **values)

    def title(self, field: str, table: Table = CUSTOMER) -> str:
        """The header of a field."""
        return table[field].title(self.language)

    def option(self, name: str, code: str | None) -> str:
        """The label of an option; a word for none."""
        return self.rulebook.vocabulary(name).label(code, self.language) if code else self.text("blank")

    def person(self, rid: str | None) -> str:
        if rid == NOBODYS:
            return self.text("hidden")
        found = self.people.get(rid or "")
        return found.name if found else rid or self.text("nobody")

    def department(self, rid: str | None) -> str:
        found = self.people.get(rid or "")
        return (found.department if found else "") or self.text("no_department")

    # records that belong to customers

    def owned(self, table: str, names: Iterable[str], *groups: Group) -> tuple[Columns, Sequence[int]]:
        """Columns of the records of ``table`` whose customer's fields of ``groups`` may be read; the customers' places."""
        found = dict(self.store.columns(table, ["customer", *names]))
        places = list(map(self.place.get, found.pop("customer")))
        owners, owner = self.owners(*groups), self.customers["owner"]
        whole = owners >= set(owner)
        if whole and None not in places:
            return found, [place for place in places if place is not None]
        chosen = [place is not None and (whole or owner[place] in owners) for place in places]
        kept = [place for place in compress(places, chosen) if place is not None]
        return {name: list(compress(column, chosen)) for name, column in found.items()}, kept


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def amount(values: Iterable[str | None]) -> float:
    """The sum of amounts (canonical text), to the cent."""
    return round(sum(float(value) for value in values if value), 2)


def share(part: float, whole: float) -> float | None:
    """A part of a whole; None of nothing."""
    return part / whole if whole else None

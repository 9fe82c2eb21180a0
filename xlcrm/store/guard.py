"""The store as one person may see it: every door reads through this, so that no job can show what is hidden.

It asks the declaration (rules/rights.py) about every record. What somebody may not know of a record they may otherwise see
is left out (None) or masked; records of which not even the name may be known are not found at all.

A file cannot defend itself: who opens the SQLite file by other means reads what is not encrypted (docs/rights.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import compress, islice
from typing import TYPE_CHECKING, Any, cast

from xlcrm.errors import UsageError
from xlcrm.match.caps import CAPS
from xlcrm.model.context import Context
from xlcrm.model.fields import Table
from xlcrm.model.operation import Kept, Record, Taken, Values
from xlcrm.model.proposal import Proposal, Word
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.rules.masking import masked
from xlcrm.rules.rights import NOBODYS, Action, Group, Level, Rights, group_of, rights_of
from xlcrm.rules.workflow import class_of
from xlcrm.store.base import EVERYTHING, Candidates, Columns, Done, Entry, Page, Sought, Store, Turn, Verdict
from xlcrm.store.keys import digits
from xlcrm.store.schema import DECISION, KEPT, LOGGED, OWNED

if TYPE_CHECKING:
    from xlcrm.store.backup.source import Source

_PAGE = 500
_BLOCK = 20_000  # changes of which whose they are is asked at once
_FEW = max(CAPS.values())  # customers with one key: the number of more points at nobody
_DIGITS = 4  # as many look like the tail of a telephone


def seen(store: Store, context: Context) -> Store:
    """``store`` as the acting person may see it now."""
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    # What Guard does not define itself passes through unchanged, which no type checker can follow.
    return cast(Store, Guard(store, rights))


@cache
def classes(key: str, about: str | None = None) -> Mapping[str, Group]:
    """The class of every stored field of a table; ``about`` is the customer's field that an update request wants changed."""
    table = LOGGED[key]
    if key == REQUEST.key:
        return {field.key: class_of(field, about) for field in table.data}
    return {field.key: group_of(table, field) for field in table.data}


class Guard:
    """A Store (see base.py) whose answers hold only what ``rights`` allow; ``inner`` holds everything, or, being somebody's own
    copy (``veiled``), only what is to be masked masked already.
    """

    def __init__(self, inner: Store, rights: Rights) -> None:
        self._inner = inner
        self.rights = rights
        self._veiled = getattr(inner, "veiled", False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def records(self, rids: Iterable[str]) -> dict[str, Record]:
        """Records by rid; of a hidden one only number, state, version and whose it is: enough to refuse, nothing to show."""
        return self._shown(self._inner.records(rids))

    def as_of(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Values]:
        wanted = list(wanted)
        found = self._inner.as_of(wanted)
        if self.rights.sees_everything:
            return found
        records = self._inner.records({rid for rid, _ in wanted})
        owners = self._owners({one.values.get("customer") or "" for one in records.values() if one.table != "customer"})
        return {
            (rid, version): self._values(records[rid].table, values, _owner(records[rid], owners))[0]
            for (rid, version), values in found.items()
            if rid in records
        }

    def candidates(self, keys: Sequence[Sequence[str]], most: int | None = None) -> Candidates:
        """Only customers whose every value may be seen: a score tells what is compared. Nor do counts tell of a hidden one."""
        found = self._inner.candidates(keys, most)
        if self.rights.sees_everything:
            return found
        records = self._inner.records({rid for _, rid in found.pairs})
        owners = {rid: record.values.get("owner") for rid, record in records.items()}
        pairs = [pair for pair in found.pairs if pair[1] in owners and self.rights.compares(owners[pair[1]])]
        rows = Counter(key for group in keys for key in set(group))
        counts = {key: count if count - rows[key] > _FEW else rows[key] + 1 for key, count in found.counts.items()}
        return replace(found, pairs=pairs, counts=counts)

    def taken(self, wanted: Sequence[Values], keys: Sequence[Sequence[str]], context: Context) -> list[Taken]:
        """Which of ``wanted`` are customers that are hidden from the acting person, by exact name, phone, mail or code."""
        if self.rights.sees_everything:
            return []
        return self._inner.taken(wanted, keys, context)

    def looks(self, customers: Iterable[str]) -> dict[str, list[str]]:
        """As ``candidates``: of customers whose every value may be seen."""
        if self.rights.sees_everything:
            return self._inner.looks(customers)
        return self._inner.looks(rid for rid, owner in self._owners(set(customers)).items() if self.rights.compares(owner))

    def children(self, table: str, customers: Iterable[str]) -> dict[str, list[Record]]:
        found = self._inner.children(table, customers)
        if self.rights.sees_everything:
            return found
        owners = self._owners(found)
        return {
            rid: [self._record(one, owners.get(rid)) for one in of if self._named(owners.get(rid))] for rid, of in found.items()
        }

    def search(self, text: str, limit: int = 20) -> list[Record]:
        found = self._inner.search(text, limit)
        phone = len(digits(text)) >= _DIGITS and not any(letter.isalpha() for letter in text)
        return [
            self._record(one, one.values.get("owner"))
            for one in found
            if self._named(owner := one.values.get("owner"))
            # Found by its telephone, the answer tells whose it is.
            and (not phone or self.rights.level(owner, Group.SENSITIVE) > Level.HIDDEN or text in (one.number or ""))
        ]

    def scan(self, table: str, where: Sequence[tuple[str, str, str]] = ()) -> Iterator[Record]:
        if self.rights.sees_everything:
            yield from self._inner.scan(table, where)
            return
        asked = [key for key, _, _ in where if key in classes(table)]
        tagged = {group_of(CUSTOMER, CUSTOMER["tags"]) for key, _, _ in where if key == "tags"}
        found = self._inner.scan(table, where)
        while page := list(islice(found, _PAGE)):
            owners = self._owners({one.values.get("customer") or "" for one in page}) if table in OWNED else {}
            for one in page:
                owner = _owner(one, owners)
                groups = {self._classes(table, one.values.get("field"), owner)[key] for key in asked} - {Group.OWNER} | tagged
                # A filter on what is not shown would tell it.
                if self._named(owner) and all(self.rights.level(owner, group) is Level.PLAIN for group in groups):
                    yield self._record(one, owner)

    def columns(self, table: str, names: Collection[str]) -> Columns:
        """As ``scan``: of records whose customer's name may be known, what may be known; of decisions one's own."""
        wanted = list(dict.fromkeys(names))
        if self.rights.sees_everything and (table != DECISION.key or self.rights.may(Action.LOG, NOBODYS)):
            return self._inner.columns(table, wanted)
        if table == DECISION.key:
            mine = {person.rid for person in self.rights.persons}
            made = self._inner.columns(table, [*wanted, "created_by"])
            rows = [self.rights.may(Action.LOG, NOBODYS) or one in mine for one in made["created_by"]]
            return {name: list(compress(made[name], rows)) for name in wanted}
        found = self._inner.columns(table, [*wanted, "customer" if table in OWNED else "owner"])
        owners = self._owners_of(found["customer"]) if table in OWNED else found["owner"]
        rows = [self._named(owner) for owner in owners]
        owners = list(compress(owners, rows))
        return {name: self._column(table, name, list(compress(found[name], rows)), owners) for name in wanted}

    def turns(self, table: str, names: Collection[str], since: str = "") -> Iterator[Turn]:
        """Those of records whose customer's log may be read, saying what may be known."""
        if not self.rights.ever(Action.LOG):
            raise UsageError("rights.no_audit")
        found = self._inner.turns(table, names, since)
        if self.rights.sees_everything and self.rights.may(Action.LOG, NOBODYS):
            yield from found
            return
        while page := list(islice(found, _BLOCK)):
            records = list(dict.fromkeys(turn[0] for turn in page))
            owners = dict(zip(records, self._owners_of(self._customers_of(table, records)), strict=True))
            for rid, at, before, after in page:
                owner = owners[rid]
                if table != DECISION.key and self.rights.may(Action.LOG, owner):
                    kept = {name for name in after if name in KEPT or self._level(table, name, owner) is Level.PLAIN}
                    if kept:
                        yield rid, at, {name: before[name] for name in kept}, {name: after[name] for name in kept}

    def _column(self, table: str, name: str, values: Sequence[str | None], owners: Sequence[str | None]) -> Sequence[str | None]:
        """One column of records of ``owners``' customers, as it may be seen."""
        if name in ("rid", "customer", "number", "life", "merged_into", "version"):
            return values
        declared = LOGGED[table]
        group = classes(table)[name] if name in declared.by_key and name not in KEPT else Group.SYSTEM
        levels = {owner: self.rights.level(owner, group) for owner in set(owners)}
        if all(level is Level.PLAIN for level in levels.values()):
            return values
        if name == "owner" and table not in OWNED:  # that it has one decides what may be done with it
            return [
                one if levels[owner] is Level.PLAIN else NOBODYS if one else None
                for one, owner in zip(values, owners, strict=True)
            ]  # fmt: skip
        if group is Group.SYSTEM:
            return [one if levels[owner] is Level.PLAIN else None for one, owner in zip(values, owners, strict=True)]
        return [self._value(declared, name, one, levels[owner]) for one, owner in zip(values, owners, strict=True)]

    def _owners_of(self, customers: Sequence[str | None]) -> list[str | None]:
        """The owner of each of ``customers`` (rids), in their order."""
        living = self._inner.columns("customer", ["rid", "owner"])
        owners = dict(zip(living["rid"], living["owner"], strict=True))
        gone = {rid for rid in customers if rid and rid not in owners}
        return list(map((owners | self._owners(gone)).get, (rid or "" for rid in customers)))

    def _customers_of(self, table: str, rids: Sequence[str]) -> list[str | None]:
        """The customer that each of these records belongs to."""
        if table not in OWNED:
            return list(rids)
        records = self._inner.records(rids)
        return [records[rid].values.get("customer") if rid in records else None for rid in rids]

    def history(self, rid: str) -> list[Entry]:
        """UsageError for the log of a record that the person may not read."""
        record = self._inner.records([rid]).get(rid)
        owner = self._owners([rid if record is None or record.table == "customer" else record.values.get("customer") or ""])
        whose = next(iter(owner.values()), None)
        if not self.rights.may(Action.LOG, whose):
            raise UsageError("rights.no_log")
        found = self._inner.history(rid)
        if self.rights.sees_everything:
            return found
        return self._entries([(entry, whose) for entry in found])

    def log(self, after: str, limit: int, sought: Sought = EVERYTHING) -> Page:
        if not self.rights.ever(Action.LOG):
            raise UsageError("rights.no_audit")
        page = self._inner.log(after, limit, sought)
        owners = self._owners({entry.customer for entry in page.entries})
        shown = []
        for entry in page.entries:
            whose = owners.get(entry.customer) if entry.customer else entry.actor if entry.table == "decision" else NOBODYS
            if self.rights.may(Action.LOG, whose):
                shown.append((entry, whose))
        return Page(self._entries(shown), page.cursor)

    def _entries(self, found: Sequence[tuple[Entry, str | None]]) -> list[Entry]:
        """Entries of the log about somebody's customers, saying what the person may know."""
        requests = self._inner.records({entry.rid for entry, _ in found if entry.table == REQUEST.key})
        about = {rid: one.values.get("field") for rid, one in requests.items()}
        shown = []
        for entry, owner in found:
            said = (self._entry(entry, values, owner, about.get(entry.rid)) for values in (entry.before, entry.after))
            shown.append(replace(entry, before=next(said), after=next(said)))
        return shown

    def operations(
        self,
        actor: str = "",
        source: str = "",
        kinds: Iterable[str] = (),
        numbers: Iterable[int] = (),
        ids: Iterable[str] = (),
        limit: int = 20,
    ) -> list[Done]:
        """One's own, and those of which one may read something in the log."""
        found = self._inner.operations(actor, source, kinds, numbers, ids, limit)
        if self.rights.may(Action.LOG, NOBODYS):
            return found
        mine = {person.rid for person in self.rights.persons}
        return [one for one in found if one.actor in mine or self._reads(one)]

    def _reads(self, done: Done) -> bool:
        return self.rights.ever(Action.LOG) and bool(self.log("", _PAGE, Sought(operation=done.id)).entries)

    def notices(self, states: Iterable[str] = (), rids: Iterable[str] | None = None) -> list[Record]:
        """Those that one wrote, those to oneself, and all to who reads the whole log."""
        found = self._inner.notices(states, rids)
        if self.rights.may(Action.LOG, NOBODYS):
            return found
        mine = {person.rid for person in self.rights.persons}
        return [one for one in found if mine & {one.created_by, one.values.get("person")}]

    def proposals(self, kind: str = "", outcome: str = "open") -> list[Proposal]:
        """Those about customers whose name the person may know, and one's own."""
        found = self._inner.proposals(kind, outcome)
        owners = self._owners({one.customer for one in found})
        mine = {person.rid for person in self.rights.persons}
        return [one for one in found if one.initiator in mine or self._named(owners.get(one.customer))]

    def words(self, about: Iterable[str]) -> dict[str, list[Word]]:
        """As ``proposals``; of requests, those about customers whose name the person may know."""
        found = self._inner.words(about)
        if not found or self.rights.sees_everything:
            return found
        requests = self._inner.records(found)
        owners = self._owners({one.values.get("customer") or "" for one in requests.values()})
        shown = {} if requests.keys() == found.keys() else {one.rid: list(one.words) for one in self.proposals(outcome="")}
        for rid, one in requests.items():
            owner = _owner(one, owners)
            if self._named(owner):  # why, only to those who may read the request itself
                plain = self.rights.level(owner, classes(REQUEST.key, one.values.get("field"))["reason"]) is Level.PLAIN
                shown[rid] = [word if plain else replace(word, reason="") for word in found[rid]]
        return {rid: shown[rid] for rid in found if rid in shown}

    @property
    def backups(self) -> Source:
        if not self.rights.may(Action.KEYS, None):
            raise UsageError("rights.no_backup")
        return self._inner.backups

    def verify(self, heads: Iterable[str] = (), watch: Callable[[int, int], None] | None = None) -> Verdict:
        if not self.rights.may(Action.LOG, NOBODYS):  # entries that are hidden from somebody would seem removed
            raise UsageError("rights.no_audit")
        return self._inner.verify(heads, watch)

    def kept(self, rids: Iterable[str]) -> dict[str, list[Kept]]:
        found = self._inner.kept(rids)
        if self.rights.sees_everything:
            return found
        owners = self._owners(found)
        plain = {
            rid: [one for one in of if self._level("customer", one.field, owners.get(rid)) is Level.PLAIN]
            for rid, of in found.items()
        }
        return {rid: of for rid, of in plain.items() if of}

    def _shown(self, found: Mapping[str, Record]) -> dict[str, Record]:
        if self.rights.sees_everything:
            return dict(found)
        owners = self._owners({one.values.get("customer") or "" for one in found.values() if one.table != "customer"})
        return {rid: self._record(one, _owner(one, owners)) for rid, one in found.items()}

    def _record(self, record: Record, owner: str | None) -> Record:
        values, hidden = self._values(record.table, record.values, owner)
        audited = self.rights.level(owner, Group.SYSTEM) is Level.PLAIN
        if not hidden and audited:
            return record
        named = self._named(owner)
        if record.table != "customer":
            values["customer"] = record.values.get("customer")
        elif "owner" in hidden and owner:  # that it has one decides what may be done with it
            values["owner"] = NOBODYS if named else owner
        shown = replace(record, values=values, hidden=hidden)
        if not named or not audited:
            shown.origin = shown.created_by = shown.created_at = shown.updated_by = shown.updated_at = None
        return shown

    def _values(self, table: str, values: Values, owner: str | None) -> tuple[Values, frozenset[str]]:
        levels, groups, declared = self.rights.levels(owner), self._classes(table, values.get("field"), owner), LOGGED[table]
        hidden = frozenset(key for key in values if key in groups and levels[groups[key]] is not Level.PLAIN)
        shown = {key: self._value(declared, key, values[key], levels[groups[key]]) for key in hidden}
        return {**values, **shown}, hidden

    def _value(self, table: Table, key: str, value: str | None, level: Level) -> str | None:
        if value is None or level is Level.HIDDEN:
            return None
        return value if level is Level.PLAIN or self._veiled else masked(value, table[key].kind)

    def _entry(self, entry: Entry, values: Values, owner: str | None, about: str | None) -> Values:
        if entry.table not in OWNED and entry.table != "customer":
            return values
        levels, groups, declared = self.rights.levels(owner), self._classes(entry.table, about, owner), LOGGED[entry.table]
        return {
            key: value if key not in groups else self._value(declared, key, value, levels[groups[key]])
            for key, value in values.items()
            if key not in groups or levels[groups[key]] is not Level.HIDDEN
        }

    def _classes(self, table: str, about: str | None, owner: str | None) -> Mapping[str, Group]:
        """``classes`` of a record of ``owner``'s customer: what a request is about tells only who may read that."""
        reads = table == REQUEST.key and self._level(table, "field", owner) is Level.PLAIN
        return classes(table, about if reads else None)

    def _level(self, table: str, key: str, owner: str | None) -> Level:
        return self.rights.level(owner, classes(table).get(key, Group.SYSTEM))

    def _named(self, owner: str | None) -> bool:
        return self.rights.level(owner, Group.NAME) is Level.PLAIN

    def _owners(self, customers: Collection[str] | Mapping[str, Any]) -> dict[str, str | None]:
        return {rid: one.values.get("owner") for rid, one in self._inner.records([rid for rid in customers if rid]).items()}


def _owner(record: Record, owners: Mapping[str, str | None]) -> str | None:
    """Whose a record is; ``owners`` by the rid of the customer it belongs to."""
    return record.values.get("owner") if record.table == "customer" else owners.get(record.values.get("customer") or "")

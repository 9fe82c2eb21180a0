"""合并客户: several customers that are one become one; everything that belongs to them moves along, nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.catalogue import text
from xlcrm.errors import Overtaken, UsageError
from xlcrm.jobs import likeness
from xlcrm.jobs.filters import field_named
from xlcrm.jobs.progress import Progress, silent
from xlcrm.jobs.reveal import chosen as one_named
from xlcrm.jobs.submit import TURNS
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation, Receipt, Record, Values
from xlcrm.model.tables import BY_KEY, CONTACT, CUSTOMER, INTERACTION, STORED, TAG
from xlcrm.rules.changes import Way, way
from xlcrm.rules.clean import read
from xlcrm.rules.merge import CONTACT_FIELDS, Merged, Side, merge, ranked, why
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

TWINS: Mapping[str, tuple[str, ...]] = {TAG.key: ("type", "name"), CONTACT.key: ("name", "phone", "email")}
"""Records of one customer that say the same in these fields are one."""


@dataclass(slots=True)
class Wishes:
    """What a person decided against the order of the documents: the customer (rid) or the value for a field."""

    sides: dict[str, str] = field(default_factory=dict)
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the customers side by side: what each says (the survivor first), whose value stays (its place; None where
    a person gave another), and why: signed, followed, complete, newer, first, only, same, contact, chosen.
    """

    field: str
    values: tuple[str | None, ...]
    won: int | None
    why: str
    value: str | None


@dataclass(slots=True)
class Merging:
    """A merge as it is planned: the survivor, the others, field by field what stays, and how many records move (table -> count).

    ``proposed``: it needs the consent of others; ``receipt`` is the store's answer once it was carried out.
    """

    survivor: Record
    others: list[Record]
    lines: list[Line]
    changes: list[Change]
    moved: dict[str, int]
    kept: tuple[Kept, ...]
    proposed: bool = False
    receipt: Receipt | None = None

    @property
    def customers(self) -> list[Record]:
        """All of them, the survivor first."""
        return [self.survivor, *self.others]


def named(store: Store, text: str) -> Record:
    """The living customer with this number (also one that was merged away) or this whole name; UsageError where there is none."""
    rid = store.find([text]).get(text)
    record = store.records([rid]).get(rid) if rid else one_named(store, text)
    if record is None or record.table != CUSTOMER.key:
        raise UsageError("rights.not_one", text=text, count=0)
    if record.state != "live":
        raise UsageError(f"merge.{'erased' if record.state == 'erased' else 'void'}", number=record.number or text)
    return record


def all_named(store: Store, texts: Sequence[str]) -> list[Record]:
    """``named`` for each, which must be different customers; UsageError where two are one."""
    found: dict[str, tuple[str, Record]] = {}
    for name in texts:
        record = named(store, name)
        if record.rid in found:
            raise UsageError("merge.itself", one=found[record.rid][0], two=name, number=record.number or "")
        found[record.rid] = (name, record)
    if len(found) < 2:
        raise UsageError("merge.one_only")
    return [record for _, record in found.values()]


def best_first(store: Store, records: Sequence[Record]) -> list[Record]:
    """``records`` in the order of the documents: whoever comes first is who the others are merged into."""
    sides = _sides(store, records)
    return [records[place] for place in ranked(sides)]


def wishes(said: Sequence[str], records: Sequence[Record], rulebook: Rulebook) -> Wishes:
    """What ``said`` (FIELD=NUMBER or FIELD=VALUE, fields by header) decides; UsageError where it is not understood."""
    found = Wishes()
    numbers = {record.number: record.rid for record in records}
    for one in said:
        name, sign, value = one.partition("=")
        item = field_named(name.strip())
        if item is None or item.key not in {known.key for known in CUSTOMER.data} or not sign or not value.strip():
            raise UsageError("merge.bad_set", said=one)
        if value.strip() in numbers:
            found.sides[item.key] = numbers[value.strip()]
            continue
        reading = read(value.strip(), item, rulebook)
        if reading.value is None:
            raise UsageError("merge.bad_set", said=one)
        found.values[item.key] = reading.value
    return found


def preview(store: Store, context: Context, records: Sequence[Record], wanted: Wishes, settings: Mapping[str, str]) -> Merging:
    """What merging ``records`` into the first of them does. UsageError without the right to any of them."""
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    owners = [record.values.get("owner") for record in records]
    mine = [rights.may(Action.MERGE, owner) for owner in owners]
    if not any(mine):
        raise UsageError("merge.not_yours", number=records[0].number or "")
    survivor, others = records[0], list(records[1:])
    if not all(mine):  # what colleagues' customers say is theirs to compare
        return Merging(survivor, others, [], [], {}, (), proposed=True)
    sides = _sides(store, records)
    for key, rid in wanted.sides.items():
        place = [record.rid for record in records].index(rid)
        if not sides[place].values.get(key):
            raise UsageError("merge.blank_side", field=CUSTOMER[key].title(context.language), number=records[place].number or "")
    joined = merge(*sides, chosen={key: [one.rid for one in records].index(rid) for key, rid in wanted.sides.items()})
    values = {**joined.values, **wanted.values}
    kept = list(joined.kept)
    beaten = {key: lost for key in wanted.values if (lost := joined.values.get(key)) and lost != values[key]}
    kept += [Kept(key, lost, sides[joined.won[key]].origin) for key, lost in beaten.items()]
    changed = {key: value for key, value in values.items() if value != survivor.values.get(key)}
    asked = any(way(CUSTOMER, CUSTOMER[key], rights, owners[0], settings, agreed=True) is Way.REQUEST for key in changed)
    changes, moved = _moves(store, context, records, values)
    expected = {key: survivor.values.get(key) for key in changed}
    if changed or kept:
        head = Change(CUSTOMER.key, survivor.rid, survivor.rid, changed, survivor.version, expected, kept=tuple(kept))
        changes.insert(0, head)
    lines = _lines(sides, joined, values, wanted)
    return Merging(survivor, others, lines, changes, moved, tuple(kept), proposed=asked)


def carry_out(
    store: Store, context: Context, records: Sequence[Record], wanted: Wishes, settings: Mapping[str, str], reason: str = "",
    also: Sequence[Change] = (), source: str = "", progress: Progress = silent,
) -> Merging:
    """Merge ``records`` into the first of them, with the changes ``also``, in one operation; see ``preview``."""
    for left in reversed(range(TURNS)):
        progress(text("merge.step_look", context.language), 0, 2)
        found = preview(store, context, records, wanted, settings)
        if found.proposed:
            progress("", 2, 2)
            return found
        changes = found.changes
        looks = likeness.faces({record.rid: record for record in found.others}, store)
        others = {found.survivor.rid: [values for _, values in looks]}
        if changes[0].rid != found.survivor.rid:  # it is recognised as the others, too, even if nothing of it changes
            changes.insert(0, Change(CUSTOMER.key, found.survivor.rid, found.survivor.rid, {}, found.survivor.version))
        likeness.give(changes[:1], {found.survivor.rid: found.survivor}, store, others)
        fresh = [change for change in changes if change.base is None]
        for change, number in zip(fresh, store.numbers(CONTACT.number, len(fresh), context.now()) if fresh else (), strict=True):
            change.number = number
        operation = Operation("merge", [*changes, *also], source=source, reason=reason, whole=True)
        progress(text("merge.step_store", context.language), 1, 2)
        try:
            found.receipt = store.apply(operation, context)
            progress("", 2, 2)
            return found
        except Overtaken:  # a colleague changed one of them: look again
            if not left:
                raise
            records = [store.records([record.rid])[record.rid] for record in records]
            if any(record.state != "live" for record in records):
                raise
    raise AssertionError


def _sides(store: Store, records: Sequence[Record]) -> list[Side]:
    talks = store.children(INTERACTION.key, [record.rid for record in records])
    return [
        Side(
            record.values,
            max((talk.values.get("at") or "" for talk in talks.get(record.rid, ())), default=""),
            record.updated_at or "",
            record.number or record.origin or "",
        )
        for record in records
    ]


def _moves(store: Store, context: Context, records: Sequence[Record], values: Values) -> tuple[list[Change], dict[str, int]]:
    """The changes that end the others and join what is there twice, and how many records move; the store moves them itself."""
    survivor, others = records[0], records[1:]
    changes: list[Change] = []
    moved: dict[str, int] = {}
    contacts: list[Record] = []
    for table in STORED:
        if table.key == CUSTOMER.key or "customer" not in BY_KEY[table.key].by_key:
            continue
        children = store.children(table.key, [record.rid for record in records])
        there = [one for record in records for one in children.get(record.rid, ())]
        if table.key == CONTACT.key:
            contacts = there
        said = TWINS.get(table.key, ())
        first: dict[tuple[str | None, ...], Record] = {}
        for one in there:
            twin = first.setdefault(tuple(one.values.get(key) for key in said), one) if said else one
            if one.values.get("customer") == survivor.rid:
                continue
            if twin is one:
                moved[table.key] = moved.get(table.key, 0) + 1
            else:
                of = one.values.get("customer") or ""
                changes.append(Change(table.key, one.rid, of, {}, one.version, state="merged", merged_into=twin.rid))
    for one in records:
        changes += _also_contact(survivor, one, values, contacts)
    for other in others:
        changes.append(Change(CUSTOMER.key, other.rid, other.rid, {}, other.version, state="merged", merged_into=survivor.rid))
    return changes, moved


def _also_contact(survivor: Record, other: Record, values: Values, contacts: Sequence[Record]) -> list[Change]:
    """The main contact of ``other`` as a further one, where it is the main contact no longer and there is a way to reach it."""
    said: Values = {
        "customer": survivor.rid,
        "name": other.values.get("contact"),
        "title": other.values.get("contact_title"),
        "phone": other.values.get("phone"),
        "email": other.values.get("email"),
        "valid": "valid",
    }
    if not said["name"] or said["name"] == values.get("contact") or not (said["phone"] or said["email"]):
        return []
    if any(all(one.values.get(key) == said[key] for key in TWINS[CONTACT.key]) for one in contacts):
        return []
    return [Change(CONTACT.key, new_rid(), survivor.rid, said, origin=other.number or "")]


def _lines(sides: Sequence[Side], joined: Merged, values: Values, wanted: Wishes) -> list[Line]:
    lines = []
    for item in CUSTOMER.data:
        said = tuple(side.values.get(item.key) for side in sides)
        if not any(said) and not values.get(item.key):
            continue
        won = None if item.key in wanted.values else joined.won.get(item.key)
        lines.append(Line(item.key, said, won, _why(sides, said, item.key, won, wanted), values.get(item.key)))
    return lines


def _why(sides: Sequence[Side], said: Sequence[str | None], key: str, won: int | None, wanted: Wishes) -> str:
    if key in wanted.sides or key in wanted.values:
        return "chosen"
    if won is None:
        return "contact"  # a telephone without its owner
    rivals = [place for place, value in enumerate(said) if value and place != won]
    if not rivals:
        return "only"
    if all(said[place] == said[won] for place in rivals):
        return "same"
    best = next(place for place in ranked(sides) if place in rivals)
    better = ranked(sides).index(won) < ranked(sides).index(best)
    if key in CONTACT_FIELDS and not better:
        return "contact"
    return why(sides[won], sides[best])

"""One customer out of several rows and what the store holds: which value stands, which is kept, where a person must choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.jobs.consolidate.gathering import Heap
from xlcrm.jobs.consolidate.knowing import Past
from xlcrm.jobs.reading import Sheet
from xlcrm.model.operation import Kept, Record, Values
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.merge import Side, merge


@dataclass(frozen=True, slots=True)
class Voice:
    """A value and who says so: the row of a file, or the store (row None)."""

    value: str
    row: int | None
    place: str


@dataclass(frozen=True, slots=True)
class Tie:
    """A field of which two sources say different things and no rule tells which is right: ``stands`` until somebody chooses."""

    field: str
    stands: Voice
    other: Voice


@dataclass(slots=True)
class Unit:
    """One customer: its ``rows`` (of the long sheet), the stored ``record`` if there is one, and what it is from now on.

    ``won`` names the row that each value comes from (without: the store's). ``uses`` are codes of the vocabulary
    "provenance_use" by row, ``lost`` the values of a row that were not taken. ``owners`` are all who claim the customer.
    """

    rows: list[int]
    record: Record | None = None
    values: Values = field(default_factory=dict)
    won: dict[str, int] = field(default_factory=dict)
    uses: dict[int, str] = field(default_factory=dict)
    lost: dict[int, list[Kept]] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    owners: list[Voice] = field(default_factory=list)

    @property
    def main(self) -> int:
        """The row that counts most: of a new customer the one that most values come from."""
        return next((row for row in self.rows if self.uses.get(row) == "main"), self.rows[0])

    @property
    def quiet(self) -> bool:
        """Whether none of the rows says anything that the store does not know."""
        return all(use in ("known", "older") for use in self.uses.values())


class Joiner:
    """Joins groups of rows; ``heap`` and ``sheet`` are the long sheet, ``past`` what the store knows of it."""

    def __init__(self, heap: Heap, sheet: Sheet, past: Past, followed: Mapping[int, str], known: frozenset[int]) -> None:
        self._heap, self._sheet, self._past, self._known = heap, sheet, past, known
        self._followed = followed
        values = sheet.checked.values
        self._columns = [(item.key, values[item.key]) for item in CUSTOMER.data if item.key in values]

    def values(self, row: int) -> Values:
        """What a row says, and whose customer it is where only its file tells."""
        found: Values = {key: column[row] for key, column in self._columns}
        person = self._heap.of[row].delivery.person
        if not found.get("owner") and person is not None:
            found["owner"] = person.rid
        return found

    def join(self, rows: Sequence[int], record: Record | None) -> Unit:
        """The customer that ``rows`` and ``record`` are."""
        unit = Unit(list(rows), record)
        if record is not None:
            self._into(unit, record)
        elif len(rows) == 1:
            unit.values, unit.uses = self.values(rows[0]), {rows[0]: "main"}
            unit.won = {key: rows[0] for key, value in unit.values.items() if value}
            if owner := unit.values.get("owner"):
                unit.owners = [Voice(owner, rows[0], self._heap.main(rows[0]))]
        else:
            self._new(unit)
        return unit

    def _side(self, row: int) -> Side:
        return Side(self.values(row), self._followed.get(row, ""), self._heap.of[row].delivery.saved, self._heap.main(row))

    def _new(self, unit: Unit) -> None:
        """A customer that several rows tell of: the rule of the documents decides, a person where all rows are its equals."""
        sides = [self._side(row) for row in unit.rows]
        merged = merge(*sides)
        unit.values = merged.values
        unit.won = {key: unit.rows[place] for key, place in merged.won.items()}
        ranks = [side.rank() for side in sides]
        for place, (row, side) in enumerate(zip(unit.rows, sides, strict=True)):
            for key, value in side.values.items():
                stands = merged.values.get(key)
                if not value or value == stands or not stands:
                    continue
                unit.lost.setdefault(row, []).append(Kept(key, value, self._heap.place(row, key)))
                winner = merged.won[key]
                if key != "owner" and ranks[winner] == ranks[place]:
                    unit.ties.append(Tie(key, self._voice(unit.rows[winner], key, stands), self._voice(row, key, value)))
        self._claims(unit)
        best = max(range(len(sides)), key=lambda place: (sum(1 for won in merged.won.values() if won == place), -place))
        won = set(unit.won.values())
        unit.uses = {row: "main" if place == best else "joined" if row in won else "same" for place, row in enumerate(unit.rows)}

    def _into(self, unit: Unit, record: Record) -> None:
        """A customer that the store has: what the files changed since they were last taken in comes in."""
        unit.values = dict(record.values)
        seen = self._past.saved.get(record.rid, "")
        stood = Voice(record.values.get("owner") or "", None, record.origin or "")
        unit.owners = [stood] if stood.value else []
        for row in sorted(unit.rows, key=lambda row: self._heap.of[row].delivery.saved):
            if row in self._known:
                unit.uses[row] = "known"
                continue
            delivery = self._heap.of[row].delivery
            last = self._past.last.get((delivery.family, record.rid))
            if last is not None and delivery.saved < last.saved:
                unit.uses[row] = "older"
                continue
            base = self._past.bases.get(row)
            before = len(unit.won)
            if base is not None:
                self._edited(unit, record, row, base)
            else:
                self._met(unit, record, row, older=bool(seen) and delivery.saved < seen)
            unit.uses[row] = "joined" if len(unit.won) > before or any(tie.other.row == row for tie in unit.ties) else "same"
            if (owner := self.values(row).get("owner")) and owner not in [one.value for one in unit.owners]:
                unit.owners.append(Voice(owner, row, self._heap.main(row)))
        unit.rows.sort(key=lambda row: unit.uses[row] in ("known", "older", "same"))

    def _edited(self, unit: Unit, record: Record, row: int, base: Values) -> None:
        """What the row says that its file did not say before; a conflict where somebody else changed the same."""
        lost = {(one.field, one.value) for one in self._past.kept.get(record.rid, ())}
        for key, value in self.values(row).items():
            current = unit.values.get(key)
            if not value or key == "owner" or value in (current, base.get(key)) or (key, value) in lost:
                continue
            if current in (None, "", base.get(key)) and key not in unit.won:
                unit.values[key], unit.won[key] = value, row
            else:
                unit.lost.setdefault(row, []).append(Kept(key, value, self._heap.place(row, key)))
                unit.ties.append(Tie(key, self._stands(unit, record, key), self._voice(row, key, value)))

    def _met(self, unit: Unit, record: Record, row: int, older: bool) -> None:
        """A row that meets the stored customer for the first time: the documents' rule decides; older data only fill gaps."""
        saved = self._past.saved.get(record.rid)
        untouched = saved and record.version == self._past.reached.get(record.rid)  # by anybody since a file came in
        touched = saved if untouched else record.updated_at
        stored = Side(unit.values, self._past.followed.get(record.rid, ""), touched or "", record.origin or "")
        side = self._side(row)
        values = {**side.values, "owner": None}
        merged = merge(stored, Side(values, side.followed, side.updated, side.origin))
        for key, value in values.items():
            current = unit.values.get(key)
            if not value or value == current:
                continue
            if merged.won.get(key) == 1 and not (older and current):
                if current:
                    unit.lost.setdefault(row, []).append(Kept(key, current, self._stands(unit, record, key).place))
                unit.values[key], unit.won[key] = value, row
            else:
                unit.lost.setdefault(row, []).append(Kept(key, value, self._heap.place(row, key)))

    def _stands(self, unit: Unit, record: Record, key: str) -> Voice:
        value = unit.values.get(key) or ""
        row = unit.won.get(key)
        return self._voice(row, key, value) if row is not None else Voice(value, None, record.origin or "")

    def _voice(self, row: int, key: str, value: str) -> Voice:
        return Voice(value, row, self._heap.place(row, key))

    def _claims(self, unit: Unit) -> None:
        """Who claims the customer, the one it stays with first."""
        stands = unit.values.get("owner")
        claims: dict[str, Voice] = {}
        for row in sorted(unit.rows, key=lambda row: row != unit.won.get("owner")):
            if owner := self.values(row).get("owner"):
                claims.setdefault(owner, Voice(owner, row, self._heap.main(row)))
        unit.owners = [claims[stands], *(one for key, one in claims.items() if key != stands)] if stands else []

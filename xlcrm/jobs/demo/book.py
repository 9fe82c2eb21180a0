"""The demo's workbook as data: realistic rows of all sheets, with the truth about every planted fault and duplicate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from random import Random

from xlcrm.jobs.demo import children, companies
from xlcrm.jobs.demo.companies import Organisation
from xlcrm.jobs.demo.customers import Row, customer
from xlcrm.jobs.demo.duplicates import KINDS
from xlcrm.jobs.demo.faults import FAULTS, Fault
from xlcrm.model.rows import Cell, Formula
from xlcrm.model.tables import BY_KEY

FAULTY = 0.13  # share of customer rows with a planted fault
REPEATED = 0.10  # share of customer rows made from another row: duplicates and look-alikes
FAULTY_CHILDREN = 0.05


@dataclass(frozen=True, slots=True)
class Truth:
    """What is the matter with one row: a fault (name in FAULTS), or a duplicate (name in KINDS) ``of`` another row's index."""

    fault: str = ""
    kind: str = ""
    of: int | None = None


@dataclass(slots=True)
class DemoBook:
    """``records`` by table key, ``truth`` beside them, and ``formulas``: (table key, row index, field key) -> formula.

    The record of a formula cell holds the value that the formula gives.
    """

    records: dict[str, list[Row]] = field(default_factory=dict)
    truth: dict[str, list[Truth]] = field(default_factory=dict)
    formulas: dict[tuple[str, int, str], str] = field(default_factory=dict)

    def columns(self) -> dict[str, dict[str, list[Cell | Formula]]]:
        """The same by columns, table key -> field key -> cells with real formulas, as ``sheets.template.build`` takes them."""
        found: dict[str, dict[str, list[Cell | Formula]]] = {}
        for table, rows in self.records.items():
            keys = [item.key for item in BY_KEY[table].fields if any(item.key in row for row in rows)]
            found[table] = {key: [row.get(key) for row in rows] for key in keys}
        for (table, place, key), formula in self.formulas.items():
            value = self.records[table][place][key]
            found[table][key][place] = Formula(formula, value if isinstance(value, float | str) else str(value))
        return found


@dataclass(slots=True, eq=False)
class _Entry:
    """A customer row on its way into the book."""

    organisation: Organisation
    row: Row
    kind: str = ""
    base: _Entry | None = None
    fault: Fault | None = None


def records(rows: int, seed: int, day: date, owners: tuple[str, ...] = ()) -> dict[str, list[dict[str, Cell]]]:
    """The rows of ``demo_book`` alone: table key -> records (field key -> cell)."""
    return demo_book(rows, seed, day, owners).records


def demo_book(rows: int, seed: int, day: date, owners: tuple[str, ...] = ()) -> DemoBook:
    """``rows`` customers as on ``day``, with contacts, interactions and tags of some; the same for the same arguments.

    ``owners`` are the display names of colleagues to fill 负责人 with; without them the column stays blank.
    """
    random = Random(seed)  # noqa: S311 - a demo, nothing secret
    repeats = round(rows * REPEATED)
    fresh = _fresh(random)
    entries = [_entry(random, next(fresh), day, owners) for _ in range(rows - repeats)]
    pool = [entry for entry in entries if entry.organisation.kind == "company"]
    random.shuffle(pool)
    entries += _repeats(random, pool, repeats, day)
    involved = {id(entry) for one in entries if one.base for entry in (one, one.base)}
    alone = [entry for entry in entries if id(entry) not in involved]
    _spoil(random, alone, round(rows * FAULTY), day)
    random.shuffle(entries)

    made = DemoBook()
    places = {id(entry): place for place, entry in enumerate(entries)}
    made.records["customer"] = [entry.row for entry in entries]
    made.truth["customer"] = [
        Truth(entry.fault.name if entry.fault else "", entry.kind, places[id(entry.base)] if entry.base else None)
        for entry in entries
    ]
    for place, entry in enumerate(entries):
        if entry.fault and entry.fault.formula:
            made.formulas["customer", place, entry.fault.formula] = "=40+46"
    clean = [entry.row for entry in entries if entry.fault is None and id(entry) not in involved]
    _children(random, made, "contact", [child for row in clean for child in children.contacts(random, row, day)], day)
    _children(
        random, made, "interaction", [child for row in clean for child in children.interactions(random, row, day, owners)], day
    )
    _children(random, made, "tag", [child for row in clean for child in children.tags(random, row)], day)
    return made


def _fresh(random: Random) -> Iterator[Organisation]:
    """Organisations whose names are all different, and their brands too as long as there are new ones to be had."""
    names: set[str] = set()
    while True:
        lot = random.random()
        found = companies.organisation(random, lot)
        tries = 1
        while found.name in names or (found.brand in names and tries < 5):
            found = companies.organisation(random, lot)
            tries += 1
        names |= {found.name, found.brand} - {""}
        yield found


def _entry(random: Random, organisation: Organisation, day: date, owners: tuple[str, ...]) -> _Entry:
    return _Entry(organisation, customer(random, organisation, day, owners))


def _repeats(random: Random, pool: list[_Entry], count: int, day: date) -> list[_Entry]:
    """``count`` rows made from entries of ``pool``, each of which serves once; all kinds in turn."""
    found: list[_Entry] = []
    turn = 0
    while len(found) < count and pool:
        kind = KINDS[turn % len(KINDS)]
        turn += 1
        base = _taken(pool, kind.fits)
        if base is not None:
            found += [
                _Entry(base.organisation, kind.make(random, base.organisation, base.row, day), kind.name, base)
                for _ in range(min(kind.rows, count - len(found)))
            ]
    return found


def _spoil(random: Random, entries: list[_Entry], count: int, day: date) -> None:
    """Plant ``count`` faults into as many rows: every kind once as far as it goes, then as often as they occur in life."""
    kinds = [fault for fault in FAULTS if fault.table == "customer"]
    waiting = random.sample(entries, len(entries))
    for fault in _drawn(random, kinds, count):
        entry = _taken(waiting, _is_company if fault.company else _is_any)
        if entry is not None:
            fault.plant(random, entry.row, day)
            entry.fault = fault


def _taken(entries: list[_Entry], fits: Callable[[Organisation], bool]) -> _Entry | None:
    """The last of ``entries`` that fits, taken out of them; None when there is none."""
    place = next((place for place in range(len(entries) - 1, -1, -1) if fits(entries[place].organisation)), None)
    return None if place is None else entries.pop(place)


def _is_company(organisation: Organisation) -> bool:
    return organisation.kind == "company"


def _is_any(organisation: Organisation) -> bool:
    return True


def _drawn(random: Random, kinds: list[Fault], count: int) -> list[Fault]:
    ordered = sorted(kinds, key=lambda fault: -(random.random() ** (1 / fault.weight)))  # weighted, without repetition
    more = max(0, count - len(kinds))
    return ordered[:count] + random.choices(kinds, [fault.weight for fault in kinds], k=more)


def _children(random: Random, made: DemoBook, table: str, rows: list[Row], day: date) -> None:
    """Put child records into the book, some of them spoiled."""
    truth = [Truth()] * len(rows)
    spoiled = random.sample(range(len(rows)), round(len(rows) * FAULTY_CHILDREN))
    for place, fault in zip(spoiled, cycle(fault for fault in FAULTS if fault.table == table), strict=False):
        fault.plant(random, rows[place], day)
        truth[place] = Truth(fault.name)
    made.records[table] = rows
    made.truth[table] = truth

"""How good the data is by month, department, colleague and field: complete, accurate, consistent, timely (002 4.1, 003 4.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from xlcrm.jobs.report.behind import behind
from xlcrm.jobs.report.ground import Ground, share
from xlcrm.jobs.report.part import Part, Tile
from xlcrm.model.figures import Chart, Column, Figure, List, Measure, Section, Table
from xlcrm.rules.checks.case import LATE
from xlcrm.rules.quality import BITS, FAULTS, OF_ASPECT, TARGET, VERIFIED, Aspect, Fault, applies, expected
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME, Group.CORE, Group.MARKET, Group.ORDINARY, Group.OWNER, Group.CONTACT, Group.SENSITIVE)
_ASPECTS = (Aspect.COMPLETE, Aspect.ACCURATE, Aspect.CONSISTENT, Aspect.TIMELY)
WORST = 10
_ALL = sum(OF_ASPECT.values())
Owner = str | None


@dataclass(slots=True)
class Score:
    """Counts of customers, of fields they should have and lack, of those with something wrong or contradictory, of those whose
    contact was confirmed; of what was recorded, and recorded late.
    """

    customers: int = 0
    expected: int = 0
    missing: int = 0
    wrong: int = 0
    against: int = 0
    verified: int = 0
    recorded: int = 0
    late: int = 0

    def add(self, verdict: int, count: int) -> None:
        self.customers += count
        self.expected += expected(verdict) * count
        self.missing += (verdict & OF_ASPECT[Aspect.COMPLETE]).bit_count() * count
        self.wrong += count if verdict & OF_ASPECT[Aspect.ACCURATE] else 0
        self.against += count if verdict & OF_ASPECT[Aspect.CONSISTENT] else 0
        self.verified += count if verdict & VERIFIED else 0

    def shares(self) -> tuple[float | None, ...]:
        """The four shares, in the order of ``Aspect``."""
        return (
            share(self.expected - self.missing, self.expected), share(self.customers - self.wrong, self.customers),
            share(self.customers - self.against, self.customers), share(self.recorded - self.late, self.recorded),
        )  # fmt: skip

    def whole(self) -> float | None:
        """The mean of those of the four that there are."""
        known = [one for one in self.shares() if one is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True)
class Marks:
    """Scores of the customers whose every class of fields in ``NEEDS`` may be read."""

    ground: Ground

    @cached_property
    def owners(self) -> set[Owner]:
        return self.ground.owners(*NEEDS)

    @cached_property
    def logged(self) -> set[Owner]:
        """The owners of whom the log may be read, too: what was is told of these."""
        past = self.ground.past
        return self.ground.owners(*NEEDS, log=True) if past.logged else set()

    @cached_property
    def recorded(self) -> Counter[tuple[Owner, str, str, bool]]:
        """What was recorded: how often by whom (a first contact: whose customer), in which month, in which of the last two times
        thirty days ("now", "before", else ""), and whether late; of first contacts those since the store is there.
        """
        ground, customers = self.ground, self.ground.customers
        hours = ground.rulebook.count("late_hours", LATE)
        created = customers["created_at"]
        began = min((moment for moment in created if moment), default="")[:10]
        limits: dict[str, str] = {}
        found: Counter[tuple[Owner, str, bool]] = Counter()
        for owner, first, made in zip(customers["owner"], customers["first_contact"], created, strict=True):
            if first and made and first >= began and owner in self.owners:
                limit = limits.get(made)
                if limit is None:  # a day is all that is known of a first contact: it is given to its end
                    limits[made] = limit = str((datetime.fromisoformat(made) - timedelta(hours=24 + hours)).date())
                found[owner, made, first <= limit] += 1
        talks = ground.talks
        found.update(zip(talks.by, (made or "" for made in talks.found["created_at"]), talks.late, strict=True))
        told: Counter[tuple[Owner, str, str, bool]] = Counter()
        for (owner, made, late), count in found.items():
            told[owner, made[:7], self._when(made), late] += count
        return told

    def _when(self, moment: str) -> str:
        if moment >= self.ground.before:
            return "now"
        return "before" if moment >= self.ground.long_before else ""

    def at(self, moment: str, owners: set[Owner], when: str) -> dict[Owner, Score]:
        """The scores by owner as of ``moment``, with what was recorded at the time ``when`` ("now" or "before")."""
        scores: dict[Owner, Score] = {}
        for (owner, _, verdict), count in self.ground.past.states[moment].items():
            if owner in owners:
                scores.setdefault(owner, Score()).add(verdict, count)
        for (owner, _, time, late), count in self.recorded.items():
            if time == when:
                score = scores.setdefault(owner, Score())
                score.recorded += count
                score.late += count if late else 0
        return scores


def total(scores: Iterable[Score]) -> Score:
    """All scores together."""
    found = Score()
    for one in scores:
        for name in Score.__slots__:
            setattr(found, name, getattr(found, name) + getattr(one, name))
    return found


def part(ground: Ground) -> Part:
    """The section "quality"; what was, only for who may read the log."""
    marks = Marks(ground)
    now = marks.at(ground.now, marks.owners, "now")
    before = marks.at(ground.before, marks.logged, "before") if marks.logged else {}
    faulty = _faulty(ground, marks)
    people, departments = _people(ground, now, before, faulty), _departments(ground, now, before)
    fields, worst, repair = _fields(ground, marks, faulty)
    tables, charts = [departments, people, fields, worst], [_chart(ground, departments), _chart(ground, fields, ("complete",))]
    if marks.logged:
        trend = _trend(ground, marks)
        tables.insert(0, trend)
        charts.insert(0, Chart("line", trend.title, "quality_trend", "month", tuple(_ASPECTS)))
    lists = (repair, _by_person(ground, faulty))
    tile = Tile("quality", Measure.SHARE, total(now.values()).whole(), total(before.values()).whole(), TARGET)
    section = Section("quality", ground.text("section_quality"), tuple(tables), tuple(charts), lists, ground.text("note_quality"))
    return Part(section, (tile,))


def _chart(ground: Ground, table: Table, values: tuple[str, ...] = ("whole",)) -> Chart:
    return Chart("bar", table.title, table.key, "label", values)


def _marks(ground: Ground, score: Score, past: Score | None) -> tuple[float | None, ...]:
    whole, was = score.whole(), past.whole() if past else None
    gained = whole - was if whole is not None and was is not None else None
    return (*score.shares(), whole, gained, share(score.verified, score.customers))


def _mark_columns(ground: Ground) -> tuple[Column, ...]:
    return (
        *(Column(aspect, ground.text(f"aspect_{aspect}"), Measure.SHARE, TARGET) for aspect in _ASPECTS),
        Column("whole", ground.text("column_quality"), Measure.SHARE, TARGET),
        Column("gained", ground.text("column_gained"), Measure.SHARE),
        Column("verified", ground.text("column_verified"), Measure.SHARE),
    )


def _departments(ground: Ground, now: Mapping[Owner, Score], before: Mapping[Owner, Score]) -> Table:
    names = sorted({ground.department(owner) for owner in now})
    columns = (
        Column("label", ground.text("column_department"), Measure.TEXT),
        Column("customers", ground.text("column_customers"), Measure.COUNT),
        *_mark_columns(ground),
    )
    lines = []
    for name in names:
        score = total(of for owner, of in now.items() if ground.department(owner) == name)
        past = total(of for owner, of in before.items() if ground.department(owner) == name)
        lines.append((name, score.customers, *_marks(ground, score, past)))
    whole = total(now.values())
    last = (ground.text("total"), whole.customers, *_marks(ground, whole, total(before.values())))
    return Table("quality_departments", ground.text("table_quality_departments"), columns, lines, last, ground.scope(*NEEDS))


def _people(
    ground: Ground, now: Mapping[Owner, Score], before: Mapping[Owner, Score], faulty: Mapping[int, list[int]]
) -> Table:  # fmt: skip
    owner = ground.customers["owner"]
    repairs = Counter(owner[place] for places in faulty.values() for place in places)
    columns = (
        Column("label", ground.title("owner"), Measure.TEXT),
        Column("department", ground.text("column_department"), Measure.TEXT),
        Column("customers", ground.text("column_customers"), Measure.COUNT),
        Column("repair", ground.text("column_repair"), Measure.COUNT),
        *_mark_columns(ground),
    )
    lines = []
    for one in sorted(now, key=lambda rid: (ground.department(rid), ground.person(rid))):
        name, many = ground.person(one), repairs[one]
        told = Figure(many, "quality_people", name) if many else many
        lines.append((name, ground.department(one), now[one].customers, told, *_marks(ground, now[one], before.get(one))))
    return Table("quality_people", ground.text("table_quality_people"), columns, lines, None, ground.scope(*NEEDS))


def _trend(ground: Ground, marks: Marks) -> Table:
    """The four at the end of each month, and of what was recorded in it."""
    columns = (
        Column("month", ground.text("column_month"), Measure.DATE),
        *(Column(aspect, ground.text(f"aspect_{aspect}"), Measure.SHARE, TARGET) for aspect in _ASPECTS),
        Column("whole", ground.text("column_quality"), Measure.SHARE, TARGET),
    )
    lines = []
    recorded = Counter[tuple[str, bool]]()
    for (_, month, _, late), count in marks.recorded.items():
        recorded[month, late] += count
    for month, end in zip(ground.months, ground.ends(), strict=True):
        score = Score(recorded=recorded[month, False] + recorded[month, True], late=recorded[month, True])
        for verdict, count in _verdicts(ground, end, marks.logged).items():
            score.add(verdict, count)
        lines.append((month, *score.shares(), score.whole()))
    note = ground.scope(*NEEDS, log=True) + ground.text("note_trend")
    return Table("quality_trend", ground.text("table_quality_trend"), columns, lines, None, note)


def _faulty(ground: Ground, marks: Marks) -> dict[int, list[int]]:
    """The customers in need of repair, by verdict."""
    owner, found = ground.customers["owner"], dict[int, list[int]]()
    for place, verdict in enumerate(ground.past.verdicts):
        if verdict & _ALL and owner[place] in marks.owners:
            found.setdefault(verdict & _ALL, []).append(place)
    return found


@dataclass(frozen=True, slots=True)
class _Rates:
    """How a field stands: its share of each of the first three aspects, None where it cannot have such a fault, and how many
    customers are in need of its repair.
    """

    shares: tuple[float | None, ...]
    repair: int

    @property
    def least(self) -> float | None:
        return min((one for one in self.shares if one is not None), default=None)


def _rates(key: str, verdicts: Mapping[int, int]) -> _Rates:
    """How the field ``key`` stands in so many customers of each verdict."""
    missing = BITS.get(f"missing_{key}", 0)
    bits = {aspect: sum(BITS[one.key] for one in FAULTS if one.field == key and one.aspect is aspect) for aspect in _ASPECTS[:3]}
    shares = []
    for aspect, some in bits.items():
        faults = sum(count for verdict, count in verdicts.items() if verdict & some)
        whole = sum(
            count for verdict, count in verdicts.items()
            if verdict & some or (applies(key, verdict) and (aspect is Aspect.COMPLETE or not verdict & missing))
        )  # fmt: skip
        shares.append(share(whole - faults, whole) if some else None)
    whole_bits = sum(bits.values())
    return _Rates(tuple(shares), sum(count for verdict, count in verdicts.items() if verdict & whole_bits))


def _verdicts(ground: Ground, moment: str, owners: set[Owner]) -> Counter[int]:
    found: Counter[int] = Counter()
    for (owner, _, verdict), count in ground.past.states.get(moment, {}).items():
        if owner in owners:
            found[verdict] += count
    return found


def _fields(ground: Ground, marks: Marks, faulty: Mapping[int, list[int]]) -> tuple[Table, Table, List]:
    """All fields that may be faulty, the worst of them, and the rows to repair."""
    now, before = _verdicts(ground, ground.now, marks.owners), _verdicts(ground, ground.before, marks.logged)
    lines: dict[str, tuple[str | float | Figure | None, ...]] = {}
    rates: dict[str, _Rates] = {}
    for key in dict.fromkeys(fault.field for fault in FAULTS):
        rate, was = _rates(key, now), _rates(key, before).least
        label, rates[key] = ground.title(key), rate
        gained = rate.least - was if rate.least is not None and was is not None else None
        many = Figure(rate.repair, "quality_fields", label) if rate.repair else rate.repair
        lines[key] = (label, *rate.shares, many, rate.least, gained)
    columns = (
        Column("label", ground.text("column_field"), Measure.TEXT),
        *(Column(aspect, ground.text(f"aspect_{aspect}"), Measure.SHARE, TARGET) for aspect in _ASPECTS[:3]),
        Column("repair", ground.text("column_repair"), Measure.COUNT),
        Column("least", ground.text("column_least"), Measure.SHARE, TARGET),
        Column("gained", ground.text("column_gained"), Measure.SHARE),
    )
    order = sorted((key for key in lines if rates[key].repair), key=lambda key: (rates[key].least or 0, -rates[key].repair))
    scope = ground.scope(*NEEDS)
    table = Table("quality_fields", ground.text("table_quality_fields"), columns, list(lines.values()), None, scope)
    bad = [(lines[key][0], *lines[key][4:]) for key in order[:WORST]]
    worst = Table("worst_fields", ground.text("table_worst_fields"), (columns[0], *columns[4:]), bad, None, scope)
    return table, worst, _repair(ground, order, faulty)


def _repair(ground: Ground, order: Sequence[str], faulty: Mapping[int, list[int]]) -> List:
    """The customers in need of the repair of each field, the worst field first."""
    keys = {ground.title(key): key for key in order}
    bits = {label: sum(BITS[fault.key] for fault in FAULTS if fault.field == key) for label, key in keys.items()}
    groups = {
        label: sorted(one for verdict, of in faulty.items() if verdict & some for one in of) for label, some in bits.items()
    }
    return _problems(ground, "quality_fields", groups, lambda label: bits[label])


def _by_person(ground: Ground, faulty: Mapping[int, list[int]]) -> List:
    """The customers in need of repair of each colleague, with all that is wrong with them."""
    owner = ground.customers["owner"]
    found: dict[str, list[int]] = {}
    for place in sorted(place for of in faulty.values() for place in of):
        found.setdefault(ground.person(owner[place]), []).append(place)
    return _problems(ground, "quality_people", dict(sorted(found.items())), lambda label: _ALL)


def _problems(ground: Ground, key: str, groups: Mapping[str, Sequence[int]], wanted: Callable[[str], int]) -> List:
    """A list of customers that says which of the ``wanted`` faults of its group each has."""
    verdicts, said = ground.past.verdicts, dict[int, str]()
    words = {fault.key: _sentence(ground, fault) for fault in FAULTS}

    def row(label: str, place: int) -> tuple[str | float | None, ...]:
        some = verdicts[place] & wanted(label)
        if some not in said:
            said[some] = "；".join(words[fault.key] for fault in FAULTS if some & BITS[fault.key])
        return place, said[some]

    return behind(ground, key, groups, (Column("problem", ground.text("column_problem"), Measure.TEXT),), row)


def _sentence(ground: Ground, fault: Fault) -> str:
    if fault.aspect is Aspect.COMPLETE:
        return ground.text("fault_missing", field=ground.title(fault.field))
    return ground.text(f"fault_{fault.key}")

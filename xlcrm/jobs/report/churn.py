"""Customers lost, month by month, and why: by the request that said so, else by the remark (003 2.6, 3.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from xlcrm.jobs.report import value
from xlcrm.jobs.report.behind import behind, by_size, grouped, linked
from xlcrm.jobs.report.ground import Ground, amount, share
from xlcrm.jobs.report.part import Part, Tile
from xlcrm.model.figures import Chart, Column, Measure, Section, Table
from xlcrm.model.tables import REQUEST
from xlcrm.rules.churn import OTHER, REASONS, UNSAID, reason_of
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME, Group.CORE)
_DONE = frozenset({"updated", "confirmed", "closed"})


def part(ground: Ground) -> Part:
    """The section "churn"; the months only for who may read the log."""
    lost = [place for place in ground.places(*NEEDS) if ground.customers["status"][place] == "lost"]
    said = _said(ground, lost)
    labels = {key: ground.text(f"reason_{key}") for key in (*(key for key, _ in REASONS), OTHER, UNSAID)}
    groups = by_size(grouped((labels[reason_of(said.get(place))], place) for place in lost), labels[UNSAID])
    since = _since(ground)
    reasons = _reasons(ground, groups, len(lost))
    tables, charts = [reasons], [Chart("bar", reasons.title, "churn_reasons", "label", ("count",))]
    if ground.past.logged:
        tables.insert(0, _months(ground))
        charts.insert(0, Chart("line", ground.text("chart_churn"), "churn_months", "month", ("rate",)))
        charts.insert(1, Chart("column", tables[0].title, "churn_months", "month", ("lost",)))
    extra = (
        Column("since", ground.text("column_since"), Measure.DATE),
        Column("amount", ground.title("contract_amount"), Measure.AMOUNT),
        Column("reason", ground.text("column_reason"), Measure.TEXT),
    )
    contracts = ground.customers["contract_amount"]

    def row(_: str, place: int) -> tuple[str | float | None, ...]:
        contract = contracts[place]
        return place, since.get(place), float(contract) if contract else None, said.get(place)

    list_ = behind(ground, "churn_reasons", groups, extra, row)
    section = Section("churn", ground.text("section_churn"), tuple(tables), tuple(charts), (list_,))
    return Part(section, (_rate(ground),) if ground.past.logged else ())


def _reasons(ground: Ground, groups: Mapping[str, Sequence[int]], whole: int) -> Table:
    dear, contracts = value.high(ground), ground.customers["contract_amount"]
    columns = (
        Column("label", ground.text("column_reason"), Measure.TEXT),
        Column("count", ground.text("column_customers"), Measure.COUNT),
        Column("share", ground.text("column_share"), Measure.SHARE),
        Column("high", ground.text("column_high"), Measure.COUNT),
        Column("amount", ground.title("contract_amount"), Measure.AMOUNT),
    )
    lines = [
        (
            label, linked(groups, "churn_reasons", label), share(len(of), whole), len(dear.intersection(of)),
            amount(contracts[place] for place in of),
        )
        for label, of in groups.items()
    ]  # fmt: skip
    everyone = [place for of in groups.values() for place in of]
    total = (
        ground.text("total"), whole, share(whole, whole), len(dear.intersection(everyone)),
        amount(contracts[place] for place in everyone),
    )  # fmt: skip
    note = ground.scope(*NEEDS) + ground.text("note_reasons")
    return Table("churn_reasons", ground.text("table_churn_reasons"), columns, lines, total, note)


def _months(ground: Ground) -> Table:
    """Who was lost in each month, and of those who had bought, the share of all who had at its beginning."""
    owners = ground.owners(*NEEDS, log=True)
    lost: Counter[str] = Counter()
    bought: Counter[str] = Counter()
    for place, at, before, after in ground.past.status:
        if after == "lost" and ground.owner(place) in owners:
            lost[at[:7]] += 1
            bought[at[:7]] += before == "won"
    lines = []
    for start, month in zip(ground.starts, ground.months, strict=True):
        had = ground.past.count("won", start, owners)
        lines.append((month, lost[month], bought[month], had, share(bought[month], had)))
    columns = (
        Column("month", ground.text("column_month"), Measure.DATE),
        Column("lost", ground.text("column_lost"), Measure.COUNT),
        Column("bought", ground.text("column_lost_won"), Measure.COUNT),
        Column("had", ground.text("column_won_before"), Measure.COUNT),
        Column("rate", ground.text("column_churn"), Measure.SHARE),
    )
    note = ground.scope(*NEEDS, log=True) + ground.text("note_churn")
    return Table("churn_months", ground.text("table_churn_months"), columns, lines, None, note)


def _rate(ground: Ground) -> Tile:
    """Of the won customers of thirty days ago, the share lost since; the same of the thirty days before."""
    owners, past = ground.owners(*NEEDS, log=True), ground.past
    turns = [(at, ground.owner(place)) for place, at, before, after in past.status if (before, after) == ("won", "lost")]
    left = [at for at, owner in turns if owner in owners]
    now = share(sum(at >= ground.before for at in left), past.count("won", ground.before, owners))
    then = sum(ground.long_before <= at < ground.before for at in left)
    return Tile("churn", Measure.SHARE, now, share(then, past.count("won", ground.long_before, owners)))


def _since(ground: Ground) -> dict[int, str]:
    """The day on which each was lost, as far as the log tells."""
    return {place: at[:10] for place, at, _, after in ground.past.status if after == "lost"}


def _said(ground: Ground, lost: Sequence[int]) -> dict[int, str]:
    """Why each of ``lost`` was lost, as far as somebody wrote it down: in a request, else in a remark that speaks of a reason."""
    if not lost:
        return {}
    remarks, wanted = ground.customers["remark"], set(lost)
    found = {place: said for place in lost if (said := remarks[place]) and reason_of(said) != OTHER}
    asked, places = ground.owned(REQUEST.key, ["field", "state", "reason"], *NEEDS)
    rows = zip(places, asked["field"], asked["state"], asked["reason"], strict=True)
    done = {place: why for place, field, state, why in rows if field == "status" and state in _DONE and why and place in wanted}
    return found | done

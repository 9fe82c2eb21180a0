"""Opportunities by stage with their amounts; those whose day has passed."""

from __future__ import annotations

from xlcrm.jobs.report.behind import behind, grouped, linked
from xlcrm.jobs.report.ground import Ground, amount, share
from xlcrm.jobs.report.part import Part, Tile
from xlcrm.model.figures import Chart, Column, Measure, Section, Table
from xlcrm.model.tables import OPPORTUNITY
from xlcrm.rules.keeping import OPEN_STAGES
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME, Group.ORDINARY)


def part(ground: Ground) -> Part:
    """The section "opportunities"."""
    found, places = ground.owned(OPPORTUNITY.key, ["number", "title", "stage", "amount", "expected_on"], *NEEDS)
    stages, amounts, today = found["stage"], found["amount"], ground.rulebook.day.isoformat()
    labels = {option.code: option.label(ground.language) for option in ground.rulebook.vocabulary("stage").options}
    by = grouped((labels.get(stage or "", stage or ground.text("blank")), one) for one, stage in enumerate(stages))
    groups = {label: by[label] for label in (*labels.values(), *by) if label in by}
    late = {
        one for one, (stage, day) in enumerate(zip(stages, found["expected_on"], strict=True))
        if stage in OPEN_STAGES and day and day < today
    }  # fmt: skip
    columns = (
        Column("label", ground.title("stage", OPPORTUNITY), Measure.TEXT),
        Column("count", ground.text("column_opportunities"), Measure.COUNT),
        Column("amount", ground.title("amount", OPPORTUNITY), Measure.AMOUNT),
        Column("share", ground.text("column_of_amount"), Measure.SHARE),
        Column("late", ground.text("column_past_day"), Measure.COUNT),
    )
    whole = amount(amounts)
    sums = {label: amount(amounts[one] for one in of) for label, of in groups.items()}
    lines = [
        (label, linked(groups, "by_stage", label), sums[label], share(sums[label], whole), len(late.intersection(of)))
        for label, of in groups.items()
    ]
    total = (ground.text("total"), len(stages), whole, share(whole, whole), len(late))
    table = Table("by_stage", ground.text("table_by_stage"), columns, lines, total, ground.scope(*NEEDS))
    extra = (
        Column("title", ground.title("title", OPPORTUNITY), Measure.TEXT),
        Column("amount", ground.title("amount", OPPORTUNITY), Measure.AMOUNT),
        Column("expected_on", ground.title("expected_on", OPPORTUNITY), Measure.DATE),
    )

    def row(_: str, one: int) -> tuple[str | float | None, ...]:
        said = amounts[one]
        return places[one], found["title"][one], float(said) if said else None, found["expected_on"][one]

    charts = (
        Chart("bar", ground.text("chart_stage_amount"), "by_stage", "label", ("amount",)),
        Chart("column", table.title, "by_stage", "label", ("count",)),
    )
    list_ = behind(ground, "by_stage", groups, extra, row)
    tile = Tile("open", Measure.AMOUNT, amount(said for stage, said in zip(stages, amounts, strict=True) if stage in OPEN_STAGES))
    return Part(Section("opportunities", ground.text("section_opportunities"), (table,), charts, (list_,)), (tile,))

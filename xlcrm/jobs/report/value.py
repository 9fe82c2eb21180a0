"""What the customers are worth: tiers by yearly budget or contract (as rules/tagging.py has them), and grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from xlcrm.jobs.report.behind import behind, by_value, linked
from xlcrm.jobs.report.ground import Ground, amount, share
from xlcrm.jobs.report.part import Part
from xlcrm.model.figures import Chart, Column, List, Measure, Section, Table
from xlcrm.rules.rights import Group

NEEDS = (Group.NAME, Group.CORE)
_TIERS = (Group.NAME, Group.CORE, Group.ORDINARY)  # the budget is an ordinary field
HIGH = "value-high"


def part(ground: Ground) -> Part:
    """The section "value"; without the tiers for who may not read budgets."""
    tables, charts, lists = [], [], []
    if ground.owners(*_TIERS):
        found, blank = tiers(ground), ground.text("no_value")
        groups = {label: found[label] for label in (*_labels(ground).values(), blank) if label in found}
        table, list_ = _table(ground, "by_tier", groups, _TIERS, ground.text("column_tier"))
        tables.append(table)
        lists.append(list_)
        charts.append(Chart("doughnut", table.title, "by_tier", "label", ("count",)))
        charts.append(Chart("bar", ground.text("chart_tier_amount"), "by_tier", "label", ("amount",)))
    table, list_ = _table(ground, "by_grade", _grades(ground), NEEDS, ground.title("grade"))
    charts.append(Chart("column", table.title, "by_grade", "label", ("count",)))
    return Part(Section("value", ground.text("section_value"), (*tables, table), tuple(charts), (*lists, list_)))


def tiers(ground: Ground) -> dict[str, list[int]]:
    """The customers of each tier, by its label; those whose value may not be known are left out."""
    labels, blank = _labels(ground), ground.text("no_value")
    return by_value(ground.worth, ground.places(*_TIERS), lambda code: labels[code] if code else blank)


def high(ground: Ground) -> set[int]:
    """The customers of high value."""
    return set(tiers(ground).get(_labels(ground)[HIGH], ()))


def _labels(ground: Ground) -> dict[str, str]:
    return {code: ground.option("tag", code) for code in (HIGH, "value-mid", "value-low")}


def _grades(ground: Ground) -> dict[str, list[int]]:
    codes = [option.code for option in ground.rulebook.vocabulary("grade").options]
    found = by_value(ground.customers["grade"], ground.places(*NEEDS), partial(ground.option, "grade"))
    order = [ground.option("grade", code) for code in (*codes, None)]
    return {label: found[label] for label in (*order, *found) if label in found}


def _table(
    ground: Ground, key: str, groups: Mapping[str, Sequence[int]], needs: Sequence[Group], header: str
) -> tuple[Table, List]:  # fmt: skip
    contracts = ground.customers["contract_amount"]
    whole = [place for of in groups.values() for place in of]
    columns = (
        Column("label", header, Measure.TEXT),
        Column("count", ground.text("column_customers"), Measure.COUNT),
        Column("share", ground.text("column_share"), Measure.SHARE),
        Column("amount", ground.title("contract_amount"), Measure.AMOUNT),
    )
    lines = [
        (label, linked(groups, key, label), share(len(of), len(whole)), amount(contracts[place] for place in of))
        for label, of in groups.items()
    ]
    total = (ground.text("total"), len(whole), share(len(whole), len(whole)), amount(contracts[place] for place in whole))
    return Table(key, ground.text(f"table_{key}"), columns, lines, total, ground.scope(*needs)), behind(ground, key, groups)

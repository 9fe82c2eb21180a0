"""Reports made by hand, for tests of how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from xlcrm.model.figures import Cell, Chart, Column, Figure, List, Measure, Report, Section, Table

INDUSTRIES = ("制造业", "批发和零售业", "信息传输、软件和信息技术服务业", "建筑业", "金融业", "教育", "住宿和餐饮业", "房地产业")
OWNERS = ("赵敏", "钱进", "孙丽华", "李芳")
MONTHS = ("2024-10", "2024-11", "2024-12", "2025-01", "2025-02", "2025-03")
STAGES = ("潜在客户", "意向客户", "成交客户", "流失客户")


def column(key: str, title: str, kind: Measure = Measure.COUNT, target: float | None = None) -> Column:
    return Column(key, title, kind, target)


def figures(counts: Iterable[int], name: str, groups: Iterable[str]) -> list[Figure]:
    return [Figure(count, name, group if count else "") for count, group in zip(counts, groups, strict=True)]


def rows(name: str, title: str, groups: Sequence[tuple[str, int]]) -> List:
    """A list with so many customers in each group; the first name would be a formula anywhere else."""
    whose = list(chain.from_iterable([group] * count for group, count in groups))
    values: dict[str, Sequence[str | float | None]] = {
        "number": [f"CX202503{place:04}" for place in range(1, len(whose) + 1)],
        "name": ["=1+1", *(f"深圳市第{place}贸易有限公司" for place in range(2, len(whose) + 1))][: len(whose)],
        "since": [f"2025-03-{place % 28 + 1:02}" for place in range(len(whose))],
        "amount": [None if place % 5 == 0 else place * 1.5 for place in range(len(whose))],
    }
    columns = (
        column("number", "客户编号", Measure.TEXT), column("name", "客户名称", Measure.TEXT),
        column("since", "首次接触时间", Measure.DATE), column("amount", "合同金额（万元）", Measure.AMOUNT),
    )  # fmt: skip
    return List(name, title, columns, values, whose)


def report(industries: Sequence[str] = INDUSTRIES, scope: str = "全部客户") -> Report:
    """A month of a small firm, with every kind of chart."""
    counts = [max(1, 12 - place) for place in range(len(industries))]
    sizes = [12, 8, 5, 3]
    by_industry = Table(
        "industry", "行业分布",
        (column("industry", "行业", Measure.TEXT), column("count", "客户数"), column("share", "占比", Measure.SHARE), column("amount", "合同金额（万元）", Measure.AMOUNT)),
        [[name, Figure(count, "customers", name), count / sum(counts), count * 12.5] for name, count in zip(industries, counts, strict=True)],
        ["合计", float(sum(counts)), 1.0, sum(counts) * 12.5],
        "只算没有作废、没有合并的客户。",
    )  # fmt: skip
    funnel = Table(
        "funnel", "客户状态", (column("stage", "客户状态", Measure.TEXT), column("count", "客户数"), column("days", "平均停留（天）", Measure.DAYS)),
        [[stage, figure, 12.5 + place] for place, (stage, figure) in enumerate(zip(STAGES, figures(sizes, "stages", STAGES), strict=True))],
    )  # fmt: skip
    trend = Table(
        "trend", "每月变化", (column("month", "月份", Measure.DATE), column("new", "新增"), column("lost", "流失")),
        [[month, float(8 + place * 3 % 7), float(place % 3)] for place, month in enumerate(MONTHS)],
    )  # fmt: skip
    quality = Table(
        "quality", "数据质量趋势",
        (column("month", "月份", Measure.DATE), column("complete", "完整", Measure.SHARE, 0.95), column("accurate", "准确", Measure.SHARE, 0.95)),
        [[month, 0.86 + place * 0.02, 0.93 + place * 0.01] for place, month in enumerate(MONTHS)],
    )  # fmt: skip
    owners = Table(
        "owner", "各负责人录入及时率", (column("owner", "负责人", Measure.TEXT), column("timely", "及时率", Measure.SHARE, 0.95)),
        [[owner, 0.99 - place * 0.03] for place, owner in enumerate(OWNERS)],
    )  # fmt: skip
    worst = Table(
        "worst", "最需要改进的字段",
        (column("field", "字段", Measure.TEXT), column("wrong", "不合格行数"), column("rate", "合格率", Measure.SHARE, 0.95), column("todo", "怎么改", Measure.TEXT)),
        [["联系人职务", Figure(5, "repair", "position"), 0.82, "补上职务"], ["所属行业", Figure(3, "repair", "industry"), 0.91, "在下拉列表中选择行业"]],
    )  # fmt: skip
    now: list[Cell] = ["现在", Figure(float(sum(counts)), "customers", industries[0] if industries else ""), 12.0, 0.42, 5250.5, 3.25, 0.913, 0.97, Figure(4, "stages", STAGES[3])]
    before: list[Cell] = ["上月", float(sum(counts)) - 9, 12.0, 0.45, 5000.0, 2.0, 0.9, 0.96, None]
    tiles = Table(
        "tiles", "关键数字",
        (
            column("label", "", Measure.TEXT), column("all", "客户总数"), column("new", "本月新增"), column("won", "成交率", Measure.SHARE),
            column("amount", "合同金额（万元）", Measure.AMOUNT), column("days", "平均成交天数", Measure.DAYS),
            column("complete", "完整率", Measure.SHARE, 0.95), column("timely", "及时率", Measure.SHARE, 0.95), column("lost", "流失"),
        ),
        [now, before],
    )  # fmt: skip
    overview = Section(
        "overview", "总览", (tiles, worst),
        (
            Chart("funnel", "客户状态漏斗", "funnel", "stage", ("count",)), Chart("doughnut", "行业分布", "industry", "industry", ("count",)),
            Chart("column", "每月新增与流失", "trend", "month", ("new", "lost")), Chart("line", "数据质量", "quality", "month", ("complete", "accurate")),
            Chart("bar", "各负责人及时率", "owner", "owner", ("timely",)), Chart("bar", "各行业合同金额（万元）", "industry", "industry", ("amount",)),
        ),
        (rows("repair", "待改进字段的行", [("position", 5), ("industry", 3)]),),
    )  # fmt: skip
    customers = Section(
        "customers", "客户构成", (by_industry, trend),
        (Chart("bar", "行业分布", "industry", "industry", ("count",)), Chart("column", "每月新增与流失", "trend", "month", ("new", "lost"))),
        (rows("customers", "客户（按行业）", list(zip(industries, counts, strict=True))),),
    )  # fmt: skip
    status = Section(
        "funnel", "客户状态", (funnel,), (Chart("funnel", "客户状态漏斗", "funnel", "stage", ("count",)),),
        (rows("stages", "客户（按状态）", list(zip(STAGES, sizes, strict=True))),), "转化率按进入该状态的客户计算。",
    )  # fmt: skip
    quality_section = Section(
        "quality", "数据质量", (quality, owners), (Chart("line", "数据质量", "quality", "month", ("complete", "accurate")), Chart("column", "及时率", "owner", "owner", ("timely",))),
    )  # fmt: skip
    return Report("2025-03-12 14:30:00", "赵敏", scope, "客户数据看板", (overview, customers, status, quality_section))

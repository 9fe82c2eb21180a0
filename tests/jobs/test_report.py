"""Every figure against a naive count over the records and their histories."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.crypto.cipher import Cipher, Keys
from xlcrm.jobs.report import report
from xlcrm.jobs.report.behind import MOST
from xlcrm.model.context import Context, Person
from xlcrm.model.figures import KINDS, Figure, List, Report, Table
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Operation, Values
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules import keeping
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store import guard, sqlite
from xlcrm.store.base import Entry, Store

NOW = datetime(2025, 6, 18, 15)
CIPHER = Cipher(Keys(b"w" * 32, b"i" * 32))
ANN, BEN, EVE, MAX, SUE = (
    Person(digit * 32, name, name, department, frozenset({role}))
    for digit, name, department, role in (
        ("1", "安娜", "华东", "entry"), ("2", "贝恩", "华南", "entry"), ("3", "夏娃", "市场部", "marketing"),
        ("4", "马克", "华东", "manager"), ("5", "苏珊", "", "steward"),
    )
)  # fmt: skip
CHOICES: Mapping[str, Sequence[str | None]] = {
    "industry": ("C13", "C14", "I65", None), "province": ("11", "44", None), "source": ("fair", "call", None),
    "status": ("lead", "prospect", "won", "lost"), "size": ("small", "large", None), "employees": ("20", "800", None),
    "contact": ("王小明", None), "contact_title": ("经理", None), "first_contact": ("2024-07-01", "2025-03-01", None),
    "contract_amount": ("0.00", "30.00", "150.00", None), "contract_end": ("2024-01-01", "2026-01-01", None),
    "phone_check": ("phone", "invalid", None), "budget": ("5.00", "500.00", None), "kind": ("company", "person"),
}  # fmt: skip
Plan = list[tuple[datetime, Change]]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """What happened in a small firm, oldest first."""
    chance = draw(st.randoms(use_true_random=False))
    plan: Plan = []
    for place in range(draw(st.integers(2, 6))):
        rid, owner = new_rid(), chance.choice((ANN.rid, ANN.rid, BEN.rid, None))
        at = NOW - timedelta(days=chance.randrange(1, 420), hours=chance.randrange(24))
        values: Values = {key: chance.choice(choices) for key, choices in CHOICES.items()}
        name = chance.choice((f"第{place}电子有限公司", f"{place}号厂"))
        values |= {"name": name, "phone": f"+86139{place:08}", "owner": owner}
        plan.append((at, Change("customer", rid, rid, dict(values), number=f"CX{place}")))
        version = 1
        while (at := at + timedelta(hours=chance.randrange(1, 3600))) < NOW:
            if chance.random() < 0.3:
                met = at - timedelta(hours=chance.choice((1, 23, 24, 25, 90)))
                talk: Values = {
                    "customer": rid,
                    "at": f"{met:%Y-%m-%d %H:%M:%S}",
                    "way": "phone",
                    "topic": "谈",
                    "follower": owner,
                }
                plan.append((at, Change("interaction", new_rid(), rid, talk)))
                continue
            key = chance.choice(("status", "status", *CHOICES))
            value = chance.choice(CHOICES[key])
            if value != values[key]:
                values[key] = value
                plan.append((at, Change("customer", rid, rid, {key: value}, version)))
                version += 1
    return sorted(plan, key=lambda one: one[0])


@contextmanager
def carried_out(plan: Plan) -> Iterator[Store]:
    """A store in which all of it happened, and then people came whose rights are asked for."""
    with tempfile.TemporaryDirectory() as folder:
        store = sqlite.open(Path(folder) / "store.db", CIPHER)
        try:
            for at, change in plan:
                store.apply(
                    Operation("submit", [replace(change, values=dict(change.values))]),
                    Context(ANN, partial(datetime.fromisoformat, at.isoformat())),
                )
            boss = store.ensure_person("boss", "管理员", ["admin"], NOW)
            for person in (ANN, BEN, EVE, MAX, SUE):
                store.add_person(person, Context(boss, lambda: NOW))
            yield store
        finally:
            store.close()


def reported(store: Store, person: Person = SUE, kinds: Sequence[str] = (), language: str = "zh", **more: object) -> Report:
    context = Context(person, lambda: NOW, language)
    people = store.people()
    rulebook = Rulebook(NOW, language, names={one.rid: one.name for one in people}, settings=dict(store.settings()))
    return report(guard.seen(store, context), context, rulebook, kinds, **more)  # type: ignore[arg-type]


def table(told: Report, key: str) -> Table:
    return next(one for section in told.sections for one in section.tables if one.key == key)


def lines(told: Report, key: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a table, plain values."""
    found = table(told, key)
    at = [next(place for place, column in enumerate(found.columns) if column.key == name) for name in columns]
    return [tuple(getattr(line[place], "value", line[place]) for place in at) for line in found.lines]


Histories = Mapping[str, Sequence[Entry]]
"""What happened to each living customer."""


def states(histories: Histories, moment: str) -> list[Values]:
    """Each customer as its history says it was just before a moment."""
    found = []
    for entries in histories.values():
        told = [entry for entry in entries if entry.at < moment]
        values: Values = dict.fromkeys(field.key for field in CUSTOMER.data)
        for entry in told:
            values.update({key: value for key, value in entry.after.items() if key in values})
        if told:
            found.append(values)
    return found


def months() -> list[str]:
    return [f"{(2024 * 12 + 5 + place) // 12}-{(5 + place) % 12 + 1:02}" for place in range(13)]


def ends() -> list[str]:
    return [*(f"{month}-01 00:00:00" for month in months()[1:]), f"{NOW + timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"]


def wrong(values: Values) -> bool:
    short = values["kind"] != "person" and len(values["name"] or "") <= 4 and not (values["name"] or "").endswith(("厂", "公司"))
    return values["phone_check"] == "invalid" or short


def contradictory(values: Values) -> bool:
    size, employees, amount, end = (values[key] for key in ("size", "employees", "contract_amount", "contract_end"))
    if values["kind"] == "person":
        odd = size is not None
    else:
        odd = bool(size and employees) and (size == "small") != (employees == "20")
    if values["status"] == "won" and not (amount and end):
        odd = True
    if amount not in (None, "0.00") and not end:
        odd = True
    return odd or (
        bool(end) and (amount == "0.00" or (bool(values["first_contact"]) and str(end) < str(values["first_contact"])))
    )


def part_of(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@settings(max_examples=6, deadline=None)
@given(plans())
def test_every_figure_is_what_a_naive_count_gives(plan: Plan) -> None:
    with carried_out(plan) as store:
        told, customers = reported(store), list(store.scan("customer"))
        named = {"C13": "制造业", "C14": "制造业", "I65": "信息传输、软件和信息技术服务业", None: "（未填）"}
        assert dict(lines(told, "by_industry", "label", "count")) == Counter(named[one.values["industry"]] for one in customers)
        assert sum(count for (count,) in lines(told, "by_province", "count")) == len(customers)
        words = {"lead": "潜在客户", "prospect": "意向客户", "won": "成交客户", "lost": "流失客户"}
        amounts: Counter[str] = Counter()
        for one in customers:
            amounts[words[one.values["status"] or ""]] += float(one.values["contract_amount"] or 0)  # type: ignore[assignment]
        assert dict(lines(told, "by_status", "label", "amount")) == dict(amounts)
        histories = {one.rid: [entry for entry in store.history(one.rid) if entry.table == "customer"] for one in customers}
        assert lines(told, "conversion", "month", "entered", "prospects", "won", "lost") == list(_conversion(histories))
        assert lines(told, "churn_months", "month", "lost", "bought", "had") == list(_churn(histories))
        assert lines(told, "talks_by_month", "count", "late") == list(_talks(store))
        for month, end in zip(lines(told, "quality_trend", "complete", "accurate", "consistent"), ends(), strict=True):
            past = states(histories, end)
            wanted = sum(7 if one["kind"] == "company" else 6 for one in past) + 2 * len(past)
            lacking = sum(len(keeping.wanting(one)) + (not one["contact"]) for one in past)
            assert month == (
                part_of(wanted - lacking, wanted), part_of(sum(not wrong(one) for one in past), len(past)),
                part_of(sum(not contradictory(one) for one in past), len(past)),
            )  # fmt: skip
        worst = [rate for (rate,) in lines(told, "worst_fields", "least")]
        assert worst == sorted(worst) and all(rate < 1 for rate in worst)
        traced(told)


def traced(told: Report) -> None:
    """Every figure leads to as many rows as it says, its group's rows stand together, and keys are unique."""
    lists: dict[str, List] = {one.key: one for section in told.sections for one in section.lists}
    tables = [one for section in told.sections for one in section.tables]
    assert len({one.key for one in tables}) == len(tables)
    for one in lists.values():
        assert len({key for key, before in zip(one.groups, ["", *one.groups], strict=False) if key != before}) == len(
            set(one.groups)
        )
        assert all(len(column) == len(one.groups) for column in one.values.values())
    for cell in (cell for one in tables for line in one.lines for cell in line):
        if isinstance(cell, Figure) and cell.list:
            found = lists[cell.list]
            assert cell.value == found.groups.count(cell.group) + found.more.get(cell.group, 0)
    for chart in (chart for section in told.sections for chart in section.charts):
        columns = {column.key for one in tables if one.key == chart.table for column in one.columns}
        assert {chart.label, *chart.values} <= columns


def _statuses(entries: Sequence[Entry]) -> list[tuple[str, str | None]]:
    return [(entry.at, entry.after["status"]) for entry in entries if "status" in entry.after]


def _conversion(histories: Histories) -> Iterator[tuple[object, ...]]:
    for month in months():
        ever = [{said for _, said in _statuses(entries)} for entries in histories.values() if entries[0].at[:7] == month]
        yield (
            month, len(ever), sum(bool(one & {"prospect", "won"}) for one in ever), sum("won" in one for one in ever),
            sum("lost" in one for one in ever),
        )  # fmt: skip


def _churn(histories: Histories) -> Iterator[tuple[object, ...]]:
    for month in months():
        lost = bought = 0
        for entries in histories.values():
            for (_, before), (at, after) in pairwise(_statuses(entries)):
                lost += after == "lost" and at[:7] == month
                bought += after == "lost" and before == "won" and at[:7] == month
        yield month, lost, bought, sum(one["status"] == "won" for one in states(histories, f"{month}-01 00:00:00"))


def _talks(store: Store) -> Iterator[tuple[int, int]]:
    for month in months():
        of = [one for one in store.scan("interaction") if (one.created_at or "")[:7] == month]
        gaps = [datetime.fromisoformat(one.created_at or "") - datetime.fromisoformat(one.values["at"] or "") for one in of]
        yield len(of), sum(gap > timedelta(hours=24) for gap in gaps)


@settings(max_examples=4, deadline=None)
@given(plans())
def test_what_others_have_changes_nothing_of_an_entry_users_report(plan: Plan) -> None:
    theirs = {change.rid for _, change in plan if change.values.get("owner") == BEN.rid}
    mine = [one for one in plan if one[1].customer not in theirs]
    with carried_out(plan) as whole, carried_out(mine) as part:
        told = reported(whole, ANN)
        assert told == reported(part, ANN)
        assert "安娜" in told.scope and "贝恩" not in repr(told)
        traced(told)


def at(when: str, *changes: Change) -> Plan:
    return [(datetime.fromisoformat(when), change) for change in changes]


def customer(place: int, owner: Person = ANN, **values: str | None) -> Change:
    rid = f"{place:032x}"
    said: Values = {"name": f"第{place}电子有限公司", "phone": "+8613900000001", "status": "lead", "owner": owner.rid}
    return Change("customer", rid, rid, said | values, number=f"CX{place}")


def test_each_role_gets_the_kinds_it_may_know() -> None:
    one, two = customer(1, contact="王小明", industry="C13"), customer(2, BEN, contact="李小红")
    talks = [
        Change("interaction", new_rid(), of.rid, {"customer": of.rid, "at": "2025-06-17 09:00:00"}) for of in (one, two, two)
    ]
    with carried_out([*at("2025-05-01 10:00:00", one, two), *at("2025-06-17 10:00:00", *talks)]) as store:
        everything = [section.key for section in reported(store).sections]
        assert everything == list(KINDS)
        told = reported(store, EVE)
        assert [section.key for section in told.sections] == ["overview", "customers"] and "王小明" not in repr(told)
        assert "安娜" not in repr(told) and len(told.left_out) == len(KINDS) - 2 + 1
        team = reported(store, MAX)
        assert sum(count for (count,) in lines(team, "talks_by_month", "count")) == 1
        assert lines(team, "by_source", "count") == [(2,)] and lines(team, "quality_people", "label") == [("安娜",)]
        assert "全部" in table(team, "by_source").note and "华东" in table(team, "quality_people").note
        assert "贝恩" in repr(team.sections[1]) and "贝恩" not in repr(team.sections[-1])


def test_a_filter_narrows_every_figure() -> None:
    plan = at("2025-05-01 10:00:00", customer(1, industry="C13"), customer(2, industry="I65"), customer(3, industry="C13"))
    with carried_out(plan) as store:
        told = reported(store, where=[("industry", "=", "C13")], asked="行业=农副食品加工业")
        assert lines(told, "by_industry", "count") == [(2,)] and "农副食品" in told.scope
        assert lines(told, "quality_people", "customers") == [(2,)]


def test_the_overview_alone_brings_what_its_pictures_show() -> None:
    with carried_out(at("2025-05-01 10:00:00", customer(1))) as store:
        told = reported(store, kinds=["overview"])
        (overview,) = told.sections
        assert {chart.table for chart in overview.charts} <= {one.key for one in overview.tables}
        traced(told)
        tiles = {
            column.title: [line[place] for line in overview.tables[0].lines]
            for place, column in enumerate(overview.tables[0].columns)
        }
        assert tiles["客户总数"] == [1, 1] and tiles["近30天新增客户"] == [0, 1]


def test_a_long_group_is_cut_and_says_by_how_much() -> None:
    changes = [customer(place, industry="C13") for place in range(MOST + 5)]
    with carried_out([]) as store:
        store.apply(Operation("submit", changes), Context(SUE, lambda: NOW))
        told = reported(store, kinds=["customers"])
        found = told.sections[0].lists[0]
        assert len(found.groups) == MOST and found.more == {"制造业": 5}
        traced(told)


def step(rid: str, base: int, **values: str | None) -> Change:
    return Change("request", rid, f"{1:032x}", dict(values), base)


def test_deadlines_are_kept_by_the_moments_that_the_log_remembers() -> None:
    def asked(digit: str, urgency: str, opened: str, **more: str | None) -> Change:
        said: Values = {
            "customer": f"{1:032x}",
            "field": "grade",
            "state": "open",
            "urgency": urgency,
            "opened_at": opened,
            "round": "1",
        }
        return Change("request", digit * 32, f"{1:032x}", said | more, number=f"GX{digit}")

    a, b = "a" * 32, "b" * 32
    plan = [
        *at("2025-06-02 09:00:00", customer(1, contact="王", source="fair", industry="C13", size="small", contact_title="经理")),
        *at("2025-06-03 09:00:00", asked("a", "normal", "2025-06-03 09:00:00", raised_through="customer")),
        *at("2025-06-03 09:00:00", asked("b", "urgent", "2025-06-03 09:00:00"), asked("c", "normal", "2025-06-03 09:00:00")),
        *at("2025-06-03 12:00:00", step(b, 1, state="updated", done_on="2025-06-03")),  # an hour late
        *at("2025-06-04 08:00:00", step(a, 1, state="updated", done_on="2025-06-04")),  # an hour early
        *at("2025-06-05 08:00:00", step(a, 2, state="confirmed", told_on="2025-06-05")),
        *at("2025-06-09 08:00:00", step(b, 2, state="confirmed")),  # Monday; Thursday was the last day
        *at("2025-06-10 08:00:00", step(b, 3, state="open", opened_at="2025-06-10 08:00:00", round="2", done_on=None)),
        *at("2025-06-10 09:00:00", step(b, 4, state="updated", done_on="2025-06-10")),  # the second round in time
        *at("2025-06-11 08:00:00", step(b, 5, state="confirmed")),
        *at("2025-06-18 14:00:00", asked("d", "normal", "2025-06-18 14:00:00")),  # not due yet
        *at(
            "2025-06-12 09:00:00", Change("customer", f"{1:032x}", f"{1:032x}", {"first_contact": "2025-06-02"}, 1)
        ),  # due on the 5th
    ]
    with carried_out(plan) as store:
        told = reported(store, kinds=["requests"])
        assert lines(told, "deadlines", "label", "due", "kept", "missed", "waits") == [
            ("常规申请更新（24小时）", 2, 1, 1, 1),
            ("紧急申请更新（2小时）", 2, 1, 1, 0),
            ("发起人确认", 3, 2, 1, 0),
            ("告知客户", 1, 1, 0, 0),
            ("待补全信息补齐", 1, 0, 1, 0),
        ]
        traced(told)


def test_merges_count_until_they_are_taken_back() -> None:
    one, two, three, four = (customer(place) for place in range(1, 5))

    def merge(rid: str, into: str, base: int = 1) -> Change:
        return Change("customer", rid, rid, {}, base, state="merged", merged_into=into)

    plan = [
        *at("2025-03-01 09:00:00", one, two, three, four), *at("2025-04-01 09:00:00", merge(two.rid, one.rid)),
        *at("2025-04-02 09:00:00", merge(three.rid, one.rid)),
        *at("2025-04-03 09:00:00", Change("customer", three.rid, three.rid, {}, 2, state="live")),
        *at("2025-05-02 09:00:00", merge(one.rid, four.rid)),
    ]  # fmt: skip
    with carried_out(plan) as store:
        said = Operation("submit", decisions=[Decision("a" * 8, "distinct"), Decision("b" * 8, "name")])
        store.apply(said, Context(SUE, lambda: NOW - timedelta(days=1)))
        told = reported(store, kinds=["duplicates"])
        assert dict(lines(told, "duplicates", "label", "count")) == {
            "已合并": 2,
            "不是同一客户": 1,
            "合并未同意": 0,
            "待同意合并": 0,
        }
        by_month = {
            month: (merged, ignored)
            for month, merged, ignored in lines(told, "duplicates_by_month", "month", "merged", "ignored")
        }
        assert (by_month["2025-04"], by_month["2025-05"], by_month["2025-06"]) == ((1, 0), (1, 0), (0, 1))
        traced(told)


def test_why_customers_left_is_sorted_by_what_was_written() -> None:
    lost = [
        customer(1, status="lost", remark="2025-05-01：价格太高"), customer(2, status="lost", remark="2025-05-02：电话跟进"),
        customer(3, status="lost", contract_amount="150.00"),
    ]  # fmt: skip
    asked: Values = {"customer": lost[2].rid, "field": "status", "state": "closed", "reason": "被竞争对手抢走", "after": "lost"}
    plan = at("2025-05-01 10:00:00", *lost, Change("request", "a" * 32, lost[2].rid, asked))
    with carried_out(plan) as store:
        found = lines(reported(store, kinds=["churn"]), "churn_reasons", "label", "count", "high")
        assert sorted(found) == sorted([("价格与预算", 1, 0), ("选择竞争对手", 1, 1), ("（未说明）", 1, 0)])


def test_a_field_that_should_be_blank_is_counted_where_it_is_not() -> None:
    people = [customer(1, kind="person", size="small", name="王芳"), customer(2, kind="person", name="李芳")]
    with carried_out(at("2025-05-01 10:00:00", *people)) as store:
        told = reported(store, kinds=["quality"])
        assert ("客户规模", None, 0.0, 1) in lines(told, "quality_fields", "label", "complete", "consistent", "repair")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_of_it_is_in_the_readers_language(language: str) -> None:
    with carried_out(at("2025-05-01 10:00:00", customer(1, industry="C13", phone_check="invalid"))) as store:
        told = reported(store, language=language)
        titles = [one.title for section in told.sections for one in section.tables]
        titles += [one.title for section in told.sections for one in section.charts]
        titles += [one.title for section in told.sections for one in section.lists]
        titles += [section.title for section in told.sections]
        titles += [column.title for section in told.sections for one in section.tables for column in one.columns[1:]]
        assert all(titles) and (language == "zh") == any("一" <= letter <= "龥" for letter in "".join(titles))

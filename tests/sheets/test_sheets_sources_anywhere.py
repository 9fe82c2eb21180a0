"""A random table at a random place of a sheet, with titles above and footers below it, is found again exactly."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sheets.mess import book, rows
from xlcrm.model.rows import Cell
from xlcrm.sheets.address import letters
from xlcrm.sheets.sources import read

NAMES = ("公司名称", "客户名称", "*客户名称", "单位名称（全称）", "企业全称")
KNOWN = ("联系人", "手机", "联系电话", "邮箱", "所属行业", "客户来源", "首次接触时间", "合同金额(万元)", "备注", "负责人", "地址", "职务", "简称")
OTHERS = ("老系统备忘", "区域代码", "回访次数", "大区", "客情", "打分", "跟单小组", "Zone", "2024年", "一季度")
TITLES: tuple[list[Any], ...] = (
    ["2025年客户名单"],
    ["部门：销售一部", None, "制表日期：2025-03-01"],
    ["说明：以下客户均为本季度新增，请勿外传，如有疑问请与数据管理专员联系。"],
    ["（单位：万元）"],
    ["联系人", "张三", "电话", "010-62345678"],
)
FOOTERS: tuple[list[Any], ...] = (
    ["合计", None, 3],
    ["总计：12家"],
    ["制表人：张三", None, "审核：李四"],
    ["注：标*的客户需回访"],
    ["备注：数据来源于老系统"],
    ["第1页 共1页"],
)

word = st.sampled_from("海河青禾东港锦程蓝湾光谷云帆长风正泰恒瑞明德宏图")
company = st.builds("{}{}{}有限公司".format, st.sampled_from(("深圳市", "广州", "")), st.text(word, min_size=2, max_size=4), st.sampled_from(("电子", "贸易")))
text = st.one_of(
    st.text(word, min_size=1, max_size=12),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(("展会", "经理", "制造业", "电话", "a@b.cn", "0571-88886666", "无", "A1", "见附件：合同扫描件")),
)
number = st.one_of(st.integers(0, 99_999_999_999).map(float), st.floats(0, 1e6).map(lambda value: round(value, 2)))
cell = st.one_of(st.none(), text, number, st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(microsecond=0)))


@dataclass
class Layout:
    """A table, where it stands, and what stands around it."""

    header: list[str]
    records: list[tuple[Cell, ...]]
    lines: list[list[Any]]
    left: int
    places: list[int]


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    known = draw(st.lists(st.sampled_from(KNOWN), min_size=2, max_size=7, unique=True))
    others = draw(st.lists(st.sampled_from(OTHERS), max_size=len(known), unique=True))
    header = [draw(st.sampled_from(NAMES)), *draw(st.permutations([*known, *others]))]
    records = draw(st.lists(st.tuples(company, *[cell] * (len(header) - 1)), min_size=1, max_size=9))
    left = draw(st.integers(0, 6))
    lines: list[list[Any]] = [[] for _ in range(draw(st.integers(0, 6)))]
    for title in draw(st.lists(st.sampled_from(TITLES), max_size=3, unique_by=str)):
        lines += [[None] * left + title, *([[]] * draw(st.integers(0, 1)))]
    lines.append([None] * left + header)
    places = []
    for record in records:
        lines += [[]] * draw(st.sampled_from((0, 0, 0, 0, 1)))
        lines.append([None] * left + list(record))
        places.append(len(lines))
    for footer in draw(st.lists(st.sampled_from(FOOTERS), max_size=3, unique_by=str)):
        lines += [*([[]] * draw(st.integers(0, 2))), [None] * left + footer]
    return Layout(header, records, lines, left, places)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(layout=layouts())
def test_a_workbook(tmp_path: Path, layout: Layout) -> None:
    (table,) = read(book(tmp_path / "a.xlsx", {"名单": layout.lines})).tables
    assert table.header == layout.header
    assert rows(table) == layout.records
    assert table.rows == layout.places
    assert table.column_letters == [letters(layout.left + 1 + at) for at in range(len(layout.header))]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    layout=layouts(),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(("utf-8", "utf-8-sig", "gb18030", "utf-16")),
)
def test_a_text(tmp_path: Path, layout: Layout, separator: str, encoding: str) -> None:
    with (tmp_path / "a.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(layout.lines)
    (table,) = read(tmp_path / "a.csv").tables
    assert table.header == layout.header
    assert rows(table) == [tuple(None if value is None else str(value) for value in record) for record in layout.records]
    assert table.rows == layout.places

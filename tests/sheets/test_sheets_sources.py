"""Finding the tables of a sheet, however people laid them out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sheets.mess import Rows, book, records, rows
from xlcrm.catalogue import text
from xlcrm.errors import BookError
from xlcrm.sheets.sources import Source, read
from xlcrm.sheets.template import build

HAIHE = ("深圳市海河电子有限公司", "王小明", "13912345678")
YUNFAN = ("广州云帆贸易有限公司", "李芳", "010-62345678")
HEADER = ("公司名称", "联系人", "手机")


def told(source: Source) -> dict[str, dict[str, str]]:
    """The notes by key; each can be said in both languages."""
    for key, values in source.notes:
        assert text(f"sources.{key}", "zh", **values) and text(f"sources.{key}", "en", **values)
    return dict(source.notes)


def test_the_header_below_titles_and_the_records_above_totals_and_remarks(tmp_path: Path) -> None:
    path = book(
        tmp_path / "名单.xlsx",
        {
            "名单": [
                ["2025年客户名单"],
                ["部门：销售一部", None, None, "制表日期：2025-03-01"],
                [],
                ["序号", *HEADER, "备案号"],
                [1, *HAIHE, "A1"],
                [2, *YUNFAN, None],
                [3],
                ["合计", None, None, "2家"],
                [],
                ["制表人：张三", None, "审核：李四"],
                ["注：以上名单仅供内部使用"],
            ]
        },
        merged=["A1:E1"],
    )
    source = read(path)
    (table,) = source.tables
    assert (source.kind, table.sheet, table.header) == ("table", "名单", ["序号", *HEADER, "备案号"])
    assert rows(table) == [(1.0, *HAIHE, "A1"), (2.0, *YUNFAN, None)]
    assert (table.rows, table.address(1, 1), table.column_letters[4]) == ([5, 6], "B6", "E")
    notes = told(source)
    assert set(notes) == {"only_number", "totals", "footers"}
    assert (notes["totals"]["rows"], notes["footers"]["rows"]) == ("8", "10、11")


def test_the_block_may_begin_anywhere(tmp_path: Path) -> None:
    lines: Rows = [[]] * 6 + [[None] * 4 + list(row) for row in (HEADER, HAIHE, YUNFAN)]
    (table,) = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert (table.header, table.rows, table.column_letters) == (list(HEADER), [8, 9], ["E", "F", "G"])
    assert table.address(2, 0) == "G8"


def test_blank_rows_and_sections_inside_a_table(tmp_path: Path) -> None:
    lines: Rows = [HEADER, ["一、华南"], HAIHE, [], YUNFAN, ["小计"], [], ["二、华北"], ("北京长风有限公司", "赵六", "13812345678"), ["总计：3家"]]
    source = read(book(tmp_path / "a.xlsx", {"表": lines}))
    (table,) = source.tables
    assert table.rows == [3, 5, 9]
    assert {key: values["rows"] for key, values in told(source).items()} == {"totals": "6、10", "sections": "2、8"}


def test_a_record_of_a_name_alone_stays_a_record(tmp_path: Path) -> None:
    lines: Rows = [(*HEADER, "地址"), (*HAIHE, None), ("杭州青禾有限公司",), (*YUNFAN, None), ("宁波东港有限公司",)]
    (table,) = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert table.columns[0] == [HAIHE[0], "杭州青禾有限公司", YUNFAN[0], "宁波东港有限公司"]


def test_a_header_of_two_lines_is_joined(tmp_path: Path) -> None:
    lines: Rows = [
        ["公司信息", None, "联系信息", None],
        ["公司名称", "所属行业", "联系人", "手机"],
        [HAIHE[0], "制造业", HAIHE[1], HAIHE[2]],
    ]
    (table,) = read(book(tmp_path / "a.xlsx", {"表": lines}, ["A1:B1", "C1:D1"])).tables
    assert table.header == ["公司信息 / 公司名称", "公司信息 / 所属行业", "联系信息 / 联系人", "联系信息 / 手机"]
    assert table.rows == [3]


@pytest.mark.parametrize("merged", [["A1:A2", "B1:C1", "D1:D2"], []])
def test_a_header_with_parts_below_it_is_joined(tmp_path: Path, merged: list[str]) -> None:
    lines: Rows = [["公司名称", "联系方式", None, "地址"], [None, "手机", "微信号", None], [HAIHE[0], HAIHE[2], "wx_1", "深圳"]]
    (table,) = read(book(tmp_path / "a.xlsx", {"表": lines}, merged)).tables
    assert table.header == ["公司名称", "联系方式 / 手机", "联系方式 / 微信号", "地址"]
    assert rows(table) == [(HAIHE[0], HAIHE[2], "wx_1", "深圳")]


def test_a_header_in_two_languages(tmp_path: Path) -> None:
    lines: Rows = [HEADER, ("Company", "Contact", "Mobile"), HAIHE, YUNFAN]
    (table,) = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert table.header == ["公司名称 / Company", "联系人 / Contact", "手机 / Mobile"]
    assert rows(table) == [HAIHE, YUNFAN]


def test_a_merged_value_belongs_to_each_of_its_rows(tmp_path: Path) -> None:
    lines: Rows = [HEADER, HAIHE, (None, "李四", "13912345679"), (None, "赵六", None), YUNFAN]
    source = read(book(tmp_path / "a.xlsx", {"表": lines}, ["A2:A4"]))
    (table,) = source.tables
    assert table.columns[0] == [HAIHE[0]] * 3 + [YUNFAN[0]]
    assert told(source) == {"merged": {"sheet": "表", "count": "2"}}


def test_records_of_two_merged_lines_are_one_record(tmp_path: Path) -> None:
    lines: Rows = [HEADER, HAIHE, [], YUNFAN, []]
    merged = [f"{letter}{top}:{letter}{top + 1}" for letter in "ABC" for top in (2, 4)]
    (table,) = read(book(tmp_path / "a.xlsx", {"表": lines}, merged)).tables
    assert (rows(table), table.rows) == ([HAIHE, YUNFAN], [2, 4])


def test_hints_and_examples_below_the_header_are_no_records(tmp_path: Path) -> None:
    lines: Rows = [HEADER, ("必填", "必填", "选填"), ("示例：某某公司", "王某", "13800000000"), HAIHE]
    source = read(book(tmp_path / "a.xlsx", {"表": lines}))
    assert rows(source.tables[0]) == [HAIHE]
    assert told(source)["hints"]["rows"] == "2、3"


def test_the_header_printed_on_every_page(tmp_path: Path) -> None:
    source = read(book(tmp_path / "a.xlsx", {"表": [HEADER, HAIHE, HEADER, YUNFAN, [], ["第1页 共2页"]]}))
    assert rows(source.tables[0]) == [HAIHE, YUNFAN]
    assert told(source)["header_again"]["rows"] == "3"


@pytest.mark.parametrize("blank", [[], [[]], [[], []]])
def test_tables_below_each_other(tmp_path: Path, blank: list[list[str]]) -> None:
    lines: Rows = [HEADER, HAIHE, YUNFAN, *blank, ("客户编号", "互动时间", "互动方式", "沟通内容摘要"), ("CX2025030001", "2025-3-1", "拜访", "报价")]
    first, second = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert (rows(first), first.header) == ([HAIHE, YUNFAN], list(HEADER))
    assert (second.header[1], rows(second)) == ("互动时间", [("CX2025030001", "2025-3-1", "拜访", "报价")])


def test_a_title_between_two_tables_belongs_to_neither(tmp_path: Path) -> None:
    lines: Rows = [["重点客户名单"], HEADER, HAIHE, [], ["流失客户名单"], (*HEADER, "流失原因"), (*YUNFAN, "价格")]
    first, second = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert rows(first) == [HAIHE]
    assert rows(second) == [(*YUNFAN, "价格")]


def test_tables_side_by_side(tmp_path: Path) -> None:
    right = ["客户名称", "沟通时间", "互动方式"]
    lines: Rows = [[*HEADER, None, *right], [*HAIHE, None, HAIHE[0], "2025-3-1", "拜访"], [*YUNFAN]]
    first, second = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert (rows(first), second.header, rows(second)) == ([HAIHE, YUNFAN], right, [(HAIHE[0], "2025-3-1", "拜访")])
    assert second.address(0, 0) == "E2"


def test_tables_side_by_side_whose_headers_stand_in_different_rows(tmp_path: Path) -> None:
    lines: Rows = [
        [*HEADER],
        [*HAIHE],
        [*YUNFAN, None, "客户名称", "标签类型", "标签名称"],
        ["北京长风有限公司", "赵六", "13812345678", None, HAIHE[0], "价值", "重点客户"],
    ]
    first, second = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert [len(first), first.header, len(second), second.column_letters] == [3, list(HEADER), 1, ["E", "F", "G"]]


def test_a_blank_column_inside_a_table_does_not_cut_it(tmp_path: Path) -> None:
    lines: Rows = [["公司名称", "联系人", None, "手机", "地址"], [*HAIHE[:2], None, HAIHE[2], "深圳"], [*YUNFAN[:2], None, YUNFAN[2], "广州"]]
    (table,) = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert (table.header, table.column_letters) == (["公司名称", "联系人", "手机", "地址"], ["A", "B", "D", "E"])


def test_what_stands_beside_a_table_is_said(tmp_path: Path) -> None:
    lines: Rows = [HEADER, (*HAIHE, None, None, "记得问王总"), YUNFAN]
    source = read(book(tmp_path / "a.xlsx", {"表": lines}))
    assert source.tables[0].header == list(HEADER)
    assert told(source)["beside"]["columns"] == "F"


def test_headers_nobody_knows(tmp_path: Path) -> None:
    lines: Rows = [["各地门店一览"], [], ["门店大名", "座机或者手机号", "备案用码"], ["甲", "13912345678", "A1"], ["乙", "13912345679", None]]
    (table,) = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert (table.header, table.rows) == (["门店大名", "座机或者手机号", "备案用码"], [4, 5])


def test_a_list_without_a_header(tmp_path: Path) -> None:
    source = read(book(tmp_path / "a.xlsx", {"表": [HAIHE, YUNFAN]}))
    (table,) = source.tables
    assert (table.header, rows(table), table.rows) == (["", "", ""], [HAIHE, YUNFAN], [1, 2])
    assert "no_header" in told(source)


def test_sheets_hidden_or_full_of_prose_are_told_and_not_used(tmp_path: Path) -> None:
    prose = [["填写说明"], ["1、客户名称必须与营业执照一致，不能用简称。"], ["2、电话为11位。"]]
    path = book(tmp_path / "a.xlsx", {"名单": [HEADER, HAIHE], "旧表": [HEADER, YUNFAN], "说明": prose}, hidden_sheets=["旧表"])
    source = read(path)
    assert [rows(table) for table in source.tables] == [[HAIHE]]
    assert told(source) == {"hidden_sheet": {"sheet": "旧表", "rows": "2"}, "no_table": {"sheet": "说明"}}


def test_hidden_rows_are_used_and_told(tmp_path: Path) -> None:
    source = read(book(tmp_path / "a.xlsx", {"名单": [HEADER, HAIHE, YUNFAN]}, hidden_rows=[3]))
    assert rows(source.tables[0]) == [HAIHE, YUNFAN]
    assert told(source)["hidden_rows"] == {"sheet": "名单", "count": "1", "rows": "3"}


def test_hidden_columns_are_used_and_told(tmp_path: Path) -> None:
    source = read(book(tmp_path / "a.xlsx", {"名单": [HEADER, HAIHE, YUNFAN]}, hidden_columns=["B", "H"]))
    assert rows(source.tables[0]) == [HAIHE, YUNFAN]
    assert told(source)["hidden_columns"] == {"sheet": "名单", "columns": str(HEADER[1])}


def test_values_keep_their_kind_and_formulas_without_a_result_are_told(tmp_path: Path) -> None:
    lines: Rows = [[*HEADER, "首次接触时间", "合同金额(万元)"], [*HAIHE[:2], 13912345678, datetime(2025, 3, 1), "=1+1"]]
    source = read(book(tmp_path / "a.xlsx", {"名单": lines}))
    assert rows(source.tables[0]) == [(*HAIHE[:2], 13912345678.0, datetime(2025, 3, 1), None)]
    assert source.tables[0].formulas == {(0, 4)}
    assert told(source)["formulas"]["rows"] == "2"


def test_nothing_that_looks_like_a_table(tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Rows], list[str], str]] = [
        ({"说明": [["请各部门于周五前提交。"], ["谢谢！"]]}, [], "sources.no_table_found"),
        ({"空": []}, [], "sources.no_table_found"),
        ({"名单": [["客户名单"], HEADER]}, [], "sources.only_header"),
        ({"说明": [["见隐藏表"]], "名单": [HEADER, HAIHE]}, ["名单"], "sources.only_hidden"),
    ]
    for sheets, hidden, key in cases:
        with pytest.raises(BookError) as caught:
            read(book(tmp_path / "a.xlsx", sheets, hidden_sheets=hidden))
        assert caught.value.key == key
        assert caught.value.sentence("zh") and caught.value.hint("en")


# -- forms ------------------------------------------------------------------------------------------------------------


def test_a_form_of_two_columns(tmp_path: Path) -> None:
    lines: Rows = [
        ["客户信息登记表"], ["客户名称：", HAIHE[0]], ["*联系人：", HAIHE[1]], ["手机：", HAIHE[2]],
        ["微信公众号", "haihe"], ["首次接触时间", datetime(2025, 3, 1)], ["备注："],
    ]  # fmt: skip
    source = read(book(tmp_path / "a.xlsx", {"登记表": lines}, ["A1:B1"]))
    (table,) = source.tables
    assert source.kind == "form" and table.form
    assert records(table) == [
        {"客户名称": HAIHE[0], "*联系人": HAIHE[1], "手机": HAIHE[2], "微信公众号": "haihe", "首次接触时间": datetime(2025, 3, 1), "备注": None}
    ]
    assert [table.address(column, 0) for column in range(6)] == ["B2", "B3", "B4", "B5", "B6", "B7"]


def test_forms_of_four_columns_down_a_sheet_and_on_several_sheets(tmp_path: Path) -> None:
    def form(name: str, person: str, phone: str) -> list[list[str | None]]:
        return [
            ["客户登记表"], ["客户名称", name, "所属行业", "制造业"], ["联系人", person, "手机", phone], ["核心需求", "降低成本"],
        ]  # fmt: skip

    source = read(book(tmp_path / "a.xlsx", {"一": [*form(*HAIHE), [], *form(*YUNFAN)], "二": form("北京长风有限公司", "赵六", "138")}))
    first, second = source.tables
    assert source.kind == "form"
    assert [(one["客户名称"], one["联系人"], one["手机"], one["所属行业"]) for one in records(first)] == [
        (*HAIHE, "制造业"), (*YUNFAN, "制造业"),
    ]  # fmt: skip
    assert first.rows == [2, 7]
    assert first.address(first.header.index("手机"), 1) == "D8"
    assert (second.sheet, records(second)[0]["核心需求"]) == ("二", "降低成本")


FORM_001: list[list[Any]] = [
    ["字段类别", "字段名称", "填写要求", "示例"],
    ["基础信息", "客户全称", "与营业执照一致，简称需备注", "某某科技有限公司"],
    [None, "所属行业", "按系统标准行业选项填写", "软件开发"],
    ["联系人信息", "主要联系人姓名", "真实姓名", "王经理"],
    [None, "联系方式", "手机号11位或区号-号码，需验证", "13900008888"],
    ["合作信息", "首次接触时间", "格式YYYY-MM-DD", "2023-10-15"],
    ["需求与标签", "核心需求", "简述客户主要诉求，不超过50字", "定制系统"],
]


def test_the_form_of_the_documents(tmp_path: Path) -> None:
    filled = [[*row, value] for row, value in zip(FORM_001, ["填写内容", HAIHE[0], "制造业", *HAIHE[1:], "2025-03-01", None], strict=True)]
    (table,) = read(book(tmp_path / "a.xlsx", {"表单": filled}, ["A2:A3", "A4:A5"])).tables
    assert not table.sample
    assert records(table) == [
        {
            "客户全称": HAIHE[0], "所属行业": "制造业", "主要联系人姓名": HAIHE[1], "联系方式": HAIHE[2],
            "首次接触时间": "2025-03-01", "核心需求": None,
        }
    ]  # fmt: skip
    assert (table.address(0, 0), table.address(5, 0)) == ("E2", "E7")


def test_a_form_filled_in_over_its_examples(tmp_path: Path) -> None:
    lines = [row[:] for row in FORM_001]
    lines[1][3] = HAIHE[0]
    (table,) = read(book(tmp_path / "a.xlsx", {"表单": lines}, ["A2:A3"])).tables
    assert (table.sample, table.columns[0], table.address(0, 0)) == (True, [HAIHE[0]], "D2")


def test_a_form_that_explains_a_list_is_no_customer(tmp_path: Path) -> None:
    explained: Rows = [["客户名称", "与营业执照一致的全称"], ["联系人", "请填写真实姓名"], ["手机", "11位数字"], ["地址", "例如：深圳市南山区"]]
    for help_sheet in (FORM_001, explained):
        source = read(book(tmp_path / "a.xlsx", {"名单": [HEADER, HAIHE], "填写说明": help_sheet}))
        assert [rows(table) for table in source.tables] == [[HAIHE]]
        assert told(source)["form_explains"]["sheet"] == "填写说明"


def test_a_guide_beside_a_list_that_nobody_filled_is_no_customer(tmp_path: Path) -> None:
    cases: list[dict[str, Rows]] = [{"名单": [HEADER], "表单": FORM_001}, {"填写说明": FORM_001}]
    for sheets in cases:
        with pytest.raises(BookError) as caught:
            read(book(tmp_path / "a.xlsx", sheets))
        assert caught.value.key in ("sources.no_table_found", "sources.only_header")


@pytest.mark.parametrize(
    "lines",
    [
        [["客户名称", None, "联系人", None], ["手机", None, "地址", None], ["核心需求"]],
        [["客户登记表"], ["客户名称："], ["联系人："], ["手机："], ["地址："]],
    ],
)
def test_a_blank_form_is_told(tmp_path: Path, lines: Rows) -> None:
    with pytest.raises(BookError) as caught:
        read(book(tmp_path / "a.xlsx", {"表单": lines}))
    assert caught.value.key == "sources.only_header"
    source = read(book(tmp_path / "b.xlsx", {"名单": [HEADER, HAIHE], "表单": lines}))
    assert len(source.tables) == 1 and "form_blank" in told(source)


def test_customers_side_by_side_under_one_column_of_labels(tmp_path: Path) -> None:
    lines: Rows = [["项目", "客户一", "客户二"], *zip(HEADER, HAIHE, YUNFAN, strict=True)]
    (table,) = read(book(tmp_path / "a.xlsx", {"对比": lines})).tables
    assert [tuple(one.values()) for one in records(table)] == [HAIHE, YUNFAN]
    assert table.address(2, 1) == "C4"


def test_labels_and_values_in_one_cell(tmp_path: Path) -> None:
    lines: Rows = [["客户登记"], [f"客户名称：{HAIHE[0]}", "联系人：王小明"], ["手机: 13912345678", "备注："]]
    (table,) = read(book(tmp_path / "a.xlsx", {"表单": lines})).tables
    assert records(table) == [{"客户名称": HAIHE[0], "联系人": "王小明", "手机": "13912345678", "备注": None}]
    assert table.address(1, 0) == "B2"


def test_a_list_below_a_form(tmp_path: Path) -> None:
    lines: Rows = [["客户名称", HAIHE[0]], ["所属行业", "制造业"], ["地址", "深圳市南山区"], [], ["联系人", "职务", "手机"], ["王小明", "经理", "139"]]
    form, table = read(book(tmp_path / "a.xlsx", {"表": lines})).tables
    assert records(form) == [{"客户名称": HAIHE[0], "所属行业": "制造业", "地址": "深圳市南山区"}]
    assert records(table) == [{"联系人": "王小明", "职务": "经理", "手机": "139"}]


# -- our own ----------------------------------------------------------------------------------------------------------


def test_our_own_workbook_names_its_tables_and_settings(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    build(path, "zh", {"customer": {"name": [HAIHE[0], YUNFAN[0]], "phone": [HAIHE[2], YUNFAN[2]]}}, {"person": "张三"})
    source = read(path)
    (table,) = source.tables
    assert (source.kind, table.table, table.sheet, table.rows) == ("template", "customer", "客户基础信息表", [5, 6])
    place = table.header.index("客户名称")
    assert table.columns[place] == [HAIHE[0], YUNFAN[0]]
    assert table.address(place, 1) == f"{table.column_letters[place]}6"
    assert source.settings["person"] == "张三" and source.settings["template"]


def test_an_unfilled_template_has_no_tables(tmp_path: Path) -> None:
    build(tmp_path / "空.xlsx", "zh")
    source = read(tmp_path / "空.xlsx")
    assert (source.kind, source.tables) == ("template", [])

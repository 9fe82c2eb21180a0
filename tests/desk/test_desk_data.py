"""The steward's morning in LibreOffice's window: 汇总多表, 字段匹配, 冲突处理, 合并客户 and 撤销, pressed with a real mouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.screen import Screen
from tests.jobs import messy
from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.model.operation import Values
from xlcrm.model.resultsheets import CONFLICTS, MERGING, VALUE_MATCHES
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets import template

HEADER = ("客户名称", "联系人", "手机", "客户来源", "备注")
SAME = ("深圳市海河电子有限公司", "王小明", "13927661183")
STRANGE = "老客户介绍来的朋友"
LISTS = {
    "王芳": [(*SAME, "展会拜访", None), ("南京青禾食品有限公司", "李芳", "13801234560", STRANGE, "旧")],
    "李强": [(*SAME, "转介绍", None), ("宁波东港机械制造有限公司", "陈静", "13811234561", "展会拜访", "新")],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "交来的表"
    for name, rows in LISTS.items():
        messy.plain(place / f"{name}.xlsx", rows, HEADER)
        messy.stamp(place / f"{name}.xlsx")
    return place


@pytest.fixture
def path(tmp_path: Path, folder: Path) -> Path:
    """A new workbook, elsewhere."""
    made = tmp_path / "汇总" / "汇总.xlsx"
    made.parent.mkdir()
    template.build(made)
    return made


def column(desk: Screen, key: str) -> list[Cell]:
    return desk.book.read(CUSTOMER).columns[key]


def stored() -> dict[str, Values]:
    """What the store says of each of the three numbers."""
    with app.opened(app.store_url()) as store:
        found = store.find([f"CX202503000{number}" for number in range(1, 4)])
        return {number: store.records([rid])[rid].values for number, rid in sorted(found.items())}


def test_the_stewards_morning(desk: Screen, folder: Path) -> None:
    desk.press("consolidate")
    desk.choose_folder(text("consolidate.choose", "zh"), folder)
    asked = desk.dialog()
    assert f"把文件夹“{folder}”里的2个文件汇总" in asked.text
    desk.answer(asked, "Yes")
    done = desk.dialog()
    desk.picture("consolidated")
    assert "2个文件，读入2个，共4行，合成3个客户" in done.text
    desk.answer(done, "OK")
    assert sorted(map(str, column(desk, "name"))) == sorted({row[0] for rows in LISTS.values() for row in rows})

    words = desk.book.read(VALUE_MATCHES)
    assert words.columns["word"] == [STRANGE]
    desk.choose(words.sheet, words.place(0, "choice"), "转介绍")
    desk.press("match_fields", "Yes", "OK", picture="matched")
    assert not len(desk.book.read(VALUE_MATCHES))
    names, sources = column(desk, "name"), column(desk, "source")
    assert sources[names.index("南京青禾食品有限公司")] == "转介绍", "the word's option, in the rows at once"

    open_ = desk.book.read(CONFLICTS)
    assert sorted(map(str, (open_.cell(0, "mine"), open_.cell(0, "theirs")))) == ["展会拜访", "转介绍"]
    desk.choose(open_.sheet, open_.place(0, "choice"), "用客户库的")
    assert "已按选择处理1处" in desk.press("resolve_conflicts", "OK", picture="resolved")
    assert column(desk, "source")[names.index(SAME[0])] == open_.cell(0, "theirs") and not len(desk.book.read(CONFLICTS))
    assert "新增3" in desk.press("submit", "OK")
    before = stored()
    assert [*map(str, column(desk, "number"))] == [*before] and [one["name"] for one in before.values()] == names

    rows = desk.book.read(CUSTOMER)
    desk.stand(rows.sheet, f"E{rows.lines[1]}:E{rows.lines[2]}")
    assert "再按一次" in desk.press("merge_customers", "OK", picture="preview")
    preview = desk.book.read(MERGING)
    field = preview.columns["field"].index("备注")
    desk.choose(preview.sheet, preview.place(field, "choice"), "客户二")
    chosen = preview.cell(field, "second")
    assert "可撤销" in desk.press("merge_customers", "Yes", "OK", picture="merged")
    (first, second, third), statuses = stored().values(), column(desk, "submit_status")
    assert second == third != first and second["remark"] == chosen, "both numbers lead to one customer"
    assert statuses[0] == "已提交" and set(statuses[1:]) == {"已提交", "已合并"} and chosen in column(desk, "remark")
    assert "已撤销" in desk.press("undo", "Yes", "OK", picture="undone")
    assert stored() == before and set(column(desk, "submit_status")) == {"已提交"}

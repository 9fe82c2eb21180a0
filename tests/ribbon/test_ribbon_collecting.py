"""汇总多表 and 冲突处理 in an open workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs import messy
from xlcrm import ribbon
from xlcrm.model.tables import BY_KEY, CONFLICTS, CUSTOMER
from xlcrm.sheets import template
from xlcrm.sheets.base import Selected
from xlcrm.sheets.files import open_book
from xlcrm.sheets.files.book import FileBook
from xlcrm.sheets.memory import MemoryBook

HEADER = ("客户名称", "联系人", "手机", "客户来源")


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    place = tmp_path / "交来的表"
    for name, source in (("王芳", "展会拜访"), ("李强", "转介绍")):
        path = place / f"{name}.xlsx"
        messy.plain(path, [("深圳市海河电子有限公司", "王小明", "13927661183", source)], HEADER)
        messy.stamp(path)
    return place


def test_the_new_workbook_is_filled_from_its_own_folder_and_goes_on_to_the_store(folder: Path) -> None:
    path = folder / "汇总.xlsx"
    template.build(path)
    book = Answering(path)
    assert ribbon.consolidate(book)
    rows = open_book(path).read(CUSTOMER)
    assert [rows.cell(0, key) for key in ("name", "origin")] == ["深圳市海河电子有限公司", "李强.xlsx Sheet1!A2"]
    conflicts = open_book(path).read(CONFLICTS)
    assert len(conflicts) == 1
    decided = Answering(path)
    decided.write(conflicts, {"choice": ["用本表的"]})
    decided.save()
    book = Answering(path)
    assert ribbon.resolve_conflicts(book)
    assert "已按选择处理1处" in book.said[-1]
    assert len(open_book(path).read(CONFLICTS)) == 0
    book = Answering(path)
    assert ribbon.submit(book)
    assert "新增1" in book.said[-1]


class Answering(FileBook):
    """A closed workbook whose person says yes."""

    def ask(self, sentence: str) -> bool:
        self.said.append(sentence)
        return True


def test_the_selected_cell_may_name_the_folder(folder: Path) -> None:
    book = MemoryBook()
    book.standing = Selected("填写说明", 1, str(folder))
    assert ribbon.consolidate(book)
    assert len(book.read(CUSTOMER)) == 1
    assert book.gone is not None


def test_rows_that_are_there_are_not_replaced(folder: Path) -> None:
    book = MemoryBook({"customer": [{"name": "南京青禾食品有限公司"}]})
    book.standing = Selected("填写说明", 1, str(folder))
    assert not ribbon.consolidate(book)
    assert "已经有内容" in book.said[-1]
    assert book.read(BY_KEY["customer"]).columns["name"] == ["南京青禾食品有限公司"]


def test_nothing_happens_unless_the_person_agrees(folder: Path) -> None:
    book = MemoryBook(answer=False)
    book.standing = Selected("填写说明", 1, str(folder))
    assert ribbon.consolidate(book)
    assert book.said[-1] == "没有汇总。" and not len(book.read(CUSTOMER))


def test_a_workbook_never_saved_has_no_folder(home: Path) -> None:
    book = MemoryBook()
    assert not ribbon.consolidate(book)
    assert "还没有保存" in book.said[-1]

"""汇总多表 and 冲突处理 in an open workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs import messy
from xlcrm import ribbon
from xlcrm.model.resultsheets import CONFLICTS, VALUE_MATCHES
from xlcrm.model.tables import BY_KEY, CUSTOMER
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


def test_the_folder_is_chosen_and_the_next_choice_begins_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = MemoryBook()
    assert ribbon.consolidate(book)
    assert book.said == ["选择装着各人表格的文件夹", "没有汇总。"] and not book.saves, "nothing was chosen"
    book.folder = folder
    assert ribbon.consolidate(book)
    assert len(book.read(CUSTOMER)) == 1 and book.setting("folder") == str(folder)
    begun: list[Path] = []

    def chosen(sentence: str, start: Path) -> Path:
        begun.append(start)
        return start

    monkeypatch.setattr(book, "choose_folder", chosen)
    assert ribbon.consolidate(book)
    assert begun == [folder] and "要重改" in book.said[-2], "what was typed into the rows is made anew"


def test_what_was_matched_is_consolidated_again_at_once(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "交来的表"
    row = ("深圳市海河电子有限公司", "王小明", "13927661183", "老客户介绍来的朋友")
    messy.plain(place / "王芳.xlsx", [row, ("南京青禾食品有限公司", "李芳", "13801234560", "展会拜访")], HEADER)
    messy.stamp(place / "王芳.xlsx")
    book = MemoryBook()
    book.folder = place
    assert ribbon.consolidate(book)
    words = book.read(VALUE_MATCHES)
    assert words.columns["word"] == ["老客户介绍来的朋友"] and not ribbon.match_fields(MemoryBook(ours=False))
    book.write(words, {"choice": ["转介绍"]})
    assert ribbon.match_fields(book)
    assert "已记住0个表头、1个词" in book.said[-2] and "要重改" in book.said[-2] and "汇总完成" in book.said[-1]
    assert book.read(CUSTOMER).columns["source"] == ["转介绍", "展会拜访"] and not len(book.read(VALUE_MATCHES))

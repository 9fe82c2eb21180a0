"""查找客户, 新增客户, 记互动."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.jobs.conftest import cells, customer, other, put
from xlcrm import ribbon
from xlcrm.model.resultsheets import FOUND
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY, INTERACTION
from xlcrm.sheets.base import Selected
from xlcrm.sheets.memory import MemoryBook

SHEET = "客户基础信息表"


@pytest.fixture
def book(home: Path) -> MemoryBook:
    """Three customers, submitted."""
    made = MemoryBook({"customer": [customer(), other(0), other(2)]})
    assert ribbon.submit(made)
    return made


@pytest.mark.parametrize("typed", ["海河", "hhdz", "5678", 13912345678.0, " 深圳市海河电子 "])
def test_whatever_is_known_of_a_customer_finds_it(book: MemoryBook, typed: Cell) -> None:
    book.standing = Selected(SHEET, 40, typed)
    assert ribbon.find_customer(book)
    assert "深圳市海河电子有限公司" in book.said[-1]
    assert cells(book, "name", FOUND.key)[0] == "深圳市海河电子有限公司"
    assert cells(book, "owner", FOUND.key)[0] == "赵敏"
    assert book.gone == ("查找结果", "B5")


def test_nothing_to_look_for_and_nothing_found(book: MemoryBook) -> None:
    for nothing in (None, Selected(SHEET, 40, None), Selected(SHEET, 40, "  "), Selected(SHEET, 40, True)):
        book.standing = nothing
        assert not ribbon.find_customer(book)
        assert "选中的单元格是空的" in book.said[-1]
    book.standing = Selected(SHEET, 40, "查无此人公司")
    assert ribbon.find_customer(book)
    assert "没有找到“查无此人公司”" in book.said[-1]
    assert book.gone is None


def test_finding_works_in_front_of_any_workbook(book: MemoryBook) -> None:
    foreign = MemoryBook(ours=False)
    foreign.standing = Selected("Sheet1", 1, "锦程")
    assert ribbon.find_customer(foreign)
    assert "成都锦程物流有限公司" in foreign.said[-1]
    assert not foreign.saves


def test_the_full_picture_stands_on_one_line(book: MemoryBook) -> None:
    number = cells(book, "number")[0]
    book.append(BY_KEY["contact"], [{"customer": number, "name": "李芳", "phone": "13877665544", "title": "财务"}])
    for day, topic in ((10, "初次拜访"), (11, "方案演示")):
        talk: dict[str, Cell] = {
            "customer": number,
            "at": datetime(2025, 3, day, 9),
            "way": "拜访",
            "topic": topic,
            "summary": "客户想看样机，已答应下周送到",
        }
        book.append(INTERACTION, [talk | {"feedback": "有兴趣", "next_step": "3月18日送样机到客户处"}])
    assert ribbon.submit(book)
    book.standing = Selected(SHEET, 40, number)
    assert ribbon.find_customer(book)
    line = {key: column[0] for key, column in book.read(FOUND).columns.items()}
    assert line["contacts"] == "李芳 财务 13877665544"
    assert (line["last_at"], line["last_topic"], line["next_step"]) == (
        datetime(2025, 3, 11, 9),
        "方案演示",
        "3月18日送样机到客户处",
    )


def test_a_new_customer_begins_with_what_is_known(book: MemoryBook) -> None:
    assert ribbon.new_customer(book)
    assert cells(book, "first_contact")[3] == datetime(2025, 3, 12)
    assert cells(book, "owner")[3] == "赵敏"
    assert book.gone == (SHEET, book.read(BY_KEY["customer"]).place(3, "name"))
    assert ribbon.new_customer(book), "pressed twice: the same row is offered again"
    assert len(cells(book, "name")) == 4
    put(book, 3, name="青岛蓝湾酒店管理有限公司")
    assert ribbon.new_customer(book)
    assert len(cells(book, "name")) == 5


@pytest.mark.parametrize("from_search", [False, True])
def test_an_interaction_is_about_the_selected_customer(book: MemoryBook, from_search: bool) -> None:
    number = cells(book, "number")[0]
    book.standing = Selected(SHEET, book.read(BY_KEY["customer"]).lines[0], number)
    if from_search:
        assert ribbon.find_customer(book)
        book.standing = Selected("查找结果", 5, None)
    assert ribbon.log_interaction(book)
    row = {key: column[0] for key, column in book.read(INTERACTION).columns.items() if column[0] is not None}
    assert row == {"customer": number, "at": datetime(2025, 3, 12, 14, 30), "contact": "王小明", "follower": "赵敏", "next_by": "赵敏"}
    assert book.gone == ("客户互动记录表", book.read(INTERACTION).place(0, "way"))
    assert ribbon.log_interaction(book)
    assert len(book.read(INTERACTION)) == 1, "pressed twice: the same row is offered again"
    put(
        book,
        0,
        INTERACTION.key,
        way="电话",
        topic="报价",
        summary="客户询价，已答复含税价",
        feedback="有兴趣",
        next_step="周五发合同草稿",
    )
    assert ribbon.submit(book)
    assert cells(book, "number", INTERACTION.key) == [f"HD{number}0001"]


def test_an_interaction_needs_a_customer(book: MemoryBook) -> None:
    for nowhere in (None, Selected(SHEET, 90, None), Selected("别的表", 5, "x")):
        book.standing = nowhere
        assert not ribbon.log_interaction(book)
        assert "还没有选中客户" in book.said[-1]
    assert not len(book.read(INTERACTION))


def test_a_customer_without_a_number_is_named(home: Path) -> None:
    book = MemoryBook({"customer": [customer()]})
    book.standing = Selected(SHEET, book.read(BY_KEY["customer"]).lines[0], None)
    assert ribbon.log_interaction(book)
    assert cells(book, "customer", INTERACTION.key) == ["深圳市海河电子有限公司"]

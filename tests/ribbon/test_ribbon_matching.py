"""字段匹配."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.conftest import cells
from xlcrm import ribbon
from xlcrm.model.resultsheets import FIELD_MATCHES
from xlcrm.model.rows import Cell
from xlcrm.sheets.memory import MemoryBook

LINES: list[dict[str, Cell]] = [
    {"choice": "按建议", "header": "座机", "guess": "联系方式", "pair": "customer.phone abc"},
    {"choice": None, "header": "意向度", "guess": "不导入", "pair": "- abc"},
]


def test_choices_are_remembered_and_the_first_open_line_is_shown(home: Path) -> None:
    book = MemoryBook({"field_match": LINES})
    assert ribbon.match_fields(book)
    assert book.said[-1].splitlines() == ["已记住1个表头、0个词，以后不再问；请重新汇总或重新导入，结果就会用上。", "还有1行没有选择。"]
    assert cells(book, "header", FIELD_MATCHES.key) == ["意向度"]
    assert book.gone == ("字段匹配", book.read(FIELD_MATCHES).place(0, "choice"))


def test_nothing_to_confirm(home: Path) -> None:
    book = MemoryBook()
    assert ribbon.match_fields(book)
    assert book.said[-1] == "没有需要确认的表头或词。"


def test_another_workbook_is_refused(home: Path) -> None:
    book = MemoryBook(ours=False)
    assert not ribbon.match_fields(book)
    assert "没有“字段匹配”" in book.said[-1]

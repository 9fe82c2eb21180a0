"""标签库 as a button: shown, pressed again it does what was chosen, and the dropdowns follow."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.conftest import cells, customer, put
from xlcrm import ribbon
from xlcrm.model.resultsheets import TAG_LIBRARY
from xlcrm.model.tables import BY_KEY
from xlcrm.sheets.memory import MemoryBook


def test_the_library_is_shown_and_what_was_chosen_is_done(home: Path) -> None:
    tag = {"customer": "深圳市海河电子有限公司", "type": "渠道", "name": "直客"}
    book = MemoryBook({"customer": [customer()], "tag": [tag]})
    assert ribbon.submit(book) and "新增2" in book.said[-1]
    assert ribbon.tag_library(book), book.said[-1]
    rows = book.read(TAG_LIBRARY)
    assert book.gone == (rows.sheet, rows.place(0, "action")) and "再按一次" in book.said[-1]
    names = cells(book, "name", "tag_library")
    put(book, names.index("直客"), "tag_library", action="停用")
    put(book, names.index("建筑业"), "tag_library", action="合并到对方标签", other="没有这个")
    book.append(TAG_LIBRARY, [{"action": "新增", "type": "价值", "name": "样板客户"}])
    assert ribbon.tag_library(book), book.said[-1]
    assert "“直客”已停用" in book.said[-1] and "“样板客户”已加入" in book.said[-1] and "1项没有办成" in book.said[-1]
    dictionary = book.read(BY_KEY["dictionary"])
    assert "样板客户" in [dictionary.cell(row, "label") for row in range(len(dictionary))]
    assert cells(book, "name", "tag_library")[0] == "建筑业"

"""校验 and 一键修正 on a workbook in memory."""

from __future__ import annotations

from tests.jobs.conftest import Office, cells, customer, put
from xlcrm.jobs import repair
from xlcrm.jobs.dictionary import own_options
from xlcrm.jobs.reading import read
from xlcrm.jobs.validate import validate
from xlcrm.model.resultsheets import FINDINGS
from xlcrm.rules.rulebook import Rulebook


def test_marks_name_the_cells_and_the_book_gets_its_identity(office: Office) -> None:
    book = office.book(customer(), customer(phone="1391234567", industry=None))
    found = validate(book, office.context(), office.rulebook())
    assert (found.total.total, found.total.passed, found.total.must) == (2, 1, 1)
    assert cells(book, "check_result") == ["通过", "必须修改【联系方式】 待补全［所属行业］"]
    assert cells(book, "submit_status") == ["未提交", "未提交"]
    assert len(book.setting("uid")) == 32
    assert book.saves == 1
    before = book.setting("uid")
    validate(book, office.context(), office.rulebook())
    assert book.setting("uid") == before


def test_repairs_keep_the_old_values_and_can_be_taken_back(office: Office) -> None:
    book = office.book(customer(name=" 深圳市海河电子有限公司 ", phone=13912345678.0, first_contact="2025/3/12", status="签约客户", budget="20万"))
    original = {key: cells(book, key) for key in ("name", "phone", "first_contact", "status", "budget")}
    repairs = repair.plan(read(book, office.rulebook()), "zh")
    assert len(repairs) >= 3
    found = validate(book, office.context(), office.rulebook(), repairs)
    assert not repair.plan(found.sheets, "zh")
    assert cells(book, "name") == ["深圳市海河电子有限公司"]
    assert cells(book, "status") == ["成交客户"]
    states = cells(book, "state", FINDINGS.key)
    assert states.count("已修正") == len(repairs)
    back, left = repair.undo(book, "zh")
    assert (back, left) == (len(repairs), 0)
    assert {key: cells(book, key) for key in original} == original


def test_a_cell_edited_after_its_repair_is_left_alone(office: Office) -> None:
    book = office.book(customer(status="签约客户"))
    validate(book, office.context(), office.rulebook(), repair.plan(read(book, office.rulebook()), "zh"))
    put(book, 0, status="流失客户")
    assert repair.undo(book, "zh") == (0, 1)
    assert cells(book, "status") == ["流失客户"]


def test_a_teams_own_options_are_accepted(office: Office) -> None:
    book = office.book(customer(source="抖音直播"), dictionary=[{"list": "客户来源", "label": "抖音直播"}, {"list": "客户状态", "label": "随便"}])
    assert validate(book, office.context(), office.rulebook()).total.must == 1
    options = own_options(book, "zh")
    assert set(options) == {"source"}, "a list that may not be extended is not"
    known = Rulebook(office.rulebook().moment, options=options)
    assert validate(book, office.context(), known).total.must == 0

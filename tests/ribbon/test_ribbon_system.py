"""设置, 意见反馈, 帮助, 导出, 刷新, and what happens when something goes wrong."""

from __future__ import annotations

import email
import json
from email import policy
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.jobs.conftest import cells, customer, other, put
from xlcrm import app, ribbon
from xlcrm.catalogue import text
from xlcrm.jobs import profiles
from xlcrm.jobs.settings import Settings, load
from xlcrm.model.context import Person
from xlcrm.model.resultsheets import SETTING
from xlcrm.ribbon import log
from xlcrm.ribbon.buttons import BUTTONS, GROUPS, label, shown
from xlcrm.sheets.files import open_book
from xlcrm.sheets.memory import MemoryBook


def test_every_button_is_declared_once_and_leads_somewhere() -> None:
    assert len({button.name for button in BUTTONS}) == len(BUTTONS)
    assert {button.name for button in BUTTONS} == set(ribbon.__all__)
    for button in BUTTONS:
        assert button.group in GROUPS
        for language in ("zh", "en"):
            assert text(f"ribbon.group_{button.group}", language)
            assert button.label(language)
            assert button.tip(language)
        assert callable(getattr(ribbon, button.name))


def test_a_role_sees_its_own_buttons() -> None:
    names = {button.name for button in shown({"entry"})}
    assert {"validate", "submit", "find_customer"} <= names
    assert "export" not in names
    assert "export" in {button.name for button in shown({"manager"})}
    finance = {button.name for button in shown({"finance"})}
    assert {"submit", "to_approve"} <= finance and "new_customer" not in finance, "who only answers submits the answers"
    assert "submit" not in {button.name for button in shown({"marketing"})}
    assert label(Person("", "zhang", "张三", "", frozenset({"entry"})), "销售部", "zh") == "张三｜录入员｜销售部客户库"


def test_settings_are_shown_changed_and_taken_over(home: Path, tmp_path: Path) -> None:
    book = MemoryBook()
    assert ribbon.settings(book)
    assert book.shown == {"setting"}
    assert book.gone == ("设置", "B5")
    assert cells(book, "value", SETTING.key) == ["赵敏", "销售部", None]
    put(book, 0, SETTING.key, value=" 赵 敏敏 ")
    put(book, 2, SETTING.key, value=str(tmp_path / "elsewhere.db"))
    book.answer = False
    assert ribbon.settings(book)
    assert "客户库位置：" in book.said[-2], "where data will go is said before it is accepted"
    assert load(app.settings_path()) == Settings("赵敏", "销售部")
    book.answer = True
    assert ribbon.settings(book)
    assert load(app.settings_path()) == Settings("赵 敏敏", "销售部", str(tmp_path / "elsewhere.db"))
    assert book.shown == set()
    assert app.account()[1] == "赵 敏敏"
    assert app.store_url() == f"sqlite:///{tmp_path / 'elsewhere.db'}"
    assert ribbon.settings(book)
    assert ribbon.settings(book)
    assert "没有变化" in book.said[-1]


def test_the_store_may_be_a_known_name_or_an_address_whose_password_is_not_written_down(home: Path) -> None:
    profiles.save(app.profiles_path(), {"团队库": "postgresql://zhao@db.example.com/crm"})
    book = MemoryBook()
    for given, kept, url in (
        ("团队库", "团队库", "postgresql://zhao@db.example.com/crm"),
        ("postgresql://zhao:geheim@crm.example.com/crm", "postgresql://zhao@crm.example.com/crm", "postgresql://zhao@crm.example.com/crm"),
    ):
        assert ribbon.settings(book)
        put(book, 2, SETTING.key, value=given)
        assert ribbon.settings(book)
        assert (load(app.settings_path()) or Settings()).store == kept
        assert app.store_url() == url
    assert "没有写进文件" in book.said[-1]
    assert "geheim" not in "".join(book.said) + app.settings_path().read_text("utf-8")
    assert ribbon.settings(book)
    put(book, 2, SETTING.key, value="没有的库")
    assert not ribbon.settings(book)
    assert "没有登记名为“没有的库”的客户库" in book.said[-1]


def test_the_first_press_asks_once(home: Path) -> None:
    app.settings_path().unlink()
    foreign = MemoryBook(ours=False)
    assert not ribbon.validate(foreign)
    assert app.settings() is None, "asked in front of the first workbook of ours"
    book = MemoryBook({"customer": [customer()]})
    assert not ribbon.validate(book), "the person wants to look at the settings first"
    assert "第一次使用" in book.said[0]
    assert book.shown == {"setting"}
    assert ribbon.settings(book)
    assert load(app.settings_path()) is not None
    assert ribbon.validate(book)
    app.settings_path().unlink()
    book.answer = False
    assert ribbon.validate(book), "no: the work is done at once"
    said = len([sentence for sentence in book.said if "第一次使用" in sentence])
    assert ribbon.validate(book)
    assert len([sentence for sentence in book.said if "第一次使用" in sentence]) == said == 2


@pytest.mark.parametrize("content", ["{", "[]", '"x"', "\udcff", "x" * 200_000])
def test_damaged_settings_are_named_and_can_be_made_anew(home: Path, content: str) -> None:
    app.settings_path().write_bytes(content.encode("utf-8", "surrogateescape"))
    book = MemoryBook({"customer": [customer()]})
    assert not ribbon.validate(book)
    assert "设置文件读不懂" in book.said[-1]
    assert ribbon.settings(book)
    assert ribbon.settings(book)
    assert ribbon.validate(book)


def test_settings_of_other_types_are_ignored(home: Path) -> None:
    app.settings_path().write_text(json.dumps({"name": 5, "store": None, "department": "财务部", "more": [1]}), "utf-8")
    assert load(app.settings_path()) == Settings("", "财务部", "")


def test_a_failure_is_one_sentence_and_a_line_without_data(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLCRM_STORE", "sqlite:////dev/null/王小明13912345678.db")
    book = MemoryBook({"customer": [customer()]})
    assert not ribbon.submit(book)
    assert "Traceback" not in book.said[-1]
    assert len(book.said[-1].splitlines()) <= 3
    line = (home / "logs" / "ribbon.log").read_text("utf-8")
    assert line.startswith("2025-03-12 14:30:00 submit StoreError(")
    assert "13912345678" not in line
    assert "王小明" not in line


class Broken(MemoryBook):
    def restore(self) -> tuple[str, ...]:
        raise ValueError("王小明 13912345678")


def test_the_unexpected_is_told_and_logged_without_its_message(home: Path) -> None:
    book = Broken({"customer": [customer()]})
    assert not ribbon.validate(book)
    assert "意料之外" in book.said[-1]
    line = (home / "logs" / "ribbon.log").read_text("utf-8")
    assert "validate ValueError at jobs/validate.py:" in line
    assert "王小明" not in line


def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "ribbon.log"
    path.write_text("x" * (log.LARGEST + 1), "utf-8")
    assert log.write(tmp_path, app.clock(), "validate", ValueError()) == path
    assert path.stat().st_size < 1000
    (tmp_path / "file").write_text("", "utf-8")
    assert log.write(tmp_path / "file", app.clock(), "validate", ValueError()) is None


def test_feedback_is_a_draft_and_help_names_the_buttons(home: Path) -> None:
    book = MemoryBook()
    assert ribbon.feedback(book)
    drafts = list((home / "feedback").iterdir())
    assert len(drafts) == 1
    message = email.message_from_bytes(drafts[0].read_bytes(), policy=policy.default)
    assert message["Subject"] == "客户管理：意见反馈"
    assert ribbon.help(book)
    assert book.gone == ("填写说明", "A1")
    assert all(button.label("zh") in book.said[-1] for button in shown())


def test_export_is_a_workbook_of_its_own(home: Path) -> None:
    book = MemoryBook({"customer": [customer(), other(0)]})
    assert not ribbon.export(book)
    assert "客户库还不存在" in book.said[-1]
    assert ribbon.submit(book)
    assert ribbon.export(book)
    made = next((home / "exports").iterdir())
    assert sorted(map(str, cells(open_book(made), "name"))) == sorted(map(str, cells(book, "name")))


def test_the_dashboard_is_a_workbook_of_its_own_that_opens(home: Path) -> None:
    book = MemoryBook({"customer": [customer(), other(0)]})
    assert ribbon.submit(book)
    assert ribbon.dashboard(book)
    (made,) = (home / "reports").iterdir()
    assert book.opened == made and "列出 2 个客户" in book.said[-1]
    assert CalamineWorkbook.from_path(made).sheet_names[0] == "总览"
    with app.at(book) as desk:
        (noted,) = desk.store.operations(kinds=["report"], limit=5)
        assert noted.kind == "report", "what left the store is in the log"


def test_refresh_brings_news_and_keeps_unsent_edits(home: Path) -> None:
    mine = MemoryBook({"customer": [customer(), other(0), other(1)]})
    assert ribbon.submit(mine)
    empty = MemoryBook()
    assert ribbon.refresh(empty)
    assert "新取回3个客户" in empty.said[-1]
    assert cells(empty, "number") == cells(mine, "number")
    put(empty, 0, need="十台样机", remark="2025-03-12：来电")
    put(empty, 1, need="五台样机")
    assert ribbon.submit(empty)
    put(mine, 1, budget=30.0)
    assert ribbon.refresh(mine)
    assert "更新1行，新取回0个客户，无变化1行" in mine.said[-1]
    assert "另有1行有未提交的修改" in mine.said[-1]
    assert cells(mine, "need") == ["十台样机", None, None]
    assert cells(mine, "budget") == [None, 30.0, None]
    assert ribbon.submit(mine)
    assert "更新1，无变化2" in mine.said[-1], "both changes are in"
    assert cells(mine, "need") == ["十台样机", "五台样机", None]


def test_the_setup_is_checked_even_when_the_store_is_out_of_reach(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = MemoryBook()
    home.joinpath("damaged.db").write_text("not a store" * 500, "utf-8")
    monkeypatch.setenv("XLCRM_STORE", f"sqlite:///{home / 'damaged.db'}")
    assert ribbon.doctor(book)
    assert "damaged.db" in book.said[-1]
    monkeypatch.delenv("XLCRM_STORE")
    assert ribbon.doctor(book)
    assert "damaged.db" not in book.said[-1]

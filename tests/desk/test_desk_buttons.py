"""A day at the desk: the toolbar in a real LibreOffice, pressed with a real mouse, does what the command line does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from macros.libreoffice.build import build
from tests.desk.screen import Screen, interpreter, missing, screen, until
from tests.ribbon.content import content, same
from xlcrm import app
from xlcrm.addin import libreoffice
from xlcrm.catalogue import text
from xlcrm.cli import main
from xlcrm.crypto import keys
from xlcrm.jobs.demo.book import demo_book
from xlcrm.jobs.settings import Settings, save
from xlcrm.model.tables import CUSTOMER, FOUND, INTERACTION
from xlcrm.ribbon.__main__ import main as ribbon_main
from xlcrm.ribbon.buttons import BY_NAME
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book
from xlcrm.sheets.live import LiveBook, attach

if missing() and not os.environ.get("XLCRM_REQUIRE_ALL"):
    pytest.skip(f"not on this machine: {', '.join(missing())}", allow_module_level=True)

PICTURES = ("validate", "repair", "dedupe", "find_customer")  # the others look alike


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A messy workbook, prepared so that its identity is the same in both ways of working."""
    made = tmp_path / "客户表.xlsx"
    template.build(made, "zh", demo_book(60, 3, date(2025, 3, 12)).columns())
    book = open_book(made)
    book.set_setting("uid", "0" * 32)
    book.save()
    return made


@pytest.fixture
def desk(tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """LibreOffice on a screen with the workbook open and our toolbar, which knows its Python."""
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12 14:30:00")
    for name in ("XLCRM_STORE", "XLCRM_LANG", "XLCRM_PERSON"):
        monkeypatch.delenv(name, raising=False)
    save(app.settings_path(), Settings("赵敏", "销售部"))
    libreoffice.tell(app.home(), interpreter())
    with screen(tmp_path, build(tmp_path / "xlcrm.oxt"), path, os.environ) as shown:
        app.attach(shown.pipe)
        yield shown


def press(desk: Screen, name: str, *answers: str) -> str:
    """Click a button of the toolbar and answer its messages; what the last one said."""
    desk.click(desk.button(BY_NAME[name].label("en")))
    said = ""
    for answer in answers:
        message = desk.dialog()
        if name in PICTURES:
            desk.picture(name)
        said = message.text
        desk.answer(message, answer)
    return said


def in_front() -> LiveBook:
    """The open workbook as it is now."""
    return attach(keep=False)


def test_the_buttons_do_what_the_commands_do(desk: Screen, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twin = tmp_path / "twin" / path.name
    twin.parent.mkdir()
    shutil.copy(path, twin)

    def command(*words: str) -> None:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("XLCRM_STORE", f"sqlite:///{tmp_path / 'twin' / 'store.db'}")
            assert main([words[0], str(twin), *words[1:]]) in (0, 1)
        same(content(in_front()), content(open_book(twin)))

    assert "校验完成" in press(desk, "validate", "OK")
    assert in_front().book.api.isModified(), "closing the window now must ask whether to save"
    command("validate")
    assert "已修正" in press(desk, "repair", "Yes", "OK")
    command("validate", "--fix", "--yes")
    assert "已撤回" in press(desk, "undo", "OK")
    command("validate", "--undo-fix")
    assert "查重完成" in press(desk, "dedupe", "OK")
    command("dedupe")
    assert "提交完成" in press(desk, "submit", "OK")
    command("submit")
    same(content(open_book(path)), content(open_book(twin)))  # submitting saved the file
    assert "新增0，更新0" in press(desk, "submit", "OK")

    sheet = in_front().read(CUSTOMER)
    stored = sheet.columns["submit_status"].index("已提交")
    in_front().go(sheet.sheet, sheet.place(stored, "name"))
    assert "找到1个客户" in press(desk, "find_customer", "OK")
    assert in_front().read(FOUND).columns["number"] == [sheet.cell(stored, "number")]
    talks = len(in_front().read(INTERACTION))
    press(desk, "log_interaction")
    until(lambda: len(in_front().read(INTERACTION)) == talks + 1, "the new interaction")
    assert in_front().read(INTERACTION).columns["customer"][-1] == sheet.cell(stored, "number")
    until(lambda: (where := in_front().selected()) is not None and where.sheet == "客户互动记录表", "the new row in front")
    assert "刷新完成" in press(desk, "refresh", "OK")
    assert "请在“设置”里改" in press(desk, "settings", "OK")
    assert "已导出" in press(desk, "export", "OK")
    assert "已经是标准模板" in press(desk, "import_list", "OK")
    assert "环境检查" in press(desk, "doctor", "OK")
    assert "邮件草稿" in press(desk, "feedback", "OK")
    assert "按钮的用途" in press(desk, "help", "OK")
    rows = len(in_front().read(CUSTOMER))
    press(desk, "new_customer")
    until(lambda: len(in_front().read(CUSTOMER)) == rows + 1, "the new row")
    assert ribbon_main(["validate", "--pipe", desk.pipe, "--book", "没有打开.xlsx"]) == 2, "closed between click and start"
    libreoffice.tell(app.home(), str(tmp_path / "gone" / "python"))
    assert "找不到客户管理的程序" in press(desk, "validate", "OK")
    assert not (app.home() / "logs").exists() or "import_list UsageError" in (app.home() / "logs" / "ribbon.log").read_text(
        "utf-8"
    )


def test_the_sheet_refuses_what_is_not_in_the_list(desk: Screen) -> None:
    desk.button(BY_NAME["validate"].label("en"))  # the window is there whole
    book = in_front()
    rows = book.read(CUSTOMER)
    row = rows.columns["status"].index("意向客户")
    book.go(rows.sheet, rows.place(row, "status"))
    desk.type(book.book.api, "Mars")
    message = desk.dialog()
    desk.picture("refused")
    assert text("template.error_list", "zh") in message.text
    desk.answer(message, "OK" if "OK" in message.buttons else "Cancel")
    assert in_front().read(CUSTOMER).columns["status"][row] == "意向客户"
    book.go(rows.sheet, rows.place(row, "need"))
    desk.type(book.book.api, "samples")
    until(lambda: in_front().read(CUSTOMER).columns["need"][row] == "samples", "what was typed")

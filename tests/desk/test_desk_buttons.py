"""A day at the desk: the toolbar in a real LibreOffice, pressed with a real mouse, does what the command line does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.desk.nodes import until
from tests.desk.screen import Screen
from tests.ribbon.content import content, same
from xlcrm import app
from xlcrm.addin import libreoffice
from xlcrm.cli import main
from xlcrm.model.resultsheets import FOUND
from xlcrm.model.tables import CUSTOMER, INTERACTION
from xlcrm.ribbon.__main__ import main as ribbon_main
from xlcrm.sheets.files import open_book


def test_the_buttons_do_what_the_commands_do(desk: Screen, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twin = tmp_path / "twin" / path.name
    twin.parent.mkdir()
    shutil.copy(path, twin)

    def command(*words: str) -> None:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("XLCRM_STORE", f"sqlite:///{tmp_path / 'twin' / 'store.db'}")
            assert main([words[0], str(twin), *words[1:]]) in (0, 1)
        same(content(desk.book), content(open_book(twin)))

    assert "校验完成" in desk.press("validate", "OK", picture="validated")
    assert desk.document.isModified(), "closing the window now must ask whether to save"
    command("validate")
    assert "已修正" in desk.press("repair", "Yes", "OK", picture="repaired")
    command("validate", "--fix", "--yes")
    assert "已撤回" in desk.press("undo", "OK")
    command("validate", "--undo-fix")
    assert "查重完成" in desk.press("dedupe", "OK", picture="duplicates")
    command("dedupe")
    assert "提交完成" in desk.press("submit", "OK", picture="submitted")
    command("submit")
    same(content(open_book(path)), content(open_book(twin)))  # submitting saved the file
    assert "新增0，更新0" in desk.press("submit", "OK")


def test_the_other_buttons_do_what_they_say(desk: Screen, tmp_path: Path) -> None:
    assert "提交完成" in desk.press("submit", "OK")
    sheet = desk.book.read(CUSTOMER)
    stored = sheet.columns["submit_status"].index("已提交")
    desk.book.go(sheet.sheet, sheet.place(stored, "name"))
    assert "找到1个客户" in desk.press("find_customer", "OK", picture="found")
    assert desk.book.read(FOUND).columns["number"] == [sheet.cell(stored, "number")]
    talks = len(desk.book.read(INTERACTION))
    desk.press("log_interaction")
    until(lambda: len(desk.book.read(INTERACTION)) == talks + 1, "the new interaction")
    assert desk.book.read(INTERACTION).columns["customer"][-1] == sheet.cell(stored, "number")
    until(lambda: (where := desk.book.selected()) is not None and where.sheet == "客户互动记录表", "the new row in front")
    assert "刷新完成" in desk.press("refresh", "OK")
    assert "已导出" in desk.press("export", "OK")
    assert "已经是标准模板" in desk.press("import_list", "OK")
    assert "环境检查" in desk.press("doctor", "OK")
    assert "邮件草稿" in desk.press("feedback", "OK")
    assert "按钮的用途" in desk.press("help", "OK", picture="help")
    rows = len(desk.book.read(CUSTOMER))
    desk.press("new_customer")
    until(lambda: len(desk.book.read(CUSTOMER)) == rows + 1, "the new row")
    assert ribbon_main(["validate", "--pipe", desk.program.pipe, "--book", "没有打开.xlsx"]) == 2, "closed between click and start"
    libreoffice.tell(app.home(), str(tmp_path / "gone" / "python"))
    assert "找不到客户管理的程序" in desk.press("validate", "OK")
    noted = [line.split()[2] for line in (app.home() / "logs" / "ribbon.log").read_text("utf-8").splitlines()]
    assert noted == ["import_list", "validate"], "nothing else failed"


def test_the_toolbar_shows_who_works_here(desk: Screen, tmp_path: Path) -> None:
    assert desk.labels()[0] == "Not set up yet: press Settings", "nobody pressed anything yet"
    assert "请在“设置”里改" in desk.press("settings", "OK")
    until(lambda: desk.labels()[0] == "赵敏｜系统管理员｜销售部客户库", "person, role and store")
    desk.type("设置", "B5", "Zhao Min")
    desk.type("设置", "B6", "Sales", finished=False)  # the cell that most people have just left open
    assert "已保存" in desk.press("settings", "Yes", "OK", picture="settings")
    until(lambda: desk.labels()[0] == "Zhao Min｜系统管理员｜Sales客户库", "the new settings, without another press")
    libreoffice.show(app.home(), "李芳｜财务人员｜本机客户库", ["find_customer", "validate", "settings"])
    desk.press("validate", "OK")
    until(lambda: desk.labels()[0].startswith("Zhao Min"), "what is true")

"""xlcrm requests and xlcrm approvals: the whole life in words, as the people of a firm say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, Said
from xlcrm import app
from xlcrm.jobs import people
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation
from xlcrm.model.tables import CUSTOMER as CUSTOMERS
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book

CUSTOMER = "CX2025030001"
REQUEST = "GX202503120001"


class Firm:
    """Colleagues at one store in which core fields change by request."""

    def __init__(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self._run, self._monkeypatch = run, monkeypatch

    def __call__(self, who: str, *words: object) -> Said:
        self._monkeypatch.setenv("LOGNAME", who)
        return self._run(*words)


@pytest.fixture
def firm(run: Run, monkeypatch: pytest.MonkeyPatch, clean: Path) -> Firm:
    monkeypatch.setenv("LOGNAME", "chief")
    with app.opened(app.store_url()) as store:
        context = Context(store.people()[0], app.clock)
        for name, account, roles in (
            ("张三", "zhang", "entry"), ("李审", "li", "reviewer"), ("孙专", "sun", "steward"), ("陈经", "chen", "manager"), ("何管", "he", "admin"),
        ):  # fmt: skip
            people.add(store, context, name, account, "销售部", roles)
        store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), context)
    found = Firm(run, monkeypatch)
    assert found("zhang", "submit", clean).code == 0
    return found


def test_the_whole_life_in_words(firm: Firm, tmp_path: Path) -> None:
    raised = firm(
        "zhang", "requests", "raise", CUSTOMER, "--field", "联系方式", "--to", "13800001111", "--reason", "换号", "--urgent"
    )
    assert raised.code == 0 and f"{REQUEST} {CUSTOMER} 联系方式 13800001111：已提交" in raised.out, raised.out + raised.err
    listed = firm("li", "requests", "list")
    assert all(word in listed.out for word in (REQUEST, "待处理", "2025-03-12 16:30", "海河", "138", "张三")), listed.out
    assert "没有这样的申请" in firm("li", "requests", "list", "--overdue").out
    own = firm("zhang", "requests", "verify", REQUEST, "--way", "客户确认", "--note", "致电")
    assert own.code == 1 and "须由别人核验" in own.out
    short = firm("li", "requests", "verify", REQUEST, "--way", "内部交叉验证", "--note", "问过同事")
    assert short.code == 1 and "须先向客户核实" in short.out
    assert "可以更新" in firm("li", "requests", "verify", REQUEST, "--way", "客户确认", "--note", "3月12日致电，本人确认").out
    form = tmp_path / "确认单.xlsx"
    assert firm("zhang", "requests", "form", REQUEST, "--out", form).code == 0
    printed = "\n".join(_texts(form))
    assert all(word in printed for word in ("客户信息变更确认单", REQUEST, "13800001111", "139****5678", "客户签字"))
    assert "13912345678" not in printed
    assert "等张三确认" in firm("sun", "requests", "apply", REQUEST).out
    assert "13800001111" in firm("zhang", "show", CUSTOMER).out
    assert firm("zhang", "requests", "confirm", REQUEST, "--close").out == f"{REQUEST} 已关闭。\n"
    shown = firm("zhang", "requests", "show", REQUEST).out
    assert all(word in shown for word in ("通过 3月12日致电，本人确认", "已关闭 张三", "更新人", "孙专", "换号")), shown
    assert "没有这样的申请" in firm("zhang", "requests", "list").out
    assert firm("zhang", "requests", "list", "--all", "--json").data[0]["state"] == "已关闭"
    english = firm("zhang", "requests", "reopen", REQUEST, "--remark", "x", "--lang", "en")
    assert english.code == 1 and "is “Closed” and cannot be reopened" in english.out


def test_a_failed_request_comes_again_and_can_be_withdrawn(firm: Firm) -> None:
    firm("zhang", "requests", "raise", CUSTOMER, "--field", "联系方式", "--to", "13800001111", "--reason", "换号")
    assert "缺少“不通过原因”" in firm("li", "requests", "verify", REQUEST, "--reject").out
    assert "已退回张三" in firm("li", "requests", "verify", REQUEST, "--reject", "--reason", "空号").out
    wrong = firm("zhang", "requests", "again", REQUEST, "--to", "1380000")
    assert wrong.code == 2 and "位" in wrong.err
    assert "已重新提交" in firm("zhang", "requests", "again", REQUEST, "--to", "13800002222").out
    assert firm("zhang", "requests", "withdraw", REQUEST).code == 0
    assert (
        firm("zhang", "requests", "raise", CUSTOMER, "--field", "联系方式", "--to", "13800002222", "--reason", "确实要改").code
        == 0
    )


def test_the_sheet_that_is_sent_around_comes_back(firm: Firm, tmp_path: Path) -> None:
    blank = tmp_path / "申请表.xlsx"
    assert firm("zhang", "requests", "mail-form", CUSTOMER, "--out", blank).code == 0
    book = open_book(blank)
    rows = next(book.read(table) for table in book.tables() if table.key == "request")
    assert (rows.cell(0, "customer"), rows.cell(0, "customer_name")) == (CUSTOMER, "深圳市海河电子有限公司")
    empty = firm("zhang", "requests", "raise", "--from", blank)
    assert empty.code == 2 and "没有填写任何申请" in empty.err
    book.write(rows, {"field": ["联系人职务"], "after": ["总监"], "reason": ["升职"]})
    book.save()
    came = firm("zhang", "requests", "raise", "--from", blank)
    assert came.code == 0 and f"{REQUEST} {CUSTOMER} 联系人职务 总监：已提交" in came.out
    assert firm("zhang", "requests", "raise", "--from", blank).out.count(REQUEST) == 1, "the same file raises nothing twice"
    assert len(firm("zhang", "requests", "list", "--json").data) == 1
    plain = tmp_path / "别人的表.csv"
    plain.write_text(
        f"客户编号,变更字段,变更后信息,变更原因\n{CUSTOMER},客户名称,深圳市海河科技有限公司,更名\n{CUSTOMER},脾气,好,无\n",
        "utf-8",
    )
    mixed = firm("zhang", "requests", "raise", "--from", plain)
    assert mixed.code == 1 and "GX202503120002" in mixed.out and "没有选项“脾气”" in mixed.out
    plain.write_text("姓名,电话\n张三,13800001111\n李四,13800002222\n", "utf-8")
    other = firm("zhang", "requests", "raise", "--from", plain)
    assert other.code == 2 and "没有信息更新申请表" in other.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("raise",), "要写一个客户编号"),
        (("raise", CUSTOMER, "--field", "脾气", "--to", "好"), "不是可以申请变更的字段"),
        (("raise", "--from", "没有.xlsx"), "没有.xlsx"),
        (("apply",), "没有写申请编号"),
        (("apply", "GX209901010001"), "没有编号为GX209901010001的申请"),
        (("apply", CUSTOMER), "没有编号为"),
        (("form", "GX1"), "--out"),
        (("mail-form", "没有的客户", "--out", "x.xlsx"), "没有的客户"),
    ],
)
def test_what_makes_no_sense_is_said(run: Run, clean: Path, words: tuple[str, ...], said: str) -> None:
    run("submit", clean)
    found = run("requests", *words)
    assert found.code == 2 and said in found.err, found.err


def test_approvals_of_every_kind_are_listed_and_answered(firm: Firm) -> None:
    firm("sun", "void", CUSTOMER, "--reason", "倒闭")
    (waiting,) = firm("chen", "approvals", "list", "--json").data
    assert "孙专 提议作废" in waiting["sentence"]
    assert firm("chen", "approvals", "decline", waiting["id"]).code == 2
    own = firm("sun", "approvals", "agree", waiting["id"])
    assert own.code == 1 and "要由别人同意" in own.out
    assert "还需：系统管理员" in firm("chen", "approvals", "agree", waiting["id"]).out
    done = firm("he", "approvals", "agree", waiting["id"])
    assert done.code == 0 and "已同意并办理" in done.out
    assert "没有等待处理的提议" in firm("chen", "approvals", "list").out
    assert firm("chen", "approvals", "agree", "12345678").code == 2
    firm("sun", "void", "CX2025030002", "--reason", "重复")
    (waiting,) = firm("chen", "approvals", "list", "--json").data
    assert "已拒绝" in firm("chen", "approvals", "decline", waiting["id"], "--reason", "还在合作").out


def test_an_export_for_somebody_outside_is_agreed_to_masked_and_logged(firm: Firm, tmp_path: Path) -> None:
    out = tmp_path / "给合作方.xlsx"
    words = ("export", out, "--outside", "--filter", "客户状态=意向客户")
    assert "需要写明理由" in firm("sun", *words).err
    assert firm("zhang", *words, "--reason", "要").code == 2, "who may not export may not propose it"
    asked = firm("sun", *words, "--reason", "给展会主办方核对参展名单")
    assert asked.code == 1 and not out.exists()
    assert "已经在等待" in firm("sun", *words, "--reason", "再要").err
    (waiting,) = firm("chen", "approvals", "list", "--json").data
    assert "孙专 提议对外导出 客户状态=意向客户" in waiting["sentence"]
    assert firm("sun", "approvals", "agree", waiting["id"]).code != 0
    assert firm("chen", "approvals", "agree", waiting["id"]).code == 0
    assert firm("sun", "export", out, "--outside", "--reason", "另一份").code == 1, "another filter is another export"
    done = firm("sun", *words)
    assert done.code == 0 and "1个客户" in done.out
    said = "\n".join(str(cell) for column in open_book(out).read(CUSTOMERS).columns.values() for cell in column)
    assert "139****5678" in said and "王**" in said
    assert "13912345678" not in said and "王小明" not in said
    assert "客户状态=意向客户" in firm("chief", "changes").out


def _texts(path: Path) -> list[str]:
    from openpyxl import load_workbook

    sheet = load_workbook(path).worksheets[0]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_a_workbook_made_for_mail_opens_as_one_of_ours(tmp_path: Path) -> None:
    from xlcrm.jobs.requests.forms import mail

    mail(tmp_path / "空表.xlsx", [], "zh")
    template.build(tmp_path / "全.xlsx")
    book = open_book(tmp_path / "空表.xlsx")
    assert book.ours and [table.key for table in book.tables()] == ["request", "dictionary"]
    assert (tmp_path / "空表.xlsx").stat().st_size < (tmp_path / "全.xlsx").stat().st_size

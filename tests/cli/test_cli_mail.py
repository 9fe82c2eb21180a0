"""xlcrm mail, notices and remind: from a step to the mailbox, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Said
from tests.mail.servers import PASSWORD, USER, Mailbox, certificate, port, running
from tests.store.secured import Authority
from xlcrm import app
from xlcrm.jobs import people
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book

REQUEST = "GX202503120001"
Firm = Callable[..., Said]


@pytest.fixture
def firm(run: Run, monkeypatch: pytest.MonkeyPatch, clean: Path) -> Firm:
    """Colleagues at one store in which core fields change by request; said first is who runs the command."""
    monkeypatch.setenv("LOGNAME", "chief")
    with app.opened(app.store_url()) as store:
        context = Context(store.people()[0], app.clock)
        for name, account, roles in (
            ("张三", "zhang", "entry"),
            ("李审", "li", "reviewer"),
            ("陈经", "chen", "manager"),
            ("孙专", "sun", "steward"),
        ):
            people.add(store, context, name, account, "销售部", roles, f"{account}@example.com")
        store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), context)

    def said(who: str, *words: object) -> Said:
        monkeypatch.setenv("LOGNAME", who)
        return run(*words)

    assert said("zhang", "submit", clean).code == 0
    return said


@pytest.fixture
def office(firm: Firm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server with STARTTLS and a login, and this machine set to it."""
    authority, box, at = Authority("mail tests"), Mailbox(), port()
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    monkeypatch.setenv("XLCRM_MAIL_PASSWORD", PASSWORD)
    with running(box, at, certificate(authority, tmp_path), login=True):
        words = ("--server", "localhost", "--port", at, "--from", USER, "--security", "starttls", "--ca", tmp_path / "ca.pem")
        done = firm("chief", "mail", "set", *words)
        assert done.code == 0 and f"通知将由 {USER} 经 localhost:{at} 发出（starttls）。" in done.out
        yield box


def raised(firm: Firm) -> Said:
    words = ("--field", "客户状态", "--to", "成交客户", "--reason", "已签约")
    return firm("zhang", "requests", "raise", "CX2025030001", *words)


def test_a_step_reaches_the_mailbox_at_once(firm: Firm, office: Mailbox) -> None:
    assert raised(firm).code == 0
    assert [one["To"].addresses[0].display_name for one in office.letters] == ["陈经"]
    (letter,) = office.letters
    assert letter["Subject"] == f"请核验：{REQUEST} CX2025030001 深圳市海河电子有限公司 客户状态"
    assert "客户状态：意向客户 → 成交客户" in letter.get_content()
    assert firm("chief", "notices", "list").out == "没有等待发送的通知。\n"
    listed = firm("chief", "notices", "list", "--all").out
    assert all(word in listed for word in ("陈经", "请核验", REQUEST, "已发出")), listed
    assert len(office.letters) == 1


def test_a_test_letter_and_what_goes_wrong(firm: Firm, office: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "登录成功" in firm("chief", "mail", "test").out
    assert "已交给 localhost" in firm("chief", "mail", "test", "--to", "me@example.com").out
    assert office.letters[0]["Subject"] == "客户库试发邮件"
    monkeypatch.setenv("XLCRM_MAIL_PASSWORD", "other")
    wrong = firm("chief", "mail", "test")
    assert wrong.code == 2 and "不接受" in wrong.err and "授权码" in wrong.err
    told = raised(firm)
    assert told.code == 0 and "通知还没有发出" in told.err, "the step itself is done"
    monkeypatch.delenv("XLCRM_MAIL_PASSWORD")
    none = firm("chief", "remind")
    assert none.code == 1 and "没有发完" in none.err and "XLCRM_MAIL_PASSWORD" in none.err
    assert "项中有" in firm("chief", "doctor").out and "通知发不出去" in firm("chief", "doctor").out
    monkeypatch.setenv("XLCRM_MAIL_PASSWORD", PASSWORD)
    late = firm("chief", "remind")
    assert late.code == 0 and late.out.startswith("没有逾期的事。\n发出1封。\n写成草稿1份"), "赵敏 has no address"


def test_the_watch_sends_what_waits(firm: Firm, office: Mailbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    share = tmp_path / "共享"
    share.mkdir()
    assert firm("chief", "folder", "init", share).code == 0
    monkeypatch.setenv("XLCRM_MAIL_PASSWORD", "other")
    assert raised(firm).code == 0
    kept = firm("chief", "watch", share, "--once")
    assert kept.code == 0 and kept.out.count("通知还没有发出") == 1 and not office.letters, kept.err
    monkeypatch.setenv("XLCRM_MAIL_PASSWORD", PASSWORD)
    assert firm("chief", "watch", share, "--once").code == 0
    assert [one["To"].addresses[0].display_name for one in office.letters] == ["陈经"]


def test_without_a_mail_server_there_are_drafts_and_text_to_copy(firm: Firm, tmp_path: Path) -> None:
    raised(firm)
    copied = firm("chief", "notices", "copy", REQUEST)
    assert copied.code == 0 and copied.out.startswith(f"收件人：赵敏（没有邮箱）\n请核验：{REQUEST}")
    assert f"收件人：陈经 <chen@example.com>\n请核验：{REQUEST}" in copied.out
    assert "please verify" in firm("chief", "notices", "copy", REQUEST, "--lang", "en").out.lower()
    drafts = tmp_path / "草稿"
    assert firm("chief", "remind", "--drafts", drafts).out == f"没有逾期的事。\n写成草稿2份：{drafts}\n"
    draft = next(one for one in drafts.iterdir() if "陈经" in one.name)
    assert draft.name.startswith("2025-03-12_请核验：GX202503120001") and draft.suffix == ".eml"
    assert firm("chief", "notices", "send").out == "没有等待发送的通知。\n"
    assert "没有关于“GX1”的通知" in firm("chief", "notices", "copy", "GX1").err


def test_the_next_day_it_reminds_once_and_then_tells_superiors(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    raised(firm)
    firm("chief", "notices", "send")
    assert "没有逾期的事" in firm("chief", "remind").out
    monkeypatch.setenv("XLCRM_NOW", "2025-03-13 14:30:01")
    dry = firm("chief", "remind", "--dry-run")
    assert dry.code == 0 and "逾期1项：将新提醒" in dry.out and "陈经" in dry.out and REQUEST in dry.out
    assert "逾期1项：新提醒" in firm("chief", "remind").out
    again = firm("chief", "remind", "--json").data
    assert (again["count"], again["reminded"], again["over"]) == (1, 0, 0)
    monkeypatch.setenv("XLCRM_NOW", "2025-03-14 14:30:01")
    assert firm("chief", "remind", "--json").data["over"] > 0
    assert "看到全部客户的人" in firm("zhang", "remind").err


def test_the_teams_own_days_go_from_the_workbook_into_the_store(firm: Firm, run: Run, tmp_path: Path) -> None:
    days = tmp_path / "日历.xlsx"
    template.build(days, "zh")
    book = open_book(days)
    book.append(next(table for table in book.tables() if table.key == "dictionary"), [
        {"list": "放假日", "label": "2025-03-13"}, {"list": "放假日", "label": "2025-03-14"}, {"list": "调休上班日", "label": "2025-03-15"},
    ])  # fmt: skip
    book.save()
    assert "放假日2天、调休上班日1天" in firm("chief", "remind", "--days", days).out
    with app.opened(app.store_url()) as store:
        assert dict(store.settings()) == {"changes": "core", "holidays": "2025-03-13,2025-03-14", "workdays": "2025-03-15"}
    assert firm("zhang", "remind", "--days", days).code == 2


def test_addresses_of_colleagues(firm: Firm) -> None:
    assert "li@example.com" in firm("chief", "people").out
    assert firm("chief", "people", "--change", "李审", "--email", "shen@example.com").code == 0
    assert "shen@example.com" in firm("chief", "people").out
    wrong = firm("chief", "people", "--change", "李审", "--email", "a@b\nBcc: x@y.cn")
    assert wrong.code == 2 and "不是邮箱地址" in wrong.err
    assert firm("chief", "people", "--change", "李审", "--email", "").code == 0
    assert "shen@example.com" not in firm("chief", "people").out

"""对外导出: nobody exports more than was agreed to, and the file, the queue and the log say what that was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.jobs.conftest import NOW, Office, customer, other
from xlcrm.errors import UsageError
from xlcrm.jobs import outside, proposals
from xlcrm.jobs.notify.wording import Writer
from xlcrm.jobs.proposing import told
from xlcrm.jobs.queues.items import waiting
from xlcrm.jobs.queues.lines import line
from xlcrm.jobs.readback import changed
from xlcrm.model.context import Context, Person
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.rules.telling import staff
from xlcrm.sheets.files import open_book

FILTER = "状态=意向客户"
WHY = "给展会主办方核对参展名单"


class Firm:
    """A steward who wants to export, a manager who agrees; the clock can be moved."""

    def __init__(self, office: Office) -> None:
        self.office, self.moment = office, NOW
        self.sun, self.chen = office.person("孙专", "steward"), office.person("陈经", "manager")
        office.submit(
            office.book(other(0), other(1, remark="王总手机13812345678，身份证11010519491231002X"), customer(status="潜在客户"))
        )

    def context(self, who: Person) -> Context:
        return self.office.context(who, self.moment)

    def want(self, asked: str = FILTER, plain: Sequence[str] = (), who: Person | None = None) -> outside.Wanted:
        return outside.want(self.office.store, self.context(who or self.sun), self.office.rulebook(), asked, plain)

    def agree(self, asked: str = FILTER, plain: Sequence[str] = (), after: timedelta = timedelta()) -> None:
        """孙专 proposes, 陈经 agrees."""
        proposal = outside.propose(self.office.store, self.context(self.sun), self.want(asked, plain), WHY)
        self.moment += after
        answer = proposals.approve(self.office.store, self.context(self.chen), proposal, self.office.rulebook(moment=self.moment))
        assert answer.outcome == "done"

    def export(self, path: Path, wanted: outside.Wanted) -> int:
        return outside.export(path, self.office.store, self.context(self.sun), self.office.rulebook(), wanted)


@pytest.fixture
def firm(office: Office) -> Firm:
    return Firm(office)


def texts(path: Path) -> str:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    return "\n".join(str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def test_what_was_agreed_to_is_exported_masked_with_a_sheet_that_says_so(firm: Firm, tmp_path: Path) -> None:
    path = tmp_path / "对外.xlsx"
    assert not firm.want().allowed
    with pytest.raises(UsageError):
        firm.export(path, firm.want())
    assert not path.exists()
    firm.agree()
    assert firm.export(path, firm.want()) == 2
    said = texts(path)
    assert all(word in said for word in ("导出说明", "孙专", "陈经 2025-03-12 14:30:00", WHY, FILTER, "联系方式", "不打码的字段"))
    assert "138****5678" in said and "李**" in said and "身份证**************002X" in said
    assert not any(word in said for word in ("13812345678", "李芳", "110105194912", "深圳市海河"))
    assert open_book(path).tables()[0].key == "customer"


def test_fields_that_were_agreed_to_are_in_plain_and_the_log_names_them(firm: Firm, tmp_path: Path) -> None:
    firm.agree(plain=("phone",))
    done = firm.want(plain=("phone",))
    assert firm.export(tmp_path / "明文.xlsx", done) == 2
    said = texts(tmp_path / "明文.xlsx")
    assert "13801234560" in said and "李芳" not in said
    assert firm.want().allowed, "fewer fields are no more than was agreed to"
    page = firm.office.store.log("", 1000)
    assert {one.kind for one in page.entries if one.table == "approval"} == {"approval"}, "a yes exports nothing yet"
    (entry,) = (one for one in page.entries if one.after.get("kind") == "outside")
    assert (entry.actor, entry.after["field"], entry.after["count"]) == (firm.sun.rid, "phone", "2")
    assert all(word in entry.reason for word in (FILTER, WHY, "陈经"))
    assert changed(entry, "zh", {}) == [("导出条数", "", "2"), ("联系方式", "", "查看了明文")]


@pytest.mark.parametrize(
    ("asked", "plain"),
    [("状态=潜在客户", ()), ("", ()), (f"{FILTER}，年预算>1", ()), (FILTER, ("contact",)), (FILTER, ("contact", "phone"))],
)
def test_another_filter_or_another_field_is_another_export(firm: Firm, tmp_path: Path, asked: str, plain: Sequence[str]) -> None:
    firm.agree(plain=("phone",))
    assert not firm.want(asked, plain).allowed
    with pytest.raises(UsageError) as error:
        firm.export(tmp_path / "x.xlsx", firm.want(asked, plain))
    assert error.value.key == "requests.outside_not_agreed" and not (tmp_path / "x.xlsx").exists()


def test_the_seven_days_begin_with_the_consent(firm: Firm) -> None:
    firm.agree(after=timedelta(days=20))
    assert firm.want().allowed, "nobody can use a consent before it is there"
    firm.moment += timedelta(days=7)
    assert firm.want().allowed
    firm.moment += timedelta(minutes=1)
    assert not firm.want().allowed


def test_what_somebody_else_may_export_is_not_ones_own(firm: Firm) -> None:
    firm.agree()
    assert not firm.want(who=firm.office.person("钱专", "steward")).allowed
    with pytest.raises(UsageError) as error:
        firm.want(who=firm.office.person("王芳", "entry"))
    assert error.value.key == "rights.no_export"


def test_more_customers_than_were_agreed_to_are_proposed_anew(firm: Firm) -> None:
    firm.agree()
    firm.office.submit(firm.office.book(other(3)))
    grown = firm.want()
    assert not grown.allowed and (grown.fewer, len(grown.found)) == (2, 3)
    firm.agree()
    assert firm.want().allowed


def test_declined_or_still_waiting_is_not_agreed(firm: Firm) -> None:
    store = firm.office.store
    proposal = outside.propose(store, firm.context(firm.sun), firm.want(), WHY)
    assert not firm.want().allowed
    with pytest.raises(UsageError) as again:
        outside.propose(store, firm.context(firm.sun), firm.want(), WHY)
    assert again.value.key == "requests.outside_waits"
    with pytest.raises(UsageError):
        proposals.approve(store, firm.context(firm.sun), proposal, firm.office.rulebook())
    proposals.decline(store, firm.context(firm.chen), proposal, "不给")
    assert not firm.want().allowed


def test_who_works_alone_asks_nobody_but_it_is_masked_and_logged(office: Office, tmp_path: Path) -> None:
    office.submit(office.book(other(0)))
    wanted = outside.want(office.store, office.context(), office.rulebook(), "")
    assert outside.export(tmp_path / "独.xlsx", office.store, office.context(), office.rulebook(), wanted, "给会计") == 1
    said = texts(tmp_path / "独.xlsx")
    assert "李**" in said and "给会计" in said and "只有一人使用" in said


def test_a_private_persons_name_is_masked_too(firm: Firm, tmp_path: Path) -> None:
    firm.office.submit(
        firm.office.book(
            customer(name="欧阳小婉", kind="个人", size=None, contact="欧阳小婉", phone="13955556666", status="流失客户")
        )
    )
    firm.agree("状态=流失客户")
    firm.export(tmp_path / "人.xlsx", firm.want("状态=流失客户"))
    assert "欧阳小婉" not in texts(tmp_path / "人.xlsx")


def test_everybody_who_decides_reads_which_fields(firm: Firm) -> None:
    store, language = firm.office.store, "zh"
    proposal = outside.propose(store, firm.context(firm.sun), firm.want(plain=("contact", "phone")), WHY)
    fields = "不打码：主要联系人、联系方式"
    names = firm.office.rulebook().names
    assert fields in told(store, proposal, language, names) and "（2个客户）" in told(store, proposal, language, names)
    (item,) = waiting(store, firm.context(firm.chen), firm.office.rulebook())
    cells = line(item, firm.office.rulebook(), language)
    assert (cells["before"], cells["after"]) == (f"{FILTER}（2个客户）", fields)
    notices = store.notices()
    written = Writer(store, firm.office.rulebook(), staff(store.people(), {}, NOW.date().isoformat()), notices).letters()
    bodies = [one.letter.body for one in written if one.letter is not None]
    assert bodies and all(fields in body and FILTER in body for body in bodies)


@pytest.mark.parametrize("name", ["客户名", "备注", "脾气"])
def test_only_masked_fields_can_be_asked_for_in_plain(name: str) -> None:
    with pytest.raises(UsageError) as error:
        outside.plain_fields(["联系方式", name], "zh")
    assert name in error.value.sentence() and "联系方式" in error.value.hint()
    assert outside.plain_fields(["Phone", "联系方式", "主要联系人"], "zh") == ("contact", "phone")


def test_a_consent_from_an_older_version_that_named_no_number_is_asked_for_again(firm: Firm) -> None:
    store = firm.office.store
    old = proposals.propose(store, firm.context(firm.sun), outside.KIND, None, {"filter": FILTER}, WHY)
    proposals.approve(store, firm.context(firm.chen), old, firm.office.rulebook())
    assert not firm.want().allowed
    assert datetime.fromisoformat(old.at) == NOW


@pytest.mark.parametrize("when", ["before", "after"])
def test_nobody_changes_what_was_agreed_to(firm: Firm, when: str) -> None:
    store = firm.office.store
    proposal = outside.propose(store, firm.context(firm.sun), firm.want(), WHY)
    if when == "after":
        proposals.approve(store, firm.context(firm.chen), proposal, firm.office.rulebook())
    (known,) = store.proposals(outside.KIND, outcome="")
    more = json.dumps({"filter": "", "plain": ["phone"], "count": 99})
    change = Change("proposal", proposal.rid, "", {"about": more}, known.version)
    receipt = store.apply(Operation("proposal", [change]), firm.context(firm.sun))
    assert receipt.outcomes[0].result is Result.REFUSED
    (still,) = store.proposals(outside.KIND, outcome="")
    assert still.about["filter"] == FILTER

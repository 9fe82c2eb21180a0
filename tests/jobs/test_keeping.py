"""月度核对, 次要信息核对 and 数据例会 over a real store."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.jobs.conftest import NOW, Office, cells, customer, other, put
from xlcrm.jobs.keeping import meeting, review
from xlcrm.jobs.keeping.carry import Reviewed, carry_out
from xlcrm.model.operation import Change, Operation
from xlcrm.model.reviewsheets import DETAILS_SHEET, MEETING_SHEET, REVIEW_SHEET
from xlcrm.rules.keeping import Period
from xlcrm.sheets.files import open_book
from xlcrm.sheets.memory import MemoryBook

MONTH, DETAILS = REVIEW_SHEET.key, DETAILS_SHEET.key
LATER = NOW + timedelta(days=40)


@pytest.fixture
def book(office: Office) -> MemoryBook:
    """A workbook in which two of one's own customers wait for their review, a month after they were stored."""
    book = office.book(customer(), other(0, need="降低采购成本"))
    office.submit(book)
    assert show(office, book) == 2
    return book


def show(office: Office, book: MemoryBook, scope: str = "month", moment: datetime = LATER) -> int:
    return review.show(book, office.store, office.context(moment=moment), office.rulebook(moment=moment), scope)


def carry(office: Office, book: MemoryBook, moment: datetime = LATER, **settings: str) -> Reviewed:
    rulebook = office.rulebook(settings, moment)
    return carry_out(book, office.store, office.context(moment=moment), rulebook)


def stored(office: Office, name: str) -> dict[str, str | None]:
    return next(values for values in office.customers().values() if values["name"] == name)


def test_what_did_not_change_is_reviewed_by_one_word(office: Office, book: MemoryBook) -> None:
    put(book, 0, MONTH, answer="无变化", phone_check="电话")
    assert carry(office, book) == Reviewed(done=1, changed=1)
    assert cells(book, "name", MONTH) == [other(0)["name"]], "what is done leaves the sheet"
    values = stored(office, "深圳市海河电子有限公司")
    assert (values["phone_check"], values["phone_check_date"], values["phone_check_by"]) == (
        "phone", LATER.date().isoformat(), office.actor.rid,
    )  # fmt: skip
    assert show(office, book) == 1, "this month it is not asked again"
    assert show(office, book, moment=LATER + timedelta(days=31)) == 2


def test_what_is_new_goes_into_the_store_and_is_found_by(office: Office, book: MemoryBook) -> None:
    put(book, 0, MONTH, answer="有变化", new_status="成交客户", new_need="提升效率", new_phone="13800000077")
    assert carry(office, book) == Reviewed(done=1, changed=1)
    values = stored(office, "深圳市海河电子有限公司")
    assert (values["status"], values["need"], values["phone"]) == ("won", "提升效率", "+8613800000077")
    assert [one.values["name"] for one in office.store.search("0077")] == ["深圳市海河电子有限公司"]
    again = office.book(customer("深圳海河电子公司", phone="13800000077"))
    assert office.submit(again, moment=LATER).draft.fates["customer"][0].status == "undecided", "it is compared by its new number"


def test_a_core_field_becomes_a_request_where_the_team_wants_so(office: Office, book: MemoryBook) -> None:
    office.store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), office.context())
    office.person("钱静", "manager", "finance")
    put(book, 0, MONTH, new_status="成交客户", new_need="提升效率")
    assert carry(office, book, changes="core") == Reviewed(done=1, changed=1, requested=1)
    values = stored(office, "深圳市海河电子有限公司")
    assert (values["status"], values["need"]) == ("prospect", "提升效率")
    (request,) = office.store.scan("request")
    assert (request.values["field"], request.values["after"], request.values["state"]) == ("status", "won", "open")
    assert request.number and request.number.startswith("GX")
    assert any(entry.table == "notice" for entry in office.store.log("", 1000).entries), "who verifies is told"


def test_who_cannot_be_reached_is_marked(office: Office, book: MemoryBook) -> None:
    put(book, 1, MONTH, answer="联系不上", note="三次无人接听")
    assert carry(office, book) == Reviewed(done=1, changed=1)
    assert stored(office, str(other(0)["name"]))["phone_check"] == "invalid"
    show(office, book, moment=LATER + timedelta(days=31))
    assert "失效" in str(cells(book, "hint", MONTH)[1])


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"answer": "有变化"}, "没有填写"),
        ({"answer": "有变化", "new_phone": "1391234"}, "看不懂"),
        ({"new_status": "跟进中"}, "看不懂"),
    ],
)
def test_a_line_that_is_not_understood_stays_and_says_why(
    office: Office, book: MemoryBook, typed: dict[str, str], why: str
) -> None:
    before, position = office.customers(), office.store.position()
    put(book, 0, MONTH, **typed)
    assert carry(office, book) == Reviewed(refused=1)
    assert why in str(cells(book, "outcome", MONTH)[0])
    assert (office.customers(), office.store.position()) == (before, position)


def test_nothing_a_colleague_changed_meanwhile_is_overwritten(office: Office, book: MemoryBook) -> None:
    put(book, 0, MONTH, new_need="提升效率")
    record = next(one for one in office.store.scan("customer") if one.values["name"] == "深圳市海河电子有限公司")
    change = Change("customer", record.rid, record.rid, {"need": "合规"}, record.version, {"need": None})
    office.store.apply(Operation("submit", [change]), office.context())
    assert carry(office, book) == Reviewed(refused=1)
    assert "同事" in str(cells(book, "outcome", MONTH)[0])
    assert stored(office, "深圳市海河电子有限公司")["need"] == "合规"


def test_what_was_typed_and_not_sent_stays_when_the_sheet_is_filled_again(office: Office, book: MemoryBook) -> None:
    put(book, 1, MONTH, answer="有变化", new_need="提升效率")
    show(office, book)
    assert cells(book, "new_need", MONTH) == [None, "提升效率"]


def test_details_are_changed_where_they_stand(office: Office, book: MemoryBook) -> None:
    assert review.show(
        book, office.store, office.context(moment=LATER), office.rulebook(moment=LATER), "details", Period.QUARTER
    ) == 2  # fmt: skip
    put(book, 0, DETAILS, answer="有变化", address="深圳市南山区科技园路1号", channel="拜访")
    put(book, 1, DETAILS, answer="无变化")
    assert carry(office, book) == Reviewed(done=2, changed=1)
    values = stored(office, "深圳市海河电子有限公司")
    assert (values["address"], values["channel"]) == ("深圳市南山区科技园路1号", "visit")


def test_hints_say_who_sleeps_and_what_is_missing(office: Office) -> None:
    book = office.book(customer(industry=None), other(0, contract_amount=10, contract_end=datetime(2026, 4, 1)))
    office.submit(book)
    moment = NOW + timedelta(days=370)
    show(office, book, moment=moment)
    first, second = (str(one) for one in cells(book, "hint", MONTH))
    assert "休眠" in first
    assert "所属行业" in first
    assert "合同2026-04-01到期" in second
    assert "休眠" not in second, "a contract that runs is a plan"


def test_each_owner_gets_a_workbook_and_its_answers_go_in(office: Office, tmp_path: Path) -> None:
    lin = office.person("林涛", "entry")
    office.submit(office.book(customer(), other(0, owner="林涛"), other(1, owner="林涛")))
    context, rulebook = office.context(moment=LATER), office.rulebook(moment=LATER)
    made = review.each(tmp_path, office.store, context, rulebook)
    assert sorted(count for _, count in made) == [1, 2]
    path = next(path for path, count in made if count == 2)
    assert "林涛" in path.name
    book = open_book(path)
    rows = book.read(REVIEW_SHEET)
    book.write(rows, {"answer": ["无变化", "有变化"], "new_need": [None, "合规"]})
    book.save()
    found = carry_out(open_book(path), office.store, office.context(lin, LATER), rulebook)
    assert found == Reviewed(done=2, changed=1)
    again = review.each(tmp_path, office.store, context, rulebook)
    assert [count for _, count in again] == [1], "who is done gets none"


def test_the_meeting_sees_how_every_owner_stands(office: Office, book: MemoryBook, tmp_path: Path) -> None:
    office.person("林涛", "entry")
    office.submit(office.book(other(1, owner="林涛", industry=None), other(2, owner="林涛")))
    put(book, 0, MONTH, answer="无变化")
    carry(office, book)
    out = tmp_path / "例会.xlsx"
    assert meeting.write(out, office.store, office.context(moment=LATER), office.rulebook(moment=LATER)) == 4
    rows = open_book(out).read(MEETING_SHEET)
    lines = [
        {key: rows.cell(row, key) for key in ("owner", "customers", "reviewed", "share", "wanting")} for row in range(len(rows))
    ]
    assert lines == [
        {"owner": "林涛", "customers": 2, "reviewed": 0, "share": "0%", "wanting": 1},
        {"owner": "赵敏", "customers": 2, "reviewed": 1, "share": "50%", "wanting": 0},
    ]

"""Parcels: what waits of a workbook, what goes with it, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.jobs.conftest import Office, cells, customer, other, put
from xlcrm.crypto import keys
from xlcrm.crypto.seal import Seal
from xlcrm.errors import BookError, UsageError
from xlcrm.jobs.outbox.box import Outbox
from xlcrm.jobs.outbox.keep import keep
from xlcrm.jobs.outbox.parcel import Parcel, from_bytes, pack, to_bytes
from xlcrm.jobs.outbox.send import Sent, send, take_along
from xlcrm.jobs.submit import Count
from xlcrm.model.resultsheets import DUPLICATES
from xlcrm.model.rows import Cell, CellError
from xlcrm.model.tables import CUSTOMER, SUBMITTED
from xlcrm.sheets.memory import MemoryBook

STORE, URL = "wang@host:5432/crm", "postgresql://wang@host/crm"


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox", Seal(environ={"XLCRM_KEY": keys.new_key()}))


def kept(office: Office, box: Outbox, book: MemoryBook) -> str:
    """Keep the rows of a book; the newest parcel's name."""
    keep(book, box, STORE, URL, office.context(), office.rulebook())
    return [one.name for one in box.waiting()][-1]


def parcel(box: Outbox, name: str) -> Parcel:
    return next(one.parcel for one in box.waiting() if one.name == name and one.parcel is not None)


def sent(office: Office, box: Outbox, name: str) -> Sent:
    return send(name, parcel(box, name), box, office.store, office.context(), lambda book: office.rulebook())


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.floats(-1e15, 1e15),
    st.booleans(),
    st.datetimes(),
    st.builds(CellError, st.sampled_from(["#N/A", "#DIV/0!"])),
)


@settings(deadline=None)  # the first example imports
@given(st.lists(st.fixed_dictionaries({"name": CELLS, "phone": CELLS, "budget": CELLS, "first_contact": CELLS}), max_size=5))
def test_a_parcel_comes_out_of_its_bytes_as_it_went_in(rows: list[dict[str, Cell]]) -> None:
    book = MemoryBook({"customer": rows}, settings={"uid": "u"})
    packed = pack(book, STORE, URL, "2025-03-12 14:30:00", {"customer": range(len(book.read(CUSTOMER)))})
    packed.returned = [("表", "行", "问题")]
    assert from_bytes(to_bytes(packed)) == packed
    assert packed.rows == len(rows)


@pytest.mark.parametrize("content", [b"", b"x", to_bytes(pack(MemoryBook(), STORE, URL, "", {}))[:-3]])
def test_bytes_that_are_no_parcel_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        from_bytes(content)


def test_a_customer_waits_with_its_contacts_talks_and_tags(office: Office, box: Outbox) -> None:
    name = "深圳市海河电子有限公司"
    book = MemoryBook(
        {
            "customer": [customer()],
            "contact": [{"customer": name, "name": "周敏", "phone": "13812345679"}],
            "interaction": [{"customer": name, "at": datetime(2025, 3, 11, 10), "way": "电话", "summary": "问价格，答应周五报价"}],
            "tag": [{"customer": name, "type": "价值标签", "name": "高价值客户"}],
        }
    )
    waiting = kept(office, box, book)
    assert {table.key: cells(book, "submit_status", table.key) for table in SUBMITTED if len(book.read(table))}["contact"] == ["待发送"]
    rows = parcel(box, waiting).rows
    done = sent(office, box, waiting)
    assert (done.rows, done.counts[Count.NEW] + done.counts[Count.REFUSED]) == (rows, rows)
    assert done.counts[Count.NEW] >= 3 and len(office.customers()) == 1
    again = office.submit(book)
    assert again.total[Count.NEW] == 0 and again.total[Count.UNCHANGED] == rows - done.counts[Count.REFUSED]


def test_a_decision_made_while_waiting_is_carried_out(office: Office, box: Outbox) -> None:
    office.submit(office.book(customer()))
    book = office.book(customer("深圳海河电子有限公司", short_name="海河"))
    office.submit(book)
    book.write(book.read(DUPLICATES), {"decision": ["合并到已有客户"]})
    done = sent(office, box, kept(office, box, book))
    assert done.counts[Count.UPDATED] == 1 and box.empty()
    assert [values["short_name"] for values in office.customers().values()] == ["海河"]
    assert office.submit(book).total[Count.UNCHANGED] == 1
    assert cells(book, "submit_status") == ["已合并"]


def test_a_parcel_sent_twice_leaves_the_answer_for_its_workbook(office: Office, box: Outbox) -> None:
    """It broke off after the commit, and the second time there was more to write: the workbook still finds its numbers."""
    office.submit(office.book(customer()))
    rid = office.store.find(["CX2025030001"])["CX2025030001"]
    book = office.book(other(0), customer("深圳海河电子有限公司"))
    name = kept(office, box, book)
    before = parcel(box, name)
    first = sent(office, box, name)
    assert (first.counts[Count.NEW], first.counts[Count.WAITING]) == (1, 1)
    assert [label for _, label, _ in first.returned] == ["深圳海河电子有限公司"] and parcel(box, name).rows == 1
    office.void(rid, "重复")
    box.replace(name, before)
    second = sent(office, box, name)
    assert (second.counts[Count.UNCHANGED], second.counts[Count.NEW]) == (1, 1) and box.empty()
    assert office.submit(book).total[Count.UNCHANGED] == 2
    assert cells(book, "submit_status") == ["已提交", "已提交"]


def test_what_waited_for_a_customer_that_was_erased_meanwhile_brings_nothing_back(office: Office, box: Outbox) -> None:
    book = office.book(customer(), other(0))
    office.submit(book)
    (rid,) = office.store.find([str(cells(book, "number")[0])]).values()
    put(book, 0, remark="住在海河边", phone="13987654321")
    name = kept(office, box, book)
    office.store.erase(rid, "本人书面要求", office.context())
    assert sent(office, box, name).counts[Count.UNCHANGED] == 2 and box.empty()
    assert office.submit(book).total[Count.UNCHANGED] == 2 and cells(book, "submit_status") == ["已作废", "已提交"]
    record = office.store.records([rid])[rid]
    assert record.state == "erased" and not any(record.values.values())
    assert not any(entry.after.get("remark") or entry.after.get("phone") for entry in office.store.history(rid))


def test_equal_rows_stay_apart(office: Office, box: Outbox) -> None:
    book = office.book(customer(), customer(), other(0))
    office.submit(book)
    book.write(book.read(DUPLICATES), {"decision": ["放弃本行"] * len(book.read(DUPLICATES))})
    office.submit(book)
    assert "已作废" in cells(book, "submit_status")
    put(book, 2, number=None, submit_status=None, version=None, name="青岛蓝湾酒店管理有限公司", contact="刘洋", phone="13831234563")
    name = kept(office, box, book)
    assert parcel(box, name).rows == 2, "what was dropped before is not counted"
    sent(office, box, name)
    assert office.submit(book).total[Count.NEW] == 0


def test_the_newest_press_counts_and_nothing_is_kept_twice(office: Office, box: Outbox) -> None:
    book = office.book(customer(), other(0), other(1))
    first = kept(office, box, book)
    put(book, 0, phone="13912345679")
    rows = book.read(CUSTOMER)
    book.write(rows, {key: [*column[:2], None] for key, column in rows.columns.items()})
    second = kept(office, box, book)
    assert [one.name for one in box.waiting()] == [first, second]
    assert parcel(box, first).tables["customer"].columns["name"] == ["宁波东港机械制造有限公司"], "no longer in the sheet, not lost"
    assert parcel(box, second).tables["customer"].columns["phone"][0] == "13912345679"
    assert sorted(take_along(book, box, STORE)) == [first, second]
    assert cells(book, "name")[-1] == "宁波东港机械制造有限公司"
    assert office.submit(book).total[Count.NEW] == 3
    assert take_along(book, box, "li@host:5432/crm") == [], "another store's"


def test_a_book_that_cannot_be_marked_says_that_its_rows_are_kept(office: Office, box: Outbox) -> None:
    class Stubborn(MemoryBook):
        def save(self) -> None:
            raise BookError("sheets.open_elsewhere", path="客户.xlsx")

    with pytest.raises(BookError) as caught:
        keep(Stubborn({"customer": [customer()]}), box, STORE, URL, office.context(), office.rulebook())
    assert "1行已加密存在本机" in caught.value.sentence() and not box.empty()


def test_a_folder_that_cannot_be_written_is_told_and_the_sheet_stays(office: Office, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("")
    book = office.book(customer())
    with pytest.raises(UsageError) as caught:
        kept(office, Outbox(tmp_path / "outbox", Seal(environ={"XLCRM_KEY": keys.new_key()})), book)
    assert caught.value.key == "outbox.folder"
    assert cells(book, "submit_status") == [None]

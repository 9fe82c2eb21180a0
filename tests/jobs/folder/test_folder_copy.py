"""A member's copy: what this person may see of the store, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.jobs.conftest import cells, customer, other, put
from tests.jobs.folder.conftest import Firm, Machine
from tests.store.conftest import agree_to_erase
from xlcrm.errors import UsageError
from xlcrm.jobs.dedupe import dedupe
from xlcrm.jobs.find import find
from xlcrm.jobs.people import change
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store import guard

AGREEING = (("经理", ("manager", "admin")), ("管理员", ("admin",)))

def stored(firm: Firm, machine: Machine, *rows: Mapping[str, Cell]) -> MemoryBook:
    """A workbook whose rows are in the store, with their numbers."""
    book = MemoryBook({"customer": rows})
    machine.submit(book)
    firm.look()
    machine.refresh(book)
    assert set(cells(book, "submit_status")) == {"已提交"}
    return book


@pytest.mark.parametrize("role", ["entry", "reviewer", "steward", "manager", "finance", "marketing", "admin"])
def test_each_role_reads_from_the_copy_what_it_reads_from_the_store(firm: Firm, role: str) -> None:
    """Customers, contacts and interactions of one's own, a colleague's, and nobody's."""
    li, chen = firm.hire("李芳"), firm.hire("陈静", role)
    named = customer(email="wang@haihe.example", remark="备注")
    stored(firm, li, named)
    book = MemoryBook(
        {"customer": [other(0)], "contact": [{"customer": other(0)["name"], "name": "丁一", "phone": "13711112222"}]}
    )
    if role in ("entry", "steward"):
        chen.submit(book)
        firm.look()
    copy = chen.store()
    whole = guard.seen(firm.store, Context(chen.person, lambda: firm.now))
    for table in ("customer", "contact", "interaction"):
        there = {one.rid: one for one in whole.scan(table)}
        assert {one.rid: one for one in copy.scan(table)} == there
        names = ["rid", *(field.key for field in BY_KEY[table].data), "created_at"]
        assert copy.columns(table, names) == whole.columns(table, names)
        assert copy.records(there) == there
    assert [one.rid for one in copy.search("华")] == [one.rid for one in whole.search("华")]
    assert dict(copy.settings()) == dict(firm.store.settings()) and copy.people() == firm.store.people()


def test_what_a_colleague_holds_is_told_by_whose_it_is_only(firm: Firm) -> None:
    li, chen = firm.hire("李芳"), firm.hire("陈静")
    stored(firm, li, customer(email="wang@haihe.example"))
    stored(firm, chen, other(0))
    copy = chen.store()
    context, rulebook = chen.context(copy), chen.rulebook(copy)
    for asked in ("深圳市海河电子有限公司", "139 1234 5678", "wang@haihe.example"):
        (line,) = find(copy, context, rulebook, asked).lines
        assert line["owner"] == "李芳" and line.get("phone") is None
    assert find(copy, context, rulebook, "海河").lines == []
    book = MemoryBook({"customer": [customer(contact="别人")]})
    (match,) = dedupe(book, copy, context, rulebook).matches
    assert match.owner == li.person.rid


def test_what_others_hold_goes_out_within_the_hour_and_ones_own_at_once(firm: Firm) -> None:
    li, chen = firm.hire("李芳"), firm.hire("陈静")
    stored(firm, chen, other(0))
    before = chen.copied.number
    stored(firm, li, customer())
    chen.store()
    assert chen.copied.number == before
    firm.now += timedelta(hours=1)
    firm.look()
    copy = chen.store()
    assert chen.copied.number > before
    assert find(copy, chen.context(copy), chen.rulebook(copy), "深圳市海河电子有限公司").lines


def test_a_colleagues_edit_is_merged_and_a_true_conflict_shown(firm: Firm) -> None:
    li = firm.hire("李芳")
    book = stored(firm, li, customer())
    context = Context(firm.chief, lambda: firm.now)
    (record,) = firm.customers()
    from xlcrm.model.operation import Change, Operation

    edit: dict[str, str | None] = {"remark": "主管写的", "need": "要报价"}
    firm.store.apply(Operation("submit", [Change("customer", record.rid, record.rid, edit, base=1)]), context)
    put(book, 0, remark="我写的", product="产品甲")
    assert li.submit(book).sent == 1, "the copy does not know of the edit yet"
    firm.look()
    li.refresh(book)
    assert cells(book, "submit_status") == ["有冲突"]
    again = li.submit(book)
    assert again.sent == 0 and cells(book, "mine", "conflict") == ["我写的"]
    put(book, 0, "conflict", choice="用本表的")
    assert li.submit(book).sent == 1
    firm.look()
    li.refresh(book)
    assert cells(book, "submit_status") == ["已提交"]
    (record,) = firm.customers()
    said = [record.values[key] for key in ("remark", "need", "product")]
    assert said == ["我写的", "要报价", "产品甲"]


def test_contacts_and_interactions_come_back_numbered(firm: Firm) -> None:
    li = firm.hire("李芳")
    name = customer()["name"]
    talk = {"customer": name, "at": firm.now, "way": "电话", "topic": "报价", "summary": "客户询价，已答复", "feedback": "有兴趣"}
    book = MemoryBook({"customer": [customer()], "interaction": [talk, dict(talk)]})
    li.submit(book)
    firm.look()
    li.refresh(book)
    numbers = cells(book, "number", "interaction")
    assert len(set(numbers)) == 2 and all(str(one).startswith("HDCX") for one in numbers)
    again = li.submit(book)
    assert again.sent == 0
    book.append(book.read(next(table for table in book.tables() if table.key == "interaction")).table, [dict(talk)])
    assert li.submit(book).sent == 1, "the same words a third time are another interaction"
    firm.look()
    li.refresh(book)
    assert len(set(cells(book, "number", "interaction"))) == 3


def test_an_edit_before_the_answer_takes_the_place_of_what_waits(firm: Firm) -> None:
    li = firm.hire("李芳")
    book = MemoryBook({"customer": [customer(), other(0)]})
    li.submit(book)
    put(book, 0, remark="改过")
    li.submit(book)
    assert len(list(li.inbox.glob("*.xlcrm"))) == 1
    assert firm.look() == ["taken"]
    assert [one.values["remark"] for one in firm.customers()] == ["改过", None]


def test_a_row_that_was_taken_out_of_the_sheet_still_goes_out(firm: Firm) -> None:
    li = firm.hire("李芳")
    book = MemoryBook({"customer": [customer()]}, settings={"uid": "u"})
    li.submit(book)
    li.submit(MemoryBook({"customer": [other(0)]}, settings={"uid": "u"}))
    firm.look()
    assert len(firm.customers()) == 2


def test_what_only_the_stores_machine_can_do_says_so(firm: Firm) -> None:
    li = firm.hire("李芳")
    copy = li.store()
    for refused in (
        lambda: copy.history("x"),
        lambda: copy.erase("x", "", li.context(copy)),
        lambda: copy.add_person(li.person, li.context(copy)),
        lambda: copy.numbers("{n}", 1, "2025-03-12"),
    ):
        with pytest.raises(UsageError):
            refused()


def test_rights_that_change_change_the_copy(firm: Firm) -> None:
    li, chen = firm.hire("李芳"), firm.hire("陈静")
    stored(firm, li, customer())
    assert chen.customers() == {}
    change(firm.store, Context(firm.chief, lambda: firm.now), "陈静", roles="steward")
    firm.look()
    assert list(chen.customers()) == [customer()["name"]]
    change(firm.store, Context(firm.chief, lambda: firm.now), "陈静", roles="entry")
    firm.look()
    assert chen.customers() == {}


def test_an_erased_customer_is_gone_from_the_copies(firm: Firm) -> None:
    li = firm.hire("李芳")
    stored(firm, li, customer())
    (record,) = firm.customers()
    as_chief = Context(firm.chief, lambda: firm.now)
    people = [firm.store.add_person(Person(new_rid(), name, name, "", frozenset(roles)), as_chief) for name, roles in AGREEING]
    agree_to_erase(firm.store, record.rid, as_chief, [replace(as_chief, actor=one) for one in people])
    firm.store.erase(record.rid, "客户要求", as_chief)
    firm.look()
    assert li.customers() == {}
    assert len(list(li.member.home.glob("copy-*.db"))) == 1
    content = b"".join(path.read_bytes() for path in li.settings.rglob("*") if path.is_file())
    assert "海河".encode() not in content


def test_trying_all_telephones_tells_nobodys(firm: Firm) -> None:
    """A member has the key of the digests: some twenty telephones share each."""
    from xlcrm.store.copied import digest

    key = b"k" * 32
    numbers = [digest(key, f"p:+86139{tail:08d}") for tail in range(2000)]
    assert max(numbers) < 1 << 28 and max(digest(key, f"n:{name}") for name in range(2000)) >= 1 << 28

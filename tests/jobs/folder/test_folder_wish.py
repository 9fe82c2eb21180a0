"""撤销 on a member's machine: what waits comes back, what is stored is taken back by the steward's machine in the member's name."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import cells, customer, other, put
from tests.jobs.folder.conftest import Firm, Machine
from xlcrm.errors import UsageError
from xlcrm.jobs import undo
from xlcrm.jobs.folder import member as job
from xlcrm.jobs.folder import wish
from xlcrm.model.operation import Change, Operation
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store.base import Done


def ask(who: Machine, wanted: str = "") -> Done:
    """Wish that the operation ``wanted`` be taken back, or the last one; it lies in the share then."""
    store = who.store()
    done = wish.find(who.member, who.outbox, store, who.context(store), wanted, "")
    wish.send(who.member, who.outbox, done, who.context(store))
    who.deliver()
    return done


def answers(who: Machine) -> list[str]:
    """What a refresh says about wishes; they wait no more then."""
    who.store()
    copy = job.opened(who.member)
    who.firm.opened.append(copy)
    said = wish.answered(who.member, who.outbox, copy)
    who.deliver()
    return said


def test_a_stored_submission_is_taken_back_and_its_rows_may_go_out_again(firm: Firm) -> None:
    li = firm.hire("李芳")
    talk = {"customer": customer()["name"], "at": firm.now, "way": "电话", "topic": "报价", "summary": "客户询价，已答复"}
    book = MemoryBook({"customer": [customer(), other(0)], "interaction": [talk]})
    li.submit(book)
    firm.look()
    li.refresh(book)
    assert cells(book, "number") == ["CX2025030001", "CX2025030002"] and cells(book, "number", "interaction") != [None]
    done = ask(li)
    with pytest.raises(UsageError) as twice:
        ask(li)
    assert twice.value.key == "undo.wished"
    assert firm.look() == ["undone"]
    assert {one.state for one in firm.store.records(firm.store.find(["CX2025030001", "CX2025030002"]).values()).values()} == {"void"}
    (last,) = firm.store.operations(limit=1)
    assert (last.kind, last.actor, last.reverses) == ("undo", li.person.rid, done.id)
    assert any("已撤销" in one for one in answers(li)) and not answers(li)
    li.refresh(book)
    assert cells(book, "submit_status") == ["未提交", "未提交"] and cells(book, "number") == [None, None]
    assert cells(book, "submit_status", "interaction") == ["未提交"] and cells(book, "number", "interaction") == [None]
    put(book, 0, remark="改正后再交")
    li.submit(book)
    firm.look()
    li.refresh(book)
    assert cells(book, "submit_status") == ["已提交", "已提交"]
    assert cells(book, "number") == ["CX2025030003", "CX2025030004"]
    assert len(firm.customers()) == 2 and len(list(firm.store.scan("interaction"))) == 1


def test_what_a_colleague_changed_since_stays_and_is_told(firm: Firm) -> None:
    li = firm.hire("李芳")
    book = MemoryBook({"customer": [customer()]})
    li.submit(book)
    firm.look()
    li.refresh(book)
    put(book, 0, remark="来电询价", need="低噪音")
    li.submit(book)
    firm.look()
    ask(li)
    (record,) = firm.customers()
    edit = Change("customer", record.rid, record.rid, {"remark": "专员改过"}, record.version, {"remark": record.values["remark"]})
    firm.store.apply(Operation("edit", [edit]), firm.steward.context(firm.chief, "zh", ""))
    assert firm.look() == ["undone"]
    (record,) = firm.customers()
    assert (record.values["remark"], record.values["need"]) == ("专员改过", customer().get("need"))
    assert "保持现状" in "".join(answers(li))


def test_a_wish_has_the_members_rights_and_no_more(firm: Firm) -> None:
    li, chen = firm.hire("李芳"), firm.hire("陈静")
    li.submit(MemoryBook({"customer": [customer()]}))
    firm.look()
    (done,) = firm.store.operations(actor=li.person.rid)
    with pytest.raises(UsageError):
        ask(chen, str(done.number))
    store = chen.store()
    wish.send(chen.member, chen.outbox, done, chen.context(store))  # a program that was tampered with
    chen.deliver()
    assert firm.look() == ["not_undone"]
    assert len(firm.customers()) == 1
    assert answers(chen) and not list(chen.outbox.waiting())


def test_a_wish_that_came_twice_or_whose_answer_was_lost_does_nothing_more(firm: Firm) -> None:
    li = firm.hire("李芳")
    li.submit(MemoryBook({"customer": [customer()]}))
    firm.look()
    done = ask(li)
    (lying,) = li.inbox.glob("*.xlcrm")
    content = lying.read_bytes()
    context = firm.steward.context(li.person, "zh", "")
    undo.undo(firm.steward.seen_by(context), context, done)  # done, and killed before that was noted
    assert firm.look() == ["not_undone"]
    lying.write_bytes(content)
    assert firm.look() == ["again"]
    assert "已经撤销过" in "".join(answers(li))
    assert len(firm.store.operations(kinds=["undo"])) == 1


def test_what_waits_still_is_withdrawn_with_the_rows_the_sheet_lost(firm: Firm) -> None:
    li = firm.hire("李芳")
    book = MemoryBook({"customer": [customer(), other(0)]})
    li.submit(book)
    gone = MemoryBook({"customer": [customer()]}, settings={"uid": book.setting("uid")})
    put(gone, 0, submit_status="待发送")
    assert wish.waiting(li.member, li.outbox, gone, set()) == 2
    wish.withdraw(li.member, li.outbox, gone, "zh")
    assert cells(gone, "submit_status") == ["未提交", None] and cells(gone, "name") == cells(book, "name")
    assert not list(li.outbox.waiting()) and not list(li.inbox.glob("*.xlcrm"))
    assert firm.look() == [] and firm.customers() == []
    assert li.submit(gone).sent == 2

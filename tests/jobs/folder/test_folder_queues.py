"""我的待办 and its like on a member's machine: filled from the copy, answered there, carried out by the steward's machine."""

from __future__ import annotations

from functools import partial

from tests.jobs.conftest import cells, customer
from tests.jobs.folder.conftest import Firm, Machine
from tests.jobs.test_queues import PASSED, choose
from xlcrm.jobs import proposals
from xlcrm.jobs.folder import member as job
from xlcrm.jobs.folder import wish
from xlcrm.jobs.queues import answers, sheets
from xlcrm.jobs.requests.raising import new_request
from xlcrm.model.operation import Change, Operation
from xlcrm.sheets.memory import MemoryBook


def list_on(who: Machine, book: MemoryBook) -> None:
    """我的待办."""
    store = who.store()
    copy = job.opened(who.member)
    who.firm.opened.append(copy)
    sent = dict.fromkeys(wish.asked(who.member, who.outbox, copy.done()), "已发送")
    sheets.show(book, store, who.context(store), who.rulebook(store), sent)


def press(who: Machine, book: MemoryBook) -> str:
    """提交: what it says."""
    store = who.store()
    send = partial(wish.act, who.member, who.outbox, context=who.context(store))
    done = answers.carry_out(book, store, who.context(store), who.rulebook(store), send)
    who.deliver()
    return done.sentence("zh")


def reply(who: Machine) -> str:
    who.store()
    copy = job.opened(who.member)
    who.firm.opened.append(copy)
    said = wish.answered(who.member, who.outbox, copy)
    who.deliver()
    return "".join(said)


def wanted(firm: Firm, who: Machine) -> str:
    """A request of ``who`` about the only customer; its rid."""
    context = firm.steward.context(firm.chief, "zh", "")
    firm.store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), context)
    who.submit(MemoryBook({"customer": [customer()]}))
    firm.look()
    change = new_request(firm.steward.context(who.person, "zh", ""), firm.customers()[0], "contact", "李四光", {"reason": "离职"})
    change.number = "GX202503120001"
    firm.store.apply(Operation("request", [change]), firm.steward.context(who.person, "zh", ""))
    return change.rid


def test_a_member_verifies_from_the_copy_and_the_steward_carries_it_out_in_the_members_name(firm: Firm) -> None:
    li, chen = firm.hire("李芳"), firm.hire("陈静", "reviewer")
    rid = wanted(firm, li)
    firm.look()
    book = MemoryBook()
    list_on(chen, book)
    assert cells(book, "number", "to_verify") == ["GX202503120001"]
    choose(book, "to_verify", 0, action="通过", **PASSED)
    assert "已放入共享文件夹" in press(chen, book)
    assert (cells(book, "action", "to_verify"), firm.store.records([rid])[rid].values["state"]) == ([None], "open")
    list_on(chen, book)
    assert cells(book, "outcome", "to_verify") == ["已发送"], "the copy does not know yet"
    assert firm.look() == ["acted"]
    assert firm.store.records([rid])[rid].values["verify_result"] == "passed"
    assert [word.person for word in firm.store.words([rid])[rid]] == [chen.person.rid]
    assert "1项都已办理" in reply(chen)
    list_on(chen, book)
    assert "to_verify" not in book.shown
    assert not list(chen.outbox.waiting())


def test_what_cannot_be_done_comes_back_with_its_reason(firm: Firm) -> None:
    li, chen, wang = firm.hire("李芳"), firm.hire("陈静", "reviewer"), firm.hire("王五", "steward")
    rid = wanted(firm, li)
    firm.look()
    both = [MemoryBook(), MemoryBook()]
    for who, book, action in ((chen, both[0], "不通过"), (wang, both[1], "通过")):
        list_on(who, book)
        choose(book, "to_verify", 0, action=action, way="客户确认", note="电话核实过")
        press(who, book)
    assert firm.look() == ["acted", "acted"]
    late = next(who for who in (wang, chen) if "没有办理1项" in reply(who))
    said = firm.store.words([rid])[rid]
    assert late.person.rid not in {word.person for word in said} and len(said) == 1


def test_a_proposal_and_its_words_are_in_the_copy_of_who_may_answer(firm: Firm) -> None:
    li, boss = firm.hire("李芳"), firm.hire("周董", "admin")
    li.submit(MemoryBook({"customer": [customer()]}))
    firm.look()
    proposals.propose_void(firm.store, firm.steward.context(li.person, "zh", ""), firm.customers()[0], "已注销")
    firm.look()
    book = MemoryBook()
    list_on(boss, book)
    assert cells(book, "matter", "to_approve") == ["作废客户"]
    choose(book, "to_approve", 0, action="同意")
    press(boss, book)
    firm.look()
    (proposal,) = firm.store.proposals()
    assert [word.person for word in proposal.words] == [boss.person.rid]
    list_on(boss, book)
    assert "to_approve" not in book.shown, "who has spoken is not asked again"
    assert [one.rid for one in li.store().proposals()] == [proposal.rid]

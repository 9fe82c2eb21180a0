from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.jobs.conftest import cells, customer, other
from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.jobs import merge, proposals
from xlcrm.jobs.queues import answers, items, lines, sheets
from xlcrm.jobs.requests.raising import new_request
from xlcrm.jobs.submit import submit
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Values
from xlcrm.model.queuesheets import MY_TASKS, OVERDUE, QUEUES, TO_APPROVE, TO_VERIFY
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY, CUSTOMER, INTERACTION
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store import guard, sqlite
from xlcrm.store.sql import SqlStore

MONDAY = datetime(2025, 3, 10, 9, 0)


@dataclass
class Team:
    """A store of a team, everybody by name, and what they ask of it at ``moment``."""

    store: SqlStore
    people: dict[str, Person]
    moment: datetime = MONDAY

    def context(self, name: str) -> Context:
        return Context(self.people[name], lambda: self.moment, "zh", "test")

    def rulebook(self) -> Rulebook:
        people = self.store.people()
        names = {name: one.rid for one in people for name in (one.name, one.account)}
        return Rulebook(self.moment, people=names, names={one.rid: one.name for one in people}, settings=self.store.settings())

    def waiting(self, name: str) -> list[items.Item]:
        return items.waiting(guard.seen(self.store, self.context(name)), self.context(name), self.rulebook())

    def queue(self, name: str) -> list[tuple[str, str]]:
        """(sheet, task) of what waits for somebody."""
        return [(one.sheet.key, one.task) for one in self.waiting(name)]

    def show(self, name: str, book: MemoryBook) -> None:
        sheets.show(book, guard.seen(self.store, self.context(name)), self.context(name), self.rulebook())

    def press(self, name: str, book: MemoryBook) -> answers.Carried:
        """提交."""
        return answers.carry_out(book, guard.seen(self.store, self.context(name)), self.context(name), self.rulebook())

    def does(self, name: str, action: str, /, sheet: str = "to_verify", **more: Cell) -> str:
        """Somebody lists what waits, chooses an action on the first line that offers it, and submits; the outcome."""
        book = MemoryBook()
        self.show(name, book)
        choose(book, sheet, 0, action=action, **more)
        self.press(name, book)
        return str(cells(book, "outcome", sheet)[0])

    def submit(self, name: str, book: MemoryBook) -> None:
        submit(book, guard.seen(self.store, self.context(name)), self.context(name), self.rulebook())

    def customer(self, name: str = "") -> Record:
        return next(one for one in self.store.scan(CUSTOMER.key) if not name or one.values["name"] == name)

    def raised(self, name: str, field: str, after: str | None, **said: str) -> str:
        """An update request of somebody's about the first customer; its rid."""
        context = self.context(name)
        change = new_request(context, self.customer(), field, after, {"reason": "客户来电", **said})
        change.number = f"GX{new_rid()}"
        self.store.apply(Operation("request", [change]), context)
        return change.rid

    def request(self, rid: str) -> Mapping[str, str | None]:
        return self.store.records([rid])[rid].values


def choose(book: MemoryBook, table: str, row: int, **values: Cell) -> None:
    rows = book.read(BY_KEY[table])
    assert row < len(rows), f"nothing stands on {table}"
    book.write(rows, {key: [value if at == row else rows.cell(at, key) for at in range(len(rows))] for key, value in values.items()})


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    store = sqlite.open(tmp_path / "store.db", Cipher(keys.parse(keys.new_key())))
    boss = store.ensure_person("boss", "赵敏", {"admin", "steward"}, MONDAY)
    found = Team(store, {"赵敏": boss})
    roles = {"张三": "entry", "李四": "reviewer", "王五": "steward", "孙七": "manager", "钱八": "finance", "周九": "entry"}
    for name, role in roles.items():
        one = Person(new_rid(), name, name, "销售部", frozenset({role}))
        found.people[name] = store.add_person(one, found.context("赵敏"))
    change = Change("setting", "changes", "", {"value": "core"})
    store.apply(Operation("settings", [change]), found.context("赵敏"))
    found.submit("张三", MemoryBook({"customer": [customer(first_contact=datetime(2025, 3, 10))]}))
    yield found
    store.close()


PASSED = {"way": "客户确认", "note": "3月10日电话，王小明确认"}


def test_a_request_goes_from_queue_to_queue_until_it_is_closed(team: Team) -> None:
    rid = team.raised("张三", "contact", "李芳")
    assert team.queue("张三") == []
    assert team.queue("李四") == [("to_verify", "verify")]
    assert team.queue("王五") == [("to_verify", "verify_update")]
    assert team.queue("周九") == []

    team.does("李四", "通过", **PASSED)
    assert team.request(rid)["verify_result"] == "passed"
    assert (team.queue("李四"), team.queue("王五")) == ([], [("my_task", "update")])

    team.does("王五", "更新", "my_task")
    assert team.customer().values["contact"] == "李芳"
    assert (team.queue("王五"), team.queue("张三")) == ([], [("my_task", "confirm")])

    team.does("张三", "确认无误", "my_task")
    assert team.queue("张三") == [("my_task", "close")]
    team.does("张三", "关闭", "my_task")
    assert team.request(rid)["state"] == "closed"
    assert team.queue("张三") == []


def test_two_steps_of_one_action_are_both_taken(team: Team) -> None:
    rid = team.raised("张三", "contact", "李芳")
    team.does("王五", "通过并更新", **PASSED)
    assert (team.request(rid)["state"], team.customer().values["contact"]) == ("updated", "李芳")
    team.does("张三", "确认并关闭", "my_task")
    assert team.request(rid)["state"] == "closed"


def test_business_state_waits_for_manager_and_finance_to_consent(team: Team) -> None:
    rid = team.raised("张三", "status", "won")
    assert (team.queue("李四"), team.queue("孙七")) == ([], [("to_approve", "verify")])
    assert team.queue("钱八") == [("to_approve", "verify")]
    team.does("钱八", "通过", "to_approve", way="内部交叉验证", note="合同已归档")
    assert (team.queue("钱八"), team.queue("孙七")) == ([], [("to_approve", "verify_update")])
    team.does("孙七", "通过并更新", "to_approve", way="内部交叉验证", note="已看合同")
    assert (team.request(rid)["state"], team.customer().values["status"]) == ("updated", "won")


def test_what_did_not_pass_comes_back_and_may_be_said_anew(team: Team) -> None:
    rid = team.raised("张三", "phone", "+8613800138000")
    team.does("李四", "不通过", note="号码是空号")
    (line,) = team.waiting("张三")
    assert (line.sheet.key, line.task) == ("my_task", "redo")
    book = MemoryBook()
    team.show("张三", book)
    assert "号码是空号" in str(cells(book, "state", "my_task")[0])
    choose(book, "my_task", 0, action="重新提交", after="139 0013 9000")
    assert team.press("张三", book).sentence("zh") == "待办操作：办理了1项。"
    values = team.request(rid)
    assert (values["state"], values["after"], values["round"]) == ("open", "+8613900139000", "2")


def test_a_new_value_that_cannot_be_read_or_does_not_belong_there_stops_only_its_line(team: Team) -> None:
    rid = team.raised("张三", "phone", "+8613800138000")
    team.does("李四", "不通过", note="空号")
    assert "139001" in team.does("张三", "重新提交", "my_task", after="139001")
    assert team.request(rid)["state"] == "failed"
    assert "撤回" in team.does("张三", "撤回", "my_task", after="13900139000")
    assert team.request(rid)["state"] == "failed"
    team.does("张三", "撤回", "my_task")
    assert team.request(rid)["state"] == "withdrawn"


def test_a_line_that_somebody_else_dealt_with_meanwhile_does_nothing_and_says_so(team: Team) -> None:
    rid = team.raised("张三", "contact", "李芳")
    book = MemoryBook()
    team.show("王五", book)
    team.does("李四", "不通过", note="查无此人")
    choose(book, "to_verify", 0, action="通过", **PASSED)
    done = team.press("王五", book)
    assert (done.done, done.left) == (0, 1)
    assert "李四" in str(cells(book, "outcome", "to_verify")[0])
    assert cells(book, "action", "to_verify") == ["通过"]
    assert team.request(rid)["state"] == "failed"


def test_done_lines_vanish_when_the_sheet_is_listed_anew_and_begun_ones_keep_their_choice(team: Team) -> None:
    for field, after in (("contact", "李芳"), ("name", "深圳市海河电子股份有限公司")):
        team.raised("张三", field, after)
    book = MemoryBook()
    team.show("李四", book)
    assert "to_verify" in book.shown
    first = cells(book, "matter", "to_verify")[0]
    choose(book, "to_verify", 0, action="通过", **PASSED)
    team.press("李四", book)
    assert (cells(book, "action", "to_verify")[0], len(cells(book, "pair", "to_verify"))) == (None, 2)
    choose(book, "to_verify", 1, action="不通过", note="还没写完的理由")
    team.show("李四", book)
    assert first not in cells(book, "matter", "to_verify")
    assert (cells(book, "action", "to_verify"), cells(book, "note", "to_verify")) == (["不通过"], ["还没写完的理由"])
    team.press("李四", book)
    team.show("李四", book)
    assert "to_verify" not in book.shown


def test_words_that_are_no_action_are_answered_line_by_line(team: Team) -> None:
    team.raised("张三", "contact", "李芳")
    assert "通过、不通过、我来核验" in team.does("李四", "同意")
    assert "客户确认" in team.does("李四", "通过", way="猜的", note="x")
    book = MemoryBook()
    team.show("李四", book)
    choose(book, "to_verify", 0, action="通过", pair=None)
    team.press("李四", book)
    assert "不是系统填的" in str(cells(book, "outcome", "to_verify")[0])


def test_what_the_reader_may_not_see_is_said_to_be_hidden(team: Team) -> None:
    team.raised("张三", "phone", "+8613800138000")
    book = MemoryBook()
    team.show("王五", book)
    assert (cells(book, "before", "to_verify"), cells(book, "after", "to_verify")) == (["13912345678"], ["13800138000"])
    (item,) = team.waiting("王五")
    assert isinstance(item.about, Record)
    veiled = replace(item.about, values={**item.about.values, "after": None}, hidden=frozenset({"after"}))
    assert lines.content(veiled, "after", team.rulebook(), "zh") == "（您无权查看）"


def test_a_deputy_answers_for_the_absent_but_never_for_the_initiator(team: Team) -> None:
    team.raised("张三", "contact", "李芳")
    absent = replace(team.people["李四"], deputy=team.people["周九"].rid, deputy_until="2025-03-31")
    team.store.change_person(absent, team.context("赵敏"))
    assert team.queue("周九") == [("to_verify", "verify")]
    team.moment = datetime(2025, 4, 1, 9, 0)
    assert team.queue("周九") == []


def test_urgent_and_late_lines_say_so_with_the_estimate_marked(team: Team) -> None:
    team.raised("张三", "contact", "李芳", urgency="urgent")
    book = MemoryBook()
    team.show("李四", book)
    assert (cells(book, "left", "to_verify"), cells(book, "due", "to_verify")) == (["今天到期，还剩2小时"], ["2025-03-10 11:00"])
    team.moment += timedelta(hours=30)
    team.show("李四", book)
    assert cells(book, "left", "to_verify") == ["逾期28小时"]


def test_overdue_lists_what_others_have_to_do_for_those_who_may_read_the_history(team: Team) -> None:
    team.raised("张三", "contact", "李芳")
    assert team.queue("张三") == []
    team.moment += timedelta(days=3)
    assert team.queue("张三") == [("overdue", "verify")]
    assert ("overdue", "verify") in team.queue("孙七") or team.queue("孙七") == [("to_verify", "verify_update")]
    book = MemoryBook()
    team.show("张三", book)
    assert (cells(book, "waits_for", "overdue"), cells(book, "left", "overdue")) == (["审核员"], ["逾期2天"])
    team.show("李四", book)  # one's own late lines stand there as well
    assert cells(book, "waits_for", "overdue") == ["李四"]


def test_customers_who_asked_are_to_be_told(team: Team) -> None:
    rid = team.raised("张三", "contact", "李芳", raised_through="customer")
    team.does("王五", "通过并更新", **PASSED)
    assert team.queue("张三") == [("my_task", "tell"), ("my_task", "confirm")]
    book = MemoryBook()
    team.show("张三", book)
    choose(book, "my_task", 1, action="确认并关闭")
    choose(book, "my_task", 0, action="已告知客户")
    assert team.press("张三", book).done == 2
    assert (team.request(rid)["state"], team.request(rid)["told_on"]) == ("closed", "2025-03-10")


def test_next_steps_feedback_and_blank_fields_wait_for_whoever_owes_them(team: Team) -> None:
    me, number = team.people["张三"].rid, team.customer().number
    talk = {"customer": number, "at": MONDAY, "way": "电话", "topic": "报价", "summary": "客户要报价，我方答应", "next_step": "发报价单", "next_by": "张三", "next_due": datetime(2025, 3, 12)}
    team.submit("张三", MemoryBook({"interaction": [talk], "customer": [other(1, industry=None, first_contact=datetime(2025, 3, 10))]}))
    assert team.queue("张三") == []
    team.moment = datetime(2025, 3, 12, 16, 0)
    assert team.queue("张三") == [("my_task", "follow")]
    assert team.queue("周九") == []
    team.submit("张三", MemoryBook({"interaction": [{**talk, "at": datetime(2025, 3, 12, 15, 0), "next_due": None, "next_by": None}]}))
    assert team.queue("张三") == []
    rid, customer_rid = new_rid(), team.customer().rid
    said: Values = {"customer": customer_rid, "type": "complaint", "content": "送货晚了", "assigned_to": me, "due": "2025-03-13"}
    team.store.apply(Operation("submit", [Change("feedback", rid, customer_rid, said)]), team.context("张三"))
    assert team.queue("张三") == [("my_task", "feedback")]
    team.moment = datetime(2025, 3, 17, 9, 0)
    assert team.queue("张三") == [("my_task", "feedback"), ("my_task", "complete")]
    assert [one.fields for one in team.waiting("张三")] == [(), ("industry",)]


def test_what_is_proposed_says_what_and_waits_for_the_open_seat_only(team: Team) -> None:
    first = team.customer()
    team.submit("周九", MemoryBook({"customer": [other(1, first_contact=datetime(2025, 3, 10))]}))
    second = team.customer("宁波东港机械制造有限公司")
    seen = guard.seen(team.store, team.context("周九"))
    proposals.propose_merge(seen, team.context("周九"), [first, second], merge.Wishes(), "同一家")
    assert team.queue("张三") == [("to_approve", "approve")], "the owner's word"
    assert (team.queue("王五"), team.queue("周九"), team.queue("李四")) == ([("to_approve", "approve")], [], [])
    book = MemoryBook()
    team.show("王五", book)
    assert cells(book, "before", "to_approve") == [f"{second.number} 宁波东港机械制造有限公司"]
    team.show("张三", book)
    assert (cells(book, "matter", "to_approve"), cells(book, "before", "to_approve")) == (["合并客户"], [None]), "not 张三's to see"
    choose(book, "to_approve", 0, action="不同意", note="不是一家")
    assert team.press("张三", book).done == 1
    assert team.queue("王五") == []


def test_a_store_without_requests_has_empty_sheets(team: Team) -> None:
    book = MemoryBook()
    team.show("王五", book)
    assert not book.shown & {table.key for table in QUEUES}
    assert team.press("王五", book).sentence("zh") == ""
    assert book.saves == 1


def test_every_line_fits_its_sheet(team: Team) -> None:
    team.raised("张三", "contact", "李芳")
    for name in team.people:
        book = MemoryBook()
        team.show(name, book)
        for table in QUEUES:
            assert all(cells(book, "task", table.key))
    assert {MY_TASKS, TO_VERIFY, TO_APPROVE, OVERDUE} == set(QUEUES)
    assert INTERACTION.key == "interaction"

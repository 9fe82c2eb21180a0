"""Update requests: raised, verified, carried out, confirmed; four eyes, stale values, and every step said in words."""

from __future__ import annotations

import copy
import random
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from xlcrm.catalogue import text
from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.jobs.refresh import refresh
from xlcrm.jobs.requests import noticing
from xlcrm.jobs.requests.acting import TOGETHER, act
from xlcrm.jobs.submit import Count
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.model.wish import Answer, Wish
from xlcrm.rules.workflow import steps_from
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store import sqlite

from .conftest import ALL, NOW, Office, cells, customer, put

CALL: dict[str, Any] = {"verify_way": "customer", "verify_note": "3月12日10点致电王经理，本人确认"}
LOOKED: dict[str, Any] = {"verify_way": "internal", "verify_note": "与合同扫描件一致"}
ROLES = {
    "张三": ("entry",),
    "李审": ("reviewer",),
    "孙专": ("steward",),
    "陈经": ("manager",),
    "周财": ("finance",),
    "何总": ("manager", "finance"),
}


@dataclass
class Team:
    """A store in which core fields change by request, its people, and the workbook of 张三 with one customer."""

    office: Office
    people: dict[str, Person]
    book: MemoryBook

    def settings(self, **values: str) -> None:
        changes = [Change("setting", key, "", {"value": value}) for key, value in values.items()]
        self.office.store.apply(Operation("settings", changes), self.office.context())

    def submit(self, book: MemoryBook | None = None, who: str = "张三", moment: datetime = NOW) -> dict[Count, int]:
        settings = self.office.store.settings()
        done = self.office.submit(book or self.book, self.people[who], settings, moment)
        return {count: number for count, number in done.total.items() if number}

    def does(self, who: str, step: str, request: Record | None = None, moment: datetime = NOW, **values: Any) -> Answer:
        wish = Wish((request or self.request()).rid, step, dict(values))
        return self.all_do(who, [wish], moment)[0]

    def all_do(self, who: str, wishes: list[Wish], moment: datetime = NOW) -> list[Answer]:
        rulebook = self.office.rulebook(self.office.store.settings(), moment)
        return act(self.office.store, self.office.context(self.people[who], moment), rulebook, wishes)

    def says(self, who: str, step: str, request: Record | None = None, **values: Any) -> str:
        """The sentence about a step that is not taken."""
        answer = self.does(who, step, request, **values)
        assert not answer.done
        return text(answer.key, "zh", **answer.said)

    def requests(self) -> list[Record]:
        return list(self.office.store.scan(REQUEST.key))

    def request(self) -> Record:
        (found,) = self.requests()
        return found

    def customer(self) -> Record:
        return next(self.office.store.scan(CUSTOMER.key))

    def wants(self, **values: object) -> Record:
        """张三 edits the row and submits: the request that came of it."""
        before = {one.rid for one in self.requests()}
        put(self.book, 0, **values)  # type: ignore[arg-type]
        self.submit()
        (found,) = (one for one in self.requests() if one.rid not in before)
        return found

    def deputy(self, absent: str, deputy: str) -> None:
        self.people[absent] = replace(self.people[absent], deputy=self.people[deputy].rid)
        self.office.store.change_person(self.people[absent], self.office.context())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cipher, dict[str, Person], MemoryBook]:
    """The store that every test begins with, made once: people, core fields by request, one customer of 张三."""
    path, cipher = tmp_path_factory.mktemp("made") / "store.db", Cipher(keys.parse(keys.new_key()))
    office = Office(store := sqlite.open(path, cipher), store.ensure_person("zhao", "赵敏", ALL, NOW))
    joined = (Person(new_rid(), name, name, "销售部", frozenset(roles)) for name, roles in ROLES.items())
    team = Team(office, {one.name: store.add_person(one, office.context()) for one in joined}, office.book(customer()))
    team.settings(changes="core")
    assert team.submit() == {Count.NEW: 1}
    store.close()
    return path, cipher, team.people, team.book


@pytest.fixture
def team(made: tuple[Path, Cipher, dict[str, Person], MemoryBook], tmp_path: Path) -> Iterator[Team]:
    path, cipher, people, book = made
    shutil.copy(path, tmp_path / "store.db")
    store = sqlite.open(tmp_path / "store.db", cipher)
    boss = next(one for one in store.people() if one.account == "zhao")
    yield Team(Office(store, boss), dict(people), copy.deepcopy(book))
    store.close()


def states(team: Team) -> list[str | None]:
    return [one.values["state"] for one in team.requests()]


def test_the_whole_life_of_a_changed_telephone(team: Team) -> None:
    request = team.wants(phone="13800001111", need="换供应商")
    assert request.number == "GX202503120001"
    assert team.customer().values["need"] == "换供应商", "the other change of the row is stored"
    assert team.customer().values["phone"] == "+8613912345678"
    wanted = {"before": "+8613912345678", "after": "+8613800001111", "field": "phone", "state": "open", "round": "1"}
    assert request.values.items() >= wanted.items()
    assert request.values["initiator"] == team.people["张三"].rid
    assert request.values["opened_at"] == "2025-03-12 14:30:00"
    assert "GX202503120001；其他修改已保存" in str(cells(team.book, "problem")[0])

    assert team.does("李审", "take").state == "verifying"
    assert "须先向客户核实" in team.says("李审", "pass", **LOOKED)
    assert "缺少“核验时间与要点”" in team.says("李审", "pass", verify_way="customer")
    assert team.does("李审", "pass", **CALL).key == "requests.done_pass"
    assert team.request().values.items() >= {"verify_result": "passed", "consent": "yes", **CALL}.items()
    assert "不归您办理" in team.says("李审", "apply")

    assert team.does("孙专", "apply").state == "updated"
    stored = team.customer()
    assert stored.values["phone"] == "+8613800001111"
    checked = {"phone_check": "phone", "phone_check_date": "2025-03-12", "phone_check_by": team.people["李审"].rid}
    assert stored.values.items() >= checked.items()
    entry = team.office.store.history(stored.rid)[-1]
    assert entry.reason == "更新申请GX202503120001：发起人张三，核验人李审，更新人孙专"
    assert entry.kind == "update"
    assert [one.number for one in team.office.store.search("13800001111")] == [stored.number]
    assert team.request().values.items() >= {"updater": team.people["孙专"].rid, "done_on": "2025-03-12"}.items()

    assert "由张三发起" in team.says("孙专", "confirm")
    assert team.does("张三", "confirm").state == "confirmed"
    assert team.does("张三", "close").state == "closed"
    assert team.submit() == {Count.UNCHANGED: 1}
    assert cells(team.book, "phone") == ["13800001111"]


def test_each_step_leaves_its_messages_with_it(team: Team) -> None:
    request = team.wants(phone="13800001111")
    team.does("孙专", "pass_apply", **CALL)
    names = {one.rid: name for name, one in team.people.items()}
    told = [(one.values["kind"], names.get(one.values["person"] or "")) for one in team.office.store.notices()]
    assert ("verify", "李审") in told
    assert ("confirm", "张三") in told
    assert {one.values["about"] for one in team.office.store.notices()} == {request.rid}


def test_a_duplicate_is_found_by_the_new_telephone(team: Team) -> None:
    team.wants(phone="13800001111")
    team.does("李审", "pass", **CALL)
    team.does("孙专", "apply")
    again = team.office.book(customer("海河电子", phone="13800001111"))
    assert team.submit(again) == {Count.WAITING: 1}


def test_steps_that_lead_nowhere_are_refused_with_one_sentence(team: Team) -> None:
    request = team.wants(grade="B")
    for who, step in (
        ("孙专", "apply"),
        ("张三", "confirm"),
        ("张三", "close"),
        ("张三", "reopen"),
        ("张三", "again"),
        ("张三", "told"),
    ):
        assert "现在是“待处理”" in team.says(who, step, request), step
    assert "没有这个申请" in text(team.all_do("张三", [Wish("0" * 32, "close")])[0].key)
    assert team.all_do("张三", [Wish(team.customer().rid, "close")])[0].key == "requests.unknown"
    team.does("张三", "withdraw", request)
    assert "现在是“已撤回”" in team.says("李审", "pass", request, **LOOKED)
    assert len(team.office.store.history(request.rid)) == 2, "refused steps leave nothing"


def test_business_state_needs_the_manager_and_finance(team: Team) -> None:
    request = team.wants(contract_amount=35.5)
    assert "须由部门负责人、财务确认" in team.says("李审", "pass", request, **LOOKED)
    first = team.does("陈经", "pass", request, **LOOKED)
    assert (first.key, first.said["seats"], first.state) == ("requests.done_pass_more", "财务", "verifying")
    assert "还需财务确认" in team.says("孙专", "apply", request)
    assert "已对GX202503120001表示过意见" in team.says("陈经", "pass", request, **LOOKED)
    assert team.does("周财", "pass", request, verify_way="data", verify_note="已到账").key == "requests.done_pass"
    assert team.request().values["verify_note"] == "与合同扫描件一致\n已到账"
    team.does("孙专", "apply", request)
    assert "核验人陈经、周财" in team.office.store.history(team.customer().rid)[-1].reason


def test_one_person_with_two_roles_is_still_one_person(team: Team) -> None:
    request = team.wants(contract_amount=35.5)
    team.does("何总", "pass", request, **LOOKED)
    assert "表示过意见" in team.says("何总", "pass", request, **LOOKED)
    assert states(team) == ["verifying"]


def test_nobody_verifies_or_applies_their_own_wish_nor_does_their_deputy_for_them(team: Team) -> None:
    team.book = team.office.book(customer("宁波东港机械制造有限公司", contact="李芳", phone="13811112222"))
    team.submit(who="孙专")
    put(team.book, 0, phone="13700002222")
    team.submit(who="孙专")
    assert "须由别人核验" in team.says("孙专", "pass", **CALL)
    team.deputy("孙专", "张三")
    assert "代理人也不能" in team.says("张三", "pass", **CALL)
    team.does("李审", "pass", **CALL)
    assert "须由别人核验和更新" in team.says("孙专", "apply")
    assert "代理人也不能" in team.says("张三", "apply")


def test_a_deputy_of_a_reviewer_verifies_for_them(team: Team) -> None:
    team.office.person("钱代", "entry")
    team.people["钱代"] = next(one for one in team.office.store.people() if one.name == "钱代")
    team.wants(phone="13800001111")
    assert not team.does("钱代", "pass", **CALL).done
    team.deputy("李审", "钱代")
    assert team.does("钱代", "pass", **CALL).done


def test_failed_requests_go_back_and_come_again_in_a_new_round(team: Team) -> None:
    request = team.wants(phone="13800001111")
    assert "缺少“不通过原因”" in team.says("李审", "fail")
    assert team.does("李审", "fail", verify_reason="号码是空号").state == "failed"
    assert team.submit() == {Count.WAITING: 1}
    assert "核验不通过：号码是空号" in str(cells(team.book, "problem")[0])
    assert "由张三发起" in team.says("李审", "again", after="+8613800002222")
    later = datetime(2025, 3, 13, 9)
    assert team.does("张三", "again", moment=later, after="+8613800002222").state == "open"
    said = team.office.store.records([request.rid])[request.rid].values
    assert (said["round"], said["opened_at"], said["verify_result"], said["verifier"]) == ("2", "2025-03-13 09:00:00", None, None)
    team.does("李审", "pass", **CALL)
    assert team.does("孙专", "apply").done
    assert team.customer().values["phone"] == "+8613800002222"


def test_a_difference_found_on_confirming_reopens(team: Team) -> None:
    team.wants(phone="13800001111")
    team.does("李审", "pass", **CALL)
    team.does("孙专", "apply")
    assert "缺少“备注”" in team.says("张三", "reopen", after="+8613800003333")
    assert team.does("张三", "reopen", after="+8613800003333", remark="少一位").state == "open"
    assert team.request().values["before"] == "+8613800001111"
    assert "还没有核验" in team.says("孙专", "apply") or "待处理" in team.says("孙专", "apply")


def test_what_changed_meanwhile_is_not_overwritten(team: Team) -> None:
    first = team.wants(grade="B")
    second = team.wants(grade="C")
    assert "另有申请GX202503120001在办" in str(cells(team.book, "problem")[0])
    for request in (first, second):
        for who in ("陈经", "周财"):
            assert team.does(who, "pass", request, **LOOKED).done
    assert team.does("孙专", "apply", first).done
    said = team.says("孙专", "apply", second)
    assert "原内容是“（空）”" in said
    assert "现在却是“B”" in said
    assert team.customer().values["grade"] == "B"


def test_two_requests_of_one_customer_go_in_together(team: Team) -> None:
    requests = [team.wants(phone="13800001111"), team.wants(name="深圳市海河科技有限公司")]
    wishes = [Wish(requests[0].rid, "pass", dict(CALL)), Wish(requests[1].rid, "pass", dict(LOOKED))]
    assert all(one.done for one in team.all_do("李审", wishes))
    assert all(one.done for one in team.all_do("孙专", [Wish(one.rid, "apply") for one in requests]))
    stored = team.customer().values
    assert (stored["phone"], stored["name"]) == ("+8613800001111", "深圳市海河科技有限公司")
    for like in (
        customer("海河电子", phone="13800001111"),
        customer("深圳市海河科技有限公司", contact="李芳", phone="13500001234"),
    ):
        assert team.submit(team.office.book(like)) == {Count.WAITING: 1}


def test_two_steps_at_once(team: Team) -> None:
    request = team.wants(phone="13800001111")
    assert team.does("孙专", "pass_apply", request, **CALL).state == "updated"
    assert team.does("张三", "confirm_close", request).state == "closed"
    amount = team.wants(contract_amount=12)
    answer = team.does("陈经", "pass_apply", amount, **LOOKED)
    assert (answer.done, answer.state, answer.key) == (True, "verifying", "requests.done_pass_more")


def test_a_line_that_says_nothing_holds_no_other_up_and_versions_are_looked_at(team: Team) -> None:
    first, second = team.wants(phone="13800001111"), team.wants(name="深圳市海河科技有限公司")
    wishes = [
        Wish(first.rid, "pass", {}),
        Wish(second.rid, "pass", dict(LOOKED), version=second.version),
        Wish(second.rid, "take", {}),
    ]
    answers = team.all_do("李审", wishes)
    assert [one.done for one in answers] == [False, True, False]
    assert answers[2].key == "requests.twice"
    late = team.all_do("孙专", [Wish(second.rid, "apply", {}, version=second.version)])[0]
    assert "已由李审处理，现在是“核验中”" in text(late.key, "zh", **late.said)


def test_a_customer_who_is_void_or_merged(team: Team) -> None:
    request = team.wants(phone="13800001111")
    other = team.office.book(customer("南京青禾食品有限公司", contact="李芳", phone="13811112222"))
    team.submit(other)
    team.office.void(team.customer().rid)
    said = team.says("李审", "pass", request, **CALL)
    assert "已作废或已删除" in said
    assert team.does("张三", "withdraw", request).done


def test_the_sheet_does_not_ask_again_for_what_was_withdrawn(team: Team) -> None:
    request = team.wants(grade="B")
    assert team.submit() == {Count.WAITING: 1}
    assert "更新申请GX202503120001是“待处理”" in str(cells(team.book, "problem")[0])
    team.does("张三", "withdraw", request)
    assert team.submit() == {Count.UNCHANGED: 1}
    assert "已撤回，本行恢复为客户库的内容" in str(cells(team.book, "problem")[0])
    assert cells(team.book, "grade") == [None]
    assert len(team.requests()) == 1
    put(team.book, 0, grade="C")
    team.submit()
    assert len(team.requests()) == 2, "another value is another wish"


def test_what_was_carried_out_is_said_until_it_is_confirmed(team: Team) -> None:
    team.wants(phone="13800001111")
    team.does("孙专", "pass_apply", **CALL)
    assert team.submit() == {Count.UNCHANGED: 1}
    assert cells(team.book, "submit_status") == ["已提交"]
    assert "已按申请GX202503120001更新，请核对后在“我的待办”确认" in str(cells(team.book, "problem")[0])
    team.does("张三", "confirm_close")
    team.submit()
    assert cells(team.book, "problem") == [None]


def test_a_refused_row_asks_for_nothing(team: Team) -> None:
    put(team.book, 0, grade="B", owner="李审")
    assert team.submit() == {Count.REFUSED: 1}
    assert team.requests() == []


def test_strict_mode_sends_every_field_through_requests(team: Team) -> None:
    team.settings(changes="strict")
    request = team.wants(need="换供应商")
    assert request.values["field"] == "need"
    team.does("李审", "pass", request, **LOOKED)
    assert team.does("孙专", "apply", request).done
    assert team.customer().values["need"] == "换供应商"


STEPS = ("take", "pass", "fail", "again", "apply", "told", "confirm", "reopen", "close", "fill", "withdraw", *TOGETHER)
SAID = {**CALL, "verify_reason": "空号", "remark": "有差异", "consent": "yes"}


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_anybody_tries_the_sentence_and_the_store_agree(team: Team, seed: int) -> None:
    """A step that the rules allow is never refused by the store, and whatever was done kept the four eyes."""
    chance = random.Random(seed)
    team.deputy("李审", "张三")
    team.deputy("张三", "孙专")
    requests = [team.wants(phone="13800001111"), team.wants(grade="B"), team.wants(grade="C")]
    done = 0
    for _ in range(40):
        rid = chance.choice(requests).rid
        state = team.office.store.records([rid])[rid].values["state"] or ""
        fitting = [step.name for step in steps_from(state) if step.name != "withdraw"]
        who, step = chance.choice(sorted(ROLES)), chance.choice([*STEPS[-3:], *fitting * 3])
        done += team.all_do(who, [Wish(rid, step, dict(SAID))])[0].done
    assert done > 5
    people = {one.rid: name for name, one in team.people.items()}
    for request in team.requests():
        apart = {request.values["initiator"], request.created_by}
        words = team.office.store.words([request.rid]).get(request.rid, [])
        assert not {word.person for word in words} & apart
        assert request.values["updater"] not in apart
        assert request.values["verifier"] not in apart
        for which in range(1, int(request.values["round"] or 1) + 1):
            spoken = [word.person for word in words if word.round == which]
            assert len(spoken) == len(set(spoken)), people
    assert not team.office.store.verify().faults


# the sheet 信息更新申请表


def wish(team: Team, **more: object) -> dict[str, object]:
    row: dict[str, object] = {"customer": team.customer().number, "field": "联系方式", "after": "13800001111", "reason": "换号"}
    return row | more


def sheet(team: Team, *rows: Mapping[str, object]) -> MemoryBook:
    return team.office.book(request=rows)  # type: ignore[arg-type]


def test_a_row_of_the_request_sheet_becomes_a_request_and_then_shows_how_it_stands(team: Team) -> None:
    book = sheet(
        team, wish(team, before="13912345678", urgency="紧急", raised_through="客户反馈", contact="王小明", consent="已同意")
    )
    assert team.submit(book) == {Count.NEW: 1}
    request = team.request()
    wanted = {"urgency": "urgent", "raised_through": "customer", "reason": "换号", "consent": "yes", "after": "+8613800001111"}
    assert request.values.items() >= wanted.items()
    assert cells(book, "number", "request") == ["GX202503120001"]
    assert cells(book, "state", "request") == ["待处理"]
    assert team.submit(book) == {Count.UNCHANGED: 1}
    team.does("孙专", "pass_apply", **CALL)
    assert team.submit(book) == {Count.UNCHANGED: 1}
    assert cells(book, "state", "request") == ["已更新"]
    assert cells(book, "updater", "request") == ["孙专"]
    assert (cells(book, "before", "request"), cells(book, "after", "request")) == (["13912345678"], ["13800001111"])
    team.does("张三", "told")
    assert team.request().values["told_on"] == "2025-03-12"


WRONG: list[tuple[dict[str, object], str]] = [
    ({"before": "13700000000"}, "现在是“13912345678”，与填写的原信息不同"),
    ({"after": "13912345678"}, "不需要变更"),
    ({"after": "1380000111"}, "位"),
    ({"after": "138****1111"}, "脱敏"),
    ({"after": None}, "未填写"),
    ({"after": "清空"}, "不能清空"),
    ({"field": "客户状态", "after": "跟进中"}, "含义不明确"),
    ({"field": "合同金额(万元)", "after": "很多"}, "应为数字"),
    ({"field": "负责人", "after": "李审"}, "您的角色不能申请变更"),
    ({"field": "脾气", "after": "好"}, "没有选项"),
    ({"customer": "CX2025039999"}, "找不到客户"),
    ({"initiator": "赵云"}, "不在人员表中"),
    ({"raised_through": "系统提醒"}, "只由系统使用"),
    ({"reason": None}, "“变更原因”未填写"),
    ({"field": "区", "after": "月亮区"}, "没有选项"),
]


def test_rows_that_cannot_be_raised_say_why(team: Team) -> None:
    book = sheet(team, *(wish(team, **more) for more, _ in WRONG))
    assert team.submit(book) == {Count.REFUSED: len(WRONG)}
    for (more, says), problem in zip(WRONG, cells(book, "problem", "request"), strict=True):
        assert says in str(problem), more
    assert team.requests() == []


def test_a_value_is_kept_as_its_field_keeps_it_and_can_be_cleared(team: Team) -> None:
    put(team.book, 0, channel="电话", province="北京市", city="北京市")
    team.submit()
    rows = [
        wish(team, field="合同到期日", after="2026年3月1日"),
        wish(team, field="渠道偏好", after="清空"),
        wish(team, field="区", after="朝阳区"),
        wish(team, field="客户状态", after="签约客户"),
    ]
    book = sheet(team, *rows)
    assert team.submit(book) == {Count.NEW: 4}, cells(book, "problem", "request")
    kept = {one.values["field"]: (one.values["before"], one.values["after"]) for one in team.requests()}
    assert kept["contract_end"] == (None, "2026-03-01")
    assert kept["channel"] == ("phone", None)
    assert kept["district"][1] is not None
    assert kept["status"] == ("prospect", "won")


def test_refreshing_shows_how_a_request_stands_but_not_over_what_was_typed(team: Team) -> None:
    number = team.customer().number
    book = team.office.book(request=[wish(team), wish(team, field="联系人职务", after="总监")])  # type: ignore[list-item]
    assert team.submit(book) == {Count.NEW: 2}
    first = next(one for one in team.requests() if one.values["field"] == "phone")
    put(book, 1, "request", remark="急")
    team.does("孙专", "pass_apply", first, **CALL)
    context, rulebook = team.office.context(team.people["张三"]), team.office.rulebook(team.office.store.settings())
    refresh(book, team.office.store, context, rulebook)
    assert cells(book, "state", "request") == ["已更新", "待处理"]
    assert cells(book, "after", "request") == ["13800001111", "总监"]
    assert cells(book, "customer", "request") == [number, number]
    assert cells(book, "remark", "request") == [None, "急"]


def test_rows_about_the_same_are_one_request_and_what_differs_stands_beside_it(team: Team) -> None:
    book = sheet(team, wish(team), wish(team, reason="又来"), wish(team, after="13800002222"))
    assert team.submit(book) == {Count.NEW: 2, Count.UNCHANGED: 1}
    assert cells(book, "submit_status", "request") == ["已提交", "已合并", "已提交"]
    assert cells(book, "number", "request") == ["GX202503120001", "GX202503120001", "GX202503120002"]
    assert "另有申请" in str(cells(book, "problem", "request")[2])
    assert team.submit(book) == {Count.UNCHANGED: 3}


def test_a_row_edited_after_submission_is_refused(team: Team) -> None:
    book = sheet(team, wish(team))
    team.submit(book)
    put(book, 0, "request", after="13800009999")
    assert team.submit(book) == {Count.REFUSED: 1}
    assert "我的待办" in str(cells(book, "problem", "request")[0])
    put(book, 0, "request", after="13800001111", state="已关闭")
    assert team.submit(book) == {Count.UNCHANGED: 1}
    assert cells(book, "state", "request") == ["待处理"], "the state is the store's to say"


def test_the_customer_of_somebody_else_of_nobody_and_one_that_was_merged(team: Team) -> None:
    theirs = team.office.book(customer("南京青禾食品有限公司", contact="李芳", phone="13811112222"))
    team.submit(theirs, who="孙专")
    number = cells(theirs, "number")[0]
    book = sheet(team, wish(team, customer=number))
    assert team.submit(book) == {Count.REFUSED: 1}
    assert "由同事负责" in str(cells(book, "problem", "request")[0])
    mine = team.customer()
    gone = team.office.store.find([str(number)])[str(number)]
    into = Change(CUSTOMER.key, gone, gone, {}, 1, state="merged", merged_into=mine.rid)
    team.office.store.apply(Operation("merge", [into]), team.office.context(team.people["孙专"]))
    assert team.submit(book) == {Count.NEW: 1}, "a number that was merged away leads to the survivor"
    assert team.request().values["customer"] == mine.rid
    late = sheet(team, wish(team, after="13800002222"))
    team.office.void(mine.rid)
    assert team.submit(late) == {Count.REFUSED: 1}
    assert "已作废" in str(cells(late, "problem", "request")[0])


# what the system asks


def notices(team: Team, who: str = "孙专") -> list[Change]:
    rulebook = team.office.rulebook(team.office.store.settings())
    return noticing.notice(team.office.store, team.office.context(team.people[who]), rulebook)


def test_the_system_asks_the_owner_once_about_a_contact_that_failed(team: Team) -> None:
    assert notices(team) == []
    put(team.book, 0, phone_check="已失效", phone_check_date=datetime(2025, 3, 12), phone_check_by="张三")
    team.submit()
    assert notices(team, "张三") == [], "only who may write for everybody asks"
    (asked,) = notices(team)
    assert notices(team) == []
    request = team.request()
    wanted = {"raised_through": "system", "initiator": team.people["张三"].rid, "after": None, "field": "phone", "state": "open"}
    assert asked.number == request.number
    assert request.values.items() >= wanted.items()
    assert "先由张三补充" in team.says("李审", "pass", **CALL)
    assert "由张三发起" in team.says("孙专", "fill", after="+8613800001111")
    assert "没有变化" in team.says("张三", "fill", after="+8613912345678")
    assert team.does("张三", "fill", after="+8613800001111").done
    assert "不能再补充" in team.says("张三", "fill", after="+8613800002222")
    assert team.does("孙专", "pass_apply", **CALL).done, "who wrote down what the system noticed may verify it"
    assert team.customer().values["phone_check"] == "phone"
    assert notices(team) == []


def test_what_the_owner_knows_better_is_not_asked_again_until_it_changes(team: Team) -> None:
    rid = team.customer().rid
    bad = Change(CUSTOMER.key, rid, rid, {"email": "wang@haihe"}, team.customer().version, {"email": None})
    team.office.store.apply(Operation("submit", [bad]), team.office.context(team.people["孙专"]))
    (asked,) = notices(team)
    assert asked.values["field"] == "email"
    assert "邮箱" in str(asked.values["reason"])
    assert team.does("张三", "withdraw").done
    assert notices(team) == []


def test_nothing_is_asked_where_changes_are_direct(office: Office) -> None:
    office.submit(office.book(customer(phone_check="已失效", phone_check_date="2025-03-12", phone_check_by="赵敏")))
    assert noticing.notice(office.store, office.context(), office.rulebook()) == []


def test_who_wanted_it_takes_it_back_though_the_customer_was_handed_over(team: Team) -> None:
    request = team.wants(grade="B")
    stored = team.customer()
    change = Change(
        CUSTOMER.key,
        stored.rid,
        stored.rid,
        {"owner": team.people["孙专"].rid},
        stored.version,
        {"owner": stored.values["owner"]},
    )
    team.office.store.apply(Operation("submit", [change]), team.office.context(team.people["孙专"]))
    assert team.does("张三", "withdraw", request).done

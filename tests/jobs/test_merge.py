"""合并客户: what survives, what moves along, what is kept, and who may."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import Office, customer, other
from tests.soak.histories import keys
from xlcrm.errors import UsageError
from xlcrm.jobs import merge, proposals, undo
from xlcrm.model.context import Person
from xlcrm.model.operation import Record
from xlcrm.store.guard import seen

TALK = {"way": "电话", "topic": "报价", "summary": "客户要报价，已发", "next_step": "周五前寄样品", "feedback": "有兴趣"}


@pytest.fixture
def two(office: Office) -> list[Record]:
    """A customer with little, and one who was contacted last and says more; each with records of its own."""
    first, second = customer(remark="老客户"), other(0, product="系统", remark="新客户", grade="A", foreign_number="F1")
    contacts = [
        {"customer": second["name"], "name": "李芳芳", "phone": "13700000001"},
        {"customer": second["name"], "name": "同一人", "phone": "13700000002"},
        {"customer": first["name"], "name": "同一人", "phone": "13700000002"},
    ]
    talks = [{"customer": second["name"], "at": "2025-03-11 10:00", **TALK}]
    tags = [
        {"customer": name, "type": "价值", "name": "高价值客户"} for name in (first["name"], second["name"])
    ]
    office.submit(office.book(first, second, contact=contacts, interaction=talks, tag=tags), accept=True)
    return sorted(office.store.scan("customer"), key=lambda one: one.number or "")


def now(office: Office, record: Record) -> Record:
    return office.store.records([record.rid])[record.rid]


def children(office: Office, table: str, record: Record) -> list[str]:
    key = "topic" if table == "interaction" else "name"
    return sorted(str(one.values[key]) for one in office.store.children(table, [record.rid])[record.rid])


def test_the_documents_order_decides_field_by_field_and_nothing_is_lost(office: Office, two: list[Record]) -> None:
    first, second = two
    found = merge.preview(office.store, office.context(), two, merge.Wishes(), {})
    lines = {line.field: line for line in found.lines}
    assert (lines["name"].won, lines["name"].why) == (1, "followed"), "who was contacted last"
    assert (lines["grade"].won, lines["grade"].why) == (1, "only")
    assert found.moved == {"contact": 1, "interaction": 1}, "what both have is there once"
    done = merge.carry_out(office.store, office.context(), two, merge.Wishes(), {})
    assert done.receipt is not None
    survivor = now(office, first)
    assert survivor.number == first.number and survivor.values["name"] == second.values["name"]
    assert {(one.field, one.value, one.origin) for one in office.store.kept([first.rid])[first.rid]} >= {
        ("name", first.values["name"], first.number), ("phone", first.values["phone"], first.number), ("remark", "老客户", first.number)
    }
    assert children(office, "contact", first) == ["同一人", "李芳芳", "王小明"]
    assert children(office, "interaction", first) == ["报价"] and len(children(office, "tag", first)) == 1
    assert office.store.find([str(second.number), "F1"]) == {second.number: first.rid, "F1": first.rid}
    assert not office.store.verify().faults


def test_choices_and_values_of_ones_own(office: Office, two: list[Record]) -> None:
    first, second = two
    wanted = merge.wishes([f"客户名称={first.number}", "备注=两家是一家", f"联系方式 = {first.number}"], two, office.rulebook())
    done = merge.carry_out(office.store, office.context(), two, wanted, {})
    lines = {line.field: line for line in done.lines}
    assert (lines["name"].won, lines["name"].why, lines["remark"].won, lines["remark"].why) == (0, "chosen", None, "chosen")
    values = now(office, first).values
    assert (values["name"], values["phone"], values["remark"]) == (first.values["name"], first.values["phone"], "两家是一家")
    lost = {(one.field, one.value) for one in office.store.kept([first.rid])[first.rid]}
    assert {("name", second.values["name"]), ("remark", "老客户"), ("remark", "新客户"), ("phone", second.values["phone"])} <= lost


@pytest.mark.parametrize(
    ("said", "key"), [("没有的字段=x", "merge.bad_set"), ("备注", "merge.bad_set"), ("首次接触时间=乱", "merge.bad_set"), ("合作等级={first}", "merge.blank_side")]
)  # fmt: skip
def test_choices_that_make_no_sense(office: Office, two: list[Record], said: str, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        wanted = merge.wishes([said.format(first=two[0].number)], two, office.rulebook())
        merge.preview(office.store, office.context(), two, wanted, {})
    assert caught.value.key == key


def test_who_cannot_be_merged(office: Office, two: list[Record]) -> None:
    first, second = (str(record.number) for record in two)
    office.submit(office.book(other(1), other(2)))
    void, erased = sorted(office.store.scan("customer"), key=lambda one: one.number or "")[2:]
    office.store.erase(erased.rid, "本人要求", office.context())  # as long as nobody else is there to be asked
    office.void(void.rid)
    for names, key in (
        ((first, first), "merge.itself"), ((first,), "merge.one_only"), ((first, "CX209901010001"), "rights.not_one"),
        ((first, str(void.number)), "merge.void"), ((str(erased.number), first), "merge.erased"),
    ):  # fmt: skip
        with pytest.raises(UsageError) as caught:
            merge.all_named(office.store, names)
        assert caught.value.key == key, names
    merge.carry_out(office.store, office.context(), two, merge.Wishes(), {})
    with pytest.raises(UsageError) as caught:
        merge.all_named(office.store, (first, second))
    assert caught.value.key == "merge.itself", "a number that was merged away means the survivor"


def test_three_at_once_and_the_best_one_first(office: Office, two: list[Record]) -> None:
    office.submit(office.book(other(1, status="成交客户", contract_amount=10, contract_end="2026-01-01", remark="第三")))
    three = sorted(office.store.scan("customer"), key=lambda one: one.number or "")
    assert [one.number for one in merge.best_first(office.store, three)] == [three[2].number, three[1].number, three[0].number]
    merge.carry_out(office.store, office.context(), merge.best_first(office.store, three), merge.Wishes(), {})
    assert now(office, three[2]).values["remark"] == "第三"
    assert {office.store.find([str(one.number)])[str(one.number)] for one in three} == {three[2].rid}
    assert {"王小明", "李芳"} <= set(children(office, "contact", three[2])), "the others' main contacts go on as contacts"
    found = office.store.candidates([[key] for record in two for key in keys(str(record.values["name"]))]).pairs
    assert {rid for _, rid in found} == {three[2].rid}, "it is recognised under every name"


def test_a_merge_into_a_colleagues_customer_is_proposed(office: Office, two: list[Record]) -> None:
    """To the owner, whose consent is noted, and to the steward, who carries it out."""
    first, _ = two
    lin, steward = office.person("林涛", "entry"), office.person("孙洁", "steward")
    mine = Office(seen(office.store, office.context(lin)), lin)
    mine.submit(office.book(other(3)))
    (own,) = office.store.scan("customer", [("owner", "=", lin.rid)])
    records = merge.all_named(mine.store, [str(first.number), str(own.number)])
    found = merge.preview(mine.store, mine.context(), records, merge.Wishes(), {})
    assert found.proposed and not found.lines, "what a colleague's customer says is not shown"
    proposals.propose_merge(mine.store, mine.context(), records, merge.Wishes({"remark": first.rid}), "同一家")
    with pytest.raises(UsageError) as caught:
        proposals.propose_merge(mine.store, mine.context(), records, merge.Wishes(), "再来一次")
    assert caught.value.key == "merge.proposed_before"
    waiting = proposals.about(office.store, "merge", str(own.number))
    stranger = office.person("王强", "entry")
    for actor, key in ((lin, "merge.own_proposal"), (stranger, "merge.no_seat")):
        with pytest.raises(UsageError) as caught:
            proposals.approve(office.store, office.context(actor), waiting, office.rulebook())
        assert caught.value.key == key
    with pytest.raises(UsageError):
        proposals.decline(office.store, office.context(stranger), waiting)
    assert now(office, own).state == "live"
    done = proposals.approve(office.store, office.context(steward), waiting, office.rulebook())
    assert done.outcome == "done" and now(office, own).merged_into == first.rid and now(office, first).values["remark"] == "老客户"
    assert not office.store.proposals("merge") and not office.store.verify().faults
    back = undo.undo(office.store, office.context(steward), undo.find(office.store, office.context(steward)))
    assert not back.plan.left and now(office, own).state == "live"


def test_voiding_takes_a_manager_and_an_administrator(office: Office, two: list[Record]) -> None:
    first, _ = two
    people = {name: office.person(name, *roles) for name, roles in {"专员": ("steward",), "两职": ("manager", "admin"), "管理": ("admin",)}.items()}

    def approve(who: Person) -> proposals.Answer:
        return proposals.approve(office.store, office.context(who), proposals.about(office.store, "void", str(first.number)), office.rulebook())

    with pytest.raises(UsageError) as caught:
        proposals.propose_void(office.store, office.context(people["专员"]), first, "  ")
    assert caught.value.key == "merge.no_reason"
    proposals.propose_void(office.store, office.context(people["专员"]), first, "倒闭")
    with pytest.raises(UsageError):
        approve(people["专员"])
    answer = approve(people["两职"])
    assert (answer.outcome, answer.seats) == ("open", ("admin",)) and now(office, first).state == "live"
    with pytest.raises(UsageError) as caught:
        approve(people["两职"])
    assert caught.value.key == "merge.said_before"
    assert approve(people["管理"]).outcome == "done" and now(office, first).state == "void"
    assert office.store.history(first.rid)[-1].reason == "倒闭"
    undo.undo(office.store, office.context(people["管理"]), undo.find(office.store, office.context(people["管理"])))
    assert now(office, first).state == "live" and not office.store.verify().faults

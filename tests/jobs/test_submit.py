"""提交 with a real store and a workbook in memory: what goes in, what waits, what comes back."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.jobs.conftest import NOW, TIMES, Office, cells, customer, other, put
from xlcrm.jobs import make, readback
from xlcrm.jobs.dedupe import dedupe
from xlcrm.jobs.submit import Count, submit
from xlcrm.model.operation import Change, Operation
from xlcrm.model.resultsheets import CONFLICTS, DUPLICATES
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY
from xlcrm.sheets.memory import MemoryBook


def exported(office: Office) -> MemoryBook:
    """A fresh workbook with everything the store holds, as `xlcrm export` makes it."""
    customers = list(office.store.scan("customer"))
    numbers = {record.rid: record.number or "" for record in customers}
    names = {one.rid: one.name for one in office.store.people()}
    book = MemoryBook()
    for key, records in {"customer": customers, **readback.family(office.store, customers)}.items():
        columns = readback.cells(records, key, "zh", names, numbers)
        book.append(BY_KEY[key], [{name: column[row] for name, column in columns.items()} for row in range(len(records))])
    return book


def test_new_customers_are_numbered_stamped_and_come_back(office: Office) -> None:
    book = office.book(customer(), other(0))
    done = office.submit(book)
    assert done.total == {Count.NEW: 2, Count.UPDATED: 0, Count.UNCHANGED: 0, Count.REFUSED: 0, Count.WAITING: 0}
    assert cells(book, "number") == ["CX2025030001", "CX2025030002"]
    assert cells(book, "submit_status") == ["已提交", "已提交"]
    assert cells(book, "version") == [1.0, 1.0]
    assert cells(book, "created_by") == ["赵敏", "赵敏"]
    assert cells(book, "created_at") == [NOW, NOW]
    assert cells(book, "owner") == ["赵敏", "赵敏"]
    stored = office.customers()["CX2025030001"]
    assert stored["phone"] == "+8613912345678"
    assert stored["status"] == "prospect"
    assert stored["owner"] == office.actor.rid


def test_pressing_again_changes_nothing(office: Office) -> None:
    book = office.book(customer(), other(0))
    office.submit(book)
    before = copy.deepcopy(office.customers())
    again = office.submit(book)
    assert again.total[Count.UNCHANGED] == 2
    assert again.head == ""
    assert office.customers() == before


def test_a_lost_answer_is_found_by_the_next_press_whatever_the_order(office: Office) -> None:
    book = office.book(customer(), other(0), other(1))
    book.set_setting("uid", "a" * 32)
    lost = copy.deepcopy(book)
    office.submit(book)
    rows = lost.read(BY_KEY["customer"])
    turned = MemoryBook({"customer": [{key: rows.cell(index, key) for key in rows.columns} for index in (2, 0, 1)]}, settings={"uid": "a" * 32})
    again = office.submit(turned)
    assert again.total[Count.UNCHANGED] == 3
    assert cells(turned, "number") == ["CX2025030003", "CX2025030001", "CX2025030002"]
    assert len(office.customers()) == 3


def test_an_answer_lost_twice_is_found_all_the_same(office: Office) -> None:
    first = office.book(customer())
    first.set_setting("uid", "a" * 32)
    office.submit(copy.deepcopy(first))
    second = office.book(customer(), other(0))
    second.set_setting("uid", "a" * 32)
    office.submit(copy.deepcopy(second))
    done = office.submit(second)
    assert done.total[Count.UNCHANGED] == 2
    assert cells(second, "number") == ["CX2025030001", "CX2025030002"]


def test_equal_rows_in_two_workbooks_are_not_the_same_submission(office: Office) -> None:
    office.submit(office.book(customer()))
    second = office.book(customer())
    done = office.submit(second)
    assert done.total[Count.WAITING] == 1
    assert cells(second, "submit_status") == ["待确认重复"]
    assert len(office.customers()) == 1


def test_a_refused_row_says_why_and_holds_nobody_up(office: Office) -> None:
    book = office.book(customer(phone="1391234567"), other(0), {"contact": "谁", "phone": "13912345670"})
    done = office.submit(book)
    assert (done.total[Count.NEW], done.total[Count.REFUSED]) == (1, 2)
    assert cells(book, "submit_status") == ["已退回", "已提交", "已退回"]
    assert "10位" in str(cells(book, "problem")[0])
    assert "【联系方式】" in str(cells(book, "check_result")[0])
    put(book, 0, phone="13912345678")
    done = office.submit(book)
    assert (done.total[Count.NEW], done.total[Count.UNCHANGED], done.total[Count.REFUSED]) == (1, 1, 1)


def test_an_edit_is_stored_with_a_new_version_and_a_log_entry(office: Office) -> None:
    book = office.book(customer())
    office.submit(book)
    put(book, 0, budget=20.0, phone="13912345679")
    done = office.submit(book, moment=datetime(2025, 3, 13, 9))
    assert done.total[Count.UPDATED] == 1
    assert cells(book, "version") == [2.0]
    assert cells(book, "updated_at") == [datetime(2025, 3, 13, 9)]
    record = next(office.store.scan("customer"))
    last = office.store.history(record.rid)[-1]
    assert (last.before, last.after) == (
        {"budget": None, "phone": "+8613912345678"},
        {"budget": "20.00", "phone": "+8613912345679"},
    )
    assert last.actor == office.actor.rid


def test_blank_means_unchanged_clear_clears_and_a_mask_is_no_value(office: Office) -> None:
    book = office.book(customer(budget=20.0, short_name="海河"))
    office.submit(book)
    put(book, 0, budget=None, short_name="清空", phone="139****5678", contact="*小明")
    done = office.submit(book)
    assert done.total[Count.UPDATED] == 1
    stored = office.customers()["CX2025030001"]
    assert (stored["budget"], stored["short_name"], stored["phone"], stored["contact"]) == ("20.00", None, "+8613912345678", "王小明")


def test_two_people_editing_different_fields_are_merged(office: Office) -> None:
    office.submit(office.book(customer()))
    mine, theirs = exported(office), exported(office)
    put(mine, 0, budget=20.0)
    put(theirs, 0, short_name="海河")
    office.submit(mine)
    done = office.submit(theirs)
    assert done.total[Count.UPDATED] == 1
    stored = office.customers()["CX2025030001"]
    assert (stored["budget"], stored["short_name"]) == ("20.00", "海河")
    assert cells(theirs, "budget") == [20.0], "what a colleague changed comes into this sheet"
    assert office.submit(theirs).total[Count.UNCHANGED] == 1


@pytest.mark.parametrize(("choice", "kept"), [("用本表的", "30.00"), ("用客户库的", "20.00")])
def test_a_conflict_shows_both_and_the_choice_is_carried_out(office: Office, choice: str, kept: str) -> None:
    office.submit(office.book(customer()))
    mine, theirs = exported(office), exported(office)
    put(mine, 0, budget=20.0)
    put(theirs, 0, budget=30.0, short_name="海河")
    office.submit(mine)
    done = office.submit(theirs)
    assert done.total[Count.WAITING] == 1
    assert cells(theirs, "submit_status") == ["有冲突"]
    lines = theirs.read(CONFLICTS)
    assert (lines.cell(0, "field"), lines.cell(0, "mine"), lines.cell(0, "theirs")) == ("年预算(万元)", 30.0, 20.0)
    assert office.customers()["CX2025030001"]["short_name"] is None, "a row goes in whole or not at all"
    theirs.write(lines, {"choice": [choice]})
    done = office.submit(theirs)
    assert done.total[Count.UPDATED] == 1
    stored = office.customers()["CX2025030001"]
    assert (stored["budget"], stored["short_name"]) == (kept, "海河")
    assert cells(theirs, "budget") == [float(kept)]
    assert not len(theirs.read(CONFLICTS))


def repeated(office: Office) -> MemoryBook:
    office.submit(office.book(customer(budget=20.0)))
    book = office.book(customer("深圳海河电子有限公司", contact_title="副总经理", short_name="海河"))
    assert office.submit(book).total[Count.WAITING] == 1
    return book


def decide(book: MemoryBook, *decisions: str) -> None:
    book.write(book.read(DUPLICATES), {"decision": list(decisions)})


def test_merging_keeps_what_loses(office: Office) -> None:
    book = repeated(office)
    decide(book, "合并到已有客户")
    done = office.submit(book)
    assert done.total[Count.UPDATED] == 1
    assert (cells(book, "submit_status"), cells(book, "number")) == (["已合并"], ["CX2025030001"])
    record = next(office.store.scan("customer"))
    assert record.values["short_name"] == "海河"
    assert record.values["budget"] == "20.00"
    kept = {(one.field, one.value) for one in office.store.kept([record.rid])[record.rid]}
    names = {"深圳市海河电子有限公司", "深圳海河电子有限公司"}
    assert names <= {value for field, value in kept if field == "name"} | {record.values["name"]}
    assert office.submit(book).total[Count.UNCHANGED] == 1


def test_another_contact_is_added_to_the_customer(office: Office) -> None:
    office.submit(office.book(customer()))
    book = office.book(customer(contact="李芳", phone="13812345671"))
    office.submit(book)
    assert cells(book, "advice", "duplicate") == ["添加联系人"]
    decide(book, "添加联系人")
    assert office.submit(book).total[Count.UPDATED] == 1
    record = next(office.store.scan("customer"))
    contacts = office.store.children("contact", [record.rid])[record.rid]
    assert [(one.values["name"], one.values["phone"]) for one in contacts] == [("李芳", "+8613812345671")]
    assert contacts[0].number == "LX2025030001"


def test_a_dropped_row_stays_out(office: Office) -> None:
    book = repeated(office)
    decide(book, "放弃本行")
    assert office.submit(book).total[Count.UNCHANGED] == 1
    assert cells(book, "submit_status") == ["已作废"]
    assert office.submit(book).total[Count.UNCHANGED] == 1
    assert len(office.customers()) == 1


def test_not_the_same_is_stored_and_remembered(office: Office) -> None:
    book = repeated(office)
    decide(book, "不是同一客户")
    assert office.submit(book).total[Count.NEW] == 1
    assert len(office.customers()) == 2
    again = exported(office)
    assert not dedupe(again, office.store, office.context(), office.rulebook()).matches


def test_of_two_alike_rows_the_earlier_goes_in(office: Office) -> None:
    book = office.book(customer(), customer("深圳海河电子有限公司"))
    done = office.submit(book)
    assert (done.total[Count.NEW], done.total[Count.WAITING]) == (1, 1)
    assert cells(book, "submit_status") == ["已提交", "待确认重复"]


def test_accepting_the_advice_merges_sure_duplicates(office: Office) -> None:
    book = office.book(customer(), customer(budget=20.0), other(0))
    done = office.submit(book, accept=True)
    assert (done.total[Count.NEW], done.total[Count.WAITING]) == (2, 0)
    assert len(office.customers()) == 2
    assert cells(book, "number")[0] == cells(book, "number")[1]
    assert office.customers()["CX2025030001"]["budget"] == "20.00"
    assert office.submit(book).total[Count.UNCHANGED] == 3


def test_a_dry_run_changes_neither_store_nor_book(office: Office) -> None:
    book = office.book(customer(), other(0))
    done = office.submit(book, dry_run=True)
    assert done.total[Count.NEW] == 2
    assert office.customers() == {}
    assert book.saves == 0
    office.submit(book)
    assert sorted(office.customers()) == ["CX2025030001", "CX2025030002"], "a dry run burns no numbers"


def test_contacts_interactions_and_tags_go_with_their_customer(office: Office) -> None:
    name = "深圳市海河电子有限公司"
    book = office.book(
        customer(),
        contact=[{"customer": name, "name": "李芳", "phone": "13812345671"}],
        interaction=[
            {"customer": name, "at": datetime(2025, 3, 12, 9), "way": "电话", "topic": "方案演示", "summary": "客户想看案例，已答应发送。", "feedback": "有兴趣", "next_step": "发送案例集", "next_by": "赵敏", "next_due": datetime(2025, 3, 14)},
            {"customer": name, "at": datetime(2025, 3, 12, 11), "way": "拜访", "topic": "报价", "summary": "谈了价格，约定再报。", "feedback": "有兴趣", "next_step": "提交报价单", "next_by": "赵敏", "next_due": datetime(2025, 3, 17)},
        ],
        tag=[{"customer": name, "type": "需求", "name": "降低成本"}],
    )
    done = office.submit(book)
    assert done.total[Count.NEW] == 5
    assert cells(book, "number", "interaction") == ["HDCX20250300010001", "HDCX20250300010002"]
    assert cells(book, "tags") == ["降低成本"]
    assert office.submit(book).total == {Count.NEW: 0, Count.UPDATED: 0, Count.UNCHANGED: 5, Count.REFUSED: 0, Count.WAITING: 0}
    later = office.book(contact=[{"customer": "CX2025030001", "name": "周敏", "phone": "13812345672"}, {"customer": "没有这家公司", "name": "周敏", "phone": "13812345672"}])
    done = office.submit(later)
    assert (done.total[Count.NEW], done.total[Count.REFUSED]) == (1, 1)
    assert "没有这家公司" in str(cells(later, "problem", "contact")[1])


def test_a_child_waits_with_its_customer(office: Office) -> None:
    book = office.book(customer(phone="1391234567"), contact=[{"customer": "深圳市海河电子有限公司", "name": "李芳", "phone": "13812345671"}])
    done = office.submit(book)
    assert (done.counts["customer"][Count.REFUSED], done.counts["contact"][Count.WAITING]) == (1, 1)
    put(book, 0, phone="13912345678")
    done = office.submit(book)
    assert done.total[Count.NEW] == 2


def test_forged_numbers_copied_rows_and_edited_audit_columns(office: Office) -> None:
    book = office.book(customer(), other(0, number="CX2025039999"))
    done = office.submit(book)
    assert (done.total[Count.NEW], done.total[Count.REFUSED]) == (1, 1)
    put(book, 1, number="CX2025030001")
    done = office.submit(book)
    assert done.total[Count.REFUSED] == 2, "two rows with one number: nobody knows which is the customer"
    book = exported(office)
    put(book, 0, created_by="张三", created_at=datetime(2020, 1, 1))
    done = office.submit(book)
    assert done.total[Count.UNCHANGED] == 1
    assert (cells(book, "created_by"), cells(book, "created_at")) == (["赵敏"], [NOW])


def test_core_fields_become_requests_where_the_team_wants_it(office: Office) -> None:
    book = office.book(customer())
    office.submit(book)
    put(book, 0, contract_amount=50.0, contract_end=datetime(2026, 3, 1), budget=20.0)
    done = office.submit(book, settings={"changes": "core"})
    assert done.total[Count.UPDATED] == 1
    record = next(office.store.scan("customer"))
    assert (record.values["contract_amount"], record.values["budget"]) == (None, "20.00")
    requests = office.store.children("request", [record.rid])[record.rid]
    assert {(one.values["field"], one.values["after"], one.values["state"]) for one in requests} == {
        ("contract_amount", "50.00", "open"),
        ("contract_end", "2026-03-01", "open"),
    }
    assert all(one.number and one.number.startswith("GX20250312") for one in requests)
    again = office.submit(book, settings={"changes": "core"})
    assert again.total[Count.WAITING] == 1
    assert len(office.store.children("request", [record.rid])[record.rid]) == 2, "asked once, not at every press"


def test_a_row_joined_to_a_customer_goes_the_same_way(office: Office) -> None:
    office.submit(office.book(customer()))
    book = office.book(customer("深圳海河电子有限公司", grade="A", budget=20.0, status="成交客户", contract_amount=50.0, contract_end=datetime(2026, 3, 1)))
    office.submit(book, settings={"changes": "core"})
    decide(book, "合并到已有客户")
    for _ in range(2):
        office.submit(book, settings={"changes": "core"})
        record = next(office.store.scan("customer"))
        assert (record.values["grade"], record.values["status"], record.values["budget"]) == (None, "prospect", "20.00")
        wanted = {one.values["field"]: one.values["after"] for one in office.store.children("request", [record.rid])[record.rid]}
        assert wanted == {
            "name": "深圳海河电子有限公司", "grade": "A", "status": "won", "contract_amount": "50.00", "contract_end": "2026-03-01",
        }, "asked once, not at every press"  # fmt: skip
        assert len(office.store.children("request", [record.rid])[record.rid]) == 5
        assert not office.store.kept([record.rid]), "nothing has lost yet"


def test_a_setting_changed_meanwhile_waits_for_the_next_press(office: Office) -> None:
    book = office.book(customer())
    office.submit(book)
    office.store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), office.context())
    put(book, 0, grade="A", budget=20.0)
    done = office.submit(book, settings={})
    assert (done.total[Count.WAITING], cells(book, "submit_status")) == (1, ["未提交"])
    assert "合作等级" in str(cells(book, "problem")[0]) and "申请" in str(cells(book, "problem")[0])
    assert office.submit(book, settings={"changes": "core"}).total[Count.UPDATED] == 1
    rid = next(office.store.scan("customer")).rid
    assert [one.values["field"] for one in office.store.children("request", [rid])[rid]] == ["grade"]


def test_an_entry_user_neither_edits_nor_merges_into_a_colleagues_customer(office: Office) -> None:
    office.submit(office.book(customer()))
    lin = office.person("林涛", "entry")
    book = exported(office)
    put(book, 0, budget=20.0)
    assert office.submit(book, lin).total[Count.REFUSED] == 1
    book = office.book(customer("深圳海河电子有限公司"))
    office.submit(book, lin)
    decide(book, "合并到已有客户")
    done = office.submit(book, lin)
    assert done.total[Count.WAITING] == 1
    assert cells(book, "submit_status") == ["待审核"]
    assert office.customers()["CX2025030001"]["budget"] is None


def test_text_that_looks_like_a_formula_stays_text(office: Office) -> None:
    book = office.book(customer(remark="=1+1", product="@SUM(A1)", need="-要便宜"))
    office.submit(book)
    stored = office.customers()["CX2025030001"]
    assert (stored["remark"], stored["product"], stored["need"]) == ("=1+1", "@SUM(A1)", "-要便宜")


ROW = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["深圳市海河电子有限公司", "深圳海河电子有限公司", "南京青禾食品有限公司", "", "青禾"]),
        "contact": st.sampled_from(["王小明", "李芳", None, "暂无"]),
        "phone": st.sampled_from(["13912345678", 13912345678.0, "1391234567", "13812345671", None, "139****5678"]),
        "status": st.sampled_from(["意向客户", "跟进中", "成交客户", None]),
        "number": st.sampled_from([None, None, None, "CX2025030001", "CX2025039999"]),
        "budget": st.sampled_from([None, 20.0, "二十", -1.0]),
    },
)


@settings(max_examples=12 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=6), st.booleans())
def test_every_row_read_is_accounted_for(office: Office, rows: list[dict[str, Cell]], accept: bool) -> None:
    book = office.book(*[row for row in rows if any(row.values())])
    first = office.submit(book, accept=accept)
    again = office.submit(book, accept=accept)
    assert again.rows == first.rows
    assert again.total[Count.NEW] == 0
    assert not office.store.verify().faults


def test_export_is_a_workbook_that_can_be_submitted(office: Office, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from xlcrm.sheets.files import open_book

    office.submit(office.book(customer(budget=20.0), other(0)))
    made = make.export(tmp_path / "out.xlsx", office.store, office.context(), office.rulebook(), [("budget", ">", "10")])
    assert made.rows == 1
    book = open_book(tmp_path / "out.xlsx")
    assert office.submit(book).total[Count.UNCHANGED] == 1


def test_a_masked_phone_stays_due_until_the_real_one_comes(office: Office) -> None:
    book = office.book(customer(phone="139****5678"))
    assert office.submit(book).total[Count.NEW] == 1
    assert office.submit(book).total[Count.UNCHANGED] == 1
    assert "待补全" in str(cells(book, "check_result")[0]), "the store still has no phone"
    put(book, 0, phone="13912345678")
    office.submit(book)
    put(book, 0, phone="139****5678")
    assert office.submit(book).total[Count.UNCHANGED] == 1
    assert cells(book, "check_result") == ["通过"]


@pytest.mark.parametrize(("decision", "status"), [("合并到已有客户", "已合并"), ("待定", "待确认重复"), ("不是同一客户", "已提交"), ("放弃本行", "已作废")])
def test_a_decision_about_two_rows_of_one_sheet_holds_after_the_first_is_stored(office: Office, decision: str, status: str) -> None:
    book = office.book(customer(), customer("深圳海河电子有限公司"))
    office.submit(book)
    decide(book, decision)
    for _ in range(2):
        office.submit(book)
        assert cells(book, "submit_status") == ["已提交", status]
    assert cells(book, "decision", "duplicate") == ([decision] if decision == "待定" else [])


def test_in_an_old_list_a_contact_without_a_customer_is_refused_all_the_same(office: Office) -> None:
    book = office.book(contact=[{"name": "李芳", "phone": "13812345671"}])
    book.set_setting("import", "旧表.xlsx")
    rulebook = replace(office.rulebook(), old=True)
    done = submit(book, office.store, office.context(), rulebook)
    assert done.total[Count.REFUSED] == 1

"""客户全景: everything about one customer on one page, and nothing that the reader may not know."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.jobs.conftest import NOW, Office, cells, customer, put
from xlcrm.jobs import dedupe, merge, proposals
from xlcrm.jobs.customer360.page import page
from xlcrm.jobs.refresh import refresh
from xlcrm.model.context import Person
from xlcrm.model.operation import Change, Operation, Record
from xlcrm.model.page import GRID, Facts, Lines, Page
from xlcrm.model.resultsheets import DUPLICATES
from xlcrm.model.rows import Cell
from xlcrm.sheets.memory import MemoryBook
from xlcrm.sheets.page import write
from xlcrm.store.guard import seen

NAME = "深圳市海河电子有限公司"


def rich(office: Office) -> Record:
    """A customer with something of everything."""
    name: dict[str, Cell] = {"customer": NAME}
    book = office.book(
        customer(grade="A", status="成交客户", contract_amount=120.5, contract_end=datetime(2025, 3, 31), address="深圳市南山区科技园南区12号",
                 need="样机先到，再谈年度框架", remark="2025-03-12：成交客户，合同已签", email="wang@haihe.cn", source=None),
        contact=[name | {"name": "李芳", "phone": "13800001111", "role": "决策人", "title": "总经理"}, name | {"name": "赵强", "phone": "0755-26001234", "role": "使用人"}],
        interaction=[
            name | {"at": datetime(2025, 3, 1, 9), "way": "电话", "topic": "报价", "summary": "客户嫌贵；我们解释了质保。", "feedback": "提出异议", "next_step": "重做报价单", "next_by": "赵敏", "next_due": datetime(2025, 3, 5)},
            name | {"at": datetime(2025, 3, 11, 15, 30), "way": "拜访", "topic": "签约", "summary": "合同已签，首付款下周到。", "feedback": "有兴趣", "agreed": "首批50台", "contact": "李芳", "next_step": "跟进首付款到账", "next_by": "赵敏", "next_due": datetime(2025, 3, 10)},
        ],
        tag=[name | {"type": "价值", "name": "高价值"}],
        feedback=[name | {"type": "投诉", "content": "交货晚了三天", "raised_on": datetime(2025, 3, 9)}],
        opportunity=[name | {"title": "年度框架", "stage": "谈判", "amount": 300.0, "expected_on": datetime(2025, 6, 30), "strategy": "先做样板"}],
        activity=[name | {"type": "拜访计划", "title": "年中回访", "on": datetime(2025, 6, 1), "plan": "带技术一起去"}],
    )  # fmt: skip
    office.submit(book)
    put(book, 0, remark="2025-03-12：追加了质保条款", phone="13900002222")
    office.submit(book)
    return the_one(office)


def the_one(office: Office, name: str = NAME) -> Record:
    (found,) = (one for one in office.store.scan("customer") if one.values["name"] == name)
    return found


def shown(office: Office, record: Record, who: Person | None = None, language: str = "zh") -> Page:
    context = office.context(who)
    context = type(context)(context.actor, context.clock, language, context.source)
    store = seen(office.store, context)
    rules = office.rulebook()
    return page(
        store, context, type(rules)(rules.moment, language, rules.people, rules.names), store.records([record.rid])[record.rid]
    )


def part(found: Page, title: str) -> Lines:
    (one,) = (one for one in found.parts if one.title == title)
    assert isinstance(one, Lines)
    return one


def lines(found: Page, title: str) -> list[list[str]]:
    one = part(found, title)
    assert sum(one.widths) == GRID and all(len(line) == len(one.widths) for line in one.lines)
    return [list(line) for line in one.lines]


def everything(found: Page) -> str:
    told = [found.title, found.subtitle, found.foot, *found.warnings, *(f"{one.label} {one.value}" for one in found.cards)]
    for one in found.parts:
        told += [one.title, *(" ".join(line) for line in (one.pairs if isinstance(one, Facts) else one.lines))]
        told += [one.note] if isinstance(one, Lines) else []
    return "\n".join(told)


def test_the_page_tells_who_it_is_what_was_last_and_what_is_next(office: Office) -> None:
    found = shown(office, rich(office))
    assert found.title == NAME and "CX2025030001" in found.subtitle and "CX2025030001" in found.foot
    cards = {one.label: one for one in found.cards}
    assert (cards["客户状态"].value, cards["客户状态"].tone, cards["合作等级"].value, cards["负责人"].value) == (
        "成交客户",
        "good",
        "A",
        "赵敏",
    )
    assert cards["主要联系人"].value == "王小明  13900002222"
    assert cards["最近互动"].value == "2025-03-11 15:30  拜访  签约"
    assert (cards["下一步行动"].value, cards["下一步行动"].tone) == ("跟进首付款到账  赵敏  2025-03-10", "must")
    assert any("合同2025-03-31到期" in one for one in found.warnings)
    assert any("客户来源" in one and "所属行业" not in one for one in found.warnings), "what is missing is said at once"


def test_lists_stand_with_the_newest_first_and_name_what_they_show(office: Office) -> None:
    found = shown(office, rich(office))
    talks = lines(found, "客户互动记录表")
    assert [line[0].split("\n")[0] for line in talks] == ["2025-03-11 15:30", "2025-03-01 09:00"]
    assert talks[0][2] == "签约\n合同已签，首付款下周到。\n客户反馈：有兴趣\n达成共识：首批50台"
    assert [line[0] for line in lines(found, "联系人表")] == ["李芳", "赵强"]
    assert lines(found, "联系人表")[1][2] == "0755-26001234"
    assert lines(found, "销售机会")[0][:3] == ["年度框架", "谈判", "300.00"]
    assert "交货晚了三天" in lines(found, "客户需求与反馈")[0][2] and lines(found, "客户分类标签表")[0][:2] == ["价值", "高价值"]
    assert part(found, "没有记录").note == "信息更新申请表、核对记录"
    assert ("客户地址", "深圳市南山区科技园南区12号") in next(one.pairs for one in found.parts if isinstance(one, Facts))
    past = lines(found, "变更历史")
    changed = next(line for line in past if "联系方式：139****" in line[3] or "联系方式：13912345678 → 13900002222" in line[3])
    assert changed[0] == "2025-03-12 14:30" and changed[1] == "赵敏"
    assert any("客户互动记录表 HDCX20250300010002：新建" in line[3] for line in past), (
        "what belongs to the customer has a history too"
    )


def test_what_the_reader_may_not_know_is_masked_or_not_there(office: Office) -> None:
    record, reviewer, marketing = rich(office), office.person("李审", "reviewer"), office.person("钱市", "marketing")
    masked = everything(shown(office, record, reviewer))
    assert "139****2222" in masked and "王小明" in masked
    assert not any(word in masked for word in ("13900002222", "13912345678", "13800001111", "wang@haihe.cn"))
    assert "您" in part(shown(office, record, reviewer), "变更历史").note
    little = shown(office, record, marketing)
    hidden = ("王小明", "2222", "科技园", "120.50", "成交客户", "样机先到", "追加了质保")
    assert not any(word in everything(little) for word in hidden)
    assert "主要联系人" not in {one.label for one in little.cards} and "客户来源" in "\n".join(little.warnings)
    assert "联系人职务" not in "\n".join(little.warnings), "what is hidden is not missing"
    assert lines(little, "客户分类标签表")[0][1] == "高价值"
    unseen = part(little, "您的角色看不到")
    assert "联系人表" in unseen.note and "客户分类标签表" not in unseen.note
    assert [one.title for one in little.parts if isinstance(one, Lines)].count("客户互动记录表") == 0
    assert {one.label for one in little.cards}.isdisjoint({"负责人", "客户状态", "最近互动", "下一步行动"})


def test_merged_customers_and_decided_duplicates_are_named(office: Office) -> None:
    rich(office)
    twin = office.book(customer(name="深圳海河电子", phone="13900002222", source="转介绍", employees=260.0))
    dedupe.dedupe(twin, office.store, office.context(), office.rulebook())
    rows = twin.read(DUPLICATES)
    twin.write(rows, {"decision": ["不是同一客户"] * len(rows)})
    office.submit(twin)
    put(twin, 0, short_name="海河")  # a decision is about what the row said when it was made
    office.submit(twin)
    record, other = the_one(office), the_one(office, "深圳海河电子")
    for one, named in ((record, "深圳海河电子"), (other, NAME)):
        assert [line[1:3] for line in lines(shown(office, one), "判断过的疑似重复")] == [[named, "不是同一客户"]]
    merge.carry_out(office.store, office.context(), [record, other], merge.Wishes(), {}, "其实是一家")
    found = shown(office, the_one(office))
    assert [line[:2] for line in lines(found, "并入的客户")] == [[other.number, "深圳海河电子"]]
    assert any("深圳海河电子" in line[1] for line in lines(found, "合并时保留的其他内容"))
    assert any("其实是一家" in line[3] for line in lines(found, "变更历史"))


def test_what_waits_and_what_was_shown_is_told(office: Office, tmp_path: Path) -> None:
    record, reviewer = rich(office), office.person("李审", "reviewer")
    office.store.apply(
        Operation(
            "review",
            [
                Change(
                    "review", "r" * 32, record.rid, {"customer": record.rid, "scope": "month", "answer": "same", "note": "都对"}
                )
            ],
        ),
        office.context(),
    )
    seen(office.store, office.context(reviewer)).reveal(record.rid, "phone", "核对号码", office.context(reviewer))
    proposals.propose_void(office.store, office.context(), record, "倒闭")
    found = shown(office, record)
    assert any("倒闭" in one and "作废" in one for one in found.warnings)
    assert lines(found, "核对记录")[0][1:3] == ["赵敏", "月度核对"] and "都对" in lines(found, "核对记录")[0][4]
    assert any(
        line[1] == "李审" and "核对号码" in line[3] and "联系方式：查看了明文" in line[3] for line in lines(found, "变更历史")
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_prints_on_a4_upright_and_holds_text_as_text(office: Office, tmp_path: Path, language: str) -> None:
    from openpyxl import load_workbook

    record = rich(office)
    book = MemoryBook()
    refresh(book, office.store, office.context(), office.rulebook())
    put(book, 0, need="=1+1", status=cells(book, "status")[0])
    office.submit(book)
    found = shown(office, record, language=language)
    write(tmp_path / "全景.xlsx", found, language)
    write(tmp_path / "again.xlsx", found, language)
    assert (tmp_path / "全景.xlsx").read_bytes() == (tmp_path / "again.xlsx").read_bytes()
    (sheet,) = load_workbook(tmp_path / "全景.xlsx").worksheets
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == (9, "portrait", 0)
    assert sheet.max_column == GRID and NOW.strftime("%Y-%m-%d") in str(sheet.oddFooter and sheet.oddFooter.left.text)
    texts = {str(cell.value): cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert texts["=1+1"].data_type == "s"
    assert NAME in texts and ("变更历史" if language == "zh" else "History") in texts
    if language == "en":
        assert all(word in texts for word in ("Won", "Interactions", "Last interaction"))
    assert all(dimension.height is None or dimension.height <= 409 for dimension in sheet.row_dimensions.values())

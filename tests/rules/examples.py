"""One good and one bad example for every code of rules/codes.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from xlcrm.model.operation import Values
from xlcrm.model.rows import Cell, CellError, Flaw, Rows, of
from xlcrm.model.tables import BY_KEY
from xlcrm.model.vocabularies import Option
from xlcrm.rules.rulebook import Rulebook

MOMENT = datetime(2025, 3, 12, 10, 0)
PEOPLE = {"张三": "rid-zhang", "李小四": "rid-li"}

Records = dict[str, Cell] | list[dict[str, Cell]]

# Complete rows without any finding; an example changes what it is about.
BASE: dict[str, dict[str, Cell]] = {
    "customer": {
        "name": "深圳市海河电子有限公司",
        "contact": "王小明",
        "phone": "13912345678",
        "industry": "软件和信息技术服务业",
        "size": "中型企业(100-500人)",
        "contact_title": "采购总监",
        "source": "展会拜访",
        "first_contact": datetime(2025, 3, 11),
        "status": "意向客户",
        "owner": "张三",
    },
    "contact": {"customer": "CX2025030012", "name": "李芳", "phone": "13912345678"},
    "interaction": {
        "customer": "CX2025030012",
        "at": datetime(2025, 3, 12, 9, 30),
        "way": "拜访",
        "topic": "产品方案演示",
        "summary": "客户希望看到仓储模块，我方约定下周演示。",
        "feedback": "有兴趣",
        "next_step": "发送报价单",
        "next_by": "李小四",
        "next_due": datetime(2025, 3, 20),
    },
    "tag": {"customer": "CX2025030012", "type": "需求", "name": "降低成本"},
    "request": {"customer": "CX2025030012", "field": "合同金额(万元)", "before": 20.0, "after": 35.5, "reason": "续签"},
    "feedback": {"customer": "CX2025030012", "type": "投诉", "content": "发货晚了三天。", "raised_on": datetime(2025, 3, 11), "assigned_to": "张三"},
    "opportunity": {"customer": "CX2025030012", "title": "仓储模块二期", "stage": "方案报价", "amount": 30.0, "expected_on": datetime(2025, 6, 30)},
    "activity": {"type": "市场活动", "title": "春季展会", "on": datetime(2025, 3, 10)},
}


@dataclass(frozen=True)
class Example:
    """What gives a finding and what, almost the same, does not. ``code`` at ``severity`` in ``field`` (None: the sheet)."""

    code: str
    severity: str
    field: str | None
    bad: Records
    good: Records
    table: str = "customer"
    bad_formulas: frozenset[tuple[int, str]] = frozenset()
    bad_flaws: tuple[Flaw, ...] = ()
    good_flaws: tuple[Flaw, ...] = ()
    known: dict[str, Values] | None = None
    options: Mapping[str, tuple[Option, ...]] | None = None

    def book(self) -> Rulebook:
        return Rulebook(MOMENT, people=PEOPLE, options=self.options or {})

    def rows(self, good: bool) -> Rows:
        given = self.good if good else self.bad
        records = [BASE[self.table] | record for record in (given if isinstance(given, list) else [given])]
        rows = of(BY_KEY[self.table], records, first=5)
        rows.flaws.extend(self.good_flaws if good else self.bad_flaws)
        if not good:
            rows.formulas.update(self.bad_formulas)
        return rows


def _flaw(code: str, **values: str) -> tuple[Flaw, ...]:
    return (Flaw(code, "F4", tuple(values.items())),)


_STORED: dict[str, Values] = {
    "CX2025030001": {"status": "lead", "remark": None, "created_by": "rid-zhang", "version": "2", "size": "medium"},
}
_OWN = {"source": (Option("own-1", "朋友圈", "Moments"),)}
_RETIRED = {"tag": (Option("chan-direct", "直客", "Direct customer", "channel", retired=True),)}
_KNOWN: dict[str, Cell] = {"number": "CX2025030001"}
_DONE: dict[str, Cell] = {"result": "已补偿运费", "closed_on": "2025-03-12"}

EXAMPLES = (
    Example("MISSING", "must", "phone", {"phone": None}, {}),
    Example("MISSING_DUE", "due", "size", {"size": None, "employees": None}, {"size": None, "employees": 120.0}),
    Example("PLACEHOLDER", "check", "phone", {"phone": 12345678901.0}, {"phone": "13912345679"}),
    Example("MASKED", "due", "phone", {"phone": "138****5678"}, {"number": "CX2025030001", "phone": "138****5678"}),
    Example("CLEAR_BLOCKING", "must", "contact", {"number": "CX2025030001", "contact": "清空"}, {"number": "CX2025030001", "email": "清空"}),
    Example("ERROR_VALUE", "must", "budget", {"budget": CellError("#N/A")}, {"budget": 12.5}),
    Example("FORMULA", "check", "budget", {"budget": 12.5}, {"budget": 12.5}, bad_formulas=frozenset({(0, "budget")})),
    Example("FORMULA_EMPTY", "must", "budget", {"budget": None}, {"budget": None}, bad_formulas=frozenset({(0, "budget")})),
    Example("TOO_LONG", "must", "need", {"need": "需" * 51}, {"need": "需" * 50}),
    Example("TEXT_FORM", "check", "name", {"name": " 深圳市　海河电子\n有限公司 "}, {"name": "深圳市海河电子（北京）有限公司"}),
    Example("TEXT_GARBLED", "check", "name", {"name": "深圳市\ufffd河电子有限公司"}, {"name": "深圳市海河电子有限公司"}),
    Example("PHONE_IN_TEXT", "check", "remark", {"remark": "找王工 13912345678"}, {"remark": "合同号 139123456789"}),
    Example("IDENTITY_IN_TEXT", "check", "remark", {"remark": "身份证11010519491231002X"}, {"remark": "订单 110105194912"}),
    Example("DIGITS_LOST", "must", "identity", {"identity": 110105194912310016.0}, {"identity": "11010519491231002X"}),
    Example("CODE_FORM", "check", "identity", {"identity": "110105 19491231 002x"}, {"identity": "11010519491231002X"}),
    Example("NAME_ODD", "must", "contact", {"contact": "12345"}, {"contact": "王五"}),
    Example("NAME_SHORT", "check", "name", {"name": "海河电子"}, {"name": "海河电子", "kind": "个人", "size": None}),
    Example("PERSON_TITLE", "check", "contact", {"contact": "王经理"}, {"contact": "王经纬"}),
    Example("PHONE_SHORT", "must", "phone", {"phone": "1391234567"}, {"phone": "13912345670"}),
    Example("PHONE_LONG", "must", "phone", {"phone": 139123456789.0}, {"phone": 13912345678.0}),
    Example("PHONE_AREA", "must", "phone", {"phone": "62345678"}, {"phone": "010-62345678"}),
    Example("PHONE_INVALID", "must", "phone", {"phone": "电话见名片"}, {"phone": "400-123-4567"}),
    Example("PHONE_ZERO", "check", "phone", {"phone": 1062345678.0}, {"phone": "010-62345678"}),
    Example("PHONE_UNUSUAL", "check", "phone", {"phone": "14912345678"}, {"phone": "14712345678"}),
    Example("PHONE_FOREIGN", "check", "phone", {"phone": "+85223456789"}, {"phone": "020-83456789"}),
    Example("PHONE_SEVERAL", "check", "phone", {"phone": "13912345678/13812345679"}, {"phone": "010-62345678转8"}),
    Example("PHONE_NOTE", "check", "phone", {"phone": "13912345678 王经理"}, {"phone": "13912345678"}),
    Example("PHONE_FORM", "check", "phone", {"phone": "+86 139-1234-5678"}, {"phone": "0755-82345678"}),
    Example("MAIL_INVALID", "must", "email", {"email": "wang#haihe.com"}, {"email": "wang@haihe.com"}),
    Example("MAIL_SEVERAL", "must", "email", {"email": "a1@haihe.com；b1@haihe.com"}, {"email": "a1@haihe.com"}),
    Example("MAIL_TYPO", "check", "email", {"email": "wang@qq.con"}, {"email": "wang@qq.com"}),
    Example("MAIL_FORM", "check", "email", {"email": "wang＠HaiHe.com "}, {"email": "wang@haihe.com"}),
    Example("USCC_LENGTH", "must", "uscc", {"uscc": "91350100M000100Y4"}, {"uscc": "91350100M000100Y43"}),
    Example("USCC_CHARACTERS", "must", "uscc", {"uscc": "9I350100M000100Y43"}, {"uscc": "91350100M000100Y43"}),
    Example("USCC_CHECK", "must", "uscc", {"uscc": "91350100M000100Y44"}, {"uscc": "91350100M000100Y43"}),
    Example("IDENTITY_LENGTH", "must", "identity", {"identity": "110105491231002"}, {"identity": "11010519491231002X"}),
    Example("IDENTITY_CHARACTERS", "must", "identity", {"identity": "1101051949123100AX"}, {"identity": "11010519491231002X"}),
    Example("IDENTITY_DATE", "must", "identity", {"identity": "110105194913310027"}, {"identity": "11010519491231002X"}),
    Example("IDENTITY_CHECK", "must", "identity", {"identity": "110105194912310021"}, {"identity": "11010519491231002X"}),
    Example("BANKCARD_LENGTH", "must", "bankcard", {"bankcard": "622202"}, {"bankcard": "6222021234567890128"}),
    Example("BANKCARD_CHECK", "check", "bankcard", {"bankcard": "6222021234567890123"}, {"bankcard": "6222021234567890128"}),
    Example("OPTION_SYNONYM", "check", "status", {"status": "簽約客戶", "contract_amount": 5.0, "contract_end": datetime(2026, 1, 1)}, {"status": "潜在客户"}),
    Example("OPTION_VAGUE", "must", "status", {"status": "有希望"}, {"status": "意向客户"}),
    Example("OPTION_TOO_BROAD", "must", "industry", {"industry": "其他"}, {"industry": "其他服务业"}),
    Example("OPTION_NEAR", "must", "source", {"source": "展会参观"}, {"source": "展会拜访"}),
    Example("OPTION_UNKNOWN", "must", "source", {"source": "天外飞来"}, {"source": "朋友圈"}, options=_OWN),
    Example("OPTION_SEVERAL", "must", "channel", {"channel": "电话、邮件"}, {"channel": "电话"}),
    Example("OPTION_AMBIGUOUS", "must", "district", {"district": "朝阳区"}, {"province": "北京市", "city": "北京市", "district": "朝阳区"}),
    Example("REGION_MISMATCH", "must", "city", {"province": "广东省", "city": "长沙市"}, {"province": "湖南省", "city": "长沙市"}),
    Example("TAG_TYPE", "must", "name", {"name": "高价值"}, {"type": "价值", "name": "高价值"}, table="tag"),
    Example("COLLEAGUE_NEAR", "must", "owner", {"owner": "李四"}, {"owner": "李小四"}),
    Example("COLLEAGUE_UNKNOWN", "must", "owner", {"owner": "诸葛亮"}, {"owner": "张三"}),
    Example("NUMBER_INVALID", "must", "budget", {"budget": "约50万左右"}, {"budget": 50.0}),
    Example("NUMBER_NEGATIVE", "must", "budget", {"budget": -1.0}, {"budget": 0.0}),
    Example("NUMBER_FRACTION", "must", "employees", {"employees": 120.5}, {"employees": 120.0}),
    Example("NUMBER_DECIMALS", "check", "budget", {"budget": 12.345}, {"budget": 12.34}),
    Example("NUMBER_UNIT", "check", "budget", {"budget": "500000元"}, {"budget": 50.0}),
    Example("NUMBER_HUGE", "check", "revenue", {"revenue": 500000000.0}, {"revenue": 50000.0}),
    Example("NUMBER_FORM", "check", "budget", {"budget": "1,200"}, {"budget": 1200.0}),
    Example("DATE_INVALID", "must", "decision_date", {"decision_date": "2025-02-30"}, {"decision_date": "2025-02-28"}),
    Example("DATE_INCOMPLETE", "must", "decision_date", {"decision_date": "2025年6月"}, {"decision_date": "2025-06-30"}),
    Example("DATE_NO_YEAR", "must", "decision_date", {"decision_date": "6月30日"}, {"decision_date": "2025-06-30"}),
    Example("DATE_AMBIGUOUS", "must", "decision_date", {"decision_date": "06/07/2025"}, {"decision_date": "06/30/2025"}),
    Example("DATE_RANGE", "must", "decision_date", {"decision_date": "1925-06-30"}, {"decision_date": "2025-06-30"}),
    Example("DATE_FUTURE", "must", "first_contact", {"first_contact": datetime(2025, 3, 13)}, {"first_contact": datetime(2025, 3, 12)}),
    Example("DATE_SWAPPED", "must", "first_contact", {"first_contact": datetime(2025, 12, 3)}, {"first_contact": datetime(2025, 3, 12)}),
    Example("DATE_SHORT_YEAR", "check", "decision_date", {"decision_date": "25-6-30"}, {"decision_date": "2025-06-30"}),
    Example("DATE_FORM", "check", "decision_date", {"decision_date": 45838.0}, {"decision_date": datetime(2025, 6, 30)}),
    Example("SIZE_MISMATCH", "must", "size", {"employees": 501.0}, {"employees": 500.0}),
    Example("CONTRACT_BEFORE_CONTACT", "must", "contract_end", {"contract_amount": 5.0, "contract_end": "2025-03-10"}, {"contract_amount": 5.0, "contract_end": "2025-03-11"}),
    Example("CONTRACT_NEEDED", "due", "contract_end", {"status": "成交客户", "contract_amount": 5.0, "contract_end": None}, {"status": "成交客户", "contract_amount": 5.0, "contract_end": "2026-03-11"}),
    Example("CONTRACT_END_NEEDED", "due", "contract_end", {"contract_amount": 5.0, "contract_end": None}, {"contract_amount": 0.0, "contract_end": None}),
    Example("CONTRACT_ZERO", "check", "contract_amount", {"contract_amount": 0.0, "contract_end": "2026-03-11"}, {"contract_amount": 1.0, "contract_end": "2026-03-11"}),
    Example("NOT_FOR_PERSON", "check", "size", {"kind": "个人"}, {"kind": "企业"}),
    Example("LATE", "check", "first_contact", {"first_contact": datetime(2025, 3, 10)}, {"first_contact": datetime(2025, 3, 11)}),
    Example("CONSENT_NEEDED", "due", "consent_date", {"consent": "已同意", "consent_date": None, "purpose": "产品推荐"}, {"consent": "已同意", "consent_date": "2025-03-11", "purpose": "产品推荐"}),
    Example("VERIFIED_NEEDED", "due", "check_by", {"check": "电话", "check_date": "2025-03-11", "check_by": None}, {"check": "电话", "check_date": "2025-03-11", "check_by": "张三"}, table="contact"),
    Example("ADDRESS_VAGUE", "check", "address", {"address": "城南小区"}, {"address": "城南路12号"}),
    Example("ADDRESS_REGION", "check", "address", {"province": "广东省", "address": "湖南省长沙市芙蓉路1号"}, {"province": "湖南省", "address": "湖南省长沙市芙蓉路1号"}),
    Example("OVERDUE", "due", "source", _KNOWN | {"source": None}, _KNOWN, known={number: values | {"source": None, "created_at": "2025-03-03 09:00:00"} for number, values in _STORED.items()}),
    Example("STATUS_REASON", "check", "status", _KNOWN | {"status": "意向客户", "remark": None}, _KNOWN | {"status": "意向客户", "remark": "2025-03-12：客户索要报价"}, known=_STORED),
    Example("STEP_VAGUE", "check", "next_step", {"next_step": "后续跟进"}, {"next_step": "周五前发送合同草案"}, table="interaction"),
    Example("STEP_NEEDED", "due", "next_due", {"next_due": None}, {"next_due": "2025-03-20"}, table="interaction"),
    Example("STEP_PAST", "check", "next_due", {"next_due": "2025-03-11"}, {"next_due": "2025-03-12"}, table="interaction"),
    Example("TAG_TWICE", "must", "name", [{}, {}], [{}, {"customer": "CX2025030013"}], table="tag"),
    Example("TAG_EXCLUDED", "must", "name", [{"type": "价值", "name": "高价值"}, {"type": "价值", "name": "低价值"}], [{"type": "价值", "name": "高价值"}, {"type": "价值", "name": "重点客户"}], table="tag"),
    Example("FEEDBACK_CLOSED_EARLY", "must", "closed_on", _DONE | {"closed_on": "2025-03-10"}, _DONE | {"closed_on": "2025-03-11"}, table="feedback"),
    Example("FEEDBACK_DUE_EARLY", "check", "due", _DONE | {"due": "2025-03-10"}, _DONE | {"due": "2025-03-11"}, table="feedback"),
    Example("FEEDBACK_ENDING", "due", "result", {"result": None, "closed_on": "2025-03-12"}, _DONE, table="feedback"),
    Example("FEEDBACK_OVERDUE", "check", "due", {"due": "2025-03-11"}, {"due": "2025-03-12"}, table="feedback"),
    Example("LOST_REASON", "due", "lost_reason", {"stage": "输单", "lost_reason": None}, {"stage": "输单", "lost_reason": "价格高于对手"}, table="opportunity"),
    Example("LOST_REASON_ODD", "check", "lost_reason", {"lost_reason": "价格高于对手"}, {"stage": "输单", "lost_reason": "价格高于对手"}, table="opportunity"),
    Example("WON_CONTRACT", "check", "stage", {"stage": "赢单"}, {"number": "JH2025030001", "stage": "赢单"}, table="opportunity", known={"JH2025030001": {"stage": "won"}}),
    Example("EXPECTED_PAST", "check", "expected_on", {"expected_on": "2025-03-11"}, {"expected_on": "2025-03-12"}, table="opportunity"),
    Example("VISIT_WHOM", "check", "customer", {"type": "拜访计划", "customer": None}, {"type": "拜访计划", "customer": "CX2025030012"}, table="activity"),
    Example("EVALUATION_EARLY", "check", "evaluation", {"evaluation": "来了40人"}, {"execution": "按计划", "evaluation": "来了40人"}, table="activity"),
    Example("EXECUTION_EARLY", "check", "execution", {"on": "2025-03-13", "execution": "按计划"}, {"on": "2025-03-12", "execution": "按计划"}, table="activity"),
    Example("TAG_RETIRED", "must", "name", {"type": "渠道", "name": "直客"}, {"type": "渠道", "name": "直客", "version": 1.0}, table="tag", options=_RETIRED),
    Example("AFTER_MASKED", "must", "after", {"field": "联系方式", "after": "138****5678"}, {"field": "联系方式", "after": "13812345678"}, table="request"),
    Example("CHANNEL_SYSTEM", "must", "raised_through", {"raised_through": "系统提醒"}, {"raised_through": "客户反馈"}, table="request"),
    Example("NUMBER_TWICE", "must", "number", [_KNOWN, _KNOWN], [_KNOWN, {"number": "CX2025030002"}]),
    Example("NUMBER_UNKNOWN", "must", "number", {"number": "CX2025039999"}, _KNOWN, known=_STORED),
    Example("AUDIT_EDITED", "check", "created_by", _KNOWN | {"created_by": "李小四"}, _KNOWN | {"created_by": "张三"}, known=_STORED),
    Example("SHEET_HEADER_MISSING", "must", None, {}, {}, bad_flaws=_flaw("SHEET_HEADER_MISSING", header="联系方式")),
    Example("SHEET_COLUMN_ABSENT", "check", None, {}, {}, bad_flaws=_flaw("SHEET_HEADER_MISSING", header="简称")),
    Example("SHEET_HEADER_TWICE", "check", None, {}, {}, bad_flaws=_flaw("SHEET_HEADER_TWICE", header="联系方式")),
    Example("SHEET_HEADER_UNKNOWN", "check", None, {}, {}, bad_flaws=_flaw("SHEET_HEADER_UNKNOWN", header="星座")),
    Example("SHEET_ROWS_BELOW", "check", None, {}, {}, bad_flaws=_flaw("SHEET_ROWS_BELOW", count="3")),
    Example("SHEET_MERGED", "check", None, {}, {}, bad_flaws=_flaw("SHEET_MERGED", count="1")),
    Example("SHEET_COPY", "check", None, {}, {}, bad_flaws=_flaw("SHEET_COPY", header="客户基础信息表 (2)")),
    Example("SHEET_HIDDEN_ROWS", "check", None, {}, {}, bad_flaws=_flaw("SHEET_HIDDEN_ROWS", count="2")),
    Example("SHEET_OLD_TEMPLATE", "check", None, {}, {}, bad_flaws=_flaw("SHEET_OLD_TEMPLATE", header="1")),
)

"""The sheets with which data is kept alive: 月度核对, 次要信息核对, 客户交接, 数据例会. Filled by xlcrm, answered, then submitted."""

from __future__ import annotations

from xlcrm.model.fields import Field, Kind, Need, Role, Table

_ANSWER = Field(
    "answer", "核对结果", "Answer", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "review_answer", width=12,
    help_zh="都对就选“无变化”；有变化就把新内容填在右边；选好后按“提交”。", help_en="No change, or fill in what is new; then submit.",
)  # fmt: skip
_OUTCOME = Field("outcome", "处理结果", "Outcome", Kind.LONG, Need.SYSTEM, Role.SHEET, width=30)
_PAIR = Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12)


def _shown(key: str, zh: str, en: str, width: int, kind: Kind = Kind.TEXT) -> Field:
    return Field(key, zh, en, kind, Need.SYSTEM, Role.SHEET, width=width)


def _typed(key: str, zh: str, en: str, width: int, kind: Kind = Kind.TEXT, options: str = "", longest: int = 200) -> Field:
    return Field(key, zh, en, kind, Need.OPTIONAL, Role.SHEET, options, width=width, longest=longest)


REVIEW_SHEET = Table(
    "monthly_review", "月度核对", "Monthly review",
    (
        _ANSWER,
        _shown("number", "客户编号", "Customer ID", 16),
        _shown("name", "客户名称", "Customer name", 28),
        _shown("hint", "提示", "Hint", 24, Kind.LONG),
        _shown("status", "客户状态", "Status", 12),
        _typed("new_status", "新状态", "New status", 12, Kind.OPTION, "status"),
        _shown("need", "核心需求", "Core need", 22, Kind.LONG),
        _typed("new_need", "新需求", "New need", 22, Kind.LONG, longest=50),
        _shown("contact", "主要联系人", "Main contact", 12),
        _shown("phone", "联系方式", "Phone", 16),
        _typed("phone_check", "联系方式核验", "Contact verified", 14, Kind.OPTION, "contact_check"),
        _typed("new_contact", "新联系人", "New contact", 12, longest=50),
        _typed("new_phone", "新联系方式", "New phone", 16, longest=80),
        _typed("note", "说明", "Note", 24, Kind.LONG, longest=500),
        _shown("last_at", "最近互动", "Last interaction", 14, Kind.DATE),
        _shown("reviewed", "上次核对", "Last reviewed", 14, Kind.DATE),
        _shown("owner", "负责人", "Owner", 12),
        _OUTCOME,
        _PAIR,
    ),
    stored=False, result=True,
    help_zh="每月一次：状态、需求、联系方式还对不对；选好后按“提交”。", help_en="Once a month: are status, need and contact still right? Answer, then submit.",
)  # fmt: skip

DETAILS_SHEET = Table(
    "details_review", "次要信息核对", "Review of details",
    (
        _ANSWER,
        _shown("number", "客户编号", "Customer ID", 16),
        _shown("name", "客户名称", "Customer name", 28),
        _typed("contact_title", "联系人职务", "Contact's title", 14),
        _typed("industry", "所属行业", "Industry", 22, Kind.OPTION, "industry"),
        _typed("size", "客户规模", "Company size", 20, Kind.OPTION, "size"),
        _typed("employees", "员工人数", "Employees", 10, Kind.INTEGER),
        _typed("revenue", "年营收(万元)", "Annual revenue (10k CNY)", 14, Kind.DECIMAL),
        _typed("source", "客户来源", "Source", 12, Kind.OPTION, "source"),
        _typed("address", "客户地址", "Address", 28),
        _typed("product", "合作项目/产品", "Project or product", 18),
        _typed("focus", "产品关注点", "Product focus", 18),
        _typed("budget", "年预算(万元)", "Annual budget (10k CNY)", 14, Kind.DECIMAL),
        _typed("channel", "渠道偏好", "Preferred channel", 10, Kind.OPTION, "channel"),
        _typed("note", "说明", "Note", 24, Kind.LONG, longest=500),
        _shown("reviewed", "上次核对", "Last reviewed", 14, Kind.DATE),
        _shown("owner", "负责人", "Owner", 12),
        _OUTCOME,
        _PAIR,
    ),
    stored=False, result=True,
    help_zh="每季度或半年一次：直接在表里改，再选核对结果，按“提交”。", help_en="Every quarter or half-year: change what is wrong, answer, then submit.",
)  # fmt: skip

HANDOVER_SHEET = Table(
    "handover_line", "客户交接", "Handover",
    (
        Field("sender", "交出人", "From", Kind.COLLEAGUE, Need.OPTIONAL, Role.SHEET, width=12, help_zh="现在的负责人。", help_en="Who has the customers now."),
        Field("receiver", "接手人", "To", Kind.COLLEAGUE, Need.OPTIONAL, Role.SHEET, width=12, help_zh="新的负责人；填好后再按“客户交接”。", help_en="Who gets them; then press Handover again."),
        _typed("which", "交接哪些客户", "Which customers", 40, Kind.LONG, longest=8000),
        _typed("reason", "理由", "Reason", 30, Kind.LONG, longest=500),
        _OUTCOME,
    ),
    stored=False, result=True,
    help_zh="填写谁交给谁、哪些客户（“全部”或客户编号）、为什么，再按“客户交接”；部门负责人同意后一次转交。",
    help_en="Who hands which customers to whom and why; press Handover again. The manager agrees, then all go over at once.",
)  # fmt: skip

MEETING_SHEET = Table(
    "meeting", "数据例会", "Data meeting",
    (
        _shown("department", "部门", "Department", 14),
        _shown("owner", "负责人", "Owner", 12),
        _shown("customers", "客户数", "Customers", 10, Kind.INTEGER),
        _shown("reviewed", "本期已核对", "Reviewed this period", 12, Kind.INTEGER),
        _shown("share", "核对率", "Share reviewed", 10),
        _shown("wanting", "信息待完善", "To complete", 12, Kind.INTEGER),
        _shown("failed", "联系方式失效", "Contact failed", 14, Kind.INTEGER),
        _shown("dormant", "休眠客户", "Dormant", 10, Kind.INTEGER),
        _shown("requests", "未结申请", "Open requests", 10, Kind.INTEGER),
        _shown("overdue", "逾期申请", "Overdue requests", 10, Kind.INTEGER),
        _shown("feedback", "未结反馈", "Open feedback", 10, Kind.INTEGER),
    ),
    stored=False, result=True,
    help_zh="每月数据例会：各部门、各负责人的数据情况。", help_en="For the monthly data meeting: how the data stands, by department and owner.",
)  # fmt: skip

KEEPING = (REVIEW_SHEET, DETAILS_SHEET, HANDOVER_SHEET, MEETING_SHEET)

"""The sheets of what waits for the acting person: 我的待办, 待我核验, 待我审批, 逾期. Filled by xlcrm, answered, then submitted.

One list of columns: a line is one thing that waits, its 待办 (task) decides which 操作 (actions) the dropdown offers.
"""

from __future__ import annotations

from xlcrm.model.fields import Field, Kind, Need, Role, Table


def _shown(key: str, zh: str, en: str, width: int, kind: Kind = Kind.TEXT, options: str = "") -> Field:
    return Field(key, zh, en, kind, Need.SYSTEM, Role.SHEET, options, width=width)


_ACTION = Field(
    "action", "操作", "Action", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "queue_action", parent="task", width=13,
    help_zh="从下拉列表选择，再按“提交”；不选的行不受影响。", help_en="Choose, then submit; lines without a choice stay as they are.",
)
_NOTE = Field(
    "note", "说明", "Note", Kind.LONG, Need.OPTIONAL, Role.SHEET, width=18, longest=500,
    help_zh="通过：何时、怎样核实的；不通过、有差异、不同意：为什么。", help_en="Pass: when and how it was verified; fail, differs, decline: why.",
)
_WAY = Field(
    "way", "核验方式", "Verified how", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "verify_way", width=13,
    help_zh="选“通过”时填写。", help_en="To be chosen with Pass.",
)
_AFTER = Field(
    "after", "新内容", "After", Kind.LONG, Need.OPTIONAL, Role.SHEET, width=17, longest=1000,
    help_zh="只在“补充新内容”和“重新提交”时可以修改。", help_en="May be changed with Fill in and Submit again only.",
)
_PAIR = _shown("pair", "系统标识", "System key", 12)


def _about(after: Field) -> tuple[Field, ...]:
    """What is to be done about what, and by when: what decides comes first, so that it is in sight beside the answer."""
    return (
        _shown("task", "待办", "Task", 11, Kind.OPTION, "queue_task"),
        _shown("left", "剩余时间", "Time left", 13),
        _shown("name", "客户名称", "Customer name", 22, Kind.LONG),
        _shown("matter", "事项", "Matter", 13, Kind.LONG),
        _shown("before", "原内容", "Before", 17, Kind.LONG),
        after,
        _shown("reason", "原因", "Reason", 20, Kind.LONG),
        _shown("initiator", "发起人", "Initiator", 9),
        _shown("urgency", "紧急程度", "Urgency", 9, Kind.OPTION, "urgency"),
        _shown("due", "截止时间", "Due", 17),
        _shown("number", "编号", "ID", 16),
        _shown("customer", "客户编号", "Customer ID", 14),
        _shown("state", "状态", "State", 16, Kind.LONG),
    )


_OUTCOME = _shown("outcome", "结果", "Outcome", 22, Kind.LONG)
_READ_ONLY_AFTER = _shown("after", "新内容", "After", 17, Kind.LONG)

MY_TASKS = Table(
    "my_task", "我的待办", "My tasks", (_ACTION, _NOTE, _OUTCOME, *_about(_AFTER), _PAIR),
    stored=False, result=True,
    help_zh="等您处理的事：在“操作”里选择，按“提交”办理；没有下拉选项的，按“事项”到相应的表里填写。",
    help_en="What waits for you: choose an action, then submit; where there is none, fill in the sheet that the matter names.",
)

TO_VERIFY = Table(
    "to_verify", "待我核验", "To verify", (_ACTION, _WAY, _NOTE, _OUTCOME, *_about(_READ_ONLY_AFTER), _PAIR),
    stored=False, result=True,
    help_zh="别人发起、请您核验的变更：核实后选“通过”（填核验方式和要点）或“不通过”（写原因），再按“提交”。",
    help_en="Changes that colleagues want and you verify: pass (say how) or fail (say why), then submit.",
)

TO_APPROVE = Table(
    "to_approve", "待我审批", "To approve", (_ACTION, _WAY, _NOTE, _OUTCOME, *_about(_READ_ONLY_AFTER), _PAIR),
    stored=False, result=True,
    help_zh="需要您以职务同意的事：业务状态变更、作废、合并、交接、新标签、导出等；选好后按“提交”。",
    help_en="What needs your consent: business state, voids, merges, handovers, new tags, exports; choose, then submit.",
)

OVERDUE = Table(
    "overdue", "逾期", "Overdue",
    (_shown("waits_for", "等待", "Waits for", 16, Kind.LONG), *_about(_READ_ONLY_AFTER)),
    stored=False, result=True,
    help_zh="已过期限、还没办完的事，只供查看；办理请到“我的待办”“待我核验”“待我审批”。",
    help_en="What is past its deadline; to be dealt with in My tasks, To verify and To approve.",
)

ANSWERED = (MY_TASKS, TO_VERIFY, TO_APPROVE)
QUEUES = (*ANSWERED, OVERDUE)

"""What is said about needs, suggestions, complaints and problems of customers."""

TEXTS: dict[str, tuple[str, str]] = {
    "state": ("状态", "State"),
    "state_open": ("未处理", "Open"),
    "state_progress": ("处理中", "In progress"),
    "state_done": ("已完成", "Done"),
    "state_overdue": ("已逾期", "Overdue"),
    "none": ("没有待处理的客户反馈。", "No feedback is open."),
    "group": ("{customers}个客户有相似的{type}（共{count}条）：", "{customers} customers said alike ({type}, {count} in all):"),
    "no_groups": ("近期没有多个客户提出相似的反馈。", "Lately no feedback of several customers is alike."),
    "told": ("有{count}条相似反馈的提醒发给部门负责人和数据管理专员。", "Managers and stewards are told of feedback that is alike: {count} messages."),
    "cli_list": ("列出未完成的反馈：状态、客户、内容、处理人、期限", "list what is open: state, customer, content, who, until when"),
    "cli_groups": ("多个客户近期提出的相似反馈", "what several customers said alike lately"),
    "arg_all": ("已完成的也列出", "what is done as well"),
    "arg_mine": ("只列出由我处理的", "only what is mine to deal with"),
    "arg_days": ("最近多少天（默认30，设置feedback_days）", "in how many days (30; setting feedback_days)"),
    "arg_least": ("至少几个客户（默认5，设置feedback_least）", "of how many customers at least (5; setting feedback_least)"),
}

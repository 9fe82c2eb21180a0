"""The sheets that xlcrm fills and a person answers in or reads: never submitted, never stored.

Their columns stand in the order of the sheet; ``tables.py`` declares what people enter and the store keeps.
"""

from __future__ import annotations

from xlcrm.model.fields import Field, Kind, Need, Role, Table
from xlcrm.model.queuesheets import QUEUES
from xlcrm.model.reviewsheets import KEEPING

FINDINGS = Table(
    "finding", "校验报告", "Check report",
    (
        Field("severity", "级别", "Level", Kind.OPTION, Need.SYSTEM, Role.SHEET, "severity", width=10),
        Field("place", "位置", "Where", Kind.LINK, Need.SYSTEM, Role.SHEET, width=24),
        Field("customer", "客户", "Customer", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=26),
        Field("field", "字段", "Field", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=14),
        Field("value", "当前内容", "Value", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=24),
        Field("sentence", "问题", "Problem", Kind.LONG, Need.SYSTEM, Role.SHEET, width=50),
        Field("proposal", "建议内容", "Proposal", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=24),
        Field("state", "处理", "State", Kind.OPTION, Need.SYSTEM, Role.SHEET, "finding_state", width=10),
        Field("old", "修正前", "Before repair", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=24),
        Field("code", "代码", "Code", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=22),
    ),
    stored=False, result=True,
    help_zh="“校验”找到的全部问题，点“位置”跳到单元格。", help_en="All problems found; click Where to jump to the cell.",
)

DUPLICATES = Table(
    "duplicate", "查重结果", "Duplicates",
    (
        Field("decision", "处理方式", "Decision", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "decision", width=16, help_zh="请选择处理方式，再按“提交”。", help_en="Choose, then submit."),
        Field("advice", "建议", "Advice", Kind.OPTION, Need.SYSTEM, Role.SHEET, "advice", width=12),
        Field("probability", "可能性", "Probability", Kind.DECIMAL, Need.SYSTEM, Role.SHEET, width=9),
        Field("place", "本行", "This row", Kind.LINK, Need.SYSTEM, Role.SHEET, width=24),
        Field("name", "客户名称", "Customer name", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30),
        Field("contact", "联系人", "Contact", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=10),
        Field("phone", "联系方式", "Phone", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("other", "对方", "Other", Kind.LINK, Need.SYSTEM, Role.SHEET, width=24),
        Field("other_name", "对方客户名称", "Other's name", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30),
        Field("other_contact", "对方联系人", "Other's contact", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=10),
        Field("other_phone", "对方联系方式", "Other's phone", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("other_owner", "对方负责人", "Other's owner", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=10),
        Field("reason", "理由", "Why", Kind.LONG, Need.SYSTEM, Role.SHEET, width=50),
        Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
    ),
    stored=False, result=True,
    help_zh="可能重复的客户；选择处理方式后按“提交”。", help_en="Possible duplicates; decide, then submit.",
)

CONFLICTS = Table(
    "conflict", "冲突处理", "Conflicts",
    (
        Field("choice", "采用", "Use", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "conflict_choice", width=14, help_zh="选择保留哪一个，再按“提交”。", help_en="Choose which to keep, then submit."),
        Field("place", "位置", "Where", Kind.LINK, Need.SYSTEM, Role.SHEET, width=24),
        Field("number", "编号", "ID", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("customer", "客户", "Customer", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=28),
        Field("field", "字段", "Field", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=14),
        Field("mine", "本表的值", "This sheet's value", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=24),
        Field("theirs", "客户库的值", "The store's value", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=24),
        Field("changed_by", "修改人", "Changed by", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=10),
        Field("changed_at", "修改时间", "Changed at", Kind.MOMENT, Need.SYSTEM, Role.SHEET, width=19),
        Field("mine_from", "本表的值来自", "Ours comes from", Kind.LONG, Need.SYSTEM, Role.SHEET, width=30),
        Field("theirs_from", "客户库的值来自", "Theirs comes from", Kind.LONG, Need.SYSTEM, Role.SHEET, width=30),
        Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
    ),
    stored=False, result=True,
    help_zh="同一字段被两个人改成不同内容；选择采用哪个后按“提交”。", help_en="Fields changed by two people; choose, then submit.",
)

PATTERNS = Table(
    "pattern", "同类判断", "Alike pairs",
    (
        Field("decision", "处理方式", "Decision", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "decision", width=16, help_zh="这里选一次，同类的各对都照办；“查重结果”里单独选的优先。", help_en="One choice for all pairs alike; a choice in Duplicates goes before it."),
        Field("advice", "建议", "Advice", Kind.OPTION, Need.SYSTEM, Role.SHEET, "advice", width=12),
        Field("count", "对数", "Pairs", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=8),
        Field("reason", "情况", "What they have in common", Kind.LONG, Need.SYSTEM, Role.SHEET, width=50),
        Field("first", "例一", "Example", Kind.LONG, Need.SYSTEM, Role.SHEET, width=44),
        Field("second", "例二", "Another", Kind.LONG, Need.SYSTEM, Role.SHEET, width=44),
        Field("third", "例三", "A third", Kind.LONG, Need.SYSTEM, Role.SHEET, width=44),
        Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
    ),
    stored=False, result=True,
    help_zh="“查重结果”里情况相同的各对合成一行，选一次即可。", help_en="The pairs of Duplicates that are alike, in one line: choose once.",
)

RIVALS = Table(
    "rival", "撞单", "Two owners",
    (
        Field("decision", "裁定负责人", "Decided owner", Kind.COLLEAGUE, Need.OPTIONAL, Role.SHEET, width=14, help_zh="部门负责人填写归谁负责；不填则按“暂归”提交。", help_en="The manager names the owner; left blank, the customer goes to the one proposed."),
        Field("place", "位置", "Where", Kind.LINK, Need.SYSTEM, Role.SHEET, width=24),
        Field("number", "客户编号", "Customer ID", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("name", "客户名称", "Customer name", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30),
        Field("owner", "暂归", "Proposed", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
        Field("owner_from", "暂归依据", "Because of", Kind.LONG, Need.SYSTEM, Role.SHEET, width=34),
        Field("other", "另有负责人", "Also claimed by", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=14),
        Field("other_from", "另一依据", "Also because of", Kind.LONG, Need.SYSTEM, Role.SHEET, width=34),
        Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
    ),
    stored=False, result=True,
    help_zh="同一客户有两位负责人，请交部门负责人裁定。", help_en="Customers that two colleagues claim: for the manager to decide.",
)

WANTING = Table(
    "wanting", "待补全清单", "To complete",
    (
        Field("owner", "负责人", "Owner", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
        Field("place", "位置", "Where", Kind.LINK, Need.SYSTEM, Role.SHEET, width=24),
        Field("number", "客户编号", "Customer ID", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("name", "客户名称", "Customer name", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30),
        Field("fields", "缺少或不能用的内容", "Missing or unusable", Kind.LONG, Need.SYSTEM, Role.SHEET, width=60),
        Field("due", "补全期限", "Complete by", Kind.DATE, Need.SYSTEM, Role.SHEET, width=14),
        Field("source", "来自", "Comes from", Kind.LONG, Need.SYSTEM, Role.SHEET, width=34),
    ),
    stored=False, result=True,
    help_zh="各负责人需要补全的客户，按负责人排列。", help_en="What each owner still has to fill in.",
)

COLLECTION = Table(
    "collection", "收集进度", "Collection",
    (
        Field("person", "姓名", "Name", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=14),
        Field("department", "部门", "Department", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=14),
        Field("state", "状态", "State", Kind.OPTION, Need.SYSTEM, Role.SHEET, "collection_state", width=14),
        Field("files", "文件数", "Files", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=8),
        Field("rows", "行数", "Rows", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=8),
        Field("faulty", "有问题的行", "Rows with faults", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=12),
        Field("last", "最近保存", "Last saved", Kind.MOMENT, Need.SYSTEM, Role.SHEET, width=18),
        Field("until", "截止日期", "Deadline", Kind.DATE, Need.SYSTEM, Role.SHEET, width=14),
        Field("note", "说明", "Note", Kind.LONG, Need.SYSTEM, Role.SHEET, width=44),
    ),
    stored=False, result=True,
    help_zh="谁交了、谁没交、谁的表有问题。", help_en="Who delivered, who did not, whose workbook has faults.",
)

DELIVERIES = Table(
    "delivery", "来源文件", "Files",
    (
        Field("file", "文件", "File", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=40),
        Field("state", "结果", "Result", Kind.OPTION, Need.SYSTEM, Role.SHEET, "delivery_state", width=12),
        Field("rows", "读入行数", "Rows read", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=10),
        Field("person", "提交人", "Delivered by", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
        Field("saved", "保存时间", "Saved at", Kind.MOMENT, Need.SYSTEM, Role.SHEET, width=18),
        Field("note", "说明", "Note", Kind.LONG, Need.SYSTEM, Role.SHEET, width=60),
        Field("columns", "各列对应", "Columns", Kind.LONG, Need.SYSTEM, Role.SHEET, width=80, longest=4000),
        Field("left", "没有采用的列", "Columns left out", Kind.LONG, Need.SYSTEM, Role.SHEET, width=40, longest=2000),
    ),
    stored=False, result=True,
    help_zh="每个文件读得怎样；哪一列当作哪个字段。", help_en="What became of each file, and what its columns were taken for.",
)

PROVENANCE = Table(
    "provenance", "来源明细", "Provenance",
    (
        Field("place", "位置", "Where", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=22),
        Field("name", "客户名称", "Customer name", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30),
        Field("file", "文件", "File", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=40),
        Field("sheet", "工作表", "Sheet", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("line", "行", "Row", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=8),
        Field("use", "用途", "Used for", Kind.OPTION, Need.SYSTEM, Role.SHEET, "provenance_use", width=12),
        Field("taken", "采用的字段", "Fields taken", Kind.LONG, Need.SYSTEM, Role.SHEET, width=50, longest=4000),
        Field("lost", "没有采用的值", "Values not taken", Kind.LONG, Need.SYSTEM, Role.SHEET, width=60, longest=8000),
        Field("main", "主要来源", "Main source", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30, longest=400),
        Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12, longest=8000),
    ),
    stored=False, result=True,
    help_zh="每一行来自哪个文件的哪一行；列见“来源文件”的“各列对应”。", help_en="Which row of which file each row comes from; for the columns see Files.",
)

FIELD_MATCHES = Table(
    "field_match", "字段匹配", "Match fields",
    (
        Field("choice", "选择", "Choice", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "import_field", width=22, help_zh="这一列是哪个字段？同意建议就选“按建议”，不要就选“不导入”；选好后按“字段匹配”。", help_en="Which field is this column? Choose, then press Match fields."),
        Field("header", "表头", "Header", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=22),
        Field("sample", "内容举例", "Samples", Kind.LONG, Need.SYSTEM, Role.SHEET, width=36),
        Field("guess", "建议", "Suggestion", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=22),
        Field("reason", "理由", "Why", Kind.LONG, Need.SYSTEM, Role.SHEET, width=44),
        Field("others", "也可能是", "Or else", Kind.LONG, Need.SYSTEM, Role.SHEET, width=26),
        Field("files", "表数", "Tables", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=8),
        Field("place", "出处", "Where", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30),
        Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12, longest=32000),
    ),
    stored=False, result=True,
    help_zh="不能确定的列：每个表头只问一次，选好后按“字段匹配”，以后不再问。", help_en="Columns that are not certain: each header is asked once; choose, then press Match fields.",
)

VALUE_MATCHES = Table(
    "value_match", "值对照", "Match values",
    (
        Field("choice", "选择", "Choice", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "import_option", parent="list", width=24, help_zh="这个词是哪个选项？同意建议就选“按建议”；选好后按“字段匹配”。", help_en="Which option is this word? Choose, then press Match fields."),
        Field("list", "列表", "List", Kind.OPTION, Need.SYSTEM, Role.SHEET, "import_list", width=14),
        Field("word", "原内容", "Word", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=26),
        Field("guess", "建议", "Suggestion", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=24),
        Field("reason", "理由", "Why", Kind.LONG, Need.SYSTEM, Role.SHEET, width=40),
        Field("others", "也可能是", "Or else", Kind.LONG, Need.SYSTEM, Role.SHEET, width=30),
        Field("count", "行数", "Rows", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=8),
        Field("place", "出处", "Where", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30),
    ),
    stored=False, result=True,
    help_zh="下拉列表里没有的词：每个词只问一次，选好后按“字段匹配”，以后不再问。", help_en="Words that no list has: each is asked once; choose, then press Match fields.",
)

MERGING = Table(
    "merging", "合并预览", "Merge preview",
    (
        Field("choice", "采用", "Use", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "merge_side", width=12, help_zh="不选则按“结果”；选好后再按“合并客户”。", help_en="Blank means Result; then press Merge customers again."),
        Field("field", "字段", "Field", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("first", "客户一（保留）", "Customer 1 (stays)", Kind.LONG, Need.SYSTEM, Role.SHEET, width=28),
        Field("second", "客户二", "Customer 2", Kind.LONG, Need.SYSTEM, Role.SHEET, width=28),
        Field("third", "客户三", "Customer 3", Kind.LONG, Need.SYSTEM, Role.SHEET, width=28),
        Field("fourth", "客户四", "Customer 4", Kind.LONG, Need.SYSTEM, Role.SHEET, width=28),
        Field("result", "结果", "Result", Kind.LONG, Need.SYSTEM, Role.SHEET, width=28),
        Field("reason", "依据", "Why", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=18),
        Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
    ),
    stored=False, result=True,
    help_zh="几个客户合成一个：逐字段看采用谁的内容，再按“合并客户”。", help_en="Several customers become one: see field by field whose value stays, then press Merge customers.",
)

FOUND = Table(
    "found", "查找结果", "Search result",
    (
        Field("number", "客户编号", "Customer ID", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("name", "客户名称", "Customer name", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=30),
        Field("contact", "主要联系人", "Main contact", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
        Field("contact_title", "联系人职务", "Contact's title", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=14),
        Field("phone", "联系方式", "Phone", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("contacts", "其他联系人", "Other contacts", Kind.LONG, Need.SYSTEM, Role.SHEET, width=26),
        Field("status", "客户状态", "Status", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
        Field("grade", "合作等级", "Grade", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=10),
        Field("owner", "负责人", "Owner", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
        Field("last_at", "最近互动", "Last interaction", Kind.MOMENT, Need.SYSTEM, Role.SHEET, width=18),
        Field("last_topic", "互动主题", "Topic", Kind.LONG, Need.SYSTEM, Role.SHEET, width=24),
        Field("next_step", "下一步行动", "Next step", Kind.LONG, Need.SYSTEM, Role.SHEET, width=28),
        Field("need", "核心需求", "Key need", Kind.LONG, Need.SYSTEM, Role.SHEET, width=24),
        Field("tags", "标签", "Tags", Kind.LONG, Need.SYSTEM, Role.SHEET, width=20),
        Field("remark", "备注", "Remarks", Kind.LONG, Need.SYSTEM, Role.SHEET, width=30),
    ),
    stored=False, result=True,
    help_zh="“查找客户”找到的客户；选中一行再按“记互动”。", help_en="Customers found; select a row and press Log interaction.",
)

EXPORT_NOTE = Table(
    "export_note", "导出说明", "Export note",
    (
        Field("item", "项目", "Item", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=18),
        Field("content", "内容", "Content", Kind.LONG, Need.SYSTEM, Role.SHEET, width=90),
    ),
    stored=False, result=True,
    help_zh="这份名单由谁、何时、为何、经谁同意导出。", help_en="Who exported this list, when, why, and who agreed.",
)
"""Goes with customers for somebody outside; no sheet of the template."""

SETTING = Table(
    "setting", "设置", "Settings",
    (
        Field("item", "设置项", "Setting", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16),
        Field("value", "内容", "Value", Kind.TEXT, Need.OPTIONAL, Role.SHEET, width=44, longest=400, help_zh="改好后再按一次“设置”。", help_en="Change it, then press Settings again."),
        Field("note", "说明", "Note", Kind.LONG, Need.SYSTEM, Role.SHEET, width=60),
    ),
    stored=False, result=True,
    help_zh="改“内容”一列，再按一次“设置”生效。", help_en="Change the column Value, then press Settings again.",
)

TAG_LIBRARY = Table(
    "tag_library", "标签库", "Tag library",
    (
        Field("action", "操作", "Action", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "tag_action", width=18, help_zh="选好后再按一次“标签库”；新增的标签写在最后一行下面。", help_en="Choose, then press Tag library again; a new tag goes below the last row."),
        Field("other", "对方标签", "Other tag", Kind.TEXT, Need.OPTIONAL, Role.SHEET, width=18, help_zh="合并到哪个标签，或与哪个标签互斥。", help_en="The tag to merge into, or that is excluded."),
        Field("type", "标签类型", "Tag type", Kind.OPTION, Need.OPTIONAL, Role.SHEET, "tag_type", width=12),
        Field("name", "标签名称", "Tag", Kind.TEXT, Need.OPTIONAL, Role.SHEET, width=22),
        Field("synonyms", "同义词", "Synonyms", Kind.LONG, Need.OPTIONAL, Role.SHEET, width=30, help_zh="新增时可以填写，用顿号分隔。", help_en="For a new tag; separated by commas."),
        Field("level", "层级", "Level", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
        Field("excludes", "互斥标签", "Excludes", Kind.LONG, Need.SYSTEM, Role.SHEET, width=28),
        Field("uses", "客户数", "Customers", Kind.INTEGER, Need.SYSTEM, Role.SHEET, width=8),
        Field("state", "状态", "State", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=10),
        Field("by", "添加人", "Added by", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=10),
        Field("at", "添加时间", "Added at", Kind.MOMENT, Need.SYSTEM, Role.SHEET, width=18),
        Field("outcome", "结果", "Outcome", Kind.LONG, Need.SYSTEM, Role.SHEET, width=36),
        Field("pair", "系统标识", "System key", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=12),
    ),
    stored=False, result=True,
    help_zh="团队的标签库：选择操作，再按一次“标签库”生效。", help_en="The team's tags: choose an action, then press Tag library again.",
)

CONSOLIDATED = (PATTERNS, RIVALS, WANTING, COLLECTION, DELIVERIES, PROVENANCE)
RESULTS = (FINDINGS, DUPLICATES, CONFLICTS, MERGING, *CONSOLIDATED, FIELD_MATCHES, VALUE_MATCHES, *KEEPING, *QUEUES, TAG_LIBRARY, FOUND, SETTING)

"""The one declaration of every table: mission section 1, from documents 000-004.

Sheets, dropdowns, help, formats, checks, header matching, SQL and the field reference are generated from here.
Adding a field is one entry. Order is the order of the columns in the sheet.
"""

from __future__ import annotations

from xlcrm.model.fields import Field, Kind, Need, Role, Table
from xlcrm.model.resultsheets import RESULTS

_STATUS = Field(
    "submit_status", "提交状态", "Submission", Kind.OPTION, Need.SYSTEM, Role.SHEET, "submit_status", width=11,
    help_zh="由系统填写，请勿修改。", help_en="Written by xlcrm; please leave as it is.",
)
_VERDICT = Field(
    "check_result", "校验结果", "Check result", Kind.TEXT, Need.SYSTEM, Role.SHEET, width=16, longest=2000,
    help_zh="由“校验”填写：红＝必须修改，黄＝建议核对，蓝＝待补全。", help_en="Written by Validate: red = must fix, yellow = please check, blue = to complete.",
)
_PROBLEM = Field(
    "problem", "问题说明", "What to do", Kind.LONG, Need.SYSTEM, Role.SHEET, width=30, longest=4000,
    help_zh="由“校验”填写：哪里不对，怎么改。", help_en="Written by Validate: what is wrong and how to repair it.",
)
_SHEET = (_STATUS, _VERDICT, _PROBLEM)


def _number(zh: str, en: str, *synonyms: str) -> Field:
    return Field(
        "number", zh, en, Kind.NUMBER, Need.SYSTEM, Role.AUDIT, width=16, synonyms=synonyms,
        help_zh="提交后自动生成，永不改变。", help_en="Given on submission; never changes.",
    )


_CUSTOMER = Field(
    "customer", "客户编号", "Customer ID", Kind.REFERENCE, Need.BLOCKING, width=16, example="CX2025030012",
    help_zh="填写客户编号；刚录入、还没有编号的客户可先填客户全称。",
    help_en="The customer's ID; for a customer without one yet, the full name.",
    synonyms=("客户ID", "客户代码", "客户号", "CustomerID", "Customer No", "客户编码", "系统编号"),
)

_AUDIT = (
    Field("origin", "数据来源", "Data source", Kind.TEXT, Need.SYSTEM, Role.AUDIT, width=18, group="系统信息"),
    Field("created_by", "创建人", "Created by", Kind.COLLEAGUE, Need.SYSTEM, Role.AUDIT, group="系统信息"),
    Field("created_at", "创建时间", "Created at", Kind.MOMENT, Need.SYSTEM, Role.AUDIT, width=19, group="系统信息"),
    Field("updated_by", "最后更新人", "Updated by", Kind.COLLEAGUE, Need.SYSTEM, Role.AUDIT, group="系统信息"),
    Field("updated_at", "最后更新时间", "Updated at", Kind.MOMENT, Need.SYSTEM, Role.AUDIT, width=19, group="系统信息"),
    Field("version", "版本", "Version", Kind.INTEGER, Need.SYSTEM, Role.AUDIT, width=8, group="系统信息"),
)

CUSTOMER = Table(
    "customer", "客户基础信息表", "Customers",
    (
        *_SHEET,
        _number("客户编号", "Customer ID", "客户ID", "客户代码", "客户号", "CustomerID", "Customer No", "编号", "客户编码", "系统编号"),
        Field(
            "name", "客户名称", "Customer name", Kind.CUSTOMER, Need.BLOCKING, core=True, width=30, longest=100,
            example="深圳市海河电子有限公司",
            help_zh="与营业执照一致的全称，不用简称；个人客户填写姓名。",
            help_en="Full name as on the business licence, no abbreviation; for a person, the name.",
            synonyms=("客户全称", "公司名称", "企业名称", "单位名称", "企业全称", "公司全称", "客户公司", "往来单位", "Company", "Account Name", "*客户名称", "客户（全称）"),
        ),
        Field(
            "contact", "主要联系人", "Main contact", Kind.PERSON, Need.BLOCKING, core=True, width=12, longest=50, example="王小明",
            help_zh="关键决策人的姓名。其他联系人填到“联系人表”。", help_en="Name of the key decision maker. More contacts go into the Contacts sheet.",
            synonyms=("联系人", "联系人姓名", "客户联系人", "首要联系人", "对接人", "决策人", "关键决策人姓名", "关键决策人", "Contact", "ContactName"),
        ),
        Field(
            "phone", "联系方式", "Phone", Kind.PHONE, Need.BLOCKING, sensitive=True, core=True, width=16, longest=80, example="13912345678",
            help_zh="手机填11位数字；固定电话填“区号-号码”，如 010-62345678；400/800 电话照写。",
            help_en="Mobile: 11 digits. Landline: area code-number, such as 010-62345678. 400/800 numbers as they are.",
            synonyms=("手机", "手机号", "手机号码", "电话", "联系电话", "移动电话", "固定电话", "手机/固话", "联系人手机", "决策人联系方式", "Mobile", "Phone", "Tel"),
        ),
        Field(
            "industry", "所属行业", "Industry", Kind.OPTION, Need.DUE, options="industry", width=22, example="软件和信息技术服务业",
            help_zh="从下拉列表选择（国民经济行业分类）。", help_en="Choose from the list (GB/T 4754).",
            synonyms=("行业", "客户行业", "所在行业", "行业分类", "行业类别", "Industry"),
        ),
        Field(
            "size", "客户规模", "Company size", Kind.OPTION, Need.DUE, options="size", applies="company", width=22, example="中型企业(100-500人)",
            help_zh="按员工人数选择；也可只填员工人数或年营收。", help_en="By number of employees; employees or annual revenue suffice as well.",
            synonyms=("企业规模", "公司规模", "人员规模", "规模", "CompanySize"),
        ),
        Field(
            "contact_title", "联系人职务", "Contact's title", Kind.TEXT, Need.DUE, width=14, longest=50, example="采购总监",
            help_zh="联系人在客户单位的职务。", help_en="The contact's position at the customer.",
            synonyms=("职务", "职位", "岗位", "决策人职位", "JobTitle", "Title"),
        ),
        Field(
            "source", "客户来源", "Source", Kind.OPTION, Need.DUE, options="source", width=12, example="展会拜访",
            help_zh="从下拉列表选择。", help_en="Choose from the list.",
            synonyms=("来源", "来源渠道", "线索来源", "获客渠道", "LeadSource"),
        ),
        Field(
            "first_contact", "首次接触时间", "First contact", Kind.DATE, Need.DUE, width=14, example="2025-03-12",
            help_zh="格式 2025-03-12，不能晚于今天；请在接触后24小时内录入。",
            help_en="As 2025-03-12, not in the future; enter within 24 hours of the contact.",
            synonyms=("首次接触日期", "首次联系时间", "初次接触", "建档日期", "FirstContactDate"),
        ),
        Field(
            "status", "客户状态", "Status", Kind.OPTION, Need.DUE, options="status", core=True, width=12, example="意向客户",
            help_zh="潜在、意向、成交、流失四选一；变更时请在备注写明日期和原因。",
            help_en="One of four; when it changes, give date and reason in Remarks.",
            synonyms=("状态", "客户类型", "客户阶段", "生命周期", "Status"),
        ),
        Field(
            "kind", "客户类别", "Customer kind", Kind.OPTION, options="customer_kind", default="company", width=10, example="企业",
            help_zh="企业或个人；不填按企业处理。", help_en="Company or person; blank means company.",
            synonyms=("客户性质",),
        ),
        Field(
            "owner", "负责人", "Owner", Kind.COLLEAGUE, width=12,
            help_zh="谁接触、谁录入；不填默认为本人。", help_en="Who contacts enters; blank means yourself.",
            synonyms=("客户经理", "业务员", "所属销售", "销售", "归属人", "跟进人", "Owner"),
        ),
        Field("short_name", "简称", "Short name", longest=50, group="企业信息", example="海河电子", help_zh="常用简称。", help_en="Usual abbreviation.", synonyms=("客户简称", "公司简称", "常用名", "ShortName")),
        Field("former_name", "曾用名", "Former name", longest=200, group="企业信息", help_zh="更名前的名称。", help_en="Names used before.", synonyms=("原名称", "曾用名称")),
        Field(
            "uscc", "统一社会信用代码", "Credit code", Kind.USCC, applies="company", group="企业信息", width=22, longest=18,
            help_zh="营业执照上的18位代码。", help_en="The 18 characters on the licence.",
            synonyms=("信用代码", "社会信用代码", "税号", "纳税人识别号", "营业执照号", "USCC"),
        ),
        Field("employees", "员工人数", "Employees", Kind.INTEGER, group="企业信息", width=10, help_zh="人数，须与客户规模一致。", help_en="Must agree with the company size.", synonyms=("人数", "员工数", "职工人数", "NumberOfEmployees")),
        Field("revenue", "年营收(万元)", "Annual revenue (10k CNY)", Kind.DECIMAL, group="企业信息", help_zh="单位：万元。", help_en="In 10,000 CNY.", synonyms=("年营收", "年收入", "年营业额", "年销售额", "年营业收入（万元）", "AnnualRevenue")),
        Field("ownership", "企业类型", "Ownership", Kind.OPTION, options="ownership", applies="company", group="企业信息", width=10, help_zh="国企、民企或外企。", help_en="State, private or foreign.", synonyms=("企业性质", "公司性质", "单位性质", "所有制")),
        Field("email", "电子邮箱", "E-mail", Kind.EMAIL, sensitive=True, group="联系信息", width=24, example="wang@haihe.example", help_zh="一个邮箱地址。", help_en="One address.", synonyms=("邮箱", "邮件", "电子邮件", "邮箱地址", "Email", "E-mail")),
        Field("identity", "证件号码", "Identity number", Kind.IDENTITY, sensitive=True, group="联系信息", width=22, longest=18, help_zh="仅在业务必需时填写。", help_en="Only where business needs it.", synonyms=("证件号", "身份证", "身份证号", "身份证号码", "IDNumber")),
        Field("bankcard", "银行卡号", "Bank card", Kind.BANKCARD, sensitive=True, group="联系信息", width=22, longest=30, help_zh="仅在业务必需时填写。", help_en="Only where business needs it.", synonyms=("银行账号", "卡号", "账号")),
        Field("province", "省", "Province", Kind.OPTION, options="province", group="联系信息", width=12, help_zh="先选省，再选市、区。", help_en="Choose the province first.", synonyms=("省份", "所在省")),
        Field("city", "市", "City", Kind.OPTION, options="city", parent="province", group="联系信息", width=12, help_zh="选好省后再选市。", help_en="After the province.", synonyms=("城市", "所在市")),
        Field("district", "区", "District", Kind.OPTION, options="district", parent="city", group="联系信息", width=12, help_zh="选好市后再选区县。", help_en="After the city.", synonyms=("区县", "区/县", "所在区")),
        Field("address", "客户地址", "Address", group="联系信息", width=30, help_zh="写到路名和门牌号。", help_en="Down to street and house number.", synonyms=("地址", "公司地址", "办公地址", "注册地址", "联系地址", "详细地址", "通讯地址", "Address")),
        Field("cooperation", "合作状态", "Cooperation", Kind.OPTION, options="cooperation", group="合作信息", width=10, help_zh="洽谈中、已签约或暂停合作。", help_en="Negotiating, signed or paused.", synonyms=("当前合作状态", "合作阶段", "签约状态")),
        Field("grade", "合作等级", "Grade", Kind.OPTION, options="grade", core=True, group="合作信息", width=10, help_zh="A、B、C、D。", help_en="A, B, C or D.", synonyms=("客户等级", "客户级别", "等级")),
        Field("product", "合作项目/产品", "Project or product", group="合作信息", width=18, help_zh="正在谈或已合作的项目、产品。", help_en="What is offered or sold.", synonyms=("合作项目", "合作产品", "意向产品", "产品", "Product")),
        Field("focus", "产品关注点", "Product focus", group="合作信息", width=18, help_zh="客户最关心的功能或服务。", help_en="What the customer cares about."),
        Field("budget", "年预算(万元)", "Annual budget (10k CNY)", Kind.DECIMAL, group="合作信息", help_zh="单位：万元。", help_en="In 10,000 CNY.", synonyms=("年预算", "年合作预算", "预算")),
        Field("decision_date", "决策时间", "Decision date", Kind.DATE, group="合作信息", help_zh="预计何时决定，格式 2025-03-12。", help_en="When the decision is expected.", synonyms=("预计决策时间",)),
        Field("contract_amount", "合同金额(万元)", "Contract amount (10k CNY)", Kind.DECIMAL, core=True, group="合作信息", help_zh="单位：万元，保留两位小数；没有合同填0。成交客户必填。", help_en="In 10,000 CNY, two decimals; 0 without a contract. Needed for won customers.", synonyms=("合同金额", "合同额", "成交金额", "签约金额（万元）", "ContractAmount")),
        Field("contract_end", "合同到期日", "Contract end", Kind.DATE, core=True, group="合作信息", help_zh="有合同时必填，不早于首次接触时间。", help_en="Needed with a contract; not before the first contact.", synonyms=("到期日", "合同到期时间", "合同截止日期", "ContractEnd")),
        Field("payment", "付款状态", "Payment", Kind.OPTION, options="payment", core=True, group="合作信息", width=10, help_zh="从下拉列表选择。", help_en="Choose from the list.", synonyms=("付款情况", "回款状态", "PaymentStatus")),
        Field("evidence", "依据", "Evidence", group="合作信息", width=20, help_zh="金额、人数等数字的凭据在哪里，如合同扫描件。", help_en="Where the proof of the figures lies.", synonyms=("凭证", "依据材料")),
        Field("need", "核心需求", "Core need", Kind.LONG, group="需求与备注", width=24, longest=50, help_zh="不超过50字。", help_en="At most 50 characters.", synonyms=("客户需求", "主要需求", "需求", "需求描述")),
        Field("channel", "渠道偏好", "Preferred channel", Kind.OPTION, options="channel", group="需求与备注", width=10, help_zh="电话、邮件或拜访。", help_en="Phone, mail or visit."),
        Field("tags", "标签", "Tags", Kind.TEXT, Need.SYSTEM, Role.DERIVED, group="需求与备注", width=20, longest=1000, help_zh="由“客户分类标签表”自动生成，请到该表填写。", help_en="Generated from the Tags sheet.", synonyms=("客户标签", "标记", "Tags")),
        Field("consent", "客户授权", "Consent", Kind.OPTION, options="consent", group="授权与核验", width=10, help_zh="客户是否同意留存和使用其信息。", help_en="Whether the customer agreed to the use of the data.", synonyms=("授权", "是否同意", "隐私授权", "Consent")),
        Field("consent_date", "授权日期", "Consent date", Kind.DATE, group="授权与核验", help_zh="客户同意的日期。", help_en="When the customer agreed."),
        Field("purpose", "告知用途", "Stated purpose", group="授权与核验", width=20, help_zh="告知客户的信息用途，如“产品推荐与服务跟进”。", help_en="The purpose told to the customer."),
        Field("phone_check", "联系方式核验", "Contact verified", Kind.OPTION, options="contact_check", group="授权与核验", width=12, help_zh="录入后请用电话或邮件再确认一次。", help_en="Confirm once more by phone or mail.", synonyms=("核验",)),
        Field("phone_check_date", "核验日期", "Verified on", Kind.DATE, group="授权与核验", help_zh="核验联系方式的日期。", help_en="When it was verified."),
        Field("phone_check_by", "核验人", "Verified by", Kind.COLLEAGUE, group="授权与核验", help_zh="由谁核验。", help_en="By whom."),
        Field("foreign_number", "原编号", "Former ID", group="授权与核验", width=16, longest=60, help_zh="其他系统中的编号。", help_en="The ID in another system.", synonyms=("旧客户编号", "原系统编号", "外部编号", "ExternalID")),
        Field("remark", "备注", "Remarks", Kind.LONG, group="备注", width=30, longest=1000, help_zh="状态变更请写日期和原因，如“2025-03-12：签订年度合同”。", help_en="For a change of status: date and reason.", synonyms=("备注信息", "说明", "其他", "Remark", "Notes")),
        *_AUDIT,
    ),
    number="CX{yyyy}{mm}{n:04}",
    visible=True,
    help_zh="一行一个客户。", help_en="One row per customer.",
)

CONTACT = Table(
    "contact", "联系人表", "Contacts",
    (
        *_SHEET,
        _number("联系人编号", "Contact ID"),
        _CUSTOMER,
        Field("name", "联系人", "Contact", Kind.PERSON, Need.BLOCKING, width=12, longest=50, example="李芳", synonyms=("联系人姓名", "姓名")),
        Field("phone", "联系方式", "Phone", Kind.PHONE, Need.DUE, sensitive=True, width=16, longest=80, example="13912345678", synonyms=("手机", "手机号", "电话", "联系电话"), help_zh="手机填11位数字；固定电话填“区号-号码”。", help_en="Mobile: 11 digits; landline: area code-number."),
        Field("role", "角色", "Role", Kind.OPTION, options="contact_role", width=12),
        Field("title", "职务", "Title", longest=50, synonyms=("联系人职务", "职位", "岗位")),
        Field("email", "电子邮箱", "E-mail", Kind.EMAIL, sensitive=True, width=24, synonyms=("邮箱", "邮件")),
        Field("check", "核验方式", "Verified how", Kind.OPTION, options="contact_check", width=12),
        Field("check_date", "核验日期", "Verified on", Kind.DATE),
        Field("check_by", "核验人", "Verified by", Kind.COLLEAGUE),
        Field("valid", "是否有效", "Valid", Kind.OPTION, options="validity", width=10, default="valid"),
        Field("remark", "备注", "Remarks", Kind.LONG, width=24, longest=1000),
        *_AUDIT,
    ),
    number="LX{yyyy}{mm}{n:04}",
    help_zh="一个客户有多位联系人时，其余的填在这里。", help_en="Further contacts of a customer.",
)

INTERACTION = Table(
    "interaction", "客户互动记录表", "Interactions",
    (
        *_SHEET,
        _number("记录编号", "Record ID"),
        _CUSTOMER,
        Field("at", "互动时间", "When", Kind.MOMENT, Need.BLOCKING, width=18, example="2025-03-12 14:30", help_zh="格式 2025-03-12 14:30；请在24小时内记录。", help_en="As 2025-03-12 14:30; record within 24 hours.", synonyms=("沟通时间", "联系时间")),
        Field("way", "互动方式", "How", Kind.OPTION, Need.BLOCKING, options="interaction_way", width=12, example="拜访", synonyms=("沟通方式", "联系方式")),
        Field("topic", "互动主题", "Topic", Kind.TEXT, Need.BLOCKING, width=20, longest=100, example="产品方案演示", synonyms=("沟通主题",)),
        Field("summary", "沟通内容摘要", "Summary", Kind.LONG, Need.BLOCKING, width=36, longest=2000, help_zh="写明客户说了什么、我方怎么回应。", help_en="The customer's words and our answer.", synonyms=("沟通内容", "内容摘要")),
        Field("feedback", "客户反馈", "Feedback", Kind.OPTION, Need.DUE, options="feedback", width=16),
        Field("contact", "客户方联系人", "Contact", Kind.PERSON, width=12, longest=50),
        Field("agreed", "达成共识", "Agreed", Kind.LONG, width=24, longest=1000),
        Field("next_step", "下一步行动", "Next step", Kind.LONG, Need.DUE, width=28, longest=500, help_zh="写清具体做什么，不写“后续跟进”。", help_en="What exactly will be done."),
        Field("next_by", "责任人", "By whom", Kind.COLLEAGUE),
        Field("next_due", "截止日期", "Due", Kind.DATE),
        Field("follower", "跟进人", "Followed by", Kind.COLLEAGUE, help_zh="不填默认为本人。", help_en="Blank means yourself."),
        *_AUDIT,
    ),
    number="HD{customer}{n:04}",
    visible=True,
    help_zh="每次沟通一行，24小时内记录。", help_en="One row per conversation, within 24 hours.",
)

TAG = Table(
    "tag", "客户分类标签表", "Tags",
    (
        *_SHEET,
        _CUSTOMER,
        Field("type", "标签类型", "Tag type", Kind.OPTION, Need.BLOCKING, options="tag_type", width=12),
        Field("name", "标签名称", "Tag", Kind.OPTION, Need.BLOCKING, options="tag", parent="type", width=18, help_zh="先选标签类型；只能用标签库中的标签。", help_en="After the type; only tags of the library."),
        Field("note", "标签说明", "Explanation", Kind.LONG, width=30, longest=500, help_zh="写客观事实，避免主观判断。", help_en="Facts, not opinions."),
        *_AUDIT,
    ),
    help_zh="一行一个标签，一个客户可有多个。", help_en="One row per tag.",
)

REQUEST = Table(
    "request", "信息更新申请表", "Update requests",
    (
        *_SHEET,
        _number("申请编号", "Request ID"),
        _CUSTOMER,
        Field("customer_name", "客户名称", "Customer name", Kind.CUSTOMER, width=28),
        Field("contact", "联系人", "Contact", Kind.PERSON, width=12, longest=50, help_zh="提出或确认变更的人。", help_en="Who asked for the change, or confirms it."),
        Field("contact_title", "联系人职务", "Contact's title"),
        Field("field", "变更字段", "Field", Kind.OPTION, Need.BLOCKING, options="customer_field", width=16, help_zh="要变更哪一项。", help_en="What is to change."),
        Field("before", "原信息内容", "Before", Kind.LONG, sensitive=True, width=24, help_zh="可以不填；填了就与客户库核对。", help_en="May stay blank; what is filled in is compared with the store."),
        Field("after", "变更后信息", "After", Kind.LONG, Need.BLOCKING, sensitive=True, width=24, help_zh="核实过的新内容。", help_en="The new value."),
        Field("reason", "变更原因", "Reason", Kind.LONG, Need.BLOCKING, width=24, longest=500, help_zh="为什么要改。", help_en="Why it changes."),
        Field("urgency", "紧急程度", "Urgency", Kind.OPTION, options="urgency", default="normal", width=10, help_zh="常规24小时内更新，紧急2小时内更新。", help_en="Updated within 24 hours, urgent ones within 2."),
        Field("raised_through", "发起渠道", "Raised through", Kind.OPTION, options="request_channel", default="staff", width=12, help_zh="客户自己提出的，更新后要告知客户。", help_en="A customer who asked for it is told when it is done."),
        Field("initiator", "发起人", "Initiator", Kind.COLLEAGUE, help_zh="不填默认为本人。", help_en="Blank means yourself."),
        Field("consent", "客户同意", "Customer consents", Kind.OPTION, options="consent", width=10, help_zh="客户是否同意这次变更。", help_en="Whether the customer agrees to the change."),
        Field("evidence", "依据", "Evidence", width=20, help_zh="凭据在哪里，如签字的确认单、合同扫描件。", help_en="Where the proof lies: the signed form, a contract scan."),
        Field("verify_way", "核验方式", "Verified how", Kind.OPTION, Need.SYSTEM, options="verify_way", width=14),
        Field("verifier", "核验人", "Verifier", Kind.COLLEAGUE, Need.SYSTEM),
        Field("verify_note", "核验时间与要点", "When and what", Kind.LONG, Need.SYSTEM, width=24, longest=500),
        Field("verify_result", "核验结果", "Result", Kind.OPTION, Need.SYSTEM, options="verify_result", width=10),
        Field("verify_reason", "不通过原因", "Why not", Kind.LONG, Need.SYSTEM, width=20, longest=500),
        Field("state", "处理状态", "State", Kind.OPTION, Need.SYSTEM, options="request_state", width=10),
        Field("updater", "更新人", "Updater", Kind.COLLEAGUE, Need.SYSTEM),
        Field("done_on", "处理日期", "Done on", Kind.DATE, Need.SYSTEM),
        Field("opened_at", "待处理时间", "Open since", Kind.MOMENT, Need.SYSTEM, width=18),
        Field("told_on", "告知客户日期", "Customer told on", Kind.DATE, Need.SYSTEM),
        Field("round", "第几轮", "Round", Kind.INTEGER, Need.SYSTEM, width=8),
        Field("remark", "备注", "Remarks", Kind.LONG, width=24, longest=1000),
        *_AUDIT,
    ),
    number="GX{yyyy}{mm}{dd}{n:04}",
    help_zh="客户信息变更的申请：填好后按“提交”；核验、更新和确认在“我的待办”“待我核验”里进行。",
    help_en="Requests for changes: fill in and submit; they are verified, updated and confirmed in My tasks and To verify.",
)

FEEDBACK = Table(
    "feedback", "客户需求与反馈", "Needs and feedback",
    (
        *_SHEET,
        _number("反馈编号", "Feedback ID"),
        _CUSTOMER,
        Field("type", "类型", "Type", Kind.OPTION, Need.BLOCKING, options="feedback_type", width=10),
        Field("content", "内容", "Content", Kind.LONG, Need.BLOCKING, width=36, longest=2000),
        Field("raised_on", "提出日期", "Raised on", Kind.DATE, Need.DUE),
        Field("assigned_to", "处理人", "Assigned to", Kind.COLLEAGUE, help_zh="不填默认为客户的负责人；提交后通知处理人。", help_en="Blank means the customer's owner; who is named here is told."),
        Field("due", "要求完成日期", "Due", Kind.DATE),
        Field("progress", "处理过程", "Progress", Kind.LONG, width=28, longest=2000),
        Field("result", "处理结果", "Result", Kind.LONG, width=28, longest=1000),
        Field("closed_on", "完成日期", "Closed on", Kind.DATE),
        *_AUDIT,
    ),
    number="FK{yyyy}{mm}{n:04}",
    help_zh="客户的需求、建议、投诉和问题。", help_en="Needs, suggestions, complaints, problems.",
)

OPPORTUNITY = Table(
    "opportunity", "销售机会", "Opportunities",
    (
        *_SHEET,
        _number("机会编号", "Opportunity ID"),
        _CUSTOMER,
        Field("title", "机会名称", "Title", Kind.TEXT, Need.BLOCKING, width=24, longest=100),
        Field("source", "机会来源", "Source", Kind.OPTION, options="source", width=12),
        Field("stage", "销售阶段", "Stage", Kind.OPTION, Need.BLOCKING, options="stage", width=12),
        Field("amount", "预计金额(万元)", "Expected amount (10k CNY)", Kind.DECIMAL, Need.DUE),
        Field("expected_on", "预计成交日期", "Expected on", Kind.DATE, Need.DUE),
        Field("competitors", "竞争对手", "Competitors", width=20),
        Field("strategy", "跟进策略", "Strategy", Kind.LONG, width=28, longest=1000),
        Field("lost_reason", "输单原因", "Why lost", Kind.LONG, width=20, longest=500),
        *_AUDIT,
    ),
    number="JH{yyyy}{mm}{n:04}",
    help_zh="正在争取的生意。", help_en="Business being pursued.",
)

ACTIVITY = Table(
    "activity", "活动记录", "Activities",
    (
        *_SHEET,
        _number("活动编号", "Activity ID"),
        Field("customer", "客户编号", "Customer ID", Kind.REFERENCE, width=16, help_zh="针对单个客户的活动填写。", help_en="For an activity with one customer."),
        Field("type", "活动类型", "Type", Kind.OPTION, Need.BLOCKING, options="activity_type", width=12),
        Field("title", "活动名称", "Title", Kind.TEXT, Need.BLOCKING, width=24, longest=100),
        Field("on", "活动日期", "Date", Kind.DATE, Need.DUE),
        Field("plan", "活动计划", "Plan", Kind.LONG, width=28, longest=2000),
        Field("execution", "执行情况", "Execution", Kind.LONG, width=28, longest=2000),
        Field("evaluation", "效果评估", "Evaluation", Kind.LONG, width=28, longest=2000),
        Field("attachments", "资料存放位置", "Attachments", width=24),
        *_AUDIT,
    ),
    number="HY{yyyy}{mm}{n:04}",
    help_zh="市场活动、促销活动和拜访计划。", help_en="Marketing, promotion, visits.",
)

DICTIONARY = Table(
    "dictionary", "数据字典", "Dictionary",
    (
        Field("list", "列表", "List", Kind.OPTION, Need.BLOCKING, Role.SHEET, "extensible", width=16),
        Field("label", "选项", "Option", Kind.TEXT, Need.BLOCKING, Role.SHEET, width=24, longest=60),
        Field("synonyms", "同义词", "Synonyms", Kind.TEXT, Need.OPTIONAL, Role.SHEET, width=30, help_zh="用顿号分隔。", help_en="Separated by commas."),
        Field("parent", "上级", "Parent", Kind.TEXT, Need.OPTIONAL, Role.SHEET, width=16),
        Field("note", "说明", "Note", Kind.TEXT, Need.OPTIONAL, Role.SHEET, width=30),
    ),
    stored=False,
    help_zh="各下拉列表的选项；团队可以在末尾添加自己的选项。", help_en="The options of the dropdowns; a team may add its own.",
)

STORED = (CUSTOMER, CONTACT, INTERACTION, TAG, REQUEST, FEEDBACK, OPPORTUNITY, ACTIVITY)
TABLES = (*STORED, DICTIONARY, *RESULTS)
BY_KEY = {table.key: table for table in TABLES}
BELOW = (CONTACT, INTERACTION, TAG, FEEDBACK, OPPORTUNITY, ACTIVITY)
"""What belongs to a customer and is entered in a sheet of its own."""
SUBMITTED = (CUSTOMER, *BELOW, REQUEST)

MATCHED = ("name", "former_name", "short_name", "contact", "phone", "email", "uscc", "address", "province", "city", "district", "kind")
"""The fields that tell a customer from another."""

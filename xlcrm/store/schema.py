"""The SQL tables, generated from the declaration of the model; neutral to the database engine.

Every value is text in canonical form; sensitive columns hold ciphertext. Record tables carry, besides their fields, the
columns the store keeps itself (``KEPT``). People, settings and decisions are kept and logged the same way.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, PrimaryKeyConstraint, Table, Text, text

from xlcrm.model import tables
from xlcrm.model.fields import Field, Kind
from xlcrm.model.fields import Table as Declared

PERSON = Declared(
    "person", "人员", "People",
    (
        Field("account", "账号", "Account"),
        Field("name", "姓名", "Name"),
        Field("email", "电子邮箱", "E-mail"),
        Field("department", "部门", "Department"),
        Field("roles", "角色", "Roles"),
        Field("deputy", "代理人", "Deputy", Kind.COLLEAGUE),
        Field("deputy_until", "代理截止", "Deputy until", Kind.DATE),
        Field("disabled", "停用日期", "Disabled on", Kind.DATE),
    ),
)  # fmt: skip
SETTING = Declared("setting", "设置", "Settings", (Field("value", "值", "Value"),))
DECISION = Declared(
    "decision", "查重决定", "Decisions", (Field("verdict", "处理方式", "Decision"), Field("reason", "理由", "Reason"))
)
ACCESS = Declared(
    "access", "查看记录", "Access",
    (
        Field("kind", "方式", "Kind"),  # reveal, ask, held, export, outside, audit
        Field("customer", "客户", "Customer", Kind.REFERENCE),
        Field("field", "字段", "Field"),  # of an export for somebody outside those in plain, by comma
        Field("count", "客户数", "Customers", Kind.INTEGER),
    ),
)  # fmt: skip
"""What people were shown beyond what they see every day: nothing of it changes a customer, all of it is logged."""

KEYHOLDER = Declared(
    "keyholder", "钥匙持有人", "Key holders",
    (
        Field("kind", "种类", "Kind"),  # person, recovery
        Field("person", "人员", "Person", Kind.COLLEAGUE),
        Field("public", "公钥", "Public key"),
        Field("machine", "电脑", "Machine"),
        Field("admitted", "加入时间", "Admitted at"),
        Field("drilled", "演练时间", "Drilled at"),
        Field("drill", "演练结果", "Result of the drill"),  # passed, failed
    ),
)  # fmt: skip
"""The identities (crypto/identity.py) that may open the store: one for each machine of a person, and the printed passphrase."""

PROPOSAL = Declared(
    "proposal", "提议", "Proposals",
    (
        Field("kind", "种类", "Kind"),  # a key of rules/approvals.py: SEATS
        Field("customer", "客户", "Customer", Kind.REFERENCE),
        Field("about", "内容", "About"),  # JSON: what exactly, by kind
        Field("reason", "理由", "Reason"),
        Field("outcome", "结果", "Outcome"),  # open, done, declined, withdrawn
    ),
)  # fmt: skip
"""What somebody wants that others have to agree to; who made it is its initiator."""

APPROVAL = Declared(
    "approval", "意见", "Approvals",
    (
        Field("proposal", "提议", "Proposal"),  # the rid of a proposal, or of an update request
        Field("round", "第几轮", "Round", Kind.INTEGER),  # of a request: what was said before it was changed no longer counts
        Field("seat", "身份", "As"),  # a role, or owner
        Field("verdict", "意见", "Verdict"),  # yes, no
        Field("reason", "理由", "Reason"),
    ),
)  # fmt: skip
"""One person's word about a proposal or a request; who made it is that person. Never changed."""

NOTICE = Declared(
    "notice", "通知", "Notices",
    (
        Field("kind", "种类", "Kind"),  # a key of the catalogue's "notice" texts
        Field("about", "关于", "About"),  # the rid of a request, proposal, feedback or customer
        Field("customer", "客户", "Customer", Kind.REFERENCE),
        Field("person", "收件人", "To", Kind.COLLEAGUE),  # blank: the customer's contact
        Field("state", "状态", "State"),  # pending, sending, sent, draft, failed, dropped
        Field("attempts", "次数", "Attempts", Kind.INTEGER),
        Field("tried_at", "最近尝试", "Last tried at", Kind.MOMENT),
        Field("trouble", "原因", "Trouble"),
    ),
)  # fmt: skip
"""One message of a step to one reader: written with the step itself, sent afterwards. Its rid follows from step and reader,
so that there is exactly one.
"""

REVIEW = Declared(
    "review", "核对记录", "Reviews",
    (
        Field("customer", "客户", "Customer", Kind.REFERENCE),
        Field("scope", "范围", "Scope"),  # month: status, need, contact; details: the secondary fields
        Field("answer", "结果", "Answer"),  # a code of the vocabulary "review_answer"
        Field("note", "说明", "Note"),
    ),
)  # fmt: skip
"""What somebody said when a customer was reviewed (月度核对); who and when are the record's own. Moves along in a merge."""

RECORDS = (*tables.STORED, REVIEW)
LOGGED = {table.key: table for table in (*RECORDS, PERSON, SETTING, DECISION, ACCESS, KEYHOLDER, PROPOSAL, APPROVAL, NOTICE)}
"""Every table whose rows have a version and change only through the log, by key, parents first."""

OWNED = frozenset(table.key for table in RECORDS if "customer" in table.by_key)
"""The tables whose records belong to a customer: their column "customer" holds its rid."""

KEPT = ("number", "origin", "life", "merged_into", "created_by", "created_at", "updated_by", "updated_at", "version")

metadata = MetaData()


def fields(table: Declared) -> tuple[str, ...]:
    """The columns that hold what people filled in, in the order of the declaration."""
    return tuple(field.key for field in table.data)


def columns(table: Declared) -> tuple[str, ...]:
    """All columns of a logged table, in their order."""
    return ("rid", *fields(table), *KEPT)


def _logged(table: Declared) -> Table:
    found = Table(table.key, metadata, Column("rid", Text, primary_key=True))
    for name in columns(table)[1:]:
        if name == "customer":
            found.append_column(Column(name, Text, ForeignKey("customer.rid"), index=True))
        elif name == "version":
            found.append_column(Column(name, Integer, nullable=False))
        else:
            found.append_column(Column(name, Text, nullable=name != "life"))
    return found


SQL = {key: _logged(table) for key, table in LOGGED.items()}

# A search for part of a name reads this index from end to end and never the wide rows.
Index("customer_names", SQL["customer"].c.life, *(SQL["customer"].c[name] for name in ("name", "short_name", "former_name")))
Index("request_state", SQL["request"].c.state)
Index("approval_about", SQL["approval"].c.proposal)
Index("notice_state", SQL["notice"].c.state)
Index("person_account", SQL["person"].c.account, unique=True)
Index("customer_merged", SQL["customer"].c.merged_into, sqlite_where=text("merged_into IS NOT NULL"))

META = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text))

MIGRATION = Table(
    "migration", metadata,
    Column("id", Integer, primary_key=True), Column("version", Integer, nullable=False), Column("name", Text), Column("at", Text),
)  # fmt: skip

COUNTER = Table("counter", metadata, Column("name", Text, primary_key=True), Column("value", Integer, nullable=False))

NUMBER = Table(
    "number", metadata,
    Column("number", Text, nullable=False),
    Column("kind", Text, nullable=False),  # own: given by this store; former: from another system
    Column("rid", Text, nullable=False),
    PrimaryKeyConstraint("number", "kind", "rid"),
    sqlite_with_rowid=False,
)  # fmt: skip
# Naming postgresql_where here would make every command import that dialect: 80 ms.
Index("number_own", NUMBER.c.number, unique=True, sqlite_where=text("kind = 'own'"))

# How a customer looks to the duplicate engine (match/face.py), sealed. Its keys are many: they name it by a short number.
FACE = Table(
    "face", metadata,
    Column("id", Integer, primary_key=True), Column("rid", Text, nullable=False, unique=True), Column("looks", Text),
)  # fmt: skip

BLOCKING_KEY = Table(
    "blocking_key", metadata,
    Column("key", BigInteger, nullable=False),
    Column("face", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("key", "face"),
    sqlite_with_rowid=False,
)  # fmt: skip

PHONE_TAIL = Table(
    "phone_tail", metadata,
    Column("tail", Text, nullable=False),
    Column("rid", Text, nullable=False, index=True),
    Column("customer", Text, nullable=False),
    PrimaryKeyConstraint("tail", "rid"),
    sqlite_with_rowid=False,
)  # fmt: skip

PINYIN = Table(
    "pinyin", metadata,
    Column("rid", Text, primary_key=True), Column("whole", Text, nullable=False), Column("initials", Text, nullable=False),
)  # fmt: skip

# Not logged: an append-only log would keep what erasure must be able to destroy. ``wrapped`` is NULL once destroyed.
DATA_KEY = Table("data_key", metadata, Column("customer", Text, primary_key=True), Column("wrapped", Text))

# Not logged either: what somebody was shut out with must be gone. The columns are those of crypto/keys.py: Copy.
KEY_COPY = Table(
    "key_copy", metadata,
    Column("holder", Text, primary_key=True), Column("sealed", Text), Column("copy", Text), Column("tag", Text),
)  # fmt: skip

SUBMISSION = Table(
    "submission", metadata,
    Column("workbook", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("rid", Text, nullable=False),
    Column("table", Text, nullable=False),
    Column("operation", Text, nullable=False),
    PrimaryKeyConstraint("workbook", "token"),
    sqlite_with_rowid=False,
)  # fmt: skip

# The rows of delivered files that are in the store: a copy of the file brings only what it changes.
IMPORTED = Table(
    "imported", metadata,
    Column("token", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("rid", Text, nullable=False, index=True),
    Column("saved", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("operation", Text, nullable=False),
    PrimaryKeyConstraint("token", "file", "rid"),
    sqlite_with_rowid=False,
)  # fmt: skip

KEPT_VALUE = Table(
    "kept_value", metadata,
    Column("id", Integer, primary_key=True),
    Column("rid", Text, nullable=False, index=True),
    Column("field", Text, nullable=False),
    Column("value", Text),
    Column("origin", Text),
    Column("operation", Text, nullable=False),
)  # fmt: skip

OPERATION = Table(
    "operation", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("session_user", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reverses", Text),
    Column("first", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("previous", Text, nullable=False),
    Column("head", Text, nullable=False),
)  # fmt: skip

ENTRY = Table(
    "entry", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("operation", Text, nullable=False),
    Column("table", Text, nullable=False),
    Column("rid", Text, nullable=False),
    Column("version_from", Integer, nullable=False),
    Column("version_to", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("salt", Text, nullable=False),  # "" once before, after and reason are redacted
    Column("payload", Text, nullable=False),
    Column("hash", Text, nullable=False),
)  # fmt: skip
Index("entry_rid", ENTRY.c.rid, ENTRY.c.seq)
# An operation is taken back once; the undo of that undo brings it back.
Index("operation_reverses", OPERATION.c.reverses, unique=True)


def insert(table: Table) -> str:
    """The INSERT statement for one tuple in the table's column order, for executemany."""
    names = [column.name for column in table.columns]
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {quoted(table.name)} ({', '.join(map(quoted, names))}) VALUES ({marks})"  # noqa: S608 - names are ours


def quoted(name: str) -> str:
    """A name of ours as SQL writes it."""
    return f'"{name}"'

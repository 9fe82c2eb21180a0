"""Writes docs/fields.md, the field reference, from the one declaration: ``python docs/fields.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlcrm.model.fields import Field, Kind, Need, Role, Table
from xlcrm.model.tables import TABLES
from xlcrm.model.vocabularies import vocabulary

TARGET = Path(__file__).with_name("fields.md")
NEED = {Need.BLOCKING: "必填", Need.DUE: "待补全", Need.OPTIONAL: "选填", Need.SYSTEM: "系统"}
KIND = {
    Kind.TEXT: "文字", Kind.LONG: "长文字", Kind.CUSTOMER: "客户名称", Kind.PERSON: "姓名", Kind.COLLEAGUE: "同事",
    Kind.OPTION: "下拉", Kind.DATE: "日期", Kind.MOMENT: "日期时间", Kind.INTEGER: "整数", Kind.DECIMAL: "数字，两位小数",
    Kind.PHONE: "电话", Kind.EMAIL: "邮箱", Kind.USCC: "信用代码", Kind.IDENTITY: "证件号码", Kind.BANKCARD: "银行卡号",
    Kind.NUMBER: "编号", Kind.REFERENCE: "客户编号", Kind.LINK: "单元格",
}  # fmt: skip
ROLE = {Role.SHEET: "只在表里", Role.AUDIT: "灰色列", Role.DERIVED: "自动计算"}
MOST = 12
"""Options that are listed; more stand in 数据字典."""


def lines() -> Iterator[str]:
    """The lines of the reference."""
    yield "# 字段一览 Fields"
    yield ""
    yield "每张表的每一列：怎么填、由谁填、是什么类型。工作簿里的“填写说明”“数据字典”和这里出自同一份定义。"
    yield ""
    yield "- **填写**：必填＝缺了不能提交；待补全＝可以先提交，三个工作日内补上；系统＝自动填写，不要改。"
    yield "- **类型** 里：加密＝加密保存，按权限打码显示；重要＝修改要走更新申请（团队设了 `changes` 时）；灰色列由客户库记录。"
    yield "- 英文名和代码供程序、导出和英文界面使用。Chinese and English titles are both recognised in any list."
    yield ""
    yield "Generated from `xlcrm/model/tables.py` by `python docs/fields.py`; a test says when it is out of date."
    yield ""
    yield "、".join(f"[{table.zh}](#{table.zh}--{table.en.lower().replace(' ', '-')})" for table in TABLES)
    for table in TABLES:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield ""
    yield f"## {table.zh} · {table.en}"
    yield ""
    yield f"{table.help_zh} {table.help_en}{f' 编号 `{table.number}`。' if table.number else ''} (`{table.key}`)"
    yield ""
    yield "| 字段 | 填写 | 类型 | 说明 | English | 代码 |"
    yield "|---|---|---|---|---|---|"
    for field in table.fields:
        yield f"| {field.zh} | {NEED[field.need]} | {_kind(field)} | {field.help_zh} | {field.en} | `{field.key}` |"


def _kind(field: Field) -> str:
    words = [KIND[field.kind]]
    if field.options:
        labels = [option.zh for option in vocabulary(field.options).options]
        words = [f"下拉：{' / '.join(labels)}" if 0 < len(labels) <= MOST else "下拉，见数据字典"]
    if field.sensitive:
        words.append("加密")
    if field.core:
        words.append("重要")
    if field.role in ROLE:
        words.append(ROLE[field.role])
    return "；".join(words)


if __name__ == "__main__":
    TARGET.write_text("\n".join(lines()) + "\n", "utf-8")

"""The words by which a header, a form's label, a total and a footer are known."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, lru_cache

from xlcrm.model.fields import Field
from xlcrm.model.rows import Cell, CellError
from xlcrm.model.tables import CUSTOMER, STORED
from xlcrm.model.vocabularies import fold

_COMMON = (
    "序号", "编号", "行号", "No", "No.", "姓名", "名称", "性别", "年龄", "生日", "出生日期", "微信", "微信号", "QQ", "传真",
    "邮编", "网址", "网站", "地区", "区域", "部门", "单位", "公司", "客户", "日期", "时间", "金额", "数量", "单价", "类别",
    "类型", "级别", "法人", "法定代表人", "注册资本", "Name", "FirstName", "LastName", "Date", "Amount", "City", "Website", "Fax",
    "Department",
)  # fmt: skip
_MARKS = re.compile(r"[*＊★●▲※#]+|[:：]+$|^[(（]?[0-9]{1,2}[.、)）]|[(（\[【〔][^)）\]】〕]*[)）\]】〕]")
_VALUE = re.compile(
    r"[^0-9]*[0-9](?:[^0-9]?[0-9]){4,}.*"  # five digits: a telephone, a code, a date
    r"|.*@.*"
    r"|[0-9]{4}[-/年.][0-9]{1,2}(?:[-/月.].*)?"
    r"|[-+]?[0-9][0-9,]*(?:\.[0-9]+)?%?"
    r"|.{4,}(?:公司|集团|工厂|商行|银行|医院|学校|大学|合作社)(?:[(（].*[)）])?",
    re.DOTALL,
)
_DRESSES = ("{}", "*{}", "{}*", "{}：", "{}:", "{}（必填）", "{}(必填)")
_LONGEST = 40  # characters of a header
_YEARS = range(1990, 2101)
_TOTAL = re.compile(
    r"(?:本页|本月|本年|本周|本季|部门|区域|分组|累计|总)?(?:合|总|小|累|共)计(?:数|额|金额|人数|户数|数量)?[:：]?[0-9.,]*(?:家|户|人|条|个|元|万元)?"
    r"|(?:grand|sub)?-?total[:：]?[0-9.,]*|sum[:：]?|.{1,20}(?:汇总|小计|合计)"
)
_TOTALLING = re.compile("[计計]|汇总|total|sum", re.IGNORECASE)
_FOOTER = re.compile(
    r"(?:制表|填表|审核|复核|经办|审批|批准|打印|导出|编制|统计|填报|录入|核对|制单|主管|负责人|部门负责人|签字|签名|盖章)(?:人|员|者|部门|单位|日期|时间)?[:：].*"
    r"|(?:注|备注|说明|附注|特别说明|温馨提示|数据来源|资料来源|note|notes|remark|source|prepared by|printed)(?:[0-9]*[:：].*)"
    r"|[※*]{1,3}[^*].{6,}|第[0-9]+页.*|共[0-9]+[页条].*|page[0-9]+.*|[-—]{2,}.*|以下(?:空白|为空).*|[(]?完[)]?"
)
_SECTION = re.compile(
    r"[一二三四五六七八九十]{1,3}、.{1,30}|[(][一二三四五六七八九十]{1,3}[)].{1,30}|第[一二三四五六七八九十]+(?:部分|类|组).{0,30}"
)
_SECTIONS = frozenset("一二三四五六七八九十(（第")
_HINT = re.compile(
    r"(?:必填|选填|非必填|可选|可不填|自动生成|文本|数字|数值|日期|下拉选择?|下拉|字符|required|optional|text|number|date|string|varchar.*)"
    r"(?:项|型|格式|类型)?|(?:示例|样例|例如|例|如|格式|请填写|请选择|请输入|e\.?g\.?|example|format|必填|选填)[:,(].*"
    r"|(?:请填写|请选择|请输入|填写).{1,30}|示例|样例|yyyy.*"
)
_EXPLAINS = re.compile(
    r"填写|请|格式|必填|选填|不超过|选项|与营业执照|例如|如[“\"]|简述|二选一|保留|位数字|下拉|必须|应为|不得|required|format|e\.g\.",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"[(\[【]?(?:示例|样例|举例|例[:如]|example|e\.g\.)")
LABELLED = re.compile(r"\s*([^:：\n]{1,14}?)\s*[:：]\s*(.*)", re.DOTALL)
"""A label and its value in one cell: "联系人：王芳"."""
NUMBERING = frozenset(fold(word) for word in ("序号", "行号", "编号", "No", "No.", "#", "序", "ID"))


@lru_cache(4096)
def bare(text: str) -> str:
    """A header as compared: folded, without stars, colons, numbering and what stands in brackets."""
    return fold(_MARKS.sub("", fold(text)))


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """The known headers as compared, and as they usually stand in a cell."""
    titles = {title for table in STORED for item in table.fields for title in (item.zh, item.en, *item.synonyms)} | {*_COMMON}
    whole = _titles(*(item for table in STORED for item in table.fields)) | {fold(title) for title in _COMMON}
    return whole - {""}, frozenset(dress.format(title) for title in titles for dress in _DRESSES)


@cache
def whose() -> frozenset[str]:
    """Known headers that say whom a record is about, as compared."""
    return customer() | _titles(*(table[key] for table in STORED for key in ("customer", "number") if key in table.by_key))


@cache
def customer() -> frozenset[str]:
    """Known headers of a customer's name, as compared."""
    return _titles(CUSTOMER["name"])


def _titles(*fields: Field) -> frozenset[str]:
    titles = {title for item in fields for title in (item.zh, item.en, *item.synonyms)}
    return frozenset({fold(title) for title in titles} | {bare(title) for title in titles})


def usual() -> frozenset[str]:
    """Known headers as they usually stand in a cell: to be looked up without folding every cell."""
    return _names()[1]


@lru_cache(4096)
def known(text: str) -> str:
    """The header as compared when it is a known one, else ""."""
    names = _names()[0]
    if fold(text) in names:
        return fold(text)
    found = bare(text)
    return found if found in names else ""


def named(cell: Cell) -> str:
    """Like ``known``, for any cell."""
    return known(cell) if isinstance(cell, str) and len(cell) <= _LONGEST else ""


def valued(cell: Cell) -> bool:
    """Whether a filled cell looks like a value and not like a header: a number but a year, a telephone, a company, long text."""
    if isinstance(cell, str):
        return len(cell) > _LONGEST or (_VALUE.fullmatch(cell.strip()) is not None and not known(cell))
    return not (isinstance(cell, float) and cell.is_integer() and int(cell) in _YEARS)


def total(cell: Cell) -> bool:
    """Whether a cell begins a row of totals."""
    if not isinstance(cell, str) or len(cell) > 30 or not _TOTALLING.search(cell):  # nearly always
        return False
    return _TOTAL.fullmatch(fold(cell)) is not None


def footer(cell: Cell) -> bool:
    """Whether a cell begins a row below a table: who made it, a remark, a page number."""
    return isinstance(cell, str) and _FOOTER.fullmatch(fold(cell)) is not None


def section(cell: Cell) -> bool:
    """Whether a cell that stands alone in its row heads the rows below it."""
    return isinstance(cell, str) and cell[:1] in _SECTIONS and _SECTION.fullmatch(fold(cell)) is not None


def hint(cell: Cell) -> bool:
    """Whether a cell below a header says how to fill the column in."""
    return isinstance(cell, str) and (_HINT.fullmatch(fold(cell)) is not None or example(cell))


def example(cell: Cell) -> bool:
    """Whether a cell begins a row that shows how the others should look."""
    return isinstance(cell, str) and _EXAMPLE.match(fold(cell)) is not None


def explains(cell: Cell) -> bool:
    """Whether a text beside a label explains the field instead of filling it."""
    return isinstance(cell, str) and _EXPLAINS.search(cell) is not None


def said(cell: Cell) -> str:
    """A header's text as written; whole numbers, such as years, without their decimals."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.text if isinstance(cell, CellError) else str(cell).strip()

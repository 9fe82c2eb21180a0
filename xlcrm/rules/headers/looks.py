"""What the values of a column look like, and whether they fit a field: through the same readers that check a sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice, pairwise

from xlcrm.model.fields import Field, Kind
from xlcrm.model.rows import Cell
from xlcrm.rules import clean
from xlcrm.rules.clean.names import LEGAL
from xlcrm.rules.clean.text import line, written
from xlcrm.rules.clean.words import CLEAR, PLACEHOLDERS
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.values import known

MOST = 40
"""Distinct values of a column that are looked at."""

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("mail", re.compile(r"[^@\s]+@[^@\s]+\.\w+")),
    ("date", re.compile(r"(?:19|20)[0-9]{2}[-/.年](?:[0-9]{1,2})(?:[-/.月]?[0-9]{0,2}日?)(?:[ T].*)?")),
    ("mobile", re.compile(r"(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?:\.0)?")),
    ("identity", re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx]")),
    ("uscc", re.compile(r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}")),
    ("landline", re.compile(r"\(?0[0-9]{2,3}\)?[- ]?[2-9][0-9]{6,7}(?:[-转 ]+[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4}")),
    ("url", re.compile(r"(?:https?://|www\.)\S+", re.I)),
    ("company", re.compile(
        r".{2,}(?:公司|集团|厂|合作社|事务所|经营部|商行|商店|医院|学校|大学|研究院|研究所|中心|Ltd\.?|Inc\.?|LLC|GmbH|Co\.)(?:\W.*)?"
    )),
    ("address", re.compile(r".*[省市区县镇路街道村巷弄].*[0-9]+\s*(?:号|室|楼|栋|座|层|弄|幢|村|单元).*")),
    ("amount", re.compile(r"[¥$]?-?[0-9][0-9,]*(?:\.[0-9]+)?\s*(?:亿|百万|万|千)?元?")),
)
_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|慕容|司徒|东方|夏侯|皇甫|尉迟|公孙|令狐|轩辕|端木|呼延|长孙|宇文|["
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚"
    "谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂柯莫房焦管"
    "祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童阳项曲成游裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柴桂阮辛齐符佟华晏闵闫付肖代岳殷樊庞柳"
    "骆庄兰佘解丛尚商宫桑苟邬郜冉楚谌巩蒲邸褚娄邝冷慕池昌匡仇臧栾占苑封荣车敖应宣盖荀戚卞滕乐楼蔺屠卓冼揭原郁麦甄沙米雍习幸全迟辜明印"
    "师修寇饶虞支戈宗衣芮储靖井乌巴隆仲伊仝简古练官沐浦党计皮尉窦年农蓝粟容杭萨漆闻连瞿母尧税郦晁冒"
    "])"
)
_PERSON = re.compile(
    f"{_SURNAME}[\u4e00-\u9fff]{{1,2}}|[老小阿]{_SURNAME}|{_SURNAME}(?:总|经理|工|主任|先生|女士|老师|[处科院部厂校店]长|总监|姐|哥|师傅)"
    f"|{_SURNAME}[\u4e00-\u9fff]?[*＊]{{1,2}}"
)
"""A name, 老周, 齐科长, 王**."""

_JOBS = re.compile(
    r"经理|总监|主任|总裁|董事|主管|部长|科长|处长|局长|厂长|店长|院长|校长|专员|采购|工程师|会计|老板|负责人|助理|秘书|总$"
    r"|CEO|CTO|CFO|Manager|Director",
    re.I,
)
_SUGGESTED = {
    "mail": "email", "mobile": "phone", "landline": "phone", "uscc": "uscc", "identity": "identity", "company": "name",
    "address": "address",
}  # fmt: skip
_PLACES = frozenset({"province", "city", "district"})
_LEVELS = re.compile(r".[/>\-—|].")
_FREE = frozenset({Kind.TEXT, Kind.LONG})
_ODD_TEXT = frozenset({"mail", "mobile", "landline", "uscc", "identity", "date", "url", "amount"})
_NEARLY = {
    "USCC_CHECK": 0.8, "IDENTITY_CHECK": 0.8, "IDENTITY_DATE": 0.5, "DIGITS_LOST": 0.5, "PHONE_SHORT": 0.5, "PHONE_LONG": 0.5,
    "PHONE_AREA": 0.8, "MAIL_SEVERAL": 1.0,
}  # fmt: skip
"""What is meant to be such a value, though it is a wrong one."""


@dataclass(frozen=True)
class Look:
    """The values of one column: the distinct ones that say something, at most ``MOST``; ``filled`` cells were not blank."""

    cells: tuple[Cell, ...]
    filled: int
    book: Rulebook

    @cached_property
    def _texts(self) -> list[str]:
        return [line(written(cell)) for cell in self.cells]

    @cached_property
    def _shares(self) -> dict[Field, float | None]:
        return {}

    @cached_property
    def shape(self) -> str:
        """What most of the values look like: mail, mobile, landline, date, amount, company, ...; "" for nothing in particular."""
        if not self.cells:
            return ""
        if all(isinstance(cell, datetime) for cell in self.cells):
            return "date"
        texts = self._texts
        for shape, pattern in (*_SHAPES, ("person", _PERSON)):
            hits = sum(1 for text in texts if pattern.fullmatch(text))
            if hits >= 0.7 * len(texts):
                return shape
        return ""

    @cached_property
    def counts(self) -> bool:
        """Whether the values number the rows: 1, 2, 3 ..."""
        texts = [written(cell) for cell in self.cells[:MOST]]
        numbers = [int(text) for text in texts if text.isdecimal() and len(text) < 7 and not text.startswith("0")]
        steps = [after - before for before, after in pairwise(numbers)]
        return len(numbers) == len(texts) > 2 and all(0 < step < 4 for step in steps)

    @cached_property
    def suggestion(self) -> str:
        """The customer's field that the values alone suggest; "" for none."""
        return _SUGGESTED.get(self.shape, "") if len(self.cells) > 1 else ""

    def fit(self, field: Field) -> float | None:
        """The share of the values that ``field`` can hold, 0 to 1; None where there are no values to tell by.

        Free text takes everything (0.5), unless it is something else altogether.
        """
        if field not in self._shares:
            self._shares[field] = self._share(field) if self.cells else None
        return self._shares[field]

    def _share(self, field: Field) -> float:
        if field.kind in _FREE:
            return self._text(field)
        if field.kind in (Kind.CUSTOMER, Kind.PERSON, Kind.COLLEAGUE):
            return self._named(field)
        if field.kind in (Kind.NUMBER, Kind.REFERENCE):
            return 0.0 if self.counts or self.shape in _ODD_TEXT - {"amount"} else 0.5
        if field.kind is Kind.OPTION:
            words = self.book.vocabulary(field.options)
            share = sum(1 for text in self._texts if known(text, words)) / len(self.cells)
            several = field.options in _PLACES and sum(1 for text in self._texts if _LEVELS.search(text)) > len(self.cells) / 2
            return min(share, 0.5) if several else share  # 江苏省/无锡市/江阴市 is more than a district
        return sum(self._fits(cell, field) for cell in self.cells) / len(self.cells)

    def _fits(self, cell: Cell, field: Field) -> float:
        found = clean.read(cell, field, self.book)
        if found.value is not None or found.code == "MASKED":
            return 1.0
        if field.kind in (Kind.DATE, Kind.MOMENT):
            return 0.6 if found.code not in (None, "DATE_INVALID") else 0.0
        return _NEARLY.get(found.code or "", 0.0)

    def _text(self, field: Field) -> float:
        if field.key == "address":
            if max(map(len, self._texts)) < 5:
                return 0.4  # 华东
            return 1.0 if self.shape in ("address", "company") else 0.0 if self.shape in _ODD_TEXT else 0.5
        if field.key in ("contact_title", "title") and self.shape not in _ODD_TEXT:
            hits = sum(1 for cell in self.cells if _JOBS.search(written(cell)))
            return 1.0 if hits >= 0.5 * len(self.cells) else 0.5
        return 0.0 if self.shape in _ODD_TEXT and field.kind is Kind.TEXT and field.key != "foreign_number" else 0.5

    def _named(self, field: Field) -> float:
        company, person = ("company", "person") if field.kind is Kind.CUSTOMER else ("person", "company")
        if self.shape == company:
            return 1.0
        if self.shape == person or self.shape in _ODD_TEXT:
            return 0.4 if self.shape == "person" else 0.0
        texts = self._texts
        if max(map(len, texts)) < 3:
            return 0.0  # 台, 套: no name is as short
        if field.kind is Kind.CUSTOMER:
            return 1.0 if sum(1 for text in texts if LEGAL.search(text) and len(text) > 3) >= 0.6 * len(texts) else 0.5
        return 0.5 if sum(1 for text in texts if len(text) <= 12) >= 0.6 * len(texts) else 0.0


def look(cells: Sequence[object], book: Rulebook) -> Look:
    """What a column holds: blanks, error values and words that say nothing are passed over."""
    distinct = dict.fromkeys(cells)
    said = (cell for cell in distinct if isinstance(cell, str | float | int | datetime) and _says(cell))
    return Look(tuple(islice(said, MOST)), len(cells) - cells.count(None) - cells.count(""), book)


def _says(cell: str | float | datetime) -> bool:
    if not isinstance(cell, str):
        return True
    text = cell.strip()
    return bool(text) and text not in PLACEHOLDERS and text not in CLEAR

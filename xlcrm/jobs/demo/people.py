"""Names, titles and numbers of invented people."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from xlcrm.jobs.demo.phones import digits

SURNAMES = {
    "王": "wang", "李": "li", "张": "zhang", "刘": "liu", "陈": "chen", "杨": "yang", "赵": "zhao", "黄": "huang",
    "周": "zhou", "吴": "wu", "徐": "xu", "孙": "sun", "胡": "hu", "朱": "zhu", "高": "gao", "林": "lin",
    "何": "he", "郭": "guo", "马": "ma", "罗": "luo", "梁": "liang", "宋": "song", "郑": "zheng", "谢": "xie",
    "韩": "han", "唐": "tang", "冯": "feng", "于": "yu", "董": "dong", "萧": "xiao", "程": "cheng", "曹": "cao",
    "袁": "yuan", "邓": "deng", "许": "xu", "傅": "fu", "沈": "shen", "曾": "zeng", "彭": "peng", "吕": "lv",
    "欧阳": "ouyang", "上官": "shangguan",
}  # fmt: skip
GIVEN = {
    "伟": "wei", "芳": "fang", "娜": "na", "敏": "min", "静": "jing", "丽": "li", "强": "qiang", "磊": "lei",
    "军": "jun", "洋": "yang", "勇": "yong", "艳": "yan", "杰": "jie", "娟": "juan", "涛": "tao", "明": "ming",
    "超": "chao", "霞": "xia", "平": "ping", "刚": "gang", "志": "zhi", "建": "jian", "文": "wen", "晓": "xiao",
    "海": "hai", "春": "chun", "玉": "yu", "国": "guo", "雪": "xue", "梅": "mei", "佳": "jia", "子": "zi",
    "雨": "yu", "欣": "xin", "怡": "yi", "浩": "hao", "宇": "yu", "晨": "chen", "思": "si", "嘉": "jia",
}  # fmt: skip
_SINGLE, _DOUBLE = tuple(SURNAMES)[:-2], tuple(SURNAMES)[-2:]
_GIVEN = "".join(GIVEN)

TITLES = (
    *("总经理", "副总经理", "采购经理", "采购主管", "采购总监", "行政主管", "行政经理", "财务经理", "技术总监", "信息主管"),
    *("市场经理", "项目经理", "运营总监", "设备科长", "厂长", "办公室主任", "人事经理", "供应链经理", "质量主管", "仓储主管"),
)

# GB 11643: weights of the first 17 digits of an identity number, and the check character for each remainder.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def person(random: Random) -> str:
    """A name of two or three characters, now and then with a double surname."""
    surname = random.choice(_SINGLE if random.random() < 0.97 else _DOUBLE)
    return surname + "".join(random.choices(_GIVEN, k=1 if random.random() < 0.25 else 2))


def spelled(name: str) -> str:
    """A name of this module in pinyin, as people use it in addresses: ``wang.xiaoming``."""
    length = 2 if name[:2] in SURNAMES else 1
    return f"{SURNAMES[name[:length]]}.{''.join(GIVEN[letter] for letter in name[length:])}"


def identity(random: Random, region: str, day: date) -> str:
    """An identity number with a right check digit, of a grown-up; ``region`` is the six-digit code of a district.

    The serial is always 000: offices count from 001, so the number should be nobody's.
    """
    born = day - timedelta(days=random.randint(22 * 366, 68 * 365))
    return _checked(f"{region}{born:%Y%m%d}000")


def wrong_identity(right: str) -> str:
    """The same number with a check digit that does not fit."""
    return right[:17] + _CHECKS[(_CHECKS.index(right[17]) + 3) % 11]


def bankcard(random: Random) -> str:
    """Nineteen digits with a right Luhn digit."""
    body = "6222" + digits(random, 14)
    return body + str(-_luhn(body) % 10)


def wrong_bankcard(right: str) -> str:
    """The same card with two different neighbouring digits swapped, as happens in typing."""
    for at in range(5, len(right) - 1):
        left, other = right[at], right[at + 1]
        if left != other and {left, other} != {"0", "9"}:  # Luhn does not notice 09 <-> 90
            return right[:at] + other + left + right[at + 2 :]
    return right[:-1] + str((int(right[-1]) + 1) % 10)


def _checked(body: str) -> str:
    return body + _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11]


def _luhn(body: str) -> int:
    doubled = (int(digit) * 2 if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(body)))
    return sum(value - 9 if value > 9 else value for value in doubled)

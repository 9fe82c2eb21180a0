"""The ways one customer gets into a book twice, and the look-alikes that are different customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from xlcrm.jobs.demo import companies, people, phones
from xlcrm.jobs.demo.companies import FORMS, TRADES, Organisation, short
from xlcrm.jobs.demo.customers import Row, customer, first_contact, moment

TRADITIONAL = str.maketrans(
    "华东联云讯创达业务电机设备远润蓝汇图诚丰腾顺责团岭术软汽车餐饮环农装饰医药贸传媒询宁广泽锦凯兴万启龙来质饰制造连贵阳长门苏汉无锡",
    "華東聯雲訊創達業務電機設備遠潤藍匯圖誠豐騰順責團嶺術軟汽車餐飲環農裝飾醫藥貿傳媒詢寧廣澤錦凱興萬啟龍來質飾製造連貴陽長門蘇漢無錫",
)
HOMOPHONES = {
    "峰": "锋", "丰": "峰", "力": "利", "利": "力", "诚": "成", "成": "诚", "达": "大", "信": "鑫",
    "新": "欣", "华": "骅", "金": "晋", "天": "添", "宏": "鸿", "盛": "胜", "嘉": "佳", "佳": "嘉",
    "安": "鞍", "东": "冬", "星": "兴", "瑞": "锐", "博": "勃", "智": "志", "恒": "衡", "德": "得",
    "源": "元", "元": "源", "辰": "晨", "晨": "辰", "科": "柯", "图": "途", "康": "慷", "航": "杭",
    "隆": "龙", "捷": "杰", "辉": "晖", "森": "深", "翔": "祥", "林": "琳", "顺": "舜", "和": "禾",
    "禾": "和", "展": "斩", "佑": "右", "启": "起", "明": "铭", "泰": "太", "润": "闰", "通": "同",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """One way: ``verdict`` is what a person should decide, a code of the vocabulary "decision": merge, contact, distinct.

    ``make`` writes another row from the first: (random, organisation, its row, day) -> row; ``rows`` is how many of
    them belong together, ``fits`` whether the organisation's name lends itself to it.
    """

    name: str
    verdict: str
    make: Callable[[Random, Organisation, Row, date], Row]
    rows: int = 1
    fits: Callable[[Organisation], bool] = lambda organisation: True


def exact(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """The row copied as it is."""
    return dict(row)


def typo(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """Two neighbouring characters of the trade or form swapped, as fast typing does."""
    word = organisation.trade.word
    swapped = word[1] + word[0] + word[2:]
    return _again(random, row, day) | {"name": organisation.name.replace(word, swapped)}


def bracketed(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """The place inside the name moved into brackets (the sample of document 003 2.3)."""
    place = short(organisation.place.town)
    return _again(random, row, day) | {"name": f"{organisation.brand}{organisation.trade.word}（{place}）{organisation.form}"}


def shorter(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """The legal form not as on the licence."""
    form = organisation.form
    other = "有限公司" if form != "有限公司" else "有限责任公司"
    return _again(random, row, day) | {"name": organisation.name.replace(form, other)}


def traditional(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """The name in traditional characters, as from a colleague in Hong Kong."""
    return _again(random, row, day) | {"name": organisation.name.translate(TRADITIONAL)}


def full_width(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """Ideographic space in the name, full-width digits in the phone."""
    wide = str(row["phone"]).translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    return _again(random, row, day) | {"name": f"{organisation.name}\u3000", "phone": wide}


def other_contact(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """Another person of the same company, with a phone of his own: 添加联系人 (document 001, step 4)."""
    return _again(random, row, day) | {
        "contact": people.person(random),
        "phone": phones.mobile(random),
        "email": None,
        "contact_title": random.choice(people.TITLES),
    }


def phone_typed(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """The same number in another spelling."""
    return _again(random, row, day) | {"phone": phones.typed(random, str(row["phone"]))}


def renamed(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """The company under a new name, the old one given as 曾用名."""
    brand = companies.coined(random)
    name = organisation.name.replace(organisation.brand, brand)
    return _again(random, row, day) | {"name": name, "former_name": organisation.name, "short_name": None}


def homophone(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """A character of the brand replaced by one that sounds alike, as heard on the phone."""
    brand = organisation.brand
    letter = next(letter for letter in brand if letter in HOMOPHONES)
    return _again(random, row, day) | {"name": organisation.name.replace(brand, brand.replace(letter, HOMOPHONES[letter], 1))}


def abbreviated(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """Only brand and trade, as people call the company among themselves."""
    return _again(random, row, day) | {"name": organisation.brand + organisation.trade.word, "short_name": None}


def new_phone(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """The same contact under the abbreviated name with another number: only a person can tell."""
    changes = {"phone": phones.mobile(random), "email": None, "uscc": None, "address": None}
    return abbreviated(random, organisation, row, day) | changes


def branch(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """A branch of the company in another city: a customer of its own."""
    other = _elsewhere(random, organisation)
    return customer(random, other, day) | {"name": f"{organisation.name}{short(other.place.town)}分公司"}


def sister(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """Another company of the same owner: brand, contact and phone alike, the trade different."""
    trade = random.choice([trade for trade in TRADES if trade.industry != organisation.trade.industry])
    name = f"{organisation.place.town}{organisation.brand}{trade.word}有限公司"
    other = Organisation("company", name, organisation.place, organisation.brand, trade, "有限公司")
    return customer(random, other, day) | {key: row.get(key) for key in ("contact", "phone", "contact_title", "email")}


def agent(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """An unrelated company served by the same agent: only contact and phone are the same."""
    other = companies.organisation(random)
    while other.kind != "company":
        other = companies.organisation(random)
    return customer(random, other, day) | {
        "contact": row["contact"],
        "phone": row["phone"],
        "contact_title": "代理商",
        "email": row.get("email"),
    }


def namesake(random: Random, organisation: Organisation, row: Row, day: date) -> Row:
    """A company of the same brand and trade in another city, without any connection."""
    return customer(random, _elsewhere(random, organisation), day)


KINDS = (
    Kind("exact copy", "merge", exact),
    Kind("typo in the name", "merge", typo),
    Kind("place in brackets", "merge", bracketed, fits=lambda organisation: "(" not in organisation.name),
    Kind("other legal form", "merge", shorter),
    Kind(
        "traditional characters",
        "merge",
        traditional,
        fits=lambda organisation: organisation.name.translate(TRADITIONAL) != organisation.name,
    ),
    Kind("full width", "merge", full_width),
    Kind("other contact", "contact", other_contact),
    Kind("phone spelled differently", "merge", phone_typed),
    Kind("former name", "merge", renamed),
    Kind("homophone", "merge", homophone, fits=lambda organisation: not HOMOPHONES.keys().isdisjoint(organisation.brand)),
    Kind("abbreviated name", "merge", abbreviated),
    Kind("abbreviated name and new phone", "merge", new_phone),
    Kind("branch", "distinct", branch),
    Kind("sister company", "distinct", sister),
    Kind("agent's phone", "distinct", agent, rows=2),
    Kind("same brand elsewhere", "distinct", namesake),
)
BY_NAME = {kind.name: kind for kind in KINDS}

# What a second colleague rarely fills in as well.
_RARE = (
    "uscc",
    "short_name",
    "email",
    "employees",
    "revenue",
    "ownership",
    "grade",
    "budget",
    "channel",
    "address",
    "bankcard",
    "consent",
    "consent_date",
    "purpose",
)


def _again(random: Random, row: Row, day: date) -> Row:
    """The same customer entered once more by a colleague, with fewer optional fields."""
    kept = {key: cell for key, cell in row.items() if key not in _RARE or random.random() < 0.4}
    return kept | {"first_contact": moment(random.choice((first_contact(row), day)))}


def _elsewhere(random: Random, organisation: Organisation) -> Organisation:
    place = random.choice([place for place in companies.places() if place.town != organisation.place.town])
    form = random.choice(FORMS)
    name = f"{place.town}{organisation.brand}{organisation.trade.word}{form}"
    return Organisation("company", name, place, organisation.brand, organisation.trade, form)

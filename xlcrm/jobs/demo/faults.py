"""The faults of real sheets, each planted into one row that was right before, with the finding it must give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from xlcrm.jobs.demo import companies, people, phones
from xlcrm.jobs.demo.customers import Row, first_contact, moment
from xlcrm.model.rows import CellError

Plant = Callable[[Random, Row, date], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """``codes`` are those of rules/codes.py of which at least one must be found in the row; ``weight`` how often it occurs.

    No codes: the check stays silent, either because the cell is read as it was meant (a phone as a number, text that
    only looks like a formula), or because only the store can tell (a customer that nobody knows).

    ``plant`` changes the row in place: (random, row, day). ``table`` is the key of the table it goes into,
    ``company`` says that it makes no sense in a person's row. ``formula`` names the field whose cell is a formula.
    """

    name: str
    codes: tuple[str, ...]
    plant: Plant
    table: str = "customer"
    weight: int = 1
    company: bool = False
    formula: str = ""


def _put(**cells: object) -> Plant:
    """Overwrite cells with fixed ones."""

    def plant(random: Random, row: Row, day: date) -> None:
        row.update(cells)  # type: ignore[arg-type]

    return plant


def _any(key: str, *choices: str) -> Plant:
    """Overwrite one cell with one of several texts."""

    def plant(random: Random, row: Row, day: date) -> None:
        row[key] = random.choice(choices)

    return plant


def _phone(form: Callable[[str, Random], str | float]) -> Plant:
    """A mobile, written in some form."""

    def plant(random: Random, row: Row, day: date) -> None:
        row["phone"] = form(phones.mobile(random), random)

    return plant


def _first(form: Callable[[date], str | float]) -> Plant:
    """The date of the first contact, written in some form."""

    def plant(random: Random, row: Row, day: date) -> None:
        row["first_contact"] = form(first_contact(row))

    return plant


def _text(key: str, form: Callable[[str], str]) -> Plant:
    """A text cell, changed."""

    def plant(random: Random, row: Row, day: date) -> None:
        row[key] = form(str(row[key]))

    return plant


def _wide(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def _serial(day: date) -> float:
    return float((day - date(1899, 12, 30)).days)


def _no_contract(random: Random, row: Row, day: date) -> None:
    row |= {
        "status": "成交客户",
        "contract_amount": None,
        "contract_end": None,
        "payment": None,
        "cooperation": None,
        "remark": None,
    }


def _ends_early(random: Random, row: Row, day: date) -> None:
    row |= {"contract_amount": 36.5, "contract_end": moment(first_contact(row) - timedelta(days=random.randint(3, 300)))}


def _in_future(random: Random, row: Row, day: date) -> None:
    row |= {"first_contact": moment(day + timedelta(days=random.randint(2, 400))), "consent_date": None, "contract_end": None}
    row |= {"contract_amount": None, "status": "潜在客户", "cooperation": None, "payment": None, "remark": None}


def _identity(form: Callable[[str], str | float]) -> Plant:
    def plant(random: Random, row: Row, day: date) -> None:
        row["identity"] = form(people.identity(random, random.choice(companies.places()).region, day))

    return plant


def _uscc(random: Random, row: Row, day: date) -> None:
    organisation = companies.organisation(random)
    while organisation.kind != "company":
        organisation = companies.organisation(random)
    row["uscc"] = companies.wrong_uscc(companies.uscc(random, organisation))


def _bankcard(random: Random, row: Row, day: date) -> None:
    row["bankcard"] = people.wrong_bankcard(people.bankcard(random))


def _remark_phone(random: Random, row: Row, day: date) -> None:
    row["remark"] = f"下班后打王工手机{phones.mobile(random)}"


def _remark_identity(random: Random, row: Row, day: date) -> None:
    row["remark"] = f"法人证件{people.identity(random, random.choice(companies.places()).region, day)}"


def _private(random: Random, row: Row, day: date) -> None:
    row |= {"kind": "个人", "size": "小型企业(<100人)", "ownership": "民企"}


def _elsewhere(random: Random, row: Row, day: date) -> None:
    row |= {"province": "广东省", "city": "成都市", "district": "武侯区", "address": None}


def _short_name(random: Random, row: Row, day: date) -> None:
    row["name"] = companies.coined(random)


def _late(random: Random, row: Row, day: date) -> None:
    row["first_contact"] = moment(day - timedelta(days=random.randint(3, 700)))


def _talk_long_ago(random: Random, row: Row, day: date) -> None:
    row["at"] = moment(day - timedelta(days=random.randint(3, 60)))


def _unknown(random: Random, row: Row, day: date) -> None:
    row["customer"] = f"查无此客户{companies.coined(random)}有限公司"


def _talk_tomorrow(random: Random, row: Row, day: date) -> None:
    row["at"] = moment(day + timedelta(days=random.randint(2, 30)))


FAULTS: tuple[Fault, ...] = (
    Fault("phone of ten digits", ("PHONE_SHORT",), _phone(lambda number, random: number[:10]), weight=6),
    Fault("phone of twelve digits", ("PHONE_LONG",), _phone(lambda number, random: number + number[-1]), weight=3),
    Fault(
        "two phones in a cell", ("PHONE_SEVERAL",), _phone(lambda number, random: f"{number} / {phones.mobile(random)}"), weight=5
    ),
    Fault("phone in full width", ("PHONE_FORM",), _phone(lambda number, random: _wide(number)), weight=2),
    Fault("phone with .0", ("PHONE_FORM",), _phone(lambda number, random: f"{number}.0"), weight=4),
    Fault("phone as a number", (), _phone(lambda number, random: float(number)), weight=3),
    Fault("phone in scientific notation", ("DIGITS_LOST",), _phone(lambda number, random: f"{float(number):.2E}"), weight=3),
    Fault("phone with a letter", ("PHONE_INVALID",), _phone(lambda number, random: number[:5] + "O" + number[6:])),
    Fault("landline without area code", ("PHONE_AREA",), _phone(lambda number, random: "6" + number[4:])),
    Fault("masked phone", ("MASKED",), _phone(lambda number, random: f"{number[:3]}****{number[7:]}"), weight=4),
    Fault("phone with a name", ("PHONE_NOTE",), _phone(lambda number, random: f"{number}（王工）"), weight=2),
    Fault(
        "landline that lost its zero", ("PHONE_ZERO",), _phone(lambda number, random: f"755{random.randint(23, 29)}{number[-6:]}")
    ),
    Fault("leading apostrophe", ("PHONE_FORM",), _phone(lambda number, random: f"'{number}"), weight=2),
    Fault("identity number as a float", ("DIGITS_LOST",), _identity(lambda number: float(number[:17] + "0"))),
    Fault(
        "identity number with a wrong check digit", ("IDENTITY_CHECK", "DIGITS_LOST"), _identity(people.wrong_identity), weight=2
    ),
    Fault("identity number cut", ("IDENTITY_LENGTH",), _identity(lambda number: number[:16])),
    Fault("line break in the name", ("TEXT_FORM",), _text("name", lambda text: f"{text[:4]}\n{text[4:]}"), weight=3),
    Fault("zero-width spaces", ("TEXT_FORM",), _text("name", lambda text: f"{text[:2]}\u200b{text[2:]}\ufeff"), weight=2),
    Fault("control character", ("TEXT_FORM",), _text("contact", lambda text: f"{text}\x07")),
    Fault("spaces in the contact", ("TEXT_FORM",), _text("contact", lambda text: f" {text[0]} {text[1:]} "), weight=2),
    Fault("leading equals sign", (), _any("product", "=协同办公", "=SUM(A1:A3)")),
    Fault("date with dots", ("DATE_FORM",), _first(lambda day: f"{day.year}.{day.month}.{day.day}"), weight=4),
    Fault("date in Chinese", ("DATE_FORM",), _first(lambda day: f"{day.year}年{day.month}月{day.day}日"), weight=3),
    Fault("date as a serial", ("DATE_FORM",), _first(_serial), weight=3),
    Fault("impossible date", ("DATE_INVALID",), _first(lambda day: f"{day.year}-02-30"), weight=2),
    Fault("date without a year", ("DATE_NO_YEAR",), _first(lambda day: f"{day.month}月{day.day}日")),
    Fault("date with a short year", ("DATE_SHORT_YEAR",), _first(lambda day: f"{day:%y}.{day.month}.{day.day}"), weight=2),
    Fault("day and month unclear", ("DATE_AMBIGUOUS",), _any("first_contact", "3/4/2025", "05/06/2025")),
    Fault("date in the future", ("DATE_FUTURE", "DATE_SWAPPED"), _in_future, weight=2),
    Fault("entered late", ("LATE",), _late, weight=3),
    Fault("vague status", ("OPTION_VAGUE",), _any("status", "跟进中", "有希望", "待定", "还行"), weight=6),
    Fault("synonym in a dropdown", ("OPTION_SYNONYM",), _any("source", "展会", "朋友介绍", "官网", "百度推广"), weight=5),
    Fault("dropdown in traditional characters", ("OPTION_SYNONYM",), _any("source", "轉介紹", "電話諮詢", "官網註冊")),
    Fault(
        "unknown option",
        ("OPTION_UNKNOWN", "OPTION_NEAR", "OPTION_TOO_BROAD"),
        _any("industry", "综合", "其他", "一般企业"),
        weight=4,
    ),
    Fault("city of another province", ("REGION_MISMATCH",), _elsewhere, weight=2),
    Fault("size against employees", ("SIZE_MISMATCH",), _put(size="小型企业(<100人)", employees=860.0), weight=2, company=True),
    Fault("won without a contract", ("CONTRACT_NEEDED",), _no_contract, weight=4),
    Fault("contract ends before the first contact", ("CONTRACT_BEFORE_CONTACT",), _ends_early, weight=2),
    Fault(
        "amount with its unit", ("NUMBER_UNIT", "NUMBER_FORM"), _any("contract_amount", "36.5万", "36.5万元", "¥36.50"), weight=2
    ),
    Fault(
        "amount that is no number", ("NUMBER_INVALID", "PLACEHOLDER"), _any("contract_amount", "面议", "约30", "保密"), weight=2
    ),
    Fault("negative amount", ("NUMBER_NEGATIVE",), _put(budget=-12.0)),
    Fault("placeholder instead of a contact", ("PLACEHOLDER",), _any("contact", "无", "不详", "XX", "待补充"), weight=3),
    Fault("title instead of a name", ("PERSON_TITLE",), _any("contact", "王经理", "李总", "张老师", "陈工"), weight=4),
    Fault("masked contact", ("MASKED",), _any("contact", "*经理", "王*", "李**")),
    Fault("no name", ("MISSING",), _put(name=None), weight=2),
    Fault("no contact", ("MISSING",), _put(contact=None), weight=3),
    Fault("no phone", ("MISSING",), _put(phone=None), weight=4),
    Fault("due fields missing", ("MISSING_DUE",), _put(industry=None, source=None, status=None), weight=6),
    Fault("formula", ("FORMULA",), _put(employees=86.0, size="小型企业(<100人)"), company=True, formula="employees"),
    Fault("error value", ("ERROR_VALUE",), _put(industry=CellError("#N/A")), weight=2),
    Fault("e-mail without @", ("MAIL_INVALID",), _any("email", "wang.haihe.example", "wang@", "wang@haihe"), weight=2),
    Fault("e-mail in full width", ("MAIL_FORM",), _put(email="wang＠haihe．example")),
    Fault("two e-mails in a cell", ("MAIL_SEVERAL",), _put(email="wang@haihe.example;li@haihe.example")),
    Fault("e-mail with a typing error", ("MAIL_TYPO",), _put(email="wang@gmial.com"), weight=2),
    Fault("vague address", ("ADDRESS_VAGUE",), _any("address", "城南小区", "火车站附近", "高新区"), weight=3),
    Fault("abbreviation as the name", ("NAME_SHORT",), _short_name, weight=3, company=True),
    Fault("wrong credit code", ("USCC_CHECK",), _uscc, weight=3, company=True),
    Fault("wrong bank card", ("BANKCARD_CHECK",), _bankcard),
    Fault("phone number in the remarks", ("PHONE_IN_TEXT",), _remark_phone, weight=3),
    Fault("identity number in the remarks", ("IDENTITY_IN_TEXT",), _remark_identity),
    Fault("need too long", ("TOO_LONG",), _put(need="希望系统能够把各个部门的客户资料统一起来，" * 4), weight=2),
    Fault("company fields of a person", ("NOT_FOR_PERSON",), _private, company=True),
    Fault("contact without a name", ("MISSING",), _put(name=None), table="contact"),
    Fault("contact of an unknown customer", (), _unknown, table="contact"),
    Fault("contact's phone of ten digits", ("PHONE_SHORT",), _phone(lambda number, random: number[:10]), table="contact"),
    Fault("conversation written down late", ("LATE",), _talk_long_ago, table="interaction", weight=2),
    Fault("vague next step", ("STEP_VAGUE",), _any("next_step", "后续跟进", "继续跟进", "再联系"), table="interaction", weight=3),
    Fault("conversation in the future", ("DATE_FUTURE", "DATE_SWAPPED"), _talk_tomorrow, table="interaction"),
    Fault("conversation without a summary", ("MISSING",), _put(summary=None), table="interaction"),
    Fault("conversation with an unknown customer", (), _unknown, table="interaction"),
    Fault("tag not in the library", ("OPTION_UNKNOWN", "OPTION_NEAR"), _any("name", "好说话", "老板人好"), table="tag"),
    Fault("tag of another type", ("TAG_TYPE",), _put(type="行业", name="降低成本"), table="tag"),
    Fault("tag of an unknown customer", (), _unknown, table="tag"),
)
BY_NAME = {fault.name: fault for fault in FAULTS}

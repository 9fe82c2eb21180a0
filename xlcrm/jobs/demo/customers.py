"""Rows of the customer sheet as a careful colleague would fill them: complete, plausible, without a fault."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from xlcrm.jobs.demo import companies, people, phones
from xlcrm.jobs.demo.companies import Organisation
from xlcrm.model.rows import Cell
from xlcrm.model.vocabularies import vocabulary

Row = dict[str, Cell]

_FUNNEL = (*("lead",) * 4, *("prospect",) * 3, *("won",) * 4, "lost")
_SIZES = (*("small",) * 6, *("medium",) * 3, "large")
_HEADS = {"small": (3, 99), "medium": (100, 500), "large": (501, 9000)}


def customer(random: Random, organisation: Organisation, day: date, owners: tuple[str, ...] = ()) -> Row:
    """One row (field key -> cell) about ``organisation``, first contacted on ``day`` or the day before.

    Any earlier contact would be marked late: entry is due within 24 hours (document 003 2.2).
    Everything that is blocking or due is there; optional fields are filled as often as people fill them.
    """
    row: Row = {
        "name": organisation.name,
        "contact": organisation.name if organisation.kind == "person" else people.person(random),
        "phone": _phone(random, organisation),
        "industry": organisation.trade.industry,
        "contact_title": "个体经营"
        if organisation.kind == "person"
        else "店主"
        if organisation.kind == "shop"
        else random.choice(people.TITLES),
        "source": _label("source", random.choice([option.code for option in vocabulary("source").options])),
        "first_contact": moment(day - timedelta(days=random.randint(0, 1))),
    }
    if owners:
        row["owner"] = random.choice(owners)
    if organisation.kind == "person":
        _private(random, row, organisation, day)
    else:
        _company(random, row, organisation)
    _place(random, row, organisation)
    _business(random, row, organisation, day)
    _consent(random, row, day)
    return row


def moment(day: date) -> datetime:
    """A day as a spreadsheet hands it over."""
    return datetime.combine(day, time())


def first_contact(row: Row) -> date:
    """The day of the first contact of a row made by ``customer``."""
    found = row["first_contact"]
    assert isinstance(found, datetime)
    return found.date()


def _phone(random: Random, organisation: Organisation) -> str:
    lot = random.random()
    if organisation.kind == "person" or lot < 0.78:
        return phones.mobile(random)
    return phones.landline(random, organisation.place.area) if lot < 0.97 else phones.hotline(random)


def _private(random: Random, row: Row, organisation: Organisation, day: date) -> None:
    row["kind"] = _label("customer_kind", "person")
    if random.random() < 0.4:
        row["identity"] = people.identity(random, organisation.place.region, day)
    if random.random() < 0.2:
        row["bankcard"] = people.bankcard(random)


def _company(random: Random, row: Row, organisation: Organisation) -> None:
    size = "small" if organisation.kind == "shop" else random.choice(_SIZES)
    row["size"] = _label("size", size)
    row["kind"] = _label("customer_kind", "company") if random.random() < 0.5 else None
    if organisation.kind == "company":
        row["short_name"] = organisation.brand + organisation.trade.word
        row["ownership"] = _label("ownership", random.choice(("private", "private", "private", "state", "foreign")))
    if random.random() < 0.7:
        row["uscc"] = companies.uscc(random, organisation)
    if random.random() < 0.5:
        row["employees"] = float(random.randint(*_HEADS[size]))
    if random.random() < 0.3:
        row["revenue"] = round(random.lognormvariate({"small": 5.5, "medium": 8, "large": 10}[size], 0.6), 2)
    if random.random() < 0.6:
        contact = row["contact"]
        row["email"] = f"{people.spelled(str(contact))}@{companies.spelled(organisation.brand)}.example"


def _place(random: Random, row: Row, organisation: Organisation) -> None:
    place = organisation.place
    if random.random() < 0.85:
        row |= {"province": place.province, "city": place.city, "district": place.district}
    if random.random() < 0.75:
        row["address"] = companies.address(random, place)


def _business(random: Random, row: Row, organisation: Organisation, day: date) -> None:
    """What stands or falls with the status: contract, payment, decision, remark."""
    status = random.choice(_FUNNEL)
    first = first_contact(row)
    row["status"] = _label("status", status)
    row["product"] = organisation.trade.product
    row["need"] = organisation.trade.need
    row["contract_amount"] = 0.0
    if random.random() < 0.5:
        row["budget"] = round(random.lognormvariate(2.8, 0.8), 1)
    if random.random() < 0.6:
        row["grade"] = random.choice("BCCD" if status != "won" else "AAB")
    if status == "won":
        signed = first + timedelta(days=random.randint(0, (day - first).days))
        row |= {
            "cooperation": _label("cooperation", "signed"),
            "contract_amount": round(random.lognormvariate(2.7, 0.9), 2),
            "contract_end": moment(signed + timedelta(days=random.choice((365, 365, 730, 1095)))),
            "payment": _label("payment", random.choice(("none", "part", "paid", "paid"))),
            "evidence": f"合同扫描件 HT-{signed:%Y}-{random.randint(1, 999):03}",
            "remark": f"{signed:%Y-%m-%d}：签订合同，转为成交客户",
        }
    elif status == "prospect":
        row["cooperation"] = _label("cooperation", "talking")
        row["decision_date"] = moment(day + timedelta(days=random.randint(10, 200)))
    elif status == "lost":
        row["remark"] = f"{first:%Y-%m-%d}：客户已选定其他供应商"
    if random.random() < 0.4:
        row["channel"] = _label("channel", random.choice(("phone", "phone", "mail", "visit")))


def _consent(random: Random, row: Row, day: date) -> None:
    if random.random() < 0.6:
        first = first_contact(row)
        row |= {
            "consent": _label("consent", "yes"),
            "consent_date": moment(first + timedelta(days=random.randint(0, (day - first).days))),
            "purpose": "产品推荐与服务跟进",
        }


def _label(name: str, code: str) -> str:
    return vocabulary(name).label(code, "zh")

"""Options that are made of the declaration itself: the fields of a customer, what a column of an old list can become."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from xlcrm.model.fields import Field, Kind, Role
from xlcrm.model.learned import NOT_IMPORTED, Target
from xlcrm.model.tables import BELOW, CONTACT, CUSTOMER
from xlcrm.model.vocabularies import Option, names, vocabulary

AGREED = "="
"""The answer "as suggested"."""
YUAN = Decimal("0.0001")
"""元 where the field counts 万元."""

VIEW, VIEW_IN_USE = "view", "view_in_use"
"""Lines of the dictionary that are no options of a dropdown: a filter with a name, and which of them a refresh goes by."""

_SECONDS = ("name", "phone", "title", "email")
_SLOTS = (2, 3)
_TOO_LONG = ("city", "district")


def importable(item: Field) -> bool:
    """Whether another system's column can become this field."""
    return item.role is Role.DATA or item.key in ("number", "tags")


def counted(item: Field) -> bool:
    """Whether the field counts 万元."""
    return item.kind is Kind.DECIMAL and "万元" in item.zh


def customer_fields() -> Iterator[Option]:
    """The fields of the customer sheet, for the update request's 变更字段."""
    for item in CUSTOMER.data:
        yield Option(item.key, item.zh, item.en, synonyms=item.synonyms)


def targets() -> Iterator[Option]:
    """Where a column of an old list can go; the codes are target words (model/learned.py)."""
    yield Option(AGREED, "按建议", "As suggested")
    yield Option(NOT_IMPORTED, "不导入", "Do not import")
    for item in CUSTOMER.fields:
        if importable(item):
            yield Option(str(Target(CUSTOMER.key, item.key)), item.zh, item.en)
    for item in filter(counted, CUSTOMER.data):
        zh, en = item.zh.replace("万元", "原为元"), item.en.replace("10k CNY", "from CNY")
        yield Option(str(Target(CUSTOMER.key, item.key, unit=YUAN)), zh, en)
    for slot in _SLOTS:
        for key in _SECONDS:
            item = CONTACT[key]
            yield Option(str(Target(CONTACT.key, key, slot)), f"联系人{slot}：{item.zh}", f"Contact {slot}: {item.en}")
    for table in BELOW:
        for item in table.data:
            yield Option(str(Target(table.key, item.key)), f"{table.zh}：{item.zh}", f"{table.en}: {item.en}")


def lists() -> Iterator[Option]:
    """The vocabularies that columns of an old list are read with."""
    used = {item.options: None for table in (CUSTOMER, *BELOW) for item in table.data if item.options}
    for name in used:
        found = vocabulary(name)
        if name not in _TOO_LONG:
            yield Option(name, found.zh, found.en)


def words() -> Iterator[Option]:
    """The options of all ``lists``, each below its list; a code is list:code."""
    for above in lists():
        yield Option(f"{above.code}:{AGREED}", "按建议", "As suggested", above.code)
        yield Option(f"{above.code}:{NOT_IMPORTED}", "留空", "Leave blank", above.code)
        labels = {option.zh: option for option in reversed(vocabulary(above.code).options)}
        for option in reversed(labels.values()):
            yield Option(f"{above.code}:{option.code}", option.zh, option.en, above.code)


def extensible() -> Iterator[Option]:
    """The lists that a team may extend, and what else it may write into the dictionary: saved views, and the one in use."""
    for found in (vocabulary(name) for name in names() if name not in MADE):
        if found.extensible:
            yield Option(found.name, found.zh, found.en)
    yield Option(VIEW, "筛选视图", "Saved view")
    yield Option(VIEW_IN_USE, "当前视图", "View in use")


MADE: dict[str, Callable[[], Iterator[Option]]] = {
    "customer_field": customer_fields,
    "import_field": targets,
    "import_list": lists,
    "import_option": words,
    "extensible": extensible,
}
"""Vocabularies whose options are made; their titles stand in model/data/vocabularies.json."""

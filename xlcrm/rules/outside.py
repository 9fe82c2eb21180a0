"""对外导出: what somebody outside sees masked, what a proposal to export asks for, and what it covers (mission section 8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from xlcrm.catalogue import text
from xlcrm.model.operation import Values
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.masking import masked, within
from xlcrm.rules.rights import Group, group_of

DAYS = 7
"""For so long what was agreed to may be exported."""
MASKED = tuple(item.key for item in CUSTOMER.data if group_of(CUSTOMER, item) in (Group.SENSITIVE, Group.CONTACT))
"""The fields that are masked, or left out where there is no masked form, unless others agreed that they are not."""
NAMES = ("name", "short_name", "former_name")
"""Masked as well where the customer is a person."""
MASKABLE = (*MASKED, *NAMES)


def about(asked: str, plain: Collection[str], count: int) -> dict[str, object]:
    """What a proposal says (Proposal.about): the filter as written, the fields (keys) in plain, how many customers at most."""
    return {"filter": asked, "plain": sorted(plain), "count": count}


def covers(said: Mapping[str, object], asked: str, plain: Collection[str], count: int) -> bool:
    """Whether a proposal (its ``about``) holds this very filter, all these fields in plain, and so many customers."""
    most = said.get("count")
    return said.get("filter") == asked and set(plain) <= set(fields(said)) and isinstance(most, int) and count <= most


def in_time(proposal: Proposal, moment: datetime) -> bool:
    """Whether the last one who agreed did so lately enough."""
    since = (moment - timedelta(days=DAYS)).strftime("%Y-%m-%d %H:%M:%S")
    return max((word.at for word in proposal.words if word.verdict == "yes"), default="") >= since


def fields(said: Mapping[str, object]) -> list[str]:
    """The fields (keys) that a proposal asks for in plain."""
    found = said.get("plain")
    return [str(key) for key in found if key in MASKABLE] if isinstance(found, list) else []


def veiled(values: Values, plain: Collection[str]) -> Values:
    """A customer's values as somebody outside may see them, the fields ``plain`` as they are; numbers in free text are masked."""
    person = values.get("kind") == "person"
    shown = dict(values)
    for item in CUSTOMER.data:
        value = values.get(item.key)
        if not value or item.key in plain:
            continue
        hidden = item.key in MASKED or (person and item.key in NAMES)
        shown[item.key] = masked(value, item.kind) if hidden else within(value)
    return shown


def told(said: Mapping[str, object], language: str) -> str:
    """What a proposal asks for, in one line."""
    return text("requests.outside_told", language, whose=whose(said, language), how=how(said, language))


def whose(said: Mapping[str, object], language: str) -> str:
    """Which customers a proposal is about: its filter, and how many they were."""
    asked = str(said.get("filter") or "") or text("requests.outside_all", language)
    return text("requests.outside_whose", language, filter=asked, count=said.get("count", "?"))


def how(said: Mapping[str, object], language: str) -> str:
    """Which fields a proposal asks for in plain."""
    if found := fields(said):
        return text("requests.outside_plain_fields", language, fields=titles(found, language))
    return text("requests.outside_no_plain", language)


def titles(keys: Collection[str], language: str) -> str:
    """Fields by their headers, in the order of the sheet."""
    return text("match.and", language).join(item.title(language) for item in CUSTOMER.data if item.key in keys)

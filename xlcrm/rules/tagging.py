"""Tags that follow from what is stored: region, trade, channel, how often one talks, value, years, repurchase (003 2.4).

Each family of tags says one thing about a customer; of a family at most one tag is computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xlcrm.model.operation import Values
from xlcrm.model.vocabularies import Vocabulary
from xlcrm.rules.taglibrary import excluded

SETTINGS: Mapping[str, int] = {
    "tag_high": 100,  # 万元 a year from which a customer is of high value
    "tag_mid": 20,  # ... of medium value
    "tag_years": 3,  # of cooperation that are long
    "tag_wins": 2,  # orders that make a repeat buyer
    "tag_days": 90,  # in which conversations are counted
    "tag_often": 6,  # conversations in that time that are many
}
"""The thresholds, each a setting of the store."""

_REGIONS = {
    "reg-north": "11 12 13 14 15",
    "reg-northeast": "21 22 23",
    "reg-east": "31 32 33 34 35 36 37",
    "reg-central": "41 42 43",
    "reg-south": "44 45 46",
    "reg-southwest": "50 51 52 53 54",
    "reg-northwest": "61 62 63 64 65",
    "reg-hmt": "71 81 82",
}
_REGION = {province: code for code, provinces in _REGIONS.items() for province in provinces.split()}
_TRADES = {
    "A": "ind-agri", "C36": "ind-auto", "C39": "ind-elec", "C": "ind-manu", "E": "ind-build", "F": "ind-trade", "G": "ind-logi",
    "I": "ind-it", "J": "ind-fin", "L": "ind-serv", "M": "ind-serv", "O": "ind-serv", "P": "ind-edu", "Q": "ind-med",
    "S": "ind-gov",
}  # fmt: skip
_CHANNELS = {"phone": "chan-phone", "mail": "chan-mail", "visit": "chan-visit", "social": "chan-social"}
_FEW = 3  # conversations from which a preferred channel shows
_MOSTLY = Decimal("0.6")

FAMILIES: Mapping[str, frozenset[str]] = {
    "region": frozenset(_REGIONS),
    "trade": frozenset(_TRADES.values()),
    "channel": frozenset(_CHANNELS.values()),
    "frequency": frozenset({"chan-often", "chan-rare"}),
    "worth": frozenset({"value-high", "value-mid", "value-low"}),
    "loyal": frozenset({"value-loyal"}),
    "repeat": frozenset({"value-repeat"}),
    "complaint": frozenset({"risk-complaint"}),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a customer: its values, the conversations with it, its opportunities, its feedback; since when (ISO)."""

    customer: Values
    created: str = ""
    talks: Sequence[Values] = ()
    chances: Sequence[Values] = ()
    feedback: Sequence[Values] = ()


def thresholds(settings: Mapping[str, str]) -> dict[str, int]:
    """The thresholds as a team set them."""
    return {name: int(said) if (said := settings.get(name, "")).isdecimal() else usual for name, usual in SETTINGS.items()}


def computed(facts: Facts, day: date, limits: Mapping[str, int]) -> dict[str, str]:
    """The tag (code) of each family that follows from ``facts`` on ``day``; families of which nothing follows are left out."""
    found = {
        "region": _REGION.get(facts.customer.get("province") or ""),
        "trade": _trade(facts.customer.get("industry") or ""),
        "channel": _channel(facts),
        "frequency": _frequency(facts, day, limits),
        "worth": worth(facts.customer, limits),
        "loyal": "value-loyal" if _years(facts.customer, day) >= limits["tag_years"] else None,
        "repeat": "value-repeat" if sum(one.get("stage") == "won" for one in facts.chances) >= limits["tag_wins"] else None,
        "complaint": "risk-complaint" if any(one.get("type") == "complaint" for one in facts.feedback) else None,
    }
    return {family: code for family, code in found.items() if code is not None}


@dataclass(frozen=True, slots=True)
class Step:
    """One tag to be set: ``code``, in the place of the computed tag ``before`` where there is one."""

    code: str
    before: str | None = None


def steps(wanted: Mapping[str, str], by_people: Collection[str], by_rule: Collection[str], words: Vocabulary) -> list[Step]:
    """What is to be set on a customer that bears tags given ``by_people`` and others computed before.

    People go first: nothing is computed where they said something of the family, nor what contradicts them. A tag that is
    retired or not of the library is not set.
    """
    found = []
    for family, code in wanted.items():
        before = next((one for one in by_rule if one in FAMILIES[family]), None)
        option = words.by_code.get(code)
        if code == before or option is None or option.retired or FAMILIES[family].intersection(by_people):
            continue
        if excluded(words, code, [one for one in (*by_people, *by_rule) if one != before]) is None:
            found.append(Step(code, before))
    return found


def _trade(industry: str) -> str | None:
    return _TRADES.get(industry[:3]) or _TRADES.get(industry[:1])


def _channel(facts: Facts) -> str | None:
    """What the customer prefers, as somebody noted it; else how most conversations were held."""
    if said := facts.customer.get("channel"):
        return _CHANNELS.get(said)
    ways = Counter(one.get("way") or "" for one in facts.talks)
    if len(facts.talks) < _FEW:
        return None
    way, count = ways.most_common(1)[0]
    return _CHANNELS.get(way) if Decimal(count) / len(facts.talks) >= _MOSTLY else None


def _frequency(facts: Facts, day: date, limits: Mapping[str, int]) -> str | None:
    """Often, or not at all in that time; of a customer that is new nothing can be said."""
    since = (day - timedelta(days=limits["tag_days"])).isoformat()
    lately = sum((one.get("at") or "") >= since for one in facts.talks)
    if lately >= limits["tag_often"]:
        return "chan-often"
    return "chan-rare" if not lately and facts.created and facts.created[:10] < since else None


def worth(customer: Values, limits: Mapping[str, int]) -> str | None:
    """By the yearly budget, or the contract where that is more."""
    said = [Decimal(value) for key in ("budget", "contract_amount") if (value := customer.get(key))]
    if not said or not max(said):
        return None
    most = max(said)
    return "value-high" if most >= limits["tag_high"] else "value-mid" if most >= limits["tag_mid"] else "value-low"


def _years(customer: Values, day: date) -> int:
    """The whole years since a customer that bought was first contacted."""
    first = customer.get("first_contact")
    if customer.get("status") != "won" or not first:
        return 0
    start = date.fromisoformat(first)
    return day.year - start.year - ((day.month, day.day) < (start.month, start.day))

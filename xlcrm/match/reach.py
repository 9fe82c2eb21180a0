"""Ways to reach a customer: phone numbers, e-mail addresses, street addresses; placeholders are no evidence."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from xlcrm.match import places, text
from xlcrm.match.words import FAKE_MAIL, FAKE_PHONES, FREE_MAIL, NOTHING

MOST = 4
"""Phone numbers or mail addresses of one row that are looked at."""

_AREA = re.compile(r"[州县区盟旗市]")
_STREET = re.compile(r"^(?:\w{2,8}?(?:自治州|自治县|地区|[盟州]))?(?:\w{1,7}?[市县区旗])?")
_BETWEEN = re.compile(r"[\s,;，；、]+")
_NUMBERS = re.compile(r"\d+")


class Address(NamedTuple):
    """``street`` without provinces, cities, districts; ``doors`` its numbers, comma-separated."""

    street: str = ""
    doors: str = ""


NOWHERE = Address()


def phones(value: str) -> tuple[str, ...]:
    """The numbers in a canonical phone cell (E.164, space-separated, ";ext="), without extensions and placeholders, sorted."""
    found = {part.split(";", 1)[0] for part in value[:200].split()}
    return tuple(sorted(number for number in found if len(number) >= 6 and not _fake(number)))[:MOST]


def _fake(number: str) -> bool:
    national = number.removeprefix("+86").lstrip("+")
    tail = national[-8:]
    return national in FAKE_PHONES or len(set(tail)) <= 1 or "12345678" in national or "87654321" in national


def service(number: str) -> bool:
    """Whether a number is a 400 or 800 one: a whole chain answers it."""
    return number.startswith(("+86400", "+86800")) and len(number) == 13


def mails(value: str) -> tuple[str, ...]:
    """The mail addresses in a cell, lower case, without placeholders, sorted."""
    found = {part.strip("<>.") for part in _BETWEEN.split(value[:400].lower())}
    return tuple(sorted(part for part in found if "@" in part[1:-1] and part.split("@", 1)[0] not in FAKE_MAIL))[:MOST]


def domain(mail: str) -> str:
    """The organisation's own domain of a mail address; "" for the free ones."""
    host = mail.rsplit("@", 1)[1]
    return "" if host in FREE_MAIL else host


@lru_cache(1 << 15)
def address(value: str) -> Address:
    """Where ``value`` says: places at its start are left out, because people leave them out."""
    folded = text.fold(value).replace("(", "").replace(")", "")
    if len(folded) < 4 or folded in NOTHING:
        return NOWHERE
    street = places.leading(folded, leave=3).rest
    if _AREA.search(street, 1, 14):
        match = _STREET.match(street)
        if match is not None and len(street) - match.end() >= 5:
            street = street[match.end() :]
    return Address(street, ",".join(_NUMBERS.findall(street)))

"""Telephone numbers, and the ways people type them."""

from __future__ import annotations

from random import Random

PREFIXES = (
    *(str(prefix) for prefix in range(130, 140) if prefix != 134),
    *(str(prefix) for prefix in range(150, 160) if prefix != 154),
    *("166", "173", "175", "176", "177", "178", "198", "199"),
    *(str(prefix) for prefix in range(180, 190) if prefix != 184),
)

# Four-digit area codes whose numbers nevertheless have eight digits.
_EIGHT = frozenset(
    (
        *("0311", "0371", "0379", "0411", "0431", "0451", "0510", "0512", "0519", "0531", "0532", "0551", "0571"),
        *("0574", "0577", "0591", "0595", "0731", "0755", "0757", "0791", "0851", "0871"),
    )
)


def mobile(random: Random) -> str:
    """Eleven digits of a mainland mobile."""
    return random.choice(PREFIXES) + digits(random, 8)


def landline(random: Random, area: str) -> str:
    """Area code, hyphen, number: eight digits in the big cities, seven where the area code is long."""
    length = 8 if len(area) == 3 or area in _EIGHT else 7
    return f"{area}-{random.choice('5678')}{digits(random, length - 1)}"


def hotline(random: Random) -> str:
    """A 400 number with its usual hyphens."""
    return f"400-{random.choice('1689')}{digits(random, 2)}-{digits(random, 4)}"


def digits(random: Random, count: int) -> str:
    """``count`` random decimal digits."""
    return "".join(random.choice("0123456789") for _ in range(count))


def typed(random: Random, number: str) -> str:
    """The same number as somebody else would type it; still one that a person reads without doubt."""
    if number[0] == "4":
        return random.choice((number.replace("-", ""), number.replace("-", " ")))
    if "-" in number:
        area, _, rest = number.partition("-")
        return random.choice((f"{area} {rest}", f"({area}){rest}", f"{area}{rest}", f"+86 {area[1:]} {rest}"))
    groups = (number[:3], number[3:7], number[7:])
    return random.choice(
        (" ".join(groups), "-".join(groups), f"+86 {number}", f"+86-{number}", f"86{number}", f" {number}", f"手机：{number}")
    )

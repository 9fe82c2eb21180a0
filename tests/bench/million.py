"""A labelled list of any size out of a smaller one: copies whose names, people and numbers are recombined, the noise in them kept."""

from __future__ import annotations

import re
from collections import Counter

from xlcrm.match.words import FREE_MAIL

Columns = dict[str, list[str | None]]
_NEIGHBOURS = 60
_KEPT = set("省市县区镇乡村路街号楼室栋有限责任公司股份集团厂店科技贸易商总经理先生女士主任小老()（）")
_NUMBER = re.compile(r"((?:\+?86[- ]?)?(?:0\d{2,3}[- —]?|1\d)?)([\d０-９][\d０-９ —-]{5,})")
_PLACE = re.compile(r"(?s)(.*[省市区县州盟旗])?(.*)")
_DIGITS = ("0123456789", "０１２３４５６７８９")


def enlarged(columns: Columns, labels: list[str], times: int) -> tuple[Columns, list[str]]:
    """``times`` as many rows: copy n replaces each character of brands and given names by another one of about its frequency.

    The brand is what stands between place and trade; copies share places, trades and surnames, as a bigger list would.
    """
    from xlcrm.match.normalise import normalise

    brands = normalise(columns).frame["brand"].to_list()
    counts = Counter("".join(brands))
    ranked = [letter for letter, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0])) if letter not in _KEPT and "一" <= letter <= "龥"]
    found: Columns = {key: list(values) for key, values in columns.items()}
    told = list(labels)
    for copy in range(1, times):
        letters = str.maketrans(_turned(ranked, copy))
        digits = str.maketrans({old: row[(at + copy) % 10] for row in _DIGITS for at, old in enumerate(row)})
        latin = str.maketrans({old: chr(start + (at + 3 * copy) % 26) for start in (65, 97) for at, old in enumerate(map(chr, range(start, start + 26)))})
        for key, values in columns.items():
            if key == "name":
                found[key] += [_renamed(value, brand, letters) for value, brand in zip(values, brands, strict=True)]
            elif key == "contact":
                found[key] += [value and value[:1] + value[1:].translate(letters) for value in values]
            elif key == "email":
                found[key] += [value and _moved(value, latin | digits) for value in values]
            elif key == "phone":
                found[key] += [value and _behind(_NUMBER, value, digits) for value in values]
            else:
                found[key] += [value and _behind(_PLACE, value, letters | digits) for value in values]
        told += [f"{label}/{copy}" for label in labels]
    return found, told


def _behind(pattern: re.Pattern[str], value: str, letters: dict[int, str]) -> str:
    """``value`` with the second groups of ``pattern`` translated."""
    return pattern.sub(lambda found: (found[1] or "") + found[2].translate(letters), value)


def _turned(ranked: list[str], copy: int) -> dict[str, str]:
    """Another character of about the same frequency for each, in another order in each copy."""
    found = {}
    for start in range(0, len(ranked), _NEIGHBOURS):
        near = ranked[start : start + _NEIGHBOURS]
        found.update({letter: near[(at * 7 + copy * 11) % len(near)] if len(near) == _NEIGHBOURS else near[(at + copy) % len(near)] for at, letter in enumerate(near)})
    return found


def _renamed(name: str | None, brand: str, letters: dict[int, str]) -> str | None:
    if not name:
        return name
    if brand and brand in name:
        return name.replace(brand, brand.translate(letters), 1)
    return name.translate(letters)


def _moved(mail: str, latin: dict[int, str]) -> str:
    local, _, host = mail.rpartition("@")
    name, dot, end = host.partition(".")
    return f"{local.translate(latin)}@{host if host.lower().strip() in FREE_MAIL else name.translate(latin) + dot + end}"

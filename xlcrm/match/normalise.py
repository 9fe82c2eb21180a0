"""The first step: columns of canonical text become columns of comparable parts.

Pure over columns: no state, no clock, so a distributed engine could run it on any batch. Each distinct value is
looked at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from xlcrm.match import company, contact, reach
from xlcrm.match.company import Company, Shape
from xlcrm.match.contact import Contact
from xlcrm.match.reach import Address

Column = Sequence[str | None]
_Part = TypeVar("_Part")
_ORGANISED = ("公司", "集团", "厂", "合作社", "医院", "学校", "大学", "事务所")


@dataclass(frozen=True, slots=True)
class Normal:
    """Comparable parts by rows; all lists are equally long. ``aliases`` holds the cores of former and short names."""

    names: list[Company]
    aliases: list[tuple[str, ...]]
    contacts: list[Contact]
    phones: list[tuple[str, ...]]
    mails: list[tuple[str, ...]]
    codes: list[str]
    addresses: list[Address]

    def __len__(self) -> int:
        return len(self.names)

    def __add__(self, other: Normal) -> Normal:
        """The rows of both, these first."""
        return Normal(
            self.names + other.names,
            self.aliases + other.aliases,
            self.contacts + other.contacts,
            self.phones + other.phones,
            self.mails + other.mails,
            self.codes + other.codes,
            self.addresses + other.addresses,
        )

    def take(self, rows: Sequence[int]) -> Normal:
        """These rows only, in this order."""
        return Normal(
            [self.names[row] for row in rows],
            [self.aliases[row] for row in rows],
            [self.contacts[row] for row in rows],
            [self.phones[row] for row in rows],
            [self.mails[row] for row in rows],
            [self.codes[row] for row in rows],
            [self.addresses[row] for row in rows],
        )


def normalise(columns: Mapping[str, Column]) -> Normal:
    """Comparable parts of customers, given as columns of canonical text (keys as in model/tables.py).

    Read: name, former_name, short_name, contact, phone (E.164, several separated by spaces, ";ext=" allowed), email,
    uscc, address, kind ("company" or "person"). Any may be missing, as may any value; all given must be equally long
    (ValueError otherwise).
    """
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ValueError("columns of different lengths")
    count = lengths.pop() if lengths else 0
    blank: Column = [None] * count

    def column(key: str) -> Column:
        return columns.get(key, blank)

    kinds = [kind if kind == "person" else "" for kind in column("kind")]
    people = list(column("contact"))
    parsed: dict[tuple[str | None, str], Company] = {}
    names: list[Company] = []
    for row, pair in enumerate(zip(column("name"), kinds, strict=True)):
        name = parsed.get(pair)
        if name is None:
            name = parsed[pair] = company.parse(pair[0], pair[1]) if pair[0] else company.NOBODY
        if pair[1] and not people[row]:
            people[row] = pair[0]  # a person is his own contact
        elif name.shape is Shape.PERSON and (people[row] or "").endswith(_ORGANISED):
            name, people[row] = company.parse(people[row] or ""), pair[0]  # filled in the wrong way round
        names.append(name)
    return Normal(
        names,
        _aliases(names, column("former_name"), column("short_name")),
        _each(people, contact.parse, contact.NOBODY),
        _each(column("phone"), reach.phones, ()),
        _each(column("email"), reach.mails, ()),
        _each(column("uscc"), lambda code: code.strip().upper(), ""),
        _each(column("address"), reach.address, reach.NOWHERE),
    )


def _each(values: Column, parse: Callable[[str], _Part], blank: _Part) -> list[_Part]:
    """``parse`` of every value, run once for each distinct one; ``blank`` for None and ""."""
    known: dict[str | None, _Part] = {None: blank, "": blank}
    found = []
    for value in values:
        part = known.get(value)
        if part is None:
            part = known[value] = parse(value or "")
        found.append(part)
    return found


def _aliases(names: list[Company], formers: Column, shorts: Column) -> list[tuple[str, ...]]:
    """The cores a row goes by besides its name's own; only rows with such a name cost anything."""
    found: list[tuple[str, ...]] = []
    for name, former, short in zip(names, formers, shorts, strict=True):
        if not former and not short and not name.former:
            found.append(())
            continue
        others = (*name.former, *(value for value in (former, short) if value))
        cores = dict.fromkeys(company.parse(other).core for other in others)
        found.append(tuple(core for core in cores if len(core) >= 2 and core != name.core)[:3])
    return found

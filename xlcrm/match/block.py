"""The second step: keys that rows of one customer are likely to share, and the pairs of rows that share one.

Keys are strings; the first letter is their kind:

    p  telephone number       e  mail address          u  统一社会信用代码
    n  the whole name         d  the name's core, or the core without one character (typing errors)
    c  contact with a part of the name                 a  street address with a part of the name

A store keeps them beside each customer (p and e as keyed digests), so that a few new rows find their candidates
without a scan. Symmetric deletion (kind d) finds one wrong, missing, added or swapped character by plain equality.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from xlcrm.match.company import Company, Shape
from xlcrm.match.contact import Contact
from xlcrm.match.normalise import Normal
from xlcrm.match.reach import Address

Rows: TypeAlias = npt.NDArray[np.int64]

CAP = 50
"""Rows that may share one key: beyond, the key says little (a switchboard, an agent's phone, 南京路1号)."""

_NEIGHBOURS = 2
_SHORT = 4


def keys(normal: Normal) -> list[tuple[str, ...]]:
    """The blocking keys of every row, without repetition, in a fixed order."""
    named: dict[int, tuple[str, ...]] = {}  # normalise gives equal names one object
    found = []
    for name, aliases, contact, phones, mails, code, address in zip(
        normal.names,
        normal.aliases,
        normal.contacts,
        normal.phones,
        normal.mails,
        normal.codes,
        normal.addresses,
        strict=True,
    ):
        own = named.get(id(name))
        if own is None:
            own = named[id(name)] = _of_name(name)
        row = [*own]
        row += [f"p:{number}" for number in phones]
        row += [f"e:{mail}" for mail in mails]
        if code:
            row.append(f"u:{code}")
        if aliases:
            row += [f"d:{alias}" for alias in aliases]
            row += [f"n:{alias}" for alias in aliases]
        row += _of_contact(contact, name)
        row += _of_address(address, name)
        found.append(tuple(dict.fromkeys(row)))
    return found


def _of_name(name: Company) -> tuple[str, ...]:
    if not name.core:
        return ()
    core = name.core
    branch = f"@{name.branch}" if name.branch else ""
    found = {f"n:{core}{branch}": None, f"n:{name.spoken}{branch}": None}
    if name.shape is Shape.PERSON:
        return tuple(found)
    # The short form people say: 泉州鑫泰 for 泉州市鑫泰房地产开发有限公司.
    if name.short or len(name.brand) > 2:
        found[f"n:{name.short}{name.brand}{branch}"] = None
    if len(name.brand) > 2:
        found[f"n:{name.brand}{branch}"] = None
    # Short cores are all neighbours of each other (鑫泰商贸, 华泰商贸): there the place must agree as well.
    if len(core) <= _SHORT:
        core = name.spoken
    found[f"d:{core}{branch}"] = None
    if len(core) > _SHORT:
        for place in range(min(len(core), 24)):
            found[f"d:{core[:place]}{core[place + 1 :]}{branch}"] = None
    return tuple(found)


def _of_contact(contact: Contact, name: Company) -> list[str]:
    if not contact.surname or not name.brand:
        return []
    brand = name.brand
    found = [f"c:{contact.surname}{brand}"]
    if contact.name:
        found += [f"c:{contact.name}{brand[:2]}", f"c:{contact.name}{brand[-2:]}"]
        if name.trade:
            found.append(f"c:{contact.name}{name.trade[-2:]}")
    return found


def _of_address(address: Address, name: Company) -> list[str]:
    street = address.street[:10]
    if len(street) < 5 or not name.brand:
        return []
    found = [f"a:{street}{name.brand[0]}", f"a:{street}{name.brand[-1]}"]
    if address.doors and len(street) > 6:
        found.append(f"a:{street}")
    return found


def pairs(rows: Sequence[tuple[str, ...]], cap: int = CAP) -> tuple[Rows, Rows, dict[str, int]]:
    """All pairs (left < right) of rows that share a key, each once, sorted; and the keys over the cap with their sizes.

    Of more than ``cap`` rows sharing a key only neighbours in the order of their content are paired: rows that are alike
    in everything still meet, and the work stays linear.
    """
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    owners = np.repeat(np.arange(len(rows), dtype=np.int64), lengths)
    # Equal keys have equal hashes; should two others ever have one too, a pair too many is compared.
    codes = np.fromiter(map(hash, chain.from_iterable(rows)), np.int64, len(owners))
    order = np.argsort(codes, kind="stable")
    codes, owners = codes[order], owners[order]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(codes) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(codes)])
    found: list[Rows] = []
    count = np.int64(max(len(rows), 1))
    for size in np.unique(sizes[(sizes > 1) & (sizes <= cap)]):
        blocks = owners[starts[sizes == size][:, None] + np.arange(size)]
        upper, lower = np.triu_indices(int(size), 1)
        found.append(np.unique((blocks[:, upper] * count + blocks[:, lower]).ravel()))
    large = np.flatnonzero(sizes > cap)
    capped: dict[str, int] = {}
    if len(large):
        flat = list(chain.from_iterable(rows))
        rank = _ranks(rows, np.unique(np.concatenate([owners[starts[block] : starts[block] + sizes[block]] for block in large])))
        for block in large:
            members = owners[starts[block] : starts[block] + sizes[block]]
            capped[flat[int(order[starts[block]])]] = int(sizes[block])
            members = members[np.lexsort((members, rank[members]))]
            for step in range(1, _NEIGHBOURS + 1):
                one, other = members[:-step], members[step:]
                found.append(np.minimum(one, other) * count + np.maximum(one, other))
    both = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    return both // count, both % count, capped


def without(normal: Normal, busy: Collection[str]) -> Normal:
    """``normal`` without the telephone numbers and mail addresses whose keys are in ``busy``: too many rows have them."""
    spent = {key[2:] for key in busy if key[:2] in ("p:", "e:")}
    if not spent:
        return normal
    return replace(
        normal,
        phones=[numbers if spent.isdisjoint(numbers) else tuple(sorted(set(numbers) - spent)) for numbers in normal.phones],
        mails=[mails if spent.isdisjoint(mails) else tuple(sorted(set(mails) - spent)) for mails in normal.mails],
    )


def _ranks(rows: Sequence[tuple[str, ...]], wanted: Rows) -> Rows:
    """The place of each wanted row's keys in the order of all distinct ones: the same whatever the order of the rows."""
    places = {row: place for place, row in enumerate(sorted({rows[row] for row in wanted.tolist()}))}
    rank = np.zeros(len(rows), np.int64)
    rank[wanted] = [places[rows[row]] for row in wanted.tolist()]
    return rank

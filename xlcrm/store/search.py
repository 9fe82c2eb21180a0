"""查找客户: by number, telephone, part of the name, or its pinyin - while the phone rings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, or_, select

from xlcrm.crypto.cipher import Cipher
from xlcrm.model.operation import Record
from xlcrm.store.digests import Digests
from xlcrm.store.keys import TAIL, digits, find, phone_fields, tail_digest
from xlcrm.store.reading import records
from xlcrm.store.schema import LOGGED, NUMBER, PHONE_TAIL, PINYIN, SQL
from xlcrm.store.vault import Vault

_SPARE = 5  # times as many are looked at as wanted: some are merged or void, or no customers
_COMMON = 2000  # records with the same last four digits that are looked at


def by_pinyin(text: str) -> str:
    """``text`` as pinyin to search for: lower case without spaces; "" if it is not Latin letters."""
    plain = "".join(text.lower().split())
    return plain if plain.isascii() and plain.isalpha() else ""


def customers(vault: Vault, cipher: Cipher, connection: Connection, text: str, limit: int) -> list[Record]:
    """The living customers that ``text`` may mean, the likeliest first."""
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return []
    rids: dict[str, None] = {}
    for found in (
        _numbered(connection, text, limit),
        _telephones(vault, cipher, connection, text),
        _named(connection, text, limit),
        _spelled(connection, text, limit),
    ):
        rids.update(dict.fromkeys(found))
        if len(rids) >= limit:
            break
    known = records(vault, connection, list(rids)[:limit])
    return [known[rid] for rid in list(rids)[:limit] if rid in known and known[rid].state == "live"]


def _numbered(connection: Connection, text: str, limit: int) -> Iterable[str]:
    """Customers with this number, their own or a former one, or with one that begins so."""
    exact = find(connection, dict.fromkeys((text, text.upper())))
    yield from exact.values()
    begins = or_(*(NUMBER.c.number.between(start, start + "\U0010ffff") for start in {text, text.upper()}))
    if len(text) >= TAIL:
        asked = select(NUMBER.c.rid).where(begins).order_by(NUMBER.c.number).limit(_SPARE * limit)
        yield from _living(connection, connection.execute(asked).scalars())[:limit]


def _telephones(vault: Vault, cipher: Cipher, connection: Connection, text: str) -> Iterator[str]:
    """Customers one of whose telephones, or whose contacts' telephones, ends in these digits."""
    wanted = digits(text)
    if len(wanted) < TAIL or any(letter.isalpha() for letter in text):
        return
    if len(wanted) > TAIL:  # the last four may begin with a zero of their own
        wanted = wanted.removeprefix("86") if len(wanted) > 11 else wanted.removeprefix("0")
    tails = Digests(cipher, connection).texts(tail_digest(cipher, wanted[-TAIL:]))
    asked = select(PHONE_TAIL.c.rid, PHONE_TAIL.c.customer).where(PHONE_TAIL.c.tail.in_(tails)).limit(_COMMON)
    found = {row.rid: row.customer for row in connection.execute(asked)}
    stored = records(vault, connection, found)
    for rid, customer in found.items():
        said = stored.get(rid)
        if said and any(digits(said.values[name] or "").endswith(wanted) for name in phone_fields(LOGGED[said.table])):
            yield customer


def _named(connection: Connection, text: str, limit: int) -> Iterable[str]:
    """Customers with ``text`` in a name: exact first, then at the beginning, then anywhere."""
    customer = SQL["customer"].c
    names = (customer.name, customer.short_name, customer.former_name)
    here = or_(*(name.icontains(text, autoescape=True) for name in names))
    asked = select(customer.rid, *names).where(customer.life == "live", here)
    found = connection.execute(asked.limit(limit * 10)).all()
    low = text.lower()

    def rank(row: tuple[str | None, ...]) -> tuple[int, int]:
        said = [name.lower() for name in row[1:] if name]
        return (0 if low in said else 1 if any(name.startswith(low) for name in said) else 2, len(said[0]) if said else 0)

    return [row[0] for row in sorted((tuple(row) for row in found), key=rank)]


def _spelled(connection: Connection, text: str, limit: int) -> Iterable[str]:
    """Customers whose name's pinyin holds ``text``, whole or as initials."""
    wanted = by_pinyin(text)
    if not wanted:
        return []
    here = or_(PINYIN.c.initials.contains(wanted, autoescape=True), PINYIN.c.whole.contains(wanted, autoescape=True))
    return _living(connection, connection.execute(select(PINYIN.c.rid).where(here).limit(_SPARE * limit)).scalars())[:limit]


def _living(connection: Connection, rids: Iterable[str]) -> list[str]:
    """Those of a few records that are living customers. Asked by themselves: a join with a view works out all of it (seen.py)."""
    customer, wanted = SQL["customer"].c, list(dict.fromkeys(rids))
    here = set(connection.execute(select(customer.rid).where(customer.rid.in_(wanted), customer.life == "live")).scalars())
    return [rid for rid in wanted if rid in here]


def unspelled(connection: Connection) -> list[tuple[str, str]]:
    """(rid, name) of the customers whose pinyin is not yet known: new ones, or renamed since."""
    customer = SQL["customer"]
    without = select(customer.c.rid, customer.c.name).outerjoin(PINYIN, PINYIN.c.rid == customer.c.rid)
    return [(rid, name) for rid, name in connection.execute(without.where(PINYIN.c.rid.is_(None), customer.c.name.is_not(None)))]


def spelled(names: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(rid, whole pinyin, initials) of ``names``: worked out when first searched for, since pypinyin is slow to start."""
    from pypinyin import lazy_pinyin

    rows = []
    for rid, name in names:
        syllables = [part.lower() for part in lazy_pinyin(unicodedata.normalize("NFKC", name))]
        letters = (part if not part.isalpha() or not part.isascii() else part[0] for part in syllables)
        rows.append((rid, "".join(syllables), "".join(letters)))
    return rows

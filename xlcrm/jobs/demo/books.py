"""Many colleagues' workbooks out of one world of customers: what one calls a customer another one has, too, in other words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from xlcrm.jobs.demo.book import Truth, demo_book
from xlcrm.jobs.demo.customers import Row
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER

_NEVER = ("identity", "bankcard", "consent", "consent_date", "purpose", "verified", "verified_on", "verified_by")
"""What nobody keeps in a list of their own."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A row's truth across all books: see Truth; ``of`` is (book, row)."""

    fault: str = ""
    kind: str = ""
    of: tuple[int, int] | None = None


@dataclass(slots=True)
class ListBook:
    """One colleague's list: ``headers`` by field key in the order of the columns, ``rows`` under them, ``truth`` beside them."""

    person: str
    headers: dict[str, str]
    rows: list[Row]
    truth: list[Copy]

    def lines(self) -> list[list[Cell]]:
        """The header and the rows as they stand in the sheet."""
        return [list(self.headers.values()), *([row.get(key) for key in self.headers] for row in self.rows)]


def demo_books(count: int, rows: int, seed: int, day: date, people: tuple[str, ...]) -> list[ListBook]:
    """``count`` lists of ``rows`` customers each as on ``day``, dealt out of one world; the same for the same arguments.

    Everybody has headers of their own, from those that people use (the synonyms of the declaration), in an order of their
    own. ``people`` are the colleagues, in turn.
    """
    random = Random(seed)  # noqa: S311 - a demo, nothing secret
    world = demo_book(count * rows, seed, day)
    records, truth = world.records["customer"], world.truth["customer"]
    return [
        _list(random, people[book % len(people)], records[book * rows : (book + 1) * rows], [
            _copy(one, rows) for one in truth[book * rows : (book + 1) * rows]
        ])
        for book in range(count)
    ]  # fmt: skip


def _copy(one: Truth, rows: int) -> Copy:
    return Copy(one.fault, one.kind, divmod(one.of, rows) if one.of is not None else None)


def _list(random: Random, person: str, rows: list[Row], truth: list[Copy]) -> ListBook:
    keys = [item.key for item in CUSTOMER.data if item.key not in _NEVER and any(row.get(item.key) is not None for row in rows)]
    first, rest = keys[:3], keys[3:]
    random.shuffle(rest)
    headers = {key: _header(random, key) for key in (*first, *rest)}
    return ListBook(person, headers, rows, truth)


def _header(random: Random, key: str) -> str:
    """The declared title, or one that people use instead."""
    item = CUSTOMER[key]
    spoken = [word for word in item.synonyms if not word.isascii()]
    return random.choice(spoken) if spoken and random.random() < 0.5 else item.zh

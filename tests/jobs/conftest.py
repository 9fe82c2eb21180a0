from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.jobs import proposals
from xlcrm.jobs.submit import Submission, submit
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.rows import Cell, Rows
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store import sqlite
from xlcrm.store.base import Store

NOW = datetime(2025, 3, 12, 14, 30)
TIMES = int(os.environ.get("XLCRM_TIMES", "1"))
"""How many times the examples of the costly random tests: ``make soak`` tries ten times as many."""
ALL = frozenset({"entry", "steward", "manager", "finance", "admin"})


@dataclass
class Office:
    """A store with one colleague at work, and what tests ask of them."""

    store: Store
    actor: Person

    def person(self, name: str, *roles: str) -> Person:
        return self.store.add_person(Person(new_rid(), name, name, "", frozenset(roles)), self.context())

    def context(self, actor: Person | None = None, moment: datetime = NOW) -> Context:
        return Context(actor or self.actor, lambda: moment, "zh", "test")

    def rulebook(self, settings: Mapping[str, str] | None = None, moment: datetime = NOW) -> Rulebook:
        people = self.store.people()
        return Rulebook(
            moment,
            people={name: one.rid for one in people for name in (one.name, one.account)},
            names={one.rid: one.name for one in people},
            settings=settings or {},
        )

    def submit(
        self,
        book: Book,
        actor: Person | None = None,
        settings: Mapping[str, str] | None = None,
        moment: datetime = NOW,
        dry_run: bool = False,
        accept: bool = False,
    ) -> Submission:
        context, rulebook = self.context(actor, moment), self.rulebook(settings, moment)
        done = submit(book, self.store, context, rulebook, dry_run=dry_run, accept=accept)
        assert sum(done.total.values()) == done.rows
        return done

    def void(self, rid: str, reason: str = "重复") -> None:
        """A customer becomes void: proposed by one, agreed to by two."""
        roles = (("steward",), ("manager", "admin"), ("admin",))
        wants, *others = (self.person(f"同事{place}{rid[-6:]}", *of) for place, of in enumerate(roles))
        proposal = proposals.propose_void(self.store, self.context(wants), self.store.records([rid])[rid], reason)
        for one in others:
            proposals.approve(self.store, self.context(one), proposal, self.rulebook())
            (proposal,) = (known for known in self.store.proposals(outcome="") if known.rid == proposal.rid)

    def book(self, *customers: Mapping[str, Cell], **tables: Sequence[Mapping[str, Cell]]) -> MemoryBook:
        return MemoryBook({"customer": customers, **tables})

    def customers(self) -> dict[str, dict[str, str | None]]:
        return {record.number or "": record.values for record in self.store.scan(CUSTOMER.key)}


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cipher]:
    """A store that holds one person only, to be copied."""
    path, cipher = tmp_path_factory.mktemp("empty") / "store.db", Cipher(keys.parse(keys.new_key()))
    store = sqlite.open(path, cipher)
    store.ensure_person("zhao", "赵敏", ALL, NOW)
    store.close()
    return path, cipher


@pytest.fixture
def office(tmp_path: Path, empty: tuple[Path, Cipher]) -> Iterator[Office]:
    store = sqlite.open(Path(shutil.copyfile(empty[0], tmp_path / "store.db")), empty[1])
    yield Office(store, store.ensure_person("zhao", "赵敏", ALL, NOW))
    store.close()


def customer(name: str = "深圳市海河电子有限公司", **more: Cell) -> dict[str, Cell]:
    """A complete, correct customer row."""
    row: dict[str, Cell] = {
        "name": name,
        "contact": "王小明",
        "phone": "13912345678",
        "industry": "专用设备制造业",
        "size": "中型企业(100-500人)",
        "contact_title": "采购总监",
        "source": "展会拜访",
        "first_contact": datetime(2025, 3, 12),
        "status": "意向客户",
    }
    return row | more


def other(which: int, **more: Cell) -> dict[str, Cell]:
    """A complete customer row that resembles no other one."""
    names = ["南京青禾食品有限公司", "宁波东港机械制造有限公司", "成都锦程物流有限公司", "青岛蓝湾酒店管理有限公司", "武汉光谷智云软件有限公司", "苏州吴越纺织有限公司"]
    contacts = ["李芳", "陈静", "张伟", "刘洋", "周敏", "吴磊"]
    return customer(names[which], contact=contacts[which], phone=f"138{which}123456{which}") | more


def cells(book: Book, key: str, table: str = "customer") -> list[Cell]:
    """One column of a workbook."""
    rows = book.read(BY_KEY[table])
    return rows.columns.get(key) or [None] * len(rows)


def put(book: Book, row: int, table: str = "customer", **values: Cell) -> None:
    """Type values into one row."""
    rows: Rows = book.read(BY_KEY[table])
    columns = {}
    for key, value in values.items():
        columns[key] = [value if index == row else cell for index, cell in enumerate(rows.columns.get(key) or [None] * len(rows))]
    book.write(rows, columns)

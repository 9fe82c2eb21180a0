"""Stores under test: every implementation opens through the same fixture, so that one contract runs over all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from xlcrm.crypto.cipher import Cipher, Keys
from xlcrm.model.context import Context, Person
from xlcrm.store import sqlite
from xlcrm.store.sql import SqlStore

CIPHER = Cipher(Keys(b"w" * 32, b"i" * 32))
ZHANG = Person("1" * 32, "zhang", "张三", "销售部", frozenset({"entry"}))
LI = Person("2" * 32, "li", "李四", "销售部", frozenset({"steward"}))


def context(person: Person = ZHANG, at: str = "2025-03-05 14:30:00") -> Context:
    return Context(person, lambda: datetime.fromisoformat(at), source="客户.xlsx")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(params=["sqlite"])
def reopen(request: pytest.FixtureRequest, path: Path) -> Iterator[Callable[[], SqlStore]]:
    """Opens the same store, again and again."""
    opened: list[SqlStore] = []

    def again() -> SqlStore:
        opened.append(sqlite.open(path, CIPHER))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[[], SqlStore]) -> SqlStore:
    return reopen()

"""Stores under test: every implementation opens through the same fixture, so that one contract runs over all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.store.cluster import Cluster
from xlcrm.crypto.cipher import Cipher, Keys
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result, Values
from xlcrm.rules import workflow
from xlcrm.rules.rights import MATRIX
from xlcrm.store import sqlite
from xlcrm.store.base import Store
from xlcrm.store.postgres import opening as postgres
from xlcrm.store.postgres.reach import ZONE
from xlcrm.store.postgres.store import PostgresStore
from xlcrm.store.sql import SqlStore

if TYPE_CHECKING:
    from tests.store.firm import Firm

CIPHER = Cipher(Keys(b"w" * 32, b"i" * 32))
ZHANG = Person("1" * 32, "zhang", "张三", "销售部", frozenset(MATRIX))
LI = Person("2" * 32, "li", "李四", "销售部", frozenset({"steward"}))
BOSS = Person("3" * 32, "wang", "王总", "销售部", frozenset({"manager"}))
ADMIN = Person("4" * 32, "admin4", "管理员", "", frozenset({"admin"}))


def context(person: Person = ZHANG, at: str = "2025-03-05 14:30:00") -> Context:
    return Context(person, lambda: datetime.fromisoformat(at), source="客户.xlsx")


def void(store: Store, rid: str, version: int = 1, reason: str = "重复录入") -> Result:
    """Propose that a customer becomes void, and two colleagues agree; what came of it."""
    proposal = new_rid()
    values: Values = {"kind": "void", "customer": rid, "about": "{}", "reason": reason, "outcome": "open"}
    store.apply(Operation("proposal", [Change("proposal", proposal, "", values)]), context())
    yes = [
        Change("approval", new_rid(), "", {"proposal": proposal, "seat": seat, "verdict": "yes"}) for seat in ("manager", "admin")
    ]
    store.apply(Operation("approval", yes[:1]), context(BOSS))
    done = Change("proposal", proposal, "", {"outcome": "done"}, 1, {"outcome": "open"})
    gone = Change("customer", rid, rid, {}, version, state="void", reason=reason)
    return store.apply(Operation("void", [yes[1], done, gone]), context(ADMIN)).outcomes[-1].result


def agree_to_erase(store: Store, rid: str, wants: Context | None = None, agree: Sequence[Context] = ()) -> None:
    """Propose that a customer is erased (``wants``), and a manager and an administrator ``agree``."""
    proposal = new_rid()
    values: Values = {"kind": "erase", "customer": rid, "about": "{}", "reason": "本人书面要求", "outcome": "open"}
    store.apply(Operation("proposal", [Change("proposal", proposal, "", values)]), wants or context())
    for who, seat in zip(agree or (context(BOSS), context(ADMIN)), ("manager", "admin"), strict=True):
        yes: Values = {"proposal": proposal, "seat": seat, "verdict": "yes", "reason": "植物已核实"}
        done = store.apply(Operation("approval", [Change("approval", new_rid(), "", yes)]), who)
        assert done.outcomes[0].result is Result.STORED


def begun(values: Values, initiator: str) -> Values:
    """``values`` of an update request as a new one may say them."""
    later = (*workflow.CLEARED, "told_on")
    more: Values = {"field": "remark", "state": "open", "round": "1", "initiator": initiator}
    return {key: value for key, value in values.items() if key not in later} | more


class Moment(str):
    """A time that equals any other within a minute: a server stamps its own."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        ago = datetime.fromisoformat(str(self)) - datetime.fromisoformat(str(other))
        return abs(ago.total_seconds()) < 60

    __hash__ = str.__hash__


def moment(store: SqlStore, at: str = "2025-03-05 14:30:00") -> str:
    """The time that ``store`` stamps on what is done now, while the clock of the person's machine shows ``at``."""
    if isinstance(store, PostgresStore):
        return Moment(datetime.now(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M:%S"))
    return at


def month(store: SqlStore) -> str:
    """The month that a number says which ``store`` gives now, to somebody whose clock shows March 2025."""
    return moment(store)[:7].replace("-", "")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(scope="session")
def made(cluster: Cluster) -> str:
    """A database with an empty store, to be copied."""
    name = cluster.database()
    postgres.create(cluster.url(name), "管理员", ["admin"], context().clock(), CIPHER).close()
    return name


@pytest.fixture
def url(cluster: Cluster, made: str) -> Iterator[str]:
    """A fresh store in a database of its own, which goes with the test."""
    database = cluster.database(made)
    yield cluster.url(database)
    cluster.drop(database)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an empty store, to be copied."""
    path = tmp_path_factory.mktemp("blank") / "store.db"
    sqlite.open(path, CIPHER).close()
    return path


@pytest.fixture
def file(blank: Path, path: Path) -> Path:
    """A fresh store in a file of its own."""
    return Path(shutil.copyfile(blank, path))


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> str:
    """Where a store lies, on each engine in turn."""
    return str(request.getfixturevalue("file" if request.param == "sqlite" else "url"))


def open_at(address: str) -> SqlStore:
    return postgres.open(address, CIPHER) if address.startswith("postgresql:") else sqlite.open(address, CIPHER)


@pytest.fixture
def reopen(address: str) -> Iterator[Callable[[], SqlStore]]:
    """Opens the same store, again and again."""
    opened: list[SqlStore] = []

    def again() -> SqlStore:
        opened.append(open_at(address))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[[], SqlStore]) -> SqlStore:
    return reopen()


@pytest.fixture(scope="module")
def served(cluster: Cluster, made: str) -> Iterator[Firm]:
    """A firm on a server."""
    from tests.store.firm import build

    database = cluster.database(made)
    whole = postgres.open(cluster.url(database), CIPHER)
    yield build(whole, database, cluster)
    assert not whole.verify().faults
    whole.close()


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A firm in a file."""
    from tests.store.firm import build

    path = tmp_path_factory.mktemp("firm") / "store.db"
    whole = sqlite.open(path, CIPHER)
    yield build(whole, str(path), None)
    assert not whole.verify().faults
    whole.close()


@pytest.fixture(params=["sqlite", "postgres"])
def firm(request: pytest.FixtureRequest) -> Firm:
    """A firm on each engine in turn."""
    found: Firm = request.getfixturevalue("filed" if request.param == "sqlite" else "served")
    return found

"""What the log says stays for three years at least, whoever asks by whatever means."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.store.cluster import ADMIN, Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.store import retention, sqlite
from xlcrm.store.postgres import opening
from xlcrm.store.sql import SqlStore

REDACT = "UPDATE entry SET before = '', after = '', reason = '', salt = '' WHERE \"table\" = 'customer'"
YEAR = timedelta(days=365.25)


def customer() -> Change:
    rid = new_rid()
    return Change("customer", rid, rid, {"name": "甲公司", "phone": "+8613912345678"}, token=f"{rid}:1")


def keep(store: SqlStore, years: str) -> None:
    store.apply(Operation("settings", [Change("setting", retention.SETTING, "", {"value": years})]), context())


def by_hand(path: Path, statement: str) -> int:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return connection.execute(statement).rowcount
    finally:
        connection.close()


@pytest.fixture
def aged(path: Path) -> Callable[[float], Path]:
    """A store whose only customer was stored so many years ago."""

    def made(years: float) -> Path:
        store = sqlite.open(path, CIPHER)
        at = f"{datetime.now() - years * YEAR:%Y-%m-%d %H:%M:%S}"
        store.apply(Operation("submit", [customer()], workbook="w"), context(at=at))
        store.close()
        return path

    return made


@pytest.mark.parametrize(("years", "kept_for", "goes"), [
    (0, "", False), (2.9, "", False), (3.1, "", True), (2.9, "1", False), (2.9, "-5", False), (2.9, "x", False), (3.1, "10", False), (11, "10", True),
])  # fmt: skip
def test_a_file_refuses_while_the_years_last(aged: Callable[[float], Path], years: float, kept_for: str, goes: bool) -> None:
    path = aged(years)
    store = sqlite.open(path, CIPHER)
    if kept_for:
        keep(store, kept_for)
    if goes:
        assert by_hand(path, REDACT) == 1
    else:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            by_hand(path, REDACT)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        by_hand(path, "DELETE FROM entry")
    assert not store.verify().faults
    store.close()


@pytest.fixture
def database(cluster: Cluster, url: str) -> str:
    """The name of a database with a customer, and a colleague who may log in."""
    store = opening.open(url, CIPHER)
    receipt = store.apply(Operation("submit", [customer()], workbook="w"), context())
    assert receipt.outcomes[0].result is Result.STORED
    store.add_person(Person("", "wang", "王五", roles=frozenset({"steward", "admin"})), context(store.people()[0]))
    store.close()
    cluster.run("ALTER ROLE wang PASSWORD 'geheim'")
    return url.partition("?")[0].rpartition("/")[2]


def make_old(cluster: Cluster, database: str, years: float) -> None:
    """As if everything had been written so many years ago."""
    at = f"{datetime.now() - years * YEAR:%Y-%m-%d %H:%M:%S}"
    cluster.run(f"SET session_replication_role = replica; UPDATE xlcrm.operation SET at = '{at}'", database=database)


@pytest.mark.parametrize("statement", [REDACT, "DELETE FROM entry", "TRUNCATE entry", "UPDATE entry SET after = ''"])
@pytest.mark.parametrize("role", ["wang", "xlcrm_owner", ADMIN])
def test_a_server_refuses_every_role(cluster: Cluster, database: str, url: str, statement: str, role: str) -> None:
    account, password = (role, "geheim") if role == "wang" else (ADMIN, "")
    become = "SET ROLE xlcrm_owner; " if role == "xlcrm_owner" else ""
    with pytest.raises(psycopg.Error, match="permission denied" if role == "wang" else "append-only"):
        cluster.run("SET search_path = xlcrm; " + become + statement, database=database, account=account, password=password)
    store = opening.open(url, CIPHER)
    assert not store.verify().faults
    store.close()


@pytest.mark.parametrize(("years", "kept_for", "goes"), [(2.9, "", False), (3.1, "", True), (2.9, "1", False), (3.1, "10", False), (2.9, "x", False)])
def test_a_server_refuses_while_the_years_last(cluster: Cluster, database: str, url: str, years: float, kept_for: str, goes: bool) -> None:
    if kept_for:
        store = opening.open(url, CIPHER)
        keep(store, kept_for)
        store.close()
    make_old(cluster, database, years)
    redact = "SET search_path = xlcrm; SET ROLE xlcrm_owner; " + REDACT
    if goes:
        cluster.run(redact, database=database)
        assert cluster.run("SELECT count(*) FROM xlcrm.entry WHERE salt = ''", database=database) == [(1,)]
    else:
        with pytest.raises(psycopg.Error, match="append-only"):
            cluster.run(redact, database=database)


def test_an_erased_customer_may_go_at_once(cluster: Cluster, database: str) -> None:
    redact = "SET search_path = xlcrm; SET ROLE xlcrm_owner; " + REDACT
    cluster.run("UPDATE xlcrm.customer SET life = 'erased'", database=database)
    cluster.run(redact, database=database)
    assert cluster.run("SELECT count(*) FROM xlcrm.entry WHERE salt = ''", database=database) == [(1,)]

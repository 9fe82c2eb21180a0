"""A store leaves a PostgreSQL server as text, stands in an SQLite file, and goes to another server: nothing of it is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.histories import History, crowd
from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.errors import StoreError
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result, Values
from xlcrm.store import sqlite
from xlcrm.store.backup import copies, deliver
from xlcrm.store.postgres import opening
from xlcrm.store.schema import metadata, quoted
from xlcrm.store.sql import SqlStore

ODD = 'Tab\tZeile\nZurück\\N "x" \r\x0b\x08 \\. 🐉 \u2028'


def rows(store: SqlStore) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the list of migrations, which is each store's own."""
    with store._reading() as connection:
        return {
            name: sorted(map(tuple, connection.exec_driver_sql(f"SELECT {', '.join(quoted(column.name) for column in table.columns)} FROM {quoted(name)}")), key=repr)
            for name, table in metadata.tables.items() if name != "migration"
        }  # fmt: skip


def pieces(content: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes, cut anywhere."""
    whole = b"".join(content)
    return (whole[start : start + size] for start in range(0, len(whole), size))


def loaded(store: SqlStore, path: Path, size: int = 1000) -> SqlStore:
    """The store of a server in an SQLite file."""
    raw = sqlite._engine(path, 1.0, None)
    with store._reading() as source, raw.connect().execution_options(write=True) as connection, connection.begin():
        for name, content in copies.dump(source):
            copies.load(connection, name, pieces(content, size))
        copies.settle(connection)
    raw.dispose()
    return sqlite.open(path, CIPHER)


def guards(store: SqlStore) -> list[tuple[object, ...]]:
    """What stands in an SQLite file beside rows."""
    with store._reading() as connection:
        return list(map(tuple, connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")))


@pytest.fixture(scope="module")
def history(cluster: Cluster, made: str) -> str:
    """A database with a store that has a history."""
    database = cluster.database(made)
    store = opening.open(cluster.url(database), CIPHER)
    people = crowd(store)
    History(store, people, random.Random(4)).play(12)
    rid = new_rid()
    values: Values = {"name": "海河", "remark": ODD, "need": "", "address": "\\", "email": "a@b.example"}
    done = store.apply(Operation("submit", [Change("customer", rid, rid, values)]), context(people[0]))
    assert done.outcomes[0].result is Result.STORED
    store.search("haihe")  # from here on the names' pinyin is known
    store.close()
    return database


@pytest.fixture
def lived(cluster: Cluster, history: str) -> Iterator[SqlStore]:
    """A server's store with a history; looked at only."""
    store = opening.open(cluster.url(history), CIPHER)
    yield store
    store.close()


@pytest.mark.parametrize("size", [7, 100_000])
def test_a_servers_store_is_whole_in_a_file(lived: SqlStore, tmp_path: Path, size: int) -> None:
    found = loaded(lived, tmp_path / "scratch.db", size)
    assert rows(found) == rows(lived)
    assert not found.verify([lived.status().head]).faults
    fresh = sqlite.open(tmp_path / "fresh.db", CIPHER)
    assert guards(found) == guards(fresh) and len(guards(found)) > 50, "the indexes and triggers of any store"
    for store in (found, fresh):
        store.close()


def test_a_file_goes_to_a_server_and_works_there(lived: SqlStore, tmp_path: Path, cluster: Cluster) -> None:
    scratch = loaded(lived, tmp_path / "scratch.db")
    url = cluster.url(cluster.database())
    cluster.run("DROP ROLE IF EXISTS steward2")
    boss = context(Person(scratch.people()[0].rid, "", "", roles=frozenset({"admin"})))
    scratch.add_person(Person("", "pg_boss", "服务器不收的登录名"), boss)
    with scratch._reading() as connection:
        done = deliver.to_postgres(connection, url)
    assert done.logins == ("steward2",)
    store = opening.open(url, CIPHER)
    assert rows(store) == rows(scratch) and done.rows == sum(map(len, rows(scratch).values()))
    assert not store.verify([lived.status().head]).faults
    History(store, [one for one in store.people() if one.account.startswith("steward")], random.Random(9)).play(4)  # the server's own numbers go on where they were
    store.close()
    scratch.close()


def test_where_something_is_nothing_is_delivered(lived: SqlStore, url: str, tmp_path: Path, cluster: Cluster) -> None:
    scratch = loaded(lived, tmp_path / "scratch.db")
    before = rows(lived)
    database = cluster.database()
    other = cluster.url(database)
    cluster.run("CREATE SCHEMA xlcrm", database=database)
    with scratch._reading() as connection:
        for place, key in ((url, "store.exists"), (other, "store.not_ours")):
            with pytest.raises(StoreError) as refused:
                deliver.to_postgres(connection, place)
            assert refused.value.key == key
    assert rows(lived) == before
    scratch.close()


def test_what_does_not_arrive_whole_is_taken_back(lived: SqlStore, tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = loaded(lived, tmp_path / "scratch.db")
    database = cluster.database()
    url = cluster.url(database)
    fill = deliver._fill

    def short(*said: object) -> int:
        return fill(*said) + 1  # type: ignore[arg-type]  # whatever it is called with

    monkeypatch.setattr(deliver, "_fill", short)
    with scratch._reading() as connection, pytest.raises(StoreError) as refused:
        deliver.to_postgres(connection, url)
    assert refused.value.key == "backup.not_arrived"
    assert cluster.run("SELECT to_regnamespace('xlcrm')", database=database) == [(None,)]
    scratch.close()


def test_an_older_servers_store_is_migrated_in_the_file(history: str, tmp_path: Path, cluster: Cluster) -> None:
    database = cluster.database(history)
    store = opening.open(cluster.url(database), CIPHER)
    cluster.run("DROP VIEW xlcrm_seen.review, xlcrm_seen.customer CASCADE", "ALTER TABLE xlcrm.customer DROP COLUMN grade", "DROP TABLE xlcrm.review CASCADE", "UPDATE xlcrm.migration SET version = 8 WHERE version = 9", database=database)
    found = loaded(store, tmp_path / "scratch.db")
    store.close()
    assert found.status().version == 9 and found.status().records["customer"] > 0 and found.status().records["review"] == 0
    found.close()


def test_a_newer_stores_table_is_refused(tmp_path: Path) -> None:
    raw = sqlite._engine(tmp_path / "scratch.db", 1.0, None)
    with raw.connect() as connection:
        for section, content in (("copy:later", b'["rid"]\n'), ("copy:meta", b'["name", "value", "later"]\n')):
            with pytest.raises(StoreError) as refused:
                copies.load(connection, section, [content])
            assert refused.value.key == "store.newer"
    raw.dispose()



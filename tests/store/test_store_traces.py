"""No sensitive value that was ever written stands readable in any file: of the store, of its server, or of the log of operations."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, begun, context
from xlcrm.errors import StoreError
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation, Result, Values
from xlcrm.rules.rights import MATRIX
from xlcrm.store.postgres import opening
from xlcrm.store.schema import LOGGED, OWNED
from xlcrm.store.sql import SqlStore

MARK = "zqplanted"


def secrets(table: str, which: str) -> Values:
    """A value to recognise in each sensitive field of ``table``."""
    return {field: f"{MARK}{which}{table}{field}" for field in LOGGED[table].sensitive}


def written(store: SqlStore, who: Context, name: str = "公司") -> str:
    """Plant values in every way there is; the customer."""
    rid = new_rid()
    first = Change("customer", rid, rid, {"name": name, **secrets("customer", "a")}, keys=(f"p:{MARK}key", f"e:{MARK}mail"), token="t:1", number="CX1")
    of = {key: {"customer": rid, **secrets(key, "b")} for key in sorted(OWNED)}
    of["request"] = begun(of["request"], who.actor.rid)
    children = [Change(key, new_rid(), rid, values) for key, values in of.items()]
    lost = tuple(Kept(field, f"{MARK}c{field}", "x") for field in sorted(LOGGED["customer"].sensitive))
    later = Change("customer", rid, rid, dict(secrets("customer", "d")), 1, kept=lost)
    for changes in ([first, *children], [later]):
        receipt = store.apply(Operation("submit", list(changes), workbook="w"), who)
        assert {one.result for one in receipt.outcomes} <= {Result.STORED, Result.UPDATED}
    store.search(f"{MARK}d")
    values = store.records([rid])[rid].values
    assert values["identity"] == f"{MARK}dcustomeridentity" and len(store.kept([rid])[rid]) == len(lost)
    return rid


def found(folder: Path, *marks: bytes) -> list[str]:
    """The files of ``folder`` with one of ``marks``; without any, with a planted value in whatever case or encoding."""
    marks = marks or (MARK.encode(), MARK.upper().encode(), MARK.encode("utf-16-le"))
    return [str(path) for path in folder.rglob("*") if any(mark in content(path) for mark in marks)]


def content(path: Path) -> bytes:
    """What a file holds; nothing, where it is none or is gone: a server takes away what was temporary once a client has left."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:
        return b""


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of this process's own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    yield tmp_path


def test_the_file_its_log_and_temporary_files_hold_none(folders: Path, path: Path) -> None:
    from xlcrm.store import sqlite

    store = sqlite.open(path, CIPHER)
    who = Context(store.ensure_person("boss", "管理员", frozenset(MATRIX), context().clock()), context().clock)
    written(store, who)
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    assert found(folders) == []
    store.close()
    assert found(folders) == []
    (folders / "temp" / "control").write_text(MARK.upper())
    assert len(found(folders)) == 1  # the search itself finds what is there


def served_by(server: Cluster, database: str) -> SqlStore:
    """A new store whose first person may do anything."""
    return opening.create(server.url(database), "管理员", sorted(MATRIX), context().clock(), CIPHER)


def spellings(*secrets: bytes) -> list[bytes]:
    """Keys as somebody might write them."""
    return [form for one in secrets for form in (one, one.hex().encode(), one.hex().upper().encode(), b64encode(one).rstrip(b"="))]


def test_an_erased_customers_bytes_on_a_server_open_nothing_and_go_with_its_pages(alone: Cluster) -> None:
    store = served_by(alone, database := alone.database())
    who, name = context(store.people()[0]), "植物公开名称"
    rid = written(store, who, name)
    with store._reading() as connection:
        wrapped = str(connection.exec_driver_sql(f"SELECT wrapped FROM xlcrm.data_key WHERE customer = '{rid}'").scalar_one())
    key = CIPHER._unwrapped(rid, wrapped)
    sealed, pages = wrapped.rpartition(":")[2].encode(), alone.data / "base"
    alone.run("CHECKPOINT")
    assert found(pages, sealed) and found(pages, name.encode()), "the search finds what is there"
    assert store.erase(rid, "本人书面要求", who).records
    alone.run("VACUUM FULL", database=database)
    alone.run("CHECKPOINT")
    assert found(pages, sealed) == [] and found(pages, name.encode()) == []
    # The log ahead (WAL) may still hold the old bytes; what it holds of a key is only ever wrapped.
    assert found(alone.folder) == [] and found(alone.folder, *spellings(key, CIPHER.keys.wrap, CIPHER.keys.index)) == []
    store.close()


def test_the_servers_data_its_log_and_its_wal_hold_none(folders: Path, alone: Cluster) -> None:
    store = served_by(alone, alone.database())
    who = context(store.people()[0])
    written(store, who)
    rid = new_rid()
    again = Change("customer", rid, rid, {"name": "公司", **secrets("customer", "e")}, number="CX1")
    with pytest.raises(StoreError):  # what fails is what a server writes into its log
        store.apply(Operation("submit", [again]), who)
    alone.run("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT")
    (wal,) = alone.run("SELECT count(*) FROM pg_ls_waldir()")
    assert wal[0] and (alone.folder / "log").stat().st_size > 0
    assert found(folders) == []
    store.close()
    assert found(alone.folder) == []

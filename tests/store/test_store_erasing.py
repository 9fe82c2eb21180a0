"""Erasing one customer: nothing of it is left, and the log's chain holds; on both engines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, agree_to_erase, begun, context, open_at
from xlcrm.errors import UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.fields import Kind
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation, Result, Values
from xlcrm.rules.rights import MATRIX
from xlcrm.store import sqlite, triggers
from xlcrm.store.schema import DATA_KEY, LOGGED, OWNED, SQL, metadata
from xlcrm.store.sql import SqlStore

TEXTS = (Kind.TEXT, Kind.LONG, Kind.PHONE, Kind.EMAIL, Kind.IDENTITY, Kind.BANKCARD, Kind.PERSON, Kind.CUSTOMER)


def planted(table: str, mark: str) -> Values:
    """Something to recognise in each field of ``table`` that holds text; telephones with digits of their own."""
    values: Values = {}
    for number, field in enumerate(LOGGED[table].data):
        if field.key in ("customer", "owner"):
            continue
        if field.kind is Kind.PHONE:
            values[field.key] = f"+861{(sum(map(ord, mark)) + number) % 90 + 10}47114711"
        elif field.kind in TEXTS:
            values[field.key] = f"{mark}{table}{field.key}"
    return values


@pytest.fixture
def store(address: str) -> Iterator[SqlStore]:
    found = open_at(address)
    yield found
    found.close()


@pytest.fixture
def boss(store: SqlStore) -> Context:
    admin = store.ensure_person(store.account or "boss", "管理员", ["admin"], context().clock())
    acting = Context(admin, context().clock, source="客户.xlsx")
    store.change_person(replace(admin, roles=frozenset(MATRIX)), acting)
    return replace(acting, actor=store.people()[0])


def put(store: SqlStore, who: Context, *changes: Change) -> list[Result]:
    return [one.result for one in store.apply(Operation("submit", list(changes), workbook="w"), who).outcomes]


@pytest.fixture
def victim(store: SqlStore, boss: Context) -> str:
    """A customer with records in every table, changes, a customer merged into it, and whatever it is found by."""
    rid, gone = new_rid(), new_rid()
    numbers = store.numbers("CX{yyyy}{mm}{n:04}", 3, "2025-03-05")
    first = Change("customer", rid, rid, planted("customer", "植物甲"), number=numbers[0], keys=("n:植物甲名", "p:+8613947114711"), token="t:1", origin="植物源.xlsx")
    merged = Change("customer", gone, gone, planted("customer", "植物乙"), number=numbers[1], keys=("n:植物乙名",))
    of = {key: {**planted(key, "植物丙"), "customer": rid} for key in sorted(OWNED)}
    of["request"] = begun(of["request"], boss.actor.rid)
    children = [Change(key, new_rid(), rid, values, reason="植物理由") for key, values in of.items()]
    assert set(put(store, boss, first, merged, *children)) == {Result.STORED}
    lost = (Kept("phone", "+8613847114711", "植物来源"), Kept("remark", "植物旧备注", "植物来源"))
    changed = Change("customer", rid, rid, {"name": "植物丁新名", "phone": "+8613747114711"}, 1, kept=lost, reason="植物改名")
    away = Change("customer", gone, gone, {}, 1, state="merged", merged_into=rid)
    assert put(store, boss, changed, away) == [Result.UPDATED] * 2
    access = Change("access", new_rid(), rid, {"kind": "reveal", "customer": rid, "field": "phone"}, reason="植物回访")
    assert put(store, boss, access) == [Result.STORED]
    other = new_rid()
    put(store, boss, Change("customer", other, other, {"name": "留下的公司", "phone": "+8613612345678"}, number=numbers[2]))
    assert [one.rid for one in store.search("植物")] == [rid] and store.search("zhiwu")
    return rid


def everything(store: SqlStore) -> str:
    """All that a store's tables say, and what opens of it."""
    with store._reading() as connection:
        said = [str(connection.execute(table.select()).all()) for table in metadata.sorted_tables]
    for table in ("customer", *OWNED):
        said += [str(list(store.scan(table)))]
    return "\n".join(said)


def test_nothing_of_an_erased_customer_is_left(store: SqlStore, boss: Context, victim: str) -> None:
    before = everything(store)
    for trace in ("植物", "zhiwu", "47114711"):
        assert trace in before, trace
    done = store.erase(victim, "本人书面要求", boss)
    assert done.records == 2 + len(OWNED) and done.clean
    after = everything(store)
    for trace in ("植物", "zhiwu", "47114711"):
        assert trace not in after, trace
    with store._reading() as connection:
        keys = {row.customer: row.wrapped for row in connection.execute(select(DATA_KEY))}
    assert [rid for rid, wrapped in keys.items() if wrapped is None] == store.erased() and len(keys) == 3
    assert not store.verify().faults
    assert [one.values["name"] for one in store.scan("customer")] == ["留下的公司"]
    assert store.search("植物") == [] == store.search("4711") and store.candidates([["n:植物甲名"], ["p:+8613947114711"]]).pairs == []
    assert store.submitted("w", ["t:1"]) == {} and store.kept([victim]) == {}
    assert all(of == [] for key in OWNED for of in store.children(key, [victim]).values())


def test_the_log_tells_that_it_was_erased_and_why(store: SqlStore, boss: Context, victim: str) -> None:
    store.erase(victim, "本人书面要求", boss)
    history = store.history(victim)
    assert [(entry.kind, entry.version) for entry in history if entry.table == "customer"] == [("submit", 1), ("submit", 2), ("erase", 3)]
    assert all(not entry.before and not entry.after and not entry.reason for entry in history if entry.kind == "submit" and entry.table != "access")
    assert (history[-1].reason, history[-1].actor, history[-1].after["life"]) == ("本人书面要求", boss.actor.rid, "erased")
    record = store.records([victim])[victim]
    assert record.state == "erased" and record.number and not any(record.values.values())
    assert store.find([record.number]) == {record.number: victim}  # and so is never given to anybody else


def test_erasing_again_changes_nothing(store: SqlStore, boss: Context, victim: str) -> None:
    store.erase(victim, "本人书面要求", boss)
    verdict = store.verify()
    again = store.erase(victim, "再来一次", boss)
    assert again.records == 0 and again.clean and store.verify() == verdict
    assert store.erased() == sorted(rid for rid, record in store.records([victim, *store.erased()]).items() if record.state == "erased")
    assert len(store.erased()) == 2


def test_an_erased_customer_takes_nothing_more(store: SqlStore, boss: Context, victim: str) -> None:
    store.erase(victim, "本人书面要求", boss)
    contact = Change("contact", new_rid(), victim, {"customer": victim, "name": "李芳", "phone": "+8613800138000"})
    for change in (
        Change("customer", victim, victim, {"remark": "又来了"}, 3, {"remark": None}),
        Change("customer", victim, victim, {}, 3, state="live"),
        contact,
    ):
        assert put(store, boss, change) == [Result.GONE]
    assert not store.verify().faults


def test_without_the_right_nothing_is_erased(store: SqlStore, boss: Context, victim: str) -> None:
    if store.account:
        return  # on a server the login decides: test_only_an_administrator_erases_on_a_server
    clerk = store.add_person(Person("", "clerk", "文员", roles=frozenset({"steward", "manager"})), boss)
    with pytest.raises(UsageError) as caught:
        store.erase(victim, "本人书面要求", Context(clerk, context().clock))
    assert caught.value.key == "rights.no_erase" and store.search("植物丁")


def test_two_colleagues_agree_first_and_what_they_said_goes_too(store: SqlStore, boss: Context, victim: str) -> None:
    """Who works alone asks nobody; where there are two, nobody erases alone."""
    store.add_person(Person("", "clerk", "文员", roles=frozenset({"steward"})), boss)
    if not store.account:  # on a server: test_only_an_administrator_erases_on_a_server
        with pytest.raises(UsageError) as caught:
            store.erase(victim, "本人书面要求", boss)
        assert caught.value.key == "rights.erase_first"
    agree_to_erase(store, victim)
    notice: Values = {"kind": "x", "about": victim, "customer": victim, "state": "pending", "trouble": "植物退信"}
    put(store, boss, Change("notice", new_rid(), "", notice))
    assert store.erase(victim, "本人书面要求", boss).records == 2 + len(OWNED)
    assert "植物" not in everything(store) and not store.verify().faults
    assert not store.proposals() and not store.notices(), "nothing waits any more"
    with store._reading() as connection:
        said = connection.execute(select(SQL["approval"].c.seat, SQL["approval"].c.verdict).order_by(SQL["approval"].c.rid)).all()
        outcome = connection.execute(select(SQL["proposal"].c.outcome)).scalar()
    assert said == [("manager", "yes"), ("admin", "yes")] and outcome == "done", "who agreed stays"


def test_only_an_administrator_erases_on_a_server(cluster: Cluster, url: str) -> None:
    store = open_at(url)
    admin = Context(store.people()[0], context().clock)
    store.change_person(replace(admin.actor, roles=frozenset(MATRIX)), admin)
    rid = new_rid()
    assert put(store, replace(admin, actor=store.people()[0]), Change("customer", rid, rid, {"name": "植物"})) == [Result.STORED]
    person = store.add_person(Person("", "steward7", "专员", roles=frozenset(MATRIX) - {"admin"}), admin)
    cluster.run("ALTER ROLE steward7 PASSWORD 'geheim'")
    theirs = open_at(cluster.url(url.partition("?")[0].rpartition("/")[2], "steward7", "geheim"))
    for key in ("rights.no_erase", "rights.erase_first"):
        with pytest.raises(UsageError) as caught:
            theirs.erase(rid, "本人书面要求", Context(person, context().clock))
        assert caught.value.key == key and store.search("植物")
        store.change_person(replace(person, roles=frozenset({"admin"})), admin)
    agree_to_erase(store, rid)
    assert theirs.erase(rid, "本人书面要求", Context(person, context().clock)).records == 1
    assert not store.verify().faults
    for one in (theirs, store):
        one.close()


@pytest.fixture
def alone(path: Path) -> Iterator[tuple[SqlStore, Context]]:
    """A store of the embedded kind, and who may do everything in it."""
    store = sqlite.open(path, CIPHER)
    admin = store.ensure_person("boss", "管理员", frozenset(MATRIX), context().clock())
    yield store, Context(admin, context().clock)
    store.close()


def traces(path: Path) -> list[str]:
    """The files of a store that hold a planted value."""
    files = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
    marks = ("植物".encode(), b"zhiwu", b"47114711")
    return [file.name for file in files if file.exists() and any(mark in file.read_bytes() for mark in marks)]


def test_the_file_holds_no_byte_of_it_afterwards(alone: tuple[SqlStore, Context], path: Path) -> None:
    store, boss = alone

    @event.listens_for(store._engine, "checkout")
    def as_elsewhere(raw: Any, *_: object) -> None:
        raw.execute("PRAGMA secure_delete=OFF")  # some builds of SQLite overwrite by themselves, most do not

    rids = [new_rid() for _ in range(60)]
    put(store, boss, *(Change("customer", rid, rid, {**planted("customer", "植物"), "remark": "植物" * 500}) for rid in rids))
    put(store, boss, *(Change("customer", rid, rid, {"remark": "植物短"}, 1) for rid in rids))
    store.search("zhiwu")
    assert traces(path)
    for rid in rids:
        done = store.erase(rid, "本人书面要求", boss)
    assert done.clean and traces(path) == [] and not store.verify().faults


def test_traces_are_cleaned_up_once_others_have_closed_the_file(alone: tuple[SqlStore, Context], path: Path) -> None:
    store, boss = alone
    rid = new_rid()
    put(store, boss, Change("customer", rid, rid, planted("customer", "植物")))
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM customer").fetchone()
    busy = sqlite.open(path, CIPHER, wait=0.1)
    assert not busy.erase(rid, "本人书面要求", boss).clean
    reader.close()
    assert store.erase(rid, "本人书面要求", boss).clean and traces(path) == []
    busy.close()


def test_somebody_who_writes_into_an_erased_record_is_found_out(alone: tuple[SqlStore, Context], path: Path) -> None:
    store, boss = alone
    rid = new_rid()
    put(store, boss, Change("customer", rid, rid, planted("customer", "植物")))
    store.erase(rid, "本人书面要求", boss)
    assert not store.verify().faults
    with sqlite3.connect(path) as file:
        for name in triggers.SQLITE:
            file.execute(f"DROP TRIGGER IF EXISTS {name}")
        file.execute("UPDATE customer SET name = '假公司'")
    assert [key for key, _ in store.verify().faults] == ["store.record_differs"]

"""The log read page by page: everything once, in order, whatever happens meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import LI, ZHANG, context, open_at
from xlcrm.errors import UsageError
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation
from xlcrm.rules.rights import rights_of
from xlcrm.store.base import Entry, Sought
from xlcrm.store.guard import Guard
from xlcrm.store.sql import SqlStore


def customer(name: str, **more: str | None) -> Change:
    rid = new_rid()
    return Change("customer", rid, rid, {"name": name, "phone": "+8613912345678", **more}, token=f"{rid}:1")


def put(store: SqlStore, *changes: Change, person: Person = ZHANG, kind: str = "submit") -> None:
    store.apply(Operation(kind, list(changes), workbook="w"), context(person))


def follow(store: SqlStore | Guard, cursor: str = "", limit: int = 2, sought: Sought | None = None) -> tuple[list[Entry], str]:
    """Everything from ``cursor`` on, and where it ends."""
    found: list[Entry] = []
    while (page := store.log(cursor, limit, sought or Sought())).cursor != cursor:
        assert len(page.entries) <= limit
        cursor = page.cursor
        found += page.entries
    return found, cursor


def test_pages_hold_everything_once_and_say_what_happened(store: SqlStore) -> None:
    _, before = follow(store)
    first = customer("甲公司")
    first.number = store.numbers("CX{yyyy}{mm}{n:04}", 1, "2025-03-05")[0]
    contact = Change("contact", new_rid(), first.rid, {"customer": first.rid, "name": "李芳"})
    put(store, first, contact, *(customer(f"公司{place}") for place in range(5)))
    put(store, Change("customer", first.rid, first.rid, {"phone": "+8613800138000"}, 1), person=LI)
    found, cursor = follow(store, before)
    assert [entry.table for entry in found] == ["customer"] * 6 + ["contact", "customer"]
    assert [entry.seq for entry in found] == sorted({entry.seq for entry in found})
    made, owned, changed = found[0], found[6], found[7]
    assert (made.rid, made.number, made.customer, made.version) == (first.rid, first.number, first.rid, 1)
    assert (owned.rid, owned.customer) == (contact.rid, first.rid)
    assert (changed.before, changed.after) == ({"phone": "+8613912345678"}, {"phone": "+8613800138000"})
    assert (changed.actor, changed.kind, changed.version) == (LI.rid, "submit", 2)
    assert follow(store, cursor) == ([], cursor)


def test_what_is_sought(store: SqlStore) -> None:
    first, second = customer("甲公司"), customer("乙公司")
    contact = Change("contact", new_rid(), first.rid, {"customer": first.rid, "name": "李芳"})
    put(store, first, contact, second)
    put(store, Change("customer", second.rid, second.rid, {"grade": "A"}, 1), person=LI, kind="import")

    def rids(**asked: object) -> set[str]:
        return {entry.rid for entry in follow(store, sought=Sought(**asked))[0]} - {ZHANG.rid}  # type: ignore[arg-type]

    assert rids(customer=first.rid) == {first.rid, contact.rid}
    assert rids(actor=LI.rid) == rids(kinds=frozenset({"import"})) == {second.rid}
    assert rids(tables=frozenset({"contact"})) == {contact.rid}
    assert rids(until="2000-01-01 00:00:00") == rids(since="2100-01-01 00:00:00") == set()
    assert rids(since="2025-03-05 14:30:00") >= {first.rid, second.rid, contact.rid}


@pytest.mark.parametrize(("cursor", "key"), [
    ("x", "bad_cursor"), ("0-0", "strange_cursor"), ("{store}-x-", "bad_cursor"), ("{store}-999-", "late_cursor"), ("{store}-1-00000000", "strange_cursor"),
])  # fmt: skip
def test_a_cursor_that_is_none_of_this_store(store: SqlStore, cursor: str, key: str) -> None:
    put(store, customer("甲公司"))
    mine = store.log("", 1).cursor.partition("-")[0]
    with pytest.raises(UsageError) as caught:
        store.log(cursor.format(store=mine), 1)
    assert caught.value.key == f"store.{key}"
    assert caught.value.hint("en")


def test_everybody_gets_what_they_may_read(store: SqlStore) -> None:
    """Their own customers' entries, values as their role sees them; nobody else's, nor what is about people and settings."""
    zhang, li = Person("5" * 32, "xu", "徐八", "销售部", frozenset({"entry"})), LI
    other = Person("3" * 32, "wang", "王五", "市场部", frozenset({"manager"}))
    mine, theirs = customer("甲公司", owner=zhang.rid), customer("乙公司", owner=li.rid)
    put(store, mine, theirs, person=ZHANG)

    def seen(person: Person) -> dict[str, Entry]:
        guard = Guard(store, rights_of(person, [zhang, li, other], "2025-03-05"))
        return {entry.rid: entry for entry in follow(guard)[0]}

    assert set(seen(zhang)) == {mine.rid}
    assert {mine.rid, theirs.rid} <= set(seen(li))
    assert seen(zhang)[mine.rid].after["phone"] == "+8613912345678"
    assert not set(seen(other))
    nobody = Person("4" * 32, "sun", "孙七", "", frozenset({"marketing"}))
    with pytest.raises(UsageError) as caught:
        seen(nobody)
    assert caught.value.key == "rights.no_audit"


def test_no_entry_is_skipped_while_many_write(address: str, reopen: Callable[[], SqlStore]) -> None:
    """Numbers come in the order of the commits: a reader that follows at its own pace sees each one, in order, once."""
    store = reopen()
    writers = [threading.Thread(target=_write, args=(address, number)) for number in range(4)]
    cursor, found = store.log("", 1000).cursor, list[Entry]()
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        page = store.log(cursor, 7)
        cursor = page.cursor
        found += page.entries
    found += follow(store, cursor)[0]
    assert {entry.after["name"] for entry in found} == {f"公司{n}-{turn}-{row}" for n in range(4) for turn in range(10) for row in range(3)}
    assert len(found) == 120 and [entry.seq for entry in found] == sorted(entry.seq for entry in found)


def _write(address: str, number: int) -> None:
    store = open_at(address)
    for turn in range(10):
        put(store, *(customer(f"公司{number}-{turn}-{row}") for row in range(3)))
    store.close()


def test_an_administrator_verifies_the_log_of_what_is_hidden(cluster: Cluster, url: str) -> None:
    """Values that a login may not see are not there for it; the chain holds without them."""
    store, first = open_at(url), customer("甲公司", email="wang@haihe.example", need="要快", owner=ZHANG.rid)
    put(store, first, Change("contact", new_rid(), first.rid, {"customer": first.rid, "name": "李芳", "phone": "+8613700000000"}), customer("乙公司"))
    put(store, Change("customer", first.rid, first.rid, {"phone": "+8613800138000", "grade": "A"}, 1))
    store.add_person(Person("", "feedadmin", "管理员二", roles=frozenset({"admin"})), context())
    cluster.run("ALTER ROLE feedadmin PASSWORD 'geheim'")
    theirs = open_at(cluster.url(url.partition("?")[0].rpartition("/")[2], "feedadmin", "geheim"))
    assert theirs.records([first.rid])[first.rid].values["need"] is None
    mine, other = store.verify(), theirs.verify([store.verify().head])
    assert (other.faults, other.entries, other.head) == ((), mine.entries, mine.head)
    assert {entry.seq for entry in follow(theirs)[0]} == {entry.seq for entry in follow(store)[0]}
    cluster.run("SET session_replication_role = replica; UPDATE xlcrm.entry SET rid = 'x' WHERE version_to = 2",
                database=url.partition("?")[0].rpartition("/")[2])  # fmt: skip
    assert theirs.verify().faults[0][0] == "store.entry_edited"
    theirs.close()
    store.close()


def test_a_cursor_outlives_what_is_handed_over(cluster: Cluster, url: str) -> None:
    """The entry that it names may be hidden from its holder by now."""
    store, first = open_at(url), customer("甲公司")
    person = store.add_person(Person("", "feedentry", "录入员", roles=frozenset({"entry"})), context())
    first.values["owner"] = person.rid
    put(store, first)
    cluster.run("ALTER ROLE feedentry PASSWORD 'geheim'")
    theirs = open_at(cluster.url(url.partition("?")[0].rpartition("/")[2], "feedentry", "geheim"))
    found, cursor = follow(theirs)
    assert [entry.rid for entry in found] == [first.rid]
    put(store, Change("customer", first.rid, first.rid, {"owner": ZHANG.rid}, 1))
    assert follow(theirs, cursor)[0] == []
    theirs.close()
    store.close()

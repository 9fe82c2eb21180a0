"""Somebody else is faster, between what a client reads and what the server writes for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, ZHANG, context, void
from xlcrm.crypto.cipher import Cipher, DataKey, Keys
from xlcrm.errors import Overtaken, StoreError
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.store.postgres import opening
from xlcrm.store.postgres.store import PostgresStore


class Slow(Cipher):
    """Keys that take so long that others do something meanwhile: ``meanwhile`` runs once, as soon as a key is made or opened."""

    meanwhile: Callable[[], object] | None = None
    times = 0

    def _wait(self) -> None:
        work, self.meanwhile = self.meanwhile, None
        if work:
            self.times += 1
            work()

    def new_data_keys(self, ids: Sequence[str]) -> list[tuple[DataKey, str]]:
        self._wait()
        return super().new_data_keys(ids)

    def data_key(self, id: str, wrapped: str) -> DataKey:
        self._wait()
        return super().data_key(id, wrapped)


@pytest.fixture
def slow() -> Slow:
    return Slow(Keys(b"w" * 32, b"i" * 32))


@pytest.fixture
def store(url: str, slow: Slow) -> Iterator[PostgresStore]:
    found = opening.open(url, slow)
    yield found
    assert slow.times == 1 and not found.verify().faults
    found.close()


@pytest.fixture
def other(url: str) -> Iterator[PostgresStore]:
    found = opening.open(url, CIPHER)
    yield found
    found.close()


def customer(*keys: str, token: str = "", **values: str) -> Change:
    rid = new_rid()
    said: dict[str, str | None] = {"name": "甲公司", "phone": "+8613912345678", **values}
    return Change("customer", rid, rid, said, keys=keys, token=token or f"{rid}:1")


def put(store: PostgresStore, *changes: Change, compared: int | None = None) -> list[Result]:
    operation = Operation("submit", list(changes), workbook="w", compared=compared)
    return [outcome.result for outcome in store.apply(operation, context()).outcomes]


def test_a_customer_stored_after_the_last_look_is_compared_again(store: PostgresStore, other: PostgresStore, slow: Slow) -> None:
    seen = store.position()
    slow.meanwhile = lambda: put(other, customer("p:+8613912345678"))
    with pytest.raises(Overtaken):
        put(store, customer("p:+8613912345678"), compared=seen)
    assert len(list(store.scan("customer"))) == 1
    assert put(store, customer("p:+8613912345678"), compared=store.position()) == [Result.STORED]


@pytest.mark.parametrize("shared", [(), ("h:亥何",), ("k:海河",)])
def test_one_that_shares_nothing_telling_holds_nobody_up(
    store: PostgresStore, other: PostgresStore, slow: Slow, shared: tuple[str, ...]
) -> None:
    slow.meanwhile = lambda: put(other, customer("n:乙", *shared))
    assert put(store, customer("n:甲", *shared), compared=store.position()) == [Result.STORED]


def test_who_waited_while_the_store_was_migrated_is_refused(store: PostgresStore, cluster: Cluster, url: str, slow: Slow) -> None:
    """Its keys, written before it waited, were made by the former definition and not seen by the migration."""
    slow.meanwhile = lambda: None
    database = url.partition("?")[0].rpartition("/")[2]
    waiting = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = 'Lock'"
    with psycopg.connect(url, options="-c search_path=xlcrm") as migrating, ThreadPoolExecutor(1) as pool:
        migrating.execute("SELECT 1 FROM meta WHERE name = 'head' FOR UPDATE")
        pressed = pool.submit(put, store, customer("n:甲"))
        while cluster.run(waiting) == [(0,)] and not pressed.done():
            pass
        migrating.execute("INSERT INTO migration (version, name) VALUES (99, 'future')")
        migrating.commit()
        with pytest.raises(StoreError) as caught:
            pressed.result()
    assert caught.value.key == "store.newer" and not list(store.scan("customer"))


def test_the_same_row_pressed_twice_at_once_is_stored_once(store: PostgresStore, other: PostgresStore, slow: Slow) -> None:
    first, again = customer(token="t"), customer(token="t")
    slow.meanwhile = lambda: put(other, first)
    outcome = store.apply(Operation("submit", [again], workbook="w"), context()).outcomes[0]
    assert (outcome.result, outcome.rid) == (Result.UNCHANGED, first.rid)


def test_edits_of_different_fields_meanwhile_are_both_kept(store: PostgresStore, other: PostgresStore, slow: Slow) -> None:
    change = customer()
    put(other, change)
    rid = change.rid
    slow.meanwhile = lambda: put(other, Change("customer", rid, rid, {"grade": "A"}, 1, {"grade": None}))
    new = Change("customer", rid, rid, {"phone": "+8613800138000"}, 1, {"phone": "+8613912345678"})
    assert put(store, new) == [Result.UPDATED]
    record = store.records([rid])[rid]
    assert (record.version, record.values["grade"], record.values["phone"]) == (3, "A", "+8613800138000")


def test_an_edit_of_the_same_field_meanwhile_is_a_conflict(store: PostgresStore, other: PostgresStore, slow: Slow) -> None:
    change = customer()
    put(other, change)
    rid = change.rid
    slow.meanwhile = lambda: put(other, Change("customer", rid, rid, {"phone": "+8613700000000"}, 1, {"phone": "+8613912345678"}))
    new = Change("customer", rid, rid, {"phone": "+8613800138000"}, 1, {"phone": "+8613912345678"})
    outcome = store.apply(Operation("submit", [new], workbook="w"), context()).outcomes[0]
    assert outcome.result is Result.CONFLICT
    assert (outcome.clashes[0].theirs, outcome.clashes[0].changed_by) == ("+8613700000000", ZHANG.rid)


@pytest.mark.parametrize(("state", "expected"), [("void", Result.GONE), ("merged", Result.STORED)])
def test_a_customer_that_went_meanwhile_takes_no_contact(
    store: PostgresStore, other: PostgresStore, slow: Slow, state: str, expected: Result
) -> None:
    change, survivor = customer(), customer()
    put(other, change, survivor)
    rid = change.rid
    into = survivor.rid if state == "merged" else None
    gone = Change("customer", rid, rid, {}, 1, state=state, merged_into=into, reason="重复录入")
    slow.meanwhile = lambda: void(other, rid) if state == "void" else put(other, gone)
    contact = Change("contact", new_rid(), rid, {"name": "李芳", "phone": "+8613800138000"})
    assert put(store, contact) == [expected]
    assert [len(found) for found in store.children("contact", [rid, survivor.rid]).values()] == [0, expected is Result.STORED]


def test_what_is_added_to_a_customer_while_it_is_merged_away_moves_along(
    store: PostgresStore, other: PostgresStore, slow: Slow
) -> None:
    gone, survivor = customer(), customer()
    put(other, gone, survivor)
    contact = Change("contact", new_rid(), gone.rid, {"customer": gone.rid, "name": "李芳", "phone": "+8613800138000"})
    slow.meanwhile = lambda: put(other, contact)
    changes = [
        Change("customer", survivor.rid, survivor.rid, {"phone": "+8613700000000"}, 1),
        Change("customer", gone.rid, gone.rid, {}, 1, state="merged", merged_into=survivor.rid),
    ]
    store.apply(Operation("merge", changes, whole=True), context())
    assert slow.times == 1 and [one.rid for one in store.children("contact", [survivor.rid])[survivor.rid]] == [contact.rid]

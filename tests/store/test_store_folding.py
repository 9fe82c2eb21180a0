"""A new index key takes over while people work: everything is found at every moment, and nothing by the keys of before."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import context
from tests.store.test_store_keys import BOSS, FIRST, Team, admit, joined, opened
from xlcrm.crypto import identity
from xlcrm.crypto.cipher import SHORT, Cipher, DataKey, Keys
from xlcrm.errors import KeysError, Overtaken
from xlcrm.jobs import keys
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Imported, Operation, Result
from xlcrm.store import folding
from xlcrm.store.base import Store
from xlcrm.store.keys import tail_digest
from xlcrm.store.postgres import folding as server
from xlcrm.store.sql import SqlStore

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def team(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    for hand in (folding.FoldHand, server.FoldHand):
        monkeypatch.setattr(hand, "faces", 3)
    monkeypatch.setattr(folding, "_TEXTS", 5)
    found = Team(address, monkeypatch)
    yield found
    found.close()


class Meanwhile(Cipher):
    """Keys with which something else happens in the midst of an operation."""

    happens: Callable[[], object] | None = None

    def new_data_keys(self, ids: Sequence[str]) -> list[tuple[DataKey, str]]:
        happens, self.happens = self.happens, None
        if happens:
            happens()
        return super().new_data_keys(ids)


class Rows:
    """Customers, each to be found by a key, a telephone and the row it came from."""

    def __init__(self, owner: str | None = None) -> None:
        self.rids: list[str] = []
        self._owner = owner

    def put(self, store: Store, context: Context, count: int) -> None:
        first = len(self.rids)
        changes = []
        for place in range(first, first + count):
            rid = new_rid()
            values: dict[str, str | None] = {"name": f"公司{place}", "phone": self.phone(place), "owner": self._owner}
            changes.append(
                Change(
                    "customer", rid, rid, values, keys=self.keys(place), looks=(f"公司{place}",), token=self.token(store, place)
                )
            )
        imported = [Imported(one.token or "", "file", one.rid, "2025-03-05 14:30:00", 1) for one in changes]
        receipt = store.apply(Operation("submit", list(changes), workbook="w", imported=imported), context)
        assert [one.result for one in receipt.outcomes] == [Result.STORED] * count
        self.rids += [one.rid for one in changes]

    def edit(self, store: Store, context: Context, place: int) -> None:
        """Change what a customer is found by, to the same."""
        rid = self.rids[place]
        now = store.records([rid])[rid].values["remark"]
        change = Change("customer", rid, rid, {"remark": f"{now}x"}, 1, {"remark": now}, keys=self.keys(place), looks=("x",))
        assert store.apply(Operation("submit", [change]), context).outcomes[0].result is Result.UPDATED

    @staticmethod
    def phone(place: int) -> str:
        return f"+861391234{place:04d}"

    def keys(self, place: int) -> tuple[str, ...]:
        return (f"p:{self.phone(place)}", f"n:公司{place}", "d:公司")

    @staticmethod
    def token(store: Store, place: int) -> str:
        return f"{store.digest(f'row {place}')}:1"

    def are_found(self, store: Store) -> None:
        """Each by each of its digests, and by nothing else."""
        found = store.candidates([[f"p:{self.phone(place)}"] for place in range(len(self.rids))])
        assert found.pairs == list(enumerate(self.rids)) and set(found.counts.values()) == {2}
        assert store.candidates([["d:公司"]]).counts == {"d:公司": 1 + len(self.rids)}
        tokens = [self.token(store, place) for place in range(len(self.rids))]
        assert store.submitted("w", tokens) == dict(zip(tokens, self.rids, strict=True))
        assert {one.token: one.rid for one in store.imported(tokens)} == dict(zip(tokens, self.rids, strict=True))
        for place in (0, len(self.rids) - 1):
            assert [one.rid for one in store.search(f"{place:04d}")] == [self.rids[place]]


def stored(store: SqlStore) -> tuple[set[int], set[str]]:
    """Every digest in the store: blocking keys, texts."""
    with store._reading() as connection:
        texts = [
            connection.exec_driver_sql(f"SELECT {column} FROM {table.name}").scalars().all() for table, column in folding.TEXTS
        ]
        return set(connection.exec_driver_sql("SELECT key FROM blocking_key").scalars()), {one for some in texts for one in some}


def makes(had: Keys, rows: Rows, store: Store) -> tuple[set[int], set[str]]:
    """Every digest of ``rows`` that somebody with the keys ``had`` can make."""
    cipher, places = Cipher(had), range(len(rows.rids))
    short = {
        ord(key[0]) << SHORT | cipher.short_digest(key, folds)
        for place in places
        for key in rows.keys(place)
        for folds in range(len(had.later) + 1)
    }
    digests = {tail_digest(cipher, f"{place:04d}") for place in places} | {rows.token(store, place) for place in places}
    forms = set(digests)
    for number in range(len(had.later)):
        digests = {cipher.fold(one, number) for one in digests}
        forms |= {f"{number + 1}.{one}" for one in digests}
    return short, forms


def fold(store: Store, context: Context) -> Iterator[int]:
    list(keys.rewrap(store, context))
    yield from keys.fold(store, context)


def test_an_index_key_takes_over_while_colleagues_work(team: Team) -> None:
    rows, secret = Rows(), joined(team, "李芳")
    rows.put(team.store, team.boss, 20)
    admit(team, secret[1])
    team.at(secret[0])
    colleague = team.again()
    team.at(BOSS)
    had: Keys = team.store._cipher.keys
    for _ in range(2):
        before = stored(team.store)
        keys.change(team.store, team.boss, index=True)
        assert team.store.keyroom.standing().folding
        rows.are_found(colleague)
        rows.edit(colleague, team.boss, len(rows.rids) - 1)  # its face was the last one
        rows.put(colleague, team.boss, 2)
        for steps, _ in enumerate(fold(team.store, team.boss)):
            rows.are_found(colleague)
            rows.are_found(team.store)
            if steps % 5 == 0:
                rows.put(colleague, team.boss, 1)
                rows.edit(colleague, team.boss, steps % 20)
        rows.are_found(colleague)
        rows.are_found(team.again())
        after = stored(team.store)
        assert not team.store.keyroom.standing().folding and before[0].isdisjoint(after[0]) and before[1].isdisjoint(after[1])
        made = makes(had, rows, team.store)
        assert made[0].isdisjoint(after[0]) and made[1].isdisjoint(after[1]), "whoever was shut out can make one of them"
        had = team.store._cipher.keys
        made = makes(had, rows, team.store)
        assert after[0] <= made[0] and after[1] <= made[1], "and whoever stays can make all of them"
    assert not team.store.verify().faults


def test_somebody_removed_can_test_no_guess(team: Team) -> None:
    rows, (secret, person) = Rows(), joined(team, "李芳")
    admit(team, person)
    rows.put(team.store, team.boss, 5)
    team.at(secret)
    kept = team.again()
    had = kept._cipher.keys
    team.at(BOSS)
    keys.remove(team.store, team.boss, keys.machines(team.store, person))
    list(fold(team.store, team.boss))
    rows.put(team.store, team.boss, 5)
    rows.are_found(team.store)
    short, texts = makes(had, rows, team.store)
    found = stored(team.store)
    assert short.isdisjoint(found[0]) and texts.isdisjoint(found[1])
    for call in (lambda: kept.candidates([rows.keys(0)]), lambda: kept.search("0000"), lambda: kept.submitted("w", ["t"])):
        with pytest.raises(KeysError) as caught:
            call()
        assert caught.value.key == "crypto.not_admitted"


def test_a_colleague_who_opened_the_store_before_writes_what_everybody_finds(team: Team) -> None:
    rows, late = Rows(), team.again(Cipher(FIRST, BOSS))
    rows.put(late, team.boss, 3)
    keys.change(team.store, team.boss, index=True)
    rows.put(late, team.boss, 3)
    rows.are_found(late)
    list(fold(team.store, team.boss))
    rows.put(late, team.boss, 3)
    rows.are_found(late)
    rows.are_found(team.again())


def test_a_customer_that_came_while_one_compared_is_noticed_across_the_change(team: Team) -> None:
    rows, compared = Rows(), team.store.position()
    rows.put(team.store, team.boss, 4)
    keys.change(team.store, team.boss, index=True)
    for step, _ in enumerate(fold(team.store, team.boss)):
        rid = new_rid()
        change = Change("customer", rid, rid, {"name": "公司"}, keys=rows.keys(step % 4))
        with pytest.raises(Overtaken):
            team.store.apply(Operation("submit", [change], compared=compared), team.boss)


def rotate(address: str, secret: str, batches: int) -> None:
    """Fold ``batches`` batches and be killed in the midst of the next one."""
    os.environ["XLCRM_IDENTITY"] = secret
    store = opened(address)
    boss = next(one for one in store.people() if "admin" in one.roles)
    hand, left = store._fold_hand, iter(range(batches))

    class Dying(hand):  # type: ignore[misc, valid-type]
        def fold(self, *said: object) -> None:
            super().fold(*said)
            self._one()

        def fold_keys(self, *said: object) -> None:
            super().fold_keys(*said)
            self._one()

        def _one(self) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

    store._fold_hand = Dying
    list(fold(store, Context(boss, context().clock)))


@pytest.mark.parametrize("batches", [0, 2, 5, 9, 13])
def test_who_is_killed_in_the_midst_loses_nothing_and_the_next_one_goes_on(team: Team, batches: int) -> None:
    rows = Rows()
    rows.put(team.store, team.boss, 18)
    before = stored(team.store)
    keys.change(team.store, team.boss, index=True)
    process = FORK.Process(target=rotate, args=(team.address, BOSS, batches))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    fresh = team.again()
    assert fresh.keyroom.standing().folding
    rows.are_found(fresh)
    rows.put(fresh, team.boss, 2)
    list(fold(fresh, team.boss))
    rows.are_found(fresh)
    after, made = stored(fresh), makes(fresh._cipher.keys, rows, fresh)
    assert not fresh.keyroom.standing().folding and before[0].isdisjoint(after[0]) and before[1].isdisjoint(after[1])
    assert after[0] <= made[0] and after[1] <= made[1] and not fresh.verify().faults


def test_what_was_worked_out_before_the_change_is_worked_out_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server an operation goes on while the key changes."""
    team, rows = Team(url, monkeypatch), Rows()
    slow = Meanwhile(FIRST, BOSS)
    store = team.again(slow)
    rows.put(store, team.boss, 2)
    slow.happens = lambda: keys.change(team.store, team.boss, index=True)
    rows.put(store, team.boss, 2)
    rows.are_found(team.again())
    list(fold(team.store, team.boss))
    rows.are_found(team.again())
    assert stored(team.store)[0] <= makes(team.store._cipher.keys, rows, team.store)[0]
    team.close()


def test_who_manages_keys_need_not_see_a_customer(cluster: Cluster, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    team, secret, own = Team(url, monkeypatch), identity.new(), identity.new()
    rows = Rows(team.boss.actor.rid)
    rows.put(team.store, team.boss, 7)
    keeper = team.store.add_person(Person("", "foldkeeper", "管钥匙的", roles=frozenset({"admin"})), team.boss)
    clerk = team.store.add_person(Person("", "foldclerk", "文员", roles=frozenset({"entry"})), team.boss)
    cluster.run("ALTER ROLE foldkeeper PASSWORD 'geheim'", "ALTER ROLE foldclerk PASSWORD 'geheim'")
    database = url.partition("?")[0].rpartition("/")[2]
    team.at(secret)
    theirs = team.keep(opened(cluster.url(database, "foldkeeper", "geheim"), Cipher(FIRST, secret)))
    assert keys.join(theirs, team.as_(keeper), "服务器", str)[1] and not theirs.candidates([["d:公司"]]).pairs
    team.at(own)
    clerks = team.keep(opened(cluster.url(database, "foldclerk", "geheim"), Cipher(FIRST, own)))
    assert keys.join(clerks, team.as_(clerk), "笔记本", str)[1]
    team.at(secret)
    keys.change(theirs, team.as_(keeper), index=True)
    for _ in fold(theirs, team.as_(keeper)):
        told = clerks.taken([{"phone": rows.phone(5)}], [rows.keys(5)], team.as_(clerk))
        assert [(one.index, one.rid) for one in told] == [(0, rows.rids[5])]
    team.at(BOSS)
    rows.are_found(team.again())
    team.close()

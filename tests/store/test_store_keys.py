"""Whose machines open a store, and a store key that changes while people work: on both engines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import psycopg
import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import context as context_of
from xlcrm.crypto import identity
from xlcrm.crypto.cipher import Cipher, Keys, NoKeys, Tampered
from xlcrm.errors import KeysError, StoreError, UsageError, XlcrmError
from xlcrm.jobs import keys
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.rules.rights import MATRIX
from xlcrm.store import keyroom, sqlite
from xlcrm.store.base import Store
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres import opening
from xlcrm.store.sql import SqlStore

FIRST = Keys(b"w" * 32, b"i" * 32)
BOSS = identity.new()
PHONE = "+8613912345678"


def opened(address: str, cipher: Cipher | None = None) -> SqlStore:
    return opening.open(address, cipher) if address.startswith("postgresql:") else sqlite.open(address, cipher)


class Team:
    """A store, its administrator at a machine that has joined, and a printed recovery passphrase."""

    def __init__(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.address = address
        self.monkeypatch = monkeypatch
        monkeypatch.setattr("xlcrm.crypto.keys.safe_keyring", lambda: None)
        for name in ("XLCRM_KEY", "XLCRM_PASSPHRASE", "XLCRM_IDENTITY"):
            monkeypatch.delenv(name, raising=False)
        self._open: list[SqlStore] = []
        self.store = self.keep(opened(address, Cipher(FIRST)))
        admin = self.store.ensure_person(self.store.account or "boss", "管理员", ["admin"], context_of().clock())
        self.store.change_person(replace(admin, roles=frozenset(MATRIX)), self.as_(admin))
        self.boss = self.as_(self.store.people()[0])
        self.at(BOSS)
        keys.join(self.store, self.boss, "台式机", str)
        self.code = self.store.keyroom.print_recovery(self.boss)

    def as_(self, person: Person) -> Context:
        return Context(person, context_of().clock)

    def at(self, secret: str) -> None:
        """Sit down at the machine with this identity."""
        self.monkeypatch.setenv("XLCRM_IDENTITY", secret)

    def keep(self, store: SqlStore) -> SqlStore:
        self._open.append(store)
        return store

    def again(self, cipher: Cipher | None = None) -> SqlStore:
        return self.keep(opened(self.address, cipher))

    def close(self) -> None:
        for store in self._open:
            store.close()


@pytest.fixture
def team(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    found = Team(address, monkeypatch)
    yield found
    found.close()


def put(store: Store, context: Context, count: int = 1) -> list[str]:
    changes = [Change("customer", rid, rid, {"name": f"公司{rid[:4]}", "phone": PHONE}) for rid in (new_rid() for _ in range(count))]
    receipt = store.apply(Operation("submit", list(changes)), context)
    assert [one.result for one in receipt.outcomes] == [Result.STORED] * count
    return [one.rid for one in changes]


def phones(store: Store, rids: list[str]) -> set[str | None]:
    return {one.values["phone"] for one in store.records(rids).values()}


def raw(address: str, statement: str) -> None:
    """What somebody does to the tables by other means."""
    if address.startswith("postgresql:"):
        with psycopg.connect(address, autocommit=True, options="-c search_path=xlcrm") as connection:
            connection.execute("SET ROLE xlcrm_owner")
            connection.execute(statement)
    else:
        with sqlite3.connect(address) as file:
            file.execute(statement)


def joined(team: Team, name: str, machine: str = "笔记本") -> tuple[str, Person]:
    """A colleague whose machine asked to be admitted."""
    secret = identity.new()
    person = team.store.add_person(Person("", new_rid()[:12], name, roles=frozenset({"entry"})), team.boss)
    team.at(secret)
    keyless = team.again(NoKeys())
    acts = team.boss if keyless.account else team.as_(person)  # one login does for all on this server
    keyless.keyroom.publish(person.rid, secret, machine, acts)
    team.at(BOSS)
    return secret, person


def admit(team: Team, person: Person) -> None:
    keys.admit(team.store, team.boss, keys.waiting(team.store, person))


def test_a_colleague_asks_and_is_admitted(team: Team) -> None:
    rids = put(team.store, team.boss)
    secret, person = joined(team, "李芳")
    holder = keys.waiting(team.store, person)
    assert holder.fingerprint == identity.fingerprint(identity.public(secret)) and not holder.admitted
    team.at(secret)
    with pytest.raises(KeysError) as caught:
        team.again()
    assert caught.value.key == "crypto.not_admitted"
    team.at(BOSS)
    with pytest.raises(UsageError) as wrong:
        keys.waiting(team.store, person, "12345 " * 6)
    assert wrong.value.key == "crypto.other_fingerprint"
    assert keys.waiting(team.store, person, holder.fingerprint) == holder
    admit(team, person)
    team.at(secret)
    assert phones(team.again(), rids) == {PHONE}
    assert not team.store.verify().faults
    assert [row[3][:3] for row in keys.listed(team.store, "zh")] == ["已加入", "已加入", "尚未演"]


def test_without_keys_nothing_encrypted_is_read_or_written(team: Team) -> None:
    (rid,) = put(team.store, team.boss)
    keyless = team.again(NoKeys())
    for call in (lambda: keyless.records([rid]), lambda: put(keyless, team.boss), lambda: keyless.search("1391"), lambda: keyless.keyroom.renew(team.boss)):
        with pytest.raises(XlcrmError):
            call()
    with pytest.raises(KeysError) as caught:
        keyless.keyroom.admit(keyless.keyroom.holders()[0], team.boss)
    assert caught.value.key == "crypto.not_admitted"


def test_a_new_store_key_takes_over_while_colleagues_work(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyroom, "_BATCH", 7)
    rids = put(team.store, team.boss, 30)
    secret, person = joined(team, "李芳")
    admit(team, person)
    team.at(secret)
    colleague = team.again()
    team.at(BOSS)
    keys.change(team.store, team.boss)
    steps = []
    for count in keys.rewrap(team.store, team.boss):
        steps.append(count)
        rids += put(colleague, team.boss, 2)
        assert phones(colleague, rids) == {PHONE} and phones(team.store, rids) == {PHONE}
        assert team.store.keyroom.standing().version == 2
    assert all(0 <= after - before <= 7 for before, after in pairwise(steps)) and steps[-1] >= 30
    assert not team.store.keyroom.standing().changing and phones(colleague, rids) == {PHONE} and not team.store.verify().faults
    with pytest.raises(KeysError) as caught:
        team.again(Cipher(FIRST))
    assert caught.value.key == "crypto.old_key"


def test_a_change_that_was_interrupted_goes_on(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyroom, "_BATCH", 4)
    rids = put(team.store, team.boss, 10)
    keys.change(team.store, team.boss)
    for done in keys.rewrap(team.store, team.boss):
        assert done == 4
        break  # the process ends here
    fresh = team.again()
    assert fresh.keyroom.standing().changing and phones(fresh, rids) == {PHONE}
    rids += put(fresh, team.boss, 3)
    *_, last = keys.rewrap(fresh, team.boss)
    assert last >= 6 and not fresh.keyroom.standing().changing and phones(team.again(), rids) == {PHONE}
    assert list(keys.rewrap(fresh, team.boss)) == []


def test_no_data_key_comes_in_under_a_forgotten_store_key(team: Team) -> None:
    late = team.again(Cipher(FIRST, BOSS))
    for _ in range(2):
        keys.change(team.store, team.boss)
        list(keys.rewrap(team.store, team.boss))
    rids = put(late, team.boss, 2)
    assert phones(team.again(), rids) == {PHONE} and phones(late, rids) == {PHONE}


def test_somebody_removed_opens_nothing_new(team: Team) -> None:
    secret, person = joined(team, "李芳")
    admit(team, person)
    other, colleague = joined(team, "王五")
    admit(team, colleague)
    team.at(secret)
    kept = team.again()
    team.at(BOSS)
    keys.remove(team.store, team.boss, keys.machines(team.store, person))
    list(keys.rewrap(team.store, team.boss))
    rids = put(team.store, team.boss)
    for call in (lambda: kept.records(rids), lambda: put(kept, team.boss)):
        with pytest.raises(KeysError) as caught:
            call()
        assert caught.value.key == "crypto.not_admitted"
    team.at(secret)
    with pytest.raises(KeysError) as caught:
        team.again()
    assert caught.value.key == "crypto.not_admitted"
    with pytest.raises(KeysError) as caught:
        team.again(Cipher(FIRST))
    assert caught.value.key == "crypto.old_key"
    with pytest.raises(Tampered):
        Cipher(Keys(FIRST.wrap, FIRST.index, 2)).data_key(rids[0], wrapped(team, rids[0]))
    team.at(other)
    assert phones(team.again(), rids) == {PHONE}
    assert not team.store.verify().faults and len(team.store.keyroom.holders()) == 3


def wrapped(team: Team, rid: str) -> str:
    with team.store._reading() as connection:
        return str(connection.exec_driver_sql(f"SELECT wrapped FROM data_key WHERE customer = '{rid}'").scalar_one())


def test_the_recovery_passphrase_is_drilled_and_opens_whatever_the_key(team: Team) -> None:
    rids = put(team.store, team.boss)
    keys.change(team.store, team.boss)
    list(keys.rewrap(team.store, team.boss))
    team.store.keyroom.drill(team.code, team.boss)
    holder = next(one for one in team.store.keyroom.holders() if one.recovery)
    assert holder.drill == "passed" and holder.drilled[:4].isdigit()
    slip = ("3" if team.code[0] != "3" else "4") + team.code[1:]
    with pytest.raises(KeysError) as caught:
        team.store.keyroom.drill(slip, team.boss)
    assert caught.value.key == "crypto.recovery_typed"
    assert next(one for one in team.store.keyroom.holders() if one.recovery).drill == "passed"
    fresh = team.store.keyroom.print_recovery(team.boss)
    with pytest.raises(KeysError) as caught:
        team.store.keyroom.drill(team.code, team.boss)
    assert caught.value.key == "crypto.wrong_recovery"
    assert [one.drill for one in team.store.keyroom.holders() if one.recovery] == ["failed"]
    lost = team.again(NoKeys())
    lost.recover(fresh)
    assert phones(lost, rids) == {PHONE}
    team.at(identity.new())
    assert keys.join(lost, team.boss, "新电脑", str)[1]
    assert phones(team.again(), rids) == {PHONE} and not team.store.verify().faults


@pytest.mark.parametrize("statement", [
    "UPDATE key_copy SET copy = (SELECT copy FROM key_copy WHERE holder = {boss}) WHERE holder = {li}",
    "UPDATE key_copy SET copy = replace(copy, 'A', 'B') WHERE holder = {li}",
    "UPDATE key_copy SET copy = 'x' WHERE holder = {li}",
])  # fmt: skip
def test_a_copy_that_was_swapped_or_changed_is_a_sentence(team: Team, statement: str) -> None:
    secret, person = joined(team, "李芳")
    admit(team, person)
    mine = next(one.rid for one in team.store.keyroom.holders() if one.person == person.rid)
    raw(team.address, statement.format(boss=f"'{team.store.keyroom.holders()[0].rid}'", li=f"'{mine}'"))
    team.at(secret)
    with pytest.raises(KeysError) as caught:
        team.again()
    assert caught.value.key == "crypto.copy_tampered"


def test_data_keys_that_were_swapped_are_a_sentence(team: Team) -> None:
    one, other = put(team.store, team.boss, 2)
    raw(team.address, f"UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE customer = '{other}') WHERE customer = '{one}'")
    with pytest.raises(StoreError) as caught:
        team.store.records([one])
    assert caught.value.key == "store.tampered" and phones(team.store, [other]) == {PHONE}


def test_whom_no_holder_admitted_gets_no_new_key(team: Team) -> None:
    secret, person = joined(team, "马六")
    mine = keys.waiting(team.store, person).rid
    forged = identity.copy(Keys(b"x" * 32, b"i" * 32), identity.public(secret), "s", mine)
    tag = identity.tag(Keys(b"x" * 32, b"i" * 32), identity.public(secret), mine)
    raw(team.address, f"INSERT INTO key_copy (holder, copy, tag) VALUES ('{mine}', '{forged}', '{tag}')")
    raw(team.address, f"UPDATE keyholder SET admitted = '2025-03-05' WHERE rid = '{mine}'")
    assert [one.rid for one in team.store.keyroom.holders() if not one.genuine] == [mine]
    assert next(row[3] for row in keys.listed(team.store, "zh") if row[0] == "马六").startswith("可疑")
    assert [one.rid for one in keys.change(team.store, team.boss)] == [mine]
    list(keys.rewrap(team.store, team.boss))
    team.at(secret)
    with pytest.raises(KeysError):
        team.again()


def test_the_key_is_not_changed_without_a_way_back(team: Team) -> None:
    team.at(identity.new())
    with pytest.raises(UsageError) as caught:
        team.again(Cipher(FIRST)).keyroom.renew(team.boss)
    assert caught.value.key == "crypto.join_first"
    team.at(BOSS)
    recovery = next(one for one in team.store.keyroom.holders() if one.recovery)
    team.store.keyroom.refuse(recovery, team.boss)
    with pytest.raises(UsageError) as caught:
        keys.change(team.store, team.boss)
    assert caught.value.key == "crypto.recovery_first"
    (boss,) = team.store.keyroom.holders()
    with pytest.raises(UsageError) as caught:
        keys.machines(team.store, team.boss.actor)
    assert caught.value.key == "crypto.not_yourself" and boss.admitted


@pytest.mark.parametrize("statement", [
    "SELECT xlcrm.admit_key({version}, 1, '{other}', 'x', 'x')", "SELECT xlcrm.hold_key({version}, '{other}', 'x')",
    "SELECT xlcrm.change_key({version}, 2, 'x', 'x', ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[], true)",
    "SELECT xlcrm.keys_to_fold({version}, 99, 9)", "SELECT xlcrm.fold_keys({version}, 1, 0, ARRAY[7], ARRAY[8], ARRAY[1])",
    "SELECT xlcrm.settle_folding({version})", "SELECT xlcrm.unfolded_phone_tail({version}, '1.', ARRAY[]::text[], 9)",
    "SELECT xlcrm.fold_submission({version}, ARRAY['x'], ARRAY['w'], ARRAY['t'])",
    "SELECT xlcrm.shut_out({version}, ARRAY['{other}'])", "SELECT xlcrm.settle_key({version}, '')",
    "SELECT xlcrm.rewrap({version}, ARRAY['{customer}'], ARRAY['x'], ARRAY['y'])", "DELETE FROM key_copy", "UPDATE keyholder SET public = 'x'",
    "SELECT xlcrm.erase({version}, '1', '{customer}', '{me}', '', 'x')",
])  # fmt: skip
def test_a_colleague_with_another_client_gets_at_no_key(
    cluster: Cluster, url: str, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    team = Team(url, monkeypatch)
    (customer,) = put(team.store, team.boss)
    person = team.store.add_person(Person("", "keyclerk", "文员", roles=frozenset(MATRIX) - {"admin"}), team.boss)
    cluster.run("ALTER ROLE keyclerk PASSWORD 'geheim'")
    database = url.partition("?")[0].rpartition("/")[2]
    before = team.store.keyroom.holders()
    said = statement.format(version=LATEST, other=before[0].rid, customer=customer, me=person.rid)
    with (
        psycopg.connect(cluster.url(database, "keyclerk", "geheim"), autocommit=True, options="-c search_path=xlcrm") as client,
        pytest.raises(psycopg.Error) as refused,
    ):
        client.execute(said)
    assert refused.value.sqlstate in ("42501", "XL011", "XL012"), "no right to the table, to erase, to keys"
    assert team.store.keyroom.holders() == before and phones(team.store, [customer]) == {PHONE}
    theirs = team.keep(opening.open(cluster.url(database, "keyclerk", "geheim"), NoKeys()))
    mine = theirs.keyroom.publish(person.rid, identity.new(), "笔记本", team.as_(person))
    monkeypatch.setattr("xlcrm.store.permit.refusals", lambda *_: {})  # a client that does not ask itself first
    with pytest.raises(UsageError, match="manages keys"):  # nor may a question be asked in another's name
        theirs.keyroom.publish(team.boss.actor.rid, identity.new(), "笔记本", replace(team.boss, actor=person))
    assert [one.rid for one in team.store.keyroom.holders()] == [*(one.rid for one in before), mine.rid]
    team.close()


def test_two_cannot_change_the_key_at_once(team: Team) -> None:
    other = team.again()
    keys.change(team.store, team.boss)
    with pytest.raises(UsageError) as caught:
        other.keyroom.renew(team.boss)
    assert caught.value.key == "crypto.changed_meanwhile"
    list(keys.rewrap(team.store, team.boss))
    assert team.store.keyroom.standing() == keyroom.Standing(2, False, False, False)


def test_who_does_not_manage_keys_admits_nobody_else(team: Team, address: str) -> None:
    _, person = joined(team, "李芳")
    _, friend = joined(team, "王五")
    for call in (
        lambda: keys.admit(team.store, team.as_(person), keys.waiting(team.store, friend)),
        lambda: keys.change(team.store, team.as_(person)),
        lambda: list(keys.rewrap(team.store, team.as_(person))),
    ):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.key == "rights.no_keys"
    if not address.startswith("postgresql:"):  # there the login decides: test_store_rights.py
        with pytest.raises(UsageError) as caught:
            team.store.keyroom.admit(keys.waiting(team.store, friend), team.as_(person))
        assert caught.value.key == "rights.no_keys" and not keys.waiting(team.store, friend).admitted

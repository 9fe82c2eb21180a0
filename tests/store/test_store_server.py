"""A team's store that cannot be opened or written: one sentence with a hint each, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import psycopg
import pytest

from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.crypto.cipher import Cipher, DataKey, Keys
from xlcrm.errors import KeysError, StoreError, UsageError, XlcrmError
from xlcrm.match import block
from xlcrm.match.normalise import normalise
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation, Result
from xlcrm.store import migrations
from xlcrm.store.postgres import opening, server
from xlcrm.store.postgres.store import PostgresStore


def customer(name: str = "甲公司") -> Change:
    rid = new_rid()
    return Change("customer", rid, rid, {"name": name, "phone": "+8613912345678"}, token=f"{rid}:1")


def put(store: PostgresStore, *changes: Change) -> list[Result]:
    return [outcome.result for outcome in store.apply(Operation("submit", list(changes), workbook="w"), context()).outcomes]


def refused(key: str, work: Callable[[], object]) -> XlcrmError:
    with pytest.raises(XlcrmError) as caught:
        work()
    assert caught.value.key == key, caught.value
    for language in ("zh", "en"):
        assert caught.value.sentence(language) and caught.value.hint(language)
        assert "geheim" not in caught.value.sentence(language) + caught.value.hint(language), "no password in a message"
    return caught.value


def opened(url: str, key: str, cipher: Cipher | None = CIPHER) -> XlcrmError:
    return refused(key, lambda: opening.open(url, cipher).close())


@pytest.fixture
def person(cluster: Cluster, url: str) -> str:
    """The address of the store for a colleague with a password."""
    database = url.partition("?")[0].rpartition("/")[2]
    with_admin = opening.open(url, CIPHER)
    with_admin.add_person(Person("", "wang", "王五", roles=frozenset({"entry"})), context())
    with_admin.close()
    cluster.run("ALTER ROLE wang PASSWORD 'geheim'")
    return cluster.url(database, "wang", "geheim")


def test_every_reason_has_its_sentence(cluster: Cluster, url: str, person: str) -> None:
    opened(person.replace("geheim", "geheim2"), "login.password")
    opened(person.replace(":geheim", ""), "login.password_needed")
    opened(url.replace("xlcrm_test@", "nobody:geheim@"), "login.password")
    opened(cluster.url("nothing_here"), "store.no_database")
    opened(cluster.url(cluster.database()), "store.not_initialised")
    opened("postgresql://wang:geheim@no-such-host.invalid/crm", "store.unknown_host")
    opened("postgresql://wang:geheim@127.0.0.1:1/crm", "store.away")
    opened(f"postgresql://wang:geheim@/crm?host={cluster.folder}/nowhere", "store.away")
    opened("postgresql://wang:geheim@/crm?nonsense=1", "store.bad_address")
    opened(url, "crypto.wrong_key", Cipher(Keys(b"x" * 32, b"i" * 32)))


def test_a_login_that_is_no_member_is_told_whom_to_ask(cluster: Cluster, url: str) -> None:
    cluster.run("DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN PASSWORD 'geheim'")
    database = url.partition("?")[0].rpartition("/")[2]
    error = opened(cluster.url(database, "stranger", "geheim"), "store.not_member")
    assert "stranger" in error.hint("en")


def test_the_team_opens_with_its_passphrase(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLCRM_KEY", raising=False)
    monkeypatch.setenv("XLCRM_PASSPHRASE", "春江花月夜")
    url = cluster.url(cluster.database())
    made, change = opening.create(url, "管理员", ["admin"], context().clock()), customer()
    put(made, change)
    assert [person.account for person in made.people()] == [made.account]
    made.close()
    monkeypatch.delenv("XLCRM_PASSPHRASE")
    opened(url, "crypto.passphrase_needed", None)
    refused("crypto.wrong_passphrase", lambda: opening.open(url, ask=lambda: "错"))
    again = opening.open(url, ask=lambda: "春江花月夜")
    assert again.records([change.rid])[change.rid].values["phone"] == "+8613912345678"
    again.close()


def test_making_a_store_needs_a_key_and_leaves_nothing_half_made(cluster: Cluster, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XLCRM_KEY", "XLCRM_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    empty = cluster.database()
    error = refused("crypto.team_passphrase", lambda: opening.create(cluster.url(empty), "x", ["admin"], context().clock()))
    assert isinstance(error, KeysError)
    assert cluster.run("SELECT to_regnamespace('xlcrm')::text", database=empty) == [(None,)]
    refused("store.exists", lambda: opening.create(url, "x", ["admin"], context().clock(), CIPHER))
    cluster.run("CREATE SCHEMA xlcrm", database=empty)
    refused("store.not_ours", lambda: opening.create(cluster.url(empty), "x", ["admin"], context().clock(), CIPHER))


def test_a_login_without_the_right_to_make_one_is_told(cluster: Cluster) -> None:
    cluster.run("DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN PASSWORD 'geheim'")
    url = cluster.url(cluster.database(), "stranger", "geheim")
    refused("store.denied", lambda: opening.create(url, "x", ["admin"], context().clock(), CIPHER))


def test_a_database_administrator_who_is_no_superuser_makes_a_store(cluster: Cluster) -> None:
    """On a cluster that no store has been made in yet: the roles are made, too."""
    cluster.run("DROP ROLE IF EXISTS boss", "CREATE ROLE boss LOGIN CREATEROLE PASSWORD 'geheim'")
    name = cluster.database()
    cluster.run(f"ALTER DATABASE {name} OWNER TO boss")
    store = opening.create(cluster.url(name, "boss", "geheim"), "王总", ["admin", "steward"], context().clock(), CIPHER)
    boss = store.people()[0]
    assert boss.account == "boss"
    assert store.apply(Operation("submit", [customer()], workbook="w"), context(boss)).outcomes[0].created_by == boss.rid
    assert not store.verify().faults
    store.close()


def test_a_newer_store_is_refused_and_nothing_breaks(cluster: Cluster, url: str) -> None:
    """An older xlcrm on a newer store: on opening, and where it had opened it before."""
    before, change = opening.open(url, CIPHER), customer()
    database = url.partition("?")[0].rpartition("/")[2]
    cluster.run("INSERT INTO xlcrm.migration (version, name) VALUES (99, 'future')", database=database)
    assert opened(url, "store.newer").values["found"] == 99
    refused("store.newer", lambda: opening.migrate(url))
    refused("store.newer", lambda: put(before, change))
    refused("store.newer", lambda: before.numbers("CX{n}", 1, "2025-03-05"))
    assert not before.verify().faults and not before.records([change.rid])
    cluster.run("DELETE FROM xlcrm.migration WHERE version = 99", "ALTER TABLE xlcrm.customer ADD COLUMN mood text", database=database)
    opened(url, "store.newer")
    before.close()


def _make_version_1(cluster: Cluster, url: str) -> Change:
    """A store as version 1 would have been: without what came with version 2."""
    store, change = opening.open(url, CIPHER), customer("重庆海河")
    put(store, change)
    store.close()
    cluster.run(
        "DROP SCHEMA xlcrm_seen CASCADE", "DROP TABLE xlcrm.pinyin", 'ALTER TABLE xlcrm.submission DROP COLUMN "table"', "DELETE FROM xlcrm.migration WHERE version > 1",
        "DELETE FROM xlcrm.meta WHERE name = 'keys'", "DELETE FROM xlcrm.blocking_key",
        database=url.partition("?")[0].rpartition("/")[2],
    )  # fmt: skip
    return change


def test_an_older_store_waits_for_its_administrator(cluster: Cluster, url: str, person: str) -> None:
    change = _make_version_1(cluster, url)
    opened(url, "store.older")
    refused("store.denied", lambda: opening.migrate(person))
    refused("crypto.wrong_key", lambda: opening.migrate(url, Cipher(Keys(b"x" * 32, b"i" * 32))))
    opened(url, "store.older")
    assert opening.migrate(url, CIPHER) == (1, migrations.LATEST)
    store = opening.open(url, CIPHER)
    assert [record.rid for record in store.search("cqhh")] == [change.rid]
    assert put(store, change) == [Result.UNCHANGED]
    store.close()
    assert opening.migrate(url) == (migrations.LATEST, migrations.LATEST), "the keys are needed only where customers' keys are made anew"
    store = opening.open(person, CIPHER)
    assert len(store.search("cqhh")) == 1, "members may do what they could before"
    store.close()


def test_a_failing_migration_changes_nothing(cluster: Cluster, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _make_version_1(cluster, url)

    def broken(connection: object) -> None:
        migrations._complete(connection)  # type: ignore[arg-type]
        raise StoreError("store.full", path="x")

    monkeypatch.setitem(migrations.STEPS, 2, ("broken", broken))
    refused("store.full", lambda: opening.migrate(url))
    database = url.partition("?")[0].rpartition("/")[2]
    assert cluster.run("SELECT to_regclass('xlcrm.pinyin')::text, max(version) FROM xlcrm.migration", database=database) == [(None, 1)]
    monkeypatch.undo()
    assert opening.migrate(url, CIPHER) == (1, migrations.LATEST)


def test_keys_of_another_definition_are_made_anew_by_migrating(cluster: Cluster, url: str) -> None:
    store, merged = opening.open(url, CIPHER), customer("重庆海河电子有限公司")
    merged.values["phone"] = "+8613912348765"
    put(store, merged)
    put(store, Change("customer", merged.rid, merged.rid, {"remark": "合并"}, 1, {"remark": None}, kept=(Kept("phone", "+861062345678", "乙"),)))
    database = url.partition("?")[0].rpartition("/")[2]
    old = "DELETE FROM xlcrm.blocking_key", "INSERT INTO xlcrm.blocking_key SELECT 7, id FROM xlcrm.face"
    cluster.run("UPDATE xlcrm.meta SET value = '1' WHERE name = 'keys'", *old, database=database)
    opened(url, "store.older")
    opening.migrate(url, CIPHER)
    columns = {"name": ["海河电子", None, None], "phone": [None, "+8613912348765", "+861062345678"]}
    found = store.candidates(block.keys(normalise(columns)))
    assert found.pairs == [(place, merged.rid) for place in range(3)]
    assert found.total == 4 and max(found.counts.values()) > 1
    store.close()
    assert cluster.run("SELECT count(*) FROM xlcrm.blocking_key WHERE key = 7", database=database) == [(0,)]
    again = opening.open(url, CIPHER)
    later = customer("上海远山物流有限公司")
    later.keys, later.looks = ("n:远山",), ("远山",)
    put(again, later)
    assert again.candidates([["n:远山"]]).pairs == [(0, later.rid)]
    assert {rid: len(looks) for rid, looks in again.looks([later.rid, merged.rid]).items()} == {merged.rid: 2, later.rid: 1}
    assert not again.verify().faults
    again.close()


def test_a_store_of_before_faces_and_rights_is_migrated(cluster: Cluster, url: str, person: str) -> None:
    """Step 3: keys as texts that name their customer, and every member reads every table."""
    store, first = opening.open(url, CIPHER), customer("重庆海河电子有限公司")
    put(store, first)
    store.close()
    database = url.partition("?")[0].rpartition("/")[2]
    cluster.run(
        "DROP SCHEMA xlcrm_seen CASCADE", "SET search_path = xlcrm", "DROP TABLE face, blocking_key, access, keyholder, key_copy",
        "CREATE TABLE blocking_key (key text, rid text, customer text, PRIMARY KEY (key, rid))", f"INSERT INTO blocking_key VALUES ('z', '{first.rid}', '')",
        "ALTER TABLE blocking_key OWNER TO xlcrm_owner", "ALTER TABLE person DROP COLUMN deputy_until, DROP COLUMN disabled",
        "DELETE FROM migration WHERE version > 3", "UPDATE meta SET value = '2' WHERE name = 'keys'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA xlcrm TO xlcrm_member",
        database=database,
    )  # fmt: skip
    opened(url, "store.older")
    assert opening.migrate(url, CIPHER) == (3, migrations.LATEST)
    store = opening.open(url, CIPHER)
    later = customer("上海远山物流有限公司")
    later.keys, later.looks = ("n:远山",), ("远山",)
    put(store, later)
    wanted = [*block.keys(normalise({"name": ["海河电子"]})), ("n:远山",)]
    assert store.candidates(wanted).pairs == [(0, first.rid), (1, later.rid)]
    assert store.looks([first.rid, later.rid]).keys() == {first.rid, later.rid} and not store.verify().faults
    store.close()
    with psycopg.connect(person) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("SELECT FROM xlcrm.face")


def test_a_new_field_of_the_declaration_is_added_by_migrating(cluster: Cluster, url: str) -> None:
    database = url.partition("?")[0].rpartition("/")[2]
    cluster.run("ALTER TABLE xlcrm.customer DROP COLUMN remark CASCADE", database=database)
    opened(url, "store.older")
    opening.migrate(url)
    store, change = opening.open(url, CIPHER), customer()
    change.values["remark"] = "新"
    put(store, change)
    assert store.records([change.rid])[change.rid].values["remark"] == "新"
    store.close()


class Cutting(Cipher):
    """Keys that cut every connection to the server while they are used: in the midst of an operation."""

    cut: Callable[[], object]

    def new_data_keys(self, ids: Sequence[str]) -> list[tuple[DataKey, str]]:
        self.cut()
        return super().new_data_keys(ids)


def test_a_connection_cut_in_the_midst_loses_nothing(cluster: Cluster, url: str) -> None:
    cutting, change = Cutting(Keys(b"w" * 32, b"i" * 32)), customer()
    cutting.cut = lambda: cluster.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname LIKE 'crm%'")
    store = opening.open(url, cutting)
    refused("store.broken_off", lambda: put(store, change))
    cutting.cut = lambda: None
    assert not store.records([change.rid])
    assert put(store, change) == [Result.STORED]
    assert put(store, change) == [Result.UNCHANGED] and not store.verify().faults
    store.close()


def test_a_server_that_goes_away_and_comes_back(cluster: Cluster, url: str) -> None:
    store, first, second = opening.open(url, CIPHER), customer(), customer("乙公司")
    put(store, first)
    cluster.stop()
    try:
        refused("store.broken_off", lambda: put(store, second))
        refused("store.away", lambda: put(store, second))
        opened(url, "store.away")
    finally:
        cluster.start()
    assert put(store, first, second) == [Result.UNCHANGED, Result.STORED]
    assert not store.verify().faults
    store.close()


def test_without_its_driver_a_teams_store_says_what_to_install(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    assert isinstance(refused("store.no_driver", lambda: opening.open(url, CIPHER)), UsageError)


@pytest.mark.parametrize(("url", "shown"), [
    ("postgresql://wang:geheim@host:5433/crm?sslmode=require", "postgresql://wang@host:5433/crm?sslmode=require"),
    ("postgresql://wang:ge@heim@host/crm", "postgresql://wang@host/crm"),
    ("postgresql://host/crm", "postgresql://host/crm"),
    ("postgresql://host/crm?password=geheim&user=wang", "postgresql://host/crm?user=wang"),
])  # fmt: skip
def test_passwords_are_not_shown(url: str, shown: str) -> None:
    assert server.shown(url) == shown

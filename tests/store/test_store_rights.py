"""What a colleague with another client can and cannot do to a team's store."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from tests.store.cluster import ADMIN, Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.errors import StoreError
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres import opening
from xlcrm.store.schema import LOGGED, metadata, quoted


def customer(name: str) -> Change:
    rid = new_rid()
    return Change("customer", rid, rid, {"name": name, "phone": "+8613912345678"}, keys=(f"n:{name}",), token=f"{rid}:1")


@pytest.fixture
def database(url: str) -> str:
    """The name of a database with a store that holds entries 2-5 (four customers) and 6 (one change)."""
    store = opening.open(url, CIPHER)
    made = [customer(f"公司{place}") for place in range(4)]
    store.apply(Operation("submit", list(made), workbook="w"), context())
    store.apply(Operation("submit", [Change("customer", made[0].rid, made[0].rid, {"grade": "A"}, 1)], workbook="w"), context())
    store.close()
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def wang(cluster: Cluster, database: str, url: str) -> Person:
    """A colleague with a login of the database's own."""
    store = opening.open(url, CIPHER)
    person = store.add_person(Person("", "wang", "王五", roles=frozenset({"entry"})), context())
    store.close()
    cluster.run("ALTER ROLE wang PASSWORD 'geheim'")
    return person


@pytest.fixture
def raw(cluster: Cluster, database: str, wang: Person) -> psycopg.Connection:
    """The colleague's connection with another client."""
    return psycopg.connect(cluster.url(database, "wang", "geheim"), autocommit=True, options="-c search_path=xlcrm")


@pytest.mark.parametrize("statement", ["INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {} = NULL", "DROP TABLE {}"])
def test_no_table_can_be_written_by_other_means(raw: psycopg.Connection, statement: str) -> None:
    for table in metadata.sorted_tables:
        column = quoted(next(iter(table.columns)).name)
        with pytest.raises(errors.InsufficientPrivilege):
            raw.execute(statement.format(quoted(table.name), column))


@pytest.mark.parametrize("statement", [
    "CREATE TABLE xlcrm.mine (a text)", "ALTER FUNCTION xlcrm.refuse() RENAME TO other", "SET ROLE xlcrm_owner",
    "SET session_replication_role = replica", "ALTER TABLE entry DISABLE TRIGGER ALL", "CREATE OR REPLACE FUNCTION xlcrm.refuse() "
    "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "SELECT setval('kept_value_id_seq', 1)",
])  # fmt: skip
def test_the_guards_cannot_be_changed(raw: psycopg.Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        raw.execute(statement)


def test_a_colleague_submits_and_reads_through_xlcrm(cluster: Cluster, database: str, url: str, wang: Person) -> None:
    store = opening.open(cluster.url(database, "wang", "geheim"), CIPHER)
    change = customer("新公司")
    change.number = store.numbers("CX{yyyy}{mm}{n:04}", 1, "2025-03-05")[0]
    receipt = store.apply(Operation("submit", [change], workbook="w"), context(wang))
    assert receipt.outcomes[0].created_by == wang.rid
    assert [found.rid for found in store.search("新公司")] == [change.rid] and store.search("xgs")
    assert store.candidates([["n:新公司"]]).pairs == [(0, change.rid)]
    assert store.status().people == 2
    said = cluster.run("SELECT \"session_user\", roles FROM xlcrm.operation ORDER BY seq DESC LIMIT 1", database=database)
    assert said == [("wang", "entry")]
    store.close()
    assert faults(url) == []


def test_nobody_writes_in_anothers_name(cluster: Cluster, database: str, wang: Person) -> None:
    store = opening.open(cluster.url(database, "wang", "geheim"), CIPHER)
    for other in (store.people()[0], Person("9" * 32, "wang", "王五")):
        with pytest.raises(StoreError) as caught:
            store.apply(Operation("submit", [customer("新公司")], workbook="w"), context(other))
        assert caught.value.key == "store.not_member"
    store.close()


def test_a_colleague_who_may_not_adds_nobody(cluster: Cluster, database: str, wang: Person) -> None:
    store = opening.open(cluster.url(database, "wang", "geheim"), CIPHER)
    with pytest.raises(StoreError) as caught:
        store.add_person(Person("", "zhao", "赵六"), context(wang))
    assert caught.value.key == "store.denied"
    assert [person.account for person in store.people()] == [ADMIN, "wang"]
    store.close()


CALL = "SELECT xlcrm.apply(%s, %s, 'submit', %s, '', '', '', NULL, 'w', NULL)"


def start(raw: psycopg.Connection) -> None:
    raw.execute("BEGIN")
    raw.execute("SELECT xlcrm.start(%s, false)", (LATEST,))


def entry(operation: str, **other: object) -> tuple[object, ...]:
    said = {
        "seq": 1, "operation": operation, "table": "customer", "rid": "f" * 32, "from": 0, "to": 1, "place": "", "before": "",
        "after": '{"name":"假","life":"live"}', "reason": "", "salt": "s", "payload": "p" * 64, "hash": "h" * 64,
    }  # fmt: skip
    return tuple((said | other).values())


@pytest.mark.parametrize("other", [
    {}, {"table": "counter"}, {"table": "meta"}, {"seq": 7}, {"salt": ""}, {"to": 5}, {"from": 3, "to": 4},
])  # fmt: skip
def test_entries_that_were_made_up_are_refused(raw: psycopg.Connection, wang: Person, other: dict[str, object]) -> None:
    """The digests are worked out again by the database."""
    start(raw)
    with raw.cursor() as cursor, cursor.copy("COPY pg_temp.staged_entry FROM STDIN") as copy:
        copy.write_row(entry("x", **other))
    with pytest.raises(psycopg.Error) as caught:
        raw.execute(CALL, (LATEST, "x", wang.rid))
    assert caught.value.sqlstate == "XL004"


def test_a_view_in_place_of_the_staging_table_gets_no_rights(
    cluster: Cluster, database: str, raw: psycopg.Connection, wang: Person
) -> None:
    """It would be read with the rights of the store's owner, and so could call anything."""
    raw.execute("CREATE FUNCTION pg_temp.evil() RETURNS text LANGUAGE plpgsql AS $$BEGIN DELETE FROM xlcrm.submission; RETURN ''; END$$")
    columns = ", ".join(f"'' AS {quoted(column.name)}" for column in metadata.tables["entry"].columns if column.name != "rid")
    raw.execute(f"CREATE TEMPORARY VIEW staged_entry AS SELECT pg_temp.evil() AS rid, {columns}")
    raw.execute("CREATE TEMPORARY TABLE staged (what text, item text, rid text, owner text)")
    before = cluster.run("SELECT count(*) FROM xlcrm.submission", database=database)
    with pytest.raises(psycopg.Error) as caught:
        raw.execute(CALL, (LATEST, "x", wang.rid))
    assert caught.value.sqlstate == "XL004"
    assert cluster.run("SELECT count(*) FROM xlcrm.submission", database=database) == before


def test_names_in_front_of_the_search_path_change_nothing(cluster: Cluster, database: str, wang: Person) -> None:
    """A table of the client's own with the name of ours is not the one that the functions read."""
    url = cluster.url(database, "wang", "geheim")
    store = opening.open(url, CIPHER)
    with store._writing() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE person (rid text, account text, roles text, life text)")
        connection.exec_driver_sql("INSERT INTO pg_temp.person VALUES ('admin', 'wang', 'admin', 'live')")
        with pytest.raises(Exception, match="wang"):
            connection.exec_driver_sql("SELECT * FROM xlcrm.start(%s, false)", (LATEST,))
            connection.exec_driver_sql(CALL, (LATEST, "x", "admin"))
    store.close()


@pytest.mark.parametrize("statement", [
    "DELETE FROM entry", "UPDATE entry SET after = 'x'", "UPDATE entry SET seq = seq + 100", "DELETE FROM operation", "TRUNCATE entry",
    "UPDATE operation SET actor = 'x'", "DELETE FROM customer", "TRUNCATE customer CASCADE",
    "UPDATE entry SET before='', after='', salt='', reason='', place='x'",
])  # fmt: skip
def test_the_log_and_the_records_refuse_their_owner_too(cluster: Cluster, database: str, url: str, statement: str) -> None:
    with pytest.raises(psycopg.Error, match="append-only"):
        cluster.run("SET search_path = xlcrm; SET ROLE xlcrm_owner; " + statement, database=database)
    assert faults(url) == []


def faults(url: str) -> list[tuple[str, object]]:
    store = opening.open(url, CIPHER)
    found = [(key.removeprefix("store."), values.get("entry", values.get("operation"))) for key, values in store.verify().faults]
    store.close()
    return found


@pytest.mark.parametrize(("statement", "found"), [
    ("UPDATE entry SET after = replace(after, '公司1', '公司9') WHERE seq = 3", ("entry_edited", 3)),
    ("DELETE FROM entry WHERE seq = 3", ("entry_removed", 3)),
    ("UPDATE entry SET seq = CASE seq WHEN 3 THEN 1004 ELSE 1003 END WHERE seq IN (3, 4); UPDATE entry SET seq = seq - 1000 WHERE seq > 1000",
     ("entry_reordered", 3)),
    ("INSERT INTO entry SELECT 99, 'none', \"table\", rid, version_from, version_to, place, before, after, reason, salt, payload, hash "
     "FROM entry WHERE seq = 3", ("entry_inserted", 99)),
    ("UPDATE operation SET session_user = 'x' WHERE seq = 2".replace("session_user", '"session_user"'), ("operation_edited", 2)),
    ("UPDATE operation SET at = '2025-01-01 00:00:00' WHERE seq = 3", ("operation_edited", 3)),
    ("DELETE FROM entry WHERE seq = 6; DELETE FROM operation WHERE seq = 3", ("operation_removed", 3)),
    ("UPDATE customer SET grade = 'B' WHERE name = '公司0'", ("record_differs", None)),
    ("UPDATE customer SET grade = 'B' WHERE name = '公司1'", ("record_differs", None)),
    ("DELETE FROM customer WHERE name = '公司1'", ("record_differs", None)),
    ("INSERT INTO customer (rid, name, life, version) VALUES ('x', '假公司', 'live', 1)", ("record_differs", None)),
])  # fmt: skip
def test_verifying_names_what_the_servers_master_did(cluster: Cluster, database: str, url: str, statement: str, found: tuple[str, object]) -> None:
    """Whoever owns the whole server can switch every guard off, but not unnoticed."""
    cluster.run("SET search_path = xlcrm; SET session_replication_role = replica; " + statement, database=database)
    assert faults(url)[0] == found


def test_a_redacted_entry_leaves_the_chain_intact(cluster: Cluster, database: str, url: str) -> None:
    redact = "UPDATE xlcrm.entry SET before = '', after = '', reason = '', salt = '' WHERE seq = 3"
    cluster.run("SET session_replication_role = replica; " + redact, database=database)
    assert faults(url) == []


def test_sql_in_every_text_is_only_text(url: str) -> None:
    said = "'); DROP TABLE xlcrm.customer; --$$\\ \"%s%(a)s{}\t"
    store, change = opening.open(url, CIPHER), customer(said)
    change.values.update({field.key: said for field in LOGGED["customer"].data})
    change.token = change.place = change.reason = change.origin = said
    assert store.apply(Operation("submit", [change], workbook=said, source=said, reason=said), context()).outcomes[0].result is Result.STORED
    record = store.records([change.rid])[change.rid]
    assert {record.values[field.key] for field in LOGGED["customer"].data} == {said}
    assert len(store.search(said)) == 1 and store.find([said]) == {said: change.rid} and not store.verify().faults
    assert store.numbers("CX'{n}", 1, "2025-03-05") == ["CX'1"]
    store.close()

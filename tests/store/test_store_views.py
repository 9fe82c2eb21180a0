"""What hangs on the matrix: all that a customer is found by and all that is told about it, through xlcrm and with another client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.store.byhand import Client
from tests.store.cluster import ADMIN, Cluster
from tests.store.conftest import CIPHER, context
from tests.store.firm import RELATIONS, VALUES, Firm, allowed
from xlcrm.crypto.cipher import SHORT
from xlcrm.errors import UsageError
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Values
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.masking import MASK, masked
from xlcrm.rules.rights import FIELDS, MATRIX, Action, Group, group_of
from xlcrm.store.migrations import LATEST
from xlcrm.store.schema import metadata, quoted


def stored_key(key: str) -> int:
    """A blocking key as it stands in the store."""
    return ord(key[0]) << SHORT | CIPHER.short_digest(key, 0)


@pytest.fixture(params=list(MATRIX))
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(served: Firm, role: str) -> Iterator[Client]:
    with psycopg.connect(served.login(role), options="-c search_path=xlcrm_seen,xlcrm") as raw:
        yield Client(raw, served.people[role].rid)


def everywhere(role: str, action: Action) -> bool:
    return allowed(role, action, "other")


def compares(role: str, relation: str) -> bool:
    return all(allowed(role, Action.READ, relation, group) for group in FIELDS)


def test_reading_through_the_store(firm: Firm, role: str) -> None:
    with firm.as_(role) as (store, _):
        scanned = {one.rid: one for one in store.scan("customer")}
        for relation in RELATIONS:
            one = firm.of(role, relation)
            assert bool(store.candidates([[f"n:{one.values['name']}"]]).pairs) == compares(role, relation)
            assert store.looks([one.rid]) == ({one.rid: [one.number]} if compares(role, relation) else {})
            if not allowed(role, Action.READ, relation, Group.NAME):
                assert one.rid not in scanned and store.children("contact", [one.rid]) == {one.rid: []}
                assert not store.search(str(one.values["name"])) and not store.search(str(one.values["phone"])[-11:])
                assert not any(value for key, value in _one(store.records([one.rid])).items() if key != "owner")
                found = store.candidates([[f"n:{one.values['name']}", "n:nobody's"]])
                assert not found.pairs and len(set(found.counts.values())) == 1, "nothing tells that there is one"
                continue
            for declared in CUSTOMER.data:
                value, group = one.values[declared.key], group_of(CUSTOMER, declared)
                mask = MASK if firm.cluster and declared.sensitive else masked(value or "", declared.kind)
                assert value is None or group is Group.OWNER or scanned[one.rid].values[declared.key] == (
                    value if allowed(role, Action.READ, relation, group)
                    else mask if allowed(role, Action.MASKED, relation, group)
                    else None
                ), (relation, declared.key)  # fmt: skip
            (contact,) = store.children("contact", [one.rid])[one.rid]
            assert (contact.values["name"] == "赵小刚") == allowed(role, Action.READ, relation, Group.CONTACT)
            assert {value.field for value in store.kept([one.rid]).get(one.rid, [])} == {
                key for key in ("phone", "need") if allowed(role, Action.READ, relation, group_of(CUSTOMER, CUSTOMER[key]))
            }


def _one(found: dict[str, Record]) -> dict[str, str | None]:
    return next(iter(found.values())).values if found else {}


def test_the_log_through_the_store(firm: Firm, role: str) -> None:
    with firm.as_(role) as (store, by):
        for relation in RELATIONS:
            one = firm.of(role, relation)
            if allowed(role, Action.LOG, relation):
                said = store.history(one.rid)[0].after
                for key, value in VALUES.items():
                    group = group_of(CUSTOMER, CUSTOMER[key])
                    assert (said.get(key) == value) == allowed(role, Action.READ, relation, group), (relation, key)
            if not allowed(role, Action.READ, relation, Group.SENSITIVE) and allowed(role, Action.REVEAL, relation, Group.SENSITIVE):
                store.reveal(one.rid, "email", "回访", by)
                shown = [entry for entry in firm.whole.history(one.rid) if entry.kind == "reveal" and entry.actor == by.actor.rid]
                assert [(entry.after["field"], entry.reason) for entry in shown] == [("email", "回访")]
        if everywhere(role, Action.LOG):
            assert not store.verify().faults
        else:
            with pytest.raises(UsageError):
                store.verify()


def test_the_owner_learns_who_looked(firm: Firm) -> None:
    one = firm.of("entry", "own", 1)
    with firm.as_("reviewer") as (store, by):
        store.reveal(one.rid, "email", "抽查", by)
    with firm.as_("entry") as (store, _):
        shown = [entry for entry in store.history(one.rid) if entry.kind == "reveal"]
    assert [(entry.actor, entry.after["field"], entry.reason) for entry in shown] == [(firm.people["reviewer"].rid, "email", "抽查")]


def test_reading_with_another_client(served: Firm, role: str, client: Client) -> None:
    """Whole tables, asked for with everything they have: what comes is what the role may see."""
    ours = {rid for rids in served.customers.values() for rid in rids}
    known = {rid: served.now(rid) for rid in ours}

    def where(may: Callable[[str], bool]) -> set[str]:
        return {rid for rid, one in known.items() if may(served.relation(role, one))}

    named = where(lambda relation: allowed(role, Action.READ, relation, Group.NAME))
    secret = where(lambda relation: allowed(role, Action.READ, relation, Group.SENSITIVE))
    compared = where(lambda relation: compares(role, relation))
    assert {rid for (rid,) in client.rows("SELECT rid FROM customer")} == named
    contacts = {row[0]: row[1:] for row in client.rows("SELECT customer, name, title, phone FROM contact")}
    assert contacts.keys() == named
    for rid, (name, _, phone) in contacts.items():
        assert (name == "赵小刚") == allowed(role, Action.READ, served.relation(role, known[rid]), Group.CONTACT)
        assert (phone or "").startswith("v1:") == (rid in secret)
    tables = {
        "data_key": ("customer", ours if everywhere(role, Action.KEYS) else secret), "face": ("rid", compared),
        "pinyin": ("rid", named), "number": ("rid", named),
    }  # fmt: skip
    for table, (column, visible) in tables.items():
        assert {row[0] for row in client.rows(f"SELECT {column} FROM {table}")} & ours == visible, table
    assert {row[0] for row in client.rows("SELECT rid FROM kept_value UNION SELECT customer FROM phone_tail")} <= named
    assert {row[0] for row in client.rows("SELECT f.rid FROM blocking_key b JOIN face f ON f.id = b.face")} == compared
    assert client.rows("SELECT count(DISTINCT face) FROM blocking_key") == client.rows("SELECT count(*) FROM face")
    assert bool(client.rows("SELECT FROM counter")) <= everywhere(role, Action.LOG)
    assert all(by == client.rid for (by,) in client.rows("SELECT created_by FROM access")) or MATRIX[role].get(Action.LOG)


def test_the_log_with_another_client(served: Firm, role: str, client: Client) -> None:
    known = {rid: served.now(rid) for rids in served.customers.values() for rid in rids}
    entries = client.rows("SELECT rid, after, salt FROM entry WHERE \"table\" = 'customer' AND version_to = 1")
    log = {rid for rid, one in known.items() if allowed(role, Action.LOG, served.relation(role, one))}
    assert {rid for rid, _, _ in entries} == log
    for rid, after, salt in entries:
        relation, asked = served.relation(role, known[rid]), {*VALUES, "name", "phone"}
        assert asked & json.loads(after).keys() == {
            key for key in asked if allowed(role, Action.READ, relation, group_of(CUSTOMER, CUSTOMER[key]))
        }, relation  # fmt: skip
        assert bool(salt) == compares(role, relation)


def test_nothing_is_written_or_read_past_the_views(client: Client) -> None:
    denied = "42501"
    for table in metadata.sorted_tables:
        column = quoted(next(iter(table.columns)).name)
        for schema in ("xlcrm", "xlcrm_seen"):
            name = f"{schema}.{quoted(table.name)}"
            for statement in (
                f"INSERT INTO {name} DEFAULT VALUES", f"UPDATE {name} SET {column} = NULL", f"DELETE FROM {name}",
                f"COPY {name} FROM STDIN", f"TRUNCATE {name}", f"DROP {'TABLE' if schema == 'xlcrm' else 'VIEW'} {name}",
            ):  # fmt: skip
                assert client.state(statement) in (denied, "42809", "55000"), statement
        for statement in (f"SELECT FROM xlcrm.{quoted(table.name)}", f"COPY xlcrm.{quoted(table.name)} TO STDOUT", f"LOCK xlcrm.{quoted(table.name)}"):
            assert client.state(statement) == denied, statement
    for statement in (
        "SET ROLE xlcrm_owner", f"SET ROLE {ADMIN}", f"SET SESSION AUTHORIZATION {ADMIN}", "GRANT xlcrm_owner TO CURRENT_USER",
        "CREATE FUNCTION xlcrm.mine() RETURNS void LANGUAGE sql AS ''", "CREATE VIEW xlcrm_seen.mine AS SELECT 1",
        "CREATE OR REPLACE FUNCTION xlcrm.active() RETURNS boolean LANGUAGE sql AS 'SELECT true'", "CREATE TABLE xlcrm.mine (a text)",
        "CREATE OR REPLACE VIEW xlcrm_seen.customer AS SELECT 1", "ALTER VIEW xlcrm_seen.customer SET (security_barrier = false)",
        "SET session_replication_role = replica", "CREATE ROLE other LOGIN", "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT setval('xlcrm.kept_value_id_seq', 1)", "SELECT nextval('xlcrm.kept_value_id_seq')",
    ):  # fmt: skip
        assert client.state(statement) in (denied, "0A000"), statement
    for call in ("check_changes('')", "check_new('')", "note('x', 'ask', '{ask}', '{x}', NULL, '')", "check_keys()"):
        assert client.state(f"SELECT xlcrm.{call}"), call


def test_what_no_role_may_make_up_by_hand(served: Firm, role: str, client: Client) -> None:
    """The outcome is that of the matrix, whatever the client says."""
    for relation in RELATIONS:
        one = served.of(role, relation)
        base = {"table": "customer", "rid": one.rid, "version": one.version}
        assert client.forged(base | {"before": "{}", "after": {"origin": "x"}}) == "XL007"
        (contact,) = served.whole.children("contact", [one.rid])[one.rid]
        moved = {"table": "contact", "rid": contact.rid, "version": contact.version, "before": "{}"}
        may = allowed(role, Action.CHANGE, relation, Group.CONTACT)
        assert client.forged(moved | {"after": {"name": "x"}}) == ("" if may else "XL007"), relation
        for life in ("erased", "x"):
            assert client.forged(base | {"before": '{"life":"live"}', "after": {"life": life}}) == "XL007", (relation, life)
        assert client.forged(base | {"before": "{}", "after": {"number": "CX1"}}) == "XL007", "a number once given stays"
        for what in ("blocking_key", "face", "forget face", "phone_tail", "forget pinyin", "move", "data_key"):
            first = (("forget face", "", one.rid, ""),) if what == "face" else ()
            told = client.forged(staged=(*first, (what, "7", one.rid, one.rid)))
            mine = allowed(role, Action.CHANGE, relation, Group.NAME) and what != "data_key"
            assert told == ("" if mine else "XL007"), (relation, what, told)
        stolen = {"table": "contact", "rid": one.rid, "after": {"customer": None, "life": "live"}}
        assert client.forged(stolen, staged=(("forget face", "", one.rid, ""),)) == "XL007", "another's identity"
    me = served.people[role]
    raised = {"table": "person", "rid": me.rid, "version": 1, "before": "{}", "after": {"roles": "admin,steward"}}
    assert client.forged(raised) == ("" if everywhere(role, Action.PEOPLE) else "XL007")
    hidden = {"table": "access", "rid": new_rid(), "after": {"kind": "ask", "customer": served.of(role, "own").rid, "life": "live"}}
    assert client.forged(hidden) == "XL007", "what was shown is written down by who shows it"


@pytest.mark.parametrize("key", ["x", "", "1.5", "99999999999999999999", "７"])
def test_what_makes_no_sense_is_told_as_that(served: Firm, key: str) -> None:
    with psycopg.connect(served.login("steward")) as raw:
        client, one = Client(raw, served.people["steward"].rid), served.of("steward", "own")
        assert client.forged(staged=(("blocking_key", key, one.rid, ""), ("forget face", "", one.rid, ""), ("face", "", one.rid, ""))) == "XL004"
        for after in ("{", "[]", "x", '{"name":{}', ""):
            made = {"table": "customer", "rid": new_rid(), "after": after}
            assert client.forged(made) in ("XL004", "XL007"), after


def test_nobody_acts_for_another_or_at_another_time(served: Firm, role: str, client: Client) -> None:
    one = {"table": "tag", "rid": new_rid(), "after": {"type": "need", "name": "x", "life": "live"}}
    for other in (*(person.rid for person in served.people.values() if person.rid != client.rid), "f" * 32):
        assert client.forged(one, actor=other) == "XL005"
    assert client.forged(one, since=0) == "XL004", "what is older than the operation is asked about elsewhere"
    with client.attempt() as raw:
        raw.execute("SET timezone = 'America/New_York'; SET search_path = pg_temp; SET ROLE xlcrm_member")
        assert raw.execute("SELECT xlcrm.active()").fetchall() == [(True,)]
        reach = raw.execute("SELECT xlcrm.reach('read', 'name')").fetchone()
    with client.attempt() as raw:
        assert reach == raw.execute("SELECT xlcrm.reach('read', 'name')").fetchone()


TAKEN = "SELECT place, customer, owner FROM xlcrm.taken(%s, %s, %s::integer[], %s::bigint[], %s::text[])"


def test_asking_by_hand(served: Firm, role: str, client: Client) -> None:
    for relation in RELATIONS:
        one = served.of(role, relation)
        hidden = not allowed(role, Action.READ, relation, Group.NAME)
        name = str(one.values["name"])
        for stored, plain in ((stored_key(f"k:{name}"), ""), (stored_key(f"n:{name}"), "")):
            assert not client.rows(TAKEN, LATEST, new_rid(), [0], [stored], [plain]), "not the same exactly"
        for stored, plain in ((stored_key(f"p:{one.values['phone']}"), ""), (stored_key(f"n:{name}"), name)):
            with client.attempt() as raw:
                found = raw.execute(TAKEN, (LATEST, new_rid(), [0], [stored], [plain])).fetchall()
                assert found == ([(0, one.rid, one.values["owner"] or "")] if hidden else [])
                logged = raw.execute("SELECT kind, customer FROM access WHERE created_by = %s", (client.rid,)).fetchall()
                assert ("ask", one.rid) in logged or not hidden
    refused = client.state("SELECT xlcrm.reveal(%s, %s, %s, 'origin', 'x')", LATEST, new_rid(), served.of(role, "own").rid)
    assert refused == "XL009"


def test_what_must_be_unique_tells_nothing_of_the_hidden(served: Firm) -> None:
    """Neither a login's own number, nor a name, telephone or code of another's customer, is refused for being there already."""
    hidden, counted = served.of("entry", "other"), served.of("entry", "own")
    with psycopg.connect(served.login("entry")) as raw:
        client = Client(raw, served.people["entry"].rid)
        same = {key: hidden.values[key] for key in ("name", "phone", "email", "uscc", "foreign_number")}
        rid = new_rid()
        twin: dict[str, object] = {"table": "customer", "rid": rid, "after": same | {"owner": client.rid, "life": "live"}}
        keys = [("face", "", rid, "")]
        keys += [("blocking_key", str(stored_key(key)), rid, "") for key in (f"n:{same['name']}", f"p:{same['phone']}")]
        assert client.forged(twin, staged=tuple(keys)) == ""
        # A number of ours tells what the counter tells anybody who takes one: how many there are, not whose.
        for taken in (hidden, counted):
            twin["after"] = {"name": "x", "owner": client.rid, "number": taken.number, "life": "live"}
            assert client.forged(twin) == "23505"
        for rid in (hidden.rid, counted.rid):
            assert client.forged(twin | {"rid": rid}) in ("XL007", "23505")


def test_questions_are_counted(served: Firm) -> None:
    """After some nobody is named, after ten times as many nothing is answered; nothing is told without being logged."""
    limit = Change("setting", "asks_per_hour", "", {"value": "2"})
    served.whole.apply(Operation("settings", [limit]), context())
    hidden = [
        served.now(rid) for rids in served.customers.values() for rid in rids
        if served.relation("entry", served.now(rid)) in ("department", "other")
    ] + [served.now(rid) for rid in served.made([served.people["far"].rid] * 10)]  # fmt: skip
    keys = [stored_key(f"p:{one.values['phone']}") for one in hidden]
    with psycopg.connect(served.login("entry")) as raw:
        asked = Client(raw, served.people["entry"].rid)
        with asked.attempt():
            found = raw.execute(TAKEN, (LATEST, new_rid(), list(range(8)), keys[:8], [""] * 8)).fetchall()
            assert [bool(owner) for _, _, owner in sorted(found)] == [True] * 2 + [False] * 6
            again = raw.execute(TAKEN, (LATEST, new_rid(), list(range(8)), keys[:8], [""] * 8)).fetchall()
            assert sorted(again) == sorted(found), "the same question within an hour is one"
            count = raw.execute("SELECT count(*) FROM xlcrm_seen.access WHERE created_by = %s", (asked.rid,)).fetchone()
            assert count == (8,)
            assert len(keys) > 20
            with pytest.raises(psycopg.Error) as caught:
                raw.execute(TAKEN, (LATEST, new_rid(), list(range(len(keys) - 8)), keys[8:], [""] * (len(keys) - 8)))
            assert caught.value.sqlstate == "XL008"


def test_somebody_disabled_is_out_at_once(served: Firm, cluster: Cluster) -> None:
    with psycopg.connect(served.login("entry"), autocommit=True, options="-c search_path=xlcrm_seen") as raw:
        assert raw.execute("SELECT count(*) > 0 FROM customer").fetchone() == (True,)
        database = served.address
        cluster.run("UPDATE xlcrm.person SET disabled = '2025-01-01' WHERE account = 'entry'", database=database)
        try:
            assert raw.execute("SELECT count(*) FROM customer").fetchone() == (0,)
            assert raw.execute("SELECT count(*) FROM setting").fetchone() == (0,)
            with pytest.raises(psycopg.Error) as caught:
                raw.execute("SELECT xlcrm.start(%s, false)", (LATEST,))
            assert caught.value.sqlstate == "XL005"
        finally:
            cluster.run("UPDATE xlcrm.person SET disabled = NULL WHERE account = 'entry'", database=database)


def test_a_deputy_sees_what_the_absent_sees_until_the_day(served: Firm, cluster: Cluster) -> None:
    database, lin = served.address, served.people["marketing"]
    own = served.customers[served.people["entry"].rid]
    with psycopg.connect(served.login("marketing"), autocommit=True, options="-c search_path=xlcrm_seen") as raw:

        def phones() -> set[bool]:
            return {bool(phone) for (phone,) in raw.execute("SELECT phone FROM customer WHERE rid = ANY (%s)", (own,))}

        assert phones() == {False}
        for until, sees in (("'2099-12-31'", True), ("NULL", True), ("'2020-01-01'", False)):
            cluster.run(f"UPDATE xlcrm.person SET deputy = '{lin.rid}', deputy_until = {until} WHERE account = 'entry'", database=database)
            assert phones() == {sees}
        cluster.run("UPDATE xlcrm.person SET deputy = NULL, deputy_until = NULL WHERE account = 'entry'", database=database)



@pytest.fixture(scope="module")
def machines(served: Firm) -> int:
    """How many machines there are that may open the store, one of each person, and the recovery passphrase."""
    holders = [(new_rid(), who) for who in (*MATRIX, "near", None)]
    changes = []
    for rid, who in holders:
        person: Values = {"kind": "person", "person": served.people[who].rid} if who else {"kind": "recovery"}
        changes.append(Change("keyholder", rid, "", person | {"public": rid, "machine": "电脑"}))
    served.whole.apply(Operation("key", changes), context())
    with served.whole._writing() as connection:
        for rid, _ in holders:
            connection.exec_driver_sql("SELECT xlcrm.hold_key(%s, %s, 'sealed')", (LATEST, rid))
    return len(holders)


def test_machines_are_shown_to_their_owners_and_to_the_keepers(role: str, client: Client, machines: int) -> None:
    """Whoever gets a colleague's sealed identity can try passphrases on it for as long as they like."""
    mine = [(client.rid,), (None,)]
    shown, copied = client.rows("SELECT person FROM keyholder"), client.rows("SELECT holder FROM key_copy")
    assert len(copied) == (machines if everywhere(role, Action.KEYS) else 2)
    if everywhere(role, Action.KEYS) or everywhere(role, Action.LOG):
        assert len(shown) == machines
    else:
        assert sorted(shown, key=str) == sorted(mine, key=str)

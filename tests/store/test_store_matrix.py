"""Every cell of the declared matrix on both engines: through the store as each person, and with another client as each login.

Raw attempts run in transactions that are taken back, so that each finds the store as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from tests.store.cluster import ADMIN, Cluster
from tests.store.conftest import CIPHER, context
from xlcrm.errors import UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation, Record, Result, Values
from xlcrm.model.tables import CONTACT, CUSTOMER
from xlcrm.rules.masking import MASK, masked
from xlcrm.rules.rights import FIELDS, MATRIX, Action, Group, Scope, group_of
from xlcrm.store import sqlite
from xlcrm.store.base import Store
from xlcrm.store.guard import seen
from xlcrm.store.keys import stored_key
from xlcrm.store.log import GENESIS, encode, entry_hash, payload_digest
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres import opening
from xlcrm.store.schema import LOGGED, metadata, quoted
from xlcrm.store.sql import SqlStore

RELATIONS = {"own": Scope.OWN, "nobody": Scope.OWN, "department": Scope.DEPARTMENT, "other": Scope.ALL}
ASKED = {  # one field of each class, and another value
    Group.NAME: ("short_name", "新简称"), Group.CORE: ("grade", "B"), Group.CONTACT: ("contact", "李新"),
    Group.SENSITIVE: ("email", "li@haihe.example"), Group.MARKET: ("source", "referral"), Group.ORDINARY: ("need", "要稳"),
    Group.OWNER: ("owner", "9" * 32), Group.SYSTEM: ("origin", "x"),
}  # fmt: skip
CHANGED = {"owner", "short_name", "grade", "contact", "source", "need"}  # by other tests
PASSWORD = "geheim"


def allowed(role: str, action: Action, relation: str, group: Group = Group.RECORD) -> bool:
    """What the declaration says, read without the functions under test."""
    return MATRIX[role].get(action, {}).get(group, Scope.NONE) >= RELATIONS[relation]


def everywhere(role: str, action: Action) -> bool:
    return allowed(role, action, "other")


@dataclass
class Firm:
    """A store with a person of each role (the login is the role), and customers of theirs, their department's, others', nobody's."""

    whole: SqlStore
    address: str
    cluster: Cluster | None
    people: dict[str, Person] = field(default_factory=dict)
    customers: dict[tuple[str, str, Group], Record] = field(default_factory=dict)
    far: str = ""

    @contextmanager
    def as_(self, role: str) -> Iterator[tuple[Store, Context]]:
        """The store as somebody sees it."""
        person = context(self.people[role])
        store = opening.open(self.login(role), CIPHER) if self.cluster else sqlite.open(self.address, CIPHER)
        try:
            yield seen(store, person), person
        finally:
            store.close()

    def login(self, role: str) -> str:
        assert self.cluster is not None
        return self.cluster.url(self.address, role, PASSWORD)

    def of(self, role: str, relation: str) -> list[Record]:
        return [one for (who, whose, _), one in self.customers.items() if (who, whose) == (role, relation)]

    def relation(self, role: str, record: Record) -> str:
        """Whose a customer of any role's is, to somebody with ``role``."""
        owner = record.values["owner"]
        return "nobody" if owner is None else "own" if owner == self.people[role].rid else "other" if owner == self.far else "department"

    def unmoved(self) -> dict[str, Record]:
        """The customers that no other test has handed over or ended."""
        now = self.whole.records([one.rid for one in self.customers.values()])
        return {
            one.rid: one for one in self.customers.values()
            if now[one.rid].values["owner"] == one.values["owner"] and now[one.rid].state == "live"
        }  # fmt: skip


def build(whole: SqlStore, address: str, cluster: Cluster | None) -> Firm:
    made = Firm(whole, address, cluster)
    boss = whole.people()[0] if whole.people() else whole.ensure_person("boss", "管理员", ["admin", "steward"], context().clock())
    by = context(boss)
    near = whole.add_person(Person("", "near", "部门同事", "华东", frozenset({"entry"})), by)
    far = whole.add_person(Person("", "far", "外区同事", "华南", frozenset({"entry"})), by)
    changes: list[Change] = []
    made.far = far.rid
    for role in MATRIX:
        made.people[role] = whole.add_person(Person("", role, f"{role}甲", "华东", frozenset({role})), by)
        owners = {"own": made.people[role].rid, "nobody": None, "department": near.rid, "other": far.rid}
        for relation, owner in owners.items():
            for group in (*FIELDS, Group.RECORD):
                number = f"CX2025{len(changes):06}"
                values: Values = dict.fromkeys((one.key for one in CUSTOMER.data), None) | {
                    "name": f"{role}{relation}{group}第{len(changes)}号公司", "short_name": "简称", "grade": "A", "contact": "王小明",
                    "phone": f"+861391234{len(changes):04}", "email": "wang@haihe.example", "source": "fair", "need": "要快",
                    "address": "深南大道8号", "owner": owner,
                }  # fmt: skip
                rid = new_rid()
                keys = (f"n:{values['name']}", f"p:{values['phone']}", f"k:{values['name']}")
                kept = (Kept("phone", "+8613700000000", "旧表"), Kept("need", "旧", "旧表"))
                changes.append(Change("customer", rid, rid, values, number=number, keys=keys, looks=(number,), kept=kept))
                made.customers[role, relation, group] = Record("customer", rid, 1, values, number)
    contacts = [
        Change("contact", new_rid(), one.rid, {"customer": one.rid, "name": "赵小刚", "title": "经理", "phone": "+8613811112222"})
        for one in made.customers.values()
    ]
    receipt = whole.apply(Operation("submit", changes + contacts, workbook="w"), context())
    assert {one.result for one in receipt.outcomes} == {Result.STORED}
    whole.search("gongsi")  # from here on the names' pinyin is known
    if cluster:
        for role in MATRIX:
            cluster.run(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'")
    return made


@pytest.fixture(scope="module")
def served(cluster: Cluster, made: str) -> Iterator[Firm]:
    database = cluster.database(made)
    store = opening.open(cluster.url(database), CIPHER)
    yield build(store, database, cluster)
    assert not store.verify().faults
    store.close()


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    path = tmp_path_factory.mktemp("matrix") / "store.db"
    store = sqlite.open(path, CIPHER)
    yield build(store, str(path), None)
    assert not store.verify().faults
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def firm(request: pytest.FixtureRequest) -> Firm:
    found: Firm = request.getfixturevalue("filed" if request.param == "sqlite" else "served")
    return found


def expected(role: str, relation: str, values: Values, server: bool) -> Values:
    """What somebody sees of a customer whose name they may know."""
    found: Values = {}
    for one in CUSTOMER.data:
        value, group = values[one.key], group_of(CUSTOMER, one)
        if value is None or one.key == "owner" or allowed(role, Action.READ, relation, group):
            found[one.key] = value
        elif allowed(role, Action.MASKED, relation, group):
            found[one.key] = MASK if server and one.sensitive else masked(value, one.kind)
        else:
            found[one.key] = None
    return found


@pytest.mark.parametrize("role", MATRIX)
def test_reading_through_the_store(firm: Firm, role: str) -> None:
    known = firm.unmoved()
    with firm.as_(role) as (store, _):
        scanned = {one.rid: one for one in store.scan("customer")}
        for relation in RELATIONS:
            for one in firm.of(role, relation):
                if one.rid not in known:
                    continue
                if not allowed(role, Action.READ, relation, Group.NAME):
                    assert one.rid not in scanned and store.children("contact", [one.rid]) == {one.rid: []}
                    assert not store.search(str(one.values["name"])) and not store.search(str(one.values["phone"])[-11:])
                    assert not any(value for key, value in _one(store.records([one.rid])).items() if key != "owner")
                    found = store.candidates([[f"n:{one.values['name']}", "n:nobody's"]])
                    assert not found.pairs and len(set(found.counts.values())) == 1, "nothing tells that there is one"
                    assert not store.looks([one.rid])
                    continue
                now, here = expected(role, relation, one.values, firm.cluster is not None), scanned[one.rid].values
                assert here == {key: here[key] if key in CHANGED else value for key, value in now.items()}, relation
                assert {key for key in CHANGED if here[key] is not None} <= {key for key in CHANGED if now[key] is not None}
                (contact,) = store.children("contact", [one.rid])[one.rid]
                plain = allowed(role, Action.READ, relation, Group.CONTACT)
                assert (contact.values["name"] == "赵小刚") == plain
                compares = all(allowed(role, Action.READ, relation, group) for group in FIELDS)
                assert bool(store.candidates([[f"n:{one.values['name']}"]]).pairs) == compares
                assert store.looks([one.rid]) == ({one.rid: [one.number]} if compares else {})
                lost = {value.field for value in store.kept([one.rid]).get(one.rid, [])}
                assert lost == {
                    key for key in ("phone", "need") if allowed(role, Action.READ, relation, group_of(CUSTOMER, CUSTOMER[key]))
                }


def _one(found: dict[str, Record]) -> Values:
    return next(iter(found.values())).values if found else {}


@pytest.mark.parametrize("role", MATRIX)
def test_the_log_and_single_values_through_the_store(firm: Firm, role: str) -> None:
    with firm.as_(role) as (store, by):
        for relation in RELATIONS:
            one = firm.customers[role, relation, Group.RECORD]
            log = None
            if allowed(role, Action.LOG, relation):
                log = store.history(one.rid)[0]
                for group, (key, _) in ASKED.items():
                    if key in one.values and key != "owner":
                        assert (log.after.get(key) == one.values[key]) == allowed(role, Action.READ, relation, group), (relation, key)
            else:
                with pytest.raises(UsageError):
                    assert store.history(one.rid) == []
                    raise UsageError("rights.no_log")
            for group, (key, _) in ASKED.items():
                if group in (Group.SYSTEM, Group.OWNER):
                    continue
                if any(allowed(role, action, relation, group) for action in (Action.READ, Action.REVEAL)):
                    assert store.reveal(one.rid, key, "回访", by) == one.values[key]
                    shown = [entry for entry in firm.whole.history(one.rid) if entry.kind == "reveal" and entry.actor == by.actor.rid]
                    logged = any(entry.after["field"] == key and entry.reason == "回访" for entry in shown)
                    assert logged != allowed(role, Action.READ, relation, group)
                else:
                    with pytest.raises(UsageError):
                        store.reveal(one.rid, key, "回访", by)
        if everywhere(role, Action.LOG):
            assert not store.verify().faults
        else:
            with pytest.raises(UsageError):
                store.verify()


@pytest.mark.parametrize("role", MATRIX)
def test_writing_through_the_store(firm: Firm, role: str) -> None:
    not_done = (Result.REFUSED, Result.GONE)
    with firm.as_(role) as (store, by):

        def done(change: Change) -> bool:
            try:
                return store.apply(Operation("submit", [change], workbook="w"), by).outcomes[0].result not in not_done
            except UsageError:
                return False

        for relation in RELATIONS:
            for group, (key, value) in ASKED.items():
                if group is Group.SYSTEM:
                    continue
                one = firm.customers[role, relation, group]
                said = Change("customer", one.rid, one.rid, {key: value}, 1)
                assert done(said) == allowed(role, Action.CHANGE, relation, group), (relation, group)
                now = firm.whole.records([one.rid])[one.rid].values[key]
                assert now == (value if allowed(role, Action.CHANGE, relation, group) else one.values[key])
            target = firm.customers[role, relation, Group.SYSTEM]
            rid = new_rid()
            talk = Change("interaction", rid, target.rid, {"customer": target.rid, "topic": "x"})
            assert done(talk) == allowed(role, Action.CREATE, relation), relation
            new = new_rid()
            made = Change("customer", new, new, {"name": "新公司", "phone": "+8613912345678", "owner": target.values["owner"]})
            assert done(made) == allowed(role, Action.CREATE, relation), relation
            spare = firm.customers[role, relation, Group.MARKET]
            merge = Change("customer", spare.rid, spare.rid, {}, _version(firm, spare), state="merged", merged_into=target.rid)
            assert done(merge) == allowed(role, Action.MERGE, relation), relation
            spare = firm.customers[role, relation, Group.NAME]
            void = Change("customer", spare.rid, spare.rid, {}, _version(firm, spare), state="void", reason="重复")
            assert done(void) == allowed(role, Action.VOID, relation), relation
        assert done(Change("setting", "changes", "", {"value": "direct"})) == everywhere(role, Action.SETTINGS)
        login = f"new_{role}"
        joining = Change("person", new_rid(), "", {"account": login, "name": login, "roles": "admin"})
        assert done(joining) == everywhere(role, Action.PEOPLE)


def _version(firm: Firm, one: Record) -> int:
    return firm.whole.records([one.rid])[one.rid].version


@dataclass
class Client:
    """Another client than xlcrm, logged in as somebody; what it does is taken back."""

    raw: psycopg.Connection[Any]
    rid: str

    @contextmanager
    def attempt(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            yield self.raw
        finally:
            self.raw.rollback()

    def state(self, statement: str, *values: object) -> str:
        """The SQLSTATE that a statement ends with, "" if it works."""
        with self.attempt() as raw:
            try:
                raw.execute(statement, values)
            except psycopg.Error as error:
                return error.sqlstate or "?"
            return ""

    def forged(self, *entries: dict[str, Any], actor: str = "", staged: tuple[tuple[str, ...], ...] = (), since: int | None = None) -> str:
        """The SQLSTATE that apply ends with for an operation made up by hand, "" if it is written."""
        id, previous, rows = new_rid(), GENESIS, []
        for seq, said in enumerate(entries, 1):
            table, rid, old = said["table"], said["rid"], said.get("version", 0)
            before, after = said.get("before", ""), encode(said["after"].items())
            new = 0 if table == "kept_value" else old + 1
            payload = payload_digest("salt", before, after, "")
            previous = entry_hash(previous, (id, table, rid, old, new, ""), payload)
            rows.append((seq, id, table, rid, old, new, "", before, after, "", "salt", payload, previous))
        with self.attempt() as raw:
            try:
                raw.execute("SELECT xlcrm.start(%s, false)", (LATEST,))
                for name, content in (("staged_entry", rows), ("staged", staged)):
                    with raw.cursor() as cursor, cursor.copy(f"COPY pg_temp.{name} FROM STDIN") as copy:
                        for row in content:
                            copy.write_row(row)
                call = "SELECT xlcrm.apply(%s, %s, 'submit', %s, 'admin,steward', '', '', NULL, 'w', %s)"
                raw.execute(call, (LATEST, id, actor or self.rid, since))
            except psycopg.Error as error:
                return error.sqlstate or "?"
            return ""


@pytest.fixture(params=list(MATRIX))
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(served: Firm, role: str) -> Iterator[Client]:
    with psycopg.connect(served.login(role), options="-c search_path=xlcrm_seen,xlcrm") as raw:
        yield Client(raw, served.people[role].rid)


def rows(client: Client, query: str) -> list[tuple[Any, ...]]:
    with client.attempt() as raw:
        return raw.execute(query).fetchall()


def test_reading_with_another_client(served: Firm, role: str, client: Client) -> None:
    """Whole tables, asked for with everything they have: what comes is what the role may see."""
    known = served.unmoved()

    def where(may: Callable[[str], bool]) -> set[str]:
        return {rid for rid, one in known.items() if may(served.relation(role, one))}

    named = where(lambda relation: allowed(role, Action.READ, relation, Group.NAME))
    secret = where(lambda relation: allowed(role, Action.READ, relation, Group.SENSITIVE))
    log = where(lambda relation: allowed(role, Action.LOG, relation))
    compared = where(lambda relation: all(allowed(role, Action.READ, relation, group) for group in FIELDS))
    ours, keys = known.keys(), everywhere(role, Action.KEYS)
    with client.attempt() as raw:
        cursor = raw.execute("SELECT * FROM customer")
        names = [column.name for column in cursor.description or ()]
        found = {row[0]: dict(zip(names, row, strict=True)) for row in cursor}
    assert found.keys() & ours == named
    for rid in named:
        one = known[rid]
        relation = served.relation(role, one)
        for declared in CUSTOMER.data:
            group, value = group_of(CUSTOMER, declared), found[rid][declared.key]
            if declared.key in CHANGED:
                continue
            if one.values[declared.key] is None:
                assert value is None
            elif allowed(role, Action.READ, relation, group):
                assert value == one.values[declared.key] or (declared.sensitive and value.startswith("v1:"))
            elif allowed(role, Action.MASKED, relation, group):
                assert value == (MASK if declared.sensitive else masked(str(one.values[declared.key]), declared.kind))
            else:
                assert value is None, (relation, declared.key)
    contacts = {row[0]: row[1:] for row in rows(client, "SELECT customer, name, title, phone FROM contact")}
    assert contacts.keys() & ours == named
    for rid, (name, _, phone) in contacts.items():
        if rid in ours:
            assert (name == "赵小刚") == allowed(role, Action.READ, served.relation(role, known[rid]), Group.CONTACT)
            assert (phone or "").startswith("v1:") == (rid in secret)
    customers = {
        "data_key": ("customer", ours if keys else secret), "face": ("rid", compared), "pinyin": ("rid", named),
        "number": ("rid", named), "kept_value": ("rid", None), "phone_tail": ("customer", None),
    }  # fmt: skip
    for table, (column, visible) in customers.items():
        there = {row[0] for row in rows(client, f"SELECT {column} FROM {table}")} & ours
        assert there <= (visible if visible is not None else named), table
        assert visible is None or there == visible, table
    owned = "SELECT DISTINCT f.rid FROM blocking_key b JOIN face f ON f.id = b.face"
    assert {row[0] for row in rows(client, owned)} & ours == compared
    assert rows(client, "SELECT count(DISTINCT face) FROM blocking_key") == rows(client, "SELECT count(*) FROM face")
    entries = rows(client, "SELECT rid, after, salt FROM entry WHERE \"table\" = 'customer' AND version_to = 1")
    assert {rid for rid, _, _ in entries} & ours == log
    for rid, after, salt in entries:
        if rid in ours:
            relation, said = served.relation(role, known[rid]), json.loads(after)
            assert {key for key in said if key in LOGGED["customer"].sensitive | {"name", "need", "grade", "contact", "source"}} == {
                one.key for one in CUSTOMER.data
                if one.key in LOGGED["customer"].sensitive | {"name", "need", "grade", "contact", "source"}
                and known[rid].values[one.key] is not None and allowed(role, Action.READ, relation, group_of(CUSTOMER, one))
            }, relation  # fmt: skip
            assert bool(salt) == all(allowed(role, Action.READ, relation, group) for group in FIELDS)
    assert bool(rows(client, "SELECT FROM counter")) <= everywhere(role, Action.LOG)
    assert all(by == client.rid for (by,) in rows(client, "SELECT created_by FROM access")) or MATRIX[role].get(Action.LOG)


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
    for call in ("check_changes()", "check_new()", "note('x', 'ask', '{ask}', '{x}', NULL, '')", "check_keys()"):
        assert client.state(f"SELECT xlcrm.{call}"), call


def test_changes_made_up_by_hand(served: Firm, role: str, client: Client) -> None:
    """Every class of fields in customers of every relation; the outcome is that of the matrix, whatever the client says."""
    for relation in RELATIONS:
        one = firm_now(served, role, relation)
        base = {"table": "customer", "rid": one.rid, "version": one.version}
        for group, (key, value) in ASKED.items():
            old = one.values.get(key) if key != "origin" else one.origin
            before = "{}" if group is Group.SENSITIVE else encode([(key, old)])
            after = {key: "v1:" + value if group is Group.SENSITIVE else value}
            done = client.forged(base | {"before": before, "after": after})
            assert done == ("" if allowed(role, Action.CHANGE, relation, group) else "XL007"), (relation, group, done)
        for table in ("interaction", "tag", "contact"):
            child = {"table": table, "rid": new_rid(), "after": {"customer": one.rid, "life": "live"}}
            assert client.forged(child) == ("" if allowed(role, Action.CREATE, relation) else "XL007"), (relation, table)
        new = {"table": "customer", "rid": new_rid(), "after": {"name": "新", "owner": one.values["owner"], "life": "live"}}
        assert client.forged(new) == ("" if allowed(role, Action.CREATE, relation) else "XL007"), relation
        (contact,) = served.whole.children("contact", [one.rid])[one.rid]
        moved = {"table": "contact", "rid": contact.rid, "version": contact.version, "before": "{}"}
        may = allowed(role, Action.CHANGE, relation, Group.CONTACT)
        assert client.forged(moved | {"after": {"name": "x"}}) == ("" if may else "XL007"), relation
        lives = {"merged": Action.MERGE, "void": Action.VOID, "erased": None, "x": None}
        for life, action in lives.items():
            ends = base | {"before": '{"life":"live"}', "after": {"life": life}}
            assert client.forged(ends) == ("" if action and allowed(role, action, relation) else "XL007"), (relation, life)
        kept = {"table": "kept_value", "rid": one.rid, "after": {"field": "need", "value": "x", "origin": "x"}}
        assert client.forged(kept) == ("" if allowed(role, Action.MERGE, relation) else "XL007"), relation
        number = base | {"before": "{}", "after": {"number": "CX1"}}
        assert client.forged(number) == "XL007", "a number once given stays"
        for what in ("blocking_key", "face", "forget face", "phone_tail", "forget pinyin", "move", "data_key"):
            first = (("forget face", "", one.rid, ""),) if what == "face" else ()
            told = client.forged(staged=(*first, (what, "7", one.rid, one.rid)))
            mine = allowed(role, Action.CHANGE, relation, Group.NAME) and what != "data_key"
            assert told == ("" if mine else "XL007"), (relation, what, told)
        stolen = {"table": "contact", "rid": one.rid, "after": {"customer": None, "life": "live"}}
        assert client.forged(stolen, staged=(("forget face", "", one.rid, ""),)) == "XL007", "another's identity"
    for table, action, rid in (("setting", Action.SETTINGS, "changes_x"), ("person", Action.PEOPLE, new_rid())):
        after = {"value": "direct"} if table == "setting" else {"account": f"raw_{role}", "name": "x", "roles": "admin"}
        done = client.forged({"table": table, "rid": rid, "after": after | {"life": "live"}})
        assert done == ("" if everywhere(role, action) else "XL007"), table
    me = served.people[role]
    roles = {"table": "person", "rid": me.rid, "version": 1, "before": "{}", "after": {"roles": "admin,steward"}}
    assert client.forged(roles) == ("" if everywhere(role, Action.PEOPLE) else "XL007")
    hidden = {"table": "access", "rid": new_rid(), "after": {"kind": "ask", "customer": firm_now(served, role, "own").rid, "life": "live"}}
    assert client.forged(hidden) == "XL007", "what was shown is written down by who shows it"


def firm_now(firm: Firm, role: str, relation: str) -> Record:
    rid = firm.customers[role, relation, Group.RECORD].rid
    return firm.whole.records([rid])[rid]


def test_nobody_acts_for_another_or_at_another_time(served: Firm, role: str, client: Client) -> None:
    one = {"table": "tag", "rid": new_rid(), "after": {"type": "need", "name": "x", "life": "live"}}
    for other in (*(person.rid for person in served.whole.people() if person.rid != client.rid), "f" * 32):
        assert client.forged(one, actor=other) == "XL005"
    assert client.forged(one, since=0) == "XL004", "what is older than the operation is asked about elsewhere"
    with client.attempt() as raw:
        raw.execute("SET timezone = 'America/New_York'; SET search_path = pg_temp; SET ROLE xlcrm_member")
        assert raw.execute("SELECT xlcrm.active()").fetchall() == [(True,)]
        reach = raw.execute("SELECT xlcrm.reach('read', 'name')").fetchone()
    with client.attempt() as raw:
        assert reach == raw.execute("SELECT xlcrm.reach('read', 'name')").fetchone()


def test_asking_and_revealing_by_hand(served: Firm, role: str, client: Client) -> None:
    call = "SELECT place, customer, owner FROM xlcrm.taken(%s, %s, %s::integer[], %s::bigint[], %s::text[])"
    for relation in RELATIONS:
        one = served.customers[role, relation, Group.RECORD]
        hidden = not allowed(role, Action.READ, relation, Group.NAME)
        name = str(one.values["name"])
        for stored, plain in ((stored_key(CIPHER, f"k:{name}"), ""), (stored_key(CIPHER, f"n:{name}"), "")):
            with client.attempt() as raw:
                assert not raw.execute(call, (LATEST, new_rid(), [0], [stored], [plain])).fetchall(), "not the same exactly"
        for stored, plain in ((stored_key(CIPHER, f"p:{one.values['phone']}"), ""), (stored_key(CIPHER, f"n:{name}"), name)):
            with client.attempt() as raw:
                found = raw.execute(call, (LATEST, new_rid(), [0], [stored], [plain])).fetchall()
                assert found == ([(0, one.rid, one.values["owner"] or "")] if hidden else [])
                logged = raw.execute("SELECT kind, customer FROM access WHERE created_by = %s", (client.rid,)).fetchall()
                assert ("ask", one.rid) in logged or not hidden
        for group, (key, _) in ASKED.items():
            if group is Group.SYSTEM:
                continue
            may = any(allowed(role, action, relation, group) for action in (Action.READ, Action.REVEAL))
            told = client.state("SELECT xlcrm.reveal(%s, %s, %s, %s, 'x')", LATEST, new_rid(), one.rid, key)
            assert told == ("" if may else "XL009"), (relation, group, told)
            if not allowed(role, Action.READ, relation, group):
                assert client.state("SELECT xlcrm.reveal(%s, %s, %s, %s, ' ')", LATEST, new_rid(), one.rid, key) == "XL009", "no reason"
    assert client.state("SELECT xlcrm.reveal(%s, %s, %s, 'origin', 'x')", LATEST, new_rid(), one.rid) == "XL009"


def test_questions_are_counted(served: Firm) -> None:
    """After some nobody is named, after ten times as many nothing is answered; nothing is told without being logged."""
    limit = Change("setting", "asks_per_hour", "", {"value": "12"})
    served.whole.apply(Operation("settings", [limit]), context())
    call = "SELECT place, customer, owner FROM xlcrm.taken(%s, %s, %s::integer[], %s::bigint[], %s::text[])"
    hidden = [one for one in served.unmoved().values() if served.relation("entry", one) in ("department", "other")]
    keys = [stored_key(CIPHER, f"p:{one.values['phone']}") for one in hidden]
    with psycopg.connect(served.login("entry")) as raw:
        asked = Client(raw, served.people["entry"].rid)
        with asked.attempt():
            found = raw.execute(call, (LATEST, new_rid(), list(range(60)), keys[:60], [""] * 60)).fetchall()
            assert [bool(owner) for _, _, owner in sorted(found)] == [True] * 12 + [False] * 48
            again = raw.execute(call, (LATEST, new_rid(), list(range(60)), keys[:60], [""] * 60)).fetchall()
            assert sorted(again) == sorted(found), "the same question within an hour is one"
            count = raw.execute("SELECT count(*) FROM xlcrm_seen.access WHERE created_by = %s", (asked.rid,)).fetchone()
            assert count == (60,)
            assert len(keys) > 120
            with pytest.raises(psycopg.Error) as caught:
                raw.execute(call, (LATEST, new_rid(), list(range(len(keys) - 60)), keys[60:], [""] * (len(keys) - 60)))
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
    own = [one.rid for one in served.of("entry", "own")]
    with psycopg.connect(served.login("marketing"), autocommit=True, options="-c search_path=xlcrm_seen") as raw:

        def phones() -> set[bool]:
            return {bool(phone) for (phone,) in raw.execute("SELECT phone FROM customer WHERE rid = ANY (%s)", (own,))}

        assert phones() == {False}
        for until, sees in (("'2099-12-31'", True), ("NULL", True), ("'2020-01-01'", False)):
            cluster.run(f"UPDATE xlcrm.person SET deputy = '{lin.rid}', deputy_until = {until} WHERE account = 'entry'", database=database)
            assert phones() == {sees}
        cluster.run("UPDATE xlcrm.person SET deputy = NULL, deputy_until = NULL WHERE account = 'entry'", database=database)


def test_every_class_is_tried() -> None:
    assert set(ASKED) == set(FIELDS)
    assert all(group_of(CUSTOMER, CUSTOMER[key]) is group for group, (key, _) in ASKED.items() if key in CUSTOMER.by_key)
    assert group_of(CONTACT, CONTACT["name"]) is Group.CONTACT

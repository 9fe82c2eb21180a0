"""Columns and changes of fields, against the records and the log as every other method tells them."""

from __future__ import annotations

import pytest

from tests.store.conftest import ZHANG, context
from tests.store.firm import Firm
from tests.store.test_store_contract import customer, put
from xlcrm.errors import UsageError
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Kept, Operation, Record
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.masking import MASK
from xlcrm.rules.rights import MATRIX, Action, Group
from xlcrm.store.base import Store, Turn
from xlcrm.store.schema import LOGGED, columns, fields
from xlcrm.store.sql import SqlStore

OWN = ("number", "created_at", "created_by", "updated_at", "version", "origin")


def told(record: Record, name: str) -> str | int | None:
    """What a column says of a record."""
    if name in ("rid", *OWN):
        found: str | int | None = getattr(record, name)
        return found
    value = record.values[name]
    return value if value is None or name not in LOGGED[record.table].sensitive else MASK


@pytest.mark.parametrize("key", ["customer", "contact"])
def test_columns_say_what_the_records_say(store: SqlStore, key: str) -> None:
    first, second = customer("甲公司", email="wang@haihe.example", status="lead"), customer("乙公司", phone=None)
    contact = Change("contact", new_rid(), first.rid, {"customer": first.rid, "name": "李芳", "phone": "+8613800138000"})
    first.number, gone = "CX2025030001", customer("丙公司")
    put(store, first, second, gone, contact)
    put(store, Change("customer", gone.rid, gone.rid, {}, 1, state="merged", merged_into=first.rid))
    names = ("rid", *fields(LOGGED[key]), *OWN)
    found = store.columns(key, names)
    assert {name: list(column) for name, column in found.items()} == {
        name: [told(one, name) for one in store.scan(key)] for name in names
    }
    assert "+86" not in str(found) and "wang@" not in str(found)


def test_what_there_is_not_is_refused(store: SqlStore) -> None:
    for table, names in (("customer", ["nonsense"]), ("person", ["name"]), ("entry", ["after"])):
        with pytest.raises(UsageError):
            store.columns(table, names)
        with pytest.raises(UsageError):
            list(store.turns(table, names))


def test_an_empty_store_has_empty_columns(store: SqlStore) -> None:
    assert {name: list(column) for name, column in store.columns("customer", ["rid", "name"]).items()} == {"rid": [], "name": []}
    assert list(store.turns("customer", ["name"])) == []


def test_decisions_are_columns_too(store: SqlStore) -> None:
    store.apply(Operation("submit", decisions=[Decision("a" * 8, "distinct"), Decision("b" * 8, "drop")]), context())
    assert sorted(store.columns("decision", ["verdict"])["verdict"], key=str) == ["distinct", "drop"]


def expected(store: Store, rids: list[str], names: set[str]) -> list[Turn]:
    """The changes of ``names`` as the history of each record tells them."""
    found = []
    for rid in rids:
        for entry in store.history(rid):
            if entry.rid == rid and entry.version > 1 and names & entry.after.keys():
                sides = [
                    {key: _hidden(entry.table, key, side[key]) for key in names & side.keys()}
                    for side in (entry.before, entry.after)
                ]
                found.append((entry.seq, (rid, entry.at, *sides)))
    return [turn for _, turn in sorted(found, key=lambda one: one[0])]  # type: ignore[misc]


def _hidden(table: str, key: str, value: str | None) -> str | None:
    return MASK if value is not None and table in LOGGED and key in LOGGED[table].sensitive else value


@pytest.mark.parametrize("names", [{"status", "phone"}, {*fields(CUSTOMER), "life", "merged_into"}])
def test_turns_are_the_changes_that_the_history_tells(store: SqlStore, names: set[str]) -> None:
    first, second = customer("甲公司", status="lead"), customer("乙公司")
    put(store, first, second)
    changed = [
        Change("customer", first.rid, first.rid, {"status": "won", "phone": "+8613800000001"}, 1),
        Change("customer", second.rid, second.rid, {"phone": None, "need": "要快"}, 1),
    ]
    put(store, *changed)
    put(store, Change("customer", first.rid, first.rid, {"remark": "记"}, 2, kept=(Kept("need", "旧", "乙"),)))
    put(store, Change("customer", second.rid, second.rid, {}, 2, state="merged", merged_into=first.rid))
    turns = list(store.turns("customer", names))
    assert turns == expected(store, [first.rid, second.rid], names) and turns
    assert list(store.turns("customer", names, "2999-01-01 00:00:00")) == []
    assert list(store.turns("customer", names, turns[-1][1])) == [one for one in turns if one[1] >= turns[-1][1]]


def test_turns_begin_with_the_operation_of_the_moment(store: SqlStore) -> None:
    one = customer(status="lead")
    put(store, one)
    for version, (status, at) in enumerate([("prospect", "2025-04-01 09:00:00"), ("won", "2025-05-01 09:00:00")], 1):
        change = Change("customer", one.rid, one.rid, {"status": status}, version)
        store.apply(Operation("submit", [change]), context(at=at))
    found = list(store.turns("customer", ["status"]))
    assert [(before["status"], after["status"]) for _, _, before, after in found] == [("lead", "prospect"), ("prospect", "won")]
    later = found[1][1]
    if found[0][1] < later:  # a server stamps its own time
        assert list(store.turns("customer", ["status"], later)) == found[1:]


@pytest.fixture(scope="module", params=sorted(MATRIX))
def role(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.mark.parametrize("table", ["customer", "contact"])
def test_each_role_gets_the_columns_of_what_it_may_scan(firm: Firm, role: str, table: str) -> None:
    names = [name for name in columns(LOGGED[table]) if name not in ("life", "merged_into")]
    with firm.as_(role) as (guard, _):
        found, records = guard.columns(table, names), list(guard.scan(table))
        assert set(found["rid"]) == {one.rid for one in records}
        by_rid = {one.rid: one for one in records}
        for name in names:
            said = dict(zip(found["rid"], found[name], strict=True))
            told_ = {
                rid: getattr(one, name) if name in ("rid", *OWN, "updated_by") else one.values[name]
                for rid, one in by_rid.items()
            }
            sealed = name in LOGGED[table].sensitive
            assert said == {rid: MASK if sealed and value is not None else value for rid, value in told_.items()}, name


def test_each_role_reads_of_the_past_what_the_log_lets_it(firm: Firm, role: str) -> None:
    one = firm.of(role, "own")
    for record in (one, firm.of(role, "other")):
        rid, version = record.rid, firm.whole.records([record.rid])[record.rid].version
        change = Change("customer", rid, rid, {"grade": "B" if record.values["grade"] == "A" else "A"}, version)
        firm.whole.apply(Operation("submit", [change]), context(ZHANG))
        firm.now(rid)
    with firm.as_(role) as (guard, _):
        if not guard.rights.ever(Action.LOG):
            with pytest.raises(UsageError):
                list(guard.turns("customer", ["grade"]))
            return
        seen = {rid for rid, *_ in guard.turns("customer", ["grade"])}
        everything = {rid for rid, *_ in firm.whole.turns("customer", ["grade"])}
        owners = {rid: record.values["owner"] for rid, record in firm.whole.records(everything).items()}
        rights = guard.rights
        assert seen == {
            rid for rid in everything if rights.may(Action.LOG, owners[rid]) and rights.may(Action.READ, owners[rid], Group.CORE)
        }

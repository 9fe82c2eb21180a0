"""Fields that change by request only (setting "changes"): the store itself holds to it, whatever client writes."""

from __future__ import annotations

import psycopg
import pytest

from tests.store.byhand import Client
from tests.store.conftest import context
from tests.store.firm import AGREEING, Firm
from xlcrm.errors import UsageError
from xlcrm.model.operation import Change, Operation, Outcome, Receipt, Result
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.changes import BY_REQUEST, SETTING, Way, way
from xlcrm.rules.rights import rights_of
from xlcrm.store.log import encode
from xlcrm.store.postgres.faults import explained

MODES = ("direct", "core", "strict")


def turn(firm: Firm, mode: str) -> None:
    firm.whole.apply(Operation("settings", [Change("setting", SETTING, "", {"value": mode})]), context(AGREEING[0]))


def write(firm: Firm, role: str, *changes: Change, reverses: str | None = None) -> list[Outcome]:
    with firm.as_(role) as (store, by):
        done: Receipt = store.apply(Operation("submit", list(changes), reverses=reverses), by)
    return done.outcomes


def edit(firm: Firm, role: str, relation: str, **values: str) -> Change:
    one = firm.of(role, relation)
    return Change("customer", one.rid, one.rid, dict(values), one.version)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("role", ["entry", "steward", "manager"])
def test_an_edit_goes_the_way_that_the_rules_say(firm: Firm, role: str, mode: str) -> None:
    """Whatever the job above thought: its settings may be of a moment ago."""
    turn(firm, mode)
    person = firm.people[role]
    for number, key in enumerate(("grade", "need", "name", "phone", "owner")):
        value = f"{role}{mode}{number}"
        (done,) = write(firm, role, edit(firm, role, "own", **{key: value}))
        goes = way(CUSTOMER, CUSTOMER[key], rights_of(person, [person], "2025-03-05"), person.rid, {SETTING: mode})
        assert (done.result, done.by_request) == {
            Way.WRITE: (Result.UPDATED, False), Way.REQUEST: (Result.REFUSED, True), Way.REFUSE: (Result.REFUSED, False)
        }[goes], key  # fmt: skip
        assert done.field == ("" if goes is Way.WRITE else key)
        one = firm.now(firm.of(role, "own").rid)
        assert (one.values[key] == value) == (goes is Way.WRITE)
        if key == "owner" and goes is Way.WRITE:
            rids = firm.customers[person.rid]
            rids[rids.index(one.rid)] = firm.made([person.rid])[0]


def test_what_is_said_again_is_no_change(firm: Firm) -> None:
    turn(firm, "strict")
    one = firm.now(firm.of("entry", "own").rid)
    same = edit(firm, "entry", "own", grade=str(one.values["grade"]), email=str(one.values["email"]))
    same.expected = {"email": one.values["email"]}
    assert [done.result for done in write(firm, "entry", same)] == [Result.UNCHANGED]


@pytest.mark.parametrize(("role", "goes"), [("steward", Result.UPDATED), ("entry", Result.REFUSED)])
def test_values_of_a_merged_customer_are_taken_over_by_who_may_approve(firm: Firm, role: str, goes: Result) -> None:
    turn(firm, "core")
    into, gone = firm.of(role, "own"), firm.of(role, "own", 1)
    merged = Change("customer", gone.rid, gone.rid, {}, gone.version, state="merged", merged_into=into.rid)
    done = write(firm, role, edit(firm, role, "own", grade="M"), merged)
    assert (done[0].result, done[0].by_request) == (goes, goes is Result.REFUSED)
    firm.replace(gone)
    firm.now(into.rid)


def test_what_was_changed_is_taken_back_by_who_may_approve(firm: Firm) -> None:
    turn(firm, "direct")
    one = firm.of("steward", "own")
    with firm.as_("steward") as (store, by):
        before = store.apply(Operation("submit", [edit(firm, "steward", "own", grade="X")]), by).operation
    firm.now(one.rid)
    turn(firm, "core")
    (done,) = write(firm, "steward", edit(firm, "steward", "own", status="won"), reverses=before)
    assert done.by_request, "another field than the one that it changed"
    (done,) = write(firm, "steward", edit(firm, "steward", "own", grade="A"), reverses=before)
    assert done.result is Result.UPDATED
    firm.now(one.rid)


@pytest.mark.parametrize("mode", MODES)
def test_another_client_is_held_to_it(served: Firm, mode: str) -> None:
    turn(served, mode)
    for role in ("entry", "steward"):
        with psycopg.connect(served.login(role)) as raw:
            client, one = Client(raw, served.people[role].rid), served.now(served.of(role, "own").rid)
            base = {"table": "customer", "rid": one.rid, "version": one.version}
            for key in ("grade", "need", "name", "phone"):
                before = "{}" if key == "phone" else encode([(key, one.values[key])])
                written = client.forged(base | {"before": before, "after": {key: "x"}})
                assert written == ("XL010" if key in BY_REQUEST.get(mode, ()) else ""), (role, key)
            lies = base | {"before": encode([("grade", one.values["grade"])]), "after": {"grade": "x"}}
            fake = {"table": "customer", "rid": "e" * 32, "after": {"name": "假", "life": "merged", "merged_into": one.rid, "owner": client.rid}}
            for said, reverses in (((lies, fake), None), ((lies,), "nothing"), ((lies,), served.done(served.of("entry", "other").rid))):
                refused = {"", "XL007"} if mode == "direct" else {"XL010", "XL007"}
                assert client.forged(*said, reverses=reverses) in refused, "no merge, no undo"


def test_the_refusal_is_a_sentence(served: Firm) -> None:
    """As an older xlcrm would meet it, which asks nothing of the kind itself."""
    turn(served, "core")
    one = served.now(served.of("entry", "own").rid)
    with psycopg.connect(served.login("entry")) as raw:
        said = {"table": "customer", "rid": one.rid, "version": one.version, "before": "{}", "after": {"grade": "x"}}
        with pytest.raises(UsageError) as caught, explained("team"):
            Client(raw, served.people["entry"].rid).apply(raw, (said,))
    assert "经核验" in caught.value.sentence("zh") and "request" in caught.value.sentence("en")

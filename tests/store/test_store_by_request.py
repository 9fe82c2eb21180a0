"""Fields that change by request only (setting "changes"): the store itself holds to it, whatever client writes."""

from __future__ import annotations

import psycopg
import pytest

from tests.store.byhand import Client
from tests.store.conftest import context
from tests.store.firm import AGREEING, PASSWORD, Firm
from xlcrm.errors import UsageError
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Outcome, Receipt, Record, Result, Values
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.changes import BY_REQUEST, SETTING, Way, way
from xlcrm.rules.rights import rights_of
from xlcrm.rules.workflow import VERIFIER
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


def verified(firm: Firm, rid: str, key: str, after: str) -> Record:
    """A request of the entry user's that the reviewer has passed."""
    made, entry, reviewer = new_rid(), firm.people["entry"].rid, firm.people["reviewer"].rid
    asked: Values = {"customer": rid, "field": key, "after": after, "state": "open", "round": "1", "initiator": entry}
    firm.whole.apply(Operation("request", [Change("request", made, rid, asked)]), context(firm.people["entry"]))
    said: Values = {"proposal": made, "round": "1", "seat": VERIFIER, "verdict": "yes"}
    passed: Values = {
        "state": "verifying", "verifier": reviewer, "verify_way": "customer", "verify_note": "已电话确认", "verify_result": "passed",
    }  # fmt: skip
    word, step = Change("approval", new_rid(), "", said), Change("request", made, rid, passed, 1, dict.fromkeys(passed) | {"state": "open"})
    done = firm.whole.apply(Operation("request", [word, step], whole=True), context(firm.people["reviewer"]))
    assert [one.result for one in done.outcomes] == [Result.STORED, Result.UPDATED]
    return firm.whole.records([made])[made]


def carried_out(firm: Firm, role: str, request: Record, one: Record, **values: str) -> Result | str:
    """What the store answers to somebody who carries out a request by setting ``values``."""
    updated: Values = {"state": "updated", "updater": firm.people[role].rid, "done_on": "2025-03-05"}
    step = Change("request", request.rid, one.rid, updated, request.version, {"state": "verifying", "updater": None, "done_on": None})
    expected = {key: one.values[key] for key in values}
    with firm.as_(role) as (store, by):
        try:
            operation = Operation("update", [Change("customer", one.rid, one.rid, dict(values), one.version, expected), step], whole=True)
            done: Receipt = store.apply(operation, by)
        except UsageError as error:
            return error.key
    firm.now(one.rid)
    return done.outcomes[0].result


@pytest.mark.parametrize("mode", ["core", "strict"])
@pytest.mark.parametrize("key", ["name", "phone"])
def test_what_was_verified_goes_in_and_can_be_taken_back(firm: Firm, mode: str, key: str) -> None:
    turn(firm, mode)
    one = firm.now(firm.of("entry", "own").rid)
    before, after = one.values[key], f"+86139{mode.encode().hex()[:8]}"
    request = verified(firm, one.rid, key, after)
    for role, values, whose in (
        ("entry", {key: after}, "the initiator"),
        ("reviewer", {key: after}, "who may change nothing"),
        ("steward", {key: after, "grade": "Z"}, "another field as well"),
        ("steward", {key: "别的"}, "another value"),
    ):
        assert carried_out(firm, role, request, one, **values) in ("rights.no_change", "rights.by_request"), whose
    assert carried_out(firm, "steward", request, one, **{key: after}) is Result.UPDATED
    assert firm.now(one.rid).values[key] == after
    reverses = firm.whole.operations(kinds=["update"])[0].id
    stands = firm.whole.records([request.rid])[request.rid]
    back = {"state": "verifying", "updater": None, "done_on": None}
    restored = Change("customer", one.rid, one.rid, {key: before}, one.version + 1, {key: after})
    waiting = Change("request", request.rid, one.rid, dict(back), stands.version, {name: stands.values[name] for name in back})
    assert [done.result for done in write(firm, "steward", waiting)] == [Result.REFUSED], "that is no step"
    done = write(firm, "steward", restored, waiting, reverses=reverses)
    assert [answer.result for answer in done] == [Result.UPDATED, Result.UPDATED]
    assert firm.now(one.rid).values[key] == before
    assert firm.whole.records([request.rid])[request.rid].values["state"] == "verifying", "it waits to be carried out again"


def test_another_client_carries_out_nothing_unverified(served: Firm) -> None:
    turn(served, "core")
    one = served.now(served.of("entry", "own").rid)
    request = verified(served, one.rid, "name", "新名称")
    other = served.now(served.of("entry", "own", 1).rid)
    apply = {
        "table": "request", "rid": request.rid, "version": request.version,
        "before": encode([("state", "verifying"), ("updater", None), ("done_on", None)]),
    }  # fmt: skip
    with psycopg.connect(served.login("steward")) as raw:
        client = Client(raw, served.people["steward"].rid)
        step = apply | {"after": {"state": "updated", "updater": client.rid, "done_on": "2025-03-05"}}
        for record, key, answer in ((one, "name", ""), (one, "grade", "XL010"), (other, "name", "XL010")):
            said = {"table": "customer", "rid": record.rid, "version": record.version, "before": encode([(key, record.values[key])])}
            assert client.forged(said | {"after": {key: "新名称"}}, step) == answer
            assert client.forged(said | {"after": {key: "新名称"}}) == "XL010"


def test_a_handover_that_was_agreed_to_goes_over_whole(firm: Firm) -> None:
    """Also where every change goes by request, and by a manager of another department; nothing else goes with it."""
    turn(firm, "strict")
    giver, taker, boss = firm.people["near"], firm.people["far"], context(firm.whole.people()[0])
    if "manager3" not in firm.people:
        for account, department in (("manager3", "华南"), ("manager4", "华东")):
            firm.people[account] = firm.whole.add_person(Person("", account, account, department, frozenset({"manager"})), boss)
        if firm.cluster:
            firm.cluster.run(*(f"ALTER ROLE {account} PASSWORD '{PASSWORD}'" for account in ("manager3", "manager4")))
    customers = [firm.now(rid) for rid in firm.customers[giver.rid]]
    made, about = new_rid(), f'{{"from": "{giver.rid}", "to": "{taker.rid}", "customers": ["{customers[0].rid}"]}}'
    asked: Values = {"kind": "handover", "about": about, "reason": "离职", "outcome": "open"}
    firm.whole.apply(Operation("proposal", [Change("proposal", made, "", asked)]), context(giver))
    yes: Values = {"proposal": made, "seat": "manager", "verdict": "yes"}
    ended = Change("proposal", made, "", {"outcome": "done"}, 1, {"outcome": "open"})
    moves = [Change("customer", one.rid, one.rid, {"owner": taker.rid}, one.version, {"owner": giver.rid}) for one in customers]
    for role, result in (("manager3", Result.REFUSED), ("manager4", Result.STORED)):
        with firm.as_(role) as (store, by):
            assert store.apply(Operation("approval", [Change("approval", new_rid(), "", yes)]), by).outcomes[0].result is result, role
    results = [answer.result for answer in write(firm, "manager3", ended, *moves)]
    assert results == [Result.UPDATED, Result.UPDATED, Result.REFUSED], "only what was named"
    firm.now(customers[0].rid)
    firm.replace(customers[0])

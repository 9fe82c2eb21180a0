"""The life of update requests in the store: whoever tries whatever step, by xlcrm or with another client, the pure rules decide."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import psycopg
import pytest
from sqlalchemy import select

from tests.store.byhand import Client
from tests.store.cluster import Cluster
from tests.store.conftest import CIPHER, context
from tests.store.firm import PASSWORD, Firm, build
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Result, Values
from xlcrm.model.proposal import Word
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.rules import workflow
from xlcrm.rules.rights import rights_of
from xlcrm.rules.workflow import STEPS, Step
from xlcrm.store import apply, sqlite
from xlcrm.store.log import encode
from xlcrm.store.migrations import LATEST
from xlcrm.store.pen import Direct
from xlcrm.store.postgres import opening
from xlcrm.store.schema import SQL

WRITTEN = {Result.STORED, Result.UPDATED}
NOW = "2025-03-05 14:30:00"
STANDINS = ("near", "reviewer", "steward", "manager", "finance", "admin")
SAID: dict[str, Values] = {  # what a step says besides who and when
    "fill": {"after": "王小明", "evidence": "合同扫描件"},
    "pass": {"verify_way": "customer", "verify_note": "已电话确认"},
    "fail": {"verify_reason": "客户否认"},
    "again": {"reason": "再次核对"},
    "reopen": {"remark": "与客户说的不同"},
}
WAYS: dict[str, tuple[tuple[str, str], ...]] = {  # the steps that lead to a state, and who takes them; "seats": whoever sits
    "open": (),
    "verifying": (("take", "reviewer"),),
    "passed": (("pass", "seats"),),
    "failed": (("fail", "seats"),),
    "updated": (("pass", "seats"), ("apply", "manager2")),
    "confirmed": (("pass", "seats"), ("apply", "manager2"), ("confirm", "initiator")),
    "closed": (("pass", "seats"), ("apply", "manager2"), ("confirm", "initiator"), ("close", "initiator")),
    "withdrawn": (("withdraw", "initiator"),),
}


@dataclass(frozen=True)
class Kind:
    """Requests of one kind: about a customer of ``near``'s, wanted by ``initiator``, written down by ``writer``."""

    key: str
    initiator: str
    writer: str
    through: str = "staff"


KINDS = (
    Kind("grade", "near", "steward"),
    Kind("grade", "manager", "manager"),
    Kind("source", "near", "near"),
    Kind("email", "near", "steward"),
    Kind("need", "steward", "steward"),
    Kind("contact", "near", "steward", "system"),
)


@dataclass
class Desk:
    """A firm with deputies, somebody who left, and requests of every kind in every state (kind, state -> rid)."""

    firm: Firm
    people: dict[str, Person]
    requests: dict[tuple[Kind, str], str] = field(default_factory=dict)
    known: dict[str, Record] = field(default_factory=dict)
    said: dict[str, list[Word]] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def record(self, rid: str) -> Record:
        if rid not in self.known:
            self.known |= self.firm.whole.records([*self.requests.values(), rid])
            self.said = self.firm.whole.words(self.requests.values())
        return self.known[rid]

    def owner(self, request: Record) -> str | None:
        customer = request.values["customer"] or ""
        if customer not in self.known:
            self.known |= self.firm.whole.records([customer])
        return self.known[customer].values["owner"]

    def seat(self, person: Person, request: Record) -> str | None:
        """A seat that the person has for this request, by the pure rules; None without one."""
        apart = workflow.excluded(request.values, request.created_by)
        second = workflow.seconds(rights_of(person, self.people.values(), NOW[:10]), person.rid, apart)
        key = request.values["field"] or ""
        return next((seat for seat in workflow.seats(key, {}) if workflow.sits(second, seat, key, self.owner(request))), None)

    def may(self, step: Step, person: Person, request: Record) -> bool:
        """Whether the rules let this person take the step of a request of ``WAYS``."""
        rights, values = rights_of(person, self.people.values(), NOW[:10]), request.values
        if values["state"] not in step.sources or not workflow.may(
            step, rights, person.rid, values, request.created_by, self.owner(request)
        ):
            return False
        if values["raised_through"] == "system" and not values["after"] and step.name in ("take", "pass"):
            return False
        if step.word:
            spoken = {word.person for word in self.said.get(request.rid, ())}
            return self.seat(person, request) is not None and person.rid not in spoken
        if step.name == "fill":
            return not values["after"]
        return step.name != "apply" or values["verify_result"] == "passed"

    def changes(self, step: Step, person: Person, request: Record, seat: str = "", other: Values | None = None) -> list[Change]:
        """Just what the step is, as ``person`` would write it."""
        values: Values = {"state": step.target or request.values["state"], **SAID.get(step.name, {})}
        values |= {**dict.fromkeys(workflow.CLEARED), "round": str(workflow.round_of(request.values) + 1)} if step.anew else {}
        values |= {name: said for name, said in ((step.signs, person.rid), (step.stamps, NOW)) if name}
        said = []
        if step.word:
            spoken = self.said.get(request.rid, ())
            taken = {word.seat for word in spoken}
            sits = seat or self.seat(person, request) or workflow.seats(request.values["field"] or "", {})[0]
            whole = taken | {sits} == set(workflow.seats(request.values["field"] or "", {}))
            values["verify_result"] = "failed" if step.word == "no" else "passed" if whole else None
            word: Values = {"proposal": request.rid, "round": request.values["round"], "seat": sits, "verdict": step.word}
            said = [Change("approval", new_rid(), "", word)]
        values = {key: value for key, value in (values | (other or {})).items() if value != request.values[key]}
        expected = {key: request.values[key] for key in values}
        return [*said, Change("request", request.rid, request.values["customer"] or "", values, request.version, expected)]

    def take(self, step: str, who: str, rids: Sequence[str]) -> None:
        """Let somebody take a step of these requests."""
        self.known.clear()
        person, changes = self.people[who], []
        for rid in rids:
            changes += self.changes(STEPS[step], person, self.record(rid))
        if changes:
            done = self.firm.whole.apply(Operation("request", changes, whole=True), context(person, NOW))
            assert {one.result for one in done.outcomes} <= WRITTEN
        self.known.clear()

    def tries(self, person: Person, *changes: Change) -> bool:
        """Whether the store writes this; it is taken back."""
        account = next(account for account, one in self.people.items() if one.rid == person.rid)
        if self.firm.cluster:
            return self.by_hand(account, *changes) == ""
        return set(self.results(person, changes)) <= WRITTEN

    def results(self, person: Person, changes: Sequence[Change]) -> list[Result]:
        """What a file answers; it is taken back."""
        store = self.firm.whole
        with store._engine.connect().execution_options(write=True) as connection, connection.begin() as transaction:
            done = apply.apply(Direct(connection), CIPHER, Operation("request", list(changes)), context(person, NOW))
            transaction.rollback()
        return [one.result for one in done.outcomes]

    def by_hand(self, account: str, *changes: Change, reverses: str | None = None) -> str:
        """What another client, logged in as somebody, is answered."""
        if account not in self.clients:
            client = self.clients[account] = Client(psycopg.connect(self.firm.login(account)), self.people[account].rid)
            if client.state("SELECT xlcrm.start(%s, false)", LATEST) == "":  # its temporary tables are made once
                client.raw.execute("SELECT xlcrm.start(%s, false)", (LATEST,))
                client.raw.commit()
        entries = []
        for one in changes:
            before = [(key, self.sealed(one, key) if key in REQUEST.sensitive else value) for key, value in one.expected.items()]
            state = {"life": "live"} if one.base is None else {"life": one.state} if one.state else {}
            said = {"table": one.table, "rid": one.rid, "after": {**one.values, **state}}
            entries.append(said if one.base is None else said | {"version": one.base, "before": encode(before)})
        return self.clients[account].forged(*entries, reverses=reverses)


    def sealed(self, change: Change, key: str) -> str | None:
        """A value as it is stored, for who says what was there."""
        table = SQL[change.table].c
        with self.firm.whole._reading() as connection:
            found: str | None = connection.execute(select(table[key]).where(table.rid == change.rid)).scalar()
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path_factory.mktemp("desk") / "store.db"
            firm = build(sqlite.open(path, CIPHER), str(path), None)
        else:
            cluster: Cluster = request.getfixturevalue("cluster")
            database = cluster.database(request.getfixturevalue("made"))
            firm = build(opening.open(cluster.url(database), CIPHER), database, cluster)
        stack.callback(firm.whole.close)
        yield (found := _desk(firm))
        for client in found.clients.values():
            client.raw.close()
        assert not firm.whole.verify().faults


def _desk(firm: Firm) -> Desk:
    by = context(firm.whole.people()[0])
    for account, roles in (("manager2", {"manager"}), ("chief", {"manager", "finance", "admin"}), ("left", {"manager", "reviewer"})):
        firm.people[account] = firm.whole.add_person(Person("", account, account, "华东", frozenset(roles)), by)
    firm.whole.change_person(replace(firm.people["left"], disabled=True), by)
    for account in STANDINS:
        deputy = firm.people[f"for_{account}"] = firm.whole.add_person(Person("", f"for_{account}", "代理", "华南"), by)
        firm.whole.change_person(replace(firm.people[account], deputy=deputy.rid), by)
    if firm.cluster:
        firm.cluster.run(*(f"ALTER ROLE {account} PASSWORD '{PASSWORD}'" for account in firm.people))
    everybody = {person.account: person for person in firm.whole.people()}
    found = Desk(firm, {account: everybody[account] for account in firm.people})
    _raise(found)
    return found


def _raise(desk: Desk) -> None:
    """A request of each kind for each state, taken there by those who may."""
    rid = desk.firm.customers[desk.people["near"].rid][0]
    stands = desk.firm.now(rid).values
    for kind in KINDS:
        changes = []
        for state in WAYS:
            values: Values = {
                "customer": rid, "field": kind.key, "before": "旧", "state": "open", "round": "1",
                "after": None if kind.through == "system" else stands[kind.key],
                "initiator": desk.people[kind.initiator].rid, "raised_through": kind.through, "urgency": "normal",
            }  # fmt: skip
            desk.requests[kind, state] = new_rid()
            changes.append(Change("request", desk.requests[kind, state], rid, values))
        done = desk.firm.whole.apply(Operation("request", changes), context(desk.people[kind.writer], NOW))
        assert {one.result for one in done.outcomes} == {Result.STORED}
    ways = {
        (kind, state): (*((("fill", "initiator"),) if kind.through == "system" and way else ()), *way)
        for kind in KINDS for state, way in WAYS.items()
    }  # fmt: skip
    for place in range(max(map(len, ways.values()))):
        by: dict[tuple[str, str], list[str]] = {}
        for (kind, state), one in desk.requests.items():
            if place < len(ways[kind, state]):
                step, who = ways[kind, state][place]
                seats = ["manager2", "finance"] if kind.key == "grade" else ["reviewer"]
                whose = seats[: 1 if step == "fail" else None] if who == "seats" else [kind.initiator if who == "initiator" else who]
                for person in whose:
                    by.setdefault((step, person), []).append(one)
        for (step, person), rids in by.items():
            desk.take(step, person, rids)
    assert {state: desk.record(rid).values["state"] for (_, state), rid in desk.requests.items()} == {
        state: "verifying" if state == "passed" else state for state in WAYS
    }


def test_everybody_tries_every_step(desk: Desk) -> None:
    """All people with all roles, and all deputies, on requests in every state: on a server with another client, of those who may
    not some for each step; else all that one person tries in as few operations as there are steps from a state.
    """
    tried: list[tuple[Kind, str, Step, str, bool]] = []
    for (kind, state), rid in desk.requests.items():
        request = desk.record(rid)
        for step in workflow.steps_from(request.values["state"] or ""):
            may = {account: desk.may(step, person, request) for account, person in desk.people.items()}
            others = [account for account, does in may.items() if not does]
            few = random.Random(f"{kind} {state} {step.name}").sample(others, 5) if desk.firm.cluster and len(others) > 5 else others
            tried += [(kind, state, step, account, does) for account, does in may.items() if does or account in few]
    wrong = _tried_by_hand(desk, tried) if desk.firm.cluster else _tried_together(desk, tried)
    assert wrong == []
    for kind, _, step, account, does in tried:
        second = does and step.who in (workflow.Who.SECOND, workflow.Who.UPDATER)
        assert not second or account not in {kind.initiator, *([kind.writer] if kind.through != "system" else [])}, "four eyes"
        assert account != "left" or not does
    done = {(step.name, account) for _, _, step, account, does in tried if does}
    assert {step for step, _ in done} == set(STEPS)
    assert ("pass", "for_finance") in done and ("pass", "for_near") not in done and ("fill", "for_near") in done


def _tried_by_hand(desk: Desk, tried: Sequence[tuple[Kind, str, Step, str, bool]]) -> list[object]:
    wrong: list[object] = []
    for kind, state, step, account, does in tried:
        person, request = desk.people[account], desk.record(desk.requests[kind, state])
        if desk.tries(person, *desk.changes(step, person, request)) != does:
            wrong.append((kind, state, step.name, account))
    return wrong


def _tried_together(desk: Desk, tried: Sequence[tuple[Kind, str, Step, str, bool]]) -> list[object]:
    wrong: list[object] = []
    turns: dict[tuple[str, int], list[tuple[Kind, str, Step, bool]]] = {}
    for kind, state, step, account, does in tried:
        turn = workflow.steps_from(desk.record(desk.requests[kind, state]).values["state"] or "").index(step)
        turns.setdefault((account, turn), []).append((kind, state, step, does))
    for (account, _), cases in turns.items():
        person, changes, whose = desk.people[account], list[Change](), list[int]()
        for place, (kind, state, step, _) in enumerate(cases):
            said = desk.changes(step, person, desk.record(desk.requests[kind, state]))
            changes += said
            whose += [place] * len(said)
        results = desk.results(person, changes)
        for place, (kind, state, step, does) in enumerate(cases):
            if ({result for result, of in zip(results, whose, strict=True) if of == place} <= WRITTEN) != does:
                wrong.append((kind, state, step.name, account))
    return wrong


def test_no_state_is_jumped_over(desk: Desk) -> None:
    """Whoever may do everything else: the steps lead where they lead."""
    chief = desk.people["chief"]
    for (kind, state), rid in desk.requests.items():
        if kind not in KINDS[:2]:
            continue
        request = desk.record(rid)
        for step in STEPS.values():
            if request.values["state"] not in step.sources:
                assert not desk.tries(chief, *desk.changes(step, chief, request)), (state, step.name)
        for target in {step.target for step in STEPS.values()} - {"", *(step.target for step in workflow.steps_from(state))}:
            jump = Change("request", rid, request.values["customer"] or "", {"state": target}, request.version, {"state": state})
            assert state == "passed" or target == state or not desk.tries(chief, jump), (state, target)


Bend = Callable[[Desk, Person, Record], list[Change]]


def bent(step: str, **other: str | None) -> Bend:
    def said(desk: Desk, person: Person, request: Record) -> list[Change]:
        named: Values = {key: desk.people["near"].rid if value == "{near}" else value for key, value in other.items()}
        return desk.changes(STEPS[step], person, request, other=named)

    return said


def _word(**other: str | None) -> Bend:
    def said(desk: Desk, person: Person, request: Record) -> list[Change]:
        word, change = desk.changes(STEPS["pass"], person, request)
        return [replace(word, values=word.values | other), change]

    return said


def _without(place: int) -> Bend:
    def said(desk: Desk, person: Person, request: Record) -> list[Change]:
        changes = desk.changes(STEPS["pass"], person, request)
        return [changes[place]]

    return said


def _twice(desk: Desk, person: Person, request: Record) -> list[Change]:
    word, change = desk.changes(STEPS["pass"], person, request)
    other = "manager" if word.values["seat"] == "finance" else "finance"
    return [word, Change("approval", new_rid(), "", word.values | {"seat": other}), change]


BENT: dict[str, tuple[Kind, str, str, Bend]] = {
    "passed with one seat of two": (KINDS[0], "open", "chief", bent("pass", verify_result="passed")),
    "signed by somebody else": (KINDS[2], "open", "reviewer", bent("pass", verifier="0" * 32)),
    "not said how": (KINDS[2], "open", "reviewer", bent("pass", verify_way=None)),
    "failed without a reason": (KINDS[2], "open", "reviewer", bent("fail", verify_reason=None)),
    "failed and yet passed": (KINDS[2], "open", "reviewer", bent("fail", verify_result="passed")),
    "what is wanted, while verifying": (KINDS[2], "open", "reviewer", bent("pass", after="别的")),
    "applied by another name": (KINDS[2], "passed", "manager2", bent("apply", updater="0" * 32)),
    "applied on no day": (KINDS[2], "passed", "manager2", bent("apply", done_on=None)),
    "another round": (KINDS[2], "passed", "manager2", bent("apply", round="2")),
    "the same round again": (KINDS[2], "failed", "near", bent("again", round="1")),
    "two rounds on": (KINDS[2], "failed", "near", bent("again", round="3")),
    "verified from the start": (KINDS[2], "failed", "near", bent("again", verify_note="已核对")),
    "open since never": (KINDS[2], "failed", "near", bent("again", opened_at=None)),
    "edited after it was submitted": (KINDS[2], "open", "near", bent("fill")),
    "what was not blank, while filling in": (KINDS[5], "open", "near", bent("fill", urgency="urgent")),
    "filled in for somebody else": (KINDS[5], "open", "for_near", bent("fill", initiator="{near}")),
    "another initiator": (KINDS[5], "open", "near", bent("fill", initiator="0" * 32)),
    "another field": (KINDS[5], "open", "near", bent("fill", field="grade")),
    "a seat that one has not": (KINDS[0], "open", "finance", _word(seat="manager")),
    "a seat that there is not": (KINDS[2], "open", "reviewer", _word(seat="reviewer")),
    "a word of another round": (KINDS[2], "open", "reviewer", _word(round="2")),
    "a word that says the opposite": (KINDS[2], "open", "reviewer", _word(verdict="no")),
    "a word without its step": (KINDS[2], "open", "reviewer", _without(0)),
    "a step without its word": (KINDS[2], "open", "reviewer", _without(1)),
    "two seats by one person": (KINDS[0], "open", "chief", _twice),
}


@pytest.mark.parametrize("name", BENT)
def test_a_step_is_just_that_step(desk: Desk, name: str) -> None:
    kind, state, account, bend = BENT[name]
    request, person = desk.record(desk.requests[kind, state]), desk.people[account]
    assert not desk.tries(person, *bend(desk, person, request))


@pytest.mark.parametrize("wrong", [
    {"state": "verifying"}, {"state": "updated"}, {"round": "2"}, {"verify_result": "passed"}, {"verifier": "x"}, {"updater": "x"},
    {"told_on": "2025-03-05"}, {"initiator": "0" * 32}, {"initiator": None}, {"field": "number"}, {"field": "nothing"},
    {"raised_through": "system"},
])  # fmt: skip
def test_a_new_request_starts_at_the_start(desk: Desk, wrong: Values) -> None:
    near, rid = desk.people["near"], desk.firm.customers[desk.people["near"].rid][0]
    values: Values = {"customer": rid, "field": "source", "after": "fair", "state": "open", "round": "1", "initiator": near.rid}
    if desk.firm.cluster:
        values["after"] = "v1:x"
    assert desk.tries(near, Change("request", new_rid(), rid, values))
    assert not desk.tries(near, Change("request", new_rid(), rid, values | wrong))
    assert not desk.tries(desk.people["far"], Change("request", new_rid(), rid, values)), "of a colleague's customer"


def test_a_request_is_not_dropped_or_moved_by_hand(desk: Desk) -> None:
    chief, request = desk.people["chief"], desk.record(desk.requests[KINDS[2], "open"])
    other = desk.firm.customers[desk.people["near"].rid][1]
    void = Change("request", request.rid, request.values["customer"] or "", {}, request.version, {"life": "live"}, state="void")
    moved = Change("request", request.rid, other, {"customer": other}, request.version, {"customer": request.values["customer"]})
    assert not desk.tries(chief, void) and not desk.tries(desk.people["steward"], moved)


def test_what_was_there_is_said_whole(desk: Desk) -> None:
    """Another client that keeps the former state to itself would otherwise call a jump a step."""
    if not desk.firm.cluster:
        return
    near, request = desk.people["near"], desk.record(desk.requests[KINDS[2], "open"])
    said = {"state": "confirmed", "told_on": NOW[:10]}
    for expected in ({}, {"told_on": None}):
        assert not desk.tries(near, Change("request", request.rid, "", dict(said), request.version, dict(expected)))


def test_one_step_of_a_request_in_one_operation(desk: Desk) -> None:
    """Otherwise the second would be judged by what stood before the first."""
    request, near = desk.record(desk.requests[KINDS[2], "updated"]), desk.people["near"]
    (confirm,) = desk.changes(STEPS["confirm"], near, request)
    assert desk.tries(near, confirm)
    close = Change("request", request.rid, confirm.customer, {"state": "closed"}, request.version + 1, {"state": "confirmed"})
    assert not desk.tries(near, confirm, close)


def test_the_seats_are_the_stores_to_set(desk: Desk) -> None:
    """A team without finance lets the manager confirm alone."""
    request, person = desk.record(desk.requests[KINDS[0], "open"]), desk.people["manager2"]
    alone = desk.changes(STEPS["pass"], person, request, "manager", {"verify_result": "passed"})
    assert not desk.tries(person, *alone)
    admin = context(desk.firm.whole.people()[0])
    for value, may in (("manager", True), ("", False)):
        setting = Change("setting", workflow.SEATS_SETTING, "", {"value": value})
        desk.firm.whole.apply(Operation("settings", [setting]), admin)
        assert desk.tries(person, *alone) == may


def test_who_verifies_reads_what_is_wanted(desk: Desk) -> None:
    """What a request says of a value is of the class of that value; an encrypted one is shown to who may call the customer."""
    shown = {
        "finance": {"grade"}, "reviewer": {kind.key for kind in KINDS}, "manager2": {kind.key for kind in KINDS},
        "marketing": set(), "admin": set(),
    }  # fmt: skip
    for account, keys in shown.items():
        with desk.firm.as_(account) as (store, _):
            seen = store.records(list(desk.requests.values()))
            for (kind, _), rid in desk.requests.items():
                values = seen[rid].values
                assert (values["before"] == "旧") == (kind.key in keys) == ("after" not in seen[rid].hidden), (account, kind.key)
                assert (values["field"] == kind.key) == (account not in ("marketing", "admin"))
            if account == "reviewer":
                rid = seen[desk.requests[KINDS[3], "open"]].values["customer"] or ""
                assert store.records([rid])[rid].values["email"] != "wang@haihe.example", "the customer's own stays masked"
            said = store.words([desk.requests[KINDS[2], "passed"]])
            assert said and all(word.round == 1 for word in said[desk.requests[KINDS[2], "passed"]])
            assert {one.rid for one in store.scan("request", [("state", "=", "closed")])} == (
                set() if account in ("marketing", "admin") else {rid for (_, state), rid in desk.requests.items() if state == "closed"}
            )
    assert CUSTOMER["email"].sensitive


def test_messages_are_sent_once(desk: Desk) -> None:
    near, far, request = desk.people["near"], desk.people["far"], desk.record(desk.requests[KINDS[2], "open"])
    rid = new_rid()
    values: Values = {"kind": "x", "about": request.rid, "customer": request.values["customer"], "person": near.rid, "state": "pending"}
    new = Change("notice", rid, "", values)
    assert desk.tries(near, new) and not desk.tries(far, new), "about a colleague's customer"
    assert not desk.tries(near, replace(new, values=values | {"state": "sent"}))
    desk.firm.whole.apply(Operation("request", [new]), context(near, NOW))
    other = Change("notice", rid, "", {"person": far.rid}, 1, {"person": near.rid})
    sent = Change("notice", rid, "", {"state": "sent", "attempts": "1"}, 1, {"state": "pending", "attempts": None})
    assert desk.tries(far, sent) and not desk.tries(far, other) and not desk.tries(desk.people["left"], sent)
    desk.firm.whole.apply(Operation("notices", [sent]), context(near, NOW))
    again = Change("notice", rid, "", {"state": "pending"}, 2, {"state": "sent"})
    assert not desk.tries(near, again) and not desk.tries(near, replace(again, expected={}))
    with desk.firm.as_("near") as (store, _):
        assert [one.rid for one in store.notices(["sent"])] == [rid]

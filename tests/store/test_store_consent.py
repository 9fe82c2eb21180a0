"""What others agree to, in the store: reviews of new customers, exports, tags; who may propose, agree, decline and take back."""

from __future__ import annotations

import pytest

from tests.store.conftest import context
from tests.store.firm import AGREEING, Firm
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result, Values
from xlcrm.rules.approvals import DOUBLE, SETTING

OK = (Result.STORED, Result.UPDATED)


def tried(firm: Firm, role: str, *changes: Change) -> list[bool]:
    with firm.as_(role) as (store, by):
        return [one.result in OK for one in store.apply(Operation("submit", list(changes)), by).outcomes]


def proposal(kind: str, customer: str | None = None, about: str = "{}") -> Change:
    values: Values = {"kind": kind, "customer": customer, "about": about, "reason": "说明", "outcome": "open"}
    return Change("proposal", new_rid(), "", values)


def word(about: Change, seat: str, verdict: str = "yes") -> Change:
    return Change("approval", new_rid(), "", {"proposal": about.rid, "seat": seat, "verdict": verdict})


def ended(about: Change, outcome: str) -> Change:
    return Change("proposal", about.rid, "", {"outcome": outcome}, 1, {"outcome": "open"})


def turn(firm: Firm, value: str) -> None:
    firm.whole.apply(Operation("settings", [Change("setting", SETTING, "", {"value": value})]), context(AGREEING[0]))


def new(firm: Firm, role: str) -> Change:
    rid = new_rid()
    return Change("customer", rid, rid, {"name": f"{rid}公司", "owner": firm.people[role].rid})


def test_a_new_customer_is_reviewed_by_a_second_person(firm: Firm) -> None:
    turn(firm, DOUBLE)
    alone = new(firm, "entry")
    assert tried(firm, "entry", alone) == [False], "without a proposal to review it"
    assert tried(firm, "steward", new(firm, "steward")) == [True], "who may approve needs nobody"
    assert tried(firm, "entry", proposal("review", firm.of("entry", "own").rid)) == [False], "of one that was there before"
    kept, gone = new(firm, "entry"), new(firm, "entry")
    reviews = [proposal("review", one.rid) for one in (kept, gone)]
    assert tried(firm, "entry", *reviews, kept, gone) == [True] * 4
    assert tried(firm, "entry", ended(reviews[0], "withdrawn")) == [False], "it would stand as if it had been reviewed"
    assert tried(firm, "entry", word(reviews[0], "reviewer"), ended(reviews[0], "done")) == [False, False]
    assert tried(firm, "reviewer", ended(reviews[0], "done")) == [False], "nobody agreed to it yet"
    void = Change("customer", gone.rid, gone.rid, {}, 1, state="void", reason="查无此人")
    assert tried(firm, "reviewer", void) == [False]
    assert tried(firm, "reviewer", word(reviews[0], "reviewer"), ended(reviews[0], "done")) == [True, True]
    assert tried(firm, "reviewer", word(reviews[1], "reviewer", "no"), ended(reviews[1], "declined"), void) == [True] * 3
    assert {rid: one.state for rid, one in firm.whole.records([kept.rid, gone.rid]).items()} == {kept.rid: "live", gone.rid: "void"}
    turn(firm, "")


@pytest.mark.parametrize(("kind", "seat", "sits", "carries"), [
    ("export", "manager", {"manager"}, {"manager", "steward"}), ("tag", "steward", {"steward"}, {"steward", "admin"}),
])  # fmt: skip
def test_what_is_about_no_customer(firm: Firm, kind: str, seat: str, sits: set[str], carries: set[str]) -> None:
    for role in ("entry", "reviewer", "finance", "admin", "steward", "manager"):
        asked = proposal(kind)
        assert tried(firm, "marketing", asked) == [True]
        assert tried(firm, "marketing", ended(asked, "done")) == [False]
        assert tried(firm, role, ended(asked, "done")) == [False], "nobody agreed to it"
        assert tried(firm, role, word(asked, seat)) == [role in sits], role
        if role not in sits:
            assert firm.whole.apply(Operation("approval", [word(asked, seat)]), context(AGREEING[0])).outcomes[0].result in OK
        assert tried(firm, role, ended(asked, "done")) == [role in carries], role
    mine = proposal(kind)
    assert tried(firm, "manager", mine) == [True] and tried(firm, "manager", word(mine, seat)) == [False], "one's own"
    assert tried(firm, "steward", ended(mine, "withdrawn")) == [False] and tried(firm, "manager", ended(mine, "withdrawn")) == [True]
    assert tried(firm, "steward", ended(mine, "declined")) == [False], "it has ended"


@pytest.mark.parametrize("kind", ["void", "erase", "merge", "review", "handover", "nothing"])
def test_what_is_about_a_customer_names_one(firm: Firm, kind: str) -> None:
    assert tried(firm, "steward", proposal(kind)) == [False]


def test_who_does_not_know_a_customer_proposes_nothing_about_it(firm: Firm) -> None:
    other = firm.of("entry", "other")
    for kind in ("void", "erase", "export"):
        assert tried(firm, "entry", proposal(kind, other.rid)) == [False]
        assert tried(firm, "entry", proposal(kind, firm.of("entry", "own").rid)) == [True]
    giver = f'{{"from": "{other.values["owner"]}", "to": "{firm.people["entry"].rid}"}}'
    assert tried(firm, "entry", proposal("handover", None, giver)) == [False]
